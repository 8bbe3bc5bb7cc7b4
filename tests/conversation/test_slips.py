"""What is said to a typed answer that cannot be taken: what to write instead, and what is to be deleted."""

from __future__ import annotations

from typing import Final

import pytest

from bot.conversation import Conversation
from bot.exchange import Turn
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Protocol
from tests.conversation.office import Ward, labels, offering, press_of, said, staffed

DEPRESSION, LUNG = load("EXAMPLE-MDD"), load("EXAMPLE-NSCLC")
TO_THE_WASHOUT: Final = ("15", "yes", "12", "13", "12", "no")
TO_ECOG: Final = ("60", "Adenocarcinoma", "yes", "yes")


def walked(ward: Ward, trial: Protocol, *texts: str) -> Turn:
    ward.conversation = offering(ward.conversation, trial)
    ward.do(ward.clinician, "/new")
    for text in texts:
        turn = ward.do(ward.clinician, text)
    return turn


@pytest.fixture
def ward(conversation: Conversation) -> Ward:
    return staffed(conversation)


@pytest.mark.parametrize("text", ["2019", "March 2024", "2019年"])
def test_part_of_a_date_gets_one_sentence_that_says_how_to_write_it(ward: Ward, text: str) -> None:
    told = said(walked(ward, DEPRESSION, *TO_THE_WASHOUT, text))
    assert "Please type how long ago it was, for example <b>2 years ago</b>. Dates are not kept." in told
    assert "delete" not in told


def test_a_whole_date_is_to_be_deleted_too(ward: Ward) -> None:
    told = said(walked(ward, DEPRESSION, *TO_THE_WASHOUT, "2024-03-01"))
    assert "Dates are not kept. Please delete it from the chat." in told


def test_the_example_of_a_time_has_the_unit_in_which_the_trial_judges_it(ward: Ward) -> None:
    assert "For example 3 weeks ago" in said(walked(ward, DEPRESSION, *TO_THE_WASHOUT))


SLIPS: Final = {
    "yess": False, "10 dyas": False, "PSS 1": False, "12 points": False, "x": False,
    "Wang Li": True, "王丽": True, "Müller": True, "bed 3 of ward 7": True,
}  # fmt: skip


@pytest.mark.parametrize("text", SLIPS)
def test_only_what_may_be_about_a_patient_is_to_be_deleted(ward: Ward, text: str) -> None:
    told = said(walked(ward, DEPRESSION, *TO_THE_WASHOUT, text))
    assert ("delete it from the chat" in told) is SLIPS[text]


def test_a_slip_where_only_buttons_answer_is_not_to_be_deleted(ward: Ward) -> None:
    told = said(walked(ward, DEPRESSION, "19", "yes"))
    assert "not kept" in told
    assert "delete" not in told


@pytest.mark.parametrize(
    "text", ["1", "PS 1", "PS1", "ps=1", "ECOG PS 1", "ECOG 1", "ECOG1", "ECOG评分1分", "1分", "PS评分：1"]
)
def test_a_score_may_be_typed_behind_its_name(ward: Ward, text: str) -> None:
    told = said(walked(ward, LUNG, *TO_ECOG, text))
    assert "✓ ECOG 1\n" in told


@pytest.mark.parametrize("text", ["PS 5", "PS", "PS 1-2", "KPS 1", "11", "GPS 1"])
def test_what_is_no_score_of_the_scale_is_not_taken(ward: Ward, text: str) -> None:
    assert "✓" not in said(walked(ward, LUNG, *TO_ECOG, text))


def test_about_names_parts_and_criteria_above_the_lines_that_are_not_judged(ward: Ward) -> None:
    walked(ward, LUNG, "60")
    told = said(ward.do(ward.clinician, "/about"))
    assert "All of it: /about" not in told
    wanted = ["Cohort B (no EGFR mutation)", "• I5a ", "• E4 ", "Adequate organ function, defined as:"]
    assert [told.index(each) for each in wanted] == sorted(told.index(each) for each in wanted)


def test_a_limit_is_also_said_in_the_unit_that_was_entered(ward: Ward) -> None:
    told = said(walked(ward, LUNG, *TO_ECOG, "1", "3 10*9/L", "120 10*9/L", "85 g/L"))
    assert "Not met, required: haemoglobin at least 9 g/dL (90 g/L)" in told


def test_that_the_site_repeats_tests_is_said_only_by_a_trial_whose_file_says_so(ward: Ward) -> None:
    told = said(walked(ward, DEPRESSION, "19"))
    card = said(ward.tap(walked(ward, DEPRESSION, "19"), "Finish and save"))
    assert "repeats" not in told + card


ULN: Final = """
format = 2
id = "FICTIONAL-ALT"
title = "Fictional"
[[criterion]]
code = "E1"
exclusion = "ALT above twice its upper limit"
rule = 'alt > "2 {xULN}"'
[[criterion]]
code = "E2"
exclusion = "Any other condition"
"""


def test_a_limit_of_normal_is_not_offered_to_be_kept_beside_a_value_in_another_unit(ward: Ward) -> None:
    turn = walked(ward, parse_protocol(ULN, "fictional.toml"), "60 U/L", "40 U/L")
    for keep in ("Keep: 40 U/L", "Keep: 60 U/L"):
        turn = ward.do(ward.clinician, f"!{press_of(turn, 'back')}")
        assert keep in labels(turn)
    asked = ward.do(ward.clinician, "1.5 ukat/L")
    assert not [label for label in labels(asked) if "Keep" in label]
    assert "Now:" not in said(asked)
