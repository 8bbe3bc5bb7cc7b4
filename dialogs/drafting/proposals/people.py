"""What ages, sexes, pregnancies, grades and what holds or does not mean."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from lark import Token

from dialogs.drafting.proposals.conditions import Condition, Question, all_of, compared, contrary, one_of
from dialogs.drafting.proposals.joining import AGES, Joint, Names, Reader, When, each, state_of, tokens
from dialogs.drafting.proposals.limits import Limit, Number, Unsure, age_bounded, in_age_units

_GRADES: Final = {"ecog": ("0", "1", "2", "3", "4"), "nyha": ("none", "I", "II", "III", "IV")}
"""Options of a graded question in the order of their grades, from 0."""
_COMPARE: Final = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq}


class People(Reader):
    """Who a patient is."""

    def sex(self, parts: list[Any]) -> Condition:
        return one_of("sex", (str(parts[0]),))

    def age(self, parts: list[Any]) -> Condition:
        (limit,), when = each(Limit, parts), each(When, parts)
        entries = tokens(parts, "MEASURED")
        said = limit.aged or entries or (tokens(parts, "ADULT", "ANY_SEX") and limit.bounds[-1].number.unit)
        if not said or not set(map(str, entries)) <= set(AGES):
            raise Unsure
        name, in_its_unit = in_age_units(limit)
        if tokens(parts, "ADULT") and not _of_adults(name, in_its_unit):
            raise Unsure
        if len(when) > 0 and len(when[0].moments) > 1:
            raise Unsure

        def keeps(entry: str, **asked: Any) -> Condition:
            return age_bounded(limit, inclusion=self.inclusion, **asked)

        return self.at(when[0] if when else None, keeps, Names((name,), frozenset()))

    def age_and_sex(self, parts: list[Any]) -> Condition:
        (sex,) = tokens(parts, "SEX")
        rest = [part for part in parts if part is not sex]
        (limit,) = each(Limit, rest)
        if not (limit.bounds[-1].number.unit or tokens(rest, "MEASURED")):
            raise Unsure
        limit = Limit(limit.bounds, aged=True)
        rest = [limit if isinstance(part, Limit) else part for part in rest]
        return all_of(self.sex([sex]), self.age(rest))

    def grades_compared(self, parts: list[Any]) -> Callable[[int], bool]:
        (relation,) = tokens(parts, "COMPARED", "BEHIND")
        (limit,) = [_grade(part) for part in parts if part is not relation]
        return lambda grade: bool(_COMPARE[relation](grade, limit))

    def grades_listed(self, parts: list[Any]) -> Callable[[int], bool]:
        listed = {_grade(part) for part in parts if not isinstance(part, Joint) and part != "/"}
        return lambda grade: grade in listed

    def grades_between(self, parts: list[Any]) -> Callable[[int], bool]:
        low, high = [_grade(part) for part in parts if isinstance(part, Number) or tokens([part], "GRADE")]
        return lambda grade: low <= grade <= high

    def graded(self, parts: list[Any]) -> Condition:
        entry, holds = str(parts[0]), parts[1]
        if tokens(parts, "HEART_FAILURE") and entry != "nyha":
            raise Unsure
        when = next(iter(each(When, parts)), None)
        codes = tuple(code for grade, code in enumerate(_GRADES[entry]) if holds(grade))
        if not codes or "none" in codes:  # whether it means those without the disease too
            raise Unsure

        def holding(name: str, *, called: str = "", questions: tuple[Question, ...] = ()) -> Condition:
            return one_of(called or name, codes, questions)

        return self.at(when, holding, Names((entry,), frozenset()))

    def state(self, parts: list[Any]) -> Condition:
        return state_of(parts[-1])

    def nostate_of(self, parts: list[Any]) -> Condition:
        self.refuse_in_exclusion()
        return contrary(state_of(parts[-1]))

    def pregnancy(self, parts: list[Any]) -> Condition:
        if any(sex != "female" for sex in tokens(parts, "SEX")):
            raise Unsure
        codes = [code for code in ("pregnant", "lactating") if code in tokens(parts, "PREGNANCY")]
        not_male = compared("sex", "!=", '"male"')
        return all_of(not_male, one_of("pregnant_or_lactating", codes))

    def no_pregnancy(self, parts: list[Any]) -> Condition:
        self.refuse_in_exclusion()
        return contrary(self.pregnancy(tokens(parts, "PREGNANCY")))


def _grade(part: Number | Token) -> int:
    number = part if isinstance(part, Number) else Number(Decimal(part))
    if number.unit or number.value != int(number.value):
        raise Unsure
    return int(number.value)


def _of_adults(name: str, limit: Limit) -> bool:
    """Say whether a limit of age leaves nobody below 18, as *adults* says."""
    first = limit.bounds[0]
    return name == "age_years" and first.upward and first.number.value >= 18
