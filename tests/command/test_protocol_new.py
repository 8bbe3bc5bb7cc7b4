"""``prescreen protocol new`` and ``schema``: a trial that works as it stands, and a schema that every trial fits."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from bot.command.protocol import command
from dialogs.languages import LANGUAGES
from dialogs.loading import load
from dialogs.loading.keys import TABLES
from dialogs.loading.schema import schema

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "dialogs" / "protocols" / "NCT04420494.toml"
VALIDATOR = Draft7Validator(schema())
HEAD = 'format = 2\nid = "EX-1"\ntitle = "A fictional trial"\n'
CRITERION = '[[criterion]]\ncode = "E1"\nexclusion = "Pregnancy"\n'
ASKED = HEAD + CRITERION + '[[question]]\nid = "own"\nask = "A?"\n'
ALT = HEAD + CRITERION + '[[question]]\nuse = "alt"\n'


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def faults(text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_trial_works_as_it_stands_and_its_schema_lies_beside_it(tmp_path: Path, language: str) -> None:
    file = tmp_path / "trial.toml"
    written = run("new", str(file), "--lang", language)
    assert (written.exit_code, written.stderr) == (0, "")
    trial = load(str(file))
    assert trial.languages == (language,)
    assert {each.kind for each in trial.questions} == {"integer", "quantity", "choice", "since"}
    assert [each.before for each in trial.lines] == [0, 3]
    first, *_ = file.read_text(encoding="utf-8").splitlines()
    named = file.parent / first.removeprefix("#:schema ")
    assert json.loads(named.read_text(encoding="utf-8")) == schema()
    assert faults(file.read_text(encoding="utf-8")) == []
    assert run("new", "--lang", language).output == file.read_text(encoding="utf-8")


def test_the_new_trial_is_alike_in_every_language() -> None:
    trials = [tomllib.loads(run("new", "--lang", language).output) for language in LANGUAGES]
    shapes = [[sorted(each) for part in ("question", "criterion") for each in raw[part]] for raw in trials]
    assert all(shape == shapes[0] for shape in shapes)


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_text("mine", encoding="utf-8")
    refused = run("new", str(file))
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    refused = run("new", str(tmp_path / "none" / "trial.toml"))
    assert refused.exit_code == 1
    assert "cannot be written" in refused.stderr


def test_the_schema_is_printed_or_written(tmp_path: Path) -> None:
    file = tmp_path / "any.json"
    assert run("schema", "--output", str(file)).output == ""
    assert run("schema").output == file.read_text(encoding="utf-8")


def test_the_schema_is_one_and_explains_every_key() -> None:
    Draft7Validator.check_schema(schema())
    parts = {"protocol": schema(), **schema()["definitions"]}
    for table in TABLES:
        described = parts[table.name]["properties"]
        assert [*described] == [key.name for key in table.keys]
        assert all(each["description"] for each in described.values())


def test_the_schema_offers_the_names_of_the_catalogue() -> None:
    question: dict[str, Any] = schema()["definitions"]["question"]["properties"]
    assert "hemoglobin" in question["use"]["anyOf"][0]["enum"]
    assert "cells" in question["units"]["anyOf"][0]["enum"]


def test_the_shipped_trial_fits_the_schema_also_as_it_is_stored() -> None:
    assert faults(SHIPPED.read_text(encoding="utf-8")) == []
    assert faults(load("NCT04420494").text) == []


RIGHT = {
    "the least": HEAD + CRITERION,
    "numbers of any form": HEAD + CRITERION + '[[question]]\nuse = "hemoglobin"\nusual = [30, "180.5"]\nexample = 9.5',
    "an own unit": ASKED + 'units = [{ code = "d", label = "days" }]',
    "a line": HEAD + CRITERION + '[[criterion]]\nline = "Inclusion:"',
    "both languages": HEAD.replace('"A fictional trial"', '{ en = "A", zh = "甲" }') + CRITERION,
}  # fmt: skip
WRONG = {
    "no title": ('format = 2\nid = "EX-1"\n' + CRITERION, "$: 'title' is a required property"),
    "a misspelt key": (HEAD + "tilte = 1\n" + CRITERION, "'tilte' was unexpected"),
    "another format": (HEAD.replace("2", "3", 1) + CRITERION, "$.format: 2 was expected"),
    "a text for a flag": (HEAD + CRITERION + 'judgement = "yes"', "'yes' is not of type 'boolean'"),
    "two sides": (HEAD + CRITERION + 'inclusion = "Fit"', "$.criterion[0]: "),
    "no words": (HEAD + '[[criterion]]\ncode = "E1"', "$.criterion[0]: "),
    "a question without words": (HEAD + CRITERION + '[[question]]\nid = "a"', "$.question[0]: "),
    "an unknown kind": (ASKED + 'kind = "number"', "'number' is not one of"),
    "a name that no rule can hold": (ASKED.replace("own", "a-b"), "$.question[0].id: 'a-b' does not match"),
    "one end of a range": (ALT + 'usual = [3]', "$.question[0].usual: [3] is too short"),
    "words for a number": (ALT + 'example = "many"', "$.question[0].example: "),
    "a key of an option": (ASKED + 'options = [{ code = "x" }]', "$.question[0].options: "),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_fits_the_schema(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(("text", "fault"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_does_not_fit_the_schema(text: str, fault: str) -> None:
    assert any(fault in each for each in faults(text)), faults(text)


def test_a_schema_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path: Path) -> None:
    ours, other = tmp_path / "prescreen.schema.json", tmp_path / "prescreen.db"
    other.write_bytes(b"SQLite format 3\0")
    for _ in range(2):
        assert run("schema", "--output", str(ours)).exit_code == 0
    refused = run("schema", "--output", str(other))
    assert refused.exit_code != 0
    assert "is no schema" in refused.output
    assert other.read_bytes() == b"SQLite format 3\0"
