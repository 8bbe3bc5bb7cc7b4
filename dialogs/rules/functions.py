"""What formulas do with numbers, in exact fractions; only roots and powers that no fraction writes are rounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DecimalException
from fractions import Fraction
from math import floor
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any, Final

DIGITS: Final = 50
"""Of a root or power that is not exact: far more than any result is shown with."""
MOST_BITS: Final = 4096
"""A number longer than this is no result of medicine, but a slip such as ``2 ** 9999``."""
_CONTEXT: Final = Context(prec=DIGITS)
_ROOTS: Final = range(2, 7)
_NEAREST: Final = 10**9
"""Roots that are looked for as exact ones, and the greatest denominator of these."""
_NEARLY: Final = 10 ** (DIGITS - 10)
"""Numbers that differ by one part in so many differ by what roots were rounded by."""
_ROUNDED_BITS: Final = 96
"""A shorter denominator is none of a root that was rounded."""


class Unworkable(Exception):
    """A division by zero, a root of a negative number, or a number without end."""


def divided(number: Fraction, by: Fraction) -> Fraction:
    if not by:
        raise Unworkable
    return number / by


def power(number: Fraction, exponent: Fraction) -> Fraction:
    """Raise to a power: exact if the result is a fraction, else to `DIGITS`."""
    if exponent.denominator == 1:
        return _whole_power(number, exponent.numerator)
    if number < 0:
        raise Unworkable
    if not number:
        return divided(number, Fraction(1 if exponent > 0 else 0))
    try:
        near = Fraction(_CONTEXT.power(_decimal(number), _decimal(exponent)))
    except DecimalException as error:
        raise Unworkable from error
    exact = near.limit_denominator(_NEAREST)
    root = exponent.denominator
    return exact if root in _ROOTS and exact**root == _whole_power(number, exponent.numerator) else near


def _whole_power(number: Fraction, exponent: int) -> Fraction:
    bits = max(number.numerator.bit_length(), number.denominator.bit_length())
    if bits * abs(exponent) > MOST_BITS or (not number and exponent < 0):
        raise Unworkable
    return Fraction(number**exponent)


def sqrt(number: Fraction) -> Fraction:
    return power(number, Fraction(1, 2))


def _decimal(number: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(number.numerator), Decimal(number.denominator))


def settled(number: Fraction) -> Fraction:
    """Return a number; a fraction that it differs from by rounded roots only: the root of 8 times that of 2 is 4."""
    bits = number.denominator.bit_length()
    if number.numerator.bit_length() + bits > 4 * MOST_BITS:
        raise Unworkable
    if bits < _ROUNDED_BITS:
        return number
    exact = number.limit_denominator(_NEAREST)
    return exact if abs(number - exact) * _NEARLY <= max(Fraction(1), abs(exact)) else number


def rounded(number: Fraction, decimals: int) -> Decimal:
    """Round half up, as on a lab sheet: 24.95 to one decimal is 25.0, and -0.5 to none is -1."""
    whole = floor(abs(number) * 10**decimals + Fraction(1, 2))
    return Decimal(whole if number >= 0 else -whole).scaleb(-decimals)


OPERATIONS: Final[Mapping[str, Callable[..., Fraction]]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": divided,
    "**": power,
}
FUNCTIONS: Final[Mapping[str, Callable[..., Fraction]]] = {"min": min, "max": max, "sqrt": sqrt}
TESTS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "==": eq,
    "!=": ne,
}
"""By operator, for two fractions or two decimals."""
