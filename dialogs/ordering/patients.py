"""Made-up patients who are excluded by each criterion as often as is wanted, the same ones every time.

Each is excluded by criteria that are drawn by lot, and has answers, all of them known, by which exactly these fail, as
far as some are found. Those whom nothing excludes are few, and count for as many as they should be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import judge
from dialogs.examples import expected_number
from dialogs.proofs.representatives import representatives
from dialogs.protocol import Protocol, Question
from dialogs.rules.judgement import FALSE, members, union
from dialogs.working_out import comes_to

DRAWN: Final = 400
"""Patients of whom it is drawn by lot which criteria exclude them."""
ALIKE: Final = 48
"""At most so many are made of those whom the same criteria exclude."""
CHANGES: Final = 40
"""Answers that are changed at most to find one patient; for the first one, for each criterion."""
OTHERS: Final = 3
"""Answers that are tried for one change."""


_Answers = list[Answer | None]


@dataclass(frozen=True, slots=True)
class Patient:
    """An answer to every question that a criterion needs, by place, and for how many patients this one counts."""

    answers: tuple[Answer | None, ...]
    counts_for: float


def patients(protocol: Protocol, chance: Sequence[float], purpose: str) -> list[Patient]:
    """Make patients up, whom each criterion excludes with its chance. Another purpose has others."""
    random = Random(f"{protocol.id} {purpose}")  # noqa: S311  the same patients every time is what is wanted
    drawn = Counter(
        _drawn([likely if used else 0 for likely, used in zip(chance, protocol.used, strict=True)], random)
    )
    maker = _Maker(protocol, random)
    return [patient for failing, count in drawn.items() for patient in maker.some(failing, count)]


def _drawn(chance: Sequence[float], random: Random) -> list[int]:
    """Return for each patient the criteria that are to fail, as a bit mask: each fails for as many as it should."""
    drawn = [0] * DRAWN
    for index, likely in enumerate(chance):
        for patient in random.sample(range(DRAWN), round(likely * DRAWN)):
            drawn[patient] |= 1 << index
    return drawn


class _Maker:
    def __init__(self, protocol: Protocol, random: Random) -> None:
        self.protocol, self.random = protocol, random
        self.places = tuple(members(union(protocol.used)))
        self.choices = {place: tuple(_answers(protocol, place)) for place in self.places}
        self.limits = [place for place in self.places if protocol.questions[place].unit_of]
        self.implying = [
            place
            for place in self.places
            if any(option.implies for option in protocol.questions[place].options)
        ]
        self.fit = self._fit()
        self.failing = self._failed(self.fit, range(len(protocol.criteria)))

    def some(self, failing: int, count: int) -> Iterator[Patient]:
        made = min(count, ALIKE)
        for _ in range(made):
            yield Patient(self._direct(self._found(failing)), count / made)

    def _fit(self) -> _Answers:
        """Return answers by which no criterion fails, or as few as are found."""
        answers: _Answers = [None] * len(self.protocol.questions)
        for place in self.places:
            answers[place] = self.random.choice(self.choices[place])
        self._agree(answers)
        failed = self._failed(answers, range(len(self.protocol.criteria)))
        return self._mended(answers, failed, CHANGES * len(self.protocol.criteria))

    def _found(self, failing: int) -> _Answers:
        """Look for answers by which these criteria fail and no others; the nearest that were met."""
        answers, wrong = self.fit, self.failing ^ failing
        for place in self.random.sample(self.places, len(self.places)):
            other = self._with(answers, place, self.random.choice(self.choices[place]))
            now = wrong ^ self._turned(answers, other)
            if now.bit_count() <= wrong.bit_count():
                answers, wrong = other, now
        return self._mended(answers, wrong, CHANGES)

    def _mended(self, answers: _Answers, wrong: int, changes: int) -> _Answers:
        """Change answers until no criterion is wrong; return the best that were met."""
        best, fewest = answers, wrong.bit_count()
        while wrong and changes:
            changes -= 1
            answers, wrong = self._changed(answers, wrong)
            if wrong.bit_count() < fewest:
                best, fewest = answers, wrong.bit_count()
        return best

    def _with(self, answers: _Answers, place: int, answer: Answer) -> _Answers:
        other = [*answers[:place], answer, *answers[place + 1 :]]
        self._agree(other)
        return other

    def _changed(self, answers: _Answers, wrong: int) -> tuple[_Answers, int]:
        """Change one answer of a criterion that is not as wanted, so that as few as possible are not."""
        index = self.random.choice([*members(wrong)])
        place = self.random.choice([*members(self.protocol.used[index])])
        tried = []
        for answer in self.random.choices(self.choices[place], k=OTHERS):
            other = self._with(answers, place, answer)
            tried.append((other, wrong ^ self._turned(answers, other)))
        return min(tried, key=lambda each: each[1].bit_count())

    def _turned(self, before: _Answers, after: _Answers) -> int:
        """Return the criteria that fail by one of these answers only."""
        changed = union(1 << place for place in self.places if before[place] is not after[place])
        touched = [index for index, used in enumerate(self.protocol.used) if used & changed]
        return self._failed(before, touched) ^ self._failed(after, touched)

    def _failed(self, answers: _Answers, criteria: Iterable[int]) -> int:
        return union(1 << index for index in criteria if judge(self.protocol, index, answers).high == FALSE)

    def _agree(self, answers: _Answers) -> None:
        """Let answers follow from what others imply, and limits of normal have the unit of their value."""
        for place in self.implying:
            for option in self.protocol.questions[place].chosen(answers[place]):
                for other, code in option.implies.items():
                    if answers[self.protocol.position[other]] is not None:
                        answers[self.protocol.position[other]] = Choice(code)
        for place in self.limits:
            limit = self.protocol.questions[place]
            value, now = answers[self.protocol.position[str(limit.unit_of)]], answers[place]
            unit = limit.unit_by_code.get(value.unit) if isinstance(value, Measurement) else None
            if unit is not None and isinstance(now, Measurement) and now.unit != unit.code:
                number = expected_number(unit, whole=limit.kind == "integer")
                answers[place] = Measurement("=", number, unit.code)

    def _direct(self, answers: _Answers) -> tuple[Answer | None, ...]:
        """Let half of the numbers that are worked out be given as they are shown."""
        found = answers
        for place in self.protocol.formulas:
            number = comes_to(self.protocol, place, found)
            if number is None or found[place] != COMPUTED or self.random.getrandbits(1):
                continue
            answer = Measurement("=", number.value, number.unit)
            given = [*found[:place], answer, *found[place + 1 :]]
            if self.protocol.questions[place].takes(answer) and not self._turned(found, given):
                found = given
        return tuple(found)


def _answers(protocol: Protocol, place: int) -> Iterable[Answer]:
    """Return answers that between them do all that an exact answer can, and some that are usual."""
    question = protocol.questions[place]
    if question.formula is not None:
        return (COMPUTED,)
    told_apart = (answer for answer in representatives(protocol, place) if _is_exact(answer))
    return dict.fromkeys([*told_apart, *_usual(question)])


def _is_exact(answer: Answer) -> bool:
    return answer.relation == "=" if isinstance(answer, Measurement) else answer != UNKNOWN


def _usual(question: Question) -> Iterator[Measurement]:
    for unit in question.units:
        middle = expected_number(unit, whole=question.kind == "integer")
        for number in (middle, *(unit.from_first(end) for end in unit.usual)):
            answer = Measurement("=", Decimal(number), unit.code)
            if question.takes(answer):
                yield answer
