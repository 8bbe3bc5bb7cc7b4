"""Nothing of one sponsor's trial stands in another's export, not even that a subject was screened for it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.answers import Choice, Measurement
from dialogs.dialogue import Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state import outcomes
from state.database import open_database
from state.exports import FORMATS, Mixed, Selection, export
from state.people import People
from state.screenings import Screenings
from tests.state.sample_file import Clock


def fictional(name: str, ids: str, codes: str) -> Protocol:
    """A trial of whose texts none is in another; what its ids and codes begin with can be."""
    text = f'''
format = 2
id = "EX-{name}"
version = "{name}-1"
title = "Fictional: a trial of {name}"

[[question]]
id = "{ids}age"
ask = "Age for {name}?"
short = "{name} years"
kind = "quantity"
possible = [0, 130]
usual = [0, 120]
units = "years"

[[question]]
id = "{ids}history"
ask = "History of {name}?"
short = "{name} before"

[[criterion]]
code = "{codes}1"
exclusion = "Too old for {name}"
rule = "{ids}age > 75"

[[criterion]]
code = "{codes}2"
exclusion = "History of {name}"
rule = "{ids}history"
'''
    return parse_protocol(text, f"{name}.toml")


ASPEN, OMEGA = (fictional(name, f"{name.lower()}_", name[0]) for name in ("ASPEN", "OMEGA"))
NUMBERS = {"ASPEN": ("S01-0001", "S01-0003", "S01-0005"), "OMEGA": ("S01-0002", "S01-0004")}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One subject, screened for both trials in turn, with outcomes, a query and a disagreement in each."""
    path, clock = tmp_path / "site.db", Clock()
    db = open_database(path, clock)
    people, screenings = People(db, clock), Screenings(db, clock)
    earlier = None
    for place, trial in enumerate((ASPEN, OMEGA, ASPEN, OMEGA, ASPEN)):
        name = trial.id.removeprefix("EX-")
        person = people.find("telegram", name) or people.add("clinician", "S01", "telegram", name)
        clock.now += timedelta(days=1)
        opened = screenings.start(trial, person.code, "S01", zone="+08:00", channel="test", earlier=earlier)
        age = Measurement("=", Decimal(76 if place == 1 else 40 + place), "a")
        steps = [Step("answer", f"{name.lower()}_age", age)]
        steps += [Step("finish")] if place == 1 else [Step("answer", f"{name.lower()}_history", Choice("no"))]
        screenings.take(opened, [*steps, Step("save")], person.code)
        screenings.note(
            opened, "disagree", person.code, {"reason": "reading" if trial is ASPEN else "outdated"}
        )
        screenings.note(opened, "query", person.code, {"code": "unit"}, question=f"{name.lower()}_age")
        earlier = opened.number
    today = clock.now.date()
    for number, by, code in (("S01-0005", "S01-P01", "referred"), ("S01-0004", "S01-P02", "physician")):
        noted = screenings.load(number)
        outcomes.note(screenings, noted, by, code, today, started=date(2026, 11, 1), today=today)
    db.close()
    return path


def _content(path: Path) -> Iterator[str]:
    """Yield the text of an export, and of all files in it."""
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            yield str(each.relative_to(path))
            yield from _content(each) if each.is_file() else ()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name).decode() for name in book.namelist())
    elif path.suffix == ".parquet":
        table = pyarrow.parquet.read_table(path)
        yield f"{table.schema.to_string()} {table.schema.metadata} {table.to_pylist()}"
    else:
        yield path.read_text(encoding="utf-8")


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(("own", "other"), [("ASPEN", "OMEGA"), ("OMEGA", "ASPEN")])
def test_nothing_of_another_trial_is_in_an_export(
    file: Path, tmp_path: Path, format_name: str, own: str, other: str
) -> None:
    written = export(file, format_name, tmp_path / "out", Selection(protocol=f"EX-{own}"))
    text = "\n".join(_content(written.path))
    assert own in text or own.lower() in text, "there is something to look through"
    person = {"ASPEN": "S01-P01", "OMEGA": "S01-P02"}[other]
    needles = [other, other.lower(), other.title(), person, *NUMBERS[other]]
    assert [needle for needle in needles if needle in text] == []


@pytest.mark.parametrize("format_name", FORMATS)
def test_several_trials_are_not_mixed_in_one_file(file: Path, tmp_path: Path, format_name: str) -> None:
    with pytest.raises(Mixed, match="EX-ASPEN, EX-OMEGA; please choose one with --protocol"):
        export(file, format_name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_a_name_each_trial_has_a_file_of_its_own(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["export", "--db", str(file), "--since", "2026-11-01"])
    assert done.exit_code == 0, done.output
    today = datetime.now(UTC).date()
    names = [f"prescreen-csv-{trial.id}-{today}-2026-11-01.csv" for trial in (ASPEN, OMEGA)]
    assert sorted(each.name for each in tmp_path.glob("*.csv")) == names
    named = CliRunner().invoke(main, ["export", "--db", str(file), "--output", "all.csv"])
    assert (named.exit_code, "please choose one with --protocol" in named.output) == (2, True)


def test_a_subject_counts_within_its_trial(file: Path, tmp_path: Path) -> None:
    written = export(file, "csv", tmp_path / "out.csv", Selection(protocol="EX-OMEGA"))
    header, *rows = written.path.read_text(encoding="utf-8-sig").splitlines()
    columns = header.split(",")
    told = [dict(zip(columns, row.split(","), strict=True)) for row in rows]
    assert [(row["screening_code"], row["earlier_screening"], row["subject"]) for row in told] == [
        ("S01-0002", "", "S01-0002"),
        ("S01-0004", "", "S01-0002"),
    ]
    assert [row["referred_at"] for row in told] == ["", ""], "what was noted of the other trial's screenings"


def test_the_moment_up_to_which_data_are_in_it_is_of_its_own_trial(file: Path, tmp_path: Path) -> None:
    moments = [
        export(file, "csv", tmp_path / trial, Selection(protocol=trial)).as_of
        for trial in ("EX-ASPEN", "EX-OMEGA")
    ]
    assert moments[0] != moments[1]
