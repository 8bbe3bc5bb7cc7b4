"""What an order of asking takes: each patient is asked, in that order, what can still change who is excluded.

It is the walk of `dialogs.progress` over questions in another order, up to the exclusion. What each criterion comes to
by the answers that are known is judged once for each patient, whatever the order that led there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

from dialogs.answers import Answer
from dialogs.assessment import judge
from dialogs.effort import EXPLAINED, WEIGHTS
from dialogs.of_one_trial import explained_first
from dialogs.ordering.layout import Order
from dialogs.ordering.patients import Patient
from dialogs.parts import open_questions, ruled_out
from dialogs.protocol import Protocol
from dialogs.rules.judgement import Judgement, union
from dialogs.working_out import known_already


@dataclass(frozen=True, slots=True)
class Expected:
    """Questions, and their effort (`dialogs.effort`), of a patient on average: until excluded, or nothing is left."""

    questions: float
    effort: float


def effort(protocol: Protocol, place: int) -> int:
    """Return what an answer to a question takes; what is known of the site is asked nobody."""
    question = protocol.questions[place]
    if question.site_fact:
        return 0
    return EXPLAINED if explained_first(protocol) >> place & 1 else WEIGHTS[question.effort]


class Walks:
    """Some patients, and what is known of them by each set of answers."""

    def __init__(self, protocol: Protocol, patients: Sequence[Patient]) -> None:
        self.protocol: Final = protocol
        self.walks = [_Walk(protocol, patient.answers) for patient in patients]
        self.counts = [patient.counts_for for patient in patients]
        self.effort: Final = tuple(effort(protocol, place) for place in range(len(protocol.questions)))

    def every(self, nth: int) -> Walks:
        """Return these walks for every so many-th patient."""
        some = copy(self)
        some.walks, some.counts = self.walks[::nth], self.counts[::nth]
        return some

    def expected(self, order: Order) -> Expected:
        """Return what asking in this order takes."""
        questions = effort = 0.0
        for walk, count in zip(self.walks, self.counts, strict=True):
            asked = [self.effort[place] for place in walk.asked(order)]
            questions += count * sum(map(bool, asked))
            effort += count * sum(asked)
        total = sum(self.counts)
        return Expected(questions / total, effort / total)


class _Walk:
    """One patient."""

    def __init__(self, protocol: Protocol, answers: Sequence[Answer | None]) -> None:
        self.protocol = protocol
        self.answers = answers
        self.says = tuple(
            self._said_by(place) if answer is not None else 0 for place, answer in enumerate(answers)
        )
        """For each question, those that are known once it is answered."""
        self._judged: dict[tuple[int, int], Judgement] = {}
        self._lefts: dict[int, int] = {}

    def _said_by(self, place: int) -> int:
        chosen = self.protocol.questions[place].chosen(self.answers[place])
        implied = (self.protocol.position[other] for option in chosen for other in option.implies)
        return union(1 << each for each in (place, *implied))

    def asked(self, order: Order) -> Iterator[int]:
        """Yield the questions that the patient is asked."""
        known = passed = at = 0
        while left := self._left(known):
            if left & passed:  # what an answer calls for may stand above it
                place = next(each for each in order if left >> each & 1)
            else:
                while not left >> order[at] & 1:
                    passed |= 1 << order[at]
                    at += 1
                place = order[at]
            if not self._known_already(place, known):
                yield place
            known |= self.says[place]

    def _left(self, known: int) -> int:
        """Return the questions that can still change a part by the answers that are known; none once all are out."""
        if known not in self._lefts:
            self._lefts[known] = self._work_out_left(known)
        return self._lefts[known]

    def _work_out_left(self, known: int) -> int:
        protocol = self.protocol
        judged = [self._judge(index, known & used) for index, used in enumerate(protocol.used)]
        out = ruled_out(protocol, judged)
        return 0 if out == protocol.every_part else open_questions(protocol, judged, out)

    def _judge(self, index: int, known: int) -> Judgement:
        key = index, known
        if key not in self._judged:
            self._judged[key] = judge(self.protocol, index, self._facts(known))
        return self._judged[key]

    def _known_already(self, place: int, known: int) -> bool:
        """Say whether a number is worked out without asking."""
        formula = self.protocol.formulas.get(place)
        return formula is not None and known_already(self.protocol, place, self._facts(known))

    def _facts(self, known: int) -> list[Answer | None]:
        return [answer if known >> place & 1 else None for place, answer in enumerate(self.answers)]
