"""The office's card of a subject: what stands on it, how it is reached, and the way from it and back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.exchange import Reply, Turn
from bot.wording.phrases import phrases, plain
from dialogs.dialogue import STEP_KINDS
from tests.conversation.office import ELIGIBLE, Ward, press_of, presses, queried, said
from tests.conversation.playing import START

LIMIT_OF_A_MESSAGE = 4096


def card(ward: Ward, number: str = "S01-0001") -> Turn:
    return ward.do(ward.coordinator, f"!subject:{number}:0")


def correct(ward: Ward, query: Turn, *answers: str) -> Turn:
    """Correct what a query asks about, and save."""
    why = ward.do(ward.clinician, f"!{press_of(query, 'query_correct:')}")
    turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}", *answers)
    verb = "finish_save:" if any(press.startswith("finish_save:") for press in presses(turn)) else "save:"
    return ward.do(ward.clinician, f"!{press_of(turn, verb)}")


def words(ward: Ward, key: str, **values: object) -> str:
    return plain(phrases(ward.coordinator.language)(key, **values))


def text(turn: Turn) -> str:
    return plain(said(turn))


# what stands on it ---------------------------------------------------------------------------------


def test_a_saved_screening_has_verdict_time_person_and_answers(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    shown = text(card(ward))
    assert words(ward, "verdict_eligible") in shown.partition("\n")[0]
    assert all(part in shown for part in ("2026-11-23 09:30 UTC+08:00", "S01-P01", "72 g/L", "AIHA"))
    assert "<blockquote expandable>" in said(card(ward))


def test_what_is_not_met_is_said_with_the_answers_that_decided(ward: Ward) -> None:
    _, query = queried(ward)
    correct(ward, query, "120 g/L")
    shown = text(card(ward))
    assert words(ward, "verdict_ineligible") in shown.partition("\n")[0]
    assert all(part in shown for part in ("I2b", "100 g/L", "120 g/L"))
    assert "72 g/L" not in shown


def test_what_is_missing_is_named_with_who_can_say_it(ward: Ward) -> None:
    ward.save([*ELIGIBLE[:-1], "unknown"])
    question = ward.conversation.screenings.load("S01-0001").protocol.question("consent_willing")
    language = ward.coordinator.language
    told = words(ward, "noted", what=question.short[language], note=question.supplier[language])
    assert words(ward, "missing", questions=told) in text(card(ward))


def test_a_disagreement_stands_on_it_until_another_verdict_is_saved(ward: Ward) -> None:
    _, query = queried(ward)
    ward.do(ward.clinician, "!disagree_why:S01-0001:21:0")
    told = words(ward, "subject_disagreement", person="S01-P01", reason=words(ward, "reason_reading"))
    assert told in text(card(ward))
    correct(ward, query, "95 g/L")
    assert told not in text(card(ward))


def test_while_it_is_revised_the_saved_verdict_and_its_answers_are_shown(ward: Ward) -> None:
    _, query = queried(ward)
    why = ward.do(ward.clinician, f"!{press_of(query, 'query_correct:')}")
    ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}", "120 g/L")
    turn = card(ward)
    assert words(ward, "subject_revised") in text(turn)
    assert "72 g/L" in text(turn)
    assert "120 g/L" not in text(turn)
    assert words(ward, "verdict_eligible") in text(turn)
    assert [press.partition(":")[0] for press in presses(turn)] == ["history", "subjects"]


@pytest.mark.parametrize("end", ["open", "cancelled"])
def test_without_a_verdict_none_is_said_and_nothing_can_be_asked_or_noted(ward: Ward, end: str) -> None:
    turn = ward.do(ward.clinician, "/new", "45")
    if end == "cancelled":
        sure = ward.do(ward.clinician, "/cancel")
        ward.do(ward.clinician, f"!{press_of(sure, 'cancel_yes:')}")
    turn = card(ward)
    assert words(ward, "subject_unsaved", number="S01-0001") in text(turn)
    assert words(ward, f"subject_{end}", at="2026-11-23 09:30 UTC+08:00", person="S01-P01") in text(turn)
    assert [press.partition(":")[0] for press in presses(turn)] == ["history", "subjects"]


def test_queries_are_open_confirmed_or_corrected(ward: Ward) -> None:
    _, query = queried(ward)
    haemoglobin = {"en": "Haemoglobin", "zh": "血红蛋白"}[ward.coordinator.language]
    asked = {"question": haemoglobin, "query": words(ward, "query_source")}
    assert words(ward, "subject_query_open", **asked) in text(card(ward))
    ward.do(ward.clinician, f"!{press_of(query, 'query_confirm:')}")
    assert words(ward, "subject_query_confirmed", **asked) in text(card(ward))
    which = ward.do(ward.coordinator, "/query 1")
    what = ward.do(ward.coordinator, f"!{presses(which)[3]}")
    sent = ward.do(ward.coordinator, f"!{press_of(what, 'query_send:')}")
    correct(ward, sent.others[0][1], "95 g/L")
    assert words(ward, "subject_query_corrected", **asked) in text(card(ward))


def test_linked_screenings_lead_to_one_another_and_share_the_outcome(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.coordinator, "/outcome 1")
    day = ward.do(ward.coordinator, f"!{press_of(turn, 'outcome_what:')}")
    ward.do(ward.coordinator, f"!{press_of(day, 'outcome_on:')}")
    ward.do(ward.clinician, "/new S01-0001", "45")
    first, second = card(ward), card(ward, "S01-0002")
    assert words(ward, "subject_again", numbers="S01-0002") in text(first)
    assert words(ward, "subject_earlier", numbers="S01-0001") in text(second)
    assert press_of(first, "subject:S01-0002")
    assert press_of(second, "subject:S01-0001")
    noted = words(ward, "outcome_on", outcome=words(ward, "outcome_referred"), day="2026-11-23")
    assert noted in text(first)
    assert noted in text(second)


def test_the_longest_card_is_one_message(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for place in range(12):
        which = ward.do(ward.coordinator, "/query 1")
        what = ward.do(ward.coordinator, f"!{presses(which)[place]}")
        ward.do(ward.coordinator, f"!{press_of(what, 'query_send:')}")
    assert len(said(card(ward))) < LIMIT_OF_A_MESSAGE


# how it is reached ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["1", "0001", "S01-0001", "s01-1", "S01–0001", "１", " 1 ", "#1"])
@pytest.mark.parametrize("command", ["/open", "/recent", "/subject", ""])
def test_its_number_shows_it(ward: Ward, command: str, typed: str) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.coordinator, f"{command} {typed}")
    assert said(turn) == said(card(ward))
    assert [press.partition(":")[0] for press in presses(turn)] == ["query", "outcome", "history", "subjects"]


def test_a_number_that_there_is_not_shows_nothing_of_another_site(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for typed in ("1", "S01-0001", "/open S01-0001", "/recent 1", "/subject S01-0001"):
        turn = ward.do(ward.stranger_office, typed)
        assert not presses(turn)
        assert "S01-0001" not in said(turn)


@pytest.mark.parametrize("command", ["/open", "/recent", "/subject"])
def test_what_is_no_number_is_told_so_beside_the_list_and_not_repeated(ward: Ward, command: str) -> None:
    ward.save([*ELIGIBLE[:-1], "unknown"])
    for typed in ("9", "Li Hua"):
        turn = ward.do(ward.coordinator, f"{command} {typed}")
        assert said(turn).startswith(phrases(ward.coordinator.language)("office_no_such", site="S01"))
        assert "Li Hua" not in said(turn)
        assert presses(turn) == ["subject:S01-0001:0"]


def test_what_somebody_who_screens_types_is_an_answer_and_no_number(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    administrator = ward.conversation.people.add("administrator", "S01", "telegram", "7")
    turn = ward.do(administrator, "/new", "1")
    assert not any(press.startswith("history:") for press in presses(turn))
    assert any(press.startswith("history:") for press in presses(ward.do(administrator, "/subject 1")))


@pytest.mark.parametrize("command", ["/open", "/recent"])
def test_administrators_see_their_own_as_clinicians_do_and_others_as_the_office(
    ward: Ward, command: str
) -> None:
    ward.save(ELIGIBLE)
    administrator = ward.conversation.people.add(
        "administrator", "S01", "telegram", "7", ward.clinician.language
    )
    turn = ward.do(administrator, "/new", *ELIGIBLE)
    own = ward.do(administrator, f"!{press_of(turn, 'save:')}")
    assert presses(ward.do(administrator, f"{command} 2")) == presses(own)
    assert said(ward.do(administrator, f"{command} 1")) == said(card(ward))
    assert "S01-0009" not in said(ward.do(administrator, f"{command} 9"))


@pytest.mark.parametrize("command", ["/open", "/recent", "/subject"])
def test_lists_have_days_and_lead_to_it(ward: Ward, command: str) -> None:
    for _ in range(2):
        ward.save([*ELIGIBLE[:-1], "unknown"])
        ward.conversation.screenings.clock.now += timedelta(days=1)  # type: ignore[attr-defined]  # the ward has a clock to be set
    turn = ward.do(ward.coordinator, command)
    assert "S01-0002 2026-11-24" in said(turn)
    assert "S01-0001 2026-11-23" in said(turn)
    newest, first = presses(turn)
    assert "S01-0002" in said(ward.do(ward.coordinator, f"!{newest}")).partition("\n")[0]
    assert "S01-0001" in said(ward.do(ward.coordinator, f"!{first}")).partition("\n")[0]


def test_every_note_leads_to_it(ward: Ward) -> None:
    turns = [ward.save(ELIGIBLE)]
    sent = _ask_about_haemoglobin(ward)
    turns.append(ward.do(ward.clinician, f"!{press_of(sent.others[0][1], 'query_confirm:')}"))
    sent = _ask_about_haemoglobin(ward)
    turns.append(correct(ward, sent.others[0][1], "120 g/L"))
    for turn in turns:
        ((code, note),) = turn.others
        assert code == ward.coordinator.code
        (press,) = presses(note)
        assert said(ward.do(ward.coordinator, f"!{press}")) == said(card(ward))
        assert not any(value in said(note) for value in ("72", "120", "AIHA"))


def _ask_about_haemoglobin(ward: Ward) -> Turn:
    which = ward.do(ward.coordinator, "/query 1")
    what = ward.do(ward.coordinator, f"!{presses(which)[3]}")
    return ward.do(ward.coordinator, f"!{press_of(what, 'query_send:')}")


# from it and back ----------------------------------------------------------------------------------


def test_all_that_it_leads_to_leads_back(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    stand = card(ward)
    seen = set()
    for verb in ("query", "outcome", "history"):
        turn = ward.do(ward.coordinator, f"!{press_of(stand, f'{verb}:')}")
        while True:
            assert press_of(turn, "subject:S01-0001"), verb
            assert isinstance(turn.actions[-1], Reply)
            seen.add(verb)
            onward = [p for p in presses(turn) if p.startswith(("query_what", "outcome_what"))]
            if not onward:
                break
            turn, verb = ward.do(ward.coordinator, f"!{onward[0]}"), onward[0].partition(":")[0]
    assert seen == {"query", "query_what", "outcome", "outcome_what", "history"}


def test_what_is_pressed_moves_on_in_place(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.coordinator, "/recent")
    for press in (
        "subject:",
        "query:",
        "query_what:",
        "subject:",
        "outcome:",
        "outcome_what:",
        "subject:",
        "history:",
    ):
        turn = ward.do(ward.coordinator, f"!{press_of(turn, press)}")
        (reply,) = turn.actions
        assert isinstance(reply, Reply)
        assert reply.in_place, press
    turn = ward.do(ward.coordinator, f"!{press_of(card(ward), 'subjects')}")
    assert said(turn) == said(ward.do(ward.coordinator, "/recent"))


def test_after_a_query_was_sent_it_stands_on_the_card(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = _ask_about_haemoglobin(ward)
    assert words(ward, "query_sent", number="S01-0001", person="S01-P01") in text(turn)
    assert said(turn).endswith(said(card(ward)))


# history -------------------------------------------------------------------------------------------


def history(ward: Ward) -> list[str]:
    return text(ward.do(ward.coordinator, "!history:S01-0001:0")).split("\n")


def test_the_history_says_who_did_what_and_when_the_newest_last(ward: Ward) -> None:
    clock = ward.conversation.screenings.clock
    ward.save(ELIGIBLE)
    clock.now = START + timedelta(days=1)  # type: ignore[attr-defined]  # the ward has a clock to be set
    sent = _ask_about_haemoglobin(ward)
    clock.now = START + timedelta(days=1, minutes=9)  # type: ignore[attr-defined]
    correct(ward, sent.others[0][1], "95 g/L")
    turn = ward.do(ward.coordinator, "/outcome 1")
    day = ward.do(ward.coordinator, f"!{press_of(turn, 'outcome_what:')}")
    noted = ward.do(ward.coordinator, f"!{press_of(day, 'outcome_on:')}")
    why = ward.do(ward.coordinator, f"!{press_of(noted, 'outcome_undo:')}")
    ward.do(ward.coordinator, f"!{press_of(why, 'outcome_undone:')}")
    haemoglobin = {"en": "Haemoglobin", "zh": "血红蛋白"}[ward.coordinator.language]
    mistake = words(ward, "amend_transcription")
    changed = words(ward, "history_changed", question=haemoglobin, before="72 g/L", now="95 g/L")
    eligible = words(ward, "history_save", verdict=words(ward, "verdict_eligible"))
    assert history(ward) == [
        words(ward, "history_title", number="S01-0001"),
        "2026-11-23 UTC+08:00",
        f"09:30 S01-P01 {words(ward, 'history_start')}",
        f"09:30 S01-P01 {words(ward, 'history_answers', n=18)}",
        f"09:30 S01-P01 {eligible}",
        "2026-11-24 UTC+08:00",
        "09:30 S01-P02 "
        + words(ward, "history_query", question=haemoglobin, query=words(ward, "query_source")),
        f"09:39 S01-P01 {words(ward, 'history_amend', question=haemoglobin)}",
        f"09:39 S01-P01 {words(ward, 'noted', what=changed, note=mistake)}",
        f"09:39 S01-P01 {eligible}",
        "09:39 S01-P02 "
        + words(ward, "history_outcome", outcome=words(ward, "outcome_referred"), day="2026-11-24"),
        f"09:39 S01-P02 {words(ward, 'history_outcome_withdrawn', reason=words(ward, 'undo_mistake'))}",
    ]


def test_every_kind_of_entry_can_be_told(ward: Ward) -> None:
    """What was confirmed, disagreed with, filled in, cancelled: each has words, whatever its detail holds."""
    saved = ward.save([*ELIGIBLE[:-1], "unknown"])
    ward.do(ward.clinician, f"!{press_of(saved, 'disagree:')}", "!disagree_why:S01-0001:20:0")
    sent = _ask_about_haemoglobin(ward)
    ward.do(ward.clinician, f"!{press_of(sent.others[0][1], 'query_confirm:')}")
    ward.do(ward.clinician, "!reopen:S01-0001:0", "/cancel", "!cancel_yes:S01-0001:24")
    ward.do(ward.clinician, "!reopen:S01-0001:0", "yes")
    kinds = {
        kind
        for (kind,) in ward.conversation.screenings.db.execute("SELECT DISTINCT kind FROM log").fetchall()
    }
    assert {"disagree", "query", "query_answer", "reopen", "cancel", "answer", "save", "start"} <= kinds
    told = history(ward)
    haemoglobin = {"en": "Haemoglobin", "zh": "血红蛋白"}[ward.coordinator.language]
    assert any(line.endswith(words(ward, "history_query_answer", question=haemoglobin)) for line in told)
    assert any(words(ward, "history_disagree", reason="").strip() in line for line in told)
    assert sum(words(ward, "history_reopen") in line for line in told) == 2


def test_steps_that_lead_through_a_dialogue_are_not_told() -> None:
    told = {key.removeprefix("history_") for key in phrases("en").texts if key.startswith("history_")}
    assert set(STEP_KINDS) - told - {"answer"} == {"propose", "back", "correct", "continue", "finish"}


def test_a_long_history_shows_the_newest_and_how_many_are_left_out(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for _ in range(20):
        sent = _ask_about_haemoglobin(ward)
        ward.do(ward.clinician, f"!{press_of(sent.others[0][1], 'query_confirm:')}")
    told = history(ward)
    assert told[1] == words(ward, "history_more", n=13)
    assert len(told) == 33
    assert sum(map(len, told)) < LIMIT_OF_A_MESSAGE


def test_another_sites_coordinator_sees_neither_card_nor_history(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for press in ("subject:S01-0001:0", "history:S01-0001:0"):
        turn = ward.do(ward.stranger_office, f"!{press}")
        assert (turn.actions, bool(turn.toast)) == ([], True)
