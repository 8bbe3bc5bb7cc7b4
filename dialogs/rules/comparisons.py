"""The leaves of a rule: a number against a limit or against another number, or a choice against option codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from operator import eq, ge, gt, le, lt, ne
from typing import Final, NamedTuple

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.rules.intervals import ANY, Interval, compared, interval_of, span
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement, union
from dialogs.rules.ticked import Ticked

_Test = Callable[[Decimal, Decimal], bool]
_EXACT: Final[Mapping[str, _Test]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
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

    def lead(self, measured: Measurement, facts: Facts) -> Amount | None:
        """Return what a measured value comes to; ``None`` if its factor is not known and will not be."""
        interval = interval_of(measured).times(self.scale).plus(self.offset)
        factor = self.factor(facts)
        if factor is None:
            waiting = self.waiting(facts)
            return Amount(interval, self.over, waiting) if waiting else None
        if self.multiplies:
            return Amount(interval.times(factor), self.over)
        return Amount(interval, self.over * factor)

    def factor(self, facts: Facts) -> Decimal | None:
        """Return the factor in the unit that is counted with, 1 where there is none; ``None`` if it is not known."""
        if self.per is None:
            return _ONE
        answer = facts[self.per]
        if not isinstance(answer, Measurement) or answer.unit not in self.per_units:
            return None
        return answer.value * self.per_units[answer.unit]

    def waiting(self, facts: Facts) -> int:
        """Return the question of the factor, while it has no answer or one in a unit that does not fit."""
        if self.per is None or isinstance(facts[self.per], Choice):
            return 0
        return 1 << self.per


class Amount(NamedTuple):
    """An interval over a divisor that is not negative, so that nothing is ever rounded; ``waiting`` for a factor."""

    interval: Interval
    over: Decimal = _ONE
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

    def threshold(self, factor: Decimal = _ONE) -> Decimal:
        """Return the value that comes to the limit, rounded; for examples, not for judging. The factor is above 0."""
        limit = self.limit / factor if self.multiplies else self.limit * factor
        with localcontext(prec=12):
            return limit / self.scale


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A number against a limit: ``limits`` holds it by unit, ``plans`` how to compare an answer in each unit."""

    place: int
    operator: str
    limits: Mapping[str, Decimal]
    plans: Mapping[str, Plan]
    meanings: Mapping[str, Measurement]

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        measured = self.meanings.get(answer.code) if isinstance(answer, Choice) else answer
        if not isinstance(measured, Measurement):
            return SETTLED[UNCERTAIN]
        plan = self.plans[measured.unit]
        factor = plan.factor(facts)
        if measured.relation == "=" and factor is not None:  # nearly every answer, and the quickest way
            value, limit = measured.value * plan.scale, plan.limit
            value, limit = (value * factor, limit) if plan.multiplies else (value, limit * factor)
            return SETTLED[TRUE if _EXACT[self.operator](value, limit) else FALSE]
        return _against(self.operator, plan.lead(measured, facts), Amount(Interval(plan.limit, plan.limit)))

    @property
    def places(self) -> tuple[int, ...]:
        """The questions that it is about; those that divide or multiply them are left out."""
        return (self.place,)

    def leaves(self) -> Iterator[Leaf]:
        """The comparisons of which a rule is made."""
        yield self

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        """The comparisons that decide what this comes to."""
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        """The questions whose answers were used: the number's own, and the one that divides or multiplies it."""
        yield self.place
        measured = _measured(facts[self.place], self.meanings)
        if measured is not None:
            yield from _factor(self.plans[measured.unit])

    @property
    def mask(self) -> int:
        """The questions that it uses."""
        return 1 << self.place | union(1 << place for way in self.plans.values() for place in _factor(way))


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """One of two numbers that are compared with each other: its question, and what its shortcuts mean."""

    place: int
    meanings: Mapping[str, Measurement]


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """A number against another one; ``ways`` holds how to compare them, by the units of both."""

    one: Number
    operator: str
    other: Number
    ways: Mapping[tuple[str, str], tuple[Way, Way]]

    def judge(self, facts: Facts) -> Judgement:
        numbers = (self.one, self.other)
        missing = union(1 << number.place for number in numbers if facts[number.place] is None)
        known = [_measured(facts[n.place], n.meanings) for n in numbers if facts[n.place] is not None]
        if None in known:
            return SETTLED[UNCERTAIN]
        if missing:
            return self._waiting([measured for measured in known if measured is not None], facts, missing)
        ways = self._ways(facts)
        amounts = [way.lead(each, facts) for way, each in zip(ways, known, strict=True) if each is not None]
        return _against(self.operator, *amounts)

    def _waiting(self, known: list[Measurement], facts: Facts, missing: int) -> Judgement:
        """One number is not known yet, or neither is."""
        there = [Amount(interval_of(measured)) for measured in known]
        not_yet = Amount(ANY, waiting=missing)
        if not there:
            return Judgement(FALSE, TRUE, missing)
        one, other = (*there, not_yet) if facts[self.one.place] is not None else (not_yet, *there)
        return _against(self.operator, one, other)

    def _ways(self, facts: Facts) -> tuple[Way, ...]:
        """How the two answers are compared; none while one of them is no number."""
        units = [_unit(facts[number.place], number.meanings) for number in (self.one, self.other)]
        return self.ways.get((units[0], units[1]), ())

    @property
    def places(self) -> tuple[int, ...]:
        return self.one.place, self.other.place

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        yield self.one.place
        yield self.other.place
        for way in self._ways(facts):
            yield from _factor(way)

    @property
    def mask(self) -> int:
        factors = (1 << place for pair in self.ways.values() for way in pair for place in _factor(way))
        return 1 << self.one.place | 1 << self.other.place | union(factors)


def _measured(answer: Answer | None, meanings: Mapping[str, Measurement]) -> Measurement | None:
    """Return the number behind an answer; ``None`` if there is none."""
    measured = meanings.get(answer.code) if isinstance(answer, Choice) else answer
    return measured if isinstance(measured, Measurement) else None


def _unit(answer: Answer | None, meanings: Mapping[str, Measurement]) -> str:
    measured = _measured(answer, meanings)
    return "" if measured is None else measured.unit


def _factor(way: Way) -> Iterator[int]:
    if way.per is not None:
        yield way.per


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """A choice against one or more option codes; a number of days ago is none of *never* and *ongoing*."""

    place: int
    codes: frozenset[str]

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        if isinstance(answer, Measurement):
            return SETTLED[FALSE]
        if not isinstance(answer, Choice) or answer == UNKNOWN:
            return SETTLED[UNCERTAIN]
        return SETTLED[TRUE if answer.code in self.codes else FALSE]

    @property
    def places(self) -> tuple[int, ...]:
        return (self.place,)

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        yield self.place

    @property
    def mask(self) -> int:
        return 1 << self.place


Leaf = Comparison | Contrast | Membership | Ticked
