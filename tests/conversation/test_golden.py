"""Golden transcripts that a clinician can read, the dialogue reloaded from the file between every two turns.

To write them anew after a change that is meant: ``PRESCREEN_WRITE_GOLDEN=1 make test``, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from wcwidth import wcswidth

from bot.terminal import COLUMNS
from tests.conversation.playing import play
from tests.conversation.scripts import OF_OTHER_TRIALS, OF_SEVERAL_TRIALS, SCRIPTS

GOLDEN = Path(__file__).parent.parent / "golden"
DATA = GOLDEN.parent / "data"
CASES = [
    (name, language) for name in (*SCRIPTS, *OF_OTHER_TRIALS, *OF_SEVERAL_TRIALS) for language in ("en", "zh")
]


def test_there_are_golden_transcripts() -> None:
    assert len(CASES) >= 16


@pytest.mark.parametrize(("name", "language"), CASES, ids=[f"{name}-{language}" for name, language in CASES])
def test_transcript_is_as_it_was_read_and_approved(name: str, language: str, tmp_path: Path) -> None:
    trial, *typed = {**OF_OTHER_TRIALS, **OF_SEVERAL_TRIALS}.get(
        name, ("NCT04420494", *SCRIPTS.get(name, ()))
    )
    source = str(DATA / trial) if name in OF_OTHER_TRIALS else trial
    said = "\n".join(play(tmp_path / "golden.db", typed, language, source)) + "\n"
    file = GOLDEN / f"{name}.{language}.txt"
    if os.environ.get("PRESCREEN_WRITE_GOLDEN"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "language"), CASES, ids=[f"{name}-{language}" for name, language in CASES])
def test_no_line_is_wider_than_the_terminal(name: str, language: str) -> None:
    text = (GOLDEN / f"{name}.{language}.txt").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if wcswidth(line) > COLUMNS] == []


@pytest.mark.parametrize(("name", "language"), CASES, ids=[f"{name}-{language}" for name, language in CASES])
def test_no_person_is_ever_called_eligible_without_potentially(name: str, language: str) -> None:
    text = (GOLDEN / f"{name}.{language}.txt").read_text(encoding="utf-8").lower().replace("\n", " ")
    for allowed in ("potentially eligible", "not eligible", "可能符合条件", "不符合条件"):
        text = text.replace(allowed, "")
    assert "eligible" not in text.replace("eligibility", "")
    assert "符合条件" not in text
