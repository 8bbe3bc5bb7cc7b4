"""Lists that begin something, or ask about what is open: what an old one does, and what is open beside the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.wording.phrases import phrases
from tests.conversation.office import buttons, labels
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import told
from tests.conversation.test_matching_opened import A, B, C, offer

SAY = phrases("en")


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    return desk(tmp_path / "a.db", A, B, C)


def presses(at: Desk) -> dict[str, str]:
    return {each.label: f"!{each.press}" for each in buttons(at.turn)}


def begun(at: Desk) -> int:
    return at.conversation.screenings.begun_by(at.person.code)


# which trial ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("then", [0, 1, 2])
def test_a_list_of_trials_that_was_used_opens_nothing_and_is_shown_anew(
    at: Desk, first: int, then: int
) -> None:
    at.do("/new")
    ways = list(presses(at).values())
    at.do(ways[first], "45")
    number = begun(at)
    at.do(ways[then])
    assert begun(at) == number
    assert told(at).startswith(SAY.plain("list_used"))
    assert SAY.plain("new_for_which") in told(at)
    at.do(list(presses(at).values())[2])
    assert begun(at) == number + 1, "the one that is shown now counts"


def test_a_list_that_was_not_used_counts_no_more_once_something_has_begun(at: Desk) -> None:
    at.do("/new")
    old = list(presses(at).values())
    at.do("/new", "All our trials", *old)
    assert begun(at) == 1


def test_a_list_counts_whatever_was_looked_at_since(at: Desk) -> None:
    at.do("/new")
    ways = list(presses(at).values())
    at.do("/help", "/recent", "/open", ways[1])
    assert begun(at) == 1


def test_a_second_tap_shows_what_the_first_opened(at: Desk) -> None:
    at.do("/new")
    ways = list(presses(at).values())
    at.do(ways[1], ways[1])
    assert begun(at) == 1
    assert SAY.plain("list_used") not in told(at)


def test_of_a_used_list_nothing_begins_where_one_trial_is_left(at: Desk) -> None:
    at.do("/new")
    ways = list(presses(at).values())
    at.do(ways[1], "45")
    offer(at, B)
    at.do(ways[0])
    at.do(ways[2])
    assert begun(at) == 1
    assert SAY.plain("list_used") in told(at)


# cancelling what is open ----------------------------------------------------------------------------


def open_beside(at: Desk, *names: str) -> None:
    """Leave a screening open for each trial, and cancel another one, which is the current one then."""
    for name in (*names, "FIC-C"):
        at.do("/new", f"{name} A trial (fictional)", "70")
    at.do("/cancel", "yes")


def test_the_only_screening_that_is_open_is_asked_about(at: Desk) -> None:
    open_beside(at, "FIC-A")
    at.do("/cancel")
    assert SAY.plain("cancel_sure", number="S01-0001") in told(at)
    at.do("yes")
    assert at.load().state == "cancelled"
    at.do("/cancel")
    assert SAY.plain("no_open") in told(at)


def test_of_several_that_are_open_it_is_asked_which_one_is_to_be_cancelled(at: Desk) -> None:
    open_beside(at, "FIC-A", "FIC-B")
    at.do("/cancel")
    assert told(at) == SAY.plain("cancel_which")
    assert sorted(labels(at.turn)) == ["S01-0001 · FIC-A", "S01-0002 · FIC-B"]
    at.do(presses(at)["S01-0001 · FIC-A"])
    assert SAY.plain("cancel_sure", number="S01-0001") in told(at)


def test_the_screening_that_the_command_names_is_asked_about(at: Desk) -> None:
    open_beside(at, "FIC-A", "FIC-B")
    at.do("/cancel 1")
    assert SAY.plain("cancel_sure", number="S01-0001") in told(at)
    at.do("/cancel 9")
    assert SAY.plain("not_found", number="9") in told(at)
    at.do("/cancel 3")
    assert "cancelled" in told(at)
    assert at.load("S01-0002").state != "cancelled"
