"""Only what surely judges nobody is a remark; an exception is asked with what it excepts, and is no criterion of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.drafting.accounting import differences
from dialogs.drafting.criteria import Drafted, criteria_of
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.drafting.why import Note
from dialogs.loading import parse_protocol

IN, EX = "inclusion", "exclusion"
HEADINGS = {IN: "Inclusion Criteria:", EX: "Exclusion Criteria:"}

JUDGE_AMONG_INCLUSIONS = (
    "No more than one prior regimen is allowed", "No prior immunotherapy is allowed", "Up to two prior lines are allowed", "Neither aspirin nor warfarin are permitted",
    "At most one seizure is acceptable", "Hemoglobin of 8 or more is acceptable", "Only inhaled steroids are permitted", "Fewer than three lines are acceptable", "One prior line is allowed",
    "Prior immunotherapy is allowed for up to 2 lines", "Stable brain metastases are allowed", "Treated hepatitis is permitted", "Age over 80 permitted", "Prednisone ≤ 10 mg is allowed",
    "Lamps are allowed within 4 weeks", "Earlier lamps are permitted once", "Itch is allowed if it is mild", "Diabetics can be included", "Healthy volunteers may participate",
    "不允许超过一线既往治疗", "最多允许一次既往治疗", "仅允许吸入性激素", "允许使用≤10 mg激素", "至少1线治疗是允许的", "稳定的脑转移是允许的", "既往一次手术可以接受",
)  # fmt: skip
JUDGE_AMONG_EXCLUSIONS = (
    "Pregnant women will not be considered for enrolment", "No anticoagulants are permitted", "No steroids will be allowed", "Prisoners will not be considered", "Minors will not be considered",
    "Subjects with pacemaker will not be considered", "Neither pregnancy nor lactation is acceptable", "At most one seizure is acceptable", "Up to two prior lines are allowed",
    "Pregnant women are not considered candidates", "Only one earlier lamp is permitted", "Not more than one cigarette is acceptable",
    "孕妇将不予考虑", "不允许使用抗凝药", "最多允许1次发作", "仅允许一次手术",
)  # fmt: skip
PERMIT = {
    IN: ("Earlier cough is allowed", "Concomitant statins permitted", "Inhaled steroids are permitted.", "Permitted medications:", "Subjects may have:", "允许既往使用激素", "可使用吸入性激素", "允许吸入性激素", "Topical steroids allowed"),
    EX: ("Inhaled steroids are permitted.", "Patients with a large spleen are eligible", "Subjects with cough may be enrolled", "Cough does not exclude", "Cough is not exclusionary",
         "Patients with cough will not be excluded", "Subjects may have:", "Topical steroids allowed", "Diabetics can be included", "Healthy volunteers may participate", "允许吸入性激素", "Earlier cough is allowed", "Concomitant statins permitted", "Permitted medications:", "允许既往使用激素", "可使用吸入性激素", "咳嗽患者可以入组", "咳嗽不予排除"),
}  # fmt: skip
LIMITED = (
    "Hemoglobin of 8 or more is acceptable", "Patients may enter if stable for 6 months", "Prednisone up to 10 mg is allowed", "Stable angina is permitted", "Controlled hypertension is acceptable",
    "Patients with cough may be enrolled after 4 weeks", "Subjects with fever are eligible when treated", "稳定6个月者可以入组", "允许≤10 mg激素",
)  # fmt: skip
EXCEPTIONS = {
    EX: (
        "Unless Child-Pugh A", "With the exception of varicella vaccine", "Does not apply to corneal transplant", "This does not apply to hemodialysis", "Only hemodialysis counts", "Except when mild",
        "Exceptions: freckles", "However, mild ones are of no concern", "Other than of the skin", "Apart from lacunar stroke", "But not if cured", "Not including freckles", "Provided that it was cured",
        "Freckles are not considered a malignancy", "As long as it is active", "The criterion does not include freckles",
        "除非Child-Pugh A级", "角膜移植不适用本条", "仅血液透析计入", "但皮肤基底细胞癌除外", "不包括雀斑", "例外：雀斑", "雀斑不在此限",
    ),
    IN: (
        "Unless bone marrow is involved", "Except for patients with Gilbert syndrome", "Patients with liver metastases may have ALT ≤ 5 x ULN", "For patients with liver metastases, ALT ≤ 5 x ULN",
        "≤ 5 x ULN if liver metastases are present", "Up to 5 x ULN for patients with metastases", "However, ALT of 5 x ULN is accepted with metastases", "肝转移患者ALT可≤5×ULN", "除非有肝转移",
    ),
}  # fmt: skip
ABOVE = {IN: "ALT ≤ 3 x ULN", EX: "Cirrhosis"}
BESIDE = {
    "on the next line": "7. {}\n{}\n8. ECOG 0-1",
    "an item of the list": "* {}\n* {}\n* ECOG 0-1",
    "of a web page": "<ul><li>{}</li><li>{}</li><li>ECOG 0-1</li></ul>",
    "lines without markers": "{}\n\n{}\n\nECOG 0-1",
}
BELOW = {
    "nested": "* {}\n  * {}\n* ECOG 0-1",
    "nested in a web page": "<ul><li>{}<ul><li>{}</li></ul></li><li>ECOG 0-1</li></ul>",
    "in its indent": "1. {}\n\n   {}\n\n2. ECOG 0-1",
}
OF_A_LIST = "1. Any of:\n   a) Stroke within 6 months\n   b) Cirrhosis\n   c) {}\n2. ECOG 0-1"


def made_of(side: str, text: str) -> list[Drafted]:
    return criteria_of(split(f"{HEADINGS[side]}\n{text}"), propose)


def criterion(made: list[Drafted], source: str) -> Drafted:
    (found,) = (each for each in made if each.source == source)
    return found


def asked_by(made: Drafted) -> str:
    """All words that a criterion asks about."""
    return "\n".join((made.asked or made.source, *(str(each.get("words", "")) for each in made.questions)))


CASES = [(IN, line) for line in JUDGE_AMONG_INCLUSIONS] + [(EX, line) for line in JUDGE_AMONG_EXCLUSIONS]


@pytest.mark.parametrize(
    "layout", ["* Awake\n* {}\n* ECOG 0-1", "* {}\n* ECOG 0-1", "1. Awake\n{}\n2. ECOG 0-1"]
)
@pytest.mark.parametrize(("side", "line"), CASES)
def test_a_denial_a_limit_or_a_number_is_a_criterion_in_the_words_of_the_record(
    side: str, line: str, layout: str
) -> None:
    made = made_of(side, layout.format(line))
    assert criterion(made, line).role == side
    assert not any(line in each.help for each in made)


@pytest.mark.parametrize(
    "line",
    [
        "Minors will not be considered",
        "Pregnant women will not be considered for enrolment",
        "孕妇将不予考虑",
        "未成年人不得入组",
    ],
)
def test_who_will_not_be_considered_is_excluded_among_inclusions_too(line: str) -> None:
    assert criterion(made_of(IN, f"* Awake\n* {line}"), line).role == EX


@pytest.mark.parametrize(
    "line",
    [
        "No anticoagulants are permitted",
        "At most one seizure is acceptable",
        "仅允许一次手术",
        "不允许使用抗凝药",
    ],
)
def test_an_exclusion_that_says_what_is_allowed_asks_what_yes_means(line: str) -> None:
    assert Note("requires") in criterion(made_of(EX, f"* Awake\n* {line}"), line).review


@pytest.mark.parametrize("line", JUDGE_AMONG_INCLUSIONS[:10])
def test_an_inclusion_that_says_what_is_allowed_asks_what_yes_means(line: str) -> None:
    made = criterion(made_of(IN, f"* Awake\n* {line}"), line)
    assert made.rule or Note("says_allowed") in made.review


@pytest.mark.parametrize(("side", "line"), [(side, line) for side in PERMIT for line in PERMIT[side]])
def test_what_is_surely_allowed_is_help_of_the_line_above_whose_review_says_so(side: str, line: str) -> None:
    items = "\n  * Lamps\n  * Rash" if line.endswith(":") else ""
    made = made_of(side, f"* Awake\n* {line}{items}\n* ECOG 0-1")
    above = criterion(made, "Awake")
    assert [each.source for each in made if each.code] == ["Awake", "ECOG 0-1"]
    assert line in above.help
    assert above.review == (Note("allowed_below"),)


@pytest.mark.parametrize("line", LIMITED)
def test_what_is_allowed_within_a_limit_is_asked_with_the_exclusion_above_it(line: str) -> None:
    made = criterion(made_of(EX, f"* Cirrhosis\n* {line}\n* ECOG 0-1"), "Cirrhosis")
    assert (made.rule, made.help, line in made.asked) == ("", "", True)
    assert [each.key for each in made.review] == ["with_lines", "may_judge"]


@pytest.mark.parametrize("layout", BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize(("side", "line"), [(side, line) for side in EXCEPTIONS for line in EXCEPTIONS[side]])
def test_an_exception_beside_a_line_is_asked_with_it_and_the_line_has_no_rule(
    side: str, line: str, layout: str
) -> None:
    made = made_of(side, layout.format(ABOVE[side], line))
    above = criterion(made, ABOVE[side])
    assert [each.source for each in made if each.code] == [ABOVE[side], "ECOG 0-1"]
    assert (above.rule, above.help, above.asked) == ("", "", f"{ABOVE[side]}\n- {line}")
    assert Note("with_lines", n=1) in above.review


@pytest.mark.parametrize("layout", BELOW.values(), ids=BELOW)
@pytest.mark.parametrize(("side", "line"), [(side, line) for side in EXCEPTIONS for line in EXCEPTIONS[side]])
def test_an_exception_below_a_line_is_asked_with_it(side: str, line: str, layout: str) -> None:
    made = made_of(side, layout.format(ABOVE[side], line))
    assert [each.source for each in made if each.code] == [ABOVE[side], "ECOG 0-1"]
    assert line in asked_by(criterion(made, ABOVE[side]))


@pytest.mark.parametrize("line", EXCEPTIONS[EX])
def test_an_exception_in_a_list_is_asked_with_each_of_its_items(line: str) -> None:
    made = made_of(EX, OF_A_LIST.format(line))
    items = [each for each in made if each.code][:-1]
    assert [each.source for each in items] == ["Stroke within 6 months", "Cirrhosis"]
    assert all((each.rule, line in each.asked) == ("", True) for each in items)


def test_an_exception_below_alternatives_leaves_them_no_rule() -> None:
    (made, *_) = made_of(EX, "* All of the following:\n  * Fever\n  * Cough\n  * Unless mild")[1:]
    assert (made.code, made.rule) == ("E1", "")
    assert "Unless mild" in made.asked


@pytest.mark.parametrize(
    "text",
    [
        "Patients must be stable",
        "ALT must be below 5 x ULN",
        "Note: patients with fever are excluded",
        "注：发热者须稳定",
    ],
)
def test_a_further_paragraph_or_a_note_that_may_judge_is_asked_and_no_mere_help(text: str) -> None:
    made = criterion(made_of(EX, f"1. Cirrhosis\n\n   {text}\n\n2. Fever"), "Cirrhosis")
    assert text not in made.help
    assert text in asked_by(made)


COMPOUND = (
    "Stroke - TIA is allowed", "Stroke – TIA is permitted", "Stroke while TIA is allowed", "Cancer although freckles are acceptable", "Steroids but inhaled ones are permitted",
    "卒中但TIA允许", "恶性肿瘤但皮肤癌除外", "卒中——TIA可以接受",
)  # fmt: skip


@pytest.mark.parametrize("line", COMPOUND)
def test_an_exclusion_that_goes_on_to_what_is_allowed_is_one(line: str) -> None:
    made = made_of(EX, f"* Awake\n* {line}\n* ECOG 0-1")
    assert [each.source for each in made if each.code] == ["Awake", line, "ECOG 0-1"]


@pytest.mark.parametrize(
    "heading",
    [
        "Subjects must not have cancer",
        "History of stroke:",
        "Any of the following:",
        "Cardiac disease:",
        "Cirrhosis",
        "既往病史：",
    ],
)
@pytest.mark.parametrize("items", [["unless mild"], ["unless mild", "except if cured"], ["轻度者除外"]])
def test_a_list_of_nothing_but_exceptions_is_one_question(heading: str, items: list[str]) -> None:
    made = made_of(EX, "\n".join((f"* {heading}", *(f"  * {each}" for each in items), "* ECOG 0-1")))
    assert [each.source for each in made if each.code] == [heading, "ECOG 0-1"]
    assert all(each in made[1].asked for each in items)


@pytest.mark.parametrize(
    "line",
    [
        "Diabetics can be included",
        "Only hemodialysis counts",
        "Stage IV is not allowed",
        "Pregnant women are excluded",
    ],
)
@pytest.mark.parametrize("side", [IN, EX])
def test_a_sentence_below_an_item_is_no_more_of_its_line(side: str, line: str) -> None:
    made = made_of(side, f"* Cirrhosis\n  {line}\n* Stroke")
    assert [(each.source, each.role) for each in made if each.code] == [("Cirrhosis", side), ("Stroke", side)]


@pytest.mark.parametrize(
    "text",
    ["* Patients with\n  HIV are not allowed", "* Cirrhosis that began before\n  entry is not allowed"],
)
def test_a_sentence_that_goes_on_in_the_next_line_is_one(text: str) -> None:
    assert len([each for each in made_of(EX, text) if each.code]) == 1


WITH_A_CLAUSE = ("Except for alopecia, unresolved toxicity", "Other than aspirin, any anticoagulant", "Excluding skin cancer, any malignancy within 5 years", "Unless treated, hepatitis C", "Other than the disease under study, in good health", "Unless otherwise noted, adults")  # fmt: skip


@pytest.mark.parametrize("side", [IN, EX])
@pytest.mark.parametrize("line", WITH_A_CLAUSE)
def test_a_line_that_begins_with_its_own_exception_is_a_criterion(line: str, side: str) -> None:
    made = made_of(side, f"* Awake\n* {line}\n* ECOG 0-1")
    assert [(each.source, each.role) for each in made if each.code][1] == (line, side)


OF_THE_RECORD = ("Other exclusion criteria apply.", "Please contact the study team.", "Not all inclusion criteria are listed", "For more information ask us", "Ask your doctor if you are not sure", "None")  # fmt: skip
OF_MORE = ("Other exclusion criteria apply, such as diabetes", "Please contact the study team if you had a stroke", "Additional criteria may apply: diabetes", "For more information on insulin, which excludes, ask us")  # fmt: skip


@pytest.mark.parametrize("line", OF_THE_RECORD + OF_MORE)
def test_a_remark_on_the_whole_record_is_none_where_it_says_more(line: str) -> None:
    made = made_of(EX, f"* Cirrhosis\n* {line}\n* Stroke")
    assert [each.source for each in made if each.code] == [
        "Cirrhosis",
        *([line] if line in OF_MORE else []),
        "Stroke",
    ]


OTHERS = (
    "Cirrhosis",
    "Stroke within 6 months",
    "ALT ≤ 3 x ULN",
    "Any of the following:",
    "ECOG 0-1",
    "Cardiac disease:",
    "发热",
)
SENTENCES = st.sampled_from(
    [*OTHERS * 5, *JUDGE_AMONG_INCLUSIONS, *JUDGE_AMONG_EXCLUSIONS, *PERMIT[IN], *PERMIT[EX], *LIMITED, *EXCEPTIONS[IN], *EXCEPTIONS[EX]]
)  # fmt: skip
MARKERS = st.sampled_from(["* ", "  * ", "    * ", "", "   ", "1. "])


@given(
    st.sampled_from([IN, EX]),
    st.lists(st.tuples(MARKERS, SENTENCES), min_size=1, max_size=7, unique_by=lambda line: line[1]),
)
def test_whatever_stands_beside_whatever_no_line_that_may_judge_is_mere_help(
    side: str, lines: list[tuple[str, str]]
) -> None:
    text = "\n".join((HEADINGS[side], "* Awake", *(marker + line for marker, line in lines)))
    made = criteria_of(split(text), propose)
    sure = {*PERMIT[IN], *PERMIT[EX]} - ({*JUDGE_AMONG_INCLUSIONS} if side == IN else set())
    helped = {line.lstrip("- ") for each in made for line in each.help.splitlines()}
    below = {each.source for each in made if each.source not in sure and each.source in helped}
    headed = {line.text for line in split(text) if sure & {*line.headings}}
    assert below <= headed
    record = Record("FICT-1", "Fictional", text)
    assert (
        differences(parse_protocol(drafted_file(record, ["en", "zh"], propose, "a test"), "draft"), record)
        == []
    )
