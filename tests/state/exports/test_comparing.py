"""What is compared, in all exports: relation, number and unit, as the rules take them."""

import csv
from collections.abc import Callable
from dataclasses import astuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.loading import load, parse_protocol
from state.exports import Exported
from state.exports.comparing import QUOTIENT_DIGITS, AnswerRow, AnswerStatus, compare, quotient
from state.exports.joined import CELL, ROW, joined_answers
from state.exports.snapshot import snapshot

PROTOCOL = load("NCT04420494")


def row(
    question: str, value: str, unit: str | None, compared: str | None, status: AnswerStatus = "current"
) -> AnswerRow:
    return AnswerRow(1, "", "", question, value, unit, None, compared, unit, status)


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        ("120", "97", (None, "1.237113402062", "{xULN}")),
        ("<120", "97", ("<", "1.237113402062", "{xULN}")),
        ("97", "97", (None, "1", "{xULN}")),
        ("120", None, (None, "120", "umol/L")),
        ("120", "unknown", (None, "120", "umol/L")),
    ],
)
def test_a_value_with_a_limit_of_normal_is_compared_as_a_multiple_of_it(
    value: str, limit: str | None, expected: tuple[str | None, str, str]
) -> None:
    answers = [row("creatinine", value, "umol/L", value.lstrip("<"))]
    if limit is not None:
        known = limit != "unknown"
        answers.append(row("creatinine_uln", limit, "umol/L" if known else None, limit if known else None))
    found = compare(PROTOCOL, answers)[0]
    assert (found.relation, found.compared, found.compared_unit) == expected


def test_a_dose_a_day_is_compared_by_weight() -> None:
    answers = [row("csa_dose", "250", "mg/d", "250"), row("body_weight", "62.5", "kg", "62.5")]
    assert compare(PROTOCOL, answers)[0].compared == "4"
    assert compare(PROTOCOL, answers)[0].compared_unit == "mg/kg/d"


DOSE = """
format = 2
id = "FICTIONAL-DOSE"
title = "Fictional"
[[question]]
id = "dose"
ask = "Dose?"
possible = [0, 10000]
usual = [1, 1000]
units = [{ code = "mg", label = "mg", per = "body_surface", gives = "mg/m2" }, { code = "mg/m2", label = "mg/m2" }]
[[question]]
use = "body_surface"
bounds = false
[[criterion]]
code = "E1"
exclusion = "Dose above 75 mg/m2"
rule = 'dose > "75 mg/m2"'
"""


def test_a_value_is_divided_by_what_was_worked_out_and_not_by_what_of_it_is_shown() -> None:
    protocol = parse_protocol(DOSE, "fictional.toml")
    answers = [
        row("dose", "150", "mg", "150"),
        row("body_surface", "computed", None, None),
        row("height", "180", "cm", "180"),
        row("body_weight", "79.7", "kg", "79.7"),
    ]
    dose, surface, *_ = compare(protocol, answers)
    assert (dose.compared, dose.compared_unit) == ("75.141021747844", "mg/m2")
    assert (surface.compared, surface.compared_unit) == ("1.996", "m2")
    assert compare(protocol, answers[:2])[0].compared == "150", "while it is not known"


def test_normal_is_at_most_the_limit_and_never_is_exactly_none() -> None:
    normal = AnswerRow(1, "", "", "alt", "within_normal", None, None, "1", "{xULN}", "current")
    never = AnswerRow(1, "", "", "csa_duration", "never", None, None, "0", "mo", "current")
    assert [found.relation for found in compare(PROTOCOL, [normal, never])] == ["<=", None]


@given(st.decimals(0, 10**6, places=3), st.decimals("0.001", 10**6, places=3))
def test_a_quotient_is_exact_to_its_digits(value: Decimal, divisor: Decimal) -> None:
    found = quotient(f"{value:f}", f"{divisor:f}", Decimal(1))
    assert found is not None
    assert abs(Fraction(found) - Fraction(value) / Fraction(divisor)) <= Fraction(1, 2 * 10**QUOTIENT_DIGITS)


def test_what_sqlite_joins_is_what_a_snapshot_gives(filled: Path) -> None:
    divided = 0
    with snapshot(filled) as data:
        for screening in data.rows():
            count, text = joined_answers(data, screening)
            rows = [tuple(line.split(CELL)) for line in text.split(ROW)] if text else []
            answers = data.answers(screening)
            assert len(rows) == count == len(answers)
            for cells, answer in zip(rows, answers, strict=True):
                assert cells == tuple("" if cell is None else str(cell) for cell in astuple(answer))
                divided += answer.unit is not None and answer.compared_unit == "{xULN}" != answer.unit
    assert divided > 50


def test_a_relation_has_a_column_of_its_own(exported: Callable[..., Exported]) -> None:
    with exported("answers").path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["relation"] for row in rows} == {"", "<", "<="}
    for row in rows:
        assert (row["relation"] == "<=") == (row["value"] == "within_normal")
        assert (row["relation"] == "<") == row["value"].startswith("<")
