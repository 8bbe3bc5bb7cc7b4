"""Units and limits in them that are seldom meant: each judges a number otherwise than the file's author thinks.

A limit given in several units must come to the same in each, as a lab sheet rounds it; units of a file must turn into
each other as the catalogue's do; and a difference has no units of which one begins elsewhere at zero, as °C and °F, or
% and mmol/mol of HbA1c.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise, permutations
from typing import Final

from dialogs.answers import Measurement, compact, plain
from dialogs.errors import Fault
from dialogs.examples import usual_number
from dialogs.loading.catalogue import unit_sets
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.arithmetic import Formula
from dialogs.rules.comparisons import Comparison
from dialogs.rules.functions import Unworkable, rounded
from dialogs.units import Unit

_ALIKE: Final = Fraction(3, 100)
"""How far limits may be apart that are written for each other: 1.5 mg/dL and 133 umol/L, 2 mg/dL and 35 umol/L."""
_ALIKE_FROM_ELSEWHERE: Final = Fraction(1, 100)
"""The same, where one of two units begins elsewhere at zero: 7.0 % and 53 mmol/mol, 38 Cel and 100 [degF]."""
_TIMES_ALIKE: Final = Fraction(1, 10)
"""The same, of times: 12 weeks for 3 months."""
_TIMES: Final = frozenset({"d", "wk", "mo", "a"})
_DECIMALS: Final = 6
"""To which a ratio is told."""


def unit_slips(protocol: Protocol) -> Iterator[Fault]:
    """Yield a note for each, with what to write."""
    yield from _unlike_limits(protocol)
    yield from _other_scales(protocol)
    yield from _differences(protocol)


def _unlike_limits(protocol: Protocol) -> Iterator[Fault]:
    """Limits in units that turn into each other, and do not come to the same: one value would be judged two ways."""
    for criterion in protocol.criteria:
        for leaf in criterion.rule.node.leaves():
            if isinstance(leaf, Comparison):
                units = protocol.questions[leaf.place].unit_by_code
                limits = [(units[code], number) for code, number in leaf.limits.items() if code in units]
                yield from _unlike(criterion, [each for each in limits if each[0].scale is not None])


def _unlike(criterion: Criterion, limits: Sequence[tuple[Unit, Decimal]]) -> Iterator[Fault]:
    for (unit, number), (other, its) in pairwise(limits):
        one, two = Fraction(unit.in_first(number)), Fraction(other.in_first(its))
        if abs(one - two) > _may_differ(unit, other) * max(abs(one), abs(two)):
            same = compact(round(other.from_first(unit.in_first(number)), 3))
            fault = f"{plain(number)} {unit.code} is {same} {other.code}, and not {plain(its)}"
            remedy = "Please check both, or give one limit only: other units are converted"
            yield Fault(f"criterion {criterion.code}: rule", fault, remedy)


def _may_differ(unit: Unit, other: Unit) -> Fraction:
    if {unit.code, other.code} <= _TIMES:
        return _TIMES_ALIKE
    return _ALIKE_FROM_ELSEWHERE if unit.offset or other.offset else _ALIKE


def _other_scales(protocol: Protocol) -> Iterator[Fault]:
    """Units of a file that turn into each other otherwise than in the catalogue: a g/dL that is a tenth of a g/L."""
    known = _ratios()
    for question in protocol.questions:
        for unit, other in pairwise(each for each in question.units if each.scale is not None):
            ratio = known.get((unit.code, other.code))
            if ratio is not None and Fraction(other.scale or 1) != ratio * Fraction(unit.scale or 1):
                place = f"question {question.id}: units"
                fault = (
                    f"1 {other.code} counts as {_counts_as(other, unit)} {unit.code}, and is {_number(ratio)}"
                )
                yield Fault(
                    place, fault, f"Please write scale: what 1 {other.code} is in {question.units[0].code}"
                )


@cache
def _ratios() -> Mapping[tuple[str, str], Fraction]:
    """Return how much of one unit another is, whatever is measured: none between a mass and an amount or activity."""
    ratios: dict[tuple[str, str], Fraction] = {}
    for units in unit_sets().values():
        scaled = [(each["code"], Fraction(each["scale"])) for each in units if "scale" in each]
        for (one, its), (other, scale) in permutations(scaled, 2):
            if _counts(one) == _counts(other):
                ratios[one, other] = scale / its
    return ratios


def _counts(code: str) -> tuple[bool, bool]:
    """Say whether a unit counts molecules, and whether it counts an effect: these turn into a mass by substance."""
    return "mol" in code, "U" in code


def _counts_as(other: Unit, unit: Unit) -> str:
    return _number(Fraction(other.scale or 1) / Fraction(unit.scale or 1))


def _number(ratio: Fraction) -> str:
    return compact(rounded(ratio, _DECIMALS)) if ratio >= 1 else f"1/{_number(1 / ratio)}"


def _differences(protocol: Protocol) -> Iterator[Fault]:
    """Numbers worked out that stay as they are where all their parts rise alike, in units with another zero."""
    for place, formula in protocol.formulas.items():
        question = protocol.questions[place]
        other = next((unit for unit in question.units if unit.offset), None)
        if other is not None and _stays(formula, [protocol.questions[each] for each in formula.places]):
            first = question.units[0].code
            fault = f"comes to a difference, and {other.code} turns into {first} as a value does, not a difference"
            remedy = f'Please give it units of its own: units = [{{ code = "{first}", label = "{first}" }}]'
            yield Fault(f"question {question.id}: units", fault, remedy)


def _stays(formula: Formula, parts: Sequence[Question]) -> bool:
    """Say whether a formula comes to the same from numbers that are all greater by one."""
    if not all(each.units for each in parts):
        return False
    came_to = [_from(formula, parts, more) for more in (0, 1)]
    return came_to[0] is not None and came_to[0] == came_to[1]


def _from(formula: Formula, parts: Sequence[Question], more: int) -> Fraction | None:
    numbers = [
        usual_number(each.units[0], whole=each.kind == "integer") + place + more
        for place, each in enumerate(parts)
    ]
    answers = [
        Measurement("=", number, each.units[0].code) for number, each in zip(numbers, parts, strict=True)
    ]
    try:
        found = formula.node.work(dict(zip(formula.places, answers, strict=True)))
    except Unworkable:
        return None
    return found if isinstance(found, Fraction) else None
