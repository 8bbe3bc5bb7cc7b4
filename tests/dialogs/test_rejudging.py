"""Judging saved answers by another version: what it says first."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.amendments import Matching
from dialogs.amendments.rejudging import rejudged
from dialogs.answers import Choice
from dialogs.loading import parse_protocol
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
