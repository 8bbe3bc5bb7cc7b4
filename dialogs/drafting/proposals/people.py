"""What ages, sexes, pregnancies, grades and what holds or does not mean."""

from __future__ import annotations

import operator
from collections.abc import Callable
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
    denied,
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
    own_questions,
    relation_of,
    state_of,
    tokens,
    when_of,
)
from dialogs.drafting.proposals.limits import Bound, Limit, Number, Unsure, age_bounded, in_age_units

_GRADES: Final = {"ecog": ("0", "1", "2", "3", "4"), "nyha": ("none", "I", "II", "III", "IV")}
"""Options of a graded question in the order of their grades, from 0."""
_COMPARE: Final = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq}


_ADOLESCENT: Final = 12
"""Years; fewer of them may be those of a disease."""


_POINTS: Final = ("", "point", "points")
LIFELONG: Final = (
    "hiv", "organ_transplant", "cirrhosis", "diabetes", "gilbert", "guillain_barre", "hepatic_encephalopathy",
    "stem_cell_transplant", "splenectomy", "last_", "latex_allergy", "contrast_allergy",
)  # fmt: skip
"""What does not pass, or is asked about as what ever was."""
_ONCE: Final = "last_"
"""What was, and so is said as a history only."""


class People(Reader):
    """Who a patient is."""

    def sex(self, parts: list[Any]) -> Condition:
        return one_of("sex", (str(parts[0]),))

    def age(self, parts: list[Any]) -> Condition:
        (limit,), when = each(Limit, parts), when_of(parts)
        entries = tokens(parts, "MEASURED")
        said = (
            limit.aged
            or entries
            or (tokens(parts, "ADULT", "CHILD", "ANY_SEX") and limit.bounds[-1].number.unit)
        )
        if not said or not set(map(str, entries)) <= set(AGES):
            raise Unsure
        name, in_its_unit = in_age_units(limit)
        if tokens(parts, "ADULT") and not _of_adults(name, in_its_unit):
            raise Unsure
        if tokens(parts, "CHILD") and not _of_children(name, in_its_unit):
            raise Unsure
        if when is not None and len(when.moments) > 1:
            raise Unsure

        def keeps(entry: str, **asked: Any) -> Condition:
            return age_bounded(limit, inclusion=self.inclusion, **asked)

        return self.at(when, keeps, Names((name,)))

    def age_inside(self, parts: list[Any]) -> Condition:
        """*18 <= age <= 75 years.*"""
        return self.age([parts[2], inside(parts)])

    def age_around(self, parts: list[Any]) -> Condition:
        """*A minimum age of 18 years.*"""
        relation, name, number = parts[:3]
        return self.age([name, Limit((Bound(relation_of(relation), number),)), *each(When, parts)])

    def bare_age(self, parts: list[Any]) -> Condition:
        """*18 years and above*, where a line says no more: in years, or it may be anything."""
        (limit,) = each(Limit, parts)
        name, years = in_age_units(limit)
        if (
            name != "age_years"
            or not limit.bounds[-1].number.unit
            or years.bounds[0].number.value < _ADOLESCENT
        ):
            raise Unsure
        return self.age([replace(limit, aged=True), *each(When, parts)])

    def age_and_sex(self, parts: list[Any]) -> Condition:
        (sex,) = tokens(parts, "SEX")
        rest = [part for part in parts if part is not sex]
        (limit,) = each(Limit, rest)
        if not (limit.bounds[-1].number.unit or tokens(rest, "MEASURED")):
            raise Unsure
        limit = replace(limit, aged=True)
        rest = [limit if isinstance(part, Limit) else part for part in rest]
        return all_of(self.sex([sex]), self.age(rest))

    def grades_compared(self, parts: list[Any]) -> Callable[[int], bool]:
        (relation,) = tokens(parts, "COMPARED", "BEHIND")
        (limit,) = [_grade(part) for part in parts if part is not relation]
        return lambda grade: bool(_COMPARE[relation](grade, limit))

    def grades_listed(self, parts: list[Any]) -> Callable[[int], bool]:
        listed = {_grade(part) for part in parts if isinstance(part, Number) or tokens([part], "GRADE")}
        return lambda grade: grade in listed

    def grades_between(self, parts: list[Any]) -> Callable[[int], bool]:
        low, high = [_grade(part) for part in parts if isinstance(part, Number) or tokens([part], "GRADE")]
        return lambda grade: low <= grade <= high

    def graded(self, parts: list[Any]) -> Condition:
        entry, holds = str(parts[0]), parts[1]
        if tokens(parts, "HEART_FAILURE") and entry != "nyha":
            raise Unsure
        codes = tuple(code for grade, code in enumerate(_GRADES[entry]) if holds(grade))
        if not codes or "none" in codes:  # whether it means those without the disease too
            raise Unsure

        def holding(name: str, *, called: str = "", questions: tuple[Question, ...] = ()) -> Condition:
            return one_of(called or name, codes, questions)

        return self.at(when_of(parts), holding, Names((entry,)))

    def state(self, parts: list[Any]) -> Condition:
        if str(parts[-1]).startswith(_ONCE):
            raise Unsure
        return state_of(parts[-1])

    def past_state(self, parts: list[Any]) -> Condition:
        """*A history of HIV*, of what does not pass."""
        if not str(parts[-1]).startswith(LIFELONG):
            raise Unsure
        return replace(state_of(parts[-1]), said_with="history of")

    def never_state(self, parts: list[Any]) -> Condition:
        """*No history of HIV*; of what passes, who has it no more has had it."""
        if not str(parts[-1]).startswith(LIFELONG):
            raise Unsure
        return self.no_state(parts)

    def no_state(self, parts: list[Any]) -> Condition:
        self.refuse_in_exclusion()
        if str(parts[-1]).startswith(_ONCE):
            raise Unsure
        return denied(state_of(parts[-1]))

    def tested(self, parts: list[Any]) -> Condition:
        """A negative pregnancy test, which those who cannot be pregnant do not need."""
        (test,) = tokens(parts, "TEST_RESULT")
        if not self.inclusion:
            raise Unsure
        codes = ("negative", "not_needed")

        def negative(name: str, *, called: str = "", questions: tuple[Question, ...] = ()) -> Condition:
            return one_of(called or name, codes, questions or own_questions(name))

        return self.at(when_of(parts), negative, Names((str(test),)))

    def positive(self, parts: list[Any]) -> Condition:
        tests = tokens(parts, "TESTED")
        if len(tests) > 1 and (self.inclusion or joints(parts) not in ({"OR"}, {"EITHER"}, {"SLASH"})):
            raise Unsure
        return any_of(*map(state_of, tests))

    def negative(self, parts: list[Any]) -> Condition:
        self.refuse_in_exclusion()
        return denied(any_of(*map(state_of, tokens(parts, "TESTED"))))

    def no_pregnancy_of_women(self, parts: list[Any]) -> Condition:
        return all_of(self.sex(tokens(parts, "SEX")[:1]), self.no_pregnancy(parts))

    def pregnancy(self, parts: list[Any]) -> Condition:
        if any(sex != "female" for sex in tokens(parts, "SEX")):
            raise Unsure
        codes = [code for code in ("pregnant", "lactating") if code in tokens(parts, "PREGNANCY")]
        not_male = compared("sex", "!=", '"male"')
        if codes == ["lactating"]:  # one who is pregnant, too, would be called so
            return all_of(not_male, state_of("breastfeeding"))
        return all_of(not_male, one_of("pregnant_or_lactating", codes))

    def no_pregnancy(self, parts: list[Any]) -> Condition:
        self.refuse_in_exclusion()
        return denied(self.pregnancy(tokens(parts, "PREGNANCY")))


def _grade(part: Number | Token) -> int:
    number = part if isinstance(part, Number) else Number(Decimal(part))
    if number.unit not in _POINTS or number.value != int(number.value):
        raise Unsure
    return int(number.value)


def _of_adults(name: str, limit: Limit) -> bool:
    """Say whether a limit of age leaves nobody below 18, as *adults* says."""
    first = limit.bounds[0]
    return name == "age_years" and first.upward and first.number.value >= 18


def _of_children(name: str, limit: Limit) -> bool:
    """Say whether a limit of age leaves nobody of 18 or more, as *children* says."""
    last = limit.bounds[-1]
    years = last.number.value / (12 if name == "age_months" else 1)
    return not last.upward and (years < 18 or (years == 18 and last.relation == "<"))
