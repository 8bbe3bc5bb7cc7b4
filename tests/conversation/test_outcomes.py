"""What came of a candidate, noted in the chat: by buttons, with the day, and only what can follow."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.exchange import Reply, Turn
from bot.wording.buttons import SHORT_LABEL
from bot.wording.phrases import phrases
from state.outcomes import OUTCOMES, standing
from tests.conversation.office import ELIGIBLE, Ward, buttons, labels, press_of, presses

UNDETERMINED = [*ELIGIBLE[:-1], "unknown"]


def said(turn: Turn) -> str:
    return "\n".join(action.text for action in turn.actions if isinstance(action, Reply))


def press_labelled(turn: Turn, label: str) -> str:
    return next(button.press for button in buttons(turn) if button.label == label)


def notes(ward: Ward) -> list[tuple[str, dict[str, object]]]:
    rows = ward.conversation.screenings.db.execute(
        "SELECT kind, detail FROM log WHERE kind LIKE 'outcome%' ORDER BY screening, entry"
    )
    return [(kind, json.loads(detail)) for kind, detail in rows]


def choose(ward: Ward, turn: Turn, *keys: str) -> Turn:
    """Press one button after the other, by the keys of their phrases or their labels."""
    say = phrases(ward.coordinator.language)
    for key in keys:
        label = say.plain(key) if key in say.texts else key
        turn = ward.do(ward.coordinator, f"!{press_labelled(turn, label)}")
    return turn


def exclude(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "17", "yes")
    ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")


def test_a_candidate_is_noted_step_by_step_with_days_and_taken_back(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    ward.conversation.screenings.clock.now += timedelta(days=10)  # type: ignore[attr-defined]  # the ward has a clock to be set
    turn = choose(ward, ward.do(ward.coordinator, "/outcome 1"), "outcome_referred", "2026-11-30")
    turn = choose(ward, turn, "outcome_consented", "day_yesterday")
    turn = choose(ward, turn, "outcome_enrolled", "day_today")
    assert phrases(ward.coordinator.language)("outcome_nothing_next") in said(turn)
    turn = choose(ward, turn, "outcome_undo", "undo_wrong_date")
    assert [(kind, note.get("on", note.get("takes_back"))) for kind, note in notes(ward)] == [
        ("outcome", "2026-11-30"),
        ("outcome", "2026-12-02"),
        ("outcome", "2026-12-03"),
        ("outcome_withdrawn", ward.conversation.screenings.load("S01-0001").entries - 1),
    ]
    assert phrases(ward.coordinator.language).plain("outcome_enrolled") in labels(turn)


def test_days_before_the_screening_or_what_it_follows_are_not_offered(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    ward.conversation.screenings.clock.now += timedelta(days=20)  # type: ignore[attr-defined]  # the ward has a clock to be set
    turn = choose(ward, ward.do(ward.coordinator, "/outcome 1"), "outcome_referred")
    seen = set()
    while True:
        seen |= {day for day in labels(turn) if day[:2] == "20"}
        assert len(presses(turn)) <= 10
        if phrases(ward.coordinator.language).plain("days_earlier") not in labels(turn):
            break
        turn = choose(ward, turn, "days_earlier")
    assert min(seen) == "2026-11-23"
    assert len(seen) == 19  # today and yesterday are called so
    turn = choose(ward, turn, "days_later", "2026-12-01")
    turn = choose(ward, turn, "outcome_consented", "days_earlier")
    assert min(day for day in labels(turn) if day[:2] == "20") == "2026-12-01"


def test_a_day_is_a_day_at_the_site(ward: Ward) -> None:
    ward.conversation.screenings.clock.now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # type: ignore[attr-defined]  # the ward has a clock to be set
    ward.save(ELIGIBLE)
    choose(ward, ward.do(ward.coordinator, "/outcome 1"), "outcome_referred", "day_today")
    assert notes(ward)[0][1]["on"] == "2026-11-24"  # at +08:00


def test_days_fit_two_in_a_row() -> None:
    assert len("2026-11-23") <= SHORT_LABEL


@pytest.mark.parametrize("answers", [UNDETERMINED, None], ids=["undetermined", "ineligible"])
def test_enrolled_is_not_offered_and_a_forged_press_notes_nothing(
    ward: Ward,
    answers: list[str] | None,
) -> None:
    ward.save(answers) if answers else exclude(ward)
    turn = ward.do(ward.coordinator, "/outcome 1")
    assert phrases(ward.coordinator.language).plain("outcome_enrolled") not in labels(turn)
    entries = ward.conversation.screenings.load("S01-0001").entries
    for verb, option in (("noted", "2"), ("on", "2_20261123")):
        ward.do(ward.coordinator, f"!{verb}:S01-0001:{entries}:{option}")
    assert notes(ward) == []


STATES = {
    "unfinished": ["/new", "45"],
    "cancelled": ["/new", "45", "!cancel_yes:"],
    "reopened": [],
}


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_offered_or_kept_while_no_verdict_stands(ward: Ward, state: str) -> None:
    if state == "reopened":
        card = ward.save(UNDETERMINED)
        ward.do(ward.clinician, f"!{press_of(card, 'reopen:')}")
    for text in STATES[state]:
        ward.do(ward.clinician, text + "S01-0001:0" if text.startswith("!") else text)
    entries = ward.conversation.screenings.load("S01-0001").entries
    assert ward.conversation.screenings.load("S01-0001").state != "completed"
    assert presses(ward.do(ward.coordinator, "/outcome 1")) == [f"history:S01-0001:{entries}", "subjects"]
    for place in range(len(OUTCOMES)):
        about = f"S01-0001:{entries}:{place}"
        for press in (f"outcome_what:{about}", f"outcome_on:{about}:2026-11-23"):
            turn = ward.do(ward.coordinator, f"!{press}")
            assert not [each for each in presses(turn) if each.startswith(("outcome_on", "outcome_what"))]
    assert notes(ward) == []


FORGED = (
    "outcome_on:{}:0",
    "outcome_on:{}:9:2026-11-23",
    "outcome_on:{}:0:2026-11-24",
    "outcome_on:{}:0:2026-11-22",
    "outcome_on:{}:0:2026-99-99",
    "outcome_on:{}:٠:2026-11-23",
    "outcome_undo:{}",
    "outcome_undone:{}:0",
    "outcome_undone:{}:9",
)


@pytest.mark.parametrize("press", FORGED)
def test_a_forged_press_keeps_nothing(ward: Ward, press: str) -> None:
    ward.save(ELIGIBLE)
    entries = ward.conversation.screenings.load("S01-0001").entries
    turn = ward.do(ward.coordinator, f"!{press.format(f'S01-0001:{entries}')}")
    assert turn.toast
    assert notes(ward) == []


def test_a_button_pressed_twice_notes_once(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    asked = choose(ward, ward.do(ward.coordinator, "/outcome 1"), "outcome_declined")
    for _ in range(2):
        ward.do(ward.coordinator, f"!{presses(asked)[0]}")
    assert [note["not_enrolled_reason"] for _, note in notes(ward)] == ["declined"]


def test_what_comes_of_a_subject_is_noted_in_its_newest_screening(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    choose(ward, ward.do(ward.coordinator, "/outcome 1"), "outcome_referred", "day_today")
    turn = ward.do(ward.clinician, "/new S01-0001", *ELIGIBLE)
    ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    turn = ward.do(ward.coordinator, "/outcome S01-0001")
    assert "S01-0002" in said(turn)
    choose(ward, turn, "outcome_consented", "day_today")
    stands = standing(ward.conversation.screenings.db, "S01-0002")
    assert [(note.screening, note.code) for note in stands.notes] == [
        ("S01-0001", "referred"),
        ("S01-0002", "consented"),
    ]


# numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["/outcome", "/query"])
@pytest.mark.parametrize("number", ["1", "0001", "S01-0001", "s01-1", "S01-1", "１", "0000001"])
def test_a_number_is_taken_as_people_type_it(ward: Ward, command: str, number: str) -> None:
    ward.save(ELIGIBLE)
    assert "S01-0001" in said(ward.do(ward.coordinator, f"{command} {number}"))


@pytest.mark.parametrize("command", ["/outcome", "/query"])
@pytest.mark.parametrize("number", ["", "2", "S02-0001", "0", "-1", "Li Hua", "9" * 30, "S01-", "²"])
def test_without_a_number_that_is_one_the_saved_screenings_are_offered(
    ward: Ward,
    command: str,
    number: str,
) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.coordinator, f"{command} {number}".strip())
    (press,) = presses(turn)
    assert "Li Hua" not in said(turn)
    assert "S01-0001" in said(ward.do(ward.coordinator, f"!{press}"))


@pytest.mark.parametrize("command", ["/outcome", "/query", "/outcome 7", "/query 7"])
def test_with_nothing_saved_it_is_said_so(ward: Ward, command: str) -> None:
    turn = ward.do(ward.coordinator, command)
    assert said(turn) == phrases(ward.coordinator.language)("office_nothing_saved", site="S01")
