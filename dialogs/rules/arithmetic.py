"""Works a number out from the answers to other questions, as an exact fraction: it is rounded only where it is shown.

Only roots and powers that no fraction writes are rounded (see `functions`). A part that has no answer yet is waited
for; one that is unknown, or a bound such as ``<30``, leaves the whole unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, WorkedOut, exactly
from dialogs.rules.functions import Unworkable, rounded, settled
from dialogs.rules.judgement import Facts, union


class Waiting(NamedTuple):
    """Questions that must be answered first, as a bit mask."""

    places: int


Result = Fraction | Waiting | None
"""A number, what it waits for, or ``None`` if it is not known and will not be."""
Truth = bool | Waiting | None
Known = Mapping[int, Answer | None]
"""Answers by the place of their question."""


def _first_unsettled(results: Sequence[Result | Truth]) -> Waiting | None:
    """Return what several parts wait for together; ``None`` if one of them is not known."""
    if any(result is None for result in results):
        return None
    return Waiting(union(result.places for result in results if isinstance(result, Waiting)))


# numbers -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    number: Fraction

    def work(self, known: Known) -> Result:
        return self.number

    def parts(self) -> Iterator[Asked]:
        yield from ()


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The answer to a question, in its first unit: ``units`` has scale and offset of each that turns into it."""

    place: int
    units: Mapping[str, tuple[Fraction, Fraction]]
    meanings: Mapping[str, Measurement]
    formula: Formula | None

    def work(self, known: Known) -> Result:
        answer = known[self.place]
        if answer is None:
            return Waiting(1 << self.place)
        if answer == COMPUTED and self.formula is not None:
            return self.formula.exact(known)
        measured = self.meanings.get(answer.code) if isinstance(answer, Choice) else answer
        if (
            not isinstance(measured, Measurement)
            or measured.relation != "="
            or measured.unit not in self.units
        ):
            return None
        scale, offset = self.units[measured.unit]
        return Fraction(exactly(measured)) * scale + offset if measured.value.is_finite() else None

    def parts(self) -> Iterator[Asked]:
        yield self
        if self.formula is not None:
            yield from self.formula.node.parts()


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """The answer to one of two questions about the same: to the first if that is such a number, else to the other.

    The first one is asked; if it comes to no number (*normal*, a multiple of a limit), then the other one, too.
    """

    first: Asked
    other: Asked

    def work(self, known: Known) -> Result:
        first, other = known[self.first.place], known[self.other.place]
        if first is not None or other is None:
            number = self.first.work(known)
            if number is not None or (first == UNKNOWN and other is None):
                return number
        return self.other.work(known)

    def parts(self) -> Iterator[Asked]:
        yield from self.first.parts()
        yield from self.other.parts()


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """``+ - * / **``, ``min``, ``max`` or ``sqrt`` of some numbers."""

    function: Callable[..., Fraction]
    operands: tuple[Term, ...]

    def work(self, known: Known) -> Result:
        numbers = [operand.work(known) for operand in self.operands]
        if all(isinstance(number, Fraction) for number in numbers):
            return settled(self.function(*numbers))
        return _first_unsettled(numbers)

    def parts(self) -> Iterator[Asked]:
        for operand in self.operands:
            yield from operand.parts()


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """``x if condition else y``; only the one that is taken must be known."""

    condition: Condition
    then: Term
    other: Term

    def work(self, known: Known) -> Result:
        holds = self.condition.holds(known)
        if isinstance(holds, bool):
            return (self.then if holds else self.other).work(known)
        if holds is None:
            return None
        either = (each.work(known) for each in (self.then, self.other))
        return Waiting(holds.places | union(each.places for each in either if isinstance(each, Waiting)))

    def parts(self) -> Iterator[Asked]:
        for each in (self.condition, self.then, self.other):
            yield from each.parts()


# conditions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """``sex == "female"``."""

    place: int
    codes: frozenset[str]

    def holds(self, known: Known) -> Truth:
        answer = known[self.place]
        if answer is None:
            return Waiting(1 << self.place)
        return answer.code in self.codes if isinstance(answer, Choice) and answer != UNKNOWN else None

    def parts(self) -> Iterator[Asked]:
        yield Asked(self.place, {}, {}, None)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """``age_years < 18``."""

    test: Callable[[Fraction, Fraction], bool]
    one: Term
    other: Term

    def holds(self, known: Known) -> Truth:
        one, other = self.one.work(known), self.other.work(known)
        if isinstance(one, Fraction) and isinstance(other, Fraction):
            return self.test(one, other)
        return _first_unsettled([one, other])

    def parts(self) -> Iterator[Asked]:
        yield from self.one.parts()
        yield from self.other.parts()


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """``and``, ``or``, and ``not`` of one."""

    function: Callable[[list[bool]], bool]
    conditions: tuple[Condition, ...]

    def holds(self, known: Known) -> Truth:
        truths = [condition.holds(known) for condition in self.conditions]
        settled = [truth for truth in truths if isinstance(truth, bool)]
        return self.function(settled) if len(settled) == len(truths) else _first_unsettled(truths)

    def parts(self) -> Iterator[Asked]:
        for condition in self.conditions:
            yield from condition.parts()


Term = Constant | Asked | Shared | Operation | Either
Condition = Chosen | Compared | Joined


# the whole ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """How a number is worked out: its text, its tree, the unit that it comes to, and the decimals that are shown.

    ``places`` are its parts in the order in which they stand in it; those of a part that is worked out itself follow.
    A number outside of ``possible`` is none: some part of it was mistyped.
    """

    text: str
    node: Term
    unit: str
    decimals: int
    possible: tuple[Decimal, Decimal]
    places: tuple[int, ...]
    rounds: bool = False
    """Whether it is rounded before it is compared, as earlier versions did: of a file that was stored by one."""
    whole: bool = False
    """Whether it comes to whole numbers only."""

    @property
    def meaning(self) -> tuple[str, int | None]:
        """What tells apart formulas over the same questions that can come to other numbers."""
        return self.text, self.decimals if self.rounds else None

    @property
    def mask(self) -> int:
        """The questions that it uses."""
        return union(1 << place for place in self.places)

    def work_out(self, facts: Facts) -> WorkedOut | Waiting | None:
        """Return the number; what it waits for; or ``None`` if it is not known and will not be.

        Its value has the formula's decimals: `dialogs.working_out` says how it is shown.
        """
        return _worked_out(self, tuple(facts[place] for place in self.places))

    def exact(self, known: Known) -> Result:
        """Return the number as it is compared, and as another formula uses it."""
        try:
            number = self.node.work(known)
        except Unworkable:
            return None
        if not isinstance(number, Fraction):
            return number
        if self.rounds:
            number = Fraction(rounded(number, self.decimals))
        low, high = self.possible
        return number if Fraction(low) <= number <= Fraction(high) else None


@lru_cache(maxsize=4096)
def _worked_out(formula: Formula, answers: tuple[Answer | None, ...]) -> WorkedOut | Waiting | None:
    number = formula.exact(dict(zip(formula.places, answers, strict=True)))
    if not isinstance(number, Fraction):
        return number
    return WorkedOut("=", rounded(number, formula.decimals), formula.unit, number)
