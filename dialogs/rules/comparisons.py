"""The leaves of a rule about numbers: one against a limit, or against another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

from dialogs.answers import COMPUTED, Answer, Choice, Measurement, exactly
from dialogs.rules.arithmetic import Formula, Waiting
from dialogs.rules.choices import Membership, OfOneQuestion, Ticked
from dialogs.rules.functions import TESTS
from dialogs.rules.intervals import ANY, Interval, as_interval, compared, interval_of, span
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement, union
from dialogs.units import Exact, product

_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Way:
    """From a value in one unit to what is compared: ``(value * scale + offset) / over``, over or times a factor.

    The factor is the answer to the question ``per`` (a ULN, a body weight), in the units of ``per_units``, each
    with its scale. A value is divided by it; of one given as a multiple of it the factor is a part (``multiplies``).
    """

    scale: Decimal = _ONE
    offset: Decimal = Decimal(0)
    over: Decimal = _ONE
    per: int | None = None
    per_units: Mapping[str, Decimal] = field(default_factory=dict)
    multiplies: bool = False
    formula: Formula | None = None
    """Of the factor."""

    def lead(self, measured: Measurement, facts: Facts) -> Amount | None:
        """Return what a measured value comes to; ``None`` if its factor is not known and will not be."""
        interval = interval_of(measured).times(self.scale).plus(self.offset)
        factor = self.factor(facts)
        if factor is None:
            waiting = self.waiting(facts)
            return Amount(interval, self.over, waiting) if waiting else None
        if self.multiplies:
            return Amount(interval.times(factor), self.over)
        return Amount(interval, product(self.over, factor))

    def factor(self, facts: Facts) -> Exact | None:
        """Return the factor in the unit that is counted with, 1 where there is none; ``None`` if it is not known.

        A bound, such as the least that an age has come to by now, is no factor.
        """
        if self.per is None:
            return _ONE
        number = _number(facts[self.per], {}, self.formula, facts)
        if not isinstance(number, Measurement) or number.unit not in self.per_units or number.relation != "=":
            return None
        return product(exactly(number), self.per_units[number.unit])

    def waiting(self, facts: Facts) -> int:
        """Return the question of the factor, while it has no answer or one in a unit that does not fit; its parts."""
        if self.per is None:
            return 0
        answer = facts[self.per]
        if isinstance(answer, Choice):
            number = _number(answer, {}, self.formula, facts)
            return number.places if isinstance(number, Waiting) else 0
        return 1 << self.per


class Amount(NamedTuple):
    """An interval over a divisor that is not negative, so that nothing is ever rounded; ``waiting`` for a factor."""

    interval: Interval
    over: Exact = _ONE
    waiting: int = 0


def _against(operator: str, one: Amount | None, other: Amount | None) -> Judgement:
    """Compare two amounts, each multiplied by the divisor of the other."""
    if one is None or other is None:
        return SETTLED[UNCERTAIN]
    waiting = one.waiting | other.waiting
    if not waiting:
        return SETTLED[compared(operator, one.interval.times(other.over), other.interval.times(one.over))]
    low, high = span(operator, one.interval, other.interval)
    return Judgement(low, high, waiting) if low < high else SETTLED[UNCERTAIN]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan(Way):
    """How to compare a value in one unit with the limit: ``value * scale`` against ``limit``, either times a factor."""

    limit: Decimal


@dataclass(frozen=True, eq=False)
class Comparison(OfOneQuestion):
    """A number against a limit: ``limits`` holds it by unit, ``plans`` how to compare an answer in each unit."""

    operator: str
    limits: Mapping[str, Decimal]
    plans: Mapping[str, Plan]
    meanings: Mapping[str, Measurement]
    formula: Formula | None = None

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if isinstance(answer, Measurement):
            return self._compare(answer, facts)
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        measured = _number(answer, self.meanings, self.formula, facts)
        if isinstance(measured, Waiting):
            return Judgement(FALSE, TRUE, measured.places)
        return SETTLED[UNCERTAIN] if measured is None else self._compare(measured, facts)

    def _compare(self, measured: Measurement, facts: Facts) -> Judgement:
        plan = self.plans[measured.unit]
        factor = _ONE if plan.per is None else plan.factor(facts)
        if factor is not None:
            value: Exact = product(exactly(measured), plan.scale)
            limit: Exact = plan.limit
            if plan.multiplies:
                value = product(value, factor)
            elif factor is not _ONE:
                limit = product(limit, factor)
            if measured.relation == "=":  # nearly every answer, and the quickest way
                return SETTLED[TRUE if TESTS[self.operator](value, limit) else FALSE]
            return SETTLED[
                compared(self.operator, as_interval(measured.relation, value), Interval(limit, limit))
            ]
        return _against(self.operator, plan.lead(measured, facts), Amount(Interval(plan.limit, plan.limit)))

    def asked(self, facts: Facts) -> Iterator[int]:
        """The questions whose answers were used: the number's own, and the one that divides or multiplies it."""
        yield self.place
        yield from _worked_from(facts[self.place], self.formula, facts)
        measured = _number(facts[self.place], self.meanings, self.formula, facts)
        if isinstance(measured, Measurement):
            yield from _factor(self.plans[measured.unit], facts)

    @cached_property
    def mask(self) -> int:
        """The questions that it uses."""
        return 1 << self.place | _mask(self.formula) | union(map(_factor_mask, self.plans.values()))


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """One of two numbers that are compared with each other: its question, what its shortcuts mean, its formula."""

    place: int
    meanings: Mapping[str, Measurement]
    formula: Formula | None = None

    def known(self, facts: Facts) -> Measurement | Waiting | None:
        """Return the number, what it waits for, or ``None`` if it is not known and will not be."""
        answer = facts[self.place]
        if answer is None:
            return Waiting(1 << self.place)
        return _number(answer, self.meanings, self.formula, facts)


@dataclass(frozen=True, eq=False)
class Contrast:
    """A number against another one; ``ways`` holds how to compare them, by the units of both."""

    one: Number
    operator: str
    other: Number
    ways: Mapping[tuple[str, str], tuple[Way, Way]]

    def judge(self, facts: Facts) -> Judgement:
        one, other = self.one.known(facts), self.other.known(facts)
        if one is None or other is None:
            return SETTLED[UNCERTAIN]
        if isinstance(one, Waiting) or isinstance(other, Waiting):
            return _against(self.operator, _shape(one), _shape(other))
        way, other_way = self.ways[one.unit, other.unit]
        return _against(self.operator, way.lead(one, facts), other_way.lead(other, facts))

    @property
    def places(self) -> tuple[int, ...]:
        return self.one.place, self.other.place

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        known = [number.known(facts) for number in (self.one, self.other)]
        for number in (self.one, self.other):
            yield number.place
            yield from _worked_from(facts[number.place], number.formula, facts)
        one, other = known
        if isinstance(one, Measurement) and isinstance(other, Measurement):
            for way in self.ways[one.unit, other.unit]:
                yield from _factor(way, facts)

    @cached_property
    def mask(self) -> int:
        numbers = union(1 << number.place | _mask(number.formula) for number in (self.one, self.other))
        return numbers | union(_factor_mask(way) for pair in self.ways.values() for way in pair)


def _shape(number: Measurement | Waiting) -> Amount:
    """Return what can be said of a number before the other one is known: whether it has ends."""
    return Amount(ANY, waiting=number.places) if isinstance(number, Waiting) else Amount(interval_of(number))


# numbers -----------------------------------------------------------------------------------------


def _number(
    answer: Answer | None, meanings: Mapping[str, Measurement], formula: Formula | None, facts: Facts
) -> Measurement | Waiting | None:
    """Return the number behind an answer, as entered, by a button, or worked out; ``None`` if there is none."""
    if isinstance(answer, Measurement):
        return answer
    if not isinstance(answer, Choice):
        return None
    if answer == COMPUTED and formula is not None:
        return formula.work_out(facts)
    return meanings.get(answer.code)


def _worked_from(answer: Answer | None, formula: Formula | None, facts: Facts) -> Iterator[int]:
    """The parts from which a number is worked out."""
    if answer == COMPUTED and formula is not None:
        yield from formula.places


def _factor(way: Way, facts: Facts) -> Iterator[int]:
    if way.per is not None:
        yield way.per
        yield from _worked_from(facts[way.per], way.formula, facts)


def _factor_mask(way: Way) -> int:
    return 0 if way.per is None else 1 << way.per | _mask(way.formula)


def _mask(formula: Formula | None) -> int:
    return formula.mask if formula is not None else 0


Leaf = Comparison | Contrast | Membership | Ticked
