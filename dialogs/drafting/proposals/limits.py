"""Numbers of a line as limits of a question of the catalogue, in the units that this has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Final

from dialogs.drafting.proposals.conditions import (
    CONTRARY,
    Clause,
    Condition,
    Question,
    all_of,
    any_of,
    compared,
    contrary,
    simple,
)
from dialogs.loading import parse_protocol
from dialogs.loading.samples import sample
from dialogs.protocol import Question as Asked
from dialogs.reading.results import Refused
from dialogs.reading.units import units_meant
from dialogs.units import Unit

HEAD: Final = 'format = 2\nid = "ANY"\ntitle = "Any"\n'
"""Of a trial that is made to look at a part of it."""
_SPELLED_OTHERWISE: Final = {("inr", ""): "inr", ("karnofsky", "%"): "", ("lansky", "%"): ""}
"""A question and what records write behind its numbers -> what the catalogue calls that."""
_ROUNDED: Final = Decimal("0.03")
"""How far the same limit in two units may differ: both are rounded."""
_MEAN: Final = frozenset({"mo", "a"})
"""Units that have no fixed number of days."""
_ANY_EVENT: Final = "last_stroke"
"""Of all questions for how long ago something was, which count in the same units."""
_UPWARD: Final = (">", ">=")
_LEAST: Final = {"crohns_activity": 100}
"""Limits below are of another score of the same name: the CDAI of rheumatoid arthritis ends at 76."""


class Unsure(Exception):
    """A line, or one way of reading it, that means nothing or something that we cannot say."""


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    unit: str = ""
    """As it is spelled."""
    again: tuple[Decimal, str] | None = None
    """The same in another unit, where a line gives both."""


@dataclass(frozen=True, slots=True)
class Bound:
    relation: str
    number: Number

    @property
    def upward(self) -> bool:
        return self.relation in _UPWARD


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound, or a lower and an upper one; whether it is said to be of an age."""

    bounds: tuple[Bound, ...]
    aged: bool = False

    def in_one_unit(self) -> Limit:
        """Return it with the unit of the last number for those that have none: *18 to 75 years*."""
        unit = self.bounds[-1].number.unit
        numbers = [replace(each.number, unit=each.number.unit or unit) for each in self.bounds]
        bounds = tuple(
            replace(each, number=number) for each, number in zip(self.bounds, numbers, strict=True)
        )
        return replace(self, bounds=bounds)


def in_two_units(limit: Limit, again: Limit) -> Limit:
    """Return a limit with the same in another unit, as the line gives it behind in brackets."""
    limit, again = limit.in_one_unit(), again.in_one_unit()
    if [each.relation for each in limit.bounds] != [each.relation for each in again.bounds]:
        raise Unsure
    bounds = []
    for each, other in zip(limit.bounds, again.bounds, strict=True):
        same = (other.number.value, other.number.unit)
        bounds.append(replace(each, number=replace(each.number, again=same)))
    return replace(limit, bounds=tuple(bounds))


@cache
def asked(name: str) -> Asked:
    """Return a question of the catalogue as it is asked."""
    return parse_protocol(HEAD + sample(name), f"{name}.toml").question(name)


def written(name: str, number: Number) -> str:
    """Return a number as a limit in a rule, or raise `Unsure` if its unit is none of the question's."""
    given = [(number.value, number.unit), *([number.again] if number.again else [])]
    units = [_unit(name, spelled) for _, spelled in given]
    first, *other = (unit.in_first(value) for (value, _), unit in zip(given, units, strict=True))
    if first < _LEAST.get(name, first):
        raise Unsure
    if other and (units[0] == units[1] or abs(first - other[0]) > first * _ROUNDED):
        raise Unsure
    limits = [f"{value:f} {unit.code}" for (value, _), unit in zip(given, units, strict=True)]
    if {unit.code for unit in units} <= _MEAN:
        limits += _as_long(asked(name), first)
    return f'"{" = ".join(limits)}"'


def _as_long(question: Asked, first: Decimal) -> Iterator[str]:
    """Yield the whole days of months or years, and the weeks where days alone would not let them be as long.

    A month counts as 30.4375 days, by which 26 weeks, 182 days, are less than 6 months. See `calendar_months`.
    """
    day, week = (question.unit_by_code.get(code) for code in ("d", "wk"))
    if day is None or week is None:
        return
    days = floor(day.from_first(first))
    weeks = ceil(Fraction(days, 7))
    if weeks != ceil(week.from_first(first)):
        yield f"{weeks} wk"
    if days != day.from_first(first):
        yield f"{days} d"


def written_ago(number: Number) -> str:
    """Return how long ago something was as a limit in a rule, or raise `Unsure`."""
    return written(_ANY_EVENT, number)


def days_ago(number: Number) -> Decimal:
    return _unit(_ANY_EVENT, number.unit).in_first(number.value)


def _unit(name: str, spelled: str) -> Unit:
    units = units_meant(asked(name), _SPELLED_OTHERWISE.get((name, spelled), spelled), None)
    if isinstance(units, Refused) or len(units) != 1:
        raise Unsure
    return units[0]


def bounded(
    name: str, limit: Limit, *, called: str = "", questions: tuple[Question, ...] = (), apart: bool = False
) -> Condition:
    """Return that the answer to an entry keeps a limit; `called` is the question's id, if it is another one.

    `apart`: of two bounds either one is enough, *below 18 or above 75*.
    """
    called = called or name
    limits = [(each.relation, written(name, each.number)) for each in limit.in_one_unit().bounds]
    parts = [compared(called, relation, text, questions) for relation, text in limits]
    if len(parts) == 1:
        return parts[0]
    if apart:
        return any_of(*parts)
    return _inside(called, limits, all_of(*parts))


def _inside(called: str, limits: Sequence[tuple[str, str]], both: Condition) -> Condition:
    """Return *between two limits* in one piece."""
    (lower, low), (upper, high) = limits
    if lower not in _UPWARD or upper in _UPWARD:
        raise Unsure
    turned = {">=": "<=", ">": "<"}[lower]
    return replace(both, said=Clause(f"{low} {turned} {called} {upper} {high}"))


# Ages ---------------------------------------------------------------------------------------------


def age_bounded(
    limit: Limit, *, called: str = "", questions: tuple[Question, ...] = (), inclusion: bool
) -> Condition:
    """Return that an age keeps a limit, in completed years or, if one is in months, in completed months.

    Whoever is 18 and some months is older than 18, but not in completed years: for *older than 18* of an inclusion
    the record is unclear at 18. An upper limit is one of completed years, as records use it.
    """
    name, limit = in_age_units(limit)
    called = called or name
    apart = not inclusion and len(limit.bounds) == 2 and not limit.bounds[0].upward
    condition = bounded(name, limit, called=called, questions=questions, apart=apart)
    first = limit.bounds[0]
    if called == "age_months" and len(limit.bounds) == 1 and first.upward == inclusion:
        return _also_of_adults(condition, first, inclusion=inclusion)
    if not inclusion or first.relation != ">":
        return condition
    if name != "age_years":
        raise Unsure
    at_the_limit = compared(called, "==", written(name, first.number), questions)
    return any_of(condition, all_of(at_the_limit, simple("unclear", "unclear")))


def _also_of_adults(condition: Condition, bound: Bound, *, inclusion: bool) -> Condition:
    """Return a lower limit in months so that whoever is years above it need not say an age in months."""
    years = Number(bound.number.value // 12 + 1, "years")
    older = compared("age_years", ">=", written("age_years", years))
    return any_of(older, condition) if inclusion else all_of(contrary(older), condition)


def in_age_units(limit: Limit) -> tuple[str, Limit]:
    """Return the entry that asks for an age in the units of a limit, and the limit in its unit.

    Ages are asked in completed years or months, in which *older than 1.5 years* cannot be said.
    """
    limit = limit.in_one_unit()
    if any(each.number.value % 1 for each in limit.bounds):
        raise Unsure
    if all(_is_in("age_years", each.number) for each in limit.bounds):
        return "age_years", limit
    bounds = tuple(replace(each, number=_in_months(each)) for each in limit.bounds)
    return "age_months", replace(limit, bounds=bounds)


def _in_months(bound: Bound) -> Number:
    """Return an age in months; *to 5 years* may mean 60 months or all of the year after, and is refused."""
    if _is_in("age_months", bound.number) and bound.number.unit:
        return bound.number
    if _is_in("age_years", bound.number) and bound.relation in (">=", "<"):
        return Number(bound.number.value * 12, "months")
    raise Unsure


def _is_in(name: str, number: Number) -> bool:
    return not isinstance(units_meant(asked(name), number.unit, None), Refused)


def wider(one: Limit, other: Limit) -> bool:
    """Say whether all that keeps one limit of the same kind also keeps the other."""
    (first,), (second,) = one.bounds, other.bounds
    if first.number.unit != second.number.unit or CONTRARY[first.relation] in ("!=", "=="):
        return False
    low, high = first.number.value, second.number.value
    return first.upward == second.upward and (high < low if first.upward else low < high)
