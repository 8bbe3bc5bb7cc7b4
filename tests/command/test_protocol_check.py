"""``prescreen protocol check``: mistakes are told to people and to editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import faults
from bot.command.protocol import command
from dialogs.errors import Fault, ProtocolError
from tests.dialogs.large import large

TOY = Path(__file__).parent.parent / "data" / "toy.toml"
ERROR = ProtocolError(
    "trial.toml",
    [Fault("protocol", "title is missing", "Please add it"), Fault("question hb", "is " * 40, "Please", 12)],
)


def check(*args: str) -> Result:
    return CliRunner().invoke(command, ["check", *args])


@pytest.fixture
def mistaken(tmp_path: Path) -> str:
    file = tmp_path / "trial.toml"
    text = TOY.read_text(encoding="utf-8").replace('kind = "quantity"', 'kind = "Quantity"')
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_mistake_is_told_with_its_line(mistaken: str) -> None:
    told = check(mistaken)
    assert told.exit_code == 2
    assert f'{mistaken}:15: question temperature: kind: "Quantity" is not known. Please' in told.stderr
    assert told.stdout == ""


def test_an_editor_reads_mistakes_as_json(mistaken: str) -> None:
    told = check("--format", "json", mistaken)
    assert told.exit_code == 2
    first = json.loads(told.stdout)[0]
    assert {key: first[key] for key in ("file", "line", "severity", "place")} == {
        "file": mistaken,
        "line": 15,
        "severity": "error",
        "place": "question temperature: kind",
    }
    assert first["fault"]
    assert first["remedy"]


def test_an_editor_reads_an_empty_list_where_nothing_is_wrong() -> None:
    told = check("--format", "json", str(TOY))
    assert (told.exit_code, json.loads(told.stdout)) == (0, [])


def test_long_mistakes_are_wrapped_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults.paragraphs(ERROR).count("\n") == 1
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    lines = faults.paragraphs(ERROR).splitlines()
    assert lines[0] == "trial.toml: protocol: title is missing. Please add it"
    assert lines[1].startswith("trial.toml:12: question hb: is is ")
    assert all(line.startswith("    ") for line in lines[2:])
    assert max(map(len, lines)) <= 80


def test_what_is_seldom_meant_is_noted_and_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    unused = '[[question]]\nid = "rash"\nask = "Rash?"\n'
    fever = '[[criterion]]\ncode = "E1"\nexclusion = "Fever"\n'
    file.write_text(f'format = 2\nid = "EX"\ntitle = "Fictional"\n{unused}{fever}', encoding="utf-8")
    told = check(str(file))
    assert told.exit_code == 0
    assert (
        "Note: line 4: question rash: is needed by no rule. Please use it in a rule, or leave it out"
        in told.stdout
    )
    assert (
        "1 criterion, each can be met and can fail; every dialogue ends, the longest after 1 question"
        in told.stdout
    )
    (noted,) = json.loads(check("--format", "json", str(file)).stdout)
    assert (noted["severity"], noted["line"], noted["place"]) == ("warning", 4, "question rash")
    assert noted["fault"] == "is needed by no rule"


def test_what_could_not_be_shown_is_said(tmp_path: Path) -> None:
    file = tmp_path / "large.toml"
    file.write_text(large("any of twenty"), encoding="utf-8")
    told = check(str(file))
    assert "150 questions, each can be asked; 100 criteria, each can be met and can fail" in told.stdout
    assert "There are too many dialogues to play all of them" in told.stdout
    assert told.exit_code == 0
