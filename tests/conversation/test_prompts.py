"""Whose answer, case by case: what was found in use, and each doubt by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversation.office import ELIGIBLE
from tests.conversation.screens import Still, Ward


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path / "ward.db", tmp_path / "template.db", Still())
    yield made
    assert made.wrong == []
    made.close()


def does(ward: Ward, *acts: str) -> str:
    """Type what is given, or press the newest button whose data begin so after a ``!``; give the newest words."""
    for act in acts:
        if act.startswith("!"):
            ward.press(next(data for data in reversed(ward.buttons) if data.startswith(act[1:])))
        else:
            ward.type(act)
        ward.rest()
    return ward.shown[-1].text


def kept(ward: Ward, question: str) -> list[str]:
    rows = ward.conversation.screenings.db.execute(
        "SELECT screening FROM log WHERE question = ? AND kind IN ('answer', 'propose') ORDER BY screening",
        [question],
    )
    return [row[0] for row in rows]


def two_at_haemoglobin(ward: Ward) -> None:
    for age in ("66", "33"):
        does(ward, "/new", age, "male", "aiha")


def test_a_value_below_the_first_patients_question_is_the_first_patients(ward: Ward) -> None:
    two_at_haemoglobin(ward)
    does(ward, "!back:S01-0001:", "!keep:S01-0001:")
    does(ward, "104", "104 g/L")
    assert set(kept(ward, "hemoglobin")) == {"S01-0001"}


def test_help_on_a_patients_question_makes_it_the_one_that_is_answered(ward: Ward) -> None:
    two_at_haemoglobin(ward)
    does(ward, "!help:S01-0001:", "71 g/L")
    assert kept(ward, "hemoglobin") == ["S01-0001"]


def test_a_reply_belongs_to_the_patient_of_the_message_that_it_replies_to(ward: Ward) -> None:
    two_at_haemoglobin(ward)
    first = next(s for s in ward.shown if s.text.startswith("S01-0001 · ") and "haemoglobin" in s.text)
    ward.type("71 g/L", reply_to=first.number)
    ward.rest()
    assert kept(ward, "hemoglobin") == ["S01-0001"]


@pytest.mark.parametrize("reply_to", ["the opening", "an answered question", "an own message"])
def test_a_reply_to_what_asks_nothing_now_is_not_kept(ward: Ward, reply_to: str) -> None:
    two_at_haemoglobin(ward)
    found = {
        "the opening": next(s for s in ward.shown if s.text.startswith("NCT04420494")),
        "an answered question": next(s for s in ward.shown if "S01-0002" in s.text and "Age in" in s.text),
        "an own message": next(s for s in ward.shown if s.text == "66"),
    }
    ward.type("71 g/L", reply_to=found[reply_to].number)
    ward.rest()
    assert kept(ward, "hemoglobin") == []
    assert "Nothing was kept" in ward.shown[-1].text
    assert "haemoglobin" in ward.shown[-1].text


def test_a_text_that_crosses_a_press_is_asked_again(ward: Ward) -> None:
    two_at_haemoglobin(ward)
    ward.press(next(data for data in reversed(ward.buttons) if data.startswith("back:S01-0001:")))
    ward.type("71 g/L")
    ward.rest()
    assert kept(ward, "hemoglobin") == []
    assert "Nothing was kept" in ward.shown[-1].text


def test_two_answers_typed_before_the_first_was_taken_are_not_two_answers(ward: Ward) -> None:
    does(ward, "/new")
    ward.type("45")
    ward.type("2")
    ward.rest()
    assert kept(ward, "age_years") == ["S01-0001"]
    assert kept(ward, "sex") == []


def pressed_and_shown(ward: Ward, verb: str) -> None:
    """Press a button, and let the change of its message arrive in the same second."""
    ward.press(next(data for data in reversed(ward.buttons) if data.startswith(verb)))
    ward.handle()
    ward.deliver()


@pytest.mark.parametrize("when", ["before the change", "in its second"])
def test_a_text_that_may_have_been_typed_before_its_message_changed_is_asked_again(
    ward: Ward, when: str
) -> None:
    """Numbers of messages do not tell: the message that was changed was there all the time."""
    does(ward, "/new", "66", "male", "aiha", "98 g/L")  # at the steroid course, which "0" or *Never* answers
    entries = ward.conversation.screenings.load("S01-0001").entries
    if when == "before the change":
        ward.press(next(data for data in reversed(ward.buttons) if data.startswith("unknown:")))
        ward.type("0")
        ward.wait(3)
        ward.handle()
        ward.deliver()
    else:
        pressed_and_shown(ward, "unknown:")
        ward.type("0")
    ward.handle()
    ward.rest()
    assert ward.conversation.screenings.load("S01-0001").entries == entries + 1
    assert "Nothing was kept" in ward.shown[-1].text
    does(ward, "no")
    assert ward.conversation.screenings.load("S01-0001").entries == entries + 2


def test_a_reply_to_a_message_that_has_just_changed_is_asked_again_for_its_patient(ward: Ward) -> None:
    two_at_haemoglobin(ward)
    card = next(s for s in reversed(ward.shown) if "S01-0002" in s.text)
    pressed_and_shown(ward, "back:S01-0002")
    pressed_and_shown(ward, "keep:S01-0002")
    ward.wait(3)
    ward.type("71 g/L", reply_to=card.number)
    ward.rest()
    assert kept(ward, "hemoglobin") == []
    assert ward.shown[-1].text.startswith("S01-0002 · ")
    assert "Nothing was kept" in ward.shown[-1].text


def test_a_value_below_a_verdict_is_said_to_be_unclear_and_the_open_question_is_asked(ward: Ward) -> None:
    does(ward, "/new", *ELIGIBLE, "/new")
    does(ward, "!save:S01-0001:")
    told = does(ward, "45")
    assert kept(ward, "age_years") == ["S01-0001"]
    assert "Nothing was kept" in told
    assert told.startswith("S01-0002 · ")


@pytest.mark.parametrize("kill", [True, False])
def test_a_prompt_that_arrived_just_before_a_kill_is_not_forgotten_silently(ward: Ward, kill: bool) -> None:
    two_at_haemoglobin(ward)
    ward.keep()
    does(ward, "!help:S01-0001:")
    ward.stop(kill=kill)
    ward.type("71 g/L")
    ward.rest()
    assert kept(ward, "hemoglobin") == ([] if kill else ["S01-0001"])


def test_a_query_is_corrected_for_its_own_patient_and_cancel_names_it(ward: Ward) -> None:
    does(ward, "/new", *ELIGIBLE, "!save:S01-0001:", "/new", "33", "male", "aiha")
    ward.ask_about(3)
    ward.rest()
    does(ward, "!query_correct:S01-0001:", "!query_reason:S01-0001:")
    assert "S01-0001" in does(ward, "/cancel")
    does(ward, "no", "77 g/L")
    assert set(kept(ward, "hemoglobin")) == {"S01-0001"}


def test_a_value_below_a_query_is_nobodys(ward: Ward) -> None:
    does(ward, "/new", *ELIGIBLE, "!save:S01-0001:", "/new", "33", "male", "aiha")
    ward.ask_about(3)
    ward.rest()
    before = kept(ward, "hemoglobin")
    assert "answered by its buttons" in does(ward, "77 g/L")
    assert kept(ward, "hemoglobin") == before
    does(ward, "77 g/L")
    assert kept(ward, "hemoglobin") == [*before, "S01-0002"]


def test_what_is_typed_where_a_reason_is_asked_is_no_answer(ward: Ward) -> None:
    does(ward, "/new", *ELIGIBLE, "!save:S01-0001:")
    ward.ask_about(3)
    ward.rest()
    why = does(ward, "!query_correct:S01-0001:", "!query_reason:S01-0001:", "back", "44")
    assert "S01-0001" in why
    before = ward.conversation.screenings.load("S01-0001").entries
    does(ward, "46")
    assert ward.conversation.screenings.load("S01-0001").entries == before


def test_a_text_that_was_sent_twice_answers_one_question(ward: Ward) -> None:
    """Two phones, or a double tap: else a bilirubin would be its own upper limit."""
    does(ward, "/new", *ELIGIBLE[:-5])
    assert "bilirubin" in ward.shown[-1].text
    ward.type("28 umol/L")
    while ward.inbox or ward.out:
        ward.handle()
        while ward.out:
            ward.deliver()
    assert "Upper limit of normal" in ward.shown[-1].text
    does(ward, "28 umol/L")
    assert kept(ward, "bilirubin_uln") == []
    assert "Nothing was kept" in ward.shown[-1].text
    assert "Upper limit" in ward.shown[-1].text
    does(ward, "28 umol/L")
    assert kept(ward, "bilirubin_uln") == ["S01-0001"]


@pytest.mark.parametrize("text", ["No", "Unknown"])
def test_a_label_that_was_typed_twice_answers_one_question(ward: Ward, text: str) -> None:
    """The next question is a card that came less than a second ago."""
    does(ward, "/new", *ELIGIBLE[:5])
    ward.type(text)
    while ward.inbox or ward.out:
        ward.handle()
        while ward.out:
            ward.deliver()
    before = ward.conversation.screenings.load("S01-0001").dialogue.applied
    assert before[-1] == "steroid_pr"
    assert "Nothing was kept" in does(ward, text)
    assert ward.conversation.screenings.load("S01-0001").dialogue.applied == before
