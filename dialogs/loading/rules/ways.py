"""Finds how a number in one unit comes to another: itself, by scale and offset, or by a factor that is asked for.

A scale may be a ratio (from °F to °C it is 5/9), so everything is multiplied by a common divisor: nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Final

from dialogs.protocol import Question
from dialogs.rules.arithmetic import Formula
from dialogs.rules.comparisons import Plan, Way
from dialogs.units import Unit

_ONE: Final = Fraction(1)


@dataclass(frozen=True)
class Conversion:
    """``value * scale + offset``, over or times the answer to the question at ``per``; see `Way`."""

    scale: Fraction = _ONE
    offset: Fraction = Fraction(0)
    per: int | None = None
    per_units: Mapping[str, Fraction] = field(default_factory=dict)
    multiplies: bool = False
    formula: Formula | None = None

    @cached_property
    def way(self) -> Way:
        """Return it in whole numbers, over their common divisor."""
        common = lcm(self.scale.denominator, self.offset.denominator)
        factors = lcm(*(scale.denominator for scale in self.per_units.values()))
        return Way(
            scale=_whole(self.scale * common * (1 if self.multiplies else factors)),
            offset=_whole(self.offset * common),
            over=_whole(_ONE * common * (factors if self.multiplies else 1)),
            per=self.per,
            per_units={code: _whole(scale * factors) for code, scale in self.per_units.items()},
            multiplies=self.multiplies,
            formula=self.formula,
        )

    def plan(self, limit: Decimal) -> Plan:
        """Return how a value is compared with a limit: as a way, but all that is known stands at the limit."""
        way = self.way
        return Plan(
            limit=limit * way.over - way.offset,
            scale=way.scale,
            per=way.per,
            per_units=way.per_units,
            multiplies=way.multiplies,
            formula=way.formula,
        )


def _whole(number: Fraction) -> Decimal:
    return Decimal(int(number))


@dataclass(frozen=True, slots=True)
class Ways:
    """Finds conversions of numbers, by the protocol's questions; each is looked for once."""

    questions: Mapping[str, Question]
    places: Mapping[str, int]
    found: dict[tuple[str, str, str], Conversion | None] = field(default_factory=dict)

    def find(self, question: Question, unit: Unit, target: str) -> Conversion | None:
        """Return how a value of the question in `unit` comes to the unit called `target`, the plainest way first."""
        key = (question.id, unit.code, target)
        if key not in self.found:
            self.found[key] = self._find(question, unit, target)
        return self.found[key]

    def _find(self, question: Question, unit: Unit, target: str) -> Conversion | None:
        plain = _plain(question, unit.code, target)
        return plain or self._divided(question, unit, target) or self._multiplied(question, unit, target)

    def _divided(self, question: Question, unit: Unit, target: str) -> Conversion | None:
        """``120 umol/L`` over a ULN of ``97 umol/L``."""
        if unit.per is None or unit.gives is None or unit.per not in self.questions:
            return None
        then = _plain(question, unit.gives, target)
        if then is None or then.offset:
            return None
        scales = question.divisor_scales(unit, self.questions[unit.per])
        by_unit = {code: Fraction(scale) for code, scale in scales.items()}
        formula = self.questions[unit.per].formula
        return Conversion(then.scale, per=self.places[unit.per], per_units=by_unit, formula=formula)

    def _multiplied(self, question: Question, unit: Unit, target: str) -> Conversion | None:
        """``2 x ULN`` times a ULN of ``97 umol/L``, or ``3 mg/kg`` times a body weight."""
        found: dict[str, dict[str, Fraction]] = {}
        for other in question.units:
            if other.per is not None and other.per in self.questions:
                factors = self._factors(question, unit, other, self.questions[other.per], target)
                found.setdefault(other.per, {}).update(factors)
        for per, scales in found.items():
            if scales:
                formula = self.questions[per].formula
                return Conversion(per=self.places[per], per_units=scales, multiplies=True, formula=formula)
        return None

    def _factors(
        self, question: Question, unit: Unit, divided: Unit, factor: Question, target: str
    ) -> dict[str, Fraction]:
        """Return the scales by which a value in `unit` times a factor comes to `target`, by the unit of the factor."""
        first = _plain(question, unit.code, divided.gives or "")
        then = _plain(question, divided.code, target)
        if first is None or then is None or first.offset or then.offset:
            return {}
        scales = question.divisor_scales(divided, factor)
        return {code: Fraction(scale) * first.scale * then.scale for code, scale in scales.items()}

    def shared(self, one: Question, other: Question) -> Iterator[str]:
        """Yield the units in which two numbers can be compared; multiples of limits of their own are none."""
        multiples = {
            unit.gives
            for question in (one, other)
            for unit in question.units
            if unit.per is not None and self._is_limit_of(question, unit.per)
        }
        for unit in one.units:
            if unit.code in other.unit_by_code and unit.code not in multiples:
                yield unit.code

    def _is_limit_of(self, question: Question, name: str) -> bool:
        return name in self.questions and self.questions[name].unit_of == question.id


def _plain(question: Question, code: str, target: str) -> Conversion | None:
    """Convert without asking: the unit itself, or both by their scale to the first unit."""
    if code == target:
        return Conversion()
    unit, other = (question.unit_by_code.get(each) for each in (code, target))
    if unit is None or other is None or unit.scale is None or other.scale is None:
        return None
    scale = Fraction(other.scale)
    return Conversion(Fraction(unit.scale) / scale, (Fraction(unit.offset) - Fraction(other.offset)) / scale)
