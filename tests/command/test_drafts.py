"""A file with open reviews is a draft: counted, shown as one, and never served to people who screen patients."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from dialogs.loading.editing import accepted
from tests.dialogs.test_reviews_of_before import BEFORE, EACH_KIND, WITH_HEADINGS, with_recorded

OPEN = """
format = 2
id = "MADE-UP"
title = "A made-up trial"

[[criterion]]
code = "I1"
inclusion = "Aged at least 18 years"
rule = "age_years >= 18"
review = "read as age_years >= 18"

[[criterion]]
code = "E1"
exclusion = "Smokers"
"""


@pytest.fixture
def draft(tmp_path: Path) -> str:
    file = tmp_path / "draft.toml"
    file.write_text(OPEN, encoding="utf-8")
    return str(file)


def run(*arguments: str, typed: str = "", token: str | None = "1:made-up") -> Result:
    return CliRunner(env={"TELEGRAM_BOT_TOKEN": token}).invoke(main, arguments, input=typed)


def test_it_is_counted(draft: str) -> None:
    told = run("protocol", "check", draft)
    assert told.exit_code == 0
    assert "A draft: 1 of 2 criteria of MADE-UP is not reviewed (I1)." in told.stdout


def test_a_review_of_before_that_was_of_less_is_named(draft: str) -> None:
    """It counts in a file that was not changed, and in one where what it was not of was changed."""
    of_before = with_recorded(EACH_KIND, BEFORE["made up", WITH_HEADINGS])
    for text in (of_before, of_before.replace("Low spirits", "Good spirits")):
        Path(draft).write_text(text, encoding="utf-8")
        told = run("protocol", "check", draft)
        assert "are not reviewed" not in told.stdout
        assert "Reviewed when reviews were of less: I1, I2, I3, I4, E1, E2." in told.stdout


def test_an_alert_that_was_changed_after_the_reviews_makes_a_draft(draft: str) -> None:
    text = EACH_KIND
    for code in ("I1", "I2", "I3", "I4", "E1", "E2"):
        text = accepted(text, code, "LW", "2026-11-26")
    Path(draft).write_text(text, encoding="utf-8")
    assert "review" not in run("protocol", "check", draft).stdout.lower()
    Path(draft).write_text(text.replace("Low spirits", "Good spirits"), encoding="utf-8")
    told = run("protocol", "check", draft)
    assert "Changed after their review: I1, I2, I3, I4, E1, E2." in told.stdout
    assert run("run", "--protocol", draft).exit_code == 2


def test_an_editor_is_told_the_line(draft: str) -> None:
    (told, *_) = json.loads(run("protocol", "check", "--format", "json", draft).stdout)
    assert (told["line"], told["severity"], told["place"]) == (6, "warning", "criterion I1")
    assert told["fault"] == "is not reviewed"


def test_what_changed_after_its_review_is_named(draft: str) -> None:
    entry = 'reviewed = [{ by = "LW", on = "2026-11-26", of = "00000000" }]'
    Path(draft).write_text(
        OPEN.replace('review = "read as age_years >= 18"', entry).replace('"Smokers"', f'"Smokers"\n{entry}'),
        encoding="utf-8",
    )
    told = run("protocol", "check", draft)
    assert "2 of 2 criteria of MADE-UP are not reviewed (I1, E1)." in told.stdout
    assert "Changed after their review: I1, E1." in told.stdout


@pytest.mark.parametrize("token", ["1:made-up", None], ids=["with a token", "before one is asked for"])
def test_it_is_not_served(draft: str, tmp_path: Path, token: str | None) -> None:
    told = run("run", "--protocol", draft, "--db", str(tmp_path / "site.db"), token=token)
    assert told.exit_code == 2
    assert told.stderr == (
        "Error: 1 of 2 criteria of MADE-UP is not reviewed (I1). "
        f"Please review them first: prescreen protocol review {draft} --by INITIALS\n"
    )
    assert not (tmp_path / "site.db").exists()


def test_one_in_a_folder_waits_and_keeps_no_other_trial_from_being_offered(
    draft: str, tmp_path: Path
) -> None:
    folder = str(tmp_path)
    alone = run("run", "--protocol", folder, "--db", str(tmp_path / "site.db"), token=None)
    assert alone.stderr.startswith("Error: 1 of 2 criteria of MADE-UP is not reviewed (I1).")
    ready = OPEN.replace("MADE-UP", "READY").replace('review = "read as age_years >= 18"\n', "")
    (tmp_path / "ready.toml").write_text(ready, encoding="utf-8")
    told = run("run", "--protocol", folder, "--db", str(tmp_path / "site.db"), token=None)
    waits, *_, last = told.stderr.splitlines()
    assert waits == (
        "Warning: not on offer: 1 of 2 criteria of MADE-UP is not reviewed (I1). "
        f"Please review them first: prescreen protocol review {draft} --by INITIALS"
    )
    assert last.startswith("Error: TELEGRAM_BOT_TOKEN is not set"), "the other one would be offered"
    named = run("run", "--protocol", folder, "--protocol", draft, token=None)
    assert named.stderr.startswith("Error: 1 of 2 criteria of MADE-UP is not reviewed (I1).")


def test_the_draft_of_an_amendment_waits_beside_the_version_on_offer(draft: str, tmp_path: Path) -> None:
    ready = OPEN.replace('review = "read as age_years >= 18"\n', "")
    (tmp_path / "a_ready.toml").write_text(ready, encoding="utf-8")
    told = run("run", "--protocol", str(tmp_path), "--db", str(tmp_path / "site.db"), token=None)
    waits, *_, last = told.stderr.splitlines()
    assert waits.startswith("Warning: not on offer: 1 of 2 criteria of MADE-UP is not reviewed (I1).")
    assert last.startswith("Error: TELEGRAM_BOT_TOKEN is not set")
    Path(draft).write_text(ready, encoding="utf-8")
    both = run("run", "--protocol", str(tmp_path), "--db", str(tmp_path / "site.db"), token=None)
    assert "are both of MADE-UP. Please offer one of them only" in both.stderr


SAID = {
    "en": ("⚠ Draft: 1 of 2 criteria not reviewed. Not for patients.", "S01-0001 · draft · about"),
    "zh": ("⚠ 草稿：2条标准中有1条未经审核，不得用于患者。", "S01-0001 · 草稿 · 约剩"),
}


@pytest.mark.parametrize("language", SAID)
def test_every_card_shows_it(draft: str, tmp_path: Path, language: str) -> None:
    whole, short = SAID[language]
    arguments = ("chat", "--lang", language, "--protocol", draft, "--db", str(tmp_path / "x.db"))
    told = run(*arguments, typed="40\nno\ns\n")
    assert told.exit_code == 0
    assert told.stderr == "Draft, not for patients: 1 of 2 criteria of MADE-UP is not reviewed (I1).\n"
    first, *cards = told.stdout.split("\n> ")
    assert whole in first
    assert short in first
    assert short in cards[0]
    assert whole in cards[-1]


@pytest.mark.parametrize("language", SAID)
def test_the_card_of_an_exclusion_shows_it(draft: str, tmp_path: Path, language: str) -> None:
    arguments = ("chat", "--lang", language, "--protocol", draft, "--db", str(tmp_path / "x.db"))
    told = run(*arguments, typed="17\n")
    assert "I1" in told.stdout
    assert SAID[language][1].rpartition(" · ")[0] in told.stdout.splitlines()


def test_a_reviewed_trial_is_no_draft(tmp_path: Path) -> None:
    told = run("chat", "--db", str(tmp_path / "x.db"), typed="40\n")
    assert "raft" not in told.output


def test_a_list_is_evaluated_by_a_draft_with_a_word_of_it(draft: str) -> None:
    told = run("evaluate", "-", "--protocol", draft, typed="name,age_years,e1\nC1,40,no\n")
    assert told.exit_code == 0
    assert told.stderr == "Draft, not for patients: 1 of 2 criteria of MADE-UP is not reviewed (I1).\n"
    assert '"name": "C1"' in told.stdout
