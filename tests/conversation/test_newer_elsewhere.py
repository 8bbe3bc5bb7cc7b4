"""What is corrected in a matching, or in one screening out of it, is told in each other that still says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from bot.exchange import Message, Turn
from bot.wording.phrases import phrases, plain
from dialogs.answers import decode
from dialogs.dialogue import COMPLETED
from state.people import Person, Role
from tests.conversation.office import buttons, labels, said
from tests.conversation.test_contradictions import Desk
from tests.conversation.test_matching_apart import do, is_sound, told, wait
from tests.conversation.test_told_back import MATCHING, ONE, THREE, TWO, answer_all, begun

SAY: Final = phrases("en")
NAMED: Final = "Haemoglobin: 140 g/L"
"""With it no trial takes the patient; before all do."""


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    """A matching that is saved, and the three screenings that were saved out of it."""
    ready = begun(tmp_path, ONE, TWO, THREE)
    answer_all(ready)
    do(ready, "Save 3 screenings and finish")
    return ready


def person(at: Desk, role: Role, site: str = "S01") -> Person:
    return at.conversation.people.add(role, site, "telegram", f"{role}-{site}", "en")


def hears(at: Desk, who: Person, text: str) -> str:
    turn: Turn = at.conversation.handle(who, Message("command", text))
    return plain(said(turn))


def correct(at: Desk, number: str, answer: str = "140 g/L") -> None:
    """Correct the haemoglobin in what was saved, and save."""
    do(at, f"/open {number}", "Correct an answer", "Haemoglobin", answer, "Copied wrongly")
    save = next(each for each in labels(at.turn) if "save" in each.lower() or "without" in each)
    do(at, save)


def says(number: str, named: str = NAMED) -> str:
    return plain(SAY("answered_elsewhere", number=number, named=named))


def card(at: Desk, number: str) -> str:
    do(at, f"/open {number}")
    return told(at)


# what is told --------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["m1", "1"])
def test_a_correction_is_told_on_the_card_of_every_other_screening_out_of_the_matching(
    at: Desk, where: str
) -> None:
    office, number = person(at, "coordinator"), MATCHING if where == "m1" else "S01-0001"
    correct(at, where)
    for other in ("2", "3", *(["1"] if where == "m1" else [])):
        assert says(number) in card(at, other)
        assert says(number) in hears(at, office, f"/subject {other}")
    if where == "1":
        assert "another answer" not in card(at, "1")
    assert is_sound(at)


def test_of_several_the_newest_is_told_and_what_is_alike_is_not(at: Desk) -> None:
    correct(at, "m1", "141 g/L")
    correct(at, "2")
    assert says("S01-0002") in card(at, "3")
    assert says(MATCHING, "Haemoglobin: 141 g/L") not in card(at, "3")
    correct(at, "3")
    assert "another answer" not in card(at, "3")
    assert "another answer" not in card(at, "2")


def test_what_is_not_saved_in_a_revision_is_not_told_yet(at: Desk) -> None:
    do(at, "/open m1", "Correct an answer", "Haemoglobin", "140 g/L", "Copied wrongly")
    assert "another answer" not in card(at, "3")


def test_of_a_question_that_only_others_ask_nothing_is_told(at: Desk) -> None:
    do(at, "/open m1", "Correct an answer", "Body weight", "71 kg", "Copied wrongly")
    do(at, "Save and finish")
    assert says(MATCHING, "Body weight: 71 kg") in card(at, "1")
    assert "another answer" not in card(at, "3")


def test_while_a_screening_is_revised_the_office_hears_what_its_saved_verdict_does_not_rest_on(
    at: Desk,
) -> None:
    office = person(at, "coordinator")
    correct(at, "m1")
    do(at, "/open 3", "Correct an answer", "Haemoglobin", "Take over: 140 g/L", "Copied wrongly")
    assert "another answer" not in told(at)
    assert says(MATCHING) in hears(at, office, "/subject 3")


def test_the_office_of_another_site_hears_nothing(at: Desk) -> None:
    correct(at, "m1")
    assert NAMED not in hears(at, person(at, "coordinator", "S02"), "/subject s01-3")


# what is taken over --------------------------------------------------------------------------------


def test_where_its_question_is_corrected_the_newer_answer_is_taken_over_by_one_tap(at: Desk) -> None:
    correct(at, "m1")
    do(at, "/open 3", "Correct an answer", "Haemoglobin")
    assert says(MATCHING) in told(at)
    assert "Take over: 140 g/L" in labels(at.turn)
    do(at, "Take over: 140 g/L", "Copied wrongly")
    assert at.load("S01-0003").dialogue.answers["hemoglobin"] == decode("140", "g/L")
    assert "another answer" not in told(at)
    do(at, "Finish and save")
    assert at.load("S01-0003").state == COMPLETED
    assert at.load("S01-0003").saved[-1].verdict == "ineligible"
    assert is_sound(at)


def test_a_value_is_taken_over_with_its_limit(at: Desk) -> None:
    do(at, "/open m1", "Correct an answer", "ALT", "95 U/L", "Copied wrongly")
    do(at, "Correct an answer", "ALT ULN", "40 U/L", "Copied wrongly", "Save and finish")
    named = "ALT: 95 U/L, ALT ULN: 40 U/L"
    assert says(MATCHING, named) in card(at, "3")
    do(at, "Correct an answer", "ALT", f"Take over: {named}", "Copied wrongly", "Copied wrongly")
    answers = at.load("S01-0003").dialogue.answers
    assert (answers["alt"], answers["alt_uln"]) == (decode("95", "U/L"), decode("40", "U/L"))


def test_on_another_day_it_is_told_and_is_to_be_typed(at: Desk) -> None:
    correct(at, "m1")
    wait(at, 1)
    do(at, "/open 3", "Correct an answer", "Haemoglobin")
    assert says(MATCHING) in told(at)
    assert not [each for each in buttons(at.turn) if each.press.startswith("take_over:")]


def test_nothing_is_saved_before_what_was_answered_since_was_told(at: Desk) -> None:
    do(at, "/open 3", "Correct an answer", "ALT", "91 U/L", "Copied wrongly")
    (shown,) = (each.press for each in buttons(at.turn) if each.press.startswith("save:"))
    correct(at, "m1")
    do(at, f"!{shown}")
    assert says(MATCHING) in told(at)
    assert not at.load("S01-0003").ended
