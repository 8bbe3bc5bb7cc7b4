"""What an amendment changes, one after the other, with the words that changed; what it does to patients is apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from dialogs.amendments.change import Change, differing, listed
from dialogs.amendments.changed_questions import OF_WORDS, noted, of_question, said, yes_or_no
from dialogs.amendments.changed_rules import changed_clause, in_a_line
from dialogs.amendments.matching import Matching
from dialogs.changed_words import likeness
from dialogs.languages import words
from dialogs.loading.defaults import shortened
from dialogs.loading.ruleless import id_of, is_asked_as_it_stands, is_asked_of_some
from dialogs.protocol import Criterion, Line, Protocol, Question, SiteItem
from dialogs.quoted import ALIKE
from dialogs.reading_back import condition
from dialogs.texts import Text


def changes(matching: Matching, language: str) -> list[Change]:
    """List all that an amendment changes, in the order of the new version; dropped things after those that stay.

    What is alike in this language and not in another one of the trial's is told in that.
    """
    told = list(_in(matching, language))
    known = {(each.about, each.name, each.key) for each in told}
    for other in dict.fromkeys((*matching.new.languages, *matching.old.languages)):
        changed = _in(matching, other) if other != language else ()
        told += [
            replace(each, language=other)
            for each in changed
            if (each.about, each.name, each.key) not in known
        ]
    return told


def _in(matching: Matching, language: str) -> Iterator[Change]:
    yield from _of_trial(matching.old, matching.new, language)
    yield from _of_order(matching)
    yield from _of_parts(matching.old, matching.new, language)
    yield from _of_criteria(matching, language)
    yield from _of_lines(matching.old.lines, matching.new.lines)
    yield from _of_questions(matching, language)
    yield from _of_names_that_stayed(matching)


# the trial ---------------------------------------------------------------------------------------

_TRIAL: Final[tuple[tuple[str, Callable[[Protocol, str], str]], ...]] = (
    ("id", lambda protocol, language: protocol.id),
    ("title", lambda protocol, language: protocol.title[language]),
    ("record_version", lambda protocol, language: protocol.record_version),
    ("notices", lambda protocol, language: _all(protocol.notices, language)),
    ("disclaimer", lambda protocol, language: protocol.disclaimer[language]),
    ("site", lambda protocol, language: said(protocol.site, language)),
    ("contact", lambda protocol, language: said(protocol.contact, language)),
    ("languages", lambda protocol, language: ", ".join(protocol.languages)),
    ("unknown", lambda protocol, language: ", ".join(sorted(_unknowns(protocol, language)))),
    ("ask_the_site", lambda protocol, language: _points(protocol, protocol.site_items, language)),
    ("alerts", lambda protocol, language: _points(protocol, protocol.alerts, language)),
    ("reviews", lambda protocol, language: str(protocol.reviews or "")),
)


def _of_trial(old: Protocol, new: Protocol, language: str) -> Iterator[Change]:
    shown = ((key, show(old, language), show(new, language)) for key, show in _TRIAL)
    yield from differing("trial", new.id, shown)


def _of_parts(old: Protocol, new: Protocol, language: str) -> Iterator[Change]:
    before, after = ({part.code: part.name[language] for part in each.parts} for each in (old, new))
    yield from listed("part", before, after)
    former = {part.code: part for part in old.parts}
    for part in new.parts:
        was = former.get(part.code)
        before_that = yes_or_no(was is not None and was.required, language)
        whom_before = said(was.person if was else None, language)
        changed = [
            ("required", before_that, yes_or_no(part.required, language)),
            ("person", whom_before, said(part.person, language)),
        ]
        yield from differing("part", part.code, changed)


def _of_lines(old: Iterable[Line], new: Iterable[Line]) -> Iterator[Change]:
    """Lines that are no criteria have no code: one that is like a line that is there no more is that, reworded."""
    before, after = ([line.text for line in lines] for lines in (old, new))
    gone = [text for text in before if text not in after]
    for text in after:
        if text not in before:
            former = max(gone, key=lambda each: likeness(each, text), default="")
            if likeness(former, text) < ALIKE:
                yield Change("line", "", "added", {"words": text})
                continue
            gone.remove(former)
            yield from differing("line", "", [("reworded", former, text)])
    for text in gone:
        yield Change("line", "", "dropped", {"words": text})


def _unknowns(protocol: Protocol, language: str) -> dict[str, None]:
    """What the buttons say by which a question is left open; mostly one thing for all."""
    return dict.fromkeys(question.unknown[language] for question in protocol.questions)


def _points(protocol: Protocol, items: Iterable[SiteItem], language: str) -> str:
    """Texts that are shown under a condition, each with it."""
    shown = (
        noted(
            each.text[language],
            in_a_line(condition(protocol, each.when.node, language), language),
            language,
        )
        for each in items
    )
    return " ".join(shown)


def _all(texts: Iterable[Text], language: str) -> str:
    return " ".join(text[language] for text in texts)


# criteria ----------------------------------------------------------------------------------------

_CRITERION: Final[tuple[tuple[str, Callable[[Criterion, str], str]], ...]] = (
    ("name", lambda criterion, language: _own_name(criterion, language)),
    ("reading", lambda criterion, language: said(criterion.reading, language)),
    ("note", lambda criterion, language: said(criterion.note, language)),
    ("parts", lambda criterion, language: ", ".join(criterion.parts)),
)


def _of_criteria(matching: Matching, language: str) -> Iterator[Change]:
    former = {other: one for one, other in matching.criteria}
    for place, criterion in enumerate(matching.new.criteria):
        if place not in former:
            yield Change("criterion", criterion.code, f"added_{criterion.kind}", {"words": criterion.source})
            yield from _of_a_code_given_again(matching.old, criterion)
        else:
            yield from _of_criterion(matching, former[place], place, language)
    for criterion in matching.dropped:
        yield Change("criterion", criterion.code, "dropped", {"words": criterion.source})


def _of_a_code_given_again(old: Protocol, criterion: Criterion) -> Iterator[Change]:
    """Say of a new criterion that another one had its code: who counts reasons by code cannot tell them apart."""
    if criterion.code in old.criterion_by_code:
        values = {"code": criterion.code, "before": old.version}
        yield Change("criterion", criterion.code, "code_given_again", values)


def _of_criterion(matching: Matching, one: int, other: int, language: str) -> Iterator[Change]:
    before, after = matching.old.criteria[one], matching.new.criteria[other]
    if before.code != after.code:
        yield Change("criterion", after.code, "renumbered", {"before": before.code})
    if other in matching.moved:
        yield Change("criterion", after.code, "moved")
    shown = [(key, show(before, language), show(after, language)) for key, show in _CRITERION]
    asked_for = (
        ("reworded", before.source, after.source),
        *shown,
        *_consequences(matching, before, after, language),
    )
    yield from differing("criterion", after.code, asked_for)
    asked = is_asked_as_it_stands(before) and is_asked_as_it_stands(after)
    if not asked or is_asked_of_some(before) != is_asked_of_some(after):
        yield from _rule(matching, before, after, language)
    if other in matching.only_words:
        if other in matching.headed_otherwise:
            yield from differing("criterion", after.code, [("heading", *matching.headed_otherwise[other])])
        yield Change("criterion", after.code, "question_stayed" if asked else "rule_stayed")
    for each in matching.outdated:
        if each.criterion == after.code:
            yield Change("criterion", after.code, "outdated", {"changed": each.changed})


def _rule(matching: Matching, before: Criterion, after: Criterion, language: str) -> Iterator[Change]:
    """Yield what changed of a rule in words; of the rules as they stand in the file where no words changed."""
    written = matching.in_new_names(before.rule.text)
    if written == after.rule.text:
        return
    one, other = (
        condition(protocol, criterion.rule.node, language)
        for protocol, criterion in ((matching.old, before), (matching.new, after))
    )
    if one == other:
        yield from differing("criterion", after.code, [("rule", written, after.rule.text)])
    elif changed := changed_clause(one, other, language):
        form = words("dialogs", language)["read_back"][after.kind]
        yield Change("criterion", after.code, "rule", {"changed": form.format(what=changed)})
    else:
        yield Change("criterion", after.code, "rule_order")


def _own_name(criterion: Criterion, language: str) -> str:
    """Return the name that the file gives a criterion; none where it is made of the record's words."""
    name = criterion.name[language]
    return "" if name == shortened(criterion.source) else name


def _consequences(
    matching: Matching, before: Criterion, after: Criterion, language: str
) -> Iterator[tuple[str, str, str]]:
    """What a criterion requires and is counted as, by the new codes where these are the same criteria."""
    now = {
        matching.old.criteria[one].code: matching.new.criteria[other].code for one, other in matching.criteria
    }
    for key in ("requires", "counts_as"):
        was, becomes = getattr(before, key), getattr(after, key)
        yield key, now.get(was, was) or "", becomes or ""
    yield (
        "willingness",
        yes_or_no(before.willingness, language),
        yes_or_no(after.willingness, language),
    )


# questions ---------------------------------------------------------------------------------------


def _of_questions(matching: Matching, language: str) -> Iterator[Change]:
    """The words of questions that stand for a criterion are told with it, except how they ask for its words."""
    yield from _asked_otherwise(matching, language)
    for question in matching.new.questions:
        name = matching.former.get(question.id)
        of_criterion = matching.asks_a_criterion(matching.new, question)
        if name is not None:
            found = _of_question(matching, matching.old.question(name), question, language)
            yield from (each for each in found if not of_criterion or each.key not in (*OF_WORDS, "renamed"))
        elif not of_criterion:
            yield Change("question", question.id, "added", {"words": question.ask[language]})
    for question in matching.old.questions:
        gone = question.id not in matching.former.values()
        if gone and not matching.asks_a_criterion(matching.old, question):
            yield Change("question", question.id, "dropped", {"words": question.ask[language]})


def _of_names_that_stayed(matching: Matching) -> Iterator[Change]:
    """Names and readings that say a number of before."""
    for each in matching.stale_names:
        key = "reading_stayed" if each.key == "reading" else "name_stayed"
        yield Change(each.about, each.name, key, {"said": each.said, "numbers": ", ".join(each.numbers)})


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
                yield from differing("question", after.id, [("reworded", asked, now)])


def _of_question(matching: Matching, before: Question, after: Question, language: str) -> Iterator[Change]:
    if before.id != after.id:
        yield Change("question", after.id, "renamed", {"before": before.id})
    yield from of_question(matching.old, matching.new, before, after, language)
