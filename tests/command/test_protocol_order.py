"""``prescreen protocol order``: what an order would save, in words, and a file that is as before but for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command.protocol import command
from dialogs.loading import load
from state.database import open_database
from state.people import People
from tests.dialogs.test_amendments import TRIAL
from tests.state.test_amended import make_file

BEDSIDE_LAST = """format = 2
id = "EX-ORDER"
title = "A fictional trial that asks for a biopsy first"

[[question]]
id = "biopsy"
ask = "Biopsy?"
effort = "procedure"

[[question]]
id = "smoker"
ask = "Smoker?"
effort = "bedside"

[[criterion]]
code = "E1"
exclusion = "x"
rule = "biopsy"

[[criterion]]
code = "E2"
exclusion = "x"
rule = "smoker"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "trial.toml"
    path.write_text(BEDSIDE_LAST, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, list(map(str, arguments)))


def order(*arguments: object) -> str:
    result = run("order", *arguments)
    assert result.exit_code == 0, result.output
    assert "made-up patients" in result.stderr, "nobody waits without a word"
    return result.stdout


def test_it_says_what_is_saved_and_what_is_asked_first(file: Path) -> None:
    said = order(file).splitlines()
    assert said[2:5] == [
        "               today  proposed   saved",
        "questions        1.7       1.7      0%",
        "effort          20.7      15.1     27%",
    ]
    assert said[-5:-3] == ["   1  smoker  bedside    smoker", "   2  biopsy  procedure  biopsy"]
    assert "each is taken to exclude as many as the next" in " ".join(said)
    assert file.read_text(encoding="utf-8") == BEDSIDE_LAST


def test_what_the_trial_must_be_explained_for_is_named_so(file: Path) -> None:
    consent = '[[criterion]]\ncode = "I1"\ninclusion = "x"\nrule = \'consent_willing == "yes"\'\n'
    file.write_text(BEDSIDE_LAST + consent, encoding="utf-8")
    assert "   3  consent_willing  explained  " in order(file)


def test_it_is_taken_over_in_a_new_file_and_nothing_else_changes(file: Path) -> None:
    new = file.with_name("new.toml")
    assert f"{new} is written" in order(file, "--write", new)
    assert new.read_text(encoding="utf-8") == BEDSIDE_LAST.replace(
        'first"\n', 'first"\norder = [\n  "smoker", "biopsy",\n]\n'
    )
    assert [each.id for each in load(str(new)).questions] == ["smoker", "biopsy"]
    assert "nothing changes in whom the trial excludes" in run("compare", str(file), str(new)).output
    assert "No order was found" in order(new)
    assert run("order", file, "--write", new).exit_code == 1, "written over"


def test_a_shipped_trial_can_be_written_too(tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    order("EXAMPLE-DM2", "--write", new)
    assert {each.id for each in load(str(new)).questions} == {
        each.id for each in load("EXAMPLE-DM2").questions
    }


def test_saved_screenings_say_how_often_criteria_exclude(tmp_path: Path) -> None:
    db, trial = make_file(tmp_path), tmp_path / "trial.toml"
    trial.write_text(TRIAL, encoding="utf-8")
    said = order(trial, "--db", db)
    assert "as often as in 6 saved screenings;" in said
    assert "Most often: E1 2 of 5, I1 1 of 6." in said
    opened = open_database(db)
    People(opened).add("clinician", "S02", "telegram", "9")
    opened.close()
    assert f"{db} has no saved screening of this trial at S02." in order(trial, "--db", db, "--site", "S02")


def test_a_site_alone_says_nothing(file: Path) -> None:
    assert "Please give their file by --db" in run("order", file, "--site", "S01").output


@pytest.mark.parametrize("name", ["order", "show", "check", "diagram"])
def test_a_folder_is_told_to_be_none_of_one_trial_with_its_files(tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(command, [name, str(tmp_path)])
    assert result.exit_code == 2
    assert "a folder, where one file is taken. None in it ends in .toml" in result.output
    for each in "abcd":
        (tmp_path / f"{each}.toml").write_text(BEDSIDE_LAST, encoding="utf-8")
    result = CliRunner().invoke(command, [name, str(tmp_path)])
    assert result.exit_code == 2
    assert f"Please name one: {tmp_path / 'a.toml'}, " in result.output
    assert "d.toml" not in result.output
