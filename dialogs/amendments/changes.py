"""What an amendment changes, one after the other, with the words that changed; what it does to patients is apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from dialogs.amendments.changed_words import changed_words
from dialogs.amendments.matching import Matching
from dialogs.answers import plain
from dialogs.languages import words
from dialogs.loading.defaults import shortened
from dialogs.loading.ruleless import id_of, is_asked_as_it_stands
from dialogs.protocol import Criterion, Line, Protocol, Question
from dialogs.reading_back import Clause, read_back
from dialogs.texts import Text
from dialogs.units import Range, Unit

About = Literal["trial", "part", "criterion", "line", "question"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it is about, by code or id of the new version, and which phrase says it with which values."""

    about: About
    name: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)


_Shown = Callable[[str], str]
"""Puts what is shown of a thing into a language."""


def changes(matching: Matching, language: str) -> list[Change]:
    """List all that an amendment changes, in the order of the new version; dropped things after those that stay."""
    return [
        *_of_trial(matching.old, matching.new, language),
        *_of_order(matching),
        *_of_parts(matching.old, matching.new, language),
        *_of_criteria(matching, language),
        *_of_lines(matching.old.lines, matching.new.lines),
        *_of_questions(matching, language),
    ]


def _differing(about: About, name: str, pairs: Iterable[tuple[str, str, str]]) -> Iterator[Change]:
    """Yield a change for each (phrase, before, after) that differs, with the changed words."""
    for key, before, after in pairs:
        if before != after:
            yield Change(about, name, key, {"changed": changed_words(before, after)})


def _listed(about: About, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Yield what is new, dropped and reworded of things that have a code."""
    for code, text in after.items():
        if code not in before:
            yield Change(about, code, "added", {"words": text})
        elif text != before[code]:
            yield Change(about, code, "reworded", {"changed": changed_words(before[code], text)})
    for code, text in before.items():
        if code not in after:
            yield Change(about, code, "dropped", {"words": text})


# the trial ---------------------------------------------------------------------------------------

_TRIAL: Final[tuple[tuple[str, Callable[[Protocol, str], str]], ...]] = (
    ("title", lambda protocol, language: protocol.title[language]),
    ("record_version", lambda protocol, language: protocol.record_version),
    ("notices", lambda protocol, language: _all(protocol.notices, language)),
    ("disclaimer", lambda protocol, language: protocol.disclaimer[language]),
    ("site", lambda protocol, language: _said(protocol.site, language)),
    ("contact", lambda protocol, language: _said(protocol.contact, language)),
    ("languages", lambda protocol, language: ", ".join(protocol.languages)),
    ("ask_the_site", lambda protocol, language: _all((each.text for each in protocol.site_items), language)),
    ("alerts", lambda protocol, language: _all((each.text for each in protocol.alerts), language)),
)


def _of_trial(old: Protocol, new: Protocol, language: str) -> Iterator[Change]:
    shown = ((key, show(old, language), show(new, language)) for key, show in _TRIAL)
    yield from _differing("trial", new.id, shown)


def _of_parts(old: Protocol, new: Protocol, language: str) -> Iterator[Change]:
    before, after = ({part.code: part.name[language] for part in each.parts} for each in (old, new))
    yield from _listed("part", before, after)


def _of_lines(old: Iterable[Line], new: Iterable[Line]) -> Iterator[Change]:
    """Lines that are no criteria have no code: one that was reworded is a new one in the place of another."""
    before, after = ([line.text for line in lines] for lines in (old, new))
    for text in after:
        if text not in before:
            yield Change("line", "", "added", {"words": text})
    for text in before:
        if text not in after:
            yield Change("line", "", "dropped", {"words": text})


def _said(text: Text | None, language: str) -> str:
    return "" if text is None else text[language]


def _all(texts: Iterable[Text], language: str) -> str:
    return " ".join(text[language] for text in texts)


# criteria ----------------------------------------------------------------------------------------

_CRITERION: Final[tuple[tuple[str, Callable[[Criterion, str], str]], ...]] = (
    ("name", lambda criterion, language: _own_name(criterion, language)),
    ("reading", lambda criterion, language: _said(criterion.reading, language)),
    ("note", lambda criterion, language: _said(criterion.note, language)),
    ("parts", lambda criterion, language: ", ".join(criterion.parts)),
)


def _of_criteria(matching: Matching, language: str) -> Iterator[Change]:
    former = {other: one for one, other in matching.criteria}
    for place, criterion in enumerate(matching.new.criteria):
        if place not in former:
            yield Change("criterion", criterion.code, f"added_{criterion.kind}", {"words": criterion.source})
        else:
            yield from _of_criterion(matching, former[place], place, language)
    for criterion in matching.dropped:
        yield Change("criterion", criterion.code, "dropped", {"words": criterion.source})


def _of_criterion(matching: Matching, one: int, other: int, language: str) -> Iterator[Change]:
    before, after = matching.old.criteria[one], matching.new.criteria[other]
    if before.code != after.code:
        yield Change("criterion", after.code, "renumbered", {"before": before.code})
    if other in matching.moved:
        yield Change("criterion", after.code, "moved")
    shown = [(key, show(before, language), show(after, language)) for key, show in _CRITERION]
    asked_for = (("reworded", before.source, after.source), *shown, *_consequences(matching, before, after))
    yield from _differing("criterion", after.code, asked_for)
    if not (is_asked_as_it_stands(before) and is_asked_as_it_stands(after)):
        yield from _differing("criterion", after.code, [_rule(matching, before, after, language)])


def _rule(matching: Matching, before: Criterion, after: Criterion, language: str) -> tuple[str, str, str]:
    """Return both rules in words; as they stand in the file where the words do not tell them apart."""
    one, other = (
        _in_a_line(read_back(protocol, criterion, language), language)
        for protocol, criterion in ((matching.old, before), (matching.new, after))
    )
    if one == other or before.rule.text == after.rule.text:
        return "rule", before.rule.text, after.rule.text
    return "rule", one, other


def _in_a_line(clause: Clause, language: str) -> str:
    """Return a condition with its parts in brackets: they stand below each other where there is room."""
    if not clause.parts:
        return clause.text
    marks = words("dialogs", language)["punctuation"]
    parts = marks["then"].join(_in_a_line(part, language) for part in clause.parts)
    noted: str = marks["noted"]
    return noted.format(what=clause.text, note=parts)


def _own_name(criterion: Criterion, language: str) -> str:
    """Return the name that the file gives a criterion; none where it is made of the record's words."""
    name = criterion.name[language]
    return "" if name == shortened(criterion.source) else name


def _consequences(matching: Matching, before: Criterion, after: Criterion) -> Iterator[tuple[str, str, str]]:
    """What a criterion requires and is counted as, by the new codes where these are the same criteria."""
    now = {
        matching.old.criteria[one].code: matching.new.criteria[other].code for one, other in matching.criteria
    }
    for key in ("requires", "counts_as"):
        was, becomes = getattr(before, key), getattr(after, key)
        yield key, now.get(was, was) or "", becomes or ""
    yield "willingness", str(before.willingness).lower(), str(after.willingness).lower()


# questions ---------------------------------------------------------------------------------------

_QUESTION: Final[tuple[tuple[str, Callable[[Question, str], str]], ...]] = (
    ("reworded", lambda question, language: question.ask[language]),
    ("kind", lambda question, language: question.kind),
    ("help", lambda question, language: _said(question.help, language)),
    ("at", lambda question, language: _said(question.at, language)),
    ("formula", lambda question, language: question.formula.text if question.formula is not None else ""),
    ("units", lambda question, language: ", ".join(unit.label[language] for unit in question.units)),
    ("possible", lambda question, language: _ranges(question, language, lambda unit: unit.possible)),
    ("usual", lambda question, language: _ranges(question, language, lambda unit: unit.usual)),
)


def _of_questions(matching: Matching, language: str) -> Iterator[Change]:
    """Questions that stand for a criterion are told with it, except how they ask for its words."""
    yield from _asked_otherwise(matching, language)
    for question in matching.new.questions:
        name = matching.former.get(question.id)
        if matching.asks_a_criterion(matching.new, question):
            continue
        if name is None:
            yield Change("question", question.id, "added", {"words": question.ask[language]})
        else:
            yield from _of_question(matching.old.question(name), question, language)
    for question in matching.old.questions:
        gone = question.id not in matching.former.values()
        if gone and not matching.asks_a_criterion(matching.old, question):
            yield Change("question", question.id, "dropped", {"words": question.ask[language]})


def _of_order(matching: Matching) -> Iterator[Change]:
    """Say that the questions that both versions have are asked in another order."""
    places = [
        matching.old.position[matching.former[question.id]]
        for question in matching.new.questions
        if question.id in matching.former
    ]
    if places != sorted(places):
        yield Change("trial", matching.new.id, "order")


def _asked_otherwise(matching: Matching, language: str) -> Iterator[Change]:
    for one, other in matching.criteria:
        old, new = matching.old.criteria[one], matching.new.criteria[other]
        if is_asked_as_it_stands(old) and is_asked_as_it_stands(new):
            before, after = matching.old.question(id_of(old.code)), matching.new.question(id_of(new.code))
            asked, now = before.ask[language], after.ask[language]
            if asked.replace(old.source, "") != now.replace(new.source, ""):
                yield from _differing("question", after.id, [("reworded", asked, now)])


def _of_question(before: Question, after: Question, language: str) -> Iterator[Change]:
    if before.id != after.id:
        yield Change("question", after.id, "renamed", {"before": before.id})
    shown = ((key, show(before, language), show(after, language)) for key, show in _QUESTION)
    yield from _differing("question", after.id, shown)
    for change in _listed("question", _options(before, language), _options(after, language)):
        yield Change("question", after.id, f"option_{change.key}", change.values)


def _options(question: Question, language: str) -> dict[str, str]:
    return {option.code: option.text[language] for option in question.options}


def _ranges(question: Question, language: str, of: Callable[[Unit], Range]) -> str:
    """Say ranges as they hold: in the first unit, and in each that stands for itself."""
    units = [unit for place, unit in enumerate(question.units) if not place or unit.scale is None]
    ranges = ((of(unit), unit.label[language]) for unit in units)
    return "; ".join(f"{plain(low)} … {plain(high)} {label}" for (low, high), label in ranges)
