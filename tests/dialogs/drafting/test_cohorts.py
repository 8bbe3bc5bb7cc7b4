"""Headings that sort a record's criteria by who takes part make parts, each with a verdict; only where that is sure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import Choice, Measurement
from dialogs.candidates import play
from dialogs.drafting.accounting import differences
from dialogs.drafting.cohorts import parts_of
from dialogs.drafting.criteria import criteria_of
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record, RecordError, read_record
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol

RECORDS = Path(__file__).parents[2] / "data" / "records"

SURE: dict[str, tuple[str, dict[str, str]]] = {
    "cohorts by their codes": ("Inclusion:\nCohort A:\n* Fever\nCohort B (adults):\n* Cough", {"A": "Cohort A", "B": "Cohort B (adults)"}),
    "parts that only some lines are of": ("Inclusion:\n* Adult\nPart 1 only\n* Fever\nPart 2 only\n* Cough", {"1": "Part 1", "2": "Part 2"}),
    "sections of parts": ("Part A - Inclusion Criteria:\n* Fever\nPart A - Exclusion Criteria:\n* Rash\nPart B - Inclusion Criteria:\n* Cough", {"A": "Part A", "B": "Part B"}),
    "several cohorts in one heading": ("Inclusion:\nCohorts 1 and 2:\n* Fever\nCohort 3:\n* Cough", {"1": "Cohort 1", "2": "Cohort 2", "3": "Cohort 3"}),
    "cohorts as items": ("Inclusion:\n1. Cohort A:\n   a. Fever\n2. Cohort B:\n   a. Cough", {"A": "Cohort A", "B": "Cohort B"}),
    "parents beside the patient": ("Inclusion:\nFor adolescent participants:\n* Fever\nFor parents:\n* Reads\nExclusion:\nAdolescents:\n* Rash", {"ADOLESCENT": "Adolescent participants", "PARENT": "Parents"}),
    "sections of donors and recipients": ("Inclusion Criteria for Donors:\n* Well\nExclusion Criteria for Donors:\n* Fever\nInclusion Criteria for Recipients:\n* Ill", {"DONOR": "Donors", "RECIPIENT": "Recipients"}),
    "healthy volunteers beside patients": ("Inclusion:\nHealthy volunteers:\n* Well\nPatients with renal impairment:\n* Ill", {"HEALTHY": "Healthy volunteers", "P2": "Patients with renal impairment"}),
    "cases and controls": ("Inclusion:\nCases:\n* Fever\nControls:\n* Well\nCases and controls:\n* Adult", {"CASE": "Cases", "CONTROL": "Controls"}),
    "ages apart": ("Inclusion:\nAdults:\n* 18 years or older\nChildren:\n* Aged 2 to 11 years", {"ADULT": "Adults", "CHILD": "Children"}),
    "in Chinese": ("入选标准：\n健康受试者：\n1、无发热\n患者：\n1、发热", {"P1": "健康受试者", "P2": "患者"}),
    "groups in Chinese": ("入选标准：\nA组：\n1、无发热\nB组：\n1、发热", {"A": "A组", "B": "B组"}),
}  # fmt: skip

NOT_SURE = {
    "one cohort alone": "Inclusion:\n* Adult\nCohort A:\n* Fever",
    "one kind of persons alone": "Inclusion:\n* Fever\nFor parents:\n* Reads",
    "no inclusion criteria of their own": "Inclusion:\nCases:\n* Fever\nExclusion:\nControls:\n* Cough",
    "diseases, which one may have both of": "Inclusion:\nPatients with asthma:\n* Spray\nPatients with eczema:\n* Cream",
    "ages that are not told apart": "Inclusion:\nAdults:\n* Fever\nChildren:\n* Cough",
    "sexes": "Inclusion:\nWomen:\n* Age 18 years or older\nMen:\n* Age 21 years or older",
    "other persons alone": "Inclusion:\nParents:\n* Read\nTeachers:\n* Write",
    "some that have no heading of their own": "Inclusion:\nCases:\n* Fever\nControls:\n* Well\nParents and cases:\n* Read",
    "a phase with two names": "Inclusion:\nPhase 1/2:\n* Fever",
    "all cohorts": "Inclusion:\nAll cohorts:\n* Fever\nAll participants:\n* Cough",
}


def trial(text: str) -> Protocol:
    record = Record("X", "X", text)
    drafted = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    assert differences(drafted, record) == []
    return drafted


@pytest.mark.parametrize(("text", "parts"), SURE.values(), ids=SURE)
def test_headings_of_who_takes_part_make_parts(text: str, parts: dict[str, str]) -> None:
    drafted = trial(text)
    assert {part.code: part.name["en"] for part in drafted.parts} == parts
    assert {code for each in drafted.criteria for code in each.parts} == {*parts}
    assert all("by its heading, of " in str(each.review) for each in drafted.criteria if each.parts)


@pytest.mark.parametrize("text", NOT_SURE.values(), ids=NOT_SURE)
def test_headings_that_may_be_remarks_on_some_patients_make_no_parts(text: str) -> None:
    assert parts_of(split(text)) == {}
    assert trial(text).parts == ()


def test_what_is_not_sure_lets_pass_whom_a_heading_does_not_concern() -> None:
    made = [
        each for each in criteria_of(split(NOT_SURE["ages that are not told apart"]), propose) if each.code
    ]
    assert [(each.asked, each.of_some) for each in made] == [
        ("Adults: Fever", True),
        ("Children: Cough", True),
    ]


def test_what_a_heading_asks_of_one_sex_is_asked_of_no_other() -> None:
    made = [each.rule for each in criteria_of(split(NOT_SURE["sexes"]), propose) if each.code]
    assert made == ['sex == "male" or age_years >= "18 a"', 'sex == "female" or age_years >= "21 a"']


def test_a_heading_right_below_that_of_a_group_stands_under_it_and_so_do_those_after_it() -> None:
    text = "Inclusion:\nParents:\nAge:\n* Old\nLanguage:\n* Reads\nChildren:\nAge:\n* Young\nAll participants:\n* Come"
    under = {line.text: "/".join(line.headings) for line in split(text) if line.marker}
    assert under == {
        "Old": "Parents:/Age:",
        "Reads": "Parents:/Language:",
        "Young": "Children:/Age:",
        "Come": "All participants:",
    }


def test_a_second_person_has_a_verdict_of_its_own_and_no_answer_of_the_patient_s() -> None:
    record = read_record((RECORDS / "persons.json").read_text("utf-8"), "persons")
    drafted = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    of_parts = {each.source: list(each.parts) for each in drafted.criteria}
    assert of_parts == {
        "Minimum Age: 13 Years": ["TEENAGER"],
        "Maximum Age: 17 Years": ["TEENAGER"],
        "Falls asleep after midnight": ["TEENAGER"],
        "BMI 16 to 30 kg/m2": ["TEENAGER"],
        "Lives with the teenager": ["PARENT"],
        "Age 25 years or older": ["PARENT"],
        "Cannot read": [],
        "Works at night": ["PARENT"],
    }
    rules = {each.source: each.rule.text for each in drafted.criteria}
    assert rules["Age 25 years or older"] == 'i4 == "yes"'
    assert "“For parents: Age 25 years or older”" in drafted.question("i4").ask["en"]

    answers = {"age_years": Measurement("=", Decimal(15), "a"), "bmi": Measurement("=", Decimal(35), "kg/m2")}
    words = {
        each.id: Choice("no" if each.id.startswith("e") else "yes")
        for each in drafted.questions
        if each.id not in answers
    }
    outcome = play(drafted, {**answers, **words})
    assert [(each.part.code, each.verdict) for each in outcome.parts] == [
        ("TEENAGER", "ineligible"),
        ("PARENT", "eligible"),
    ]


HEADINGS = st.lists(
    st.sampled_from(["Cohort A:", "Cohort B", "For parents:", "Adolescents:", "Healthy volunteers:", "Patients with asthma:", "Age:", "All participants:", "Inclusion Criteria:", "Exclusion Criteria:", "Women:", "* Fever", "* Age 18 years or older", "* Platelets > 75 x 10^9/L", "1. Cough", ""]),
    min_size=3, max_size=14,
).map("\n".join)  # fmt: skip


@settings(deadline=None)
@given(HEADINGS)
def test_whatever_headings_stand_in_a_record_its_draft_has_every_line_and_a_verdict_for_each_part(
    text: str,
) -> None:
    try:
        drafted = trial(text)
    except RecordError:
        return
    outcome = play(drafted, {})
    assert {each.part.code for each in outcome.parts} == {part.code for part in drafted.parts}
    used = {code for each in drafted.criteria for code in each.parts}
    assert used == {part.code for part in drafted.parts}
