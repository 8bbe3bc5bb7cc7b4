"""Units that a number may be given in, and how a value in one becomes one in another, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from dialogs.answers import Measurement
from dialogs.texts import Text

Range = tuple[Decimal, Decimal]
Exact = Decimal | Fraction
"""A number that is not rounded; a fraction only where decimals cannot write it."""
DECIMALS: Final = 12
"""Of a number that decimals cannot write."""
_WIDE: Final = Context(prec=60)


def product(one: Exact, other: Exact) -> Exact:
    """Multiply, exactly; a decimal stays one."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one * other
    return Fraction(one) * Fraction(other)


def exact(number: Fraction) -> Exact:
    """Return a number as a decimal if that is exact."""
    decimal = rounded(number)
    return decimal if Fraction(decimal) == number else number


def rounded(number: Fraction) -> Decimal:
    """Return a fraction as a decimal, to `DECIMALS` where it does not end before."""
    decimal = _WIDE.divide(Decimal(number.numerator), Decimal(number.denominator))
    if Fraction(decimal) == number:
        return decimal
    return decimal.quantize(Decimal(1).scaleb(-DECIMALS), context=_WIDE)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that a quantity may be given in.

    ``value * scale + offset`` is a value in the question's first unit; without a scale the unit stands for itself.
    ``per`` names the question by whose answer a value must be divided to come to the unit ``gives``
    (a bilirubin by its ULN, mg/d by body weight). ``example`` is a value as a lab sheet would show it.
    ``possible`` and ``usual`` hold in the first unit if the unit has a scale, else in this one.
    """

    code: str
    label: Text
    possible: Range
    usual: Range
    scale: Exact | None
    offset: Exact
    per: str | None
    gives: str | None
    spellings: tuple[str, ...]
    loinc: str | None
    example: Decimal | None

    def allows(self, value: Decimal) -> bool:
        """Say whether a patient can have this value at all."""
        return self._inside(self.possible, value)

    def admits(self, answer: Measurement) -> bool:
        """Say whether a patient can have what was measured; a bound, if some possible value lies on its side."""
        value, (low, high) = self.in_first(answer.value), self.possible
        return (answer.relation in (">", ">=") or low <= value) and (
            answer.relation in ("<", "<=") or value <= high
        )

    def expects(self, value: Decimal) -> bool:
        """Say whether the value is usual enough to be taken without asking again."""
        return self._inside(self.usual, value)

    def _inside(self, limits: Range, value: Decimal) -> bool:
        return limits[0] <= self.in_first(value) <= limits[1]

    def in_first(self, value: Decimal) -> Decimal:
        """Return a value in the question's first unit; as it is, if this unit stands for itself.

        Exact where decimals can write it, else to `DECIMALS`.
        """
        if isinstance(self.scale, Decimal) and isinstance(self.offset, Decimal):
            return value * self.scale + self.offset if self.offset else value * self.scale
        if self.scale is None:
            return value
        return rounded(Fraction(value) * Fraction(self.scale) + Fraction(self.offset))

    def from_first(self, number: Decimal) -> Decimal:
        """Return a number of the question's first unit in this one, rounded if need be."""
        if self.scale is None or (self.scale == 1 and not self.offset):
            return number
        return rounded((Fraction(number) - Fraction(self.offset)) / Fraction(self.scale))

    def to(self, other: Unit, value: Decimal) -> Fraction | None:
        """Return a value in this unit in another one, exactly; ``None`` if one of them stands for itself."""
        if self.scale is None or other.scale is None:
            return None
        in_first = Fraction(value) * Fraction(self.scale) + Fraction(self.offset)
        return (in_first - Fraction(other.offset)) / Fraction(other.scale)

    @property
    def signed(self) -> bool:
        """Say whether a value in this unit can be negative."""
        return self.from_first(self.possible[0]) < 0
