"""Every export of numbers that are worked out from others, below zero, in shifted units, against each other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from fhir.resources.R4B.bundle import Bundle
from openpyxl import load_workbook

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.dialogue import REVIEW, Step
from dialogs.loading import load, parse_protocol, parse_stored
from dialogs.loading.formulas import EXACT
from state.database import open_database
from state.exports import FORMATS, Exported, export
from state.exports.questionnaire import questionnaire
from state.exports.spreadsheet import guarded
from state.screenings import Screenings
from state.standing import VIEWS
from state.verify import verify
from tests.state.exports.test_formats import csv_rows, records
from tests.state.exports.test_unlike_trials import fill

FILE = Path(__file__).parents[2] / "data" / "worked_out.toml"
PROTOCOL = load(str(FILE))
PARTS: dict[str, Answer] = {
    "body_weight": Measurement("=", Decimal(60), "kg"),
    "height": Measurement("=", Decimal(170), "cm"),
    "age_years": Measurement("=", Decimal(30), "a"),
    "serum_creatinine": Measurement("=", Decimal("0.9"), "mg/dL"),
    "sex": Choice("female"),
    "bone_density_t": Measurement("=", Decimal("-2.5"), "{SD}"),
    "temperature": Measurement("=", Decimal("100.4"), "[degF]"),
    "alt": Measurement("=", Decimal(30), "U/L"),
    "ast": Measurement("<", Decimal(20), "U/L"),
}
WORKED = {"bmi": COMPUTED, "creatinine_clearance": COMPUTED, **PARTS}
GIVEN = {**WORKED, "bmi": Measurement("=", Decimal("22.4"), "kg/m2")}
UNKNOWN_PART = {**WORKED, "serum_creatinine": UNKNOWN}
Export = Callable[[str], Exported]
SURE = """
[[question]]
id = "sure"
ask = { en = "Sure?", zh = "确定？" }

[[question]]"""
"""A yes/no question above all others."""


@pytest.fixture
def numbers(tmp_path: Path) -> Export:
    fill(tmp_path / "numbers.db", PROTOCOL, (WORKED, GIVEN, UNKNOWN_PART), UNKNOWN)
    return lambda name: export(
        tmp_path / "numbers.db", name, tmp_path / (name + (FORMATS[name].suffix or ""))
    )


COMPARED = {
    ("S01-0001", "bmi"): ("computed", "20.8", "kg/m2"),
    ("S01-0002", "bmi"): ("22.4", "22.4", "kg/m2"),
    ("S01-0001", "creatinine_clearance"): ("computed", "87", "mL/min"),
    ("S01-0003", "creatinine_clearance"): ("computed", "", ""),
    ("S01-0001", "egfr"): ("computed", "88", "mL/min/{1.73_m2}"),
    ("S01-0001", "bone_density_t"): ("-2.5", "-2.5", "{SD}"),
    ("S01-0001", "temperature"): ("100.4", "38", "Cel"),
}
"""What was entered, and the number and unit that the rules compare."""


def test_a_file_with_them_verifies_and_replays(numbers: Export, tmp_path: Path) -> None:
    report = verify(tmp_path / "numbers.db")
    assert report.screenings == 3
    assert not report.problems


def test_tables_have_what_was_entered_and_what_it_comes_to(numbers: Export) -> None:
    answers = csv_rows(numbers("answers").path)
    found = {
        (r["screening"], r["question"]): (r["value"], r["compared"], r["compared_unit"]) for r in answers
    }
    assert {key: found[key] for key in COMPARED} == COMPARED
    head, *lines = load_workbook(numbers("xlsx").path)["Answers"].iter_rows(values_only=True)
    sheet = [dict(zip(head, line, strict=True)) for line in lines]
    cells = {(r["screening"], r["question"]): (r["value"], r["compared"], r["compared_unit"]) for r in sheet}
    assert cells["S01-0001", "bmi"] == ("computed", 20.8, "kg/m2")
    assert cells["S01-0001", "bone_density_t"] == (-2.5, -2.5, "{SD}")
    table = f"read_parquet('{numbers('parquet').path}/answers/**/*.parquet')"
    for (screening, question), (value, compared, unit) in COMPARED.items():
        rows = duckdb.sql(
            f"SELECT value, compared, compared_unit FROM {table}"
            f" WHERE screening = '{screening}' AND question = '{question}'"
        ).fetchall()
        assert rows == [(value, Decimal(compared) if compared else None, unit or None)]


LEAN: dict[str, Answer] = {
    **WORKED,
    "body_weight": Measurement("=", Decimal("60.5"), "kg"),
    "height": Measurement("=", Decimal(181), "cm"),
}
"""A BMI of 18.467, below the limit of 18.5."""


@pytest.mark.parametrize(
    ("text", "compared", "failed"),
    [
        pytest.param(PROTOCOL.text, "18.47", "I1", id="compared exactly"),
        pytest.param(
            PROTOCOL.text.removesuffix(f"\n{EXACT}\n"), "18.5", "", id="stored when it was rounded before"
        ),
    ],
)
def test_exports_have_the_number_on_the_side_on_which_it_was_judged(
    text: str, compared: str, failed: str, tmp_path: Path
) -> None:
    protocol = parse_stored(text, "stored")
    assert protocol.text == text
    file = tmp_path / "lean.db"
    fill(file, protocol, (LEAN,), UNKNOWN)
    assert not verify(file).problems
    (row,) = [
        each
        for each in csv_rows(export(file, "answers", tmp_path / "a.csv").path)
        if each["question"] == "bmi"
    ]
    assert (row["value"], row["compared"], row["first_failed"]) == ("computed", compared, failed)
    table = f"read_parquet('{export(file, 'parquet', tmp_path / 'a').path}/answers/**/*.parquet')"
    assert duckdb.sql(f"SELECT compared FROM {table} WHERE question = 'bmi'").fetchall() == [
        (Decimal(compared),)
    ]
    assert f'"value":{compared}' in export(file, "fhir", tmp_path / "a.json").path.read_text("utf-8")


def test_the_parts_stand_beside_what_is_worked_out_from_them(numbers: Export) -> None:
    of = [r["question"] for r in csv_rows(numbers("answers").path) if r["screening"] == "S01-0001"]
    assert of == [
        *("bmi", "body_weight", "height", "creatinine_clearance", "age_years", "serum_creatinine", "sex"),
        *("egfr", "bone_density_t", "temperature", "alt", "ast"),
    ]


def test_the_log_has_the_number_that_was_worked_out(numbers: Export) -> None:
    log = {row["screening_code"]: row["egfr"] for row in csv_rows(numbers("csv").path)}
    assert log["S01-0001"] == "88"
    assert log["S01-0003"] == "unknown"
    table = f"'{numbers('parquet').path}/screenings/**/*.parquet'"
    assert dict(duckdb.sql(f"SELECT screening, egfr FROM {table}").fetchall()) == log


def test_fhir_has_the_number_with_its_kind(numbers: Export) -> None:
    text = numbers("fhir").path.read_bytes()
    Bundle.model_validate(json.loads(text))
    bundle = json.loads(text, parse_float=Decimal)
    (first, *_) = [
        each["resource"]
        for each in bundle["entry"]
        if each["resource"]["resourceType"] == "QuestionnaireResponse"
    ]
    items = {item["linkId"]: item["answer"][0] for item in first["item"]}
    assert items["bmi.mode"]["valueCoding"]["code"] == "computed"
    assert items["bmi"]["valueQuantity"]["value"] == Decimal("20.8")
    assert items["bone_density_t"]["valueQuantity"]["value"] == Decimal("-2.5")
    assert "age_years" in items


def test_fhir_rules_no_part_out_of_what_may_still_be_worked_out() -> None:
    """Whatever is answered to another question: the BMI that is asked after it may call for the height."""
    rule = '[[criterion]]\ncode = "E9"\nexclusion = "Not sure"\nrule = "not sure"\n'
    protocol = parse_protocol(f"{PROTOCOL.text.replace('[[question]]', SURE, 1)}\n{rule}", "sure.toml")
    form = {item["linkId"]: item for item in questionnaire(protocol)["item"]}
    assert next(iter(form)) == "sure"
    assert not any(each["question"] == "sure" for each in form["height.mode"].get("enableWhen", ()))


def test_sdtm_has_what_is_compared(numbers: Export) -> None:
    found = {
        (r["PSSCRN"], r["PSQID"]): (r["PSVALUE"], r["PSCMP"] or "", r["PSCMPU"] or "")
        for r in records(numbers("sdtm").path / "psans.json")
    }
    assert {key: found[key] for key in COMPARED} == COMPARED


def test_a_negative_number_is_no_formula_and_anything_else_that_begins_like_one_is() -> None:
    assert [guarded(text) for text in ("-2.5", "-3", "-2+3", "-A1", "=1", "-")] == [
        *("-2.5", "-3", "'-2+3", "'-A1", "'=1", "'-"),
    ]


_OF_THE_VIEW = (
    "SELECT screening, question, value, coalesce(compared, ''), coalesce(compared_unit, '') FROM answers"
    " WHERE status = 'current' ORDER BY screening, entry"
)


def _computed_in_the_view(file: Path) -> dict[tuple[str, str], tuple[str, str, str]]:
    with closing(sqlite3.connect(file)) as db:
        rows = db.execute(_OF_THE_VIEW).fetchall()
    return {(number, question): tuple(cells) for number, question, *cells in rows if cells[0] == "computed"}


def _computed_in_the_export(numbers: Export) -> dict[tuple[str, str], tuple[str, str, str]]:
    rows = csv_rows(numbers("answers").path)
    cells = {
        (r["screening"], r["question"]): (r["value"], r["compared"], r["compared_unit"])
        for r in rows
        if r["status"] == "current"
    }
    return {key: each for key, each in cells.items() if each[0] == "computed"}


def test_the_view_of_answers_has_the_number_that_was_worked_out(numbers: Export, tmp_path: Path) -> None:
    found = _computed_in_the_view(tmp_path / "numbers.db")
    assert found == _computed_in_the_export(numbers)
    assert {key: each for key, each in COMPARED.items() if each[0] == "computed"}.items() <= found.items()


def test_what_was_worked_out_is_that_of_the_newest_saved_verdict(numbers: Export, tmp_path: Path) -> None:
    file = tmp_path / "numbers.db"
    before = _computed_in_the_view(file)
    db = open_database(file)
    screenings = Screenings(db)
    screening = screenings.load("S01-0001")
    person, heavier = screening.person, Measurement("=", Decimal(70), "kg")
    steps = (
        Step("reopen"),
        Step("correct", "body_weight"),
        Step("answer", "body_weight", heavier, reason="transcription"),
    )
    screenings.take(screening, steps, person)
    assert _computed_in_the_view(file) == before
    while screening.state != REVIEW:
        screenings.take(screening, [Step("answer", screening.state, GIVEN[screening.state])], person)
    screenings.take(screening, [Step("save")], person)
    db.close()
    assert _computed_in_the_view(file)["S01-0001", "bmi"] == ("computed", "24.2", "kg/m2")
    assert _computed_in_the_view(file) == _computed_in_the_export(numbers)
    assert not verify(file).problems


def test_a_file_of_before_gets_them_by_replay(numbers: Export, tmp_path: Path) -> None:
    file = tmp_path / "numbers.db"
    found = _computed_in_the_view(file)
    with closing(sqlite3.connect(file)) as db:
        for name in reversed(VIEWS):
            db.execute(f"DROP VIEW {name}")
        db.execute("ALTER TABLE verdicts DROP COLUMN worked_out")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'numbers_worked_out'")
        db.commit()
    open_database(file).close()
    assert _computed_in_the_view(file) == found
    assert not verify(file).problems


def test_a_number_that_somebody_changed_is_found(numbers: Export, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "numbers.db")) as db:
        db.execute("DROP TRIGGER verdicts_no_update")
        db.execute("UPDATE verdicts SET worked_out = replace(worked_out, '20.8', '20.9')")
        db.commit()
    assert any("verdict" in str(each) for each in verify(tmp_path / "numbers.db").problems)
