"""What a number can be, as an interval, and what two of them come to when they are compared.

An answer ``<30`` is every number below 30. A comparison is true if it holds for all numbers of both intervals, false
if it holds for none, and else uncertain. *Never*, infinitely long ago, is an interval of one number, infinity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from dialogs.answers import Measurement, Relation, exactly
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN
from dialogs.units import Exact, product

_INFINITE: Final = Decimal("Infinity")


class Interval(NamedTuple):
    """All numbers from ``low`` to ``high``; an end that is open is none of them."""

    low: Exact
    high: Exact
    open_low: bool = False
    open_high: bool = False

    def times(self, factor: Exact) -> Interval:
        """Multiply by what is not negative."""
        if factor == 1:
            return self
        low, high, open_low, open_high = self
        return Interval(_times(low, factor), _times(high, factor), open_low, open_high)

    def plus(self, number: Decimal) -> Interval:
        low, high, open_low, open_high = self
        return Interval(_sum(low, number), _sum(high, number), open_low, open_high) if number else self

    @property
    def bounded_below(self) -> bool:
        return _is_finite(self.low) or not self.open_low

    @property
    def bounded_above(self) -> bool:
        return _is_finite(self.high) or not self.open_high


def _times(end: Exact, factor: Exact) -> Exact:
    return product(end, factor) if _is_finite(end) else end


def _sum(end: Exact, number: Decimal) -> Exact:
    return end + Fraction(number) if isinstance(end, Fraction) else end + number


def _is_finite(end: Exact) -> bool:
    return isinstance(end, Fraction) or end.is_finite()


_AS_INTERVAL: Final[Mapping[Relation, Callable[[Exact], Interval]]] = {
    "=": lambda number: Interval(number, number),
    "<": lambda number: Interval(-_INFINITE, number, open_low=True, open_high=True),
    "<=": lambda number: Interval(-_INFINITE, number, open_low=True),
    ">": lambda number: Interval(number, _INFINITE, open_low=True, open_high=True),
    ">=": lambda number: Interval(number, _INFINITE, open_high=True),
}
ANY: Final = Interval(Decimal(0), Decimal(0))
"""Stands for a number that is not known yet: some number, wherever it may lie."""


def as_interval(relation: Relation, number: Exact) -> Interval:
    """Return all numbers that are in this relation to one."""
    return _AS_INTERVAL[relation](number)


def interval_of(measured: Measurement) -> Interval:
    """Return all that was measured can be."""
    return _AS_INTERVAL[measured.relation](exactly(measured))


# surely so ---------------------------------------------------------------------------------------


def _below(one: Interval, other: Interval) -> bool:
    return one.high < other.low or (one.high == other.low and (one.open_high or other.open_low))


def _at_most(one: Interval, other: Interval) -> bool:
    return one.high <= other.low


def _same(one: Interval, other: Interval) -> bool:
    return one.low == one.high == other.low == other.high


def _apart(one: Interval, other: Interval) -> bool:
    return _below(one, other) or _below(other, one)


_Test = Callable[[Interval, Interval], bool]


def _turned(test: _Test) -> _Test:
    return lambda one, other: test(other, one)


_SURE: Final[Mapping[str, tuple[_Test, _Test]]] = {
    "<": (_below, _turned(_at_most)),
    "<=": (_at_most, _turned(_below)),
    ">": (_turned(_below), _at_most),
    ">=": (_turned(_at_most), _below),
    "==": (_same, _apart),
    "!=": (_apart, _same),
}
"""By operator: what makes it surely true, and what makes it surely false."""


def compared(operator: str, one: Interval, other: Interval) -> int:
    """Compare two numbers that are known as far as they ever will be."""
    surely, surely_not = _SURE[operator]
    if surely(one, other):
        return TRUE
    return FALSE if surely_not(one, other) else UNCERTAIN


# still possible ----------------------------------------------------------------------------------


def _can_be_below(one: Interval, other: Interval) -> bool:
    if other.low == _INFINITE:  # never
        return one.low < _INFINITE
    return _is_finite(one.high) and other.bounded_below


def _can_be_at_most(one: Interval, other: Interval) -> bool:
    return other.low == _INFINITE or (one.bounded_above and other.bounded_below)


def _can_be_same(one: Interval, other: Interval) -> bool:
    return one.low == one.high and other.low == other.high


def _can_be_apart(one: Interval, other: Interval) -> bool:
    return _can_be_below(one, other) or _can_be_below(other, one)


_POSSIBLE: Final[Mapping[str, tuple[_Test, _Test]]] = {
    "<": (_can_be_below, _turned(_can_be_at_most)),
    "<=": (_can_be_at_most, _turned(_can_be_below)),
    ">": (_turned(_can_be_below), _can_be_at_most),
    ">=": (_turned(_can_be_at_most), _can_be_below),
    "==": (_can_be_same, _can_be_apart),
    "!=": (_can_be_apart, _can_be_same),
}
"""The same while a factor of one is not known yet, which moves the ends but leaves none that is infinite finite."""


def span(operator: str, one: Interval, other: Interval) -> tuple[int, int]:
    """Return the lowest and the highest value that a comparison can come to while a factor is not known yet.

    A bound can come to one end only: ``<10`` of anything is never ``>=`` a limit.
    """
    true, false = _POSSIBLE[operator]
    return FALSE if false(one, other) else UNCERTAIN, TRUE if true(one, other) else UNCERTAIN
