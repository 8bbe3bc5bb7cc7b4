"""``prescreen protocol check``: mistakes are told to people and to editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import faults
from bot.command.protocol import command
from dialogs.errors import Fault, ProtocolError

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
