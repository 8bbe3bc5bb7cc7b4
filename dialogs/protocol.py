"""One trial's questions and criteria, as loaded from its file. Immutable, shared by every dialogue.

Texts are mappings from language code (``en``, ``zh``) to string. Units are UCUM codes. Attributes are called as the
keys of the file, and `dialogs.loading.keys` has their defaults.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, Selection
from dialogs.effort import Effort
from dialogs.errors import AnswerError
from dialogs.languages import in_every_language
from dialogs.reviews import Review, awaited
from dialogs.rules.arithmetic import Formula
from dialogs.rules.judgement import union
from dialogs.rules.tree import Rule
from dialogs.tabulation import Tabulation
from dialogs.texts import Text
from dialogs.units import Unit


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; ``implies`` names answers to others that follow from it, ``beyond`` to those that are not asked."""

    code: str
    text: Text
    implies: Mapping[str, str]
    beyond: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A button that stands for a number: *Normal* means ``<= 1 {xULN}``, *Never* means ``0 mo``."""

    code: str
    text: Text
    means: Measurement


Kind = Literal["choice", "several", "integer", "quantity", "since"]
"""What is answered. `yes_no` of a file is a choice here."""


YES_OR_NO: Final = frozenset({"yes", "no"})
"""The options of a question that may stand alone in a rule."""


@dataclass(frozen=True, eq=False)
class Question:
    """What the clinician is asked.

    ``name`` is its short name inside of a sentence, ``short`` the same at the beginning of a line.
    ``options`` hold no *unknown*: every question takes it, under the name ``unknown``.
    ``unit_of`` names the question whose unit this one's answer must have (a ULN).
    ``bounds`` says whether ``<30`` is an answer. ``judgement`` marks what only a clinician can judge.
    ``in_log`` gives the answer a column of the screening log. ``lasting`` says that an answer also holds weeks later.
    A ``site_fact`` is about the site, not the patient: later screenings there take its newest answer by themselves.
    ``at`` is the visit whose answer is wanted, which ``ask``, ``short`` and ``name`` say, too.
    Of those that say that they measure the same (``measures``) one value serves a formula.
    With a ``formula`` the number can be given or, by the answer *computed*, be worked out from other answers.
    ``effort`` says how an answer is come by; no verdict depends on it.
    """

    id: str
    kind: Kind
    ask: Text
    short: Text
    name: Text
    help: Text | None
    unknown: Text
    supplier: Text
    options: tuple[Option, ...]
    shortcuts: tuple[Shortcut, ...]
    units: tuple[Unit, ...]
    unit_of: str | None
    bounds: bool
    judgement: bool
    lasting: bool
    site_fact: bool
    at: Text | None
    loinc: str | None
    in_log: bool
    sdtm: Tabulation | None
    formula: Formula | None = None
    measures: str | None = None
    effort: Effort = "chart"

    @cached_property
    def unit_by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def option_by_code(self) -> dict[str, Option]:
        return {option.code: option for option in self.options}

    @cached_property
    def shortcut_by_code(self) -> dict[str, Shortcut]:
        return {shortcut.code: shortcut for shortcut in self.shortcuts}

    @cached_property
    def buttons(self) -> dict[str, Text]:
        """The answers that have a code, with what their buttons say; without *unknown*, which every question has."""
        texts = {option.code: option.text for option in self.options}
        texts |= {shortcut.code: shortcut.text for shortcut in self.shortcuts}
        if self.formula is not None:
            texts[COMPUTED.code] = Text(in_every_language("dialogs", "formula", COMPUTED.code))
        return texts

    @cached_property
    def signed(self) -> bool:
        """Say whether an answer can be negative, so that a minus is a sign."""
        return any(unit.signed for unit in self.units)

    def divisor_scales(self, unit: Unit, divisor: Question) -> dict[str, Decimal]:
        """Return the units in which `divisor` can divide a value in `unit`, each with the scale to compare by.

        The divisor that is this question's own limit (a ULN) must be in the value's unit; another one (a body
        weight) may be in any unit that turns into its first.
        """
        if divisor.unit_of == self.id:
            return {unit.code: Decimal(1)}
        first = {unit.code: Decimal(1) for unit in divisor.units[:1]}
        scales = {unit.code: unit.scale for unit in divisor.units if isinstance(unit.scale, Decimal)}
        return first | scales

    def measured(self, answer: Answer) -> Measurement | None:
        """Return the number behind an answer, a shortcut's included; ``None`` for other choices, and for *never*."""
        if not isinstance(answer, Choice):
            return answer if isinstance(answer, Measurement) else None
        shortcut = self.shortcut_by_code.get(answer.code)
        return shortcut.means if shortcut and shortcut.means.value.is_finite() else None

    def chosen(self, answer: Answer | None) -> tuple[Option, ...]:
        """Return the options that an answer names: one, those that were ticked, or none."""
        codes: tuple[str, ...] = (answer.code,) if isinstance(answer, Choice) else ()
        codes = answer.codes if isinstance(answer, Selection) else codes
        return tuple(self.option_by_code[code] for code in codes if code in self.option_by_code)

    def check(self, answer: Answer) -> None:
        """Raise `AnswerError` unless `answer` is one that this question can have."""
        if isinstance(answer, Measurement):
            self._check_number(answer)
        elif isinstance(answer, Selection):
            self._check_selection(answer)
        elif answer != UNKNOWN and (self.kind == "several" or answer.code not in self.buttons):
            raise AnswerError(f"{self.id}: no option {answer.code!r}; expected one of {sorted(self.buttons)}")

    def takes(self, answer: Answer) -> bool:
        """Say whether `answer` is one that this question can have."""
        try:
            self.check(answer)
        except AnswerError:
            return False
        return True

    def own(self, answer: Answer) -> Answer | None:
        """Return an answer to another version of this question as one of its own; ``None`` if it takes none such."""
        if isinstance(answer, Selection) and self.option_by_code.keys() >= {*answer.codes}:
            answer = self.selection(answer.codes)
        return answer if self.takes(answer) else None

    def selection(self, codes: Collection[str]) -> Selection:
        """Return the options with these codes as an answer, in their own order."""
        return Selection(tuple(code for code in self.option_by_code if code in codes))

    def _check_selection(self, answer: Selection) -> None:
        if self.kind != "several":
            raise AnswerError(f"{self.id}: does not take several options")
        if answer != self.selection(answer.codes):
            known = list(self.option_by_code)
            raise AnswerError(f"{self.id}: {list(answer.codes)} are not some of {known}, in this order")

    def _check_number(self, answer: Measurement) -> None:
        unit = self.unit_by_code.get(answer.unit)
        if unit is None:
            raise AnswerError(f"{self.id}: no unit {answer.unit!r}; expected one of {[*self.unit_by_code]}")
        if answer.relation != "=" and not self.bounds:
            raise AnswerError(f"{self.id}: takes a number, not a bound like {answer.relation}{answer.value}")
        if self.kind == "integer" and answer.value != answer.value.to_integral_value():
            raise AnswerError(f"{self.id}: takes a whole number, not {answer.value}")
        if not unit.admits(answer):
            raise AnswerError(f"{self.id}: {answer.value} {unit.code} is not possible")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a trial with a verdict of its own: a cohort, an arm, a randomisation; or another person, a parent.

    Whoever does not fit a ``required`` one fits none. ``person`` is whom its questions are about, if not the patient.
    """

    code: str
    name: Text
    required: bool = False
    person: Text | None = None


@dataclass(frozen=True, eq=False)
class Criterion:
    """One inclusion or exclusion rule of the record.

    ``rule`` says when an inclusion criterion is met, or when an exclusion criterion applies. ``reading`` says how we
    understand ``source``, the record's words, where that needs saying. ``requires`` names a criterion without which
    this one is not judged. ``counts_as`` names the criterion under which statistics count this one (E1 is the
    complement of I1). Who fails a ``willingness`` criterion is counted as declined. ``parts`` are the codes of
    those that it belongs to; none means all. ``review`` says how a machine read it, which a person is to look at.
    ``below`` are the lines of the record above it that lead on to it.
    """

    code: str
    kind: Literal["inclusion", "exclusion"]
    name: Text
    source: str
    reading: Text | None
    rule: Rule
    ietestcd: str
    group: str
    requires: str | None
    counts_as: str | None
    note: Text | None
    willingness: bool
    parts: tuple[str, ...]
    review: str | None
    reviewed: tuple[Review, ...]
    below: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the record that is no criterion; ``before`` counts the criteria that stand above it."""

    before: int
    text: str


@dataclass(frozen=True, eq=False)
class SiteItem:
    """A text that is shown when its rule is true: a point to *ask the site* about, or an alert."""

    id: str
    text: Text
    when: Rule


@dataclass(frozen=True, eq=False)
class Protocol:
    """One trial, versioned. ``sha256`` is that of the file's text.

    ``reviews`` is the number of persons who must accept each criterion; 0 where only what was proposed is reviewed.
    """

    id: str
    version: str
    record_version: str
    title: Text
    site: Text | None
    notices: tuple[Text, ...]
    disclaimer: Text
    contact: Text | None
    reviews: int
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    criteria: tuple[Criterion, ...]
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    site_items: tuple[SiteItem, ...]
    alerts: tuple[SiteItem, ...]
    text: str
    sha256: str
    facts: Mapping[str, str]

    @cached_property
    def position(self) -> dict[str, int]:
        """Index of each question in the order of asking."""
        return {question.id: index for index, question in enumerate(self.questions)}

    @cached_property
    def formulas(self) -> dict[int, Formula]:
        """The formulas by the index of the question whose number they work out."""
        return {at: each.formula for at, each in enumerate(self.questions) if each.formula is not None}

    @cached_property
    def criterion_by_code(self) -> dict[str, Criterion]:
        return {criterion.code: criterion for criterion in self.criteria}

    @cached_property
    def alternatives(self) -> tuple[Part, ...]:
        """The parts of which one is enough: those that are not required. Each has a bit in masks of parts."""
        return tuple(part for part in self.parts if not part.required)

    @cached_property
    def parts_of(self) -> tuple[int, ...]:
        """For each criterion, the mask of the parts that it can rule out: of a required part, and of all, every one."""
        bits = {part.code: 1 << place for place, part in enumerate(self.alternatives)}
        return tuple(
            union(bits.get(code, self.every_part) for code in each.parts) or self.every_part
            for each in self.criteria
        )

    @cached_property
    def trial_ids(self) -> tuple[str, ...]:
        """Of a portfolio, its trials; none of a trial by itself."""
        return ()

    @cached_property
    def every_part(self) -> int:
        """The bit mask of all alternatives; a trial without any is one."""
        return (1 << max(len(self.alternatives), 1)) - 1

    @cached_property
    def requirement(self) -> tuple[int | None, ...]:
        """For each criterion, the index of the one that it requires."""
        place = {criterion.code: index for index, criterion in enumerate(self.criteria)}
        return tuple(place[c.requires] if c.requires else None for c in self.criteria)

    @cached_property
    def used(self) -> tuple[int, ...]:
        """For each criterion, the questions that its status depends on: its rule's, and those of what it requires."""
        masks = [criterion.rule.mask for criterion in self.criteria]
        for index, required in enumerate(self.requirement):
            if required is not None:
                masks[index] |= masks[required]
        return tuple(masks)

    @cached_property
    def affected(self) -> tuple[tuple[int, ...], ...]:
        """For each question, the indexes of the criteria whose status its answer can change."""
        said = map(self._said_by, range(len(self.questions)))
        return tuple(tuple(index for index, mask in enumerate(self.used) if mask & one) for one in said)

    def _said_by(self, place: int) -> int:
        """The questions that an answer to this one can answer: itself, and what its options imply."""
        options = self.questions[place].options
        return 1 << place | union(1 << self.position[other] for option in options for other in option.implies)

    @cached_property
    def open_reviews(self) -> tuple[Criterion, ...]:
        """The criteria that a person has still to accept; with one of them the protocol is a draft."""
        return tuple(each for each in self.criteria if awaited(each.review, each.reviewed, self.reviews))

    def question(self, question_id: str) -> Question:
        """Look a question up by id; `KeyError` if there is none."""
        return self.questions[self.position[question_id]]
