"""Made-up patients on either side of a rule's limits: two who differ in one answer, and in what comes of it.

For each comparison of the rule a pair: its number on the limit and next to it, or each option that is asked for and one
that is not, with such other answers that the rule depends on it. Where no answers make it true in one and false in the
other, one of the two is left open by the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from dialogs.answers import Answer, Choice, Measurement
from dialogs.assessment import effective
from dialogs.examples import expected_number
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.choices import Membership, Ticked
from dialogs.rules.comparisons import Comparison, Contrast, Leaf
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, Facts, members

MOST: Final = 12
"""Patients for one rule: more are not read."""
TRIES: Final = 300
"""Combinations of answers that are tried for one pair."""

_Two = tuple[Answer, Answer]


@dataclass(frozen=True, slots=True)
class Patient:
    """Answers by question, in the order of asking, and whether the rule is true by them (``None``: left open)."""

    answers: tuple[tuple[str, Answer], ...]
    fulfils: bool | None


@dataclass(frozen=True, slots=True)
class Patients:
    """Those of one rule, and how many of its comparisons have further ones that are not among them."""

    shown: tuple[Patient, ...]
    left_out: int


def patients(protocol: Protocol, criterion: Criterion) -> Patients:
    """Return some on either side of each comparison, as far as they are found; those whom it admits first."""
    search, left_out = _Search(protocol, criterion), 0
    found: dict[tuple[tuple[str, Answer], ...], Patient] = {}
    for leaf in dict.fromkeys(criterion.rule.node.leaves()):
        for turn in _turns(protocol.questions[leaf.places[0]], leaf):
            more = {patient.answers: patient for patient in search.pair(leaf, turn)}
            if len(found | more) > MOST:
                left_out += 1
            else:
                found |= more
    return Patients(tuple(sorted(found.values(), key=lambda each: _ORDER[each.fulfils])), left_out)


_ORDER: Final = {True: 0, False: 1, None: 2}


_FULFILS: Final[dict[int, bool | None]] = {TRUE: True, FALSE: False, UNCERTAIN: None}


class _Search:
    def __init__(self, protocol: Protocol, criterion: Criterion) -> None:
        self.protocol, self.rule = protocol, criterion.rule
        leaves = list(dict.fromkeys(self.rule.node.leaves()))
        self.candidates = {
            place: tuple(dict.fromkeys(self._candidates(place, leaves))) for place in members(self.rule.mask)
        }
        self.tries = 0
        self.outcomes: Set[int] = {TRUE, FALSE}

    def _candidates(self, place: int, leaves: Sequence[Leaf]) -> Iterator[Answer]:
        question = self.protocol.questions[place]
        for leaf in leaves:
            if place in leaf.places:
                yield from _beside(question, leaf)
        yield from _others(question)

    def pair(self, leaf: Leaf, turn: Sequence[_Two]) -> Iterator[Patient]:
        """Yield two patients who differ in the answer to the leaf's first question, and in what the rule comes to."""
        for outcomes in ((TRUE, FALSE), (TRUE, UNCERTAIN), (FALSE, UNCERTAIN)):
            for two in turn:
                found = self._differing(leaf, two, {*outcomes})
                if found is not None:
                    yield from found
                    return

    def _differing(self, leaf: Leaf, two: _Two, outcomes: Set[int]) -> tuple[Patient, Patient] | None:
        place = leaf.places[0]
        facts: list[Answer | None] = [None] * len(self.protocol.questions)
        if not _told_apart(leaf, place, two, facts):
            return None
        self.tries, self.outcomes = 0, outcomes
        return self._apart(place, two, facts)

    def _apart(self, place: int, two: _Two, facts: list[Answer | None]) -> tuple[Patient, Patient] | None:
        """Answer further questions until the two answers lead apart; ``None`` if they do not."""
        judged = []
        for answer in two:
            facts[place] = answer
            judged.append(self.rule.judge(facts))
        one, other = judged
        if one.settled and other.settled:
            return self._both(place, two, facts) if {one.low, other.low} == self.outcomes else None
        still_open = [each for each in members(one.residual | other.residual) if facts[each] is None]
        for answer in self.candidates[still_open[0]] if still_open else ():
            self.tries += 1
            if self.tries > TRIES:
                return None
            facts[still_open[0]] = answer
            found = self._apart(place, two, facts)
            facts[still_open[0]] = None
            if found is not None:
                return found
        return None

    def _both(self, place: int, two: _Two, facts: Sequence[Answer | None]) -> tuple[Patient, Patient] | None:
        one, other = (self._patient([*facts[:place], answer, *facts[place + 1 :]]) for answer in two)
        return (one, other) if one is not None and other is not None else None

    def _patient(self, facts: Facts) -> Patient | None:
        """Return the patient, unless one answer implies another one than was given."""
        questions = zip(self.protocol.questions, facts, strict=True)
        answers = {question.id: answer for question, answer in questions if answer is not None}
        implied = effective(self.protocol, answers)
        if any(implied[self.protocol.position[name]] != answer for name, answer in answers.items()):
            return None
        return Patient(tuple(answers.items()), _FULFILS[self.rule.judge(facts).low])


def _told_apart(leaf: Leaf, place: int, two: _Two, facts: Sequence[Answer | None]) -> bool:
    """Say whether a comparison can come out differently for two answers."""
    one, other = (leaf.judge([*facts[:place], answer, *facts[place + 1 :]]) for answer in two)
    return one != other or not one.settled


# answers that are tried --------------------------------------------------------------------------


def _turns(question: Question, leaf: Leaf) -> Iterator[Sequence[_Two]]:
    """Yield two answers each, between some of which the comparison turns; a list for each option that it names."""
    match leaf:
        case Membership():
            codes = question.option_by_code or question.shortcut_by_code
            others = [Choice(code) for code in codes if code not in leaf.codes]
            yield from ([(Choice(code), other) for other in others] for code in codes if code in leaf.codes)
        case Ticked() if leaf.code in question.option_by_code:
            yield [*_ticked(question, leaf.code)]
        case _:
            yield [*pairwise(_beside(question, leaf))]


def _ticked(question: Question, code: str) -> Iterator[_Two]:
    """Yield what is ticked with an option and without it: alone, beside each other one, and beside all of them."""
    others = [each for each in question.option_by_code if each != code]
    for beside in ([], *([each] for each in others), others):
        yield question.selection([code, *beside]), question.selection(beside)


def _beside(question: Question, leaf: Leaf) -> Iterator[Answer]:
    """Yield answers in their order, so that where the comparison turns it does so between two after each other."""
    match leaf:
        case Comparison():
            for code, limit in list(leaf.limits.items())[:1]:
                yield from _numbers(question, code, limit)
        case Contrast():
            unit = question.units[0]
            yield from _numbers(question, unit.code, _usual(question, unit.code))
        case Membership():
            yield from map(Choice, question.option_by_code or question.shortcut_by_code)
        case Ticked():
            yield question.selection([leaf.code])
            yield question.selection([])


def _numbers(question: Question, code: str, limit: Decimal) -> Iterator[Answer]:
    """Yield the number before a limit, the limit, and the one after it, as far as they are possible."""
    unit = question.unit_by_code[code]
    whole = question.kind in ("integer", "since")
    written = (limit, Decimal(1) if unit.example is None else unit.example)
    finest = 0 if whole else min(int(number.as_tuple().exponent) for number in written)
    step = Decimal(1).scaleb(min(finest, 0))
    for number in (limit - step, limit, limit + step):
        if unit.allows(number):
            yield Measurement("=", number, code)


def _others(question: Question) -> Iterator[Answer]:
    """Yield every option, and in each unit a number that is usual."""
    if question.kind == "several":
        yield question.selection([])
        yield from (question.selection([code]) for code in question.option_by_code)
        yield question.selection(question.option_by_code)
        return
    yield from (Choice(each.code) for each in question.options)
    for unit in question.units:
        yield Measurement("=", _usual(question, unit.code), unit.code)


def _usual(question: Question, code: str) -> Decimal:
    return expected_number(question.unit_by_code[code], whole=question.kind == "integer")
