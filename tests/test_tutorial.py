"""The tutorials for coordinators: every step of them is done here, as it stands there."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from dialogs.loading import parse_protocol
from tests.documentation import ROOT
from tests.documentation.tutorial import runs, walked

TUTORIALS = tuple(sorted((ROOT / "docs").glob("protocols*.md")))


def test_there_is_one_in_each_language() -> None:
    assert [file.name for file in TUTORIALS] == ["protocols.md", "protocols.zh.md"]


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda file: file.name)
def test_every_step_does_what_the_tutorial_shows(tutorial: Path) -> None:
    text = tutorial.read_text("utf-8")
    assert walked(text) == text


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda file: file.name)
def test_the_file_is_right_at_every_command_but_where_mistakes_are_shown(tutorial: Path) -> None:
    ran = list(runs(tutorial.read_text("utf-8")))
    refused = [each for each in ran if each.status == 2]
    assert len(ran) > 4
    assert len(refused) == 1, [each.printed for each in refused]
    for each in ran:
        if each not in refused:
            assert parse_protocol(each.file, "trial.toml").criteria


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda file: file.name)
def test_the_amended_copy_keeps_what_was_accepted(tutorial: Path) -> None:
    (copied,) = (each for each in runs(tutorial.read_text("utf-8")) if each.line.endswith("> trial-2.toml"))
    script = next(word for word in shlex.split(copied.line) if "s/75/80/" in word)
    accepted = 'reviewed = [{ by = "LW", on = "2026-11-26", rule = "18 <= age_years <= 75" }]'
    found = subprocess.run(["sed", script], input=accepted, capture_output=True, text=True, check=True)
    assert found.stdout == accepted


def test_both_make_the_same_trial() -> None:
    english, chinese = (
        [each.file for each in runs(file.read_text("utf-8")) if each.status == 0][-1] for file in TUTORIALS
    )
    one, other = parse_protocol(english, "en"), parse_protocol(chinese, "zh")
    assert [each.id for each in one.questions] == [each.id for each in other.questions]
    assert [each.rule.text for each in one.criteria] == [each.rule.text for each in other.criteria]
