"""Trials that are opened, paused and closed at a site: recorded acts, in the chain, also of merged files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from state import trials
from state.database import open_database
from state.errors import Closed, Merged, Unknown
from state.merge import merge
from state.moments import utc_now
from state.people import People
from state.register import enter
from state.screenings import Screenings
from state.verify import verify
from tests.state.sample_file import make_file

TRIAL = "NCT04420494"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make_file(tmp_path / "site.db", count=1)
    return tmp_path / "site.db"


def test_the_newest_act_counts_and_what_changes_nothing_is_not_entered(file: Path) -> None:
    db = open_database(file)
    acts = [
        trials.enter(db, TRIAL, "S01", state, None, utc_now)
        for state in ("open", "paused", "paused", "closed")
    ]
    assert acts == [False, True, False, True]
    assert trials.standing(db, TRIAL, "S01").state == "closed"
    assert trials.standing(db, "EX-OTHER", "S01") == trials.OPEN
    entries = db.execute(
        "SELECT subject, detail FROM register WHERE kind = 'trial' ORDER BY entry"
    ).fetchall()
    assert [(subject, json.loads(detail)) for subject, detail in entries] == [
        (TRIAL, {"site": "S01", "state": "paused"}),
        (TRIAL, {"site": "S01", "state": "closed"}),
    ]
    db.close()
    assert not verify(file).problems


def test_a_closed_trial_gives_out_no_number(file: Path) -> None:
    db = open_database(file)
    screenings = Screenings(db)
    trials.enter(db, TRIAL, "S01", "closed", None, utc_now)
    before = db.execute("SELECT count(*) FROM screenings").fetchone()
    with pytest.raises(Closed):
        screenings.start(
            screenings.load("S01-0001").protocol, "S01-P01", "S01", zone="UTC", channel="terminal"
        )
    assert db.execute("SELECT count(*) FROM screenings").fetchone() == before
    db.close()


def test_it_is_opened_and_closed_at_sites_that_there_are_and_never_in_a_merged_file(file: Path) -> None:
    db = open_database(file)
    with pytest.raises(Unknown):
        trials.enter(db, TRIAL, "S09", "closed", None, utc_now)
    trials.enter(db, TRIAL, "S01", "paused", None, utc_now)
    db.close()
    merge([file], file.with_name("all.db"))
    merged = open_database(file.with_name("all.db"))
    assert trials.standing(merged, TRIAL, "S01").state == "paused"
    with pytest.raises(Merged):
        trials.enter(merged, TRIAL, "S01", "open", None, utc_now)
    merged.close()
    assert not verify(file.with_name("all.db")).problems


@pytest.mark.parametrize(
    "detail", [{"site": "S01", "state": "shut"}, {"state": "open"}, {"site": "nowhere", "state": "open"}]
)
def test_verify_finds_an_entry_that_says_something_else(file: Path, detail: dict[str, str]) -> None:
    db = open_database(file)
    enter(db, utc_now(), trials.KIND, TRIAL, None, detail)
    db.conn.commit()
    db.close()
    assert [str(problem) for problem in verify(file).problems if "does not say" in str(problem)]


def _trials(file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["trials", "--db", str(file), *options])


def test_at_the_command_line_the_only_site_is_meant_and_the_list_says_since_when_and_by_whom(
    file: Path,
) -> None:
    assert _trials(file).output.split() == ["S01", TRIAL, "open"]
    today = utc_now().date()
    told = _trials(file, "--pause", TRIAL).output
    assert told.split(maxsplit=3) == ["S01", TRIAL, "paused", f"since {today} by the command line\n"]
    assert "open" in _trials(file, "--open", TRIAL).output


def test_at_the_command_line_a_slip_changes_nothing(file: Path) -> None:
    db = open_database(file)
    People(db).add("clinician", "S02", "telegram", "9")
    db.close()
    slips = {
        ("--close", TRIAL): "please say at which site, by --site: S01, S02",
        ("--close", "NCT0442049", "--site", "S01"): "NCT0442049 is no trial of this file",
        ("--close", TRIAL, "--site", "S03"): "there is no site S03 in this file; it has S01, S02",
        ("--site", "S03"): "there is no site S03 in this file; it has S01, S02",
    }
    for options, why in slips.items():
        done = _trials(file, *options)
        assert (done.exit_code, why in done.output) == (2, True), options
    assert _trials(file).output.split() == ["S01", TRIAL, "open"]


def test_what_nobody_was_screened_for_is_listed_if_it_is_on_offer(file: Path, tmp_path: Path) -> None:
    listed = [line.split() for line in _trials(file, "--protocol", "EXAMPLE-DM2").output.splitlines()]
    assert listed == [["S01", "EXAMPLE-DM2", "open"], ["S01", TRIAL, "open"]]
    db = open_database(file)
    People(db).add("clinician", "S02", "telegram", "9")
    db.close()
    assert _trials(file, "--site", "S02").output.startswith("Nobody was screened for a trial at S02 so far.")
    open_database(tmp_path / "new.db").close()
    assert _trials(tmp_path / "new.db").output.startswith("This file has no site yet")
