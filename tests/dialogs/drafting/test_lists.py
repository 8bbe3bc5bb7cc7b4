"""What the heading of a list makes of its items: understood where each word of it is known, else a reader has to tell."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.drafting.criteria import Drafted, criteria_of
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.layout import split
from dialogs.drafting.lists import Said, said_of
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.loading import parse_protocol

ANY = (
    "One of the following:", "At least one of the following:", "Any of the following:", "Either of the following:", "Patients must have one or more of the following:",
    "Participants with at least one of the following are eligible:", "Inclusion criteria (any of the following):", "One of the following within 6 months before randomization:",
    "Diagnosis of any one of the following:", "Documented by at least one of the following:", "Meets any of these criteria:", "Must be either:",
    "符合以下任一条件：", "至少符合以下一项：", "具有以下情况之一者：", "有以下任意一种疾病：", "满足下列一项或多项：",
)  # fmt: skip
SEVERAL = {
    "At least two of the following:": 2, "Two or more of the following risk factors:": 2, "Patients must meet at least 3 of the following criteria:": 3, "≥ 2 of the following:": 2,
    "满足以下两项或以上者：": 2, "至少符合以下3项：": 3, "以下两项或两项以上：": 2,
}  # fmt: skip
ALL = (
    "All of the following:", "Must meet all of the following criteria:", "Patients with both of the following:", "Adequate organ function, as defined by all of the following:", "Both:",
    "同时满足以下条件者：", "符合以下所有条件：", "以下条件均需满足：",
)  # fmt: skip
NEEDS = (
    "Adequate organ and marrow function as defined below:", "Laboratory values:", "Meets the following criteria:", "Patients must have the following:", "Requirements include:",
    "Adequate hepatic and renal function within 14 days before registration:", "Normal kidney function:", "实验室检查：", "骨髓功能良好：", "需符合以下标准：",
)  # fmt: skip
OF = (
    "History of:", "Use of the following medications within 4 weeks:", "Patients with the following conditions:", "Known allergy to:", "Prior treatment with:", "Cardiac disease:",
    "有以下情况者：", "接受过以下治疗：", "既往病史：", "患有下列疾病：",
)  # fmt: skip
UNTOLD = (
    "Absence of any of the following:", "Lack of any one of the following:", "Free from any of these:", "Never diagnosed with any of the following:", "Negative for any of the following:",
    "Patient denies any of the following:", "Willing to refrain from any of the following:", "Exclusion of any of the following diagnoses:", "No evidence of any of the following:",
    "At least one from each group:", "One major and two minor of the following:", "Meets criteria A plus one of B or C:", "Only one of the following:", "Exactly two of the following:",
    "Not more than one of the following:", "More than one of the following:", "Fewer than two or more of the following:", "Failure to meet at least two of the following:",
    "Failure to meet all of the following criteria:", "Patients may have any of the following:", "Any cancer, save for:", "Any cancer, barring the following:",
    "Any cancer, with these exemptions:", "Anything but the following:", "Any treatment other than:", "Combination of:", "Simultaneous presence of:", "Fewer than two of the following:",
    "除以下情况外的恶性肿瘤史：", "恶性肿瘤史（不包括以下）：", "除下列情形之外的手术：", "心血管疾病，排除以下稳定情况：", "不符合以下任一条件：", "无以下任何一项：", "仅符合以下一项：",
    "最多符合以下一项：", "未满足以下所有条件：",
)  # fmt: skip
ITEMS = "{0}Fever\n{0}Cough\n{0}Rash"
LAYOUTS = {"an item": "* {}\n" + ITEMS.format("  - "), "a line of its own": "{}\n" + ITEMS.format("* ")}
SIDES = {"Inclusion": "I", "Exclusion": "E"}


def made_of(side: str, text: str) -> list[Drafted]:
    return criteria_of(split(f"{side}:\n* Awake\n{side} criteria:\n{text}"), propose)[3:]


def rules(side: str, heading: str, layout: str) -> list[tuple[str, str]]:
    return [(each.source, each.rule) for each in made_of(side, LAYOUTS[layout].format(heading)) if each.code]


APART = [("Fever", ""), ("Cough", ""), ("Rash", "")]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", ANY)
def test_any_of_a_list_is_enough_to_be_met_and_each_excludes(heading: str, layout: str) -> None:
    assert said_of(heading) == Said("any", 1)
    if "nclusion" not in heading:
        assert rules("Inclusion", heading, layout) == [(heading, "i2_1 or i2_2 or i2_3")]
    if "nclusion" not in heading and "eligible" not in heading:
        assert rules("Exclusion", heading, layout) == APART


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("heading", "count"), SEVERAL.items())
def test_so_many_of_a_list_are_one_criterion(heading: str, count: int, side: str) -> None:
    id_ = SIDES[side].lower()
    rule = f"at_least({count}, {id_}2_1, {id_}2_2, {id_}2_3)"
    says_must = side == "Exclusion" and "must" in heading
    assert rules(side, heading, "an item") == [(heading, "" if says_must else rule)]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", ALL)
def test_all_of_a_list_are_to_be_met_and_together_exclude(heading: str, layout: str) -> None:
    assert rules("Inclusion", heading, layout) == APART
    if "Adequate" not in heading:  # what is wanted excludes nobody
        assert rules("Exclusion", heading, layout)[0][1] in ("e2_1 and e2_2 and e2_3", "")
        assert len(rules("Exclusion", heading, layout)) == 1


OUT = (
    "All of the following are excluded:", "All of the following will be excluded from the study:", "Each of the following is excluded:", "Both of the following are excluded:",
    "All of these conditions are excluded:", "All of the following patients are not eligible:", "All of the following are exclusionary:", "All of the following are exclusion criteria:",
    "All the following medications are prohibited:", "The following are all excluded:", "Patients with each of the following will be excluded:",
    "以下情况均需排除：", "下列所有疾病均应被排除：", "所有以下患者均排除：",
)  # fmt: skip
TOGETHER = (
    "Patients with all of the following are excluded:", "Patients who meet all of the following will be excluded:", "Patients who have both of the following are excluded:",
    "Both of the following must be present to be excluded:", "All of the following are excluded when present together:", "All of the following together are excluded:",
    "同时符合以下条件者排除：", "以下条件全部满足者排除：",
)  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", OUT)
def test_each_item_excludes_where_the_list_itself_is_what_is_excluded(heading: str, layout: str) -> None:
    assert said_of(heading) == Said("out")
    assert rules("Exclusion", heading, layout) == APART


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", TOGETHER)
def test_the_items_exclude_together_where_patients_have_all_of_them(heading: str, layout: str) -> None:
    assert rules("Exclusion", heading, layout) in ([(heading, "e2_1 and e2_2 and e2_3")], [(heading, "")])


@pytest.mark.parametrize("heading", [*OUT, "Any of the following conditions are excluded:"])
def test_no_item_of_such_a_list_among_the_inclusions_is_one_of_them(heading: str) -> None:
    made = [each for each in made_of("Inclusion", LAYOUTS["an item"].format(heading)) if each.code]
    assert not any(each.rule for each in made)
    assert not [each.source for each in made if each.source != heading and each.role == "inclusion"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", NEEDS)
def test_each_of_what_is_needed_is_to_be_met(heading: str, layout: str) -> None:
    assert rules("Inclusion", heading, layout) == APART


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", OF)
def test_each_of_what_a_patient_has_excludes_and_one_of_it_may_be_enough_to_be_met(
    heading: str, layout: str
) -> None:
    assert rules("Exclusion", heading, layout) == APART
    assert rules("Inclusion", heading, "an item") == [(heading, "")]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("heading", UNTOLD)
def test_a_list_whose_heading_is_not_surely_understood_is_one_question_in_its_words(
    heading: str, side: str, layout: str
) -> None:
    """Or each of its lines is one, with its heading, and its review names the doubt."""
    assert said_of(heading) is None
    made = [each for each in made_of(side, LAYOUTS[layout].format(heading)) if each.code]
    assert not any(each.rule for each in made)
    if len(made) == 1:
        assert made[0].asked == f"{heading}\n- Fever\n- Cough\n- Rash"
        assert "with_lines" in [note.key for note in made[0].review]
    else:
        assert [each.source for each in made] == ["Fever", "Cough", "Rash"]
        assert all(each.asked.startswith(heading) for each in made)
        assert all({"under_a_title", "unsure"} & {note.key for note in each.review} for each in made)


def test_an_answer_under_a_title_that_may_turn_it_is_shown_with_this_title() -> None:
    record = Record("X", "X", "Inclusion:\nProhibited lamps:\n* Red ones\n* Green ones")
    trial = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    assert [each.short["en"] for each in trial.questions] == [
        "Prohibited lamps: Red ones",
        "Prohibited lamps: Green ones",
    ]


WORDS = st.lists(
    st.sampled_from(["any of the following", "at least two of the following", "all of the following", "patients", "with", "history of", "use of", "no", "absence of", "lack of", "except", "unless", "fewer than", "only", "barring", "criteria", "(", ",", "without", "free from", "not", "refusal of", "多于", "无", "除", "外", "以下任一项"]),
    min_size=1, max_size=8,
).map(" ".join)  # fmt: skip


@given(WORDS)
def test_no_heading_with_a_word_that_turns_its_sense_is_understood(heading: str) -> None:
    turning = ("no ", "absence", "lack", "except", "unless", "fewer", "only", "barring", "without", "free", "not", "refusal", "多于", "无", "除", "外")  # fmt: skip
    if any(each in f"{heading} " for each in turning):
        assert said_of(heading) is None


WANTED = ("Adequate organ function:", "Normal laboratory values, all of the following:", "骨髓功能良好：", "骨髓功能良好，同时满足以下条件：", "器官功能充分，符合以下任一项：")  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", WANTED)
def test_what_is_wanted_is_no_list_of_what_excludes(heading: str, layout: str) -> None:
    assert rules("Exclusion", heading, layout) == [(heading, "")]


SHOWN = (
    "Hepatic disease as defined by:",
    "Cardiac disorder, documented by the following tests:",
    "Severe infection as evidenced by:",
)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", SHOWN)
def test_what_shows_a_disease_may_show_it_only_together(heading: str, layout: str) -> None:
    assert rules("Exclusion", heading, layout) == [(heading, "")]


JOINED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "or between two values": ("* Adequate organ function:\n  * Fever\n  * Cough OR\n  * Rash\n* Adult", [("Fever", ""), ("Cough OR", "i2b_1 or i2b_2"), ("Adult", "")]),
    "or between two of all": ("* Adequate organ function, as defined by all of the following:\n  * Fever\n  * Cough, or\n  * Rash", [("Fever", ""), ("Cough, or", "i2b_1 or i2b_2")]),
    "or between two of what must be met": ("* Must meet all of the following criteria:\n  * Fever\n  * Cough, or\n  * Rash", [("Fever", ""), ("Cough, or", "i2b_1 or i2b_2")]),
    "or between two of a title": ("* Laboratory values:\n  * Fever, or\n  * Cough\n  * Rash", [("Fever, or", "i2a_1 or i2a_2"), ("Rash", "")]),
    "or between two, in Chinese": ("1、实验室检查：\n（1）发热\n（2）咳嗽，或\n（3）皮疹", [("发热", ""), ("咳嗽，或", "i2b_1 or i2b_2")]),
    "or in a list whose heading does not say it": ("* Illness by two physicians:\n  * Fever\n  * Cough, or\n  * Rash", [("Illness by two physicians:", "")]),
    "or in a list of one that is denied": ("* Absence of:\n  * Fever, or\n  * Rash", [("Absence of:", "")]),
    "and in a list of any": ("* One of the following:\n  * Fever, and\n  * Cough\n  * Rash", [("One of the following:", "")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), JOINED.values(), ids=JOINED)
def test_or_between_two_items_joins_these_alone(text: str, expected: list[tuple[str, str]]) -> None:
    made = made_of("Inclusion", text)
    assert [(each.source, each.rule) for each in made if each.code] == expected


@pytest.mark.parametrize(
    "heading", ["Inclusion Criteria for Cohort A:", "Inclusion (Part B):", "Inclusion Criteria (Part B):"]
)
def test_or_between_two_lines_of_a_section_makes_no_alternatives_of_all_of_them(heading: str) -> None:
    text = f"{heading}\n* Age 18 years or older\n* Shown by a physician, or\n* Shown by a nurse\n* ECOG 0-1\n* Consent"
    made = [each for each in criteria_of(split(text), propose) if each.code]
    assert [each.code for each in made] == ["I1", "I2", "I3", "I4"]
    assert [each.rule for each in made] == ["", "i2_1 or i2_2", "", ""]


WHOLE = {
    "with a rule": ("Inclusion:\n* Fever, or\n* Cough", "Fever, or\nCough"),
    "with a word between them": ("Inclusion:\n* Fever\n* OR\n* Cough", "Fever\nOR\nCough"),
    "of some": (
        "Inclusion:\nFor women:\n* Sterile, or\n* On the pill",
        "For women: Sterile, or\nOn the pill",
    ),
    "of what is wanted": ("Exclusion:\n* No fever, and\n* No cough", "No fever, and\nNo cough"),
}


@pytest.mark.parametrize(("text", "asked"), WHOLE.values(), ids=WHOLE)
def test_lines_that_are_joined_are_asked_together_where_they_are_asked_in_words(
    text: str, asked: str
) -> None:
    (made,) = [each for each in criteria_of(split(text), propose) if each.code]
    assert made.asked == asked
    assert made.rule or "with_lines" in [note.key for note in made.review]


UNCLEAR = {
    "an inclusion that ends in or": ("Inclusion:\n* Fever, or\n\nExclusion:\n* Rash", "Fever, or"),
    "an exclusion that ends in and": ("Exclusion:\n* Fever and\n\nInclusion:\n* Rash", "Fever and"),
    "or before a part": ("Inclusion Criteria (Part B only):\n* Fever, or\n* Phase 2:\n  - Rash", "Fever, or"),
    "or before another cohort": (
        "Inclusion:\n* Cohort A: fever, or\n* Cohort B: rash",
        "Cohort A: fever, or",
    ),
}


@pytest.mark.parametrize(("text", "source"), UNCLEAR.values(), ids=UNCLEAR)
def test_a_line_that_nothing_is_joined_to_names_the_doubt_and_has_no_rule(text: str, source: str) -> None:
    made = {each.source: each for each in criteria_of(split(text), propose)}
    assert made[source].rule == ""
    assert "joins" in [note.key for note in made[source].review]


IN_A_LINE = {
    "numerals": "Exclusion: (i) fever; (ii) cough; (iii) rash; (iv) itch; (v) cold.",
    "letters": "Exclusion criteria: (a) fever; (b) cough; (c) rash; (d) itch; (e) cold.",
    "letters with one bracket": "Exclusion:\na) fever; b) cough; c) rash; d) itch; e) cold.",
    "capitals": "Exclusion: (A) fever, (B) cough, (C) rash, (D) itch, (E) cold.",
    "numbers in circles": "排除标准：①fever；②cough；③rash；④itch；⑤cold。",
    "some on a line below": "Exclusion:\n(i) fever; (ii) cough\n(iii) rash; (iv) itch\n(v) cold",
}


@pytest.mark.parametrize("text", IN_A_LINE.values(), ids=IN_A_LINE)
def test_each_item_of_a_list_that_goes_on_in_a_line_is_a_criterion(text: str) -> None:
    made = [each for each in criteria_of(split(text), propose) if each.code]
    assert [each.source.rstrip(".,;；。") for each in made] == ["fever", "cough", "rash", "itch", "cold"]
    assert [each.code for each in made] == ["E1", "E2", "E3", "E4", "E5"]


BEHIND_SPACES = {
    "dashes in a section of one line": "Exclusion criteria: - fever - cough - rash - itch - cold",
    "dashes in a section of one line, with a value": "Exclusion criteria: - Age 18-80 - cough 5 - rash - itch - cold",
    "long dashes": "Exclusion criteria: – fever – cough – rash – itch – cold",
    "dashes in an item": "Exclusion:\n- Fever - Cough - Rash - Itch\n- Cold",
    "letters in an item": "Exclusion:\n* a) fever b) cough c) rash d) itch e) cold",
    "letters in brackets in an item": "Exclusion:\n1. (a) fever (b) cough (c) rash\n2. (a) itch (b) cold",
    "letters of their own": "Exclusion:\na) fever b) cough c) rash\nd) itch e) cold",
    "sentences": "Exclusion: Fever over 3. eCough over 3. Rash over 3. pItch under 7. Cold over 3.",
    "sentences in Chinese": "排除标准：发热。咳嗽。皮疹。eGFR低于30。手术史。",
    "dashes in Chinese": "排除标准：- 发热 - 咳嗽 - 皮疹 - 痒 - 冷",
}


@pytest.mark.parametrize("text", BEHIND_SPACES.values(), ids=BEHIND_SPACES)
def test_each_item_behind_a_space_is_a_criterion(text: str) -> None:
    made = [each for each in criteria_of(split(text), propose) if each.code]
    assert [each.code for each in made] == ["E1", "E2", "E3", "E4", "E5"]
    assert not any(re.search(r" [-–] | \(?\w\) |[.。] ?\S", each.source) for each in made)


@pytest.mark.parametrize(
    "line",
    [
        "Asthma - within 6 months",
        "ECOG 0 - 1",
        "Fever - not of lamps - in summer",
        "Asthma - Stage 2",
        "Lamps (a) and (b) at night",
        "Fever - such as of lamps",
    ],
)
@pytest.mark.parametrize("marker", ["- ", "* ", "1. "])
def test_a_dash_or_a_letter_of_a_sentence_cuts_no_item(line: str, marker: str) -> None:
    assert [each.text for each in split(f"Exclusion:\n{marker}{line}\n{marker}Rash")][1:2] == [line]


def test_a_sentence_in_chinese_that_goes_on_from_the_last_one_stays_with_it() -> None:
    lines = split("排除标准：4周内手术。其中门诊手术除外。皮疹。")
    assert [each.text for each in lines[1:]] == ["4周内手术。其中门诊手术除外。", "皮疹。"]


@pytest.mark.parametrize("line", ["Hepatitis (a) or (c)", "Grade (i) fever", "Fever (b) of lamps", "Vitamin (a) and (b) lamps"])  # fmt: skip
def test_letters_that_list_nothing_cut_no_line(line: str) -> None:
    assert [each.text for each in split(f"Exclusion:\n* {line}\n* Rash")] == ["Exclusion:", line, "Rash"]
