"""Comparisons of what numbers can be, against a slow evaluator that tries numbers of each interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import Measurement, Relation
from dialogs.rules.intervals import ANY, Interval, compared, interval_of, span
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN

OPERATORS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne,
}  # fmt: skip
NEVER: Final = Decimal("Infinity")
NUMBERS: Final = [Decimal(n) for n in ("-2", "-1", "0", "0.5", "1", "3")]
numbers = st.sampled_from(NUMBERS)
measured = st.builds(Measurement, st.sampled_from(get_args(Relation)), numbers, st.just("1"))
answers = st.one_of(measured, st.just(Measurement("=", NEVER, "1")))


def some_of(answer: Measurement) -> list[Decimal]:
    """Numbers that the answer can be: on any limit that is one of them, close to it and far from it."""
    steps = [Decimal(0), Decimal("0.001"), Decimal("0.002"), Decimal(100), Decimal(200)]
    test = OPERATORS["==" if answer.relation == "=" else answer.relation]
    near = {number + sign * step for number in NUMBERS for step in steps for sign in (1, -1)} | {answer.value}
    return [number for number in near if test(number, answer.value)]


def slowly(operator: str, one: Measurement, other: Measurement) -> int:
    found = {OPERATORS[operator](a, b) for a, b in product(some_of(one), some_of(other))}
    return UNCERTAIN if len(found) > 1 else TRUE if found == {True} else FALSE


@pytest.mark.parametrize("operator", OPERATORS)
@given(one=answers, other=answers)
def test_a_comparison_holds_if_it_holds_for_all_that_the_numbers_can_be(
    operator: str, one: Measurement, other: Measurement
) -> None:
    assert compared(operator, interval_of(one), interval_of(other)) == slowly(operator, one, other)


@pytest.mark.parametrize("operator", OPERATORS)
@given(one=answers, other=answers, factor=st.sampled_from([Decimal("0.25"), Decimal(1), Decimal(40)]))
def test_what_a_factor_can_still_lead_to_is_not_ruled_out_before_it_is_known(
    operator: str, one: Measurement, other: Measurement, factor: Decimal
) -> None:
    low, high = span(operator, interval_of(one), interval_of(other))
    came_to = compared(operator, interval_of(one).times(factor), interval_of(other))
    assert low <= came_to <= high


@pytest.mark.parametrize(
    ("operator", "answer", "expected"),
    [
        ("<", "<", (UNCERTAIN, TRUE)),
        (">=", "<", (FALSE, UNCERTAIN)),
        ("<", ">=", (FALSE, UNCERTAIN)),
        ("==", "<", (FALSE, UNCERTAIN)),
        ("<", "=", (FALSE, TRUE)),
    ],
)
def test_a_bound_comes_to_one_end_only(operator: str, answer: Relation, expected: tuple[int, int]) -> None:
    assert span(operator, interval_of(Measurement(answer, Decimal(10), "1")), ANY) == expected


def test_never_is_longer_ago_than_anything() -> None:
    never, month = Interval(NEVER, NEVER), Interval(Decimal(1), Decimal(1))
    assert compared("<", never, month) == FALSE
    assert compared(">=", never, month) == TRUE
    assert compared("<", interval_of(Measurement(">=", Decimal(5), "a")), never) == TRUE
