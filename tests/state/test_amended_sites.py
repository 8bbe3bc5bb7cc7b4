"""Saved screenings of several sites judged by a new version: in a merged file, and after some were removed for good."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command.protocol import command
from dialogs.answers import Answer, Choice
from dialogs.dialogue import EXCLUDED, Step
from state.amended import amended
from state.database import open_database
from state.lookup import Lookup
from state.merge import merge
from state.people import People
from state.purge import purge
from state.screenings import Screenings
from tests.state.test_amended import CHANGED, FIT, OLD

FAR: dict[str, Answer] = {"stage": Choice("b")}
TOMORROW = date(2100, 1, 1)


def make_site(path: Path, site: str, *patients: dict[str, Answer]) -> Path:
    with closing(open_database(path)) as db:
        person = People(db).add("clinician", site, "terminal", site, "en").code
        screenings = Screenings(db)
        for patient in patients:
            _save(screenings, person, site, {**FIT, **patient})
    return path


def _save(screenings: Screenings, person: str, site: str, answers: dict[str, Answer]) -> None:
    screening = screenings.start(OLD, person, site, zone="+08:00", channel="terminal")
    while screening.state in OLD.position:
        screenings.take(screening, [Step("answer", screening.state, answers[screening.state])], person)
    steps = [Step("finish"), Step("save")] if screening.state == EXCLUDED else [Step("save")]
    for step in steps:
        screenings.take(screening, [step], person)


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    one = make_site(tmp_path / "one.db", "S01", {}, FAR)
    other = make_site(tmp_path / "other.db", "S02", FAR, FAR)
    return _merged(tmp_path, one, other)


def _merged(folder: Path, *files: Path) -> Path:
    into = folder / "merged.db"
    merge(files, into)
    return into


def _compare(path: Path, form: str, *more: str) -> str:
    new = path.with_name("new.toml")
    new.write_text(CHANGED.text, encoding="utf-8")
    before = path.read_bytes()
    result = CliRunner().invoke(
        command, ["compare", "EX-AMENDED@1", str(new), "--db", str(path), "--format", form, *more]
    )
    assert result.exit_code == 0, result.output
    assert path.read_bytes() == before, "nothing in it changes"
    return result.stdout


def test_a_merged_file_has_the_screenings_of_each_site_under_its_name(merged: Path) -> None:
    said = _compare(merged, "text")
    assert "  S01: 2 saved, 1 with another verdict, 0 with answers needed\n" in said
    assert "  S02: 2 saved, 2 with another verdict, 0 with answers needed\n" in said
    rows = csv.DictReader(io.StringIO(_compare(merged, "csv")))
    assert [(row["site"], row["screening"]) for row in rows] == [
        ("S01", "S01-0001"),
        ("S01", "S01-0002"),
        ("S02", "S02-0001"),
        ("S02", "S02-0002"),
    ]


def test_each_site_gets_a_message_about_its_own_and_one_site_can_be_asked_for(merged: Path) -> None:
    first, second = _compare(merged, "message").strip().split("\n\n")
    assert "S01-0002" in first
    assert "S02" not in first
    assert "S02-0001 (E2), S02-0002 (E2)" in second
    assert "S01" not in second
    assert _compare(merged, "message", "--site", "S02").strip() == second


def test_what_was_removed_for_good_is_not_judged_and_what_is_left_is(tmp_path: Path) -> None:
    path = make_site(tmp_path / "one.db", "S01", {}, FAR)
    with closing(open_database(path)) as db:
        purge(db, TOMORROW)
        assert amended(Lookup(db), CHANGED) == []
    new = tmp_path / "new.toml"
    new.write_text(CHANGED.text, encoding="utf-8")
    told = CliRunner().invoke(command, ["compare", "EX-AMENDED@1", str(new), "--db", str(path)])
    assert told.exit_code == 2
    assert "The database has no EX-AMENDED@1; it has none of that trial" in told.stderr
    old = tmp_path / "old.toml"
    old.write_text(OLD.text, encoding="utf-8")
    told = CliRunner().invoke(command, ["compare", str(old), str(new), "--db", str(path)])
    assert "No saved screening of an earlier version" in told.stdout
    make_site(path, "S03", FAR)
    with closing(open_database(path)) as db:
        assert [(each.number, each.now.verdict) for each in amended(Lookup(db), CHANGED)] == [
            ("S03-0001", "ineligible")
        ]


def test_a_merged_file_of_a_site_that_removed_some_has_what_is_left(tmp_path: Path) -> None:
    one = make_site(tmp_path / "one.db", "S01", FAR)
    other = make_site(tmp_path / "other.db", "S02", FAR)
    with closing(open_database(one)) as db:
        purge(db, TOMORROW)
    into = _merged(tmp_path, one, other)
    assert "S01" not in _compare(into, "text")
    assert "  S02: 1 saved, 1 with another verdict, 0 with answers needed\n" in _compare(into, "text")
