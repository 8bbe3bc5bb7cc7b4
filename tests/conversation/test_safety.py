"""The interface-safety rules of the clinical reference, each one that code can check.

The number in a name is the rule's. Rules 9, 19 (the review), 20 and 22 in part are for people.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.exchange import Reply, Turn
from bot.wording.lists import welcome
from bot.wording.phrases import escape, phrases
from dialogs.languages import LANGUAGES
from dialogs.loading import load
from dialogs.protocol import Criterion
from dialogs.texts import Text
from tests.conversation.office import ELIGIBLE, Ward, press_of, presses

PROTOCOL = load("NCT04420494")
GOLDEN = sorted((Path(__file__).parent.parent / "golden").glob("*.txt"))


def said(turn: Turn) -> str:
    return "\n".join(action.shown() for action in turn.actions if isinstance(action, Reply))


def test_1_nobody_is_called_eligible_and_the_site_is_named(ward: Ward) -> None:
    card = said(ward.save(ELIGIBLE)).lower()
    assert "potentially eligible" in card or "可能符合条件" in card
    assert "peking union" in card or "北京协和医院" in card


def test_2_status_and_disclaimer_stand_at_the_start_and_in_every_verdict(ward: Ward) -> None:
    begun, card = said(ward.do(ward.clinician, "/new")), said(ward.save(ELIGIBLE))
    for text in (begun, card):
        assert re.search("Recruitment status: Unknown|招募状态：未知", text)
    assert PROTOCOL.disclaimer[ward.clinician.language] in card


@pytest.mark.parametrize("criterion", PROTOCOL.criteria, ids=[c.code for c in PROTOCOL.criteria])
def test_3_every_exclusion_can_show_code_verbatim_text_and_reading(criterion: Criterion) -> None:
    from bot.wording.cards import criterion_text

    for language in LANGUAGES:
        text = criterion_text(criterion, phrases(language))
        assert criterion.code in text
        assert "<blockquote expandable>" in text
        assert escape(criterion.source) in text
        if criterion.reading:
            assert escape(criterion.reading[language]) in text


def test_3_an_exclusion_shows_the_deciding_answer_and_4_asks_before_closing(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "17", "yes")
    assert re.search("I1", said(turn))
    assert "17" in said(turn)
    assert "Age 18-80 years (adults, elderly)" in said(turn)
    assert {press.partition(":")[0] for press in presses(turn)} >= {"correct", "continue", "finish_save"}
    assert re.search("come from source documents|来自原始资料", said(turn))
    assert ward.verdicts() == []
    ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    assert ward.verdicts() == [("S01-0001", "ineligible")]


def test_5_6_units_are_picked_values_echoed_and_impossible_ones_refused(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "45", "male", "aiha", "9.8 g/L")
    assert "g/dL" in said(turn)
    turn = ward.do(ward.clinician, "9.8")
    assert len([press for press in presses(turn) if press.startswith("candidate:")]) == 2


def test_7_no_answer_is_ever_preset(ward: Ward) -> None:
    ward.do(ward.clinician, "/new")
    screening = ward.conversation.screenings.current(ward.clinician.code)
    assert screening is not None
    assert screening.dialogue.answers == {}
    assert set(screening.dialogue.facts) == {None}


def test_13_the_card_has_number_time_with_zone_versions_and_person(ward: Ward) -> None:
    card = said(ward.save(ELIGIBLE))
    for part in ("S01-0001", "UTC+08:00", PROTOCOL.version, PROTOCOL.record_version, ward.clinician.code):
        assert part in card


def test_14_the_card_reminds_that_the_site_repeats_all_tests(ward: Ward) -> None:
    assert re.search("repeats all tests|复查所有检验", said(ward.save(ELIGIBLE)))


def test_15_what_only_a_clinician_can_judge_says_so() -> None:
    judged = {q.id for q in PROTOCOL.questions if q.judgement}
    assert judged == {"cardiac_abnormal", "other_serious_disease", "mental_illness"}


def test_16_help_on_partial_response_says_that_the_record_does_not_define_it() -> None:
    for question in ("steroid_pr", "csa_pr"):
        assert "PR" in (PROTOCOL.question(question).help or Text())["en"]
    assert "not defined in the record" in (PROTOCOL.question("steroid_pr").help or Text())["en"]


def test_17_open_readings_are_listed_for_the_site() -> None:
    assert {item.id for item in PROTOCOL.site_items} == {
        "dose_above_range",
        "past_malignancy",
        "haemolytic_bilirubin",
        "closed_list",
    }


def test_21_a_new_version_never_judges_an_old_screening(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    (digest,) = ward.conversation.screenings.db.execute("SELECT protocol FROM screenings").fetchone()
    assert digest == PROTOCOL.sha256


def test_23_every_state_is_said_in_words() -> None:
    for language in LANGUAGES:
        for key in (
            "verdict_eligible",
            "verdict_ineligible",
            "verdict_undetermined",
            "status_failed_inclusion",
        ):
            assert re.search(
                r"[a-z一-鿿{]", phrases(language).plain(key, codes="", number="", question="", answer="")
            )


def test_24_very_low_counts_bring_a_word_on_urgent_care(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "45", "male", "aiha", "25 g/L", "yes")
    assert re.search("urgent care comes first|先行紧急处理", said(turn))
    assert re.search(
        "must not delay care|不得延误诊治",
        said(ward.do(ward.clinician, "/cancel", "/new"))
        + "".join(file.read_text(encoding="utf-8") for file in GOLDEN),
    )


def test_saving_confirms_answers_that_are_all_seen(ward: Ward) -> None:
    """What a tap shows has not been read by whoever confirms it."""
    review = said(ward.do(ward.clinician, "/new", *ELIGIBLE))
    unfolded = re.sub("<blockquote expandable>.*?</blockquote>", "", review, flags=re.DOTALL)
    last = ward.conversation.screenings.load("S01-0001")
    shorts = [PROTOCOL.question(each).short[ward.clinician.language] for each in last.dialogue.applied]
    assert len(shorts) > 10
    assert [each for each in shorts if each.casefold() not in unfolded.casefold()] == []


def test_trials_of_one_disclaimer_show_it_once() -> None:
    say = phrases("en")
    other = replace(PROTOCOL, disclaimer=Text(dict.fromkeys(LANGUAGES, "Another")))
    told = welcome([PROTOCOL, PROTOCOL, other], say)
    assert told.count(f"<b>{PROTOCOL.id}") == 3
    assert told.count(escape(PROTOCOL.disclaimer["en"])) == told.count("Another") == 1


def test_a_number_with_one_meaning_that_fits_is_asked_about_with_the_reason(ward: Ward) -> None:
    told = said(ward.do(ward.clinician, "/new", "45", "male", "aiha", "98.123 g/L"))
    assert "98.123 g/L?" in told or "98.123 g/L吗" in told
    assert "thousands" in told or "千位" in told
