"""An exclusion that says *no*, *must* or what is wanted has no rule, and asks what *Yes* means, whatever is known."""

from __future__ import annotations

from itertools import product

import pytest

from dialogs.drafting.criteria import Drafted, criteria_of
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.drafting.why import Note
from dialogs.loading import parse_protocol

MUST = ("must", "must not", "should", "should not", "shall", "are required to")
SAYS_MUST = (
    "Women of childbearing potential {} use contraception",
    "Men {} use condoms",
    "For women: they {} be pregnant",
    "Patients under 18 years of age {} give assent",
    "Patients with diabetes {} take insulin",
    "Patients {} be older than 75 years",
    "Pregnant, or women {} be sterile",
    "Diabetes; women {} use contraception",
    "Diabetes, and patients {} take insulin",
    "Women who are pregnant {} take folate",
    "HIV infection, unless patients {} take insulin",
)
SAYS_NO = (
    "No asthma",
    "No diabetes, or pregnant",
    "Not older than 75 years",
    "Women: no pregnancy",
    "Without HIV infection within 4 weeks",
    "Absence of stroke within 6 months",
    "Women of childbearing potential have to use contraception",
    "Women need to use contraception",
    "Women agree to use contraception",
    "Men will use condoms",
    "Women may not be pregnant",
    "Women mustn't be pregnant",
)
SAYS_WHAT_IS_WANTED = (
    "Women not pregnant",
    "Women who are not pregnant or breastfeeding",
    "Non-pregnant women",
    "Females not lactating",
    "Patients not older than 75 years",
    "Cannot be pregnant",
    "The patient cannot be on insulin",
    "Can't be older than 75 years",
    "Cannot have diabetes",
    "Does not have no diabetes",
    "Diabetes not without insulin",
    "Patients without HIV infection",
    "Subjects are free of asthma",
    "Adequate kidney function",
    "Has adequate kidney function",
    "Normal kidney function",
    "Negative pregnancy test",
    "Pregnancy test is negative",
    "HIV negative",
    "Able to give informed consent",
    "Willing to use contraception",
    "Signed informed consent",
    "Use of effective contraception",
    "Women using effective contraception",
    "At least 4 weeks since last chemotherapy",
    "Consent from patient or surrogate",
    "HIV seronegative",
    "≥ 2 weeks since last chemotherapy",
    "Off anticoagulation for at least 7 days",
    "Willingness to comply",
    "Non-smoker",
    "ECOG 0-1",
    "Patients with ECOG 0 or 1",
    "ECOG performance status ≤ 2",
    "Platelets ≥ 100 x 10^9/L",
    "Platelet count > 75,000/µL",
    "Hemoglobin ≥ 9 g/dL",
    "Neutrophils ≥ 1.5 x 10^9/L",
    "LVEF ≥ 50%",
    "Life expectancy of at least 3 months",
    "Karnofsky ≥ 70",
    "eGFR ≥ 60 mL/min/1.73 m2",
    "Potassium ≥ 3.5 mmol/L",
    "ALT ≤ 3 x ULN",
    "Age between 18 and 75 years",
    "Age 18 years or older",
)
WANTED_IN_CHINESE = (
    "女性未妊娠",
    "未怀孕的女性",
    "不能怀孕",
    "并非没有感染",
    "妊娠试验阴性",
    "愿意使用避孕措施",
    "已签署知情同意书",
    "采取有效避孕措施的女性",
    "患者或监护人知情同意",
    "距末次化疗≥2周",
    "停用抗凝药至少7天",
    "不吸烟者",
    "ECOG 0-1分",
    "血小板≥100×10^9/L",
    "左室射血分数≥50%",
    "预期生存期≥3个月",
    "年龄18-75岁",
    "年满18周岁",
)
MUST_IN_CHINESE = ("必须", "不得", "应", "须", "不应")
IN_CHINESE = (
    "有生育能力的女性{}避孕",
    "男性{}使用避孕套",
    "年龄{}大于75岁",
    "18岁以下患者{}签署知情同意书",
    "糖尿病，或女性{}绝育",
    "妊娠；患者{}使用胰岛素",
)
LINES = (
    *(line.format(must) for line, must in product(SAYS_MUST, MUST)),
    *SAYS_NO,
    *SAYS_WHAT_IS_WANTED,
    *WANTED_IN_CHINESE,
    *(line.format(must) for line, must in product(IN_CHINESE, MUST_IN_CHINESE)),
    "无妊娠",
    "女性：无妊娠",
    "有生育能力的女性需避孕",
)
PERSONS = "Inclusion:\nAdolescents:\n* Fever\nParents:\n* Reads\n"
WHERE = {
    "alone": "Exclusion:\n* {}",
    "in Chinese": "排除标准：\n1、{}\n2、发热",
    "of one sex": "Exclusion:\nWomen:\n* {}",
    "of some": "Exclusion:\nFor children:\n* {}",
    "of an age": "Exclusion:\nAge:\n* {}",
    "of another person": "Exclusion:\nParents:\n* {}",
    "of a person who is needed": PERSONS + "Exclusion:\nParents:\n* {}",
    "of all who are needed": PERSONS + "Exclusion:\n* {}",
    "of a cohort": "Inclusion:\nCohort A:\n* Fever\nCohort B:\n* Cough\nExclusion:\nCohort A:\n* {}",
    "half of two": "Exclusion:\n* Fever, and\n* {}",
    "one of all": "Exclusion:\n* All of the following:\n  * Fever\n  * {}",
    "one of some": "Exclusion:\n* At least 2 of the following:\n  * Fever\n  * {}\n  * Cough",
    "one of a list": "Exclusion:\n* Any of the following:\n  * Fever\n  * {}",
    "an example": "Exclusion:\n* Severe illness, including:\n  * Fever\n  * {}",
    "with a remark": "Exclusion:\n* {}\n  * Inhaled steroids are allowed",
}
OF_WHOM = {
    "of another person": "of_another",
    "of a person who is needed": "of_parts",
    "of all who are needed": "of_everybody",
    "of a cohort": "of_parts",
}
"""What else is remarked, beside what *Yes* means."""


def about(line: str, text: str) -> Drafted:
    """Return the criterion that asks about a line."""
    made = criteria_of(split(text), propose)
    found = next(each for each in made if each.source.strip(" ,") == line)
    return found if found.code else next(each for each in made if each.code == found.whose)


@pytest.mark.parametrize("where", WHERE)
def test_an_exclusion_that_says_what_must_be_has_no_rule_and_asks_what_yes_means(where: str) -> None:
    for line in LINES:
        made = about(line, WHERE[where].format(line))
        keys = {each.key for each in made.review}
        assert (made.rule, made.questions) == ("", ()), line
        assert {"requires", OF_WHOM.get(where, "requires")} <= keys, line


@pytest.mark.parametrize("line", LINES)
def test_no_rule_is_proposed_anew_for_what_must_be(line: str) -> None:
    assert propose(line, "exclusion", ()) is None


def test_parts_of_such_lines_are_known_so_that_the_property_can_fail() -> None:
    """As inclusions, or without the word, some of them have rules."""
    assert any(propose(line, "inclusion", ()) for line in LINES)
    assert about("Asthma", WHERE["one of all"].format("Asthma")).rule == "e1_1 and e1_2"


def test_a_draft_says_both_whom_a_line_is_of_and_that_its_yes_is_to_be_checked() -> None:
    text = drafted_file(
        Record("X", "X", WHERE["of a person who is needed"].format("No asthma")), ["en"], propose, ""
    )
    trial = parse_protocol(text, "draft")
    review = next(each.review for each in trial.criteria if each.source == "No asthma")
    assert "what “Yes” means" in str(review)
    assert "by its heading, of Parents only" in str(review)


@pytest.mark.parametrize(
    "line",
    [
        "Patients who must take insulin",
        "Has diabetes, or must take insulin",
        "Need to take insulin",
        "Women who have to take insulin",
        "Women who will not use contraception",
        "Women who do not agree to use contraception",
        "Women not willing to agree to use contraception",
        "需要使用胰岛素",
        "因病必须使用胰岛素的患者",
        "严重不良反应",
        "有手术适应症",
        "无法签署知情同意书",
        "女性无避孕措施",
        "Patients who cannot be followed",
        "Cannot be followed for 6 months",
        "Disease that cannot be measured",
        "Cannot swallow tablets",
        "Unable to walk without help",
        "Women not using contraception",
        "Unwilling to use adequate contraception",
        "Inadequate kidney function",
        "Informed consent not given",
        "Lack of informed consent",
        "Triple-negative breast cancer",
        "Use of oral contraceptives",
        "Able to become pregnant",
        "Stable angina",
        "Patients with no insurance",
        "Not able to consent",
        "签署知情同意书前4周内使用抗生素",
        "不愿意避孕",
        "未采取有效避孕措施",
        "不能有效避孕",
        "不明原因非感染性腹泻",
        "Women with no contraception",
        "ECOG > 2",
        "ECOG 2-4",
        "Platelets < 100 x 10^9/L",
        "Platelets > 450 x 10^9/L",
        "Hemoglobin ≥ 17 g/dL",
        "LVEF < 50%",
        "Potassium ≥ 5.5 mmol/L",
        "Life expectancy of less than 3 months",
        "Age under 18 or over 75 years",
        "Age < 18 or > 75 years",
        "Less than 2 weeks since last chemotherapy",
        "Lack of willingness to comply",
        "Consent withdrawn",
        "Off-label use of lamps for 3 days",
        "未满18岁",
        "年龄小于18岁或大于75岁",
        "血钾≥5.5 mmol/L",
        "吸烟者",
        "停用抗凝药不足7天",
    ],
)
def test_whom_a_must_or_a_no_excludes_is_excluded_as_it_stands(line: str) -> None:
    assert Note("requires") not in about(line, f"Exclusion:\n* {line}").review


def test_a_title_of_requirements_makes_what_is_wanted_of_its_lines() -> None:
    made = about("Calcium ≥ 2 mmol/L", "Exclusion:\n* Laboratory requirements:\n  * Calcium ≥ 2 mmol/L")
    assert (made.rule, Note("requires") in made.review) == ("", True)
