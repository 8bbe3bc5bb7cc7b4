"""Made-up patients on either side of a rule's limits: two who differ in one answer, and in what comes of it.

For each comparison of the rule one pair at most: its number on the limit and next to it, or an option that is asked for
and one that is not, with such other answers that the rule depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from dialogs.rules.judgement import FALSE, TRUE, Facts, members

MOST: Final = 6
"""Patients for one rule: more are not read."""
TRIES: Final = 300
"""Combinations of answers that are tried for one pair."""


@dataclass(frozen=True, slots=True)
class Patient:
    """Answers by question, in the order of asking, and whether the rule is true by them."""

    answers: tuple[tuple[str, Answer], ...]
    fulfils: bool


def patients(protocol: Protocol, criterion: Criterion) -> tuple[Patient, ...]:
    """Return some on either side of each comparison, as far as they are found; those whom it admits first."""
    search = _Search(protocol, criterion)
    found: dict[tuple[tuple[str, Answer], ...], Patient] = {}
    for leaf in dict.fromkeys(criterion.rule.node.leaves()):
        if len(found) > MOST - 2:
            break
        found |= {patient.answers: patient for patient in search.pair(leaf)}
    return tuple(sorted(found.values(), key=lambda patient: not patient.fulfils))


class _Search:
    def __init__(self, protocol: Protocol, criterion: Criterion) -> None:
        self.protocol, self.rule = protocol, criterion.rule
        leaves = list(dict.fromkeys(self.rule.node.leaves()))
        self.candidates = {
            place: tuple(dict.fromkeys(self._candidates(place, leaves))) for place in members(self.rule.mask)
        }
        self.tries = 0

    def _candidates(self, place: int, leaves: Sequence[Leaf]) -> Iterator[Answer]:
        question = self.protocol.questions[place]
        for leaf in leaves:
            if place in leaf.places:
                yield from _beside(question, leaf)
        yield from _others(question)

    def pair(self, leaf: Leaf) -> Iterator[Patient]:
        """Yield two patients who differ in the answer to the leaf's first question, and in what the rule comes to."""
        place = leaf.places[0]
        for two in pairwise(_beside(self.protocol.questions[place], leaf)):
            facts: list[Answer | None] = [None] * len(self.protocol.questions)
            if not _told_apart(leaf, place, two, facts):
                continue
            self.tries = 0
            found = self._apart(place, two, facts)
            if found is not None:
                yield from found
                return

    def _apart(
        self, place: int, two: tuple[Answer, Answer], facts: list[Answer | None]
    ) -> tuple[Patient, Patient] | None:
        """Answer further questions until the two answers lead apart; ``None`` if they do not."""
        judged = []
        for answer in two:
            facts[place] = answer
            judged.append(self.rule.judge(facts))
        one, other = judged
        if one.settled and other.settled:
            return self._both(place, two, facts) if {one.low, other.low} == {TRUE, FALSE} else None
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

    def _both(
        self, place: int, two: tuple[Answer, Answer], facts: Sequence[Answer | None]
    ) -> tuple[Patient, Patient] | None:
        one, other = (self._patient([*facts[:place], answer, *facts[place + 1 :]]) for answer in two)
        return (one, other) if one is not None and other is not None else None

    def _patient(self, facts: Facts) -> Patient | None:
        """Return the patient, unless one answer implies another one than was given."""
        questions = zip(self.protocol.questions, facts, strict=True)
        answers = {question.id: answer for question, answer in questions if answer is not None}
        implied = effective(self.protocol, answers)
        if any(implied[self.protocol.position[name]] != answer for name, answer in answers.items()):
            return None
        return Patient(tuple(answers.items()), self.rule.judge(facts).low == TRUE)


def _told_apart(leaf: Leaf, place: int, two: tuple[Answer, Answer], facts: Sequence[Answer | None]) -> bool:
    """Say whether a comparison can come out differently for two answers."""
    one, other = (leaf.judge([*facts[:place], answer, *facts[place + 1 :]]) for answer in two)
    return one != other or not one.settled


# answers that are tried --------------------------------------------------------------------------


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
