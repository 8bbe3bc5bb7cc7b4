"""A heading of a section behind anything else in a line: what follows it is never on the side before it unnoticed."""

from __future__ import annotations

from itertools import product

import pytest

from dialogs.drafting.layout import Line, split

IN, EX, LINE = "inclusion", "exclusion", "line"
ENDS = (
    "ECOG ≤ 2", "ECOG 0-1", "HbA1c > 7%", "HbA1c ≥ 7 %", "Age 18-80", "Age ≥ 18", "BMI < 40 kg/m2", "Platelets ≥ 100 x 10^9/L", "K+", "Lamps (red)", "Lamps, red;", "Lamps.", "Lamps!", "Lamps?",
    "LDL < 3.0 mmol/L", "Fever for 3 days", "Fever", "Fever and cough for some days in a row", "Sex: all", "Fever: no", "Lamp \"A\"", "pH 7.4*", "Fever ≥ 38°", "Written consent", "Hepatitis A", "Lamps [red]", "WOMEN OR MEN",
)  # fmt: skip
NAMES = (
    "Exclusion Criteria:", "EXCLUSION CRITERIA:", "Exclusion Criteria :", "**Exclusion Criteria:**", "Key Exclusion Criteria:", "Exclusion Criterion:", "Exclusion:", "Exclusions:", "Exclusion Criteria (any):",
    "Exlusion Criteria:", "Exclusion criteria:", "Exclusion criteria are:",
)  # fmt: skip
FORMS = {
    "behind an item": "Inclusion Criteria:\n\n1. Adults\n2. {}\n1. Stroke\n2. Rash\n",
    "behind a bullet": "Inclusion Criteria:\n\n* Adults\n* {}\n* Stroke\n* Rash\n",
    "behind a line": "Inclusion Criteria:\n\nAdults\n{}\nStroke\nRash\n",
    "with its list behind it": "Inclusion Criteria: 1. Adults 2. {} 1. Stroke 2. Rash\n",
    "with one criterion behind it": "Inclusion Criteria:\n* Adults\n* {} Stroke\n* Rash\n",
    "without a heading above": "* Adults\n* {}\n* Stroke\n* Rash\n",
}


def about(lines: tuple[Line, ...], word: str) -> Line:
    return next(each for each in lines if word in each.text)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_behind_a_heading_of_exclusions_is_an_inclusion(form: str) -> None:
    for end, name in product(ENDS, NAMES):
        lines = split(FORMS[form].format(f"{end} {name}"))
        assert [about(lines, each).role for each in ("Adults", "Stroke", "Rash")] == [IN, EX, EX], (end, name)


CHINESE = ("ECOG ≤ 2", "HbA1c > 7%", "年龄18-80岁", "年龄≥18岁", "BMI < 40 kg/m2", "高血压（轻度）", "高血压；", "高血压。", "发热3天")  # fmt: skip
IN_CHINESE = {
    "behind an item": "入选标准：\n1、成人\n2、{}\n1、卒中\n2、皮疹\n",
    "with its list behind it": "入选标准：1、成人 2、{} 1、卒中 2、皮疹\n",
    "with one criterion behind it": "入选标准：\n1、成人\n2、{}卒中\n3、皮疹\n",
}


@pytest.mark.parametrize("form", IN_CHINESE)
def test_nothing_behind_a_heading_of_exclusions_is_an_inclusion_in_chinese(form: str) -> None:
    for end, name, blank in product(
        CHINESE, ("排除标准：", "【排除标准】：", "主要排除标准：", "排除条件:"), ("", " ")
    ):
        lines = split(IN_CHINESE[form].format(f"{end}{blank}{name}"))
        assert [about(lines, each).role for each in ("成人", "卒中", "皮疹")] == [IN, EX, EX], (end, name)


SURE = {
    "a sign": ("1. Age ≥ 18\n2. ECOG ≤ 2 Exclusion Criteria:\n", ["Age ≥ 18", "ECOG ≤ 2", "Exclusion Criteria:"]),
    "per cent": ("* HbA1c > 7% exclusion criteria: Rash", ["HbA1c > 7%", "exclusion criteria:", "Rash"]),
    "a range, before a list": ("2. ECOG 0-1 Exclusion: 1. Stroke 2. Rash", ["ECOG 0-1", "Exclusion:", "Stroke", "Rash"]),
    "a word, in an item": ("1. Fever\n2. Cough Exclusion Criteria:\n1. Rash", ["Fever", "Cough", "Exclusion Criteria:", "Rash"]),
    "an age": ("Inclusion Criteria: 1. Fever 2. Age 18-80 Exclusion Criteria: 1. Stroke 2. Rash", ["Inclusion Criteria:", "Fever", "Age 18-80", "Exclusion Criteria:", "Stroke", "Rash"]),
    "a unit, in Chinese": ("入选标准：1、发热 2、BMI < 40 kg/m2 排除标准：1、卒中 2、皮疹", ["入选标准：", "发热", "BMI < 40 kg/m2", "排除标准：", "卒中", "皮疹"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), SURE.values(), ids=SURE)
def test_a_line_is_cut_before_a_heading_behind_a_digit_or_a_sign(text: str, lines: list[str]) -> None:
    assert [each.text for each in split(text)] == lines


SENTENCES = (
    "Meets none of the exclusion criteria: fever, rash", "Meets none of the Exclusion Criteria: fever, rash", "No exclusion criteria: fever", "Fever (exclusion: of lamps)", "None of these exclusion criteria: fever",
    "Not excluded by other exclusion criteria: fever", "Diagnosis by exclusion: fever", "不符合上述排除标准：发热", "未达到任一排除标准：发热",
)  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_with_the_words_of_a_heading_stays_whole(sentence: str) -> None:
    lines = split(f"Inclusion Criteria:\n* {sentence}\n* Adults")
    assert [(each.text, each.unsure) for each in lines[1:]] == [(sentence, False), ("Adults", False)]


DOUBTFUL = (
    "Fever Exclusion: of lamps",
    "Cardiac patients with lamp exclusion criteria: fever",
    "Consent: no Exclusion Criteria: fever",
)


@pytest.mark.parametrize("line", DOUBTFUL)
def test_where_it_is_not_sure_what_stands_below_has_a_note(line: str) -> None:
    below = split(f"Inclusion Criteria:\n* Adults\n* {line}\n* Rash\n\nInclusion Criteria:\n* Itch")
    found = {each.text: (each.role, each.unsure) for each in below}
    assert found["Adults"] == found["Itch"] == (IN, False)
    assert found["Rash"] == (EX, True)


def test_what_may_be_a_heading_of_inclusions_among_the_exclusions_lets_nobody_in() -> None:
    lines = split("Exclusion Criteria:\n* Fever\n* Consent: no Inclusion Criteria: met\n* Rash")
    assert (lines[-1].role, lines[-1].unsure) == (EX, True)


@pytest.mark.parametrize("heading", ["Part 2 Exclusion Criteria:", "Cohort B Exclusion Criteria:", "Visit 2 Exclusion Criteria:", "Adults Exclusion Criteria:", "儿童排除标准："])  # fmt: skip
def test_the_name_of_a_part_or_a_group_stays_in_its_heading(heading: str) -> None:
    lines = split(f"Inclusion Criteria:\n* Adults\n\n{heading}\n* Rash")
    assert [(each.text, each.role) for each in lines[2:]] == [(heading, LINE), ("Rash", EX)]
