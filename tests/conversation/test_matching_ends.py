"""What is said where a matching makes no screening, or has no other trial, and what its buttons say of each trial."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.wording.phrases import phrases
from tests.conversation.office import labels
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import MATCHING, do, told
from tests.conversation.test_matching_opened import A, B, C

SAY = phrases("en")


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    begun = desk(tmp_path / "a.db", A, B, C)
    begun.do("/new", "All our trials")
    return begun


def test_that_no_screening_was_made_is_said_where_every_trial_is_ruled_out(at: Desk) -> None:
    do(at, "15", "Save and finish")
    assert SAY.plain("none_made_all_out") in told(at)
    do(at, "Open FIC-A (ruled out)")
    at.do("/open m1")
    assert "No screening was made" not in told(at)


def test_that_no_screening_was_made_is_said_where_it_was_chosen(at: Desk) -> None:
    do(at, "45", "1", "Finish without screenings")
    assert SAY.plain("none_made") in told(at).split("\n")
    assert SAY.plain("none_made_all_out") not in told(at)


def test_where_a_screening_was_made_nothing_of_that_is_said(at: Desk) -> None:
    do(at, "45", "1", "Save 2 screenings and finish")
    assert "No screening was made" not in told(at)


def test_that_it_goes_on_with_the_other_trials_is_said_as_long_as_there_is_one(at: Desk) -> None:
    do(at, "45", "Where we stand", "Go on with FIC-A")
    assert SAY.plain("matching_stays", number=MATCHING) in told(at)
    at.do("/open m1")
    do(at, "Where we stand", "Go on with FIC-B")
    assert SAY.plain("matching_stays", number=MATCHING) not in told(at)
    assert SAY.plain("matching_stays_open", number=MATCHING) in told(at)


def test_a_button_says_of_a_trial_that_it_is_ruled_out_or_left_out(at: Desk) -> None:
    do(at, "45", "Where we stand")
    assert "Go on with FIC-A" in labels(at.turn)
    assert "Open FIC-C (ruled out)" in labels(at.turn)
    assert "Go on with FIC-C" not in labels(at.turn)
    do(at, "Leave a trial out", "Leave out FIC-B", "1", "Save 1 screening and finish")
    assert [each for each in labels(at.turn) if "FIC-B" in each] == ["Open FIC-B (left out)"]


def test_which_trials_were_not_asked_to_the_end_is_counted(at: Desk) -> None:
    do(at, "45", "Where we stand", "Finish and save")
    assert SAY.plain("not_all_asked", n=2) in told(at)
    assert SAY.plain("not_all_asked", n=2).startswith("2 trials were not asked to the end")
