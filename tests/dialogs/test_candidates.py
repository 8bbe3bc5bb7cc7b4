"""Lists of candidates: the same is taken as in the conversation, and everything else is a fault of its row."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import Answer, Measurement
from dialogs.candidates import BadFile, Cell, Row, Unreadable, evaluate_candidate, read_candidates, read_table
from dialogs.loading import load
from dialogs.protocol import Question
from dialogs.reading import Understood, read
from tests.dialogs.test_exact import PIECES

PROTOCOL = load("NCT04420494")


def entry(answers: str, name: str = '"x"') -> str:
    return f'[{{"name": {name}, "answers": {{{answers}}}}}]'


FAULTS = {
    "unit": (entry('"hemoglobin": {"value": 9, "unit": "furlong"}'), "hemoglobin", "unknown_unit"),
    "option": (entry('"sex": "maybe"'), "sex", "not_an_option"),
    "impossible": (entry('"hemoglobin": {"value": 900, "unit": "g/L"}'), "hemoglobin", "impossible"),
    "no unit": ("name,hemoglobin\nx,98\n", "hemoglobin", "asked_unit"),
    "no unit, a number": (entry('"hemoglobin": 98'), "hemoglobin", "asked_unit"),
    "unusual": ("name,hemoglobin\nx,20 g/L\n", "hemoglobin", "asked_unusual"),
    "unusual, a number": (entry('"age_years": 17'), "age_years", "asked_unusual"),
    "either number": ("name,neutrophils\nx,1.500 /uL\n", "neutrophils", "asked_number"),
    "begins an option": ("name,tumour\nx,carcinoma\n", "tumour", "not_an_option"),
    "pregnant man": (entry('"sex": "male", "pregnant_or_lactating": "pregnant"'), "pregnant_or_lactating", "contradicts"),
    "two units": (
        entry('"alt": {"value": 1, "unit": "ukat/L"}, "alt_uln": {"value": 40, "unit": "U/L"}'), "alt_uln", "unit_must_match",
    ),
    "two limits": ("name,bilirubin_total,bilirubin_uln\nx,28/21 umol/L,15 umol/L\n", "bilirubin_uln", "two_answers"),
    "limit unknown": ("name,bilirubin_total,bilirubin_uln\nx,28/21 umol/L,unknown\n", "bilirubin_uln", "two_answers"),
    "nan": (entry('"age_years": NaN'), "age_years", "not_a_value"),
    "list": (entry('"sex": ["male"]'), "sex", "not_a_value"),
    "true": (entry('"steroid_pr": true'), "steroid_pr", "not_a_value"),
    "null": (entry('"steroid_pr": null'), "steroid_pr", "not_a_value"),
    "no value": (entry('"hemoglobin": {"unit": "g/L"}'), "hemoglobin", "not_a_value"),
    "negative": (entry('"age_years": -45'), "age_years", "sign"),
    "endless": (entry('"age_years": 1e999999999'), "age_years", "too_many_digits"),
    "half a year": (entry('"age_years": 45.5'), "age_years", "not_whole"),
    "key twice": (entry('"age_years": 45, "age_years": 46'), "age_years", "key_twice"),
    "entry key twice": ('[{"name": "x", "name": "y", "answers": {}}]', None, "key_twice"),
    "no name": (entry('"age_years": 45', '""'), None, "name_missing"),
    "name of control characters": (entry('"age_years": 45', '"x\\u001b[31m"'), None, "name_unprintable"),
    "NUL": ("name,age_years\nx,4\x005\n", "age_years", "unknown_unit"),
    "more cells": ("name,age_years\nx,45,46\n", None, "cells_more"),
    "fewer cells": ("name,age_years,sex\nx,45\n", None, "cells_missing"),
    "a candidate in a quote": ('name,age_years,sex\nx,"45,male\ny,46,"\nz,50,male\n', "age_years", "not_a_number"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "question", "code"), FAULTS.values(), ids=FAULTS)
def test_a_bad_cell_is_a_fault_of_its_row_and_never_becomes_unknown(
    text: str, question: str | None, code: str
) -> None:
    row = next(iter(read_candidates(PROTOCOL, text)))
    assert (question, code) in [(fault.question, fault.code) for fault in row.faults]
    assert row.number == (1 if text.startswith("[") else 2)


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ('"hemoglobin": 98', "98"),
        ('"hemoglobin": {"value": 9, "unit": "furlong"}', "9 furlong"),
        ('"hemoglobin": {"value": "98/21", "unit": "g/L"}', "98/21 g/L"),
        ('"age_years": 1e999999999', "1E+999999999"),
    ],
)
def test_a_fault_shows_the_answer_as_it_was_given(answers: str, shown: str) -> None:
    row = next(iter(read_candidates(PROTOCOL, entry(answers))))
    assert [fault.details["text"] for fault in row.faults] == [shown]


BAD_FILES = {
    "unknown question": (entry('"shoe_size": 9'), "list_unknown_column"),
    "nearly a question": ("name,haemoglobin\nx,98 g/L\n", "list_unknown_column"),
    "column twice": ("name,age_years,age_years\nx,45,46\n", "list_column_twice"),
    "no column name": ("age_years\n45\n", "list_no_name"),
    "nothing": ("", "list_no_name"),
    "a long header": ("name," + "x" * 140_000 + "\n", "list_not_csv"),
    "a quote that is not closed": ('name,age_years\nx,"45\ny,46\n', "list_not_csv"),
    "text after a quote": ('name,age_years\nx,"45"46\n', "list_not_csv"),
    "many columns": (",".join(["name", *map(str, range(2100))]), "list_too_wide"),
    "half a JSON": ('[{"name": "x"', "list_not_json"),
    "deep JSON": ("[" * 200_000, "list_not_json"),
}


@pytest.mark.parametrize(("text", "code"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_list_that_cannot_be_read_as_a_whole_says_one_thing(text: str, code: str) -> None:
    with pytest.raises(BadFile) as refused:
        list(read_candidates(PROTOCOL, text))
    assert refused.value.code == code
    assert all(len(detail) < 150 for detail in refused.value.details.values())


def test_a_list_has_a_limit() -> None:
    text = "name,age_years\n" + "".join(f"C{number},45\n" for number in range(11))
    with pytest.raises(BadFile):
        list(read_candidates(PROTOCOL, text, limit=10))


@pytest.mark.parametrize("text", ["name,sex\nx,male\nx,female\n", "name,sex\n x,male\nx ,female\n"])
def test_a_name_that_stands_twice_is_a_fault_of_the_second(text: str) -> None:
    first, second = read_candidates(PROTOCOL, text)
    assert first.faults == []
    assert [fault.code for fault in second.faults] == ["name_twice"]


TABLES = {
    "commas": 'name,age_years,hemoglobin,bilirubin_total\nx,45,"9,8 g/dL",28/21 umol/L\n',
    "semicolons": "name;age_years;hemoglobin;bilirubin_total\nx;45;9,8 g/dL;28/21 umol/L\n",
    "tabs": "name\tage_years\themoglobin\tbilirubin_total\nx\t45\t9,8 g/dL\t28/21 umol/L\n",
    "sep=": "sep=;\r\nname;age_years;hemoglobin;bilirubin_total\r\nx;45;9,8 g/dL;28/21 umol/L\r\n",
    "empty ends": "name,age_years,hemoglobin,bilirubin_total,,\nx,45,9.8 g/dL,28/21 umol/L,,\n,,,,,\n\n",
    "help": "name,age_years,hemoglobin,bilirubin_total\n# a code,years,unit,unit\nx,45,9.8 g/dL,28/21 umol/L\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_table_is_read_as_spreadsheets_write_it(text: str) -> None:
    (row,) = read_candidates(PROTOCOL, text)
    assert row.faults == []
    assert row.name == "x"
    assert set(row.answers) == {"age_years", "hemoglobin", "bilirubin_total", "bilirubin_uln"}
    assert row.answers["hemoglobin"] == Measurement("=", Decimal("9.8"), "g/dL")


def test_a_limit_without_a_unit_has_that_of_its_value_as_in_the_conversation() -> None:
    (row,) = read_candidates(PROTOCOL, "name,alt_uln,alt\nx,40,120 U/L\n")
    assert row.answers["alt_uln"] == Measurement("=", Decimal(40), "U/L")


def test_numbers_of_a_workbook_are_what_they_are_and_dates_are_no_answers() -> None:
    cells: list[list[Cell]] = [
        ["name", "age_years", "ecog", "body_weight", "sex"],
        ["x", Decimal(45), Decimal(1), Decimal("60.125"), "male"],
    ]
    (row,) = read_table(PROTOCOL, cells)
    assert row.faults == []
    assert row.answers["body_weight"] == Measurement("=", Decimal("60.125"), "kg")
    (row,) = read_table(PROTOCOL, [["name", "age_years"], ["x", Unreadable("a_date")]])
    assert [(fault.question, fault.code) for fault in row.faults] == [("age_years", "a_date")]


def test_only_unusual_values_can_be_accepted_and_the_line_says_which() -> None:
    text = "name,age_years,hemoglobin,neutrophils\nx,45,20 g/L,\ny,45,98,\nz,45,98 g/L,1.500 /uL\n"
    first, second, third = read_candidates(PROTOCOL, text, accept_unusual=True)
    assert json.loads(evaluate_candidate(PROTOCOL, first))["unusual"] == ["hemoglobin"]
    assert second.faults
    assert third.faults


def taken(row: Row) -> tuple[tuple[str, Answer], ...]:
    return () if row.faults else tuple(row.answers.items())


@settings(max_examples=500)
@given(
    st.sampled_from(PROTOCOL.questions),
    PIECES | st.sampled_from(["no", "Normal", "9.8 g/dL", "28/21 umol/L", "20 g/L", "98"]),
)
def test_a_list_takes_exactly_what_the_conversation_takes(question: Question, text: str) -> None:
    reading = read(PROTOCOL, question, text)
    (row,) = read_candidates(PROTOCOL, json.dumps([{"name": "x", "answers": {question.id: text}}]))
    assert taken(row) == (reading.given if isinstance(reading, Understood) else ())


DM2 = load("EXAMPLE-DM2")
"""Excludes a BMI above 40 kg/m2; 100.1 kg at 158 cm are 40.097."""


def _of_dm2(bmi: str, height: str) -> Row:
    (row,) = read_candidates(DM2, f"name,bmi,body_weight,height\nx,{bmi},100.1 kg,{height}\n")
    return row


@pytest.mark.parametrize("bmi", ["40.0 kg/m2", "24 kg/m2"])
def test_a_number_beside_parts_by_which_a_criterion_is_judged_otherwise_is_a_fault(bmi: str) -> None:
    """The conversation would work it out from the parts without asking."""
    (fault,) = _of_dm2(bmi, "158 cm").faults
    assert (fault.question, fault.code) == ("bmi", "worked_out")
    assert fault.details == {"columns": "body_weight, height", "value": "40.1", "unit": "kg/m2"}


@pytest.mark.parametrize(
    ("bmi", "height"),
    [("40.1 kg/m2", "158 cm"), ("41 kg/m2", "158 cm"), ("24 kg/m2", "unknown"), ("unknown", "158 cm")],
    ids=["rounded", "on the same side", "a part is unknown", "is unknown"],
)
def test_a_number_beside_parts_by_which_all_is_judged_alike_is_taken(bmi: str, height: str) -> None:
    assert not _of_dm2(bmi, height).faults
