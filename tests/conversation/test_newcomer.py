"""What people meet on their first day: each message names its screening, is true, and says what can be done."""

from __future__ import annotations

import re

import pytest

from bot.exchange import Reply, Turn
from bot.wording.phrases import plain
from tests.conversation.office import ELIGIBLE, Ward, press_of, presses

TO_TUMOUR = ["45", "male", "evans", "98 g/L", "42 d", "no", "no"]


def said(turn: Turn) -> str:
    return "\n".join(plain(action.shown()) for action in turn.actions if isinstance(action, Reply))


def test_what_was_understood_names_its_screening(ward: Ward) -> None:
    told = said(ward.do(ward.clinician, "/new", "45"))
    assert told.startswith("S01-0001 · ")
    assert told.splitlines()[1].startswith("✓ ")


def test_what_is_set_aside_names_its_screening(ward: Ward) -> None:
    ward.do(
        ward.clinician, "/new", *TO_TUMOUR, "none", "no", "no", "no", "1", "no", "1.2x", "normal", "normal"
    )
    turn = ward.do(ward.clinician, "88/80 umol/L")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'correct:')}", "0.9x")
    assert said(turn).startswith("S01-0001 · ")


def test_what_is_none_of_the_options_is_told_so_above_the_question_and_all_its_options(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "45", "male", "carcinoma")
    (asked,) = [action for action in turn.actions if isinstance(action, Reply)]
    labels = [each.label for row in asked.buttons for each in row]
    assert re.search("none of the options|不在选项中", said(turn))
    assert {"Evans syndrome", "Not confirmed yet"} <= {*labels} or {"Evans综合征", "尚未明确"} <= {*labels}


def test_chinese_sentences_stand_without_a_space_between(ward: Ward) -> None:
    told = said(ward.do(ward.clinician, "/new", *TO_TUMOUR, "原位癌"))
    assert "。 " not in told


def test_an_answer_called_wrong_is_told_how_it_can_be_corrected(ward: Ward) -> None:
    saved = ward.save(ELIGIBLE)
    asked = ward.do(ward.clinician, f"!{press_of(saved, 'disagree:')}")
    (wrong,) = [
        press for press in presses(asked) if press.startswith("disagree_why:") and press.endswith(":1")
    ]
    told = said(ward.do(ward.clinician, f"!{wrong}"))
    assert "Correct an answer" in told or "更正回答" in told


def test_an_undetermined_screening_names_the_command_that_finds_it_again(ward: Ward) -> None:
    card = said(ward.save([*ELIGIBLE[:-1], "unknown"]))
    assert "/open" in card
    assert "S01-0001" in said(ward.do(ward.clinician, "/open"))


def test_with_several_screenings_open_resume_lets_choose(ward: Ward) -> None:
    ward.do(ward.clinician, "/new", "45", "/new", "52")
    assert [press.split(":")[1] for press in presses(ward.do(ward.clinician, "/resume"))] == [
        "S01-0002",
        "S01-0001",
    ]


@pytest.mark.parametrize("command", ["/nonsense", "/help"])
def test_coordinators_are_told_their_own_commands_and_no_others(ward: Ward, command: str) -> None:
    told = said(ward.do(ward.coordinator, command))
    assert "/query" in told
    assert "/new" not in told
    assert "g/dL" not in told


def test_a_query_shows_the_answer_it_is_about(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    which = ward.do(ward.coordinator, "/query 1")
    assert (
        ": 45" in (told := said(ward.do(ward.coordinator, f"!{press_of(which, 'query_what:')}")))
        or "：45" in told
    )


def test_a_press_that_is_not_possible_promises_nothing_that_does_not_come(ward: Ward) -> None:
    turn = ward.do(ward.coordinator, "!new")
    assert turn.actions == []
    assert turn.toast is not None
    assert "where we are" not in turn.toast
    assert "位置" not in turn.toast
