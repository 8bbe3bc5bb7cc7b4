"""Several trials in one conversation: which trials it has, what it says of each, and the screenings that come of it."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from bot.conversation import Conversation
from bot.exchange import Reply, Turn
from bot.wording.phrases import phrases, plain
from dialogs.answers import UNKNOWN, Measurement
from dialogs.dialogue import REVIEW, Step
from dialogs.languages import words
from dialogs.loading import load, parse_protocol
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import merged
from state.database import open_database, path_of
from state.errors import NotKept, Stale
from state.matchings import to_open
from state.people import Person
from state.screenings import Screening, Screenings
from state.verify import verify
from tests.conversation.office import LANGUAGES, buttons, labels, offering, opening, press_of, said, staffed
from tests.conversation.test_trials import Site

TRIALS = tuple(map(load, ("EXAMPLE-DM2", "EXAMPLE-MDD", "NCT04420494")))
OLD = Measurement("=", Decimal(90), "a")
DAYS = {"en": "23 November 2029", "zh": "2029年11月23日"}


@pytest.fixture(params=LANGUAGES)
def site(conversation: Conversation, request: pytest.FixtureRequest) -> Site:
    ward = staffed(offering(conversation, *TRIALS), request.param)
    return Site(ward, conversation.people.add("administrator", "S01", "telegram", "7", request.param))


def begin(site: Site) -> Turn:
    return site.press(
        site.ward.clinician, site.ward.do(site.ward.clinician, "/new"), site.words("all_trials")
    )


def begun(site: Site) -> list[str]:
    return [number for number, _ in site.begun()]


def press(site: Site, turn: Turn, key: str, **values: object) -> Turn:
    label = site.words(key, **values)
    if key == "go_on_with":
        label = opening(turn, str(values["id"]), phrases(site.ward.clinician.language))
    return site.press(site.ward.clinician, turn, label)


def test_all_trials_stand_before_each_and_begin_one_matching_however_often_they_are_tapped(
    site: Site,
) -> None:
    offered = site.ward.do(site.ward.clinician, "/new")
    assert labels(offered)[0] == site.words("all_trials")
    first = site.press(site.ward.clinician, offered, site.words("all_trials"))
    again = site.press(site.ward.clinician, offered, site.words("all_trials"))
    assert begun(site) == ["S01-M0001"]
    assert site.words("progress_matching", number="S01-M0001", possible=3, of=3, left=42) in plain(
        said(again)
    )
    assert "NCT04420494" in plain(said(first))


def test_a_trial_that_is_paused_is_not_in_it_and_of_one_alone_there_is_none(site: Site) -> None:
    site.change("EXAMPLE-MDD", "trial_pause")
    assert "EXAMPLE-MDD" not in said(begin(site))
    site.change("EXAMPLE-DM2", "trial_close")
    site.ward.do(site.ward.clinician, "/new")
    assert site.begun()[0] == ("S01-0001", "NCT04420494")


def test_a_trial_that_is_ruled_out_is_said_in_one_line_and_the_rest_goes_on(site: Site) -> None:
    begin(site)
    told = plain(said(site.ward.do(site.ward.clinician, "45")))
    assert [line for line in told.split("\n") if "EXAMPLE-MDD" in line and "I1" in line]
    assert site.words("progress_matching", number="S01-M0001", possible=2, of=3, left=32) in told
    corrected = site.ward.do(site.ward.clinician, "back", "15")
    told = plain(said(corrected))
    assert site.words("trial_possible_again", id="EXAMPLE-MDD") in told
    assert "EXAMPLE-DM2" in told


def test_help_says_of_a_question_for_how_many_trials_it_is_asked(site: Site) -> None:
    begin(site)
    told = plain(said(site.ward.do(site.ward.clinician, "/help")))
    assert site.words("asked_for_trials", n=3, of=3) in told
    assert "EXAMPLE-MDD/I1" in told
    site.ward.do(site.ward.clinician, "45")
    assert "EXAMPLE-MDD" not in plain(said(site.ward.do(site.ward.clinician, "/help")))


def test_help_says_which_trial_says_what_of_a_question_that_several_ask(site: Site) -> None:
    screenings = site.ward.conversation.screenings
    person = site.ward.clinician.code
    matching = screenings.start(
        merged([load("EXAMPLE-NSCLC"), load("NCT04420494")]), person, "S01", zone="UTC", channel="telegram"
    )
    while matching.state != "hemoglobin":
        screenings.take(matching, [Step("answer", matching.state, UNKNOWN)], person)
    told = plain(said(site.ward.do(site.ward.clinician, "/help"))).split("\n")
    assert [line for line in told if line.startswith("NCT04420494") and "100 g/L" in line]


def test_where_each_trial_stands_is_shown_at_any_time_and_leads_back(site: Site) -> None:
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "45"), "where_we_stand")
    told = plain(said(shown))
    for trial in TRIALS:
        assert f"{trial.id} {trial.title[site.ward.clinician.language]}" in told
    assert told.index("NCT04420494") < told.index("EXAMPLE-MDD")
    assert site.words("stands_open", n=11) in told
    back = press(site, shown, "back_to_question")
    assert "BMI" in said(back)
    assert len(begun(site)) == 1


def test_what_time_heals_is_said_of_a_trial(site: Site) -> None:
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "15"), "where_we_stand")
    assert plain(said(shown)).count(site.words("again_by", day=DAYS[site.ward.clinician.language])) == 2


def test_at_the_end_it_is_said_that_who_is_ruled_out_for_a_time_is_followed_up_only_where_opened(
    site: Site,
) -> None:
    not_listed = site.words("not_listed")
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "15"), "where_we_stand")
    assert not_listed not in plain(said(shown)), "it is not the end"
    end = press(site, shown, "finish_save")
    done = press(site, end, "finish_without")
    assert [plain(said(each)).count(not_listed) for each in (end, done)] == [1, 1]
    for trial in ("EXAMPLE-DM2", "NCT04420494"):
        shown = site.ward.do(site.ward.clinician, "/open m1")
        assert not_listed in plain(said(shown))
        press(site, shown, "go_on_with", id=trial)
    assert not_listed not in plain(said(site.ward.do(site.ward.clinician, "/open m1")))


def test_of_a_trial_that_takes_no_new_screening_it_is_not_said_that_it_can_be_opened(site: Site) -> None:
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "15"), "where_we_stand")
    press(site, press(site, shown, "finish_save"), "finish_without")
    for trial in ("EXAMPLE-DM2", "NCT04420494"):
        site.change(trial, "trial_close")
    told = plain(said(site.ward.do(site.ward.clinician, "/open m1")))
    assert site.words("again_by", day=DAYS[site.ward.clinician.language]) in told
    assert site.words("not_listed") not in told


def test_of_what_time_does_not_heal_nothing_is_said_of_lists(site: Site) -> None:
    end = at_review(site)
    assert site.words("of_part_inclusion", code="I1", what="")[:2] in plain(said(end))
    assert site.words("not_listed") not in plain(said(end))


def test_to_go_on_with_one_trial_twice_opens_one_screening_and_the_matching_can_be_resumed(
    site: Site,
) -> None:
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "45"), "where_we_stand")
    first = press(site, shown, "go_on_with", id="NCT04420494")
    assert "S01-0001" in said(first)
    press(site, shown, "go_on_with", id="NCT04420494")
    assert begun(site) == ["S01-0001", "S01-M0001"]
    listed = site.ward.do(site.ward.clinician, "/resume")
    back = press(site, listed, "button_resume", number="S01-M0001")
    assert site.words("progress_matching", number="S01-M0001", possible=2, of=3, left=11) in plain(said(back))
    again = press(site, back, "where_we_stand")
    assert "NCT04420494：S01-0001" in labels(again) or "NCT04420494: S01-0001" in labels(again)
    assert not verify(path_of(site.ward.conversation.screenings.db)).problems


@pytest.mark.parametrize(("act", "key"), [("trial_close", "closed"), ("trial_pause", "paused")])
def test_a_trial_that_is_closed_meanwhile_is_left_out_at_the_next_message(
    site: Site, act: str, key: str
) -> None:
    begin(site)
    site.change("NCT04420494", act)
    told = site.ward.do(site.ward.clinician, "45")
    assert site.words("trial_left_over", id="NCT04420494") in plain(said(told))
    shown = press(site, told, "where_we_stand")
    assert site.words(f"stands_left_{key}") in plain(said(shown))
    assert [each for each in labels(shown) if "NCT04420494" in each] == []


def test_what_goes_on_by_itself_is_not_asked_for_in_the_matching_and_said_as_it_stands_there(
    site: Site,
) -> None:
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "45"), "where_we_stand")
    press(site, shown, "go_on_with", id="NCT04420494")
    screenings, person = site.ward.conversation.screenings, site.ward.clinician.code
    own = screenings.load("S01-0001")
    while own.state != REVIEW:
        screenings.take(own, [Step("answer", own.state, UNKNOWN)], person)
    matching = site.ward.do(site.ward.clinician, "/resume m1")
    told = plain(said(press(site, matching, "where_we_stand")))
    assert site.words("named", name="S01-0001", what=site.words("state_open")) in told
    screenings.take(own, [Step("save")], person)
    told = plain(said(press(site, matching, "where_we_stand")))
    assert site.words("named", name="S01-0001", what=site.words("verdict_undetermined")) in told
    assert (
        site.words("missing", questions="")[:3]
        in told.partition("NCT04420494")[2].partition("EXAMPLE-MDD")[0]
    )
    dialogue = screenings.load("S01-M0001").dialogue
    assert isinstance(dialogue, Matching)
    assert dialogue.possible == (0,)
    assert is_sound(site)


def test_it_can_be_finished_midway_and_what_is_open_is_undetermined(site: Site) -> None:
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "45"), "where_we_stand")
    end = press(site, shown, "finish_save")
    assert site.words("not_all_asked", n=2) in plain(said(end))
    assert site.words("stands_open", n=11) not in plain(said(end))
    rest = press(site, end, "ask_the_rest")
    assert site.words("progress_matching", number="S01-M0001", possible=2, of=3, left=32) in plain(said(rest))
    end = press(site, press(site, rest, "where_we_stand"), "finish_save")
    done = press(site, end, "save_all", n=2)
    assert done.saved == ["S01-0001", "S01-0002"]
    assert sorted(site.ward.verdicts()) == [
        ("S01-0001", "undetermined"),
        ("S01-0002", "undetermined"),
        ("S01-M0001", "undetermined"),
    ]
    assert is_sound(site)
    filled = site.ward.do(site.ward.clinician, "!reopen:S01-0001:0")
    dialogue = site.ward.conversation.screenings.load("S01-0001").dialogue
    assert dialogue.state in dialogue.protocol.position, "what was not asked is asked"
    assert site.words("ask_the_rest") not in labels(filled)


def test_what_was_not_asked_is_said_so_wherever_it_is_told_and_can_be_filled_in(site: Site) -> None:
    """In the matching, and of the screenings that came out of it: cards, lists, and the text for the record."""
    clinician, coordinator = site.ward.clinician, site.ward.coordinator
    end = press(site, standing(site), "finish_save")
    saved = press(site, end, "save_all", n=2)
    card = site.ward.do(clinician, "S01-0002")
    record, own = press(site, card, "copy_record"), site.ward.do(clinician, "/open")
    office = site.ward.do(coordinator, "/open")
    for shown in (end, saved, card, record, own, office, site.ward.do(coordinator, "S01-0002")):
        told = plain(said(shown))
        assert site.words("not_asked", codes="E4") in told
        assert site.words("missing_site", codes="").strip() not in told
        assert site.words("site_silent", criterion="")[3:] not in told
    assert site.words("card_left_open", codes="")[-20:] not in plain(said(card))
    assert any(site.words("fill_in") in each for each in labels(own))
    opened = press(site, card, "fill_in")
    assert site.words("reopened", number="S01-0002") in plain(said(opened))


def test_a_correction_of_what_was_finished_midway_asks_nothing_else_and_what_was_not_asked_on_demand(
    site: Site,
) -> None:
    saved = press(site, press(site, standing(site), "finish_save"), "save_all", n=2)
    named = next(label for label in labels(saved) if "S01-0002" in label)
    listed = press(site, site.press(site.ward.clinician, saved, named), "correct_answer")
    (age,) = [each for each in labels(listed) if "45" in each]
    site.press(site.ward.clinician, listed, age)
    end = press(site, site.ward.do(site.ward.clinician, "46"), "amend_misread")
    screenings = site.ward.conversation.screenings
    assert screenings.load("S01-0002").state == REVIEW
    rest = press(site, end, "ask_the_rest")
    assert screenings.load("S01-0002").state in screenings.load("S01-0002").protocol.position
    assert screenings.load("S01-0002").dialogue.remaining > 5
    assert site.words("save") not in labels(rest)
    assert is_sound(site)


def test_a_query_about_what_was_finished_midway_asks_nothing_but_what_it_is_about(site: Site) -> None:
    press(site, press(site, standing(site), "finish_save"), "save_all", n=2)
    which = site.ward.do(site.ward.coordinator, "/query S01-0002")
    why = site.ward.do(site.ward.coordinator, f"!{press_of(which, 'query_what:')}")
    sent = site.ward.do(site.ward.coordinator, f"!{press_of(why, 'query_send:')}")
    why = site.ward.do(site.ward.clinician, f"!{press_of(sent.others[0][1], 'query_correct:')}")
    site.ward.do(site.ward.clinician, f"!{press_of(why, 'query_reason:')}", "46")
    screenings = site.ward.conversation.screenings
    assert screenings.load("S01-0002").state == REVIEW
    screenings._loaded.clear()
    assert screenings.load("S01-0002").state == REVIEW, "loaded anew, too"
    assert is_sound(site)


def test_a_yes_at_the_end_does_what_the_first_button_says(site: Site) -> None:
    yes = {"en": "yes", "zh": "是"}[site.ward.clinician.language]
    first = labels(at_review(site))[0]
    assert first == site.words("save_all", n=2)
    assert site.ward.do(site.ward.clinician, yes).saved == ["S01-0001", "S01-0002"]
    assert ("S01-M0001", "undetermined") in site.ward.verdicts()


def test_a_yes_at_the_end_saves_the_matching_alone_where_nothing_is_to_be_opened(site: Site) -> None:
    yes = {"en": "yes", "zh": "是"}[site.ward.clinician.language]
    press(site, press(site, begin(site), "where_we_stand"), "go_on_with", id="EXAMPLE-DM2")
    end = site.ward.do(site.ward.clinician, "/resume m1", "5")
    assert labels(end)[0] == site.words("finish_matching")
    site.ward.do(site.ward.clinician, yes)
    assert site.ward.verdicts() == [("S01-M0001", "ineligible")]


def test_the_end_has_the_keys_in_the_order_of_use_and_the_verdicts_below_the_answers(site: Site) -> None:
    shown = at_review(site)
    asked = [site.words("save_all", n=2)]
    asked += [site.words("go_on_with", id=trial) for trial in ("EXAMPLE-DM2", "NCT04420494")]
    asked += [site.words("open_ruled_out", id="EXAMPLE-MDD")]
    assert [each for each in labels(shown) if each in asked] == asked
    told = plain(said(shown))
    assert told.index(site.words("answers_title").strip("<b>/")) < told.index(
        plain(site.words("stands_title"))
    )


def test_an_answer_is_corrected_midway_and_then_what_is_due_is_asked(site: Site) -> None:
    begin(site)
    site.ward.do(site.ward.clinician, "45")
    shown = press(site, site.ward.do(site.ward.clinician, site.words("unknown")), "where_we_stand")
    listed = press(site, shown, "correct_answer")
    (age,) = [each for each in labels(listed) if "45" in each]
    site.press(site.ward.clinician, listed, age)
    site.ward.do(site.ward.clinician, "15")
    matching = site.ward.conversation.screenings.load("S01-M0001")
    assert matching.state not in matching.dialogue.answers
    assert matching.state in matching.protocol.position


def test_a_correction_of_a_saved_matching_asks_for_nothing_that_was_unknown(site: Site) -> None:
    saved = press(site, at_review(site), "save_all", n=2)
    before = dict(site.ward.conversation.screenings.load("S01-M0001").dialogue.answers)
    listed = press(site, saved, "correct_answer")
    (age,) = [each for each in labels(listed) if "45" in each]
    site.press(site.ward.clinician, listed, age)
    site.ward.do(site.ward.clinician, "46")
    reasons = site.ward.do(site.ward.clinician, "/resume m1")
    press(site, reasons, "amend_misread")
    matching = site.ward.conversation.screenings.load("S01-M0001")
    assert matching.state == REVIEW
    assert {**matching.dialogue.answers, "age_years": before["age_years"]} == before
    press(site, site.ward.do(site.ward.clinician, "/resume m1"), "finish_matching")
    assert ("S01-M0001", "undetermined") in site.ward.verdicts()
    assert is_sound(site)


def test_a_question_that_one_trial_alone_needs_says_so(site: Site) -> None:
    turn, alone, screenings = begin(site), 0, site.ward.conversation.screenings
    turn = site.ward.do(site.ward.clinician, "45")
    while (matching := screenings.load("S01-M0001")).state != REVIEW:
        dialogue = matching.dialogue
        assert isinstance(dialogue, Matching)
        place = dialogue.protocol.position[matching.state]
        asking = [dialogue.trials[at].protocol.id for at in dialogue.possible if place in dialogue.worth[at]]
        named = [
            trial
            for trial in ("EXAMPLE-DM2", "NCT04420494")
            if site.words("for_trial", id=trial) in said(turn)
            or dialogue.protocol.question(matching.state).ask[site.ward.clinician.language].startswith(trial)
        ]
        assert named == (asking if len(asking) < 2 else [])
        alone += len(named)
        turn = site.ward.do(site.ward.clinician, site.words("unknown"))
    assert alone > 5


NAMED = tuple(map(load, ("EXAMPLE-DM2", "EXAMPLE-NSCLC", "NCT04420494")))


def named_in(told: str) -> set[str]:
    return {trial.id for trial in NAMED if trial.id in told}


def card(turn: Turn) -> str:
    return plain([each for each in turn.actions if isinstance(each, Reply)][-1].text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_names_no_trial_that_is_ruled_out_and_the_same_ones_after_the_way_back(
    conversation: Conversation, language: str
) -> None:
    ward, fewer = staffed(offering(conversation, *NAMED), language), 0
    site = Site(ward, conversation.people.add("administrator", "S01", "telegram", "7", language))
    work_out = words("dialogs", language)["formula"]["computed"]
    answers = {"age_years": "45", "tumour_type": "Other, or small cell", "bmi": work_out}
    turn = begin(site)
    while (matching := ward.conversation.screenings.load("S01-M0001")).state != REVIEW:
        dialogue, asked = matching.dialogue, matching.state
        assert isinstance(dialogue, Matching)
        named = named_in(card(turn))
        assert named <= {dialogue.trials[at].protocol.id for at in dialogue.possible}
        fewer += named < named_in(dialogue.protocol.question(asked).ask[language])
        ward.do(ward.clinician, answers.get(asked, site.words("unknown")))
        assert named_in(card(ward.do(ward.clinician, site.words("back")))) == named, asked
        turn = ward.do(ward.clinician, answers.get(asked, site.words("unknown")))
    assert fewer, "one that two trials ask is asked for the one that is left"


def test_a_screening_that_came_out_of_it_leads_back_when_it_is_saved_as_long_as_the_matching_is_open(
    site: Site,
) -> None:
    begin(site)
    opened = press(site, site.ward.do(site.ward.clinician, "5"), "go_on_with", id="NCT04420494")
    saved = press(site, opened, "finish_save")
    back = press(site, saved, "back_to", number="S01-M0001")
    press(site, back, "finish_matching")
    card = site.ward.do(site.ward.clinician, "/recent 1")
    assert site.words("back_to", number="S01-M0001") not in labels(card)


def test_what_was_answered_in_a_screening_that_came_out_of_it_is_offered_in_the_matching(site: Site) -> None:
    press(site, press(site, begin(site), "where_we_stand"), "go_on_with", id="NCT04420494")
    site.ward.do(site.ward.clinician, "45")
    back = site.ward.do(site.ward.clinician, "/resume m1")
    (keep,) = [each for each in buttons(back) if (each.press or "").startswith("keep:")]
    assert "45" in keep.label
    kept = site.ward.do(site.ward.clinician, f"!{keep.press}")
    assert site.words("progress_matching", number="S01-M0001", possible=2, of=3, left=11) in plain(said(kept))
    assert is_sound(site)


def left_out(site: Site, shown: Turn, trial: str) -> Turn:
    return press(site, press(site, shown, "leave_one"), "leave_this", id=trial)


def test_a_trial_that_does_not_concern_the_patient_is_left_out_and_can_be_taken_in_again(site: Site) -> None:
    shown = press(site, begin(site), "where_we_stand")
    left = left_out(site, shown, "EXAMPLE-MDD")
    assert site.words("progress_matching", number="S01-M0001", possible=2, of=2, left=33) in plain(said(left))
    assert "EXAMPLE-MDD" in said(left).partition("?")[0], "what was done is said above the question"
    shown = press(site, left, "where_we_stand")
    told = plain(said(shown))
    assert site.words("stands_left_by_hand") in told.partition("EXAMPLE-MDD")[2]
    assert "EXAMPLE-MDD" not in str(labels(press(site, shown, "leave_one")))
    again = press(site, shown, "take_in", id="EXAMPLE-MDD")
    assert site.words("trial_taken_in", id="EXAMPLE-MDD") in plain(said(again))
    assert site.words("progress_matching", number="S01-M0001", possible=3, of=3, left=42) in plain(
        said(again)
    )
    press(site, shown, "take_in", id="EXAMPLE-MDD")
    assert rows(site, "SELECT kind, json_extract(detail, '$.trial') FROM log WHERE entry > 1") == [
        ("leave", "EXAMPLE-MDD"),
        ("take_in", "EXAMPLE-MDD"),
    ]
    assert is_sound(site)


def test_a_trial_that_was_left_out_takes_no_screening_and_is_not_said_to_be_ruled_out(site: Site) -> None:
    left_out(site, press(site, begin(site), "where_we_stand"), "EXAMPLE-DM2")
    shown = at_review(site)
    assert "EXAMPLE-DM2" not in str(
        [each for each in labels(shown) if each != site.words("take_in", id="EXAMPLE-DM2")]
    )
    saved = press(site, shown, "save_all", n=1)
    assert saved.saved == ["S01-0001"]
    (parts,) = rows(site, "SELECT parts FROM verdicts WHERE screening = 'S01-M0001'")
    assert "EXAMPLE-DM2" not in str(parts)
    assert is_sound(site)


def test_of_a_matching_of_which_all_was_left_out_nothing_is_asked_or_determined(site: Site) -> None:
    shown = press(site, begin(site), "where_we_stand")
    *_, turn = (left_out(site, shown, trial.id) for trial in TRIALS)
    press(site, turn, "finish_matching")
    assert site.ward.verdicts() == [("S01-M0001", "undetermined")]
    assert is_sound(site)


def test_a_trial_that_was_closed_meanwhile_is_not_gone_on_with(site: Site) -> None:
    begin(site)
    shown = press(site, site.ward.do(site.ward.clinician, "45"), "where_we_stand")
    site.change("EXAMPLE-DM2", "trial_close")
    refused = press(site, shown, "go_on_with", id="EXAMPLE-DM2")
    assert "S01-P03" in plain(said(refused))
    assert begun(site) == ["S01-M0001"]


def saved(site: Site) -> Turn:
    """A matching that rules out every trial by one answer, and is saved."""
    begin(site)
    return press(site, site.ward.do(site.ward.clinician, "5"), "finish_matching")


def test_a_saved_matching_is_told_to_nobody_and_is_no_screening_of_the_site(site: Site) -> None:
    turn = saved(site)
    assert (turn.saved, turn.others) == ([], [])
    for what in (
        "/subject",
        "/query S01-M0001",
        "/outcome S01-M0001",
        "!query:S01-M0001:1",
        "!history:S01-M0001:1",
        "/stats",
    ):
        told = site.ward.do(site.ward.coordinator, what)
        assert "S01-M0001 " not in said(told), what
        assert not [each for each in buttons(told) if "M0001" in (each.press or "")], what
    assert site.ward.verdicts() == [("S01-M0001", "ineligible")]


def test_what_was_ruled_out_can_be_opened_for_a_log_that_must_show_it(site: Site) -> None:
    turn = saved(site)
    opened = press(site, turn, "go_on_with", id="NCT04420494")
    press(site, opened, "finish_save")
    assert sorted(site.ward.verdicts()) == [("S01-0001", "ineligible"), ("S01-M0001", "ineligible")]
    log = site.ward.conversation.screenings.db.execute(
        "SELECT * FROM log WHERE screening = 'S01-0001'"
    ).fetchall()
    assert "S01-M" not in json.dumps(log)
    assert "EXAMPLE" not in json.dumps(log)


# all at once ---------------------------------------------------------------------------------------


def at_review(site: Site) -> Turn:
    """A matching in which the one trial is possible, the other two are ruled out and undetermined."""
    turn = begin(site) if not begun(site) else site.ward.do(site.ward.clinician, "/resume")
    for _ in range(200):
        state = site.ward.conversation.screenings.load("S01-M0001").state
        if state == REVIEW:
            return turn
        turn = site.ward.do(site.ward.clinician, "45" if state == "age_years" else site.words("unknown"))
    raise AssertionError("it does not end")


def rows(site: Site, sql: str) -> list[tuple[object, ...]]:
    return site.ward.conversation.screenings.db.execute(sql).fetchall()


def is_sound(site: Site) -> bool:
    return not verify(path_of(site.ward.conversation.screenings.db)).problems


def test_saving_confirms_answers_that_are_all_seen_on_whatever_page(site: Site) -> None:
    end, language = at_review(site), site.ward.clinician.language
    matching = site.ward.conversation.screenings.load("S01-M0001")
    page = site.ward.do(site.ward.clinician, f"!stands:S01-M0001:{matching.entries}")
    shorts = [matching.protocol.question(each).short[language] for each in matching.dialogue.applied]
    for shown in (end, page):
        read = re.sub("<blockquote.*?</blockquote>", "", said(shown), flags=re.DOTALL)  # the rest is at a tap
        assert site.words("source_documents") in plain(read)
        assert [each for each in shorts if each not in plain(read)] == []


def test_the_end_saves_a_screening_for_each_trial_that_is_possible(site: Site) -> None:
    shown = press(site, at_review(site), "save_all", n=2)
    assert shown.saved == ["S01-0001", "S01-0002"], "each is told to the office as one saved alone"
    assert sorted(site.ward.verdicts()) == [
        ("S01-0001", "undetermined"),
        ("S01-0002", "undetermined"),
        ("S01-M0001", "undetermined"),
    ]
    assert site.words("trial_saved", id="EXAMPLE-DM2", number="S01-0001") in plain(said(shown))
    assert site.words("open_ruled_out", id="EXAMPLE-MDD") in labels(shown), (
        "what was ruled out can be opened, too"
    )
    assert is_sound(site)
    named = next(label for label in labels(shown) if "S01-0002" in label)
    card = site.press(site.ward.clinician, shown, named)
    assert site.words("reopened", number="S01-0002") in plain(said(press(site, card, "fill_in")))
    assert rows(site, "SELECT entries FROM positions WHERE screening = 'S01-0001'") == rows(
        site, "SELECT max(entry) FROM log WHERE screening = 'S01-0001'"
    )


def test_a_second_tap_saves_nothing_twice(site: Site) -> None:
    turn = at_review(site)
    press(site, turn, "save_all", n=2)
    before = rows(site, "SELECT count(*) FROM log")
    again = press(site, turn, "save_all", n=2)
    assert again.toast
    assert again.saved == []
    assert rows(site, "SELECT count(*) FROM log") == before


def test_what_was_corrected_meanwhile_is_not_saved_by_a_press_from_before(site: Site) -> None:
    turn = at_review(site)
    moved = site.ward.conversation.screenings.load("S01-M0001")
    site.ward.conversation.screenings.take(moved, [Step("correct", "age_years")], site.ward.clinician.code)
    press(site, turn, "save_all", n=2)
    assert begun(site) == ["S01-M0001"]
    assert site.ward.verdicts() == []


@pytest.mark.parametrize("after", range(3))
def test_what_was_left_out_is_saved_by_the_next_press(
    site: Site, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file fails after some of the trials: each is kept whole or not at all."""
    turn, screenings = at_review(site), site.ward.conversation.screenings
    kept, save = list[str](), Screenings._save_verdict

    def fails(self: Screenings, screening: Screening, at: str, person: str) -> None:
        save(self, screening, at, person)
        if len(kept) == after:
            raise NotKept(screening.number)
        kept.append(screening.number)

    with monkeypatch.context() as patched:
        patched.setattr(Screenings, "_save_verdict", fails)
        with pytest.raises(NotKept):
            press(site, turn, "save_all", n=2)
    assert sorted(number for number, _ in site.ward.verdicts()) == sorted(kept)
    assert is_sound(site)
    screenings._loaded.clear()
    press(site, turn, "save_all", n=2)
    assert sorted(number for number, _ in site.ward.verdicts()) == ["S01-0001", "S01-0002", "S01-M0001"]
    assert len(begun(site)) == 3
    assert is_sound(site)


def test_of_two_processes_one_saves(site: Site) -> None:
    """Each had loaded the matching before the other one moved it."""
    at_review(site)
    one = site.ward.conversation.screenings
    other = Screenings(open_database(path_of(one.db)), one.clock)
    theirs, person = other.load("S01-M0001"), site.ward.clinician.code
    one.open_trial(one.load("S01-M0001"), "NCT04420494", person, channel="telegram", save=True)
    with pytest.raises(Stale):
        other.open_trial(theirs, "NCT04420494", person, channel="telegram", save=True)
    assert to_open(other.load("S01-M0001")) == ["EXAMPLE-DM2"]
    other.db.close()
    assert len(begun(site)) == 2
    assert is_sound(site)


def test_a_trial_that_was_opened_before_is_its_own(site: Site) -> None:
    turn = at_review(site)
    press(site, turn, "go_on_with", id="NCT04420494")
    again = site.press(
        site.ward.clinician,
        site.ward.do(site.ward.clinician, "/resume"),
        site.words("button_resume", number="S01-M0001"),
    )
    press(site, again, "save_all", n=1)
    assert sorted(number for number, _ in site.ward.verdicts()) == ["S01-0002", "S01-M0001"]
    assert begun(site).count("S01-0001") == 1


def test_a_trial_that_was_closed_meanwhile_is_left_out_and_said(site: Site) -> None:
    turn = at_review(site)
    site.change("EXAMPLE-DM2", "trial_close")
    told = press(site, turn, "save_all", n=2)
    assert site.words("trial_left_over", id="EXAMPLE-DM2") in plain(said(told))
    assert sorted(number for number, _ in site.ward.verdicts()) == ["S01-0001", "S01-M0001"]


def test_matchings_are_found_among_the_newest_screenings_of_their_person(site: Site) -> None:
    saved(site)
    begin(site)
    listed = site.ward.do(site.ward.clinician, "/recent")
    first, second = [label for label in labels(listed) if "S01-M" in label]
    assert (first.startswith("S01-M0002"), second.startswith("S01-M0001")) == (True, True)
    possible = site.words("possible_of", possible=3, of=3)
    assert first.endswith(site.words("noted", what=site.words("state_open"), note=possible)), "it is open"
    assert second.endswith(site.words("possible_of", possible=0, of=3))
    assert site.words("stands_title") in plain(said(site.press(site.ward.clinician, listed, second)))
    assert "S01-M" not in str(buttons(site.ward.do(site.ward.coordinator, "/recent")))


def test_an_undetermined_trial_of_a_saved_matching_is_gone_on_with_by_itself(site: Site) -> None:
    press(site, at_review(site), "finish_without")
    listed = site.ward.do(site.ward.clinician, "/recent")
    shown = site.press(site.ward.clinician, listed, "S01-M0001")
    assert site.words("part_as_entered", verdict=site.words("verdict_undetermined")) in plain(said(shown))
    opened = press(site, shown, "go_on_with", id="NCT04420494")
    assert site.words("matching_stays", number="S01-M0001") not in plain(said(opened)), (
        "nothing goes on in it"
    )
    assert site.begun() == [("S01-0001", "NCT04420494"), ("S01-M0001", "portfolio")]
    assert is_sound(site)


def test_where_each_stands_says_what_became_of_the_screening_that_came_out_of_it(site: Site) -> None:
    shown = press(site, at_review(site), "save_all", n=2)
    became = site.words("named", name="S01-0002", what=site.words("verdict_undetermined"))
    assert became in plain(said(shown))
    screenings, person = site.ward.conversation.screenings, site.ward.clinician.code
    screening = screenings.load("S01-0002")
    steps = [Step("reopen"), Step("correct", "age_years"), Step("answer", "age_years", OLD, reason="misread")]
    screenings.take(screening, steps, person)
    screenings.take(screening, [Step("finish"), Step("save")], person)
    told = plain(said(site.ward.do(site.ward.clinician, "/recent m1")))
    assert became not in told
    assert f"S01-0002{site.words('named', name='', what=site.words('verdict_ineligible'))}" in told


def test_another_clinician_does_not_see_it(site: Site) -> None:
    begin(site)
    other: Person = site.ward.conversation.people.add("clinician", "S01", "telegram", "9", "en")
    told = site.ward.do(other, "/open S01-M0001")
    assert "M0001" not in str(buttons(told))


# what changed meanwhile ----------------------------------------------------------------------------


def standing(site: Site) -> Turn:
    begin(site)
    return press(site, site.ward.do(site.ward.clinician, "45"), "where_we_stand")


def cancelled(site: Site) -> None:
    turn = site.ward.do(site.ward.clinician, "/cancel")
    site.ward.do(site.ward.clinician, f"!{press_of(turn, 'cancel_yes:')}")


def test_nothing_is_opened_out_of_a_matching_that_was_cancelled(site: Site) -> None:
    shown = standing(site)
    cancelled(site)
    press(site, shown, "go_on_with", id="EXAMPLE-DM2")
    assert begun(site) == ["S01-M0001"]


def test_a_trial_whose_screening_was_cancelled_can_be_opened_again(site: Site) -> None:
    shown = standing(site)
    press(site, shown, "go_on_with", id="EXAMPLE-DM2")
    cancelled(site)
    again = press(site, shown, "go_on_with", id="EXAMPLE-DM2")
    assert begun(site) == ["S01-0001", "S01-0002", "S01-M0001"]
    back = site.ward.do(site.ward.clinician, "/resume m1")
    assert site.words("matching_stays", number="S01-M0001") in plain(said(again))
    (offered,) = [each for each in labels(press(site, back, "where_we_stand")) if "S01-0002" in each]
    assert offered.startswith("EXAMPLE-DM2")


def test_a_trial_whose_screening_was_cancelled_is_said_so_left_out_of_saving_and_offered_again(
    site: Site,
) -> None:
    press(site, at_review(site), "go_on_with", id="NCT04420494")
    cancelled(site)
    shown = site.ward.do(site.ward.clinician, "/resume m1")
    assert site.words("named", name="S01-0001", what=site.words("verdict_cancelled")) in plain(said(shown))
    assert site.words("open_left_out", id="NCT04420494") in labels(shown)
    done = press(site, shown, "save_all", n=1)
    assert [number for number, _ in site.ward.verdicts()] == ["S01-0002", "S01-M0001"]
    press(site, done, "go_on_with", id="NCT04420494")
    assert ("S01-0003", "NCT04420494") in site.begun()
    assert is_sound(site)


def test_an_answer_that_is_changed_is_not_to_be_corrected_in_what_was_cancelled(site: Site) -> None:
    press(site, standing(site), "go_on_with", id="NCT04420494")
    cancelled(site)
    told = plain(said(site.ward.do(site.ward.clinician, "/resume m1", "back", "15")))
    assert "S01-0001" not in told


def test_a_trial_that_is_not_on_offer_any_more_is_not_opened(site: Site) -> None:
    shown = standing(site)
    site.ward.conversation.setup.protocols = TRIALS[1:]
    refused = press(site, shown, "go_on_with", id="EXAMPLE-DM2")
    assert plain(said(refused)).count(site.words("not_begun_not_offered", id="EXAMPLE-DM2")) == 1
    assert site.words("stands_left_not_offered") in plain(said(refused))
    assert begun(site) == ["S01-M0001"]


def test_a_trial_that_was_changed_meanwhile_goes_on_under_its_version_and_says_so(site: Site) -> None:
    shown = standing(site)
    newer = parse_protocol(TRIALS[0].text.replace('version = "1', 'version = "2', 1), "EXAMPLE-DM2.toml")
    site.ward.conversation.setup.protocols = (newer, *TRIALS[1:])
    opened = press(site, shown, "go_on_with", id="EXAMPLE-DM2")
    assert site.words("own_version", version=TRIALS[0].version, newest=newer.version) in plain(said(opened))


def test_all_trials_begins_another_matching_where_a_trial_was_opened_since(site: Site) -> None:
    site.change("EXAMPLE-DM2", "trial_pause")
    begin(site)
    site.change("EXAMPLE-DM2", "trial_open")
    assert "EXAMPLE-DM2" in said(press(site, begin(site), "where_we_stand"))
    assert begun(site) == ["S01-M0001", "S01-M0002"]


def test_a_matching_is_found_as_its_number_is_typed_and_begun_anew_by_a_choice(site: Site) -> None:
    saved(site)
    for typed in ("s01-m1", "M0001", "S01-M0001"):
        assert "S01-M0001" in said(site.ward.do(site.ward.clinician, f"/open {typed}"))
    assert labels(site.ward.do(site.ward.clinician, "/new m1"))[0] == site.words("all_trials")


def test_an_answer_that_is_changed_says_in_which_screenings_it_stands_as_it_was(site: Site) -> None:
    press(site, standing(site), "go_on_with", id="NCT04420494")
    told = plain(said(site.ward.do(site.ward.clinician, "/resume m1", "back", "15")))
    assert site.words("not_changed_in", numbers="S01-0001") in told
    told = plain(said(site.ward.do(site.ward.clinician, "back", "15")))
    assert site.words("not_changed_in", numbers="S01-0001") not in told


def test_a_matching_with_a_trial_that_was_not_reviewed_is_a_draft_wherever_it_is_shown(site: Site) -> None:
    draft = parse_protocol(f"reviews = 2\n{TRIALS[0].text}", "EXAMPLE-DM2.toml")
    site.ward.conversation.setup.protocols = (*TRIALS[1:], draft)
    opened = begin(site)
    assert site.words("named", name="EXAMPLE-DM2", what="⚠") in plain(said(opened)), "which of them is one"
    for shown in (opened, standing(site), press(site, saved(site), "go_on_with", id="EXAMPLE-DM2")):
        assert site.words("draft_number", number="") in plain(said(shown))


def test_a_trial_that_is_not_offered_any_more_is_not_saved_with_the_others(site: Site) -> None:
    turn = at_review(site)
    setup = site.ward.conversation.setup
    setup.protocols = tuple(each for each in setup.protocols if each.id != "NCT04420494")
    told = press(site, turn, "save_all", n=2)
    assert site.words("trial_left_over", id="NCT04420494") in plain(said(told))
    assert [number for number in begun(site) if "M" not in number] == ["S01-0001"]
