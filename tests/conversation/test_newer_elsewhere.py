"""What is corrected in a matching, or in one screening out of it, is told in each other that still says otherwise."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

import pytest

from bot.exchange import Message, Turn
from bot.wording.phrases import phrases, plain
from dialogs.answers import Answer, decode
from dialogs.dialogue import COMPLETED
from dialogs.portfolio.matching import Matching
from state.people import Person, Role
from tests.conversation.office import buttons, labels, said
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import do, is_sound, told, wait
from tests.conversation.test_newest_answers import TRIALS, Ward, at_random
from tests.conversation.test_told_back import MATCHING, ONE, THREE, TWO, answer_all, begun, trial

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


# what the verdict comes to, and who hears of it -----------------------------------------------------


BY_NEWEST: Final = plain(SAY("by_newest", verdict=SAY.plain("verdict_ineligible")))


def noted(at: Desk) -> list[tuple[str, str]]:
    """Who heard what in the last turn, without the notes on what was saved in it."""
    told_to = [(code, plain(said(turn))) for code, turn in at.turn.others]
    return [(code, text) for code, text in told_to if "by the newest answers" in text]


@pytest.mark.parametrize("where", ["m1", "1"])
def test_the_office_hears_of_each_candidate_who_is_none_by_the_newest_answers(at: Desk, where: str) -> None:
    office, other = person(at, "coordinator"), person(at, "coordinator", "S02")
    correct(at, where)
    heard = noted(at)
    ((code, text),) = heard
    assert code == office.code != other.code
    numbers = [f"S01-000{each}" for each in (1, 2, 3) if str(each) != where]
    assert [line.split()[0] for line in text.splitlines()] == numbers
    assert all("not eligible" in line and "140" not in line for line in text.splitlines())
    assert [f"Show {each}" for each in numbers] == labels(at.turn.others[0][1])
    assert BY_NEWEST in card(at, "3")
    assert BY_NEWEST in hears(at, office, "/subject 3")


def test_it_is_told_when_it_is_saved_and_once(at: Desk) -> None:
    person(at, "coordinator")
    do(at, "/open m1", "Correct an answer", "Haemoglobin", "140 g/L", "Copied wrongly")
    assert noted(at) == []
    do(at, "Save and finish")
    assert len(noted(at)) == 1
    correct(at, "m1", "141 g/L")
    assert noted(at) == []


def test_an_answer_that_changes_no_verdict_is_told_on_the_card_alone(at: Desk) -> None:
    office = person(at, "coordinator")
    correct(at, "m1", "96 g/L")
    assert noted(at) == []
    assert says(MATCHING, "Haemoglobin: 96 g/L") in hears(at, office, "/subject 3")
    assert "By the newest answers" not in hears(at, office, "/subject 3")


def test_that_it_holds_again_is_told_too_unless_notes_are_switched_off(at: Desk) -> None:
    office, quiet = (
        person(at, "coordinator"),
        at.conversation.people.add("coordinator", "S01", "telegram", "quiet", "en"),
    )
    at.conversation.people.set_notified(quiet.code, False)
    correct(at, "m1")
    assert {code for code, _ in noted(at)} == {office.code, quiet.code}
    correct(at, "m1", "95 g/L")
    assert {code for code, _ in noted(at)} == {office.code}
    assert all("potentially eligible as entered" in text for _, text in noted(at))


def test_in_a_matching_that_is_open_it_is_told_at_once(tmp_path: Path) -> None:
    at = begun(tmp_path, ONE, TWO, THREE)
    answer_all(at)
    do(at, "/open m1", "Go on with FIC-3", "Confirm and save")
    office = person(at, "coordinator")
    do(at, "/open m1", "Correct an answer", "Haemoglobin", "140 g/L")
    assert [code for code, _ in noted(at)] == [office.code]
    assert BY_NEWEST in card(at, "1")


def test_what_newly_applies_leaves_the_verdict_undetermined(tmp_path: Path) -> None:
    asks_more = trial("FIC-6", 'hemoglobin > "110 g/L" and bmi > "30 kg/m2"')
    at = begun(tmp_path, asks_more, THREE)
    answer_all(at)
    do(at, "Save 2 screenings and finish")
    person(at, "coordinator")
    do(at, "/open 2", "Correct an answer", "Haemoglobin", "115 g/L", "Copied wrongly", "Confirm and save")
    assert "undetermined" in "".join(text for _, text in noted(at))


def test_one_that_is_saved_against_the_newest_answers_is_noted_with_what_these_come_to(
    tmp_path: Path,
) -> None:
    at = begun(tmp_path, ONE, TWO, THREE)
    answer_all(at)
    do(at, "/open m1", "Go on with FIC-3", "/open m1", "Correct an answer", "Haemoglobin", "140 g/L")
    office = person(at, "coordinator")
    do(at, "/resume 1")
    assert says(MATCHING) in told(at)
    assert BY_NEWEST in told(at)
    do(at, "Confirm and save")
    ((code, heard),) = noted(at)
    assert code == office.code
    assert "was saved as potentially eligible" in heard


# any course of things --------------------------------------------------------------------------------


def rests_on(at: Ward, number: str) -> dict[str, tuple[str, Answer]]:
    """What a matching or screening rests on, as its newest verdict says if it has one; by the matching's questions."""
    screening, matching = at.conversation.screenings.as_saved(number), at.load(MATCHING).dialogue
    assert isinstance(matching, Matching)
    dialogue, of = (
        screening.dialogue,
        [each for each in matching.trials if each.protocol.id == screening.protocol.id],
    )
    names = {q: matching.here(of[0], q) if of else q for q in dialogue.applied}
    return {name: (screening.entered[q], dialogue.answers[q]) for q, name in names.items()}


def newer_for(at: Ward, number: str) -> dict[str, Answer]:
    """What the newest of all others has since to a question that a screening rests on, if that is another answer."""
    own = rests_on(at, number)
    others = [rests_on(at, each) for each in (MATCHING, *at.load(MATCHING).opened.values()) if each != number]
    found = dict[str, Answer]()
    for question, (entered, answer) in own.items():
        given = [each[question] for each in others if question in each]
        newest = max(given, key=lambda each: each[0], default=(entered, answer))
        if newest[0] > entered and newest[1] != answer:
            found[question] = newest[1]
    return found


def test_whatever_was_done_each_screening_is_told_the_newest_other_answers_of_all(tmp_path: Path) -> None:
    told_of = 0
    for seed in range(30):
        ready = desk(tmp_path / f"{seed}.db", *TRIALS)
        ward = Ward(ready.conversation, ready.person, ready.turn)
        ward.do("/new", "All our trials")
        at_random(ward, Random(seed))
        for number in ward.load(MATCHING).opened.values():
            expected = newer_for(ward, number)
            told_there = ward.conversation.screenings.as_saved(number).elsewhere.values()
            given = {question: answer for each in told_there for question, answer in each.given}
            assert expected.items() <= given.items()
            assert given.keys() - expected.keys() <= {"alt_uln"}, "a limit that goes with its value"
            told_of += bool(expected)
        ward.conversation.screenings.db.close()
    assert told_of > 10
