"""A trial that lacks a person's language: its own words in the one that it has, the bot's words in theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from dialogs.loading import load, parse_protocol

LANGUAGES = ("en", "zh")
FORMATS = ("csv", "answers", "log", "queries", "xlsx", "fhir", "sdtm", "parquet")
_STRING = r'"(?:[^"\\]|\\.)*"'
PAIRS = [(own, other) for own in LANGUAGES for other in LANGUAGES if own != other]


def only(language: str) -> str:
    """The shipped trial's text with one of its languages."""
    text = load("NCT04420494").text.replace('languages = ["en", "zh"]', f'languages = ["{language}"]')
    text = re.sub(
        rf"en = ({_STRING}), zh = ({_STRING})", rf"{language} = \{1 + LANGUAGES.index(language)}", text
    )
    (other,) = set(LANGUAGES) - {language}
    return re.sub(rf"^{other} = {_STRING}\n", "", text, flags=re.MULTILINE)


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-for-{pair[1]}")
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The language of the trial, and the other one of the person; the trial's file and a database beside them."""
    own, other = request.param
    (tmp_path / "trial.toml").write_text(only(own), encoding="utf-8")
    return own, other


def run(*arguments: str | Path, typed: str = "") -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=typed)
    assert not isinstance(result.exception, KeyError), result.exception
    return result


def test_it_is_screened_shown_counted_and_exported(pair: tuple[str, str], tmp_path: Path) -> None:
    own, other = pair
    trial, db = tmp_path / "trial.toml", tmp_path / "one.db"
    typed = "\n".join(("17", "yes", "c", "u", "f", "s", ""))
    chat = run("chat", "--protocol", trial, "--db", db, "--lang", other, typed=typed)
    assert chat.exit_code == 0, chat.output
    name = load("NCT04420494").criterion_by_code["I1"].name
    assert name[own] in chat.output
    assert name[other] not in chat.output
    for command in (("protocol", "show", trial), ("protocol", "diagram", trial), ("stats", "--db", db)):
        shown = run(*command, "--lang", other)
        assert shown.exit_code == 0
        assert len(shown.output) > 100
    for form in FORMATS:
        target = tmp_path / f"out-{form}"
        assert run("export", "--db", db, "--format", form, "--output", target).exit_code == 0
        assert target.exists()
    assert run("verify", "--db", db).exit_code == 0


def test_a_text_in_no_language_of_the_trial_is_its_first() -> None:
    trial = parse_protocol(only("zh"), "trial.toml")
    assert trial.title["en"] == trial.title["zh"]
    assert trial.question("sex").ask["fr"] == trial.question("sex").ask["zh"]
