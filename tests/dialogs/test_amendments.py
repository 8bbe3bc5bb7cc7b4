"""What an amendment changes, in words: a table of a file's changes and what is said of each."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.amendments import Matching, compare
from dialogs.amendments.changes import changes
from dialogs.amendments.joined import Joined
from dialogs.amendments.patients import STEPS, STEPS_IN_ALL, TRIES, TRIES_IN_ALL, Patients
from dialogs.amendments.rejudging import kept
from dialogs.amendments.sentences import Sentences
from dialogs.answers import Selection
from dialogs.changed_words import changed_words, likeness
from dialogs.loading import parse_protocol, parse_stored
from dialogs.loading.formulas import EXACT
from dialogs.protocol import Protocol

TRIAL = """
format = 2
id = "EX-AMENDED"
version = "1"
title = "Fictional: a trial that is amended"

[[criterion]]
code = "I1"
inclusion = "Aged 18 to 75 years"
rule = "18 <= age_years <= 75"

[[criterion]]
code = "I2"
inclusion = "Current smoker"
rule = "smoker"

[[criterion]]
line = "The following are not allowed:"

[[criterion]]
code = "E1"
exclusion = "Platelets below 50 x 10^9/L"
rule = 'platelets < "50 10*9/L"'

[[criterion]]
code = "E2"
exclusion = "Stage c"
rule = 'stage == "c"'

[[criterion]]
code = "E3"
exclusion = "Any condition that makes participation unsafe"

[[question]]
id = "smoker"
ask = "Current smoker?"

[[question]]
id = "stage"
kind = "choice"
ask = "Stage?"
options = [{ code = "a", text = "A" }, { code = "b", text = "B" }, { code = "c", text = "C" }]

[[question]]
use = "platelets"
"""
NEW_E2 = '[[criterion]]\ncode = "E2"\nexclusion = "Pregnancy or breastfeeding"\n\n[[criterion]]\ncode = "E3"\nexclusion = "Stage'
I2 = '[[criterion]]\ncode = "I2"\ninclusion = "Current smoker"\nrule = "smoker"\n\n'
E2 = '[[criterion]]\ncode = "E2"\nexclusion = "Stage c"\nrule = \'stage == "c"\'\n\n'


SITE_ITEM: Final = [
    (
        '[[question]]\nid = "smoker"',
        '[[site_item]]\nid = "scanner"\ntext = "Which scanner?"\nwhen = \'stage == "c"\'\n\n[[question]]\nid = "smoker"',
    )
]


def amended(*replaced: tuple[str, str]) -> Protocol:
    text = TRIAL.replace('version = "1"', 'version = "2"')
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    return parse_protocol(text, "trial.toml")


def told(*replaced: tuple[str, str], language: str = "en") -> dict[str, list[str]]:
    return Sentences(
        compare(parse_protocol(TRIAL, "trial.toml"), amended(*replaced), language), language
    ).told()


def _headed(changed: str, *codes: str) -> dict[str, list[str]]:
    """What is said of the criteria that stand under a line."""
    stayed = {"E1": "rule", "E2": "rule", "E3": "question"}
    return {
        code: [f"stands under: {changed}", f"The words changed, the {what} did not."]
        for code, what in stayed.items()
        if code in (codes or stayed)
    }


CASES = {
    "a limit": (
        [("Platelets below 50", "Platelets below 30"), ('"50 10*9/L"', '"30 10*9/L"')],
        {
            "E1": [
                "words: Platelets below [50 → 30] x 10^9/L",
                "rule: Applies if: platelets below [50 → 30] ×10⁹/L",
                "Nobody who passed before fails now.",
                "Failed before, passes now: platelets: 30 ×10⁹/L",
            ]
        },
    ),
    "a limit written otherwise": (
        [('platelets < "50 10*9/L"', 'not platelets >= "50 10*9/L"')],
        {
            "E1": [
                'rule: [+ not] platelets [< → >=] "50 10*9/L"',
                "Nobody who passed before fails now.",
                "Nobody who failed before passes now.",
            ]
        },
    ),
    "a criterion asked in other words": (
        [('participation unsafe"', 'participation unsafe"\nask = "Is participation safe?"')],
        {
            "Question e3": [
                "words: Is [this true of the patient → participation safe]?[- "
                "“Any condition that makes participation unsafe”]"
            ]
        },
    ),
    "words only": (
        [("Aged 18 to 75 years", "Aged 18 to 75 years at screening")],
        {"I1": ["words: Aged 18 to 75 years [+ at screening]", "The words changed, the rule did not."]},
    ),
    "a criterion added, the others renumbered": (
        [('code = "E3"', 'code = "E4"'), ('[[criterion]]\ncode = "E2"\nexclusion = "Stage', NEW_E2)],
        {
            "E2": [
                "new exclusion criterion: “Pregnancy or breastfeeding”",
                "E2 was another criterion in version 1: whoever counts exported reasons by code counts both together. "
                "Please give the new one a new code.",
            ],
            "E3": ["was E2"],
            "E4": ["was E3"],
        },
    ),
    "a criterion dropped, with its question": (
        [(E2, ""), ('id = "stage"', 'id = "stage_now"')],
        {
            "E2": ["dropped: “Stage c”"],
            "Question stage_now": ["was called stage"],
        },
    ),
    "a criterion moved": (
        [(I2, ""), ('[[criterion]]\ncode = "E3"', f'{I2}[[criterion]]\ncode = "E3"')],
        {"I2": ["stands at another place among the criteria"]},
    ),
    "a question reworded": (
        [("Current smoker?", "Current or former smoker?")],
        {"Question smoker": ["words: Current [+ or former] smoker?"]},
    ),
    "an option added": (
        [('{ code = "c", text = "C" }', '{ code = "c", text = "C" }, { code = "d", text = "D" }')],
        {
            "Question stage": ["new option: D"],
            "E2": [
                "Nobody who passed before fails now.",
                "Nobody who failed before passes now.",
                "Looked at with answers that both versions take, as if these were answered as before: stage",
            ],
        },
    ),
    "a line": (
        [("The following are not allowed:", "Not allowed:")],
        {
            **_headed("[The following are not → Not] allowed:"),
            "Line that is no criterion": ["words: [The following are not → Not] allowed:"],
        },
    ),
    "another line": (
        [("The following are not allowed:", "As of May:")],
        {
            **_headed("[The following are not allowed → As of May]:", "E1", "E2"),
            "Question e3": [
                "words: [+ In the record below “As of May:”, which may hold here, too.]\nIs this true of the patient?\n"
                "“Any condition that makes participation unsafe”"
            ],
            "Line that is no criterion": ["new: “As of May:”", "dropped: “The following are not allowed:”"],
        },
    ),
    "parts": (
        [
            (
                '[[question]]\nid = "smoker"',
                '[[part]]\ncode = "A"\nname = "Arm A"\n\n[[question]]\nid = "smoker"',
            )
        ],
        {"Part A": ["new: “Arm A”"]},
    ),
    "a rule left open by the record": (
        [('rule = "smoker"', """rule = 'smoker and (stage == "a" or unclear)'""")],
        {
            "I2": [
                "rule: Met if: all of these hold (current smoker: “Yes”; [+ at least one of these holds (stage: “A”; the record gives no answer: left to the site)])",
                "Nobody who passed before fails now.",
                "Nobody who failed before passes now.",
                "Passed before, left open by the record now: current smoker: Yes; stage: B",
                "Nobody who failed before is left open by the record now.",
                "Nobody who was left open by the record before passes now.",
                "Nobody who was left open by the record before fails now.",
            ]
        },
    ),
    "when the site is asked": (
        [('code = "E3"', 'code = "E3"\nnote = "As the sponsor wrote."'), *SITE_ITEM],
        {
            "Trial": ["to ask the site: [+ Which scanner? (stage: “C”)]"],
            "E3": ["note: [+ As the sponsor wrote.]"],
        },
    ),
    "the title": (
        [("a trial that is", "one that was")],
        {"Trial": ["title: Fictional: [a trial → one] that [is → was] amended"]},
    ),
    "the order of asking": (
        [('title = "', 'order = ["e3", "platelets"]\ntitle = "')],
        {"Trial": ["asked in another order: nothing changes in whom the trial excludes by that"]},
    ),
}


@pytest.mark.parametrize(("replaced", "expected"), CASES.values(), ids=CASES.keys())
def test_a_change_is_said(replaced: list[tuple[str, str]], expected: dict[str, list[str]]) -> None:
    assert told(*replaced) == expected


def test_a_criterion_of_some_patients_that_is_renumbered_has_the_same_rule() -> None:
    of_some = ('code = "E3"\nexclusion', 'code = "I3"\nof_some = true\ninclusion')
    now = amended(of_some, ('code = "I3"', 'code = "I4"'))
    assert Sentences(compare(amended(of_some), now, "en"), "en").told() == {"I4": ["was I3"]}


ILL = ('exclusion = "Any', 'rule = "ill"\nexclusion = "Any')
IS_ILL = ("[[question]]\nuse", '[[question]]\nid = "ill"\nask = "Ill?"\n\n[[question]]\nuse')
SAFE = ('exclusion = "Any', 'ask = "Safe?"\ninclusion = "Any')
NOT_ONLY_WORDS = {
    "some patients only": ([SAFE], [SAFE, ('ask = "Safe', 'of_some = true\nask = "Safe')], "Any", "A"),
    "another question by its name": (
        [ILL, IS_ILL],
        [(ILL[0], 'rule = "smoker"\nexclusion = "Any'), ("Current smoker?", "Ill?")],
        '"Current smoker"',
        '"Current smokers"',
    ),
}


@pytest.mark.parametrize(("old", "new", "words", "now"), NOT_ONLY_WORDS.values(), ids=NOT_ONLY_WORDS)
def test_a_rule_that_changed_with_the_words_did_not_stay(
    old: list[tuple[str, str]], new: list[tuple[str, str]], words: str, now: str
) -> None:
    found = Matching(amended(*old), amended(*new, (words, now)))
    said = [change.key for change in changes(found, "en") if change.about == "criterion"]
    assert said[:2] == ["reworded", "rule"]
    assert not {"rule_stayed", "question_stayed"} & {*said}
    assert found.only_words == set()


def test_a_criterion_whose_question_changed_is_named_where_nobody_reviewed_it() -> None:
    asked = ("Current smoker?", "Current or former smoker?")
    found = compare(
        parse_protocol(TRIAL, "old"), amended(('title = "', 'reviews = 1\ntitle = "'), asked), "en"
    )
    assert "Not reviewed yet: I2." in Sentences(found, "en").all()


def test_a_version_compared_with_itself_is_the_same() -> None:
    same = parse_protocol(TRIAL, "trial.toml")
    said = list(Sentences(compare(same, same, "en"), "en").all())
    assert said == ["EX-AMENDED: version 1 → 1", "Nothing has changed."]


def test_a_changed_file_of_the_same_version_is_told() -> None:
    old = parse_protocol(TRIAL, "trial.toml")
    new = parse_protocol(TRIAL.replace("smoker?", "smoker now?"), "trial.toml")
    said = list(Sentences(compare(old, new, "en"), "en").all())
    assert said[1] == "Both are version 1. Please give the new file another version."


def test_the_whole_trial_names_who_is_excluded_by_what() -> None:
    old, new = parse_protocol(TRIAL, "trial.toml"), amended(("age_years <= 75", "age_years <= 80"))
    *_, heading, now, before = Sentences(compare(old, new, "en"), "en").all()
    assert heading == "Whole trial"
    assert now.strip() == "Nobody is excluded now who was not before."
    assert before.strip() == "Excluded before, not now: I1 (age: 76 years)"


def test_in_chinese_it_is_said_in_chinese() -> None:
    said = told(("age_years <= 75", "age_years <= 80"), language="zh")
    assert said["I1"] == [
        "规则：满足条件：以下各项全部成立（年龄至少18岁；年龄不超过[75 → 80]岁）",
        "没有原通过而现不通过的患者。",
        "原不通过，现通过：年龄：76岁",
    ]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (
            "most of these, and then fewer of them",
            "of these, and then fewer of them",
            "[- most] of these, and then fewer of them",
        ),
        ("within 6 months", "within 3 months", "within [6 → 3] months"),
        ("年龄18至75岁", "年龄18至80岁", "年龄18至[75 → 80]岁"),
        ("", "all new", "[+ all new]"),
        ("gone now", "", "[- gone now]"),
        ("0.5 mg/L", "1.5 mg/L", "[0.5 → 1.5] mg/L"),
        (f"{'a ' * 40}b", f"{'a ' * 40}c", f"… {'a ' * 30}[b → c]"),
    ],
)
def test_changed_words_stand_in_brackets(before: str, after: str, changed: str) -> None:
    assert changed_words(before, after) == changed


def test_texts_are_alike_by_their_words() -> None:
    assert likeness("Stroke within 6 months", "stroke within 3 months") == 0.75
    assert likeness("怀孕", "骨折") == 0


def test_a_changed_rule_that_nobody_has_reviewed_is_told() -> None:
    changed = 'rule = "18 <= age_years <= 80"\nreview = "read as 18 to 80 years"'
    old, new = parse_protocol(TRIAL, "trial.toml"), amended(('rule = "18 <= age_years <= 75"', changed))
    assert list(Sentences(compare(old, new, "en"), "en").all())[1] == "Not reviewed yet: I1."


IN_PARTS = """
format = 2
id = "EX-PARTS"
title = "A made-up trial in two parts"
version = "1"

[[question]]
id = "weight"
kind = "quantity"
ask = "Weight?"
possible = [0, 100]
usual = [1, 50]
units = [{ code = "kg", label = "kg" }, { code = "g", label = "g", scale = "0.001" }]

[[part]]
code = "A"
name = "A"

[[part]]
code = "B"
name = "B"

[[criterion]]
code = "I1"
inclusion = "Walks"
parts = ["A"]

[[criterion]]
code = "I2"
inclusion = "Weight of at least 10"
rule = "weight >= '10 kg'"
"""


def in_parts(before: str, after: str) -> list[str]:
    old, new = (parse_protocol(text, "x.toml") for text in (IN_PARTS, IN_PARTS.replace(before, after)))
    return [each.finding for each in compare(old, new, "en").trial]


def test_it_is_not_said_that_nobody_differs_where_a_unit_stands_for_another_amount() -> None:
    assert in_parts("0.001", "0.01") == ["sampled", "found"]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ('[[part]]\ncode = "B"\nname = "B"\n', "", ["found", "none"]),
        ('name = "B"\n', 'name = "B"\n\n[[part]]\ncode = "C"\nname = "C"\n', ["none", "none"]),
        ('name = "A"\n', 'name = "A"\nrequired = true\n', ["found", "none"]),
    ],
    ids=[
        "a part that took others is dropped",
        "a part like another one is added",
        "a part is required",
    ],
)
def test_whom_the_whole_trial_excludes_is_told_where_its_parts_changed_and_no_rule(
    before: str, after: str, found: list[str]
) -> None:
    assert in_parts(before, after) == found


@pytest.mark.parametrize(
    ("language", "told"), [("en", "takes part who does not fit it: [no → yes]"), ("zh", "[否 → 是]")]
)
def test_that_a_part_is_required_now_is_told_with_whom_it_leaves_out(language: str, told: str) -> None:
    old, new = (
        parse_protocol(text, "x.toml")
        for text in (IN_PARTS, IN_PARTS.replace('name = "A"\n', 'name = "A"\nrequired = true\n'))
    )
    said = list(Sentences(compare(old, new, language), language).all())
    (line,) = [each for each in said if told in each]
    if language == "en":
        assert said[said.index(line) - 1] == "Part A"
        assert "  Excluded now, not before: I1 (Walks: No)" in said


def test_whom_a_part_is_about_is_told_with_the_question_that_changes() -> None:
    old, new = (
        parse_protocol(text, "x.toml")
        for text in (IN_PARTS, IN_PARTS.replace('name = "A"\n', 'name = "A"\nperson = "the parent"\n'))
    )
    said = [each.strip() for each in Sentences(compare(old, new, "en"), "en").all()]
    assert "about whom it asks: [+ the parent]" in said
    assert "words: Is this true of the [patient → parent]?\n“Walks”" in "".join(said)


ONE_LINE = """
[[criterion]]
code = "{}"
inclusion = "Weight of at least 12 kg, in B at least 8 kg"
rule = "weight >= '{} kg'"
parts = ["{}"]
"""


def test_one_line_that_stands_for_two_parts_is_compared_part_by_part() -> None:
    old = IN_PARTS + ONE_LINE.format("I3", 12, "A") + ONE_LINE.format("I4", 8, "B")
    new = IN_PARTS + ONE_LINE.format("I3", 9, "B") + ONE_LINE.format("I4", 12, "A")
    found = compare(parse_protocol(old, "x.toml"), parse_protocol(new, "x.toml"), "en")
    told = Sentences(found, "en").told()
    assert {*told} == {"I3", "I4"}
    assert told["I3"][:2] == ["was I4", "rule: Met if: weight at least [8 → 9] kg"]
    assert told["I4"][0] == "was I3"


def test_a_patient_has_the_number_that_the_trial_gives_as_an_example() -> None:
    text = IN_PARTS.replace('label = "kg" }', 'label = "kg", example = "4" }')
    old, new = (
        parse_protocol(each, "x.toml") for each in (text, text.replace("weight >= '10 kg'", "unclear"))
    )
    told = Sentences(compare(old, new, "en"), "en").told()["I2"]
    assert "Failed before, left open by the record now: weight: 4 kg" in told


def test_texts_of_another_language_are_told_with_it() -> None:
    both = TRIAL.replace('version = "1"', 'version = "1"\nlanguages = ["en", "zh"]').replace(
        'ask = "Current smoker?"', 'ask = { en = "Current smoker?", zh = "目前是否吸烟？" }'
    )
    old, new = (parse_protocol(each, "x") for each in (both, both.replace("目前是否吸烟？", "是否吸烟？")))
    assert Sentences(compare(old, new, "en"), "en").told() == {
        "Question smoker": ["words: [- 目前]是否吸烟？ (简体中文)"]
    }
    assert Sentences(compare(old, new, "zh"), "zh").told() == {"问题smoker": ["文字：[- 目前]是否吸烟？"]}


def test_what_was_ticked_is_the_same_answer_where_options_stand_in_another_order() -> None:
    several = TRIAL.replace('kind = "choice"', 'kind = "several"').replace('stage == "c"', '"c" in stage')
    turned = several.replace(
        '{ code = "b", text = "B" }, { code = "c", text = "C" }',
        '{ code = "c", text = "C" }, { code = "b", text = "B" }',
    )
    assert several != turned
    old, new = parse_protocol(several, "x"), parse_protocol(turned, "x")
    assert kept(Matching(old, new), {"stage": Selection(("b", "c"))}) == {"stage": Selection(("c", "b"))}


def test_the_more_rules_have_changed_the_less_is_tried_for_each() -> None:
    protocol = parse_protocol(TRIAL, "x")
    joined = Joined(Matching(protocol, protocol))
    few, many = Patients(joined, 1), Patients(joined, 1000)
    assert (few.steps, few.tries) == (STEPS, TRIES)
    assert (many.steps * 1000, many.tries * 1000) == (STEPS_IN_ALL, TRIES_IN_ALL)


def test_that_numbers_were_rounded_before_they_were_compared_is_named() -> None:
    now = parse_protocol(TRIAL.replace('"18 <= age_years <= 75"', "'bmi < \"30 kg/m2\"'"), "now.toml")
    before = parse_stored(now.text.replace(EXACT, ""), "stored")
    said = list(Sentences(compare(before, now, "en"), "en").all())
    assert "  rounded before it is compared: [yes → no]" in said
