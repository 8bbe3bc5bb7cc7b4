"""The coordinator's day in the conversation: queries, outcomes, open items, notes on candidates."""

from __future__ import annotations

from datetime import timedelta

from bot.exchange import Reply
from bot.wording.cards import with_advice_to_delete
from bot.wording.phrases import phrases
from tests.conversation.office import ELIGIBLE, Ward, press_of, presses, queried, said


def test_coordinators_of_the_site_hear_of_a_candidate_by_number_only(ward: Ward) -> None:
    turn = ward.save(ELIGIBLE)
    assert [code for code, _ in turn.others] == [ward.coordinator.code]
    (note,) = turn.others[0][1].actions
    assert isinstance(note, Reply)
    assert "S01-0001" in note.text
    assert not any(word in note.text for word in ("AIHA", "72", "45"))


def test_the_note_can_be_switched_off_and_on_and_twice_is_once(ward: Ward) -> None:
    off = press_of(ward.do(ward.coordinator, "/notify"), "notify:")
    assert ward.conversation.people.get(ward.coordinator.code).notified
    on = press_of(ward.do(ward.coordinator, f"!{off}", f"!{off}"), "notify:")
    assert ward.save(ELIGIBLE).others == []
    ward.do(ward.coordinator, f"!{on}", f"!{on}")
    assert len(ward.save(ELIGIBLE).others) == 1


def test_who_switched_the_notes_off_still_hears_that_a_candidate_is_none_any_more(ward: Ward) -> None:
    _, card = queried(ward)
    ward.do(ward.coordinator, f"!{press_of(ward.do(ward.coordinator, '/notify'), 'notify:')}")
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}", "130 g/L")
    saved = ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    assert [code for code, _ in saved.others] == [ward.coordinator.code]


def test_an_undetermined_screening_is_no_candidate(ward: Ward) -> None:
    assert ward.save([*ELIGIBLE[:-1], "unknown"]).others == []


def test_a_query_is_confirmed_and_the_verdict_stays(ward: Ward) -> None:
    _, card = queried(ward)
    ward.do(ward.clinician, f"!{press_of(card, 'query_confirm:')}")
    log = ward.conversation.screenings.db.execute(
        "SELECT kind, question FROM log ORDER BY entry DESC LIMIT 2"
    ).fetchall()
    assert log == [("query_answer", "hemoglobin"), ("query", "hemoglobin")]
    assert ward.verdicts() == [("S01-0001", "eligible")]


def test_a_query_is_answered_once(ward: Ward) -> None:
    _, card = queried(ward)
    ward.do(ward.clinician, f"!{press_of(card, 'query_confirm:')}")
    again = ward.do(ward.clinician, f"!{press_of(card, 'query_confirm:')}")
    assert again.toast
    assert ward.conversation.screenings.db.execute(
        "SELECT count(*) FROM log WHERE kind = 'query_answer'"
    ).fetchone() == (1,)


def test_a_corrected_answer_gives_a_new_verdict_and_the_earlier_one_stays(ward: Ward) -> None:
    _, card = queried(ward)
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}")
    excluded = ward.do(ward.clinician, "120 g/L")
    ward.do(ward.clinician, f"!{press_of(excluded, 'finish_save:')}")
    assert ward.verdicts() == [("S01-0001", "eligible"), ("S01-0001", "ineligible")]
    ward.conversation.screenings._loaded.clear()
    assert ward.conversation.screenings.load("S01-0001").dialogue.failed_codes == ("I2b",)


def test_another_sites_coordinator_sees_and_asks_nothing(ward: Ward) -> None:
    queried(ward)
    before = ward.conversation.screenings.db.execute("SELECT count(*) FROM log").fetchone()
    for text in (
        "/query S01-0001",
        "/outcome S01-0001",
        "/open",
        "/recent",
        "!query_what:S01-0001:21:0",
        "!outcome:S01-0001:22",
        "!outcome_what:S01-0001:22:0",
        "!outcome_on:S01-0001:22:0:2026-11-23",
        "!outcome_undo:S01-0001:22",
    ):
        turn = ward.do(ward.stranger_office, text)
        assert not any("aiha" in action.text.lower() for action in turn.actions if isinstance(action, Reply))
        assert turn.others == []
    assert ward.conversation.screenings.db.execute("SELECT count(*) FROM log").fetchone() == before


def test_a_clinician_has_no_coordinators_commands(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    before = ward.conversation.screenings.db.execute("SELECT count(*) FROM log").fetchone()
    for text in (
        "/query S01-0001",
        "/outcome S01-0001",
        "!query_what:S01-0001:21:0",
        "!outcome_on:S01-0001:20:0:2026-11-23",
        "!outcome_on:S01-0001:21:0:2026-11-23",
        "!outcome_undone:S01-0001:21:0",
        "!query_send:S01-0001:21:0:source",
    ):
        ward.do(ward.clinician, text)
    assert ward.conversation.screenings.db.execute("SELECT count(*) FROM log").fetchone() == before


def test_open_items_say_what_is_missing_and_for_how_long(ward: Ward) -> None:
    ward.save([*ELIGIBLE[:-1], "unknown"])
    clock = ward.conversation.screenings.clock
    clock.now += timedelta(days=3)  # type: ignore[attr-defined]  # the ward has a clock to be set
    day = ward.do(ward.coordinator, f"!{press_of(ward.do(ward.coordinator, '/outcome 1'), 'outcome_what:')}")
    ward.do(ward.coordinator, f"!{press_of(day, 'outcome_on:')}")  # does not make it younger
    (told,) = ward.do(ward.coordinator, "/open").actions
    assert isinstance(told, Reply)
    assert "S01-0001 2026-11-23" in told.text
    assert "3 d" in told.text or "3天" in told.text
    assert any(word in told.text for word in ("Willing to take part", "参加意愿"))


def test_a_button_from_before_a_revision_asks_about_no_other_answer(ward: Ward) -> None:
    """Of a woman one question more is asked: the places of all answers behind it have changed."""
    ward.save(ELIGIBLE)
    listed = presses(ward.do(ward.coordinator, "/query 1"))
    sex, ecog = (
        listed[ward.conversation.screenings.load("S01-0001").dialogue.applied.index(q)]
        for q in ("sex", "ecog")
    )
    asked = ward.do(ward.coordinator, f"!{sex}")
    _, card = ward.do(ward.coordinator, f"!{press_of(asked, 'query_send:')}").others[0]
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}", "female", "neither")
    ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    turn = ward.do(ward.coordinator, f"!{ecog}")
    assert not any(press.startswith("query_send:") for press in presses(turn))
    assert turn.toast is not None
    asked = ward.do(ward.coordinator, f"!{presses(turn)[12]}")
    assert ward.do(ward.coordinator, f"!{press_of(asked, 'query_send:')}").others
    last = ward.conversation.screenings.db.execute(
        "SELECT question FROM queries ORDER BY entry DESC"
    ).fetchone()
    assert last == ("ecog",)


def test_an_answer_that_was_changed_since_is_not_confirmed_unseen(ward: Ward) -> None:
    """A query on haemoglobin waits while a revision of other reasons changes it: the card is shown again."""
    ward.save([*ELIGIBLE[:-1], "unknown"])
    which = ward.do(ward.coordinator, "/query 1")
    asked = ward.do(ward.coordinator, f"!{presses(which)[3]}")
    _, card = ward.do(ward.coordinator, f"!{press_of(asked, 'query_send:')}").others[0]
    confirm = press_of(card, "query_confirm:")
    ward.do(ward.clinician, "!reopen:S01-0001:0", "yes")
    entry = ward.conversation.screenings.load("S01-0001").entries
    turn = ward.do(ward.clinician, f"!correct:S01-0001:{entry}:3", "95 g/L")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'reason:')}")
    ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    again = ward.do(ward.clinician, f"!{confirm}")
    states = "SELECT state FROM queries"
    assert ward.conversation.screenings.db.execute(states).fetchall() == [("open",)]
    assert any("95 g/L" in action.text for action in again.actions if isinstance(action, Reply))
    ward.do(ward.clinician, f"!{press_of(again, 'query_confirm:')}")
    assert ward.conversation.screenings.db.execute(states).fetchall() == [("confirmed",)]


def test_what_is_typed_below_buttons_is_not_kept_and_is_told_so(ward: Ward) -> None:
    say = phrases(ward.clinician.language)
    buttons = say("kept_nothing_buttons")
    queried(ward)
    assert said(ward.do(ward.clinician, "98 g/L")) == buttons
    asked = ward.do(ward.coordinator, "/outcome 1")
    day = ward.do(ward.coordinator, f"!{press_of(asked, 'outcome_what:')}")
    assert press_of(day, "outcome_on:")
    dated = with_advice_to_delete(buttons, "2026-11-26", say)
    assert said(ward.do(ward.coordinator, "2026-11-26")) == dated != buttons


def test_nobody_is_told_of_a_command_that_is_not_theirs(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    assert "/new" not in said(ward.do(ward.coordinator, "and now?"))


def test_the_newest_saved_ones_are_the_last_saved(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    ward.save(ELIGIBLE)
    screenings = ward.conversation.screenings
    screenings.note(screenings.load("S01-0001"), "disagree", ward.clinician.code, {"reason": "data"})
    listed = presses(ward.do(ward.coordinator, "/query"))
    assert [press.split(":")[1] for press in listed] == ["S01-0002", "S01-0001"]


# the answer to a query -----------------------------------------------------------------------------


def test_who_asked_hears_once_that_a_query_was_confirmed(ward: Ward) -> None:
    _, card = queried(ward)
    confirm = press_of(card, "query_confirm:")
    ((code, note),) = ward.do(ward.clinician, f"!{confirm}").others
    assert code == ward.coordinator.code
    assert "S01-0001" in said(note)
    assert ward.do(ward.clinician, f"!{confirm}").others == []


def test_who_asked_hears_of_a_correction_when_it_is_saved_in_one_note_with_the_verdict(ward: Ward) -> None:
    _, card = queried(ward)
    say = phrases(ward.coordinator.language)
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}", "120 g/L")
    assert turn.others == []
    ((code, note),) = ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}").others
    assert code == ward.coordinator.code
    assert say("verdict_ineligible") in said(note)
    haemoglobin = {"en": "Haemoglobin", "zh": "血红蛋白"}[say.language]
    assert say("query_note_corrected", number="S01-0001", question=haemoglobin) in said(note)
    assert len(presses(note)) == 1


def test_a_revision_that_was_given_up_answers_no_query(ward: Ward) -> None:
    _, card = queried(ward)
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}", "95 g/L")
    sure = ward.do(ward.clinician, "/cancel")
    turn = ward.do(ward.clinician, f"!{press_of(sure, 'cancel_yes:')}")
    assert turn.others == []


def test_who_may_not_see_the_screening_any_more_hears_nothing_of_the_answer(ward: Ward) -> None:
    _, card = queried(ward)
    ward.conversation.people.change(ward.coordinator.code, site="S02")
    assert ward.do(ward.clinician, f"!{press_of(card, 'query_confirm:')}").others == []


# lists without a number ----------------------------------------------------------------------------


def test_outcome_offers_those_of_whom_something_can_still_be_noted(ward: Ward) -> None:
    for _ in range(2):
        ward.save(ELIGIBLE)
    turn = ward.do(ward.coordinator, "/outcome 1")
    declined = next(
        press for press in presses(turn) if press.startswith("outcome_what:") and press[-1] == "3"
    )
    day = ward.do(ward.coordinator, f"!{declined}")
    ward.do(ward.coordinator, f"!{press_of(day, 'outcome_on:')}")
    listed = [press.split(":")[1] for press in presses(ward.do(ward.coordinator, "/outcome"))]
    assert listed == ["S01-0002"]
    listed = [press.split(":")[1] for press in presses(ward.do(ward.coordinator, "/query"))]
    assert listed == ["S01-0002", "S01-0001"]


def test_an_answered_query_is_not_told_again_when_another_is(ward: Ward) -> None:
    _, card = queried(ward)
    for value, place in (("95 g/L", None), ("94 g/L", 3)):
        if place is not None:
            which = ward.do(ward.coordinator, "/query 1")
            what = ward.do(ward.coordinator, f"!{presses(which)[place]}")
            card = ward.do(ward.coordinator, f"!{press_of(what, 'query_send:')}").others[0][1]
        why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
        turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}", value)
        ((_, note),) = ward.do(ward.clinician, f"!{press_of(turn, 'save:')}").others
        assert len(said(note).split("\n")) == 1


def test_a_coordinator_is_greeted_as_one_and_offered_no_screening(ward: Ward) -> None:
    greeted = ward.do(ward.coordinator, "/start")
    assert said(greeted).startswith(phrases(ward.coordinator.language)("welcome_office", site="S01"))
    assert presses(greeted) == ["subjects"]
    for text in ("/start", "/help", "/recent", "/open", "/query", "/outcome", "hello"):
        turn = ward.do(ward.coordinator, text)
        assert "new" not in presses(turn)
        assert "/new" not in said(turn)


def test_what_was_confirmed_stays_in_the_chat_of_who_confirmed_it(ward: Ward) -> None:
    _, card = queried(ward)
    (told,) = ward.do(ward.clinician, f"!{press_of(card, 'query_confirm:')}").actions
    assert isinstance(told, Reply)
    assert told.in_place
    assert "72 g/L" in told.text
    assert "S01-0001" in told.text


def test_who_answers_a_query_of_their_own_is_told_nothing(ward: Ward) -> None:
    administrator = ward.conversation.people.add("administrator", "S01", "telegram", "7")
    turn = ward.do(administrator, "/new", *ELIGIBLE)
    ward.do(administrator, f"!{press_of(turn, 'save:')}")
    which = ward.do(administrator, "/query 1")
    what = ward.do(administrator, f"!{presses(which)[3]}")
    ((code, card),) = ward.do(administrator, f"!{press_of(what, 'query_send:')}").others
    assert code == administrator.code
    assert ward.do(administrator, f"!{press_of(card, 'query_confirm:')}").others == []


def test_who_is_to_correct_an_answer_can_go_back_to_the_query(ward: Ward) -> None:
    _, card = queried(ward)
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    again = ward.do(ward.clinician, f"!{press_of(why, 'query_card:')}")
    assert said(again) == said(card)
    assert presses(again) == presses(card)
    ward.do(ward.clinician, f"!{press_of(again, 'query_confirm:')}")
    gone = ward.do(ward.clinician, f"!{press_of(why, 'query_card:')}")
    assert (gone.actions, bool(gone.toast)) == ([], True)


def test_a_short_number_that_there_is_not_is_said_to_be_none_and_the_newest_are_offered(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    ward.do(ward.coordinator, "/outcome 1")
    told = ward.do(ward.coordinator, "99")
    assert phrases(ward.coordinator.language)("office_no_such", site="S01") in said(told)
    assert any("S01-0001" in press for press in presses(told))
    assert presses(ward.do(ward.coordinator, "99999")) == []  # may be anything


def test_a_number_below_the_question_of_somebody_who_screened_is_not_said_to_be_no_screenings(
    ward: Ward,
) -> None:
    ward.do(ward.clinician, "/new")
    ward.conversation.people.change(ward.clinician.code, role="coordinator")
    told = ward.do(ward.clinician, "45")
    assert told.untaken
    assert phrases(ward.clinician.language)("office_no_such", site="S01") not in said(told)
    assert "history" in presses(ward.do(ward.clinician, "1"))[0]


def test_what_is_in_progress_stands_below_what_is_undetermined_or_by_itself(ward: Ward) -> None:
    say = phrases(ward.coordinator.language)
    ward.do(ward.clinician, "/new", "45")
    running = say("office_running", numbers="S01-0001")
    told = said(ward.do(ward.coordinator, "/open"))
    assert told == "\n".join((say("office_all_determined", site="S01"), running))
    ward.save([*ELIGIBLE[:-1], "unknown"])
    undetermined, below = said(ward.do(ward.coordinator, "/open")).rsplit("\n", 1)
    assert "S01-0002" in undetermined
    assert below == running
