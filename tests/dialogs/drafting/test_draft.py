"""What is drafted: any file loads, every line stands in it once, no rule is without its review, lists mean what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import Choice
from dialogs.candidates import play
from dialogs.drafting.accounting import differences, undated
from dialogs.drafting.criteria import Propose, criteria_of
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import Proposal, propose
from dialogs.drafting.record import Record, RecordError, read_record
from dialogs.drafting.why import Note, told
from dialogs.loading import load, parse_protocol
from dialogs.loading.ruleless import is_asked_as_it_stands

RECORDS = sorted((Path(__file__).parents[2] / "data" / "records").iterdir())


READ = (Note("read_as", {"rule": "so"}),)


def nothing(text: str, role: str, headings: tuple[str, ...]) -> Proposal | None:
    return None


LISTS: dict[str, tuple[str, str]] = {
    "one of several is a criterion": ("Inclusion:\n* One of the following:\n  * Fever\n  * Cough\n* Adult", "I1=i1_1 or i1_2 - - I2"),
    "or at the end of an item": ("Inclusion:\n* Shown by one of\n  * Fever; or\n  * Cough", "I1? - -"),
    "or between items of a section": ("Inclusion:\n* Fever, or\n* Cough\n* Adult", "I1=i1_1 or i1_2 - I2"),
    "or on a line of its own": ("Inclusion:\n* Fever\n* OR\n* Cough", "I1=i1_1 or i1_2 - -"),
    "or between exclusions is two exclusions": ("Exclusion:\n* Fever, or\n* Cough", "E1 E2"),
    "and between exclusions is one": ("Exclusion:\n* Fever, and\n* Cough", "E1=e1_1 and e1_2 -"),
    "at least two": ("Inclusion:\n* At least 2 of the following:\n  * Fever\n  * Cough\n  * Rash", "I1=at_least(2, i1_1, i1_2, i1_3) - - -"),
    "more than there are is left to people": ("Inclusion:\n* At least 3 of the following:\n  * Fever\n  * Cough", "I1? - -"),
    "and before a list of its own joins nothing": ("Exclusion:\n* Fever and:\n  * Rash\n  * Itch\n* Cough", "E1? - - E2"),
    "or before a list of its own joins nothing": ("Inclusion:\n* Fever or:\n  * Rash\n  * Itch\n* Cough", "I1? - - I2"),
    "all of an exclusion": ("Exclusion:\n* All of the following:\n  * Fever\n  * Cough", "E1=e1_1 and e1_2 - -"),
    "both of an exclusion": ("Exclusion:\n* Patients with both:\n  * Fever\n  * Cough\n* All of\n  * Rash\n  * Itch", "E1=e1_1 and e1_2 - - E2=e2_1 and e2_2 - -"),
    "exclusions that must all be absent": ("Exclusion criteria (all of the following must be absent):\n* Fever\n* Cough", "E1 E2"),
    "what must not be": ("Exclusion:\nSubjects must not have any of the following:\n* Fever\n* Cough", "- E1 E2"),
    "what must not be, in an item": ("Exclusion:\n* None of the following must be present:\n  * Fever\n  * Cough\n* Rash", "- E1a E1b E2"),
    "what must not be, in Chinese": ("排除标准\n1. 不得有以下任何一项：\n（1）发热\n（2）咳嗽\n2. 皮疹", "- E1a E1b E2"),
    "exclusions for both groups": ("Exclusion criteria for both:\n* Fever\n* Cough", "E1 E2"),
    "any of an exclusion are several": ("Exclusion:\n* Any of the following:\n  * Fever\n  * Cough", "- E1a E1b"),
    "exceptions belong to what they except": ("Exclusion:\n* Fever, except:\n  * Mild\n  * Brief\n* Cough", "E1? - - E2"),
    "none of an inclusion is left to people": ("Inclusion:\n* Must not have any of the following:\n  * Fever\n  * Cough", "I1? - -"),
    "examples belong to what they explain": ("Exclusion:\n* Severe illness, including:\n  * Fever\n  * Cough", "E1? - -"),
    "values are each to be met": ("Inclusion:\n* Adequate liver function:\n  * ALT normal\n  * AST normal", "- I1a I1b"),
    "a list that says nothing is left to people": ("Inclusion:\n* Uses contraception\n  * Pill\n  * Condom", "I1? - -"),
    "groups of participants": ("Inclusion:\nFor children:\n* Fever\nFor adults:\n* Cough", "- I1 - I2"),
    "what shows a condition is left to people": ("Inclusion:\nAsthma documented by:\n* Wheeze\n* Cough\nSigns of fever:\n* Sweat\n* Chills\nSymptoms, including:\n* Rash\n* Itch", "I1? - - I2? - - I3? - -"),
    "a cohort that shows something": ("Inclusion:\nCohort A (evidence of fever):\n* Rash\n* Itch\nCohort B:\n* Cough", "- I1 I2 - I3"),
    "a heading of requirements with examples": ("Inclusion:\nRequirements include:\n* Fever\n* Cough", "- I1 I2"),
    "what shows a condition that excludes": ("Exclusion:\nAsthma documented by:\n* Wheeze\n* Cough", "E1? - -"),
    "a section of alternatives": ("Inclusion criteria (any of the following):\n* Fever\n* Cough", "- -"),
    "a sentence of alternatives": ("Inclusion:\nPatients with at least one of the following are eligible:\n* Fever\n* Cough", "I1=i1_1 or i1_2 - -"),
    "a sentence of conditions together": ("Exclusion:\nPatients with all of the following are excluded:\n* Fever\n* Cough", "E1=e1_1 and e1_2 - -"),
    "what is allowed belongs to the exclusion that it stands in": ("Exclusion:\n* Steroids within 4 weeks. The following are allowed:\n  * Inhaled\n  * On the skin\n* Cough", "E1? - - E2"),
    "what is allowed beside a list is no exclusion": ("Exclusion:\n* Any of the following:\n  * Fever\n  * Cough\n* The following are permitted:\n  * Rash\n  * Itch\n* Sweat", "- E1a E1b - - - E2"),
    "exceptions under a heading of a list": ("Exclusion:\n* Any cancer:\n  * Of the skin\n  * Of the blood\n  Exceptions:\n  * Freckles\n* Cough", "- E1a? E1b? - - E2"),
    "who is let in all the same": ("Exclusion:\n* Fever\nSubjects with the following are eligible:\n* Rash", "E1 - -"),
    "one line that says what is allowed": ("Exclusion:\n* Steroids\n* Inhaled steroids are permitted.\n* Cough", "E1 - E2"),
    "exceptions of an inclusion": ("Inclusion:\n* Adequate function:\n  * ALT normal\n  * AST normal\n  Exceptions:\n  * Gilbert's syndrome\n* Adult", "- I1a? I1b? - - I2"),
    "what is allowed in a numbered list that goes on": ("排除标准\n1. 接受过以下治疗：\n（1）甲\n（2）乙\n允许以下情况：\n（1）丙\n2. 发热", "- E1a E1b - - E2"),
    "what is allowed among inclusions": ("Inclusion:\n* Fever\n* Earlier cough is allowed.\n* Itch is allowed if it is mild\n* The following are permitted:\n  * Rash\n* Adult", "I1 - I2 - - I3"),
    "what is not allowed": ("Exclusion:\nProhibited and not permitted are any of:\n* Pill\n* Spray", "E1? - -"),
    "a title with a list of its own behind a sentence of all": ("Exclusion:\nPatients with all of the following are excluded:\n* Fever\n* Cough\nAny of these:\n* Rash", "E1=e1_1 and e1_2 - - - E2"),
    "a note asks for nothing": ("Inclusion:\n* Fever\n\n  Note: by ear\n* Cough", "I1? - I2"),
}  # fmt: skip


ALLOWED = (
    "The following are allowed:", "The following medications are permitted:", "Exceptions:", "Exceptions to this criterion:", "This does not include:",
    "Subjects with the following are eligible:", "NOTE: the following do not exclude:", "Patients with the following may be enrolled:", "Permitted medications:",
    "The following are not considered exclusionary:", "However, the following are acceptable:", "Patients with these will not be excluded:", "以下情况除外：", "例外：", "允许以下情况：", "以下患者可以入组：",
)  # fmt: skip
WITH_ALLOWED = (
    "* Fever\n* {}\n  * Red\n  * Green\n* Cough",
    "* Fever\n  * {}\n    * Red\n    * Green\n* Cough",
    "* Fever. {}\n  * Red\n  * Green\n* Cough",
    "1. Fever\n2. {}\na) Red\nb) Green\n3. Cough",
    "1. Fever, any of:\n   a) Of lamps\n   {}\n   b) Red\n   c) Green\n2. Cough",
    "1. Fever\n{}\n(a) Red\n(b) Green\n2. Cough",
    "Fever\n\n{}\n* Red\n* Green",
)


@pytest.mark.parametrize("layout", WITH_ALLOWED)
@pytest.mark.parametrize("heading", ALLOWED)
def test_nothing_that_is_allowed_is_an_exclusion(heading: str, layout: str) -> None:
    made = criteria_of(split("Exclusion Criteria:\n" + layout.format(heading)), propose)
    asked = [each for each in made if each.code]
    assert not {each.source for each in asked} & {heading, "Red", "Green"}
    assert {each.role for each in made} == {"exclusion", "line"}
    assert ("Cough" in {each.source for each in asked}) == ("Cough" in layout)
    said = [f"{each.asked}\n{each.help}" for each in asked if each.source.startswith(("Fever", "Of lamps"))]
    assert all("Red" in each and "Green" in each for each in said)
    assert said


def test_what_is_allowed_beside_an_exclusion_is_asked_with_its_rule() -> None:
    text = "Exclusion:\n* Platelets < 75 x 10^9/L\n* Patients with a large spleen are eligible.\n* Fever"
    _, made, *_ = criteria_of(split(text), propose)
    (asked,) = made.questions
    assert made.rule == f'platelets < "75 10*9/L" and {asked["id"]}'
    assert "large spleen" in str(asked["words"])


NOT_ALLOWED = (
    "The following are not allowed", "Patients eligible for transplant", "Patient is eligible for curative surgery", "Subjects who may be enrolled in another trial",
    "Conditions in which surgery is not acceptable", "Patients who are allowed to drive", "Other conditions that are not acceptable to the investigator",
    "Exception of fever within 3 days", "Does not apply sunscreen", "Any condition for which taking part is not in the best interest", "不得使用以下药物", "不允许以下情况", "不可使用的药物", "打鼾（已治疗者除外）", "Steroids (inhaled ones are permitted)",
)  # fmt: skip


@pytest.mark.parametrize("line", NOT_ALLOWED)
def test_an_exclusion_that_speaks_of_what_is_allowed_is_one(line: str) -> None:
    assert shape(f"Exclusion Criteria:\n* Fever\n* {line}\n* Cough") == "E1 E2 E3"


def shape(text: str, propose: Propose = nothing) -> str:
    """Each line after the heading: its code, ? where it is asked with its list, its rule; or a dash."""
    made = criteria_of(split(text), propose)[1:]
    return " ".join(
        "-"
        if each.role == "line"
        else each.code + (f"={each.rule}" if each.rule else "?" if "\n" in each.asked else "")
        for each in made
    )


@pytest.mark.parametrize(("text", "expected"), LISTS.values(), ids=LISTS)
def test_a_list_means_what_its_heading_makes_of_it(text: str, expected: str) -> None:
    assert shape(text) == expected


def test_a_section_of_alternatives_is_one_criterion() -> None:
    first, *_ = criteria_of(split("Inclusion criteria (any of the following):\n* Fever\n* Cough"), nothing)
    assert (first.code, first.rule) == ("I1", "i1_1 or i1_2")


def test_an_exclusion_under_what_must_not_be_is_asked_as_it_is() -> None:
    _, _, made = criteria_of(split("Exclusion:\nSubjects must not have:\n* HIV infection"), propose)
    assert (made.asked, made.review[-1].key) == ("", "read_as")


SAYS_NO = (
    "No diabetes",
    "Not older than 75 years",
    "Must not have HIV",
    "Absence of stroke within 6 months",
    "Patients must have platelets > 75 x 10^9/L",
    "无糖尿病",
    "ECOG 0-1 is required",
)
EXCLUDES = (
    "No informed consent",
    "Not able to give informed consent",
    "Patients who must take insulin",
    "Diabetes",
    "Nocturnal fever",
    "无法签署知情同意书",
)


@pytest.mark.parametrize("line", SAYS_NO)
def test_an_exclusion_that_says_no_or_must_has_no_rule_and_its_review_says_so(line: str) -> None:
    _, made = criteria_of(split(f"Exclusion:\n* {line}"), propose)
    assert (made.rule, made.review) == ("", (Note("requires"),))
    _, made = criteria_of(split(f"Inclusion:\n* {line}"), propose)
    assert Note("requires") not in made.review


@pytest.mark.parametrize("line", EXCLUDES)
def test_an_exclusion_of_whom_something_lacks_is_one(line: str) -> None:
    _, made = criteria_of(split(f"Exclusion:\n* {line}"), propose)
    assert Note("requires") not in made.review


def test_every_rule_of_a_list_is_reviewed_and_asks_in_the_words_of_its_heading() -> None:
    text = "Inclusion:\n* One of the following within 6 months:\n  * Fever; or\n  * Cough\n    * by night"
    _, made, *_ = criteria_of(split(text), nothing)
    assert told(made.review, "en") == "read as or between 2 lines"
    assert [each["words"] for each in made.questions] == [
        "One of the following within 6 months: Fever",
        "One of the following within 6 months: Cough\n- by night",
    ]


UNSURE: dict[str, tuple[str, str]] = {
    "a line": ("* Platelets < 75 x 10^9/L", "- E1"),
    "lines that or joins": ("* Fever, or\n* Cough", "- E1 E2"),
    "lines that and joins": ("* Fever, and\n* Cough", "E1? - -"),
    "all of a list": ("* All of the following:\n  * Fever\n  * Cough", "- E1? - -"),
    "any of a list": ("* Any of the following:\n  * Fever\n  * Cough", "- - E1a E1b"),
    "two of a list": ("* At least 2 of the following:\n  * Fever\n  * Cough\n  * Rash", "- E1? - - -"),
}


@pytest.mark.parametrize("heading", ["Contraindications:", "Do not enroll:", "禁忌症"])
@pytest.mark.parametrize(("text", "expected"), UNSURE.values(), ids=UNSURE)
def test_no_rule_is_proposed_below_a_heading_that_is_not_understood(
    heading: str, text: str, expected: str
) -> None:
    record = Record("FICT-1", "Fictional", f"* ECOG 0-1\n\n{heading}\n\n{text}")
    made = criteria_of(split(record.text), propose)
    assert shape(record.text, propose) == expected
    assert made[0].rule
    assert not any(each.rule for each in made[1:])
    assert all(each.review[0] == Note("unsure") for each in made[1:] if each.code)
    trial = parse_protocol(drafted_file(record, ["en", "zh"], propose, "a test"), "draft")
    assert differences(trial, record) == []


def test_no_rule_is_proposed_in_a_column_whose_heading_is_not_understood() -> None:
    text = "Inclusion criteria\tContraindications\nECOG 0-1\tFever, and\n\tPlatelets < 75 x 10^9/L"
    made = [each for each in criteria_of(split(text), propose) if each.code]
    assert [(each.code, bool(each.rule), each.review[:1] == (Note("unsure"),)) for each in made] == [
        ("I1", True, False),
        ("E1", False, True),
        ("E2", False, True),
    ]


def test_what_is_remarked_on_a_list_keeps_its_items_from_being_proposed() -> None:
    asked: list[str] = []

    def listen(text: str, role: str, headings: tuple[str, ...]) -> None:
        asked.append(text)

    criteria_of(split("Inclusion:\n1. Adequate function:\n   * Hb > 9\n\n   Note: by ear\n2. Adult"), listen)
    assert asked == ["Hb > 9 Note: by ear", "Adequate function: Hb > 9 Note: by ear", "Adult"]
    asked.clear()
    criteria_of(
        split("Inclusion:\n1. Adequate function:\n   * Hb > 9\n\n   Note: unless bleeding\n2. Adult"), listen
    )
    assert asked == ["Adult"]


@pytest.mark.parametrize("text", ["For women: a negative test", "Women must use contraception", "Patients with asthma must carry a spray", "Patients with HIV are eligible if they sleep", "Statins are permitted if their dose is stable", "Patients with a large liver may have ALT up to 5 x ULN"])  # fmt: skip
def test_what_is_asked_of_some_leaves_nobody_else_out(text: str) -> None:
    (made,) = criteria_of(split(text), nothing)
    assert made.of_some
    trial = parse_protocol(drafted_file(Record("X", "X", text), ["en"], nothing, "a test"), "draft")
    (question,), (criterion,) = trial.questions, trial.criteria
    assert [each.code for each in question.options] == ["yes", "no", "not_concerned"]
    answers = {each.code: play(trial, {question.id: Choice(each.code)}).verdict for each in question.options}
    assert answers == {"yes": "eligible", "no": "ineligible", "not_concerned": "eligible"}
    assert is_asked_as_it_stands(criterion)


ABOVE_ALL = {
    "a title": ("Drops for lamps\n\nInclusion Criteria:\n* Fever", ["Drops for lamps"]),
    "two lines": ("Drops\nAdults\n\nExclusion Criteria:\n* Rash\n\nInclusion Criteria:\n* Fever", ["Drops", "Adults"]),
    "in Chinese": ("滴剂试验\n\n入选标准：\n1、发热\n排除标准：\n1、咳嗽", ["滴剂试验"]),
    "with a rule": ("Aged 18 to 75 years\n\nInclusion Criteria:\n* Fever", ["Aged 18 to 75 years"]),
    "items": ("* Fever\n\nInclusion Criteria:\n* Rash", []),
    "above the exclusions alone": ("Fever\n\nExclusion Criteria:\n* Rash", []),
    "below the heading": ("Inclusion Criteria:\n\nFever\n\nExclusion Criteria:\n* Rash", []),
    "no heading": ("Fever\nRash", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "noted"), ABOVE_ALL.values(), ids=ABOVE_ALL)
def test_what_may_be_the_title_of_a_record_is_asked_and_its_review_says_so(
    text: str, noted: list[str]
) -> None:
    made = criteria_of(split(text), propose)
    assert [each.source for each in made if "above_all" in [note.key for note in each.review]] == noted
    assert all(each.code for each in made if each.source in noted)


OF_SOME_PERHAPS = ("Patients with asthma must carry a spray", "Cohort 3: fever", "For part A: fever")
OF_SOME = ("For women of childbearing potential: a test", "If on statins, a stable dose", "In patients with asthma, no spray", "Men must use condoms", "For children: reads", "育龄期妇女须避孕", "有生育能力的女性必须使用避孕措施", "男性须使用避孕套", "对于女性受试者，须避孕")  # fmt: skip


@pytest.mark.parametrize("text", [*OF_SOME, *OF_SOME_PERHAPS])
def test_a_line_that_perhaps_concerns_some_only_names_the_doubt(text: str) -> None:
    (made,) = criteria_of(split(f"* {text}"), nothing)
    assert made.of_some
    assert ("of_some" in [note.key for note in made.review]) == (text in OF_SOME_PERHAPS)


@pytest.mark.parametrize(
    "text",
    [
        "Stage III or IV melanoma",
        "Stage IV",
        "男性和女性受试者须避孕",
        "受试者须签署知情同意书",
        "In complete remission for at least 6 months",
        "In good general health",
        "Group A streptococcal pharyngitis",
        "Phase contrast CT-proven stroke",
        "Part-time or full-time work",
        "When seated, blood pressure below 140",
        "For at least 6 months on a stable dose",
        "For all patients: reads",
        "Patients: reads",
        "Where the lamp hangs, it is red",
        "Patients are eligible if they sleep",
        "You are eligible only with a lamp",
        "Patients with fever may have had a cough",
        "Participants may be of any sex",
    ],
)
def test_what_is_asked_of_all_concerns_everybody(text: str) -> None:
    (made,) = criteria_of(split(f"* {text}"), nothing)
    assert not made.of_some


def test_an_exclusion_of_some_leaves_out_those_who_answer_yes_and_nobody_else() -> None:
    head = 'format = 2\nid = "X"\ntitle = "X"\n[[criterion]]\ncode = "E1"\nof_some = true\n'
    trial = parse_protocol(f'{head}exclusion = "If female, pregnant"', "draft")
    answers = {code: play(trial, {"e1": Choice(code)}).verdict for code in ("yes", "no", "not_concerned")}
    assert answers == {"yes": "ineligible", "no": "eligible", "not_concerned": "eligible"}


def test_a_list_that_concerns_some_is_asked_whole() -> None:
    (made, *_) = [
        each
        for each in criteria_of(
            split("Inclusion:\nFor women, any of the following:\n* Sterile\n* On the pill"), nothing
        )
        if each.code
    ]
    assert (made.of_some, made.rule, made.questions) == (True, "", ())


def test_parts_that_headings_name_have_a_verdict_each_and_their_ages_are_not_taken_for_those_of_all() -> None:
    record = read_record((RECORDS[0].parent / "cohorts.json").read_text("utf-8"), "cohorts")
    trial = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    assert [(part.code, part.name["en"]) for part in trial.parts] == [
        ("A", "Cohort A (sleepers)"),
        ("B", "Cohort B (partners)"),
    ]
    of_parts = {each.source: list(each.parts) for each in trial.criteria}
    assert of_parts["Age 18 to 60 years"] == ["A"]
    assert of_parts["Deafness"] == ["B"]
    assert [part.required for part in trial.parts] == [True, True]
    assert [part.person and part.person["en"] for part in trial.parts] == [None, "the partner"]


def test_a_line_under_a_short_title_is_read_with_it() -> None:
    record = read_record((RECORDS[0].parent / "headings.json").read_text("utf-8"), "headings")
    trial = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    rules = {each.source: each.rule.text for each in trial.criteria}
    assert rules["ECOG 0-2"] == 'ecog in ("0", "1", "2")'
    assert "Minimum Age: 18 Years" not in rules


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.stem)
def test_every_record_here_becomes_a_file_that_accounts_for_each_of_its_lines(file: Path) -> None:
    record = read_record(file.read_text("utf-8"), file.stem)
    trial = parse_protocol(drafted_file(record, ["en", "zh"], propose, file.name), "draft")
    assert differences(trial, record) == []
    assert all(each.review for each in trial.criteria if not is_asked_as_it_stands(each))


EIGHTY = [f"{'Fever' if n % 3 else 'Cough'} of kind {n}, which was seen by a physician" for n in range(1, 81)]
TEXTS_OF_RECORDS = {
    "in both languages": "Inclusion Criteria 入选标准:\n1. Adults with fever 发热的成人\n2. ECOG 0-1\n3. 自愿签署知情同意书\n排除标准 Exclusion Criteria:\n1. 妊娠或哺乳期妇女\n2. Stroke within 6 months",
    "without an age": "Inclusion Criteria:\n* Fever\n* Platelets ≥ 75 x 10^9/L\nExclusion Criteria:\n* Cough",
    "of eighty lines": "\n".join(["Inclusion Criteria:", *(f"{n}. {each}" for n, each in enumerate(EIGHTY[:40], 1)), "Exclusion Criteria:", *(f"{n}. {each}" for n, each in enumerate(EIGHTY[40:], 1))]),
    "of one line": "Inclusion Criteria: adults",
    "in columns": "Inclusion criteria\tExclusion criteria\nAdults\tFever\nCough\t",
}  # fmt: skip


@pytest.mark.parametrize("languages", [("en",), ("zh",), ("zh", "en")], ids="+".join)
@pytest.mark.parametrize("text", TEXTS_OF_RECORDS.values(), ids=TEXTS_OF_RECORDS)
def test_any_text_makes_a_draft_that_can_be_tried_at_once(text: str, languages: tuple[str, ...]) -> None:
    record = Record("FICT-1", "Fictional", text)
    trial = parse_protocol(drafted_file(record, languages, propose, "a test"), "draft")
    assert differences(trial, record) == []
    assert play(trial, {}).verdict == "undetermined"
    asked = {each.id: each for each in trial.questions}
    words = {
        question: Choice("yes" if each.kind == "inclusion" else "no")
        for each in trial.criteria
        if is_asked_as_it_stands(each)
        for question in asked
        if question in each.rule.text
    }
    assert words
    assert play(trial, words).failed == ()


def test_a_record_of_eighty_lines_has_eighty_criteria_in_its_order() -> None:
    record = Record("FICT-1", "Fictional", TEXTS_OF_RECORDS["of eighty lines"])
    trial = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    assert [each.source for each in trial.criteria] == EIGHTY
    assert [each.kind for each in trial.criteria] == ["inclusion"] * 40 + ["exclusion"] * 40


AS_WRITTEN = {
    "with the escapes of the registry": r"Platelets \<75, or \[see below\]",
    "as people see it": "Platelets <75, or [see below]",
}


@pytest.mark.parametrize("written", AS_WRITTEN.values(), ids=AS_WRITTEN)
@pytest.mark.parametrize("in_the_file", AS_WRITTEN.values(), ids=AS_WRITTEN)
def test_the_escapes_of_a_registry_alter_nothing(written: str, in_the_file: str) -> None:
    record = Record("FICT-1", "Fictional", f"Inclusion Criteria:\n\n* {written}")
    head = 'format = 2\nid = "FICT-1"\ntitle = "Fictional"\n[[criterion]]\nline = "Inclusion Criteria:"\n'
    trial = parse_protocol(f"{head}[[criterion]]\ninclusion = '{in_the_file}'\n", "trial.toml")
    assert differences(trial, record) == []


ALTERED = {
    "in English": ("Platelets >=75, if stable", "Platelets >=100, if stable", "“75” is “100”"),
    "in Chinese": ("血小板计数不低于75，且病情稳定", "血小板计数不低于100，且病情稳定", "“75” is “100”"),
    "a word less": ("Has stable angina today", "Has angina today", "“stable” is gone"),
    "a word more": ("发热超过3天", "不明发热超过3天", "“不明” is new"),
}


@pytest.mark.parametrize(("in_the_file", "written", "said"), ALTERED.values(), ids=ALTERED)
def test_an_altered_line_is_told_by_the_words_that_differ(in_the_file: str, written: str, said: str) -> None:
    record = Record("FICT-1", "Fictional", f"Inclusion Criteria:\n\n* {written}")
    head = 'format = 2\nid = "FICT-1"\ntitle = "Fictional"\n[[criterion]]\nline = "Inclusion Criteria:"\n'
    trial = parse_protocol(f"{head}[[criterion]]\ncode = 'I1'\ninclusion = '{in_the_file}'\n", "trial.toml")
    assert differences(trial, record) == [f"I1 is altered: {said} in the record. It has: “{written}”"]


def test_white_space_alone_is_no_difference_wherever_it_stands() -> None:
    record = Record("FICT-1", "Fictional", "* 血小板75，稳定")
    head = 'format = 2\nid = "FICT-1"\ntitle = "Fictional"\n'
    criteria = "".join(f"[[criterion]]\ninclusion = '{each}'\n" for each in ("血小板 75，稳定", "Has a dog"))
    assert differences(parse_protocol(head + criteria, "trial.toml"), record) == [
        "I2 is not in the record: “Has a dog”"
    ]


def test_a_file_that_does_not_name_its_record_does_not_differ_from_it() -> None:
    record = Record("FICT-1", "Fictional", "Inclusion Criteria:\n\n* Adults", date="2026-02-03")
    text = drafted_file(record, ["en"], propose, "a test")
    named = parse_protocol(text, "draft")
    unnamed = parse_protocol(text.replace('record_version = "2026-02-03"', ""), "draft")
    assert differences(named, record) == differences(unnamed, record) == []
    assert undated(named, record) is None
    assert 'record_version = "2026-02-03"' in str(undated(unnamed, record))
    newer = replace(record, date="2026-03-04")
    assert differences(named, newer) == [
        "The file was made from the record of 2026-02-03; this one is of 2026-03-04."
    ]


WORDS = ["Inclusion Criteria:", "Exclusion Criteria:", "\n", "\n\n", "* ", "  - ", "1. ", "2. ", "or", "and", "any of the following:", "at least two of the following:", "except:", "Age ", "18", " to ", "65 years", "ECOG 0-1", "platelets >= 75 x 10^9/L", "pregnant", "\"", "'", "\\", "{", "}", "%s", "Note: ", "\x00", "\x7f", "血小板", "Patients with "]  # fmt: skip
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=25).map("".join)


@settings(deadline=None)
@given(
    TEXTS,
    st.sampled_from(["", "18 Years", "6 Months", "2 Weeks"]),
    st.sampled_from(["ALL", "FEMALE", "MALE"]),
)
def test_any_drafted_file_loads_with_every_line_once_and_no_rule_unreviewed(
    text: str, age: str, sex: str
) -> None:
    record = Record("FICT-1", "Fictional", text, minimum_age=age, sex=sex, status="RECRUITING")
    try:
        trial = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    except RecordError:
        assert not any(each.role != "line" for each in split(text)) or re.fullmatch(
            r"(?:\W|or|and)*", text, re.IGNORECASE
        )
        return
    assert differences(trial, record) == []
    assert all(each.review for each in trial.criteria if not is_asked_as_it_stands(each))


NOTES = {
    "滴剂\nInclusion:\n* Fever": "位于首个标题之上，可能只是试验名称：请核对是否确需判断（否则请改为line）",
    "Inclusion:\n* ECOG 0 or 1 (solid lamps) or KPS >= 70 (lanterns)": "读作：ecog in (0, 1) and “solid lamps” or karnofsky >= 70 {score} and “lanterns”；不属于括号内任一人群者视为不满足：请核对是否仅限这些人群",
    "Inclusion:\n* Adult\n* Aged 18 to 75 years": "读作：18 a <= age_years <= 75 a",
    "Inclusion:\n* One of the following:\n  * Fever\n  * Cough": "读作：2行中任一成立",
    "Exclusion:\n* All of the following:\n  * Fever\n  * Cough": "读作：2行须全部成立",
    "Inclusion:\n* At least 2 of the following:\n  * Fever\n  * Cough\n  * Rash": "读作：3行中至少2行成立",
    "Exclusion:\n* Fever, except:\n  * Mild\n  * Brief": "与其下2行一并提问",
    "Exclusion:\n* Any of the following:\n  * Fever\n  * Cough": "读作列表中单独的一条标准",
    "Inclusion:\nParents:\n* Adult": "涉及患者以外的人：Parents；视为每位患者都需要：如有的患者不需要，请加of_some = true",
    "Exclusion:\n* Chemotherapy within 4 weeks of randomization": "读作：last_chemotherapy < 4 wk；按预筛当日倒推，"
    "登记信息则自此时起算：randomization",
}


@pytest.mark.parametrize("languages", [["zh"], ["zh", "en"]], ids="-".join)
@pytest.mark.parametrize(("text", "expected"), NOTES.items(), ids=NOTES.values())
def test_why_is_said_in_the_first_language_of_the_file(
    text: str, expected: str, languages: list[str]
) -> None:
    trial = parse_protocol(drafted_file(Record("X", "X", text), languages, propose, "a test"), "draft")
    assert expected in [each.review for each in trial.criteria]


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.stem)
def test_no_note_of_a_chinese_draft_is_in_english(file: Path) -> None:
    record = read_record(file.read_text("utf-8"), file.stem)
    trial = parse_protocol(drafted_file(record, ["zh"], propose, file.name), "draft")
    notes = [each.review for each in trial.criteria if each.review]
    assert notes
    assert [each for each in notes if re.match("[a-z]", each)] == []


def test_a_rule_that_the_loader_refuses_is_left_out_and_the_others_stay() -> None:
    def hasty(text: str, role: str, headings: tuple[str, ...]) -> Proposal:
        return Proposal("age_years >= 900" if text == "Old" else "age_years >= 18", (), READ)

    text = drafted_file(Record("X", "X", "* Old\n* Adult"), ["en"], hasty, "a test")
    assert [each.rule.text for each in parse_protocol(text, "draft").criteria] == [
        'i1 == "yes"',
        "age_years >= 18",
    ]


def test_a_question_that_two_criteria_need_stands_once_and_one_that_differs_costs_those_two_their_rules() -> (
    None
):
    def own(text: str, role: str, headings: tuple[str, ...]) -> Proposal:
        question = {"id": "own", "kind": "yes_no", "ask": "Is it so?" if "same" in text else text}
        return Proposal("own", (question,), READ) if "own" in text else Proposal("age_years >= 18", (), READ)

    def rules(text: str) -> list[str]:
        drafted = drafted_file(Record("X", "X", text), ["en"], own, "a test")
        return [each.rule.text for each in parse_protocol(drafted, "draft").criteria]

    assert rules("* own, same\n* own, the same\n* Adult") == ["own", "own", "age_years >= 18"]
    assert rules("* own, one\n* own, other\n* Adult") == ['i1 == "yes"', 'i2 == "yes"', "age_years >= 18"]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        pytest.param(
            "* Adult", "# The record does not say which of its lines are exclusion criteria", id="no sections"
        ),
        pytest.param(
            "Inclusion:\nFor adults:\n* Fever", "under these headings: For adults. Where", id="groups"
        ),
    ],
)
def test_what_a_record_leaves_open_is_remarked(text: str, remark: str) -> None:
    assert remark in " ".join(drafted_file(Record("X", "X", text), ["en"], nothing, "a test").split("\n"))


def test_the_shipped_trial_s_own_words_are_split_into_its_criteria() -> None:
    trial = load("NCT04420494")
    sides = {
        side: [each.source for each in trial.criteria if each.kind == side]
        for side in ("inclusion", "exclusion")
    }
    text = "".join(
        f"{side.title()} Criteria:\n\n" + "".join(f"* {each}\n" for each in sides[side]) for side in sides
    )
    lines = split(text)
    for side, sources in sides.items():
        assert [line.text for line in lines if line.role == side] == sources


@pytest.mark.parametrize(
    ("heading", "needed"),
    [
        ("For parent participants:", True),
        ("Parents:", True),
        ("Caregivers:", True),
        ("For the donor:", True),
        ("家长：", True),
        ("For partners:", False),
        ("配偶：", False),
    ],
)
def test_what_is_asked_of_another_person_is_left_in_words_that_say_so(heading: str, needed: bool) -> None:
    """Whom every patient needs, nobody passes without; not everybody has a partner."""
    text = f"Inclusion:\n{heading}\n* Age 18 years or older\nExclusion:\n{heading}\n* Pregnant"
    made = [each for each in criteria_of(split(text), propose) if each.code]
    assert [(each.rule, each.of_some) for each in made] == [("", not needed), ("", True)]
    inclusion, exclusion = (told(each.review, "en") for each in made)
    assert exclusion == f"about another person than the patient: {heading[:-1]}"
    assert inclusion.startswith(exclusion)
    assert ("taken as needed by every patient" in inclusion) == needed
    assert all(heading in each.asked for each in made)


@pytest.mark.parametrize(
    "text",
    [
        "Written informed consent given",
        "Nursing, or women must be sterile",
        "No vaccine within 4 weeks",
        "Women must use contraception",
    ],
)
def test_what_a_draft_says_of_its_own_is_said_in_the_languages_of_the_file(text: str) -> None:
    for languages in (("zh",), ("zh", "en")):
        trial = parse_protocol(
            drafted_file(Record("X", "X", f"* {text}"), languages, propose, "a test"), "draft"
        )
        assert all(re.search("[一-鿿]", each.ask["zh"]) for each in trial.questions)
        assert all(
            re.search("[一-鿿]", option.text["zh"]) for each in trial.questions for option in each.options
        )
