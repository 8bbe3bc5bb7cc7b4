"""What must be known of trials before they are screened for is said in a matching, too: notices, and changed rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.exchange import Reply
from bot.wording.phrases import phrases, plain
from dialogs.dialogue import REVIEW
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from tests.conversation.office import said
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import MATCHING, do, told, wait

SAY: Final = phrases("en")
_TRIAL: Final = """format = 2
id = "{name}"
version = "{version}"
languages = ["en"]
title = "A trial (fictional)"
notices = ["{name} takes women only.", "Recruitment ends on 1 December."]
[[criterion]]
code = "I1"
inclusion = "Of age"
rule = "age_years >= {age}"
[[criterion]]
code = "E1"
exclusion = "Bedridden"
rule = 'ecog == "4"'
"""


def trial(name: str, age: int, version: str = "1") -> Protocol:
    return parse_protocol(_TRIAL.format(name=name, version=version, age=age), f"{name}.toml")


A, B, C = trial("FIC-A", 18), trial("FIC-B", 18), trial("FIC-C", 60)
NEWER: Final = trial("FIC-A", 21, "2")


def matching(at: Desk) -> str:
    """Begin a matching anew; return what is said above its first question."""
    turn = at.do("/new", "All our trials")
    return "\n".join(
        plain(each.shown()) for each in turn.actions if isinstance(each, Reply) and not each.card
    )


def offer(at: Desk, *trials: Protocol) -> None:
    at.conversation = replace(at.conversation, setup=replace(at.conversation.setup, protocols=trials))


# notices --------------------------------------------------------------------------------------------


def test_notices_of_what_is_still_possible_stand_where_the_trials_stand_until_it_is_saved(
    tmp_path: Path,
) -> None:
    at = desk(tmp_path / "a.db", A, B, C)
    assert SAY("notices_about") in matching(at)
    do(at, "45", "Where we stand")
    notices = ["Notices:", "FIC-A: FIC-A takes women only.", "FIC-A, FIC-B: Recruitment ends on 1 December."]
    for text in notices:
        assert text in told(at).split("\n")
    assert "FIC-C takes women only" not in told(at), "it is ruled out"
    do(at, "Go on with FIC-B")
    assert "FIC-B takes women only." in told(at), "as before any screening"
    at.do("/open m1")
    do(at, "1")
    assert at.load(MATCHING).state == REVIEW
    assert "FIC-A takes women only." in told(at)
    assert "FIC-B takes women only" not in told(at), "it goes on by itself"
    do(at, "Go on with FIC-A")
    at.do("/open m1")
    assert "takes women only" not in told(at)


def test_what_is_saved_without_screenings_gives_no_notice_but_what_is_opened_of_it_does(
    tmp_path: Path,
) -> None:
    at = desk(tmp_path / "a.db", A, C)
    matching(at)
    do(at, "45", "1", "Finish without screenings")
    assert "takes women only" not in told(at)
    do(at, "Go on with FIC-A")
    assert "FIC-A takes women only." in told(at)


def test_before_they_are_saved_the_notices_of_all_are_seen_on_whatever_page(tmp_path: Path) -> None:
    trials = [trial(f"FIC-{number}", 18) for number in range(12)]
    at = desk(tmp_path / "a.db", *trials)
    matching(at)
    do(at, "45", "1")
    assert SAY.plain("save_all", n=12) in [each.label for row in at.turn.actions[-1].buttons for each in row]
    assert all(f"{each.id} takes women only." in told(at) for each in trials)


def test_what_was_saved_out_of_a_matching_was_read_that_day(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", A, C)
    matching(at)
    do(at, "45", "1", "Save 1 screening and finish")
    at.do("/new", "FIC-A A trial (fictional)")
    assert "takes women only" not in plain(said(at.turn))
    at.do("/new", "FIC-C A trial (fictional)")
    assert "FIC-C takes women only" in plain(said(at.turn)), "it was ruled out in the matching"
    wait(at, 1)
    at.do("/new", "FIC-A A trial (fictional)")
    assert "FIC-A takes women only" in plain(said(at.turn))


# changed rules --------------------------------------------------------------------------------------


def _changed(at: Desk) -> bool:
    return SAY("rules_changed", id="FIC-A", version="2") in matching(at)


def test_a_matching_says_once_which_trials_have_changed_since_the_last_screening(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", A, B)
    at.do("/new", "FIC-A A trial (fictional)")
    offer(at, NEWER, B)
    assert _changed(at)
    do(at, "45")
    assert not _changed(at)
    wait(at, 1)
    assert not _changed(at), "nor another day"


def test_what_has_changed_between_two_matchings_is_said_on_the_same_day(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", A, B)
    assert "changed" not in matching(at)
    do(at, "45")
    offer(at, NEWER, B)
    assert matching(at) == plain(SAY("rules_changed", id="FIC-A", version="2"))
    do(at, "45", "1", "Save 2 screenings and finish")
    at.do("/new", "FIC-A A trial (fictional)")
    assert "changed" not in plain(said(at.turn)), "the matching said it"


def test_a_trial_that_the_last_matching_did_not_have_is_compared_with_its_own_screening(
    tmp_path: Path,
) -> None:
    at = desk(tmp_path / "a.db", A, B, C)
    at.do("/new", "FIC-A A trial (fictional)")
    offer(at, B, C)
    matching(at)
    do(at, "70")
    offer(at, NEWER, B, C)
    assert _changed(at)
