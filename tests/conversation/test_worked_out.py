"""Numbers that are worked out from others: a button, their parts, and what was worked out in the answer's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.exchange import Turn
from dialogs.answers import COMPUTED
from dialogs.loading import load, parse_protocol
from state.database import path_of
from state.exports import export
from state.verify import verify
from tests.conversation.office import Ward, labels, offering, press_of, presses, said, staffed
from tests.state.exports.test_formats import csv_rows

PROTOCOL = load(str(Path(__file__).parent.parent / "data" / "worked_out.toml"))


@pytest.fixture
def ward(conversation: Conversation) -> Ward:
    return staffed(offering(conversation, PROTOCOL))


def typed(ward: Ward, *texts: str) -> Turn:
    for text in texts:
        turn = ward.do(ward.clinician, text)
    return turn


def test_a_number_is_worked_out_from_its_parts_and_shown_with_them(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new")
    assert "Body mass index" in said(turn)
    turn = ward.tap(turn, "Work it out")
    assert "to be worked out" in said(turn)
    turn = typed(ward, "60 kg", "170 cm")
    assert "BMI: 20.8 kg/m² from body weight 60 kg, height 170 cm" in said(turn)


def test_a_number_reads_on_its_side_of_the_limit_wherever_it_is_shown(ward: Ward) -> None:
    ward.tap(ward.do(ward.clinician, "/new"), "Work it out")
    turn = typed(ward, "60.5 kg", "181 cm")  # 18.467, and the limit is 18.5
    worked = "BMI: 18.47 kg/m² from body weight 60.5 kg, height 181 cm"
    assert "Not met, required: BMI at least 18.5 kg/m²" in said(turn)
    assert f"Entered: {worked}" in said(turn)
    saved = ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    assert worked in said(ward.do(ward.clinician, f"!{press_of(saved, 'copy_record:')}"))
    listed = ward.do(ward.coordinator, "/query 1")
    assert "BMI: 18.47 kg/m², worked out" in labels(listed)


TWICE = """
format = 2
id = "FICTIONAL-CREATININE"
title = { en = "Fictional", zh = "虚构" }
languages = ["en", "zh"]
[[criterion]]
code = "I1"
inclusion = "Creatinine of at most 1.5 x ULN"
rule = 'creatinine <= "1.5 {xULN}"'
[[criterion]]
code = "I2"
inclusion = "Creatinine clearance or eGFR of 60 or more"
rule = 'creatinine_clearance >= "60 mL/min" or egfr >= "60 mL/min/{1.73_m2}"'
"""


def test_who_answered_normal_is_told_why_a_value_is_asked_for(conversation: Conversation) -> None:
    ward = staffed(offering(conversation, parse_protocol(TWICE, "twice.toml")))
    turn = ward.tap(ward.do(ward.clinician, "/new"), "Normal (≤ ULN)")
    turn = ward.tap(turn, "Work it out")
    turn = typed(ward, "60", "72 kg")
    assert "A number is needed here, to work out: creatinine clearance, eGFR" in said(turn)
    turn = ward.tap(typed(ward, "1 mg/dL"), "Male")
    assert "potentially eligible" in said(turn)


def test_an_unusual_number_asks_to_check_its_parts(ward: Ward) -> None:
    """Each part is usual: what they come to was typed by nobody, and so is asked about by nobody."""
    ward.tap(ward.do(ward.clinician, "/new"), "Work it out")
    turn = typed(ward, "150 kg", "140 cm")
    parts = "body weight 150 kg, height 140 cm"
    assert f"✓ BMI: 76.5 kg/m² from {parts}. <b>Unusual: please check these.</b>" in said(turn)


def test_no_example_is_typed_where_every_answer_is_a_button(ward: Ward) -> None:
    ward.conversation = offering(ward.conversation, load("EXAMPLE-MDD"))
    ward.do(ward.clinician, "/new")
    turn = ward.tap(typed(ward, "15"), "Yes")
    assert "For example 14" in said(turn)
    turn = ward.tap(turn, "Work it out")
    assert "PHQ-9, 1 of 9" in said(turn)
    assert "For example" not in said(turn)


def kidneys(ward: Ward, creatinine: str) -> Turn:
    """Answer up to the eGFR, whose parts are those of the clearance before it."""
    ward.tap(ward.do(ward.clinician, "/new"), "Work it out")
    ward.tap(typed(ward, "60 kg", "170 cm"), "Work it out")
    return ward.tap(typed(ward, "30", creatinine), "Female")


def test_what_is_known_already_is_worked_out_without_asking(ward: Ward) -> None:
    turn = kidneys(ward, "80 umol/L")
    parts = "age 30 years, body weight 60 kg, creatinine 80 µmol/L, sex Female"
    assert f"Creatinine clearance: 86 mL/min from {parts}" in said(turn)
    assert "eGFR: 88 mL/min/1.73 m² from creatinine 80 µmol/L, sex Female, age 30 years" in said(turn)
    assert "T-score" in said(turn)
    screening = ward.conversation.screenings.load("S01-0001")
    assert screening.dialogue.answers["egfr"] == COMPUTED
    assert screening.state == "bone_density_t"


def test_what_was_worked_out_by_itself_can_be_changed_like_any_answer(ward: Ward) -> None:
    turn = ward.tap(kidneys(ward, "80 umol/L"), "Back")
    assert "Now: 88 mL/min/1.73 m², worked out" in said(turn)
    turn = typed(ward, "55")
    assert "eGFR below 60 mL/min/1.73 m²" in said(turn)
    assert "Entered: eGFR: 55 mL/min/1.73 m²\n" in said(turn)


def test_an_exclusion_names_the_number_with_its_parts_once(ward: Ward) -> None:
    turn = kidneys(ward, "140 umol/L")
    assert "Applies: creatinine clearance below 60 mL/min" in said(turn)
    parts = "age 30 years, body weight 60 kg, creatinine 140 µmol/L, sex Female"
    assert f"Entered: Creatinine clearance: 49 mL/min from {parts}\n" in said(turn)


def test_a_screening_with_numbers_that_were_worked_out_is_saved_and_verified(ward: Ward) -> None:
    kidneys(ward, "80 umol/L")
    turn = typed(ward, "-3", "36.8 °C", "30 U/L", "20 U/L")
    assert "potentially eligible" in said(turn)
    turn = ward.tap(turn, "Confirm and save")
    assert "BMI: 20.8 kg/m² from body weight 60 kg, height 170 cm" in said(turn)
    assert verify(path_of(ward.conversation.screenings.db)).problems == ()


def test_the_record_dates_what_was_worked_out_by_its_newest_part(ward: Ward) -> None:
    turn = kidneys(ward, "140 umol/L")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    copied = said(ward.do(ward.clinician, f"!{press_of(turn, 'copy_record:')}")).splitlines()
    (worked,) = [line for line in copied if line.startswith("Creatinine clearance:")]
    (part,) = [line for line in copied if line.startswith("Creatinine:")]
    assert worked.endswith(part[part.index("(entered 2026-11-23") :])


# queries -------------------------------------------------------------------------------------------


def saved_with_a_query(ward: Ward, about: str) -> Turn:
    """Save a screening, ask about an answer, and return the card that the clinician gets."""
    kidneys(ward, "80 umol/L")
    turn = typed(ward, "-3", "36.8 °C", "30 U/L", "20 U/L")
    ward.tap(turn, "Confirm and save")
    place = ward.conversation.screenings.load("S01-0001").dialogue.applied.index(about)
    asked = ward.do(ward.coordinator, f"!{presses(ward.do(ward.coordinator, '/query 1'))[place]}")
    ((_, card),) = ward.do(ward.coordinator, f"!{press_of(asked, 'query_send:')}").others
    return card


def heard(turn: Turn) -> str:
    ((_, told),) = turn.others
    return said(told)


TAKEN_UP = {
    "worked out, and worked out again": ("creatinine_clearance", ["Work it out"], "is right as entered"),
    "worked out, and then typed": ("creatinine_clearance", ["90 mL/min"], "has been corrected"),
    "typed, and typed again": ("alt", ["30 U/L"], "is right as entered"),
    "typed, and then another": ("alt", ["35 U/L"], "has been corrected"),
}


@pytest.mark.parametrize(("about", "answers", "told"), TAKEN_UP.values(), ids=TAKEN_UP)
def test_whoever_asked_hears_of_a_correction_only_if_something_changed(
    ward: Ward, about: str, answers: list[str], told: str, tmp_path: Path
) -> None:
    card = saved_with_a_query(ward, about)
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    if about == "creatinine_clearance":
        why = ward.do(ward.clinician, f"!{press_of(why, 'query_correct:')}")
    turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}")
    turn = typed(ward, *answers)
    saved = ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    assert told in heard(saved)
    stands = said(ward.do(ward.coordinator, "/subject 1"))
    assert ("Confirmed as entered" in stands) == (told == "is right as entered"), stands
    file = path_of(ward.conversation.screenings.db)
    (row,) = csv_rows(export(file, "queries", tmp_path / "queries.csv").path)
    assert (row["state"], row["reason"]) == (
        ("confirmed", "") if told == "is right as entered" else ("corrected", "transcription")
    )


def test_a_query_shows_the_number_and_its_correction_leads_to_the_parts(ward: Ward) -> None:
    card = saved_with_a_query(ward, "creatinine_clearance")
    assert "Creatinine clearance: 86 mL/min, worked out" in said(card)
    which = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    why = ward.tap(which, "Body weight: 60 kg")
    asked = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}")
    assert "Now: 60 kg" in said(asked)
    turn = typed(ward, "70 kg")
    saved = ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    assert "Creatinine clearance has been corrected" in heard(saved)
    assert verify(path_of(ward.conversation.screenings.db)).problems == ()


def test_the_unit_of_a_number_that_was_worked_out_is_not_asked_about(ward: Ward) -> None:
    saved_with_a_query(ward, "alt")
    listed = ward.do(ward.coordinator, "/query 1")
    assert "Creatinine clearance: 86 mL/min, worked out" in labels(listed)
    applied = ward.conversation.screenings.load("S01-0001").dialogue.applied
    for about, asked in (("creatinine_clearance", False), ("alt", True)):
        turn = ward.do(ward.coordinator, f"!{presses(listed)[applied.index(about)]}")
        assert any(press.endswith(":unit") for press in presses(turn)) is asked
