"""Whom to screen again: only what time heals is waited for, as the log says of the same screening."""

from __future__ import annotations

import csv
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Final

from click.testing import CliRunner
from sqlite_utils import Database

from bot.command import main
from dialogs.answers import Answer, Choice, Measurement
from dialogs.dialogue import EXCLUDED, Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state.database import open_database
from state.exports import export
from state.lookup import Lookup
from state.people import People
from state.rescreening import due
from state.screenings import Screenings

TRIAL: Final = parse_protocol(
    """
format = 2
id = "FICTIONAL-COHORTS"
version = "1"
title = "A fictional trial of two cohorts"

[[part]]
code = "A"
name = "Cohort A"

[[part]]
code = "B"
name = "Cohort B"

[[criterion]]
code = "I1"
inclusion = "Three drugs, unchanged for 4 weeks"
rule = 'three_drugs and last_change >= "4 wk"'
parts = ["B"]

[[criterion]]
code = "E1"
exclusion = "Myocardial infarction within 6 months"
rule = 'last_mi < "6 mo"'

[[question]]
id = "three_drugs"
ask = "Are three drugs taken?"

[[question]]
id = "last_change"
kind = "since"
ask = "How long ago was the last change?"
""",
    "cohorts.toml",
)
ANSWERS: Final[dict[str, Answer]] = {
    "three_drugs": Choice("no"),
    "last_change": Measurement("=", Decimal(5), "wk"),
    "last_mi": Measurement("=", Decimal(3), "mo"),
}


def saved(db: Database, protocol: Protocol = TRIAL) -> None:
    people = People(db)
    known = [each.code for each in people.all()]
    person = known[0] if known else people.add("clinician", "S01", "terminal", "1", "en").code
    screenings = Screenings(db)
    screening = screenings.start(protocol, person, "S01", zone="+08:00", channel="terminal")
    while screening.state in ANSWERS:
        screenings.take(screening, [Step("answer", screening.state, ANSWERS[screening.state])], person)
    assert screening.state == EXCLUDED
    screenings.take(screening, [Step("finish"), Step("save")], person)


def test_a_part_that_time_does_not_heal_is_not_waited_for(tmp_path: Path) -> None:
    db = open_database(tmp_path / "cohorts.db")
    saved(db)
    (waiting,) = due(Lookup(db))
    assert (waiting.failed, waiting.waits_for) == (("I1", "E1"), ("E1",))
    export(tmp_path / "cohorts.db", "csv", tmp_path / "log.csv")
    (row,) = csv.DictReader((tmp_path / "log.csv").read_text(encoding="utf-8-sig").splitlines())
    assert row["first_failed"] == "E1"
    assert row["could_be_met_from"] == f"E1 {waiting.healing.day}"
    db.close()


def test_the_list_says_by_which_version_its_days_are_and_how_to_see_others(tmp_path: Path) -> None:
    file = tmp_path / "cohorts.db"
    db = open_database(file)
    saved(db)
    first = CliRunner().invoke(main, ["again", "--db", str(file)])
    saved(db, parse_protocol(TRIAL.text.replace('version = "1"', 'version = "2"'), "cohorts.toml"))
    db.close()
    second = CliRunner().invoke(main, ["again", "--db", str(file)])
    assert "version" not in first.stderr
    told = "FICTIONAL-COHORTS: these days are by version 1; the newest screening is under version 2"
    assert told in second.stderr
    compare = shlex.split(second.stderr[second.stderr.index("prescreen protocol compare") :].splitlines()[0])
    assert CliRunner().invoke(main, compare[1:]).exit_code == 0
