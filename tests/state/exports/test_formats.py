"""What all formats say alike: what became of every answer, and who one subject is."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from state.exports import Exported

Export = Callable[..., Exported]
Answers = dict[tuple[str, int], tuple[str, str]]
"""Screening and log entry -> question and status."""


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def records(path: Path) -> list[dict[str, Any]]:
    """Read a Dataset-JSON file."""
    read = json.loads(path.read_text(encoding="utf-8"))
    names = [column["name"] for column in read["columns"]]
    return [dict(zip(names, row, strict=True)) for row in read["rows"]]


@pytest.fixture
def answers(exported: Export) -> Answers:
    """What the CSV file says of every answer, also of those amended, given up, set aside, or cancelled."""
    rows = csv_rows(exported("answers").path)
    told = {(row["screening"], int(row["entry"])): (row["question"], row["status"]) for row in rows}
    assert {status for _, status in told.values()} == {"current", "superseded", "set aside"}
    return told


@pytest.fixture
def subjects(exported: Export) -> dict[str, str]:
    """Screening -> subject: a chain of linked screenings is one subject, known by the number of the first."""
    log = {row["screening_code"]: row for row in csv_rows(exported("csv").path)}
    found = {number: row["subject"] for number, row in log.items()}
    for number, row in log.items():
        if row["earlier_screening"] in log:
            assert found[number] == found[row["earlier_screening"]]
        elif not row["earlier_screening"]:
            assert found[number] == number
    assert len(set(found.values())) < len(found)
    return found


def test_parquet_says_the_same_of_every_answer(exported: Export, answers: Answers) -> None:
    table = f"read_parquet('{exported('parquet').path}/answers/**/*.parquet')"
    kept = duckdb.sql(f"SELECT screening, entry, question, status FROM {table}").fetchall()
    assert {(screening, entry): (question, status) for screening, entry, question, status in kept} == answers


def test_sdtm_says_the_same_of_every_answer(exported: Export, answers: Answers) -> None:
    read = records(exported("sdtm").path / "psans.json")
    assert {(r["PSSCRN"], r["PSSEQ"]): (r["PSQID"], r["PSSTAT"].lower()) for r in read} == answers


def test_the_workbook_says_the_same_of_every_answer(exported: Export, answers: Answers) -> None:
    head, *lines = load_workbook(exported("xlsx").path)["Answers"].iter_rows(values_only=True)
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert {(row["screening"], row["entry"]): (row["question"], row["status"]) for row in rows} == answers


def test_fhir_has_the_answers_that_are_current(exported: Export, answers: Answers) -> None:
    current: dict[str, set[str]] = {}
    for (screening, _), (question, status) in answers.items():
        if status == "current":
            current.setdefault(screening, set()).add(question)
    for resource in lines_of(exported("fhir-ndjson").path):
        if resource["resourceType"] == "QuestionnaireResponse":
            links = {item["linkId"].partition(".")[0] for item in resource.get("item", [])}
            assert links == current.get(resource["id"], set()), resource["id"]


def test_logs_and_fhir_know_a_subject_by_the_same_number(exported: Export, subjects: dict[str, str]) -> None:
    lines = lines_of(exported("log").path)
    assert {line["screening"]: line["subject"] for line in lines} == subjects
    for resource in lines_of(exported("fhir-ndjson").path):
        if resource["resourceType"] == "QuestionnaireResponse":
            assert resource["subject"]["identifier"]["value"] == subjects[resource["id"]]
        if resource["resourceType"] == "ResearchSubject":
            assert resource["individual"]["identifier"]["value"] == subjects[resource["id"]]


def test_sdtm_knows_a_subject_by_the_same_number(exported: Export, subjects: dict[str, str]) -> None:
    folder = exported("sdtm").path
    people = records(folder / "dm.json")
    assert sorted(record["SUBJID"] for record in people) == sorted(set(subjects.values()))
    assert all(record["USUBJID"] == f"NCT04420494-{record['SUBJID']}" for record in people)
    for record in records(folder / "psver.json"):
        assert record["USUBJID"] == f"NCT04420494-{subjects[record['PSSCRN']]}"


def test_sdtm_says_of_a_subject_what_the_latest_screening_came_to(exported: Export) -> None:
    log = csv_rows(exported("csv").path)
    latest: dict[str, str] = {}
    for row in sorted(log, key=lambda row: (row["saved_at"], row["screening_code"])):
        if row["verdict"] != "cancelled" or row["subject"] not in latest:
            latest[row["subject"]] = row["verdict"]
    for record in records(exported("sdtm").path / "dm.json"):
        failed = latest[record["SUBJID"]] == "ineligible"
        assert record["ARMNRS"] == ("SCREEN FAILURE" if failed else "NOT ASSIGNED")
