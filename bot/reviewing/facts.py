"""What a reviewer reads of a criterion: the record's words, the rule in words, what is asked, and made-up patients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from bot.reviewing.notes import notes, notes_of_before
from bot.wording.healing import day_in_words
from bot.wording.phrases import phrases
from dialogs.amendments import told_only
from dialogs.amendments.sentences import Sentences
from dialogs.answers import Measurement, compact
from dialogs.changed_words import changed_words
from dialogs.drafting.anew import drafted_anew
from dialogs.drafting.sections import section_of
from dialogs.headings import headings
from dialogs.languages import numbered, words
from dialogs.loading.fingerprints import shown_with
from dialogs.loading.ruleless import is_asked_as_it_stands, is_asked_of_some
from dialogs.made_up import Patient, patients
from dialogs.protocol import Criterion, Part, Protocol, Question
from dialogs.quoted import asked_with, outdated
from dialogs.reading_back import Clause, condition, formula_read_back, read_back
from dialogs.rules.comparisons import Comparison
from dialogs.rules.judgement import members
from dialogs.since import DAYS
from dialogs.wording import describe, measured, time_span
from dialogs.working_out import only_for_formulas

DIGITS: Final = 4
"""Of a limit that does not end in another unit."""
TITLES: Final = (("inclusion", ""), ("exclusion", ""))
"""Sections of a record that speak of everybody."""
_OUTCOMES: Final = {
    ("inclusion", True): "met",
    ("inclusion", False): "not_met",
    ("exclusion", True): "applies",
    ("exclusion", False): "applies_not",
    ("inclusion", None): "left_open",
    ("exclusion", None): "left_open",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A line or several of what is known of a criterion, with its label; ``key`` is the label's in the words."""

    key: str
    label: str
    lines: tuple[str, ...]


class Telling:
    """Tells of one protocol in one language; with another version, what was changed ``since`` then."""

    def __init__(self, protocol: Protocol, language: str, since: Protocol | None = None) -> None:
        self.protocol, self.language, self.since = protocol, language, since
        self.said: Mapping[str, Any] = words("bot.reviewing", language)
        self.marks: Mapping[str, str] = words("dialogs", language)["punctuation"]

    def about(self) -> Iterator[str]:
        """Yield which trial it is, and which text of its file, line by line."""
        protocol, said = self.protocol, self.said["document"]
        yield said["of"].format(id=protocol.id, version=protocol.version)
        if protocol.record_version:
            yield said["record"].format(record_version=protocol.record_version)
        texts = (protocol.site, protocol.contact, *protocol.notices)
        yield from (text[self.language] for text in texts if text)
        yield said["file"].format(sha256=protocol.sha256)

    def state(self) -> str:
        """Say whether the criteria were reviewed; of what nobody had to review, that."""
        protocol, said = self.protocol, self.said["document"]
        waiting, number = len(protocol.open_reviews), len(protocol.criteria)
        reviewed = sum(bool(each.reviewed) for each in protocol.criteria)
        key = "not_reviewed" if not reviewed else "all_reviewed" if reviewed == number else "some_reviewed"
        n, key = (waiting, "draft") if waiting else (reviewed, key)
        told = numbered(said[key], n, self.language)
        return told.format(n=n, of=self.of_criteria(), others=number - reviewed)

    def of_criteria(self) -> str:
        """Say how many criteria there are."""
        number = len(self.protocol.criteria)
        return numbered(self.said["of_criteria"], number, self.language).format(n=number)

    def parts(self) -> Iterator[str]:
        """Yield the name of each part behind its code."""
        for part in self.protocol.parts:
            yield self.marks["named"].format(name=part.code, what=self._part(part))

    def _part(self, part: Part) -> str:
        """Name a part, and say that it is required if it is."""
        name = part.name[self.language]
        return self.said["required_part"].format(part=name) if part.required else name

    def lines_above(self, place: int) -> Iterator[tuple[str, str]]:
        """Yield the lines of the record that stand just above a criterion, each behind what becomes of it."""
        for line, codes in zip(self.protocol.lines, self._asked_with, strict=True):
            if line.before == place:
                told = self.said["document"]["asked_with" if codes else "line"]
                yield told.format(codes=self.marks["list"].join(codes)), line.text

    @cached_property
    def _asked_with(self) -> tuple[tuple[str, ...], ...]:
        return asked_with(self.protocol)

    def heading(self, criterion: Criterion) -> str:
        told: str = self.said["heading"]
        kind = self.said[criterion.kind]
        return told.format(code=criterion.code, name=criterion.name[self.language], kind=kind)

    def facts(self, criterion: Criterion, keys: Container[str] | None = None) -> Iterator[Fact]:
        """Yield what there is to know, in the order of reading; with `keys`, of these facts only."""
        for key, tell in FACTS.items():
            if (keys is None or key in keys) and (lines := tuple(tell(self, criterion))):
                yield Fact(key, self.said[key], lines)

    def asked_in_words(self, code: str) -> Fact:
        """Return how a criterion of this protocol, which is asked as it stands, is asked, and what its answers mean."""
        criterion = self.protocol.criterion_by_code[code]
        return Fact("in_words", self.said["in_words"], (*self._asked(criterion), *self._rule(criterion)))

    def _rule(self, criterion: Criterion) -> Iterator[str]:
        """Yield the rule in words, and on what other criterion it depends."""
        yield from self.clause(criterion).lines()
        yield from self.conditions(criterion)

    def clause(self, criterion: Criterion) -> Clause:
        """Return the rule in words; of a criterion that is asked as it stands, which answer is asked for."""
        if is_asked_as_it_stands(criterion):
            key = "of_some" if is_asked_of_some(criterion) else "as_it_stands"
            return Clause(self.said[f"{criterion.kind}_{key}"])
        return read_back(self.protocol, criterion, self.language)

    def leads_out(self, criterion: Criterion) -> str:
        """Say when a criterion rules a candidate out, and of what: of a required part, of all."""
        parts = [each for each in self.protocol.parts if each.code in criterion.parts]
        said: dict[str, str] = self.said["document"]
        if not parts or any(part.required for part in parts):
            return said[f"out_{criterion.kind}"]
        told = said[f"out_{criterion.kind}_of_part"]
        return told.format(parts=self.marks["list"].join(part.name[self.language] for part in parts))

    def conditions(self, criterion: Criterion) -> Iterator[str]:
        """Yield on what other criterion it depends."""
        if criterion.requires:
            yield self.said["requires"].format(code=criterion.requires)

    def _asked(self, criterion: Criterion) -> Iterator[str]:
        """Yield the questions of a criterion; apart, those that are asked only where a number is worked out."""
        parts = only_for_formulas(self.protocol, criterion)
        for place in members(criterion.rule.mask & ~parts):
            yield from self._with_help(self.protocol.questions[place])
        if parts:
            yield self.said["only_worked_out"]
        for place in members(parts):
            first, *others = self._with_help(self.protocol.questions[place])
            yield from (f"- {first}", *(f"  {each}" for each in others))

    def _with_help(self, question: Question) -> Iterator[str]:
        yield self._question(question)
        if question.help is not None:
            yield self.said["help"].format(help=question.help[self.language].replace("\n", " "))

    def _question(self, question: Question) -> str:
        """A question with what it is answered by."""
        labels = [unit.label[self.language] for unit in question.units]
        if question.formula is None:
            labels += [text[self.language] for text in question.buttons.values()]
        comma = self.marks["list"]
        answers = self.marks["then" if any(comma.strip() in label for label in labels) else "list"].join(
            labels
        )
        if question.formula is not None:
            formula = formula_read_back(self.protocol, question, self.language)
            answers = self.said["worked_out"].format(answers=answers, formula=formula)
        ask = question.ask[self.language].replace("\n", " ")
        told: str = self.said["answers"]
        return told.format(ask=ask, answers=answers)

    def besides(self, names: Container[tuple[str, str]] | None = None) -> Iterator[tuple[str, Clause]]:
        """Yield what is shown besides criteria, as a point to ask the site about or as an alert, and when it is.

        With `names`, of tables and ids, these alone.
        """
        for key, items in (("site_item", self.protocol.site_items), ("alert", self.protocol.alerts)):
            for each in items:
                if names is None or (key, each.id) in names:
                    when = condition(self.protocol, each.when.node, self.language)
                    shown = self.said["shown_if"].format(when=when.text)
                    yield self.said[key].format(text=each.text[self.language]), replace(when, text=shown)

    def _besides(self, criterion: Criterion) -> Iterator[str]:
        """Yield what its answers may have shown besides, of which its review is, too."""
        for text, when in self.besides(self._shown_with.get(criterion.code, ())):
            yield text
            yield from when.lines()

    @cached_property
    def _shown_with(self) -> dict[str, list[tuple[str, str]]]:
        return shown_with(self.protocol.text)

    def _proposed(self, criterion: Criterion) -> Iterator[str]:
        yield from notes(criterion)
        yield from (self.said["proposed_before"].format(said=each) for each in notes_of_before(criterion))

    def _outdated(self, criterion: Criterion) -> Iterator[str]:
        """Yield the words that changed where a question still quotes those of before."""
        yield from (each.changed for each in outdated(self.protocol) if each.criterion == criterion.code)

    def _belongs_to(self, criterion: Criterion) -> list[str]:
        """Return the parts of a criterion; of one of all parts, their list."""
        told = [self._part(each) for each in self.protocol.parts if each.code in criterion.parts]
        every = self.marks["list"].join(map(self._part, self.protocol.parts))
        return told or ([self.said["every_part"].format(parts=every)] if every else [])

    def _number(self, criterion: Criterion) -> Iterator[str]:
        """Yield for the first criterion how many there are of each kind: its review is of that, too."""
        if criterion is self.protocol.criteria[0]:
            kinds = Counter(each.kind for each in self.protocol.criteria)
            yield self.said["of_each_kind"].format(inclusion=kinds["inclusion"], exclusion=kinds["exclusion"])

    def _patients(self, criterion: Criterion) -> Iterator[str]:
        if is_asked_as_it_stands(criterion):
            return
        found = patients(self.protocol, criterion)
        yield from (self._patient(criterion, each) for each in found.shown)
        if found.left_out:
            more = numbered(self.said["more_patients"], found.left_out, self.language)
            yield more.format(n=found.left_out)

    def _patient(self, criterion: Criterion, patient: Patient) -> str:
        answers = [
            self.marks["named"].format(
                name=self.protocol.question(name).short[self.language],
                what=describe(self.protocol.question(name), answer, self.language),
            )
            for name, answer in patient.answers
        ]
        outcome = self.said[_OUTCOMES[criterion.kind, patient.fulfils]]
        told: str = self.said["patient"]
        return told.format(answers=self.marks["then"].join(answers), outcome=outcome)

    def _reviews(self, criterion: Criterion) -> Iterator[str]:
        for review in criterion.reviewed:
            day = day_in_words(date.fromisoformat(review.on), phrases(self.language))
            yield self.said["review" if review.fits else "review_of_before"].format(by=review.by, on=day)
            if not review.fits and review.rule is not None:
                yield self._changed_since(review.rule, criterion)

    def _since(self, criterion: Criterion) -> list[str]:
        if self.since is None:
            return []
        told = Sentences(told_only(self.since, self.protocol, self.language), self.language)
        return told.told_of(criterion) or [self.said["unchanged"]]

    def _changed_since(self, before: str, criterion: Criterion) -> str:
        """Say what of a rule changed after it was accepted, with what changed in brackets."""
        now = "" if is_asked_as_it_stands(criterion) else criterion.rule.text
        if before == now:
            told: str = self.said["rule_unchanged"]
            return told
        told = self.said["rule_changed"]
        return told.format(changed=changed_words(before, now))

    # limits in all units -------------------------------------------------------------------------

    def _limits(self, criterion: Criterion) -> Iterator[str]:
        """Each limit in every unit that its number can be given in, where there are several."""
        told: dict[str, None] = {}
        for leaf in criterion.rule.node.leaves():
            if isinstance(leaf, Comparison):
                question = self.protocol.questions[leaf.place]
                limits = [*self._in_all_units(question, leaf)]
                if len(limits) > 1:
                    name = question.short[self.language]
                    told[self.said["equal"].format(name=name, limits=" ".join(limits))] = None
        yield from told

    def _in_all_units(self, question: Question, leaf: Comparison) -> Iterator[str]:
        first = next(iter(leaf.limits))
        for code in dict.fromkeys((first, *leaf.plans)):
            plan, unit = leaf.plans[code], question.unit_by_code[code]
            if plan.per is not None:
                continue
            exact = plan.limit / plan.scale
            shown = _shown(exact)
            if code in DAYS and shown < 1:
                continue
            number = Measurement("=", Decimal(compact(shown)), code)
            is_time = question.kind == "since"
            said = time_span(number, self.language) if is_time else measured(number, unit, self.language)
            yield said if code == first else f"{'=' if shown == exact else '≈'} {said}"


def _shown(number: Decimal) -> Decimal:
    """Return a number as it is, if it is short, else rounded."""
    if len(number.normalize().as_tuple().digits) <= DIGITS + 2:
        return number
    return number.quantize(Decimal(1).scaleb(number.adjusted() - DIGITS + 1))


def _text(text: Mapping[str, str] | None, telling: Telling) -> list[str]:
    """Return a text that a criterion may have in the language of the reader."""
    return [text[telling.language]] if text else []


def _drafted_anew(protocol: Protocol, criterion: Criterion) -> list[str]:
    """Return the rule that would be proposed now, of what waits for a review: its words may have changed."""
    waits = criterion.review is not None or not all(each.fits for each in criterion.reviewed)
    rule = drafted_anew(protocol, criterion) if waits else None
    return [] if rule is None else [rule]


def _as_written(criterion: Criterion) -> list[str]:
    return [] if is_asked_as_it_stands(criterion) else [criterion.rule.text]


def _stands_under(protocol: Protocol, criterion: Criterion) -> Iterator[str]:
    """Yield the lines above a criterion that may say more of it; titles of all inclusions or exclusions do not."""
    above = headings(protocol)[protocol.criteria.index(criterion)]
    yield from (line for line in above if section_of(line) not in TITLES)


FACTS: Final[Mapping[str, Callable[[Telling, Criterion], Iterable[str]]]] = {
    "under": lambda telling, criterion: _stands_under(telling.protocol, criterion),
    "record": lambda _, criterion: [criterion.source],
    "reading": lambda telling, criterion: _text(criterion.reading, telling),
    "proposed": Telling._proposed,
    "rule": Telling._rule,
    "as_written": lambda _, criterion: _as_written(criterion),
    "anew": lambda telling, criterion: _drafted_anew(telling.protocol, criterion),
    "limits": Telling._limits,
    "asked": Telling._asked,
    "outdated": Telling._outdated,
    "besides": Telling._besides,
    "parts": Telling._belongs_to,
    "number": Telling._number,
    "patients": Telling._patients,
    "note": lambda telling, criterion: _text(criterion.note, telling),
    "reviewed": Telling._reviews,
    "since": Telling._since,
}
"""What a reviewer reads of a criterion, by the label it has."""
