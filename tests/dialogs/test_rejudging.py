"""Judging saved answers by another version: in which order it tells, and what it does but once."""

from __future__ import annotations

from typing import Final
from unittest.mock import Mock

import pytest

from dialogs.amendments import Matching
from dialogs.amendments.rejudging import rejudged
from dialogs.answers import Choice
from dialogs.loading import parse_protocol
from dialogs.parts import whom
from dialogs.protocol import Protocol

NAMES: Final = ("kiwi", "fig", "apple", "plum", "date", "lime", "pear", "mango", "peach", "grape", "melon")


def version(number: int, names: tuple[str, ...], ask: str) -> Protocol:
    """Return a version with a question and a criterion of each name."""
    questions = [f'[[question]]\nid = "{name}"\nask = "{ask} {name}?"' for name in names]
    criteria = [
        f'[[criterion]]\ncode = "E{place}"\nexclusion = "{name}"\nrule = "{name}"'
        for place, name in enumerate(names, 1)
    ]
    head = f'format = 2\nid = "EX-FRUIT"\nversion = "{number}"\ntitle = "Made up"'
    return parse_protocol("\n".join([head, *questions, *criteria]), "made up")


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]], ids=["one order", "the other"])
def test_questions_to_look_at_stand_in_the_order_of_the_new_version(names: tuple[str, ...]) -> None:
    """So many names come out of a set in this order by no seed of hashes that a run is likely to have."""
    matching = Matching(version(1, NAMES, "Allergic to"), version(2, names, "Ever ate"))
    found = rejudged(matching, {name: Choice("no") for name in NAMES})
    assert found.by_old_answers == names


def test_versions_are_compared_once_for_all_screenings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom a question is about takes all criteria to say: with hundreds of screenings that would be seconds."""
    asked = Mock(wraps=whom)
    monkeypatch.setattr("dialogs.amendments.answered.whom", asked)
    matching = Matching(version(1, NAMES, "Allergic to"), version(2, NAMES, "Allergic to"))
    for code in ("no", "yes", "no"):
        assert rejudged(matching, {name: Choice(code) for name in NAMES}).by_old_answers == ()
    assert asked.call_count == 2 * len(NAMES)
