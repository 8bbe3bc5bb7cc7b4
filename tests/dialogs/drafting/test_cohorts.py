"""Headings that sort a record's criteria by who takes part make parts, each with a verdict; only where that is sure."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import Answer, Choice, Measurement
from dialogs.candidates import play
from dialogs.drafting.accounting import differences
from dialogs.drafting.cohorts import parts_of
from dialogs.drafting.criteria import criteria_of
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record, RecordError, read_record
from dialogs.loading import parse_protocol
from dialogs.parts import whom
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
    "ages in their headings": ("Inclusion:\nAdults (18 years and older):\n* Fever\nChildren (2-17 years):\n* Cough", {"ADULT": "Adults", "CHILD": "Children"}),
    "ages in their headings, in Chinese": ("入选标准：\n成人（18岁及以上）：\n1、发热\n儿童（2-17岁）：\n1、咳嗽", {"P1": "成人", "P2": "儿童"}),
    "one kind at several ages": ("Inclusion:\nChildren 2 to 5 years:\n* Fever\nChildren (6-11 years):\n* Cough\nExclusion:\nChildren aged 2-5 years:\n* Rash\nChildren:\n* Itch", {"CHILD-2-5": "Children 2 to 5 years", "CHILD-6-11": "Children 6-11 years"}),
    "below an age and from it on": ("Inclusion:\nAdults under 65 years:\n* Fever\nAdults 65 years and older:\n* Cough", {"ADULT-TO-65": "Adults under 65 years", "ADULT-65": "Adults 65 years and older"}),
    "months beside years": ("Inclusion:\nInfants 2-6 months:\n* Fever\nInfants 2-6 years:\n* Cough", {"INFANT-2-6M": "Infants 2-6 months", "INFANT-2-6": "Infants 2-6 years"}),
    "one kind at several ages in Chinese": ("入选标准：\n儿童（2-5岁）：\n1、发热\n儿童（6-11岁）：\n1、咳嗽", {"P1": "儿童 2-5岁", "P2": "儿童 6-11岁"}),
    "cohorts that say of which part they are": ("Inclusion:\nCohort A (Part 1):\n* Fever\nCohort B (Part 1):\n* Cough\nCohort C (Part 2):\n* Itch", {"A": "Cohort A (Part 1)", "B": "Cohort B (Part 1)", "C": "Cohort C (Part 2)"}),
    "a part with cohorts below it": ("Inclusion:\nPart 1 (escalation):\n* Fever\nPart 2:\n* Calm\n* Cohort 2A: cough\n* Cohort 2B: itch", {"1": "Part 1 (escalation)", "2A": "Cohort 2A", "2B": "Cohort 2B"}),
    "sections of parts without the word criteria": ("Stage 1 Inclusion:\n* Fever\nStage 1 Exclusion:\n* Rash\nStage 2 Inclusion:\n* Cough", {"1": "Stage 1", "2": "Stage 2"}),
    "in Chinese": ("入选标准：\n健康受试者：\n1、无发热\n患者：\n1、发热", {"P1": "健康受试者", "P2": "患者"}),
    "patients and controls as items": ("Inclusion:\n- Patients:\n  - Fever\n- Controls:\n  - Well", {"PATIENT": "Patients", "CONTROL": "Controls"}),
    "beside their criteria in one list": ("Inclusion:\n- Patients:\n- Fever\n- Controls:\n- Well\n- Calm", {"PATIENT": "Patients", "CONTROL": "Controls"}),
    "numbered with their criteria": ("Inclusion:\n1. Cohort A:\n2. Fever\n3. Cohort B:\n4. Well", {"A": "Cohort A", "B": "Cohort B"}),
    "at the beginning of lines": ("Inclusion:\n- Patients: fever\n- Controls: well\nExclusion:\n- Controls: asthma", {"PATIENT": "Patients", "CONTROL": "Controls"}),
    "cohorts at the beginning of lines": ("Inclusion:\n- Cohort A: fever\n- Cohort B: well", {"A": "Cohort A", "B": "Cohort B"}),
    "at the beginning of lines in Chinese": ("入选标准：\n1、患者：发热\n2、健康受试者：无发热", {"P1": "患者", "P2": "健康受试者"}),
    "groups in Chinese": ("入选标准：\nA组：\n1、无发热\nB组：\n1、发热", {"A": "A组", "B": "B组"}),
}  # fmt: skip

NOT_SURE = {
    "one cohort alone": "Inclusion:\n* Adult\nCohort A:\n* Fever",
    "one kind as an item alone": "Inclusion:\n- Patients:\n- Fever\n- Cough",
    "one kind at the beginning of a line": "Inclusion:\n- Patients: fever\n- Cough",
    "sexes at the beginning of lines": "Inclusion:\n- Women: fever\n- Men: cough",
    "one kind of persons alone": "Inclusion:\n* Fever\nFor parents:\n* Reads",
    "no inclusion criteria of their own": "Inclusion:\nCases:\n* Fever\nExclusion:\nControls:\n* Cough",
    "diseases, which one may have both of": "Inclusion:\nPatients with asthma:\n* Spray\nPatients with eczema:\n* Cream",
    "ages that are not told apart": "Inclusion:\nAdults:\n* Fever\nChildren:\n* Cough",
    "some of an age beside all of them": "Inclusion:\nAdults:\n* Fever\nAdults 65 years and older:\n* Cough\nChildren 2-17 years:\n* Rash",
    "cohorts that two parts have": "Inclusion:\n* Part 1:\n  * Cohort A: fever\n  * Cohort B: cough\n* Part 2:\n  * Cohort A: rash\n  * Cohort B: itch",
    "cohorts that may be of a part above them": "Inclusion:\nPart 1:\n* Fever\nCohort A:\n* Cough\nCohort B:\n* Itch\nPart 2:\n* Rash",
    "cohorts of one part in its headings": "Inclusion:\nPart 1 (Cohort A):\n* Fever\nPart 1 (Cohort B):\n* Cough\nPart 2:\n* Itch",
    "a part and a cohort with one code": "Inclusion:\nPart 1:\n* Fever\nCohort 1:\n* Cough\nCohort 2:\n* Itch",
    "sexes": "Inclusion:\nWomen:\n* Age 18 years or older\nMen:\n* Age 21 years or older",
    "sexes, with a word of couples": "Inclusion:\n* Lives in a couple\nWomen:\n* Age 18 years or older\nMen:\n* Age 21 years or older",
    "some that have no heading of their own": "Inclusion:\nCases:\n* Fever\nControls:\n* Well\nParents and cases:\n* Read",
    "a phase with two names": "Inclusion:\nPhase 1/2:\n* Fever",
    "all cohorts": "Inclusion:\nAll cohorts:\n* Fever\nAll participants:\n* Cough",
}


TOGETHER: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "a parent and an adolescent": (
        "Inclusion:\nFor adolescent participants:\n* Fever\nFor parents:\n* Reads",
        {"ADOLESCENT": ("the adolescent", "青少年"), "PARENT": ("the parent", "家长")},
    ),
    "a donor and a recipient": (
        "Inclusion Criteria for Donors:\n* Well\nInclusion Criteria for Recipients:\n* Ill",
        {"DONOR": ("the donor", "供者"), "RECIPIENT": ("the recipient", "受者")},
    ),
    "a couple": (
        "Inclusion:\nFemale partners:\n* Reads\nMale partners:\n* Writes",
        {"FEMALE-PARTNER": ("the female partner", "女方"), "MALE-PARTNER": ("the male partner", "男方")},
    ),
    "a couple by its sexes": (
        "Inclusion:\n* Couples who share a bed\nWomen:\n* Reads\nMen:\n* Writes",
        {"FEMALE": ("the woman", "女方"), "MALE": ("the man", "男方")},
    ),
    "other persons alone": (
        "Inclusion:\nParents:\n* Read\nTeachers:\n* Write",
        {"PARENT": ("the parent", "家长"), "TEACHER": ("the teacher", "教师")},
    ),
    "caregivers beside patients with a disease": (
        "Inclusion:\nPatients with asthma:\n* Coughs\nCaregivers:\n* Reads",
        {"P1": ("the patient", "患者"), "CAREGIVER": ("the caregiver", "照护者")},
    ),
    "groups by number that are persons": (
        "Inclusion:\nGroup 1 (adolescents):\n* Fever\nGroup 2 (caregivers):\n* Reads",
        {"1": ("the adolescent", "青少年"), "2": ("the caregiver", "照护者")},
    ),
    "two persons in one heading": (
        "Inclusion:\nChildren:\n* Fever\nParents or guardians:\n* Reads",
        {"CHILD": ("the child", "儿童"), "P2": ("the parent or the guardian", "家长或监护人")},
    ),
    "in Chinese": (
        "入选标准：\n青少年：\n1、失眠\n家长：\n1、能阅读",
        {"P1": ("the adolescent", "青少年"), "P2": ("the parent", "家长")},
    ),
}  # fmt: skip
KINDS_BESIDE_PARENTS = (
    "Inclusion:\nAdults:\n* 18 years or older\nChildren:\n* Aged 2 to 11 years\nParents:\n* Reads"
)


def trial(text: str) -> Protocol:
    record = Record("X", "X", text)
    drafted = parse_protocol(drafted_file(record, ["en", "zh"], propose, "a test"), "draft")
    assert differences(drafted, record) == []
    return drafted


@pytest.mark.parametrize(("text", "parts"), SURE.values(), ids=SURE)
def test_headings_of_who_takes_part_make_parts(text: str, parts: dict[str, str]) -> None:
    drafted = trial(text)
    assert {part.code: part.name["en"] for part in drafted.parts} == parts
    assert {code for each in drafted.criteria for code in each.parts} == {*parts}
    assert all("by its heading, of " in str(each.review) for each in drafted.criteria if each.parts)


@pytest.mark.parametrize(("text", "people"), TOGETHER.values(), ids=TOGETHER)
def test_persons_are_taken_as_needed_together_and_named(
    text: str, people: dict[str, tuple[str, str]]
) -> None:
    drafted = trial(text)
    found = {part.code: (part.person["en"], part.person["zh"]) for part in drafted.parts if part.person}
    assert found == people
    assert all(part.required for part in drafted.parts)
    for each in (one for one in drafted.criteria if one.parts):
        person = people[each.parts[0]]
        ask = drafted.question(each.code.lower()).ask
        assert ask["en"].startswith(f"Is this true of {person[0]}?")
        assert ask["zh"].startswith(person[1])
    once = [str(each.review) for each in drafted.criteria if "Taken as needed together: " in str(each.review)]
    assert once == [str(next(each.review for each in drafted.criteria if each.parts))], (
        "read once, not each time"
    )
    assert "delete required = true at each [[part]]" in once[0]


ALTERNATIVES = [
    key for key in SURE if key not in ("parents beside the patient", "sections of donors and recipients")
]


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_parts_that_are_no_other_persons_stay_alternatives_of_the_patient(name: str) -> None:
    drafted = trial(SURE[name][0])
    assert not any(part.required or part.person for part in drafted.parts)
    assert all(
        "Is this true of the patient?" in question.ask["en"]
        for question in drafted.questions
        if "Is this true" in question.ask["en"]
    )


def test_of_several_kinds_of_patients_one_is_enough_beside_a_person_who_is_needed() -> None:
    parts = trial(KINDS_BESIDE_PARENTS).parts
    assert {part.code: (part.required, bool(part.person)) for part in parts} == {
        "ADULT": (False, False),
        "CHILD": (False, False),
        "PARENT": (True, True),
    }


def test_what_stands_under_no_person_s_heading_is_asked_of_all_in_words() -> None:
    text = "Inclusion:\n* Age 12 years or older\nFor adolescents:\n* Age 13 to 17 years\nFor parents:\n* Reads\nExclusion:\n* Pregnant"
    drafted = trial(text)
    asked = {
        each.source: drafted.question(each.code.lower()).ask for each in drafted.criteria if not each.parts
    }
    assert {source: ask["en"].split("\n")[0] for source, ask in asked.items()} == {
        "Age 12 years or older": "Is this true of the adolescent and the parent?",
        "Pregnant": "Is this true of the adolescent or the parent?",
    }
    assert all(
        "asked of all who are needed together" in str(each.review)
        for each in drafted.criteria
        if not each.parts
    )
    assert [each.rule.text for each in drafted.criteria if "age_years" in each.rule.text] == [
        '"13 a" <= age_years <= "17 a"'
    ]


def test_a_heading_of_another_person_that_makes_no_part_is_named_in_its_questions() -> None:
    drafted = trial("Inclusion:\n* Fever\nFor parents:\n* Reads")
    asked = [each.ask for each in drafted.questions]
    assert [each["en"].split("\n")[0] for each in asked] == [
        "Is this true of the patient?",
        "Is this true of the parent?",
    ]
    assert asked[1]["zh"].startswith("家长")


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
    assert drafted.question("i4").ask["en"] == "Is this true of the parent?\n“Age 25 years or older”"

    fit: dict[str, Answer] = {
        each.id: Choice("no" if each.id.startswith("e") else "yes") for each in drafted.questions
    }
    fit |= {"age_years": Measurement("=", Decimal(15), "a"), "bmi": Measurement("=", Decimal(20), "kg/m2")}
    fat = fit | {"bmi": Measurement("=", Decimal(35), "kg/m2")}
    found = [play(drafted, each) for each in (fat, fit | {"i3": Choice("no")}, fit)]
    assert [(each.verdict, [part.verdict for part in each.parts]) for each in found] == [
        ("ineligible", ["ineligible", "met"]),
        ("ineligible", ["met", "ineligible"]),
        ("eligible", ["eligible", "eligible"]),
    ]


@pytest.mark.parametrize(
    "text", [SURE[key][0] for key in ("ages in their headings", "ages in their headings, in Chinese")]
)
def test_an_age_that_only_the_heading_of_a_part_says_is_asked_with_its_criteria(text: str) -> None:
    """No patient of neither age is let pass by it."""
    made = [each for each in criteria_of(split(text), propose) if each.code]
    assert all(re.match(".*18.*(?:Fever|发热)|.*17.*(?:Cough|咳嗽)", each.asked) for each in made)
    assert not any(each.of_some or each.rule for each in made)


def test_criteria_of_one_age_are_asked_of_no_other_and_those_of_a_kind_of_all_its_ages() -> None:
    text = SURE["one kind at several ages"][0]
    made = [(each.source, each.parts) for each in criteria_of(split(text), propose) if each.code]
    assert made == [
        ("Fever", ("CHILD-2-5",)),
        ("Cough", ("CHILD-6-11",)),
        ("Rash", ("CHILD-2-5",)),
        ("Itch", ("CHILD-2-5", "CHILD-6-11")),
    ]


def test_the_inclusions_of_another_part_end_the_exclusions_of_the_one_above() -> None:
    made = criteria_of(split(SURE["sections of parts without the word criteria"][0]), propose)
    assert [(each.source, each.role, each.parts) for each in made if each.code] == [
        ("Fever", "inclusion", ("1",)),
        ("Rash", "exclusion", ("1",)),
        ("Cough", "inclusion", ("2",)),
    ]


@pytest.mark.parametrize("form", ["* Cohort 1:\n  * {}\n* Cohort 2:\n  * {}", "* Cohort 1: {}\n* Cohort 2: {}", "Cohort 1:\n* {}\nCohort 2:\n* {}"])  # fmt: skip
def test_a_criterion_of_a_cohort_does_concern_whoever_is_in_none(form: str) -> None:
    made = [
        each
        for each in criteria_of(split("Inclusion:\n" + form.format("fever", "cough")), propose)
        if each.code
    ]
    assert [(each.parts, each.of_some) for each in made] == [(("1",), False), (("2",), False)]


@pytest.mark.parametrize("text", ["One of the following:\n  * Cohort 1:\n    - Fever\n  * Cohort 2:\n    - Cough", "Fever, or\n* Cohort 1 or 2:\n  - Cough\n* Cohort 3:\n  - Rash", "One of the following:\n  * Cohort 2:\n    - Cough\n  * Itch\n* Cohort 1:\n  - Rash"])  # fmt: skip
def test_a_part_that_has_no_criterion_is_none(text: str) -> None:
    drafted = trial(f"Inclusion:\n* {text}")
    assert {part.code for part in drafted.parts} == {code for each in drafted.criteria for code in each.parts}


SEXES = {
    "in English": ("Women aged 18-40 years", "Men aged 18-50 years"),
    "of a disease": ("Females with asthma", "Males with eczema"),
    "in Chinese": ("女性，年龄18-40岁", "男性，年龄18-50岁"),
}


@pytest.mark.parametrize("lines", SEXES.values(), ids=SEXES)
def test_what_stands_of_women_beside_men_keeps_out_neither(lines: tuple[str, str]) -> None:
    made = criteria_of(split("Inclusion:\n* {}\n* {}\n* ECOG 0-1".format(*lines)), propose)[1:]
    assert [(each.rule != "", each.of_some) for each in made] == [(False, True), (False, True), (True, False)]
    assert all("of_some" in [note.key for note in each.review] for each in made[:2])
    alone = criteria_of(split(f"Inclusion:\n* {lines[0]}\n* ECOG 0-1"), propose)[1]
    assert not alone.of_some


GROUPS = {
    "of a state": ("Healthy infants 6-23 months:\n* {}", "Children 2-4 years with HIV:\n* {}"),
    "of other ages": ("Younger adults (18-40 years):\n* {}", "Older adults (65 years and older):\n* {}"),
    "as items": ("* Adults 18-49 years with obesity:\n  * {}", "* Women aged 20-40 with PCOS:\n  * {}"),
    "at the beginning of lines": (
        "* Adults 18-49 years with obesity: {}",
        "* Adults 50-80 years with COPD: {}",
    ),
    "of a dose": ("Dose Level 1 and 2:\n* {}", "Dose Level 3:\n* {}"),
    "beside criteria of all": ("* Sneezes\nAdolescents (12-17):\n* {}", "* {}"),
    "in Chinese": ("健康婴儿（6-23月龄）：\n* {}", "2-4岁HIV感染儿童：\n* {}"),
}


@pytest.mark.parametrize("headed", GROUPS.values(), ids=GROUPS)
def test_an_age_in_the_heading_of_a_group_is_no_limit_for_all_who_take_part(headed: tuple[str, str]) -> None:
    text = "\n".join(headed).format("Platelets > 75 x 10^9/L", "LVEF > 50%")
    for side in ("Inclusion:", "Inclusion:\n* Age 18 years or older\nExclusion:"):
        drafted = trial(f"{side}\n{text}")
        assert drafted.parts == ()
        of_groups = [
            each for each in drafted.criteria if each.source not in ("Age 18 years or older", "Sneezes")
        ]
        of_groups = of_groups[: 1 if "Sneezes" in text else 2]
        assert not any("age_years" in each.rule.text for each in of_groups)
        said = "some patients only" if side == "Inclusion:" else "name some of the participants"
        assert all(said in str(each.review) for each in of_groups)


@pytest.mark.parametrize("line", ["Patients aged 18 to 65 years with asthma:", "Adults 18-49 years with obesity:"])  # fmt: skip
def test_a_group_below_which_all_criteria_stand_is_whom_the_trial_is_for(line: str) -> None:
    made = criteria_of(split(f"Inclusion:\n{line}\n* Fever\n* Cough\nExclusion:\n* Rash"), propose)
    assert not any(each.of_some for each in made)
    assert not {"of_some", "of_a_group"} & {note.key for each in made for note in each.review}


NAMED = [
    ("Stroke (Part 2 only)", ("2A", "2B")),
    ("ECOG 3-4 [Part 1]", ("1",)),
    ("Age > 75 years (cohort 2B)", ("2B",)),
    ("(Part 1 only) Prior surgery", ("1",)),
    ("For cohort 2A: stroke", ("2A",)),
    ("Stroke for parts 1 and 2 only", ("1", "2A", "2B")),
]
PARTED = "Inclusion:\nPart 1:\n* Fever\nPart 2:\n* Cohort 2A: cough\n* Cohort 2B: itch"
NO_PART = ["Prior vaccine (Phase 2)", "Stroke (Cohort C only)", "For arm A: stroke", "Stroke [Part 3]"]
OF_DISEASES = [
    "Breast cancer (stage 2)",
    "Hypertension (group 1)",
    "Took part in a phase 1 trial",
    "Hepatitis B",
]


@pytest.mark.parametrize(("line", "parts"), NAMED)
def test_a_line_that_names_a_part_by_its_code_is_of_that_part(line: str, parts: tuple[str, ...]) -> None:
    (made,) = (
        each
        for each in criteria_of(split(f"{PARTED}\nExclusion:\n* {line}"), propose)
        if each.role == "exclusion" and each.code
    )
    assert made.parts == parts
    assert [note.key for note in made.review] == ["of_parts_said"]


@pytest.mark.parametrize("line", ["卒中（仅B组）", "卒中（限B组）", "卒中（B组）", "对于B组：卒中"])
def test_a_line_that_names_a_part_in_chinese_is_of_that_part(line: str) -> None:
    text = f"入选标准：\nA组：\n1、无发热\nB组：\n1、发热\n排除标准：\n1、{line}"
    made = criteria_of(split(text), propose)[-1]
    assert (made.parts, [note.key for note in made.review]) == (("B",), ["of_parts_said"])


@pytest.mark.parametrize("side", ["Inclusion", "Exclusion"])
@pytest.mark.parametrize("line", NO_PART)
def test_a_line_that_names_a_part_that_the_draft_has_not_says_so(line: str, side: str) -> None:
    made = criteria_of(split(f"{PARTED}\n{side}:\nEverybody:\n* {line}"), propose)[-1]
    assert (made.parts, made.rule, made.of_some) == ((), "", side == "Inclusion")
    assert {"of_some", "of_a_group"} & {note.key for note in made.review}


@pytest.mark.parametrize("line", OF_DISEASES)
def test_a_code_of_a_disease_is_no_part(line: str) -> None:
    made = criteria_of(split(f"{PARTED}\nExclusion:\n* {line}"), propose)[-1]
    assert (made.parts, made.review) == ((), ())


def test_a_line_of_a_part_that_names_another_one_keeps_its_own_with_a_note() -> None:
    made = criteria_of(split(f"{PARTED}\nExclusion:\nPart 1:\n* Stroke (cohort 2A)"), propose)[-1]
    assert (made.parts, next(note.key for note in made.review)) == (("1",), "of_a_group")


def test_what_stands_below_a_part_is_of_its_cohorts_and_of_each_what_names_it() -> None:
    made = criteria_of(split(SURE["a part with cohorts below it"][0]), propose)
    assert [each.parts for each in made if each.code] == [("1",), ("2A", "2B"), ("2A",), ("2B",)]


HEADINGS = st.lists(
    st.sampled_from(["* COPD, or", "* Itch and", "* One of the following:\n  * Phase 3:\n    - Cold\n  * Itch", "* Phase 2:", "  - Cold", "  - Sweat, or", "* One of the following:", "Inclusion Criteria (Part B only):", "* Cohort A: wheeze", "Part 2:", "* Stroke (Part 2 only)", "* Cold [Cohort A]", "Adults (18 years and older):", "Adults 65 years and older:", "Children 2-5 years:", "Children 6 to 11 years:", "Children 2-4 years with HIV:", "Dose Level 2:", "Stage 1 Exclusion:", "* Women aged 18-40 years", "* Men aged 18-50 years", "Cohort A:", "Cohort B", "For parents:", "Adolescents:", "Healthy volunteers:", "Patients with asthma:", "Age:", "All participants:", "Inclusion Criteria:", "Exclusion Criteria:", "Women:", "* Fever", "* Age 18 years or older", "* Platelets > 75 x 10^9/L", "1. Cough", ""]),
    min_size=3, max_size=16,
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
    for place, question in enumerate(drafted.questions):
        people = [each["en"] if each else "the patient" for each in whom(drafted, place)]
        assert len(people) < 2 or all(each in question.ask["en"] for each in people)


LAYOUTS = {
    "nested": ("- Patients:\n  - {}\n  - {}\n- Controls:\n  - {}\n  - {}", ""),
    "numbered within": ("- Patients:\n1. {}\n2. {}\n- Controls:\n1. {}\n2. {}", ""),
    "side by side": ("- Patients:\n- {}\n- {}\n- Controls:\n- {}\n- {}", ""),
    "in one count": ("1. Patients:\n2. {}\n3. {}\n4. Controls:\n5. {}\n6. {}", ""),
    "in lines": ("- Patients: {}\n- Patients: {}\n- Controls: {}\n- Controls: {}", "{}: "),
}


@pytest.mark.parametrize("side", ["Inclusion", "Exclusion"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_of_patients_is_not_asked_of_controls(layout: str, side: str) -> None:
    """However a list names them: else nobody would fit, as a control has not what a patient has."""
    form, label = LAYOUTS[layout]
    lines = ("Confirmed eczema", "PASI above 10", "Calm", "Clear skin")
    needed = "Inclusion:\nPatients:\n* Ill\nControls:\n* Well\n" if side == "Exclusion" else ""
    made = criteria_of(split(f"{needed}{side}:\n{form.format(*lines)}"), propose)
    of = {each.source: each.parts for each in made if each.code}
    whom = ("PATIENT", "PATIENT", "CONTROL", "CONTROL")
    names = [label.format({"PATIENT": "Patients", "CONTROL": "Controls"}[each]) for each in whom]
    assert [of[name + line] for name, line in zip(names, lines, strict=True)] == [(each,) for each in whom]
    assert {"Patients:", "Controls:"}.isdisjoint(of)


@pytest.mark.parametrize("line", ["Women: {}", "Men: {}", "Children: {}", "Adults: {}"])
def test_what_a_line_asks_of_some_leaves_out_nobody_else(line: str) -> None:
    """Where whom it names is no part of the trial."""
    fever, cough = criteria_of(split(f"Inclusion:\n- {line.format('fever')}\n- Cough"), propose)[1:]
    assert (fever.of_some, fever.parts, cough.of_some) == (True, (), False)


def test_what_a_line_asks_of_another_person_is_read_as_none_of_the_patient_s() -> None:
    made = criteria_of(split("Inclusion:\n- Aged 12 to 17 years\n- Parents: aged 18 years or older"), propose)
    assert [each.rule for each in made if each.code] == ['"12 a" <= age_years <= "17 a"', ""]
    assert [note.key for note in made[-1].review] == ["of_another"]
