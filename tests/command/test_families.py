"""From a record of adolescents and their parents to screenings of both, by the command line: what a site reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.loading import load

RECORD = """Inclusion Criteria:

For adolescents:
* Age 13 to 17 years
* Falls asleep after midnight on most nights

For parents:
* Age 25 years or older
* Able to read English

Exclusion Criteria:

All participants:
* Takes part in another trial of sleep

For parents:
* Works at night
"""


def run(*arguments: str, typed: str = "") -> str:
    found = CliRunner().invoke(main, arguments, input=typed)
    assert found.exit_code == 0, found.output
    return " ".join(found.output.split())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    record, drafted = tmp_path / "record.txt", tmp_path / "family.toml"
    record.write_text(RECORD, encoding="utf-8")
    run("protocol", "draft", str(record), "--output", str(drafted))
    return drafted


def test_a_review_says_that_both_are_taken_as_needed_and_what_to_delete(file: Path) -> None:
    told = run("protocol", "review", str(file), "--by", "LW", typed="a\n" * 6)
    flat = " ".join(told.split())
    assert flat.count("Taken as needed together: Adolescents + Parents") == 1, (
        "once is read, five times is not"
    )
    assert flat.count("by its heading, of ") == 5
    assert "where one of them is enough, delete required = true at each [[part]]" in told
    assert "so asked of all who are needed together: Adolescents + Parents" in told
    assert "Belongs to Parents (required: whoever does not fit it fits no part)" in told
    assert "Is this true of the parent? “Age 25 years or older”" in told
    assert load(str(file)).open_reviews == ()


def test_a_check_says_which_parts_are_needed(file: Path) -> None:
    assert "Parts that are needed: ADOLESCENT, PARENT." in run("protocol", "check", str(file))
    text = file.read_text("utf-8").replace("required = true\n", "", 1)
    file.write_text(text, encoding="utf-8")
    assert "Parts that are needed: PARENT, and one of: ADOLESCENT." in run("protocol", "check", str(file))


SCREENED: dict[str, tuple[str, str, str, str]] = {
    "the adolescent is ruled out": (
        "15 no f",
        "Not eligible as entered (Adolescents): I2 is not met.",
        "Adolescents: not eligible as entered (I2)",
        "Parents: undetermined as entered (I3, I4, E1, E2)",
    ),
    "the parent is ruled out": (
        "15 yes yes yes no yes f",
        "Not eligible as entered (Parents): exclusion E2 applies.",
        "Adolescents: criteria met as entered, not enough alone",
        "Parents: not eligible as entered (E2)",
    ),
    "of the parent something is open": (
        "15 yes yes u no no s",
        "Undetermined as entered.",
        "Adolescents: criteria met as entered, not enough alone",
        "Parents: undetermined as entered (I4)",
    ),
    "both fit": (
        "15 yes yes yes no no s",
        "Potentially eligible as entered.",
        "Adolescents: potentially eligible as entered",
        "Parents: potentially eligible as entered",
    ),
}


@pytest.mark.parametrize(("typed", "verdict", "adolescent", "parent"), SCREENED.values(), ids=SCREENED)
def test_a_verdict_is_of_both_and_says_how_each_stands(
    file: Path, typed: str, verdict: str, adolescent: str, parent: str
) -> None:
    arguments = ("chat", "--protocol", str(file), "--db", str(file.with_name("x.db")))
    told = run(*arguments, typed="\n".join([*typed.split(), ""]))
    assert "Age in completed years? About: the adolescent" in told
    card = told.rpartition("Not for patients. ")[2]
    for said in (verdict, "Needed together: Adolescents, Parents.", adolescent, parent):
        assert said in card
    assert ("otentially eligible" in told) == (verdict == "Potentially eligible as entered.")
