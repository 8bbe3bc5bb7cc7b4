"""Numbers that stand for all others: on each point where a comparison turns, and between any two of them.

A comparison turns where a value, scaled, comes to its limit; of a value that is divided (by a ULN, a body weight),
where it comes to the limit times the divisor. Is one of the two not known, every end of its possible range and every
point at which it turns by itself counts: between these, what can still come of both is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from itertools import pairwise
from typing import Final

from dialogs.answers import COMPUTED, Measurement, exactly
from dialogs.protocol import Protocol, Question
from dialogs.rules.comparisons import Comparison, Contrast, Leaf, Plan, Way
from dialogs.rules.judgement import Facts, union
from dialogs.units import DECIMALS, Unit, rounded

_ONE: Final = Decimal(1)
_LEAST: Final = _ONE.scaleb(-DECIMALS)
_DIGITS: Final = 60
"""Enough for what lies between two points that differ by rounding only."""


def numbers(question: Question, unit: Unit, turning: Iterable[Decimal]) -> Iterator[Decimal]:
    """Yield possible numbers in a unit: the ends of its range, the turning points, and one between each two.

    The ends come first, since they often do: where a comparison turns is then never worked out.
    """
    low, high = ends(unit)
    yield from (end for end in (low, high) if question.kind != "integer" or not end % 1)
    points = {low, high, *(point for point in turning if low <= point <= high)}
    if question.kind == "integer":
        whole = {_whole(point, rounding) for point in points for rounding in (ROUND_FLOOR, ROUND_CEILING)}
        near = whole | {n + 1 for n in whole} | {n - 1 for n in whole}
        yield from sorted(n for n in near - {low, high} if low <= n <= high)
    else:
        between = {_between(one, other) for one, other in pairwise(sorted(points))}
        yield from sorted((points | between) - {low, high})


def ends(unit: Unit) -> tuple[Decimal, Decimal]:
    """Return the lowest and the highest possible number in a unit, never outside by rounding."""
    low, high = (unit.from_first(end) for end in unit.possible)
    return (low if unit.allows(low) else low + _LEAST), (high if unit.allows(high) else high - _LEAST)


def _whole(number: Decimal, rounding: str) -> Decimal:
    return number.to_integral_value(rounding)


def _between(low: Decimal, high: Decimal) -> Decimal:
    """Return a number between two, with as few digits as will do."""
    middle = (low + high) / 2
    with localcontext(prec=_DIGITS):
        for digits in range(-6, 25):
            short = round(middle, digits)
            if low < short < high:
                return short.quantize(_ONE) if short == short.to_integral_value() else short
    return middle


def involved(leaf: Leaf) -> int:
    """Return the questions of a comparison, with those that divide or multiply; parts of formulas are left out."""
    if not isinstance(leaf, Comparison | Contrast):
        return leaf.mask
    ways: Iterable[Way] = (
        [way for pair in leaf.ways.values() for way in pair]
        if isinstance(leaf, Contrast)
        else leaf.plans.values()
    )
    factors = {way.per for way in ways if way.per is not None}
    return union(1 << place for place in (*leaf.places, *factors))


def turning_points(
    protocol: Protocol, place: int, unit: Unit, leaves: Sequence[Leaf], facts: Facts
) -> Iterator[Decimal]:
    """Yield the numbers in a unit of question `place` at which a comparison turns, by the other answers known."""
    others = _Others(protocol, leaves, facts)
    for leaf in leaves:
        if isinstance(leaf, Comparison):
            if leaf.place == place:
                yield from _of_value(leaf.plans[unit.code], others)
            yield from _of_factor(leaf, place, unit, others)
        elif isinstance(leaf, Contrast):
            yield from _of_contrast(leaf, place, unit, others)


@dataclass(frozen=True, slots=True)
class _Others:
    """The numbers that other questions can have."""

    protocol: Protocol
    leaves: Sequence[Leaf]
    facts: Facts

    def values(self, place: int, code: str) -> Iterator[Decimal]:
        """Yield the number behind an answer, in this unit; while there is none, its ends and own turning points."""
        question, answer = self.protocol.questions[place], self.facts[place]
        if answer is not None:
            formula = question.formula if answer == COMPUTED else None
            number = question.measured(answer) if formula is None else formula.work_out(self.facts)
            if isinstance(number, Measurement) and number.unit == code:
                value = exactly(number)
                yield value if isinstance(value, Decimal) else rounded(value)
        else:
            yield from ends(question.unit_by_code[code])
            for leaf in self.leaves:
                if isinstance(leaf, Comparison) and leaf.place == place and leaf.plans[code].per is None:
                    yield leaf.plans[code].limit / leaf.plans[code].scale


def _of_value(plan: Plan, others: _Others) -> Iterator[Decimal]:
    """Where a value comes to its limit."""
    if plan.per is None:
        yield plan.limit / plan.scale
        return
    for code, scale in plan.per_units.items():
        for number in others.values(plan.per, code):
            factor = number * scale
            if not plan.multiplies:
                yield plan.limit * factor / plan.scale
            elif factor:
                yield plan.limit / factor / plan.scale


def _of_factor(leaf: Comparison, place: int, unit: Unit, others: _Others) -> Iterator[Decimal]:
    """Where a factor brings its value to the limit."""
    for code, plan in leaf.plans.items():
        if plan.per != place or unit.code not in plan.per_units:
            continue
        for number in others.values(leaf.place, code):
            one, other = number * plan.scale, plan.limit
            if plan.multiplies:
                one, other = other, one
            if other:
                yield one / other / plan.per_units[unit.code]


def _of_contrast(leaf: Contrast, place: int, unit: Unit, others: _Others) -> Iterator[Decimal]:
    """Where a number comes to the other one that it is compared with."""
    for (first, second), (way, back) in leaf.ways.items():
        if leaf.one.place == place and first == unit.code:
            yield from (_met(number, back, way) for number in others.values(leaf.other.place, second))
        if leaf.other.place == place and second == unit.code:
            yield from (_met(number, way, back) for number in others.values(leaf.one.place, first))


def _met(number: Decimal, by: Way, way: Way) -> Decimal:
    """Return the number that comes, by one way, to what another number comes to by its own."""
    return ((number * by.scale + by.offset) / by.over * way.over - way.offset) / way.scale
