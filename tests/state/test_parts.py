"""A trial with parts: the verdict of each is stored, verified, merged, counted and exported."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from fhir.resources.R4B.bundle import Bundle
from jsonschema import validate

from bot.serve.cells import Cells
from dialogs.answers import Choice
from dialogs.dialogue import EXCLUDED, REVIEW, Step
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Protocol
from state.database import connect, open_database
from state.exports import export
from state.exports.loglines import SCHEMA
from state.merge import merge
from state.people import People
from state.screenings import Screenings
from state.stats import stats
from state.verify import verify

COHORTS = Path(__file__).parent.parent / "data" / "cohorts.toml"
TRIAL = parse_protocol(
    COHORTS.read_text(encoding="utf-8") + '\n[[criterion]]\nline = "Cohort C opens later."\n', "cohorts.toml"
)
PATIENTS: dict[str, tuple[str, ...]] = {
    "S01-0001": ("yes", "no", "no"),
    "S01-0002": ("yes", "yes", "unknown"),
    "S01-0003": ("no",),
}
KEYS = ("part", "verdict", "failed", "unresolved")
STORED = {
    "S01-0001": [("A", "ineligible", ["A1"], []), ("B", "eligible", [], [])],
    "S01-0002": [("A", "undetermined", [], ["A2"]), ("B", "ineligible", ["B1"], [])],
    "S01-0003": [("A", "ineligible", ["I1"], []), ("B", "ineligible", ["I1"], [])],
}


FAMILY = load(str(COHORTS.with_name("family.toml")))
FAMILIES: dict[str, tuple[str, ...]] = {
    "S01-0001": ("yes", "no"),
    "S01-0002": ("yes", "yes", "no"),
    "S01-0003": ("yes", "yes", "unknown", "no"),
    "S01-0004": ("yes", "yes", "yes", "no"),
}


def screen(screenings: Screenings, person: str, answers: Sequence[str], trial: Protocol = TRIAL) -> None:
    screening = screenings.start(trial, person, "S01", zone="+08:00", channel="terminal")
    for answer in answers:
        screenings.take(screening, [Step("answer", screening.state, Choice(answer))], person)
    if screening.state == EXCLUDED:
        screenings.take(screening, [Step("finish")], person)
    assert screening.state == REVIEW
    screenings.take(screening, [Step("save")], person)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "cohorts.db"
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local", "en")
    for answers in PATIENTS.values():
        screen(Screenings(db), person.code, answers)
    db.close()
    return path


def stored(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    db = connect(path, read_only=True)
    rows = db.execute("SELECT screening, parts FROM verdicts").fetchall()
    db.close()
    return {
        screening: [tuple(each[key] for key in KEYS) for each in json.loads(parts)]
        for screening, parts in rows
    }


def test_a_verdict_row_keeps_what_each_part_came_to(filled: Path) -> None:
    assert stored(filled) == STORED
    db = connect(filled, read_only=True)
    shown = dict(db.execute("SELECT screening, parts FROM screening_log").fetchall())
    db.close()
    assert shown["S01-0001"] == "A: ineligible, B: potentially eligible"


def test_what_a_part_came_to_is_verified(filled: Path) -> None:
    assert verify(filled).problems == ()
    db = open_database(filled)
    db.execute("DROP TRIGGER verdicts_no_update")
    db.execute(
        "UPDATE verdicts SET parts = replace(parts, 'ineligible', 'eligible') WHERE screening = 'S01-0003'"
    )
    db.conn.commit()
    db.close()
    told = "screening S01-0003: its verdict is not what its dialogue comes to"
    assert told in map(str, verify(filled).problems)


def test_parts_are_merged(filled: Path, tmp_path: Path) -> None:
    merge([filled], tmp_path / "all.db")
    assert stored(tmp_path / "all.db") == STORED


def test_every_part_is_counted(filled: Path) -> None:
    (trial,) = stats(filled).trials
    found = {
        part.code: (
            part.counts.assessed,
            part.counts.excluded,
            part.counts.open,
            part.counts.potentially_eligible,
        )
        for part in trial.by_part
    }
    assert found == {"A": (3, 2, 1, 0), "B": (3, 2, 0, 1)}
    assert (trial.total.excluded, trial.total.open, trial.total.potentially_eligible) == (1, 1, 1)


def written(filled: Path, form: str, tmp_path: Path) -> Path:
    target = tmp_path / f"out-{form}"
    export(filled, form, target)
    return target


def test_the_screening_log_has_columns_for_each_part(filled: Path, tmp_path: Path) -> None:
    with written(filled, "csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = {row["screening_code"]: row for row in csv.DictReader(file)}
    first = rows["S01-0001"]
    assert (first["verdict"], first["all_failed"]) == ("potentially eligible", "")
    assert (first["part_A"], first["part_A_failed"], first["part_B"]) == (
        "ineligible",
        "A1",
        "potentially eligible",
    )
    assert rows["S01-0002"]["part_A_unresolved"] == "A2"


def test_the_workbook_has_them_too_and_the_parts_of_each_criterion(filled: Path, tmp_path: Path) -> None:
    target = written(filled, "xlsx", tmp_path).rename(tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(target)
    head = [cell.value for cell in book["Log"][1]]
    assert book["Log"].cell(2, head.index("part_B") + 1).value == "potentially eligible"
    criteria = [[cell.value for cell in row] for row in book["Criteria"].iter_rows()]
    place = criteria[0].index("parts")
    *ruled, line = criteria[1:]
    assert (line[3], line[5]) == ("not judged", "Cohort C opens later.")
    assert {row[2]: row[place] or "" for row in ruled} == {
        "I1": "",
        "A1": "A",
        "A2": "A",
        "B1": "B",
        "B2": "B",
    }
    counts = [[cell.value for cell in row][:9] for row in book["Counts"].iter_rows()]
    assert ["FICTION-COHORTS", "part", "B", "Cohort B", None, 3, 2, 0, 1] in counts


def test_the_lines_of_the_log_have_them_and_fit_the_schema(filled: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(filled, "log", tmp_path).read_text("utf-8").splitlines()]
    schema = json.loads(SCHEMA.read_text("utf-8"))
    for line in lines:
        validate(line, schema)
    assert [part["verdict"] for part in lines[0]["parts"]] == ["ineligible", "potentially_eligible"]
    saved = next(entry for entry in lines[0]["log"] if entry["kind"] == "save")
    assert saved["detail"]["parts"] == lines[0]["parts"]


def test_fhir_has_an_extension_for_each_part(filled: Path, tmp_path: Path) -> None:
    text = written(filled, "fhir", tmp_path).read_text("utf-8")
    Bundle.model_validate_json(text)
    subjects = [
        e["resource"] for e in json.loads(text)["entry"] if e["resource"]["resourceType"] == "ResearchSubject"
    ]
    parts = [each["extension"] for each in subjects[0]["extension"] if each["url"].endswith(":part")]
    assert [[each.get("valueCode") for each in part] for part in parts] == [
        ["A", "ineligible", "A1"],
        ["B", "potential-candidate"],
    ]


def test_sdtm_has_a_record_for_each_part_and_no_exception_of_who_is_open(
    filled: Path, tmp_path: Path
) -> None:
    target = written(filled, "sdtm", tmp_path)

    def records(name: str) -> list[dict[str, Any]]:
        data = json.loads((target / f"{name}.json").read_text("utf-8"))
        return [dict(zip((c["name"] for c in data["columns"]), row, strict=True)) for row in data["rows"]]

    found = {(r["PSSCRN"], r["PSPART"]): (r["PSNAME"], r["PSVERD"], r["PSALL"]) for r in records("pspart")}
    assert found["S01-0001", "A"] == ("Cohort A", "ineligible", "A1")
    assert found["S01-0001", "B"] == ("Cohort B", "potentially_eligible", None)
    assert len(found) == 6
    assert {record["IEGRPID"] for record in records("ie")} == {"S01-0003"}


def test_parquet_has_a_list_of_parts(filled: Path, tmp_path: Path) -> None:
    target = written(filled, "parquet", tmp_path)
    rows = duckdb.sql(
        f"SELECT screening, parts FROM '{target}/screenings/**/*.parquet' ORDER BY 1"
    ).fetchall()
    assert [part["verdict"] for part in rows[0][1]] == ["ineligible", "potentially_eligible"]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "A: not eligible, B: potentially eligible"), ("zh", "A：不符合条件、B：可能符合条件")],
)
def test_the_page_of_a_screening_says_each_part(language: str, told: str) -> None:
    row = {"parts": "A: ineligible, B: potentially eligible"}
    assert Cells([TRIAL]).said("parts", row, language) == told


# parts that are required -----------------------------------------------------------------------------


@pytest.fixture
def families(tmp_path: Path) -> Path:
    path = tmp_path / "families.db"
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local", "en")
    for answers in FAMILIES.values():
        screen(Screenings(db), person.code, answers, FAMILY)
    db.close()
    return path


def test_what_required_parts_came_to_is_stored_and_verified(families: Path) -> None:
    assert {number: [part[:2] for part in parts] for number, parts in stored(families).items()} == {
        "S01-0001": [("ADOLESCENT", "ineligible"), ("PARENT", "undetermined")],
        "S01-0002": [("ADOLESCENT", "met"), ("PARENT", "ineligible")],
        "S01-0003": [("ADOLESCENT", "met"), ("PARENT", "undetermined")],
        "S01-0004": [("ADOLESCENT", "eligible"), ("PARENT", "eligible")],
    }
    assert verify(families).problems == ()


def test_no_more_are_counted_for_a_required_part_than_for_the_whole(families: Path) -> None:
    (trial,) = stats(families).trials
    whole = (trial.total.assessed, trial.total.excluded, trial.total.open, trial.total.potentially_eligible)
    assert whole == (4, 2, 1, 1)
    for part in trial.by_part:
        counts = part.counts
        assert (counts.assessed, counts.excluded, counts.open, counts.potentially_eligible) == whole


@pytest.mark.parametrize("form", ["csv", "answers", "log", "fhir"])
def test_no_file_calls_a_part_potentially_eligible_whose_whole_is_not(tmp_path: Path, form: str) -> None:
    path = tmp_path / "families.db"
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local", "en")
    for answers in [*FAMILIES.values()][:3]:
        screen(Screenings(db), person.code, answers, FAMILY)
    db.close()
    assert "potential" not in written(path, form, tmp_path).read_text("utf-8").replace("pre-screening", "")


def test_a_required_part_whose_criteria_are_met_is_told_from_one_that_is_potentially_eligible(
    families: Path, tmp_path: Path
) -> None:
    with written(families, "csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = {row["screening_code"]: row for row in csv.DictReader(file)}
    assert (rows["S01-0002"]["part_ADOLESCENT"], rows["S01-0002"]["part_PARENT"]) == ("met", "ineligible")
    assert rows["S01-0004"]["part_ADOLESCENT"] == "potentially eligible"
    lines = [json.loads(line) for line in written(families, "log", tmp_path).read_text("utf-8").splitlines()]
    schema = json.loads(SCHEMA.read_text("utf-8"))
    for line in lines:
        validate(line, schema)
    assert [part["verdict"] for part in lines[1]["parts"]] == ["met", "ineligible"]
    text = written(families, "fhir", tmp_path).read_text("utf-8")
    Bundle.model_validate_json(text)
    assert "criteria-met" in text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "A: criteria met, not enough alone, B: not eligible"),
        ("zh", "A：满足本部分标准，但仅此不够、B：不符合条件"),
    ],
)
def test_the_page_says_of_a_required_part_that_it_is_not_enough_alone(language: str, told: str) -> None:
    row = {"parts": "A: met, B: ineligible"}
    assert Cells([FAMILY]).said("parts", row, language) == told
