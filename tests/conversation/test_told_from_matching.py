"""What a screening has since is told by the saved matching it came out of, and where another trial goes on from it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dialogs.answers import decode
from dialogs.dialogue import EXCLUDED, REVIEW
from tests.conversation.office import buttons
from tests.conversation.test_contradictions import Desk
from tests.conversation.test_matching_apart import do, is_sound, told
from tests.conversation.test_newer_elsewhere import NAMED, card, correct, hears, person, says
from tests.conversation.test_newer_elsewhere import at as at
from tests.conversation.test_told_back import ANSWERS, MATCHING, ONE, THREE, TWO, answer_all, begun, trial

RELAPSED: Final = trial("FIC-6", 'hemoglobin > "120 g/L"', 'relapse < "6 mo"')


def test_a_saved_matching_says_it_too_to_whoever_screens_and_to_the_office(at: Desk) -> None:
    office = person(at, "coordinator")
    correct(at, "1")
    assert says("S01-0001") in card(at, "m1")
    assert not [each for each in buttons(at.turn) if each.press.startswith("take_over:")]
    assert says("S01-0001") in hears(at, office, "/open m1")
    do(at, "Correct an answer", "Haemoglobin", "140 g/L", "Copied wrongly")
    assert says("S01-0001") not in told(at)
    assert says("S01-0001") in hears(at, office, "/open m1"), (
        "its saved verdict rests on the answer of before"
    )
    do(at, "Save and finish")
    assert says("S01-0001") not in hears(at, office, "/open m1")


def test_what_goes_on_from_a_saved_matching_is_told_at_once_and_takes_it_over_by_one_tap(
    tmp_path: Path,
) -> None:
    at = begun(tmp_path, ONE, TWO, THREE)
    answer_all(at)
    do(at, "Leave a trial out", "Leave out FIC-2", "Save 2 screenings and finish")
    correct(at, "1")
    do(at, "/open m1", "Go on with FIC-2")
    opened = at.load("S01-0003")
    assert (opened.protocol.id, opened.state) == ("FIC-2", REVIEW)
    assert says("S01-0001") in told(at)
    do(at, NAMED)
    assert at.load("S01-0003").dialogue.answers["hemoglobin"] == decode("140", "g/L")
    assert "another answer" not in told(at)
    do(at, "Finish and save")
    assert at.load("S01-0003").saved[-1].verdict == "ineligible"
    assert is_sound(at)


def test_what_goes_on_from_an_open_matching_is_told_above_its_question(tmp_path: Path) -> None:
    at = begun(tmp_path, trial("FIC-1", 'hemoglobin > "130 g/L"'), RELAPSED)
    while at.load(MATCHING).state != "relapse":
        do(at, ANSWERS[at.load(MATCHING).state])
    do(at, "Where we stand", "Go on with FIC-1", "Correct an answer", "Haemoglobin", "125 g/L")
    do(at, "/open m1", "Where we stand", "Go on with FIC-6")
    assert at.load("S01-0002").state == "relapse"
    assert says("S01-0001", "Haemoglobin: 125 g/L") in told(at)
    do(at, "Haemoglobin: 125 g/L")
    assert at.load("S01-0002").state == EXCLUDED
    assert is_sound(at)
