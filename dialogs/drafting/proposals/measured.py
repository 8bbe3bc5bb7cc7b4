"""What a number against its limits means."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from lark import Token

from dialogs.drafting.proposals.conditions import (
    Condition,
    Question,
    all_of,
    any_of,
    compared,
    contrary,
    one_of,
)
from dialogs.drafting.proposals.joining import (
    AGES,
    Names,
    Reader,
    When,
    each,
    inside,
    joints,
    relation_of,
    state_of,
    tokens,
    when_of,
)
from dialogs.drafting.proposals.limits import (
    Bound,
    Limit,
    Number,
    Unsure,
    asked,
    bounded,
    in_two_units,
    wider,
    written,
    written_ago,
)

_NUMBER: Final = re.compile(r"([0-9.]+) ?(.*)")
_THOUSANDS_OR_PARTS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""What is a hundred thousand where a point parts thousands, and a hundred elsewhere: *100.000*."""
_OF_ONE_AGE_EACH: Final = frozenset({"karnofsky", "lansky"})
"""Scores of which a patient has the one or the other."""


class Measured(Reader):
    """Limits, and what they are limits of."""

    def NUMBER(self, token: Token) -> Number:  # noqa: N802 - called as the grammar calls it
        value, unit = _NUMBER.fullmatch(token).groups()  # type: ignore[union-attr]
        if _THOUSANDS_OR_PARTS.fullmatch(value):
            raise Unsure
        return Number(Decimal(value), unit)

    def bound(self, parts: list[Any]) -> Limit:
        (number,) = each(Number, parts)
        return Limit((Bound(relation_of(parts[0]), number),), aged=bool(tokens(parts, "OLD", "COMPARED_AGE")))

    def bound_behind(self, parts: list[Any]) -> Limit:
        (number,) = each(Number, parts)
        aged = bool(tokens(parts, "OLD", "BEHIND_AGE"))
        return Limit((Bound(relation_of(parts[-1]), number),), aged)

    def between(self, parts: list[Any]) -> Limit:
        low, high = each(Number, parts)
        if tokens(parts, "AND") and not tokens(parts, "BETWEEN"):
            raise Unsure
        return Limit((Bound(">=", low), Bound("<=", high)), aged=bool(tokens(parts, "OLD")))

    def between_ages(self, parts: list[Any]) -> Limit:
        low, high = each(Number, parts)
        return Limit((Bound(">=", low), Bound("<=", high)), aged=True)

    def in_two_units(self, parts: list[Any]) -> Limit:
        limit, *again = each(Limit, parts)
        if again:
            return in_two_units(limit, again[0])
        (number,) = each(Number, parts)
        if len(limit.bounds) > 1:
            raise Unsure
        return in_two_units(limit, Limit((replace(limit.bounds[0], number=number),)))

    def bounds(self, parts: list[Any]) -> Limit:
        low, high = map(relation_of, tokens(parts, "COMPARED"))
        numbers = each(Number, parts)
        return Limit((Bound(low, numbers[0]), Bound(high, numbers[1])), aged=bool(tokens(parts, "OLD")))

    def names(self, parts: list[Any]) -> Names:
        entries = tuple(dict.fromkeys(map(str, tokens(parts, "MEASURED"))))
        if {*entries} >= _OF_ONE_AGE_EACH:
            raise Unsure
        return Names(entries, joints(parts) if len(entries) > 1 else frozenset())

    def measured(self, parts: list[Any]) -> Condition:
        (names,), (limit,) = each(Names, parts), each(Limit, parts)
        if set(names.entries) & set(AGES):  # see `age`
            raise Unsure
        if any({str(method)} != set(names.entries) for method in tokens(parts, "METHOD")):
            raise Unsure

        def keeps(entry: str, **asked: Any) -> Condition:
            return bounded(entry, limit, **asked)

        return self.at(when_of(parts), keeps, names)

    def measured_behind(self, parts: list[Any]) -> Condition:
        (limit,), when, (name,) = each(Limit, parts), each(When, parts), tokens(parts, "MEASURED")
        if len(when) > 1:
            raise Unsure
        return self.measured([Names((str(name),)), limit, *when])

    def measured_between(self, parts: list[Any]) -> Condition:
        names, when, limit = parts
        return self.measured([names, limit, when])

    def visits(self, parts: list[Token]) -> When:
        return When(tuple(map(str, tokens(parts, "MOMENT"))))

    def window(self, parts: list[Any]) -> When:
        (number,), (moment,) = each(Number, parts), tokens(parts, "MOMENT")
        written_ago(number)  # that it is a time
        return When((f"within {number.value:f} {number.unit} before {moment}",))

    def excepted(self, parts: list[Any]) -> Condition:
        """*Up to 2.5, up to 5 in those with ...*: the second limit is the wider one, for some."""
        names, (narrow, wide) = parts[0], each(Limit, parts)
        some = state_of(tokens(parts, "CONDITION")[0])
        if len(narrow.bounds) + len(wide.bounds) > 2 or wider(narrow, wide) != self.inclusion:
            raise Unsure

        def allowed(entry: str) -> Condition:
            first, second = bounded(entry, narrow), bounded(entry, wide)
            if self.inclusion:
                return any_of(first, all_of(some, second))
            return any_of(all_of(contrary(some), first), second)

        return _with_exception(self.at(None, allowed, names), parts)

    def otherwise(self, parts: list[Any]) -> Condition:
        """*Creatinine up to 1.5, or clearance of 60 in those with creatinine above 1.5.*"""
        first, second, some = each(Condition, parts)
        if not self.inclusion or some.said != first.contrary:
            raise Unsure
        return any_of(first, second)

    def unless(self, parts: list[Any]) -> Condition:
        names, limit = parts[0], parts[1]
        some = state_of(tokens(parts, "CONDITION")[0])
        condition = self.at(None, lambda entry: bounded(entry, limit), names)
        excepted = any_of(condition, some) if self.inclusion else all_of(condition, contrary(some))
        return _with_exception(excepted, parts)

    def limit_of_sex(self, parts: list[Any]) -> tuple[str, Limit]:
        return str(tokens(parts, "SEX")[0]), parts[0]

    def by_sex(self, parts: list[Any]) -> Condition:
        entry, limits = str(parts[0]), dict(each(tuple, parts))
        relations = {tuple(bound.relation for bound in limit.bounds) for limit in limits.values()}
        if len(limits) < 2 or len(relations) > 1:  # *18 to 45 for women or up to 50 for men*
            raise Unsure
        return any_of(
            *(all_of(one_of("sex", (sex,)), bounded(entry, limit)) for sex, limit in limits.items())
        )

    def measured_around(self, parts: list[Any]) -> Condition:
        """*A minimum weight of 50 kg.*"""
        (names,), (number,) = each(Names, parts), each(Number, parts)
        limit = Limit((Bound(relation_of(parts[0]), number),))
        return self.measured([names, limit, *each(When, parts)])

    def measured_inside(self, parts: list[Any]) -> Condition:
        """*18.5 <= BMI <= 30 kg/m2.*"""
        return self.measured([Names((str(parts[2]),)), inside(parts)])

    def one_number(self, parts: list[Any]) -> Condition:
        """*0.5 or 1*, of a score."""
        entry, numbers = str(parts[0]), each(Number, parts)
        if joints(parts) != {"OR"} or "{score}" not in asked(entry).unit_by_code:
            raise Unsure

        def is_one(name: str, *, called: str = "", questions: tuple[Question, ...] = ()) -> Condition:
            return any_of(
                *(compared(called or name, "==", written(name, number), questions) for number in numbers)
            )

        return self.at(when_of(parts), is_one, Names((entry,)))

    def pressures(self, parts: list[Any]) -> Condition:
        relation, (systolic, diastolic) = relation_of(parts[1]), each(Number, parts)
        join = {(True, False): all_of, (False, True): any_of}.get((self.inclusion, relation in (">", ">=")))
        if join is None or relation == "==":
            raise Unsure
        limit = Limit((Bound(relation, systolic), Bound(relation, diastolic))).in_one_unit()
        named = zip(("systolic_pressure", "diastolic_pressure"), limit.bounds, strict=True)
        return join(*(bounded(name, Limit((bound,))) for name, bound in named))


def _with_exception(condition: Condition, parts: list[Any]) -> Condition:
    """Mark an exception that no brackets end: *unless Gilbert or ...*."""
    return condition if tokens(parts, "LEFT") else replace(condition, said_with="unless")
