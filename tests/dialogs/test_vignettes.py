"""Worked cases, played through the dialogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialogs.candidates import play, read_candidates
from dialogs.protocol import Protocol

TEXT = (Path(__file__).parent.parent / "data" / "vignettes.json").read_text(encoding="utf-8")
VIGNETTES = json.loads(TEXT)


def test_there_are_vignettes() -> None:
    assert len(VIGNETTES) >= 20


@pytest.mark.parametrize("index", range(len(VIGNETTES)), ids=[v["name"] for v in VIGNETTES])
def test_vignette(protocol: Protocol, index: int) -> None:
    expected, row = VIGNETTES[index], list(read_candidates(protocol, TEXT, accept_unusual=True))[index]
    outcome = play(protocol, row.answers)
    assert row.faults == []
    assert outcome.verdict == expected["verdict"]
    assert list(outcome.failed) == expected["failed"]
    assert list(outcome.unresolved) == expected["unresolved"]
    assert outcome.first_failed == expected.get("first_failed", outcome.first_failed)
    assert set(expected.get("asked", ())) <= set(outcome.asked)
    assert not set(expected.get("not_asked", ())) & set(outcome.asked)
