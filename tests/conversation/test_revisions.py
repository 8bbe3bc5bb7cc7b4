"""A saved screening is opened again: what was saved stands, and every change of it has a reason of its own."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import fields

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.conversation import Conversation
from bot.exchange import Reply, Turn
from dialogs.answers import UNKNOWN, Choice
from dialogs.dialogue import COMPLETED, FILLED_IN, REASONS, Dialogue, Step, StepKind, begin
from dialogs.errors import DialogError, NotNow
from dialogs.loading import load
from dialogs.proofs import representatives
from tests.conversation.office import ELIGIBLE, Ward, press_of, presses, staffed
from tests.conversation.playing import Clock, new_conversation


@pytest.fixture
def ward(conversation: Conversation) -> Ward:
    return staffed(conversation)


def press(ward: Ward, turn: Turn, start: str) -> Turn:
    return ward.do(ward.clinician, f"!{press_of(turn, start)}")


def asked(ward: Ward, question: str) -> Turn:
    """A coordinator asks about an answer of S01-0001; gives what the clinician sees after *correct it*, *copied*."""
    chosen = ward.do(ward.coordinator, "/query S01-0001")
    place = ward.conversation.screenings.load("S01-0001").dialogue.applied.index(question)
    sent = ward.do(
        ward.coordinator,
        f"!{press_of(ward.do(ward.coordinator, f'!{presses(chosen)[place]}'), 'query_send:')}",
    )
    why = press(ward, sent.others[0][1], "query_correct:")
    return press(ward, why, "query_reason:")


def log(ward: Ward, kind: str = "answer") -> list[tuple[str, str, str | None]]:
    rows = ward.conversation.screenings.db.execute(
        "SELECT question, value, json_extract(detail, '$.reason') FROM log WHERE kind = ? ORDER BY entry",
        [kind],
    )
    return [(question, value, reason) for question, value, reason in rows]


def texts(turn: Turn) -> str:
    return "\n".join(action.shown() for action in turn.actions if isinstance(action, Reply))


def test_the_reason_given_to_a_query_stands_in_the_corrected_answer(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    asked(ward, "hemoglobin")
    ward.do(ward.clinician, "71 g/L")
    assert log(ward)[-1] == ("hemoglobin", "71", "transcription")


def test_any_other_answer_of_a_saved_screening_asks_for_its_own_reason(ward: Ward) -> None:
    """A query on haemoglobin, then back three times to the age: 17 is kept only with a reason of its own."""
    ward.save(ELIGIBLE)
    turn = asked(ward, "hemoglobin")
    for _ in range(3):
        turn = press(ward, turn, "back:")
    before = log(ward)
    turn = press(ward, ward.do(ward.clinician, "17"), "candidate:")
    assert "Why is it changed?" in texts(turn)
    assert log(ward) == before
    turn = press(ward, turn, f"reason:S01-0001:{entries(ward)}:3")
    assert log(ward) == [*before, ("age_years", "17", REASONS[3])]
    assert "the saved verdict stands" in texts(turn)
    press(ward, turn, "finish_save:")
    assert ward.verdicts() == [("S01-0001", "eligible"), ("S01-0001", "ineligible")]


def entries(ward: Ward) -> int:
    return ward.conversation.screenings.load("S01-0001").entries


def test_a_saved_answer_is_never_replaced_without_a_reason_whatever_is_pressed(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = asked(ward, "hemoglobin")
    turn = press(ward, turn, "back:")
    changed = ward.do(ward.clinician, "Evans")
    assert "Why is it changed?" in texts(changed)
    for stale in (*presses(turn), *presses(changed)):
        if not stale.startswith("reason:"):
            ward.do(ward.clinician, f"!{stale}")
    screenings = ward.conversation.screenings
    screening = screenings.load("S01-0001")
    with pytest.raises(NotNow):
        screenings.take(
            screening,
            [Step("correct", "diagnosis"), Step("answer", "diagnosis", Choice("evans"))],
            ward.clinician.code,
        )
    assert {value for question, value, _ in log(ward) if question == "diagnosis"} == {"aiha"}


def test_a_value_with_its_limit_asks_for_a_reason_of_each(ward: Ward) -> None:
    ward.save([*ELIGIBLE[:13], "18 umol/L", "21", *ELIGIBLE[14:]])
    asked(ward, "bilirubin_total")
    turn = ward.do(ward.clinician, "28/15 umol/L")
    assert log(ward)[-1] == ("bilirubin_total", "28", "transcription")
    assert "Why is it changed?" in texts(turn)
    press(ward, turn, f"reason:S01-0001:{entries(ward)}:1")
    assert log(ward)[-1] == ("bilirubin_uln", "15", "unit")
    assert log(ward)[-2] == ("bilirubin_total", "28", "transcription")


def test_what_was_unknown_is_filled_in_without_being_asked_why(ward: Ward) -> None:
    ward.save([*ELIGIBLE[:-1], "unknown"])
    ward.do(ward.clinician, "!reopen:S01-0001:0", "yes")
    assert log(ward)[-1] == ("consent_willing", "yes", FILLED_IN)


def test_an_answer_behind_a_complete_verdict_is_corrected_with_a_reason(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.clinician, "!reopen:S01-0001:0")
    assert "Choose the answer to correct" in texts(turn)
    turn = press(ward, turn, "correct:S01-0001")
    turn = ward.do(ward.clinician, "46")
    assert "Why is it changed?" in texts(turn)
    turn = press(ward, turn, "reason:")
    press(ward, turn, "save:")
    assert log(ward)[-1] == ("age_years", "46", "transcription")
    assert ward.verdicts() == [("S01-0001", "eligible"), ("S01-0001", "eligible")]


def test_a_correction_of_an_undetermined_verdict_does_not_ask_again_what_was_unknown(ward: Ward) -> None:
    saved = ward.save([*ELIGIBLE[:8], "unknown", *ELIGIBLE[9:-1], "unknown"])
    turn = press(ward, saved, "revise:")
    assert "Choose the answer to correct" in texts(turn)
    before = log(ward)
    turn = press(ward, press(ward, turn, "go_back:"), "correct_which:")
    press(ward, turn, "correct:S01-0001")
    turn = press(ward, ward.do(ward.clinician, "46"), "reason:")
    assert log(ward) == [*before, ("age_years", "46", "transcription")]
    saved = press(ward, turn, "save:")
    assert ward.verdicts() == [("S01-0001", "undetermined")] * 2
    filled = press(ward, saved, "reopen:")
    assert "only what was missing is asked" in texts(filled)
    assert (
        ward.conversation.screenings.load("S01-0001").state in ward.conversation.setup.protocols[0].position
    )


def test_cancelling_a_revision_says_that_the_saved_verdict_stands(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    asked(ward, "hemoglobin")
    ward.do(ward.clinician, "130 g/L")
    sure = ward.do(ward.clinician, "/cancel")
    assert "without a verdict" not in texts(sure)
    done = press(ward, sure, "cancel_yes:")
    assert "saved verdict of S01-0001 stands" in texts(done)
    assert ward.conversation.screenings.load("S01-0001").state == COMPLETED
    (row,) = ward.conversation.screenings.db.execute("SELECT state, verdict FROM screening_log").fetchall()
    assert row == ("completed", "potentially eligible")
    assert ward.conversation.screenings.db.execute("SELECT state FROM queries").fetchall() == [("open",)]


def test_a_correction_and_its_query_are_kept_together_or_not_at_all(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    ward.conversation.screenings.db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON log WHEN NEW.kind = 'query_answer'"
        " BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    )
    asked(ward, "hemoglobin")
    assert log(ward, "amend") == []
    assert ward.conversation.screenings.load("S01-0001").state == COMPLETED


def test_who_was_told_of_a_candidate_hears_that_it_is_none_any_more(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for value, key, expected in (
        ("130 g/L", "finish_save:", "S01-0001: formerly potentially eligible, now not eligible as entered."),
        ("70 g/L", "save:", "S01-0001 was saved as potentially eligible as entered."),
        ("69 g/L", "save:", None),
    ):
        asked(ward, "hemoglobin")
        turn = ward.do(ward.clinician, value)
        notes = press(ward, turn, key).others
        ((code, note),) = notes  # with the answer to their query
        assert code == ward.coordinator.code
        *verdict, answer = texts(note).splitlines()
        assert verdict == ([expected] if expected else [])
        assert answer.startswith("S01-0001: your query is answered.")


def test_who_was_told_of_a_candidate_hears_of_another_verdict_when_it_is_screened_again(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.clinician, "/new S01-0001", *ELIGIBLE[:3], "130 g/L")
    told = press(ward, turn, "finish_save:").others
    assert [(code, texts(note)) for code, note in told] == [
        (
            ward.coordinator.code,
            "S01-0001, screened again as S01-0002: formerly potentially eligible, now not eligible as entered.",
        )
    ]


def _all_of(dialogue: Dialogue) -> dict[str, object]:
    return {
        field.name: json.dumps(repr(getattr(dialogue, field.name)))
        for field in fields(dialogue)
        if field.name not in ("protocol", "saved")
    }


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_cancelled_revision_leaves_the_dialogue_exactly_as_it_was_saved(seed: int) -> None:
    chance, protocol = random.Random(seed), load("NCT04420494")
    dialogue = begin(protocol)

    def go(steps: int) -> None:
        for _ in range(steps):
            place = protocol.position.get(dialogue.state)
            if place is not None and chance.random() < 0.8:
                answer = chance.choice([UNKNOWN, *representatives(protocol, place)])
                step = Step("answer", dialogue.state, answer, reason="other")
            else:
                kind: StepKind = chance.choice(("back", "correct", "continue", "finish"))
                step = Step(
                    kind, chance.choice(dialogue.applied or ["age_years"]) if kind == "correct" else None
                )
            try:
                dialogue.take(step)
            except DialogError:
                continue

    while not dialogue.can("save"):
        go(8)
    dialogue.take(Step("save"))
    saved = _all_of(dialogue)
    for _ in range(2):
        reopens = dialogue.can("reopen") and chance.random() < 0.5
        dialogue.take(Step("reopen") if reopens else Step("amend", chance.choice(dialogue.applied)))
        go(chance.randrange(12))
        dialogue.take(Step("cancel"))
        assert _all_of(dialogue) == saved


TYPED = (
    *(
        "17",
        "46 y",
        "female",
        "evans",
        "130 g/L",
        "71 g/L",
        "28/15 umol/L",
        "18/21 umol/L",
        "1.2 mg/dL",
        "21",
    ),
    *("unknown", "keep", "back", "yes", "no", "normal", "2", "1.1x"),
)


@settings(max_examples=12, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(seed=st.integers(0, 10**9))
def test_whatever_is_pressed_or_typed_no_saved_answer_changes_without_its_own_reason(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Any button that was ever shown, in any order, as from two phones; anything typed."""
    chance = random.Random(seed)
    conversation = new_conversation(tmp_path_factory.mktemp("walk") / "office.db", Clock())
    clinician = conversation.people.add("clinician", "S01", "telegram", "0")
    coordinator = conversation.people.add("coordinator", "S01", "x", "1")
    ward = Ward(conversation, clinician, coordinator, coordinator)
    shown: list[str] = []

    def see(turn: Turn) -> None:
        shown.extend(one for one in presses(turn) if one and not one.startswith(("new", "again")))

    see(ward.save([*ELIGIBLE[:13], "18 umol/L", "21", *ELIGIBLE[14:-1], chance.choice(("yes", "unknown"))]))
    for _ in range(70):
        act = chance.random()
        if act < 0.1 and conversation.screenings.load("S01-0001").state == COMPLETED:
            see(asked(ward, chance.choice(conversation.screenings.load("S01-0001").dialogue.applied)))
        elif act < 0.55:
            see(ward.do(ward.clinician, f"!{chance.choice(shown[-12:] if act < 0.45 else shown)}"))
        else:
            see(ward.do(ward.clinician, chance.choice(TYPED)))
    unexplained = list(_changed_without_reason(ward))
    conversation.screenings.db.close()
    assert unexplained == []


def _changed_without_reason(ward: Ward) -> Iterator[tuple[int, str]]:
    """Read the log: an answer that is not the saved one, and for which no reason was asked in that revision."""
    saved: dict[str, tuple[str, str]] = {}
    now: dict[str, tuple[str, str]] = {}
    explained: set[str] = set()
    for entry, kind, question, value, unit, detail in ward.conversation.screenings.db.execute(
        "SELECT entry, kind, question, value, unit, detail FROM log WHERE screening = 'S01-0001' ORDER BY entry"
    ):
        said = json.loads(detail) if detail else {}
        if kind == "answer":
            now[question] = (value, unit)
            before = saved.get(question, (value, unit))
            allowed = {*REASONS} if question in explained else set()
            if before[0] == "unknown":
                allowed.add(FILLED_IN)
            if before != (value, unit) and said.get("reason") not in allowed:
                yield entry, question
        elif kind == "amend":
            explained.add(question)
        elif kind == "propose":
            explained |= {one[0] for one in said.get("given", ())}
        elif kind == "save":
            saved, explained = dict(now), set()
        elif kind == "cancel":
            now, explained = dict(saved), set()
