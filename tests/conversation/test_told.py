"""What is told is so: nothing is said to be kept that is not, and no card shows what does not hold any more."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation
from bot.exchange import Message, Turn
from bot.wording.phrases import plain
from tests.conversation.office import ELIGIBLE, Ward, press_of, presses, queried, said

SCREENING = "S01-0001"


@pytest.fixture
def ward(conversation: Conversation) -> Ward:
    clinician = conversation.people.add("clinician", "S01", "telegram", "0", "en")
    coordinator = conversation.people.add("coordinator", "S01", "telegram", "1", "en")
    return Ward(conversation, clinician, coordinator, coordinator)


def press(ward: Ward, data: str) -> Turn:
    return ward.do(ward.clinician, f"!{data}")


def reasons_kept(ward: Ward) -> list[str]:
    rows = ward.conversation.screenings.db.execute(
        "SELECT json_extract(detail, '$.reason') FROM log WHERE kind = 'disagree' ORDER BY entry"
    )
    return [reason for (reason,) in rows]


def test_a_second_reason_to_disagree_is_not_said_to_be_kept(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    offered = presses(press(ward, f"disagree:{SCREENING}:0"))
    assert "Kept: " in said(press(ward, offered[0]))
    again = press(ward, offered[2])
    assert reasons_kept(ward) == ["reading"]
    assert "Kept: " not in said(again)
    assert again.toast == "Done already, or not possible any more."


def test_a_query_that_came_meanwhile_takes_nothing_from_a_disagreement(ward: Ward) -> None:
    queried(ward)
    offered = presses(press(ward, f"disagree:{SCREENING}:0"))
    chosen = ward.do(ward.coordinator, f"!query:{SCREENING}:0")
    chosen = ward.do(ward.coordinator, f"!{presses(chosen)[0]}")
    ward.do(ward.coordinator, f"!{press_of(chosen, 'query_send:')}")
    assert "Kept: Clinical judgement" in said(press(ward, offered[2]))
    assert reasons_kept(ward) == ["judgement"]


def test_a_record_has_no_time_of_an_answer_that_was_given_up(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    before = plain(said(press(ward, f"copy_record:{SCREENING}:0")))
    press(ward, f"reopen:{SCREENING}:0")
    screening = ward.conversation.screenings.load(SCREENING)
    place = screening.dialogue.applied.index("hemoglobin")
    press(ward, f"correct:{SCREENING}:{screening.entries}:{place}")
    clock = ward.conversation.screenings.clock
    clock.now = clock.now.replace(hour=9)  # type: ignore[attr-defined]  # a clock to be set
    press(ward, press_of(ward.do(ward.clinician, "81 g/L"), "reason:"))
    press(ward, press_of(ward.do(ward.clinician, "/cancel"), "cancel_yes:"))
    assert plain(said(press(ward, f"copy_record:{SCREENING}:0"))) == before


def test_a_late_press_is_told_the_answer_that_stands(ward: Ward) -> None:
    male = press_of(ward.do(ward.clinician, "/new", "45"), "answer:S01-0001:2:1")
    assert press(ward, male).toast is None
    assert press(ward, male).toast == "Already answered: Sex: Male."
    ward.do(ward.clinician, "back", "female")
    assert press(ward, male).toast == "Done already, or not possible any more."


def test_what_was_not_saved_is_not_said_to_be_done(ward: Ward) -> None:
    excluded = ward.do(ward.clinician, "/new", "45", "male", "aiha", "105 g/L")
    save, correct = press_of(excluded, "finish_save:"), press_of(excluded, "correct:")
    press(ward, correct)
    ward.do(ward.clinician, "95 g/L")
    assert press(ward, save).toast == "Done already, or not possible any more."
    assert ward.verdicts() == []


def test_what_was_saved_is_said_to_be_done(ward: Ward) -> None:
    save = press_of(ward.do(ward.clinician, "/new", "45", "male", "aiha", "105 g/L"), "finish_save:")
    press(ward, save)
    assert press(ward, save).toast == "That was done already."


def test_what_only_follows_from_an_answer_is_not_said_to_be_entered(ward: Ward) -> None:
    excluded = said(ward.do(ward.clinician, "/new", "45", "unknown", "pregnant"))
    assert "Entered: Pregnancy or breastfeeding: Pregnant" in excluded
    assert "Female" not in excluded


def test_nobody_is_asked_to_answer_a_question_that_is_not_there(ward: Ward) -> None:
    ward.do(ward.clinician, "/new", "45")
    ward.conversation.people.change(ward.clinician.code, role="coordinator")
    message = Message("text", "aiha", chat="0", number=9)
    turn = ward.conversation.handle(ward.conversation.people.get(ward.clinician.code), message)
    assert "Free text is not kept" in said(turn)
    assert "Please answer this one" not in said(turn)
