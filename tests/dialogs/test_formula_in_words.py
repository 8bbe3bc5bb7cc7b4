"""A formula read back: the words come from the tree by which a number is worked out, and keep its brackets."""

from __future__ import annotations

import pytest

from dialogs.amendments import compare
from dialogs.amendments.sentences import Sentences
from dialogs.loading import parse_protocol
from dialogs.reading_back import formula_read_back

HEAD = """
format = 2
id = "MADE-UP"
title = "A made-up trial"
languages = ["en", "zh"]

[[criterion]]
code = "K1"
inclusion = "x"
rule = "worked > 3"
"""
NUMBER = '[[question]]\nid = "{name}"\nask = "{name}?"\nbounds = false\nunits = [{{ code = "1", label = "times", possible = [-9, 9], usual = [1, 5] }}]\n'

FORMULAS = {
    "one minus another": ("a - (b - 2)", "a − (b − 2)", "a − (b − 2)"),
    "the other way": ("a - b - 2", "a − b − 2", "a − b − 2"),
    "a quotient of a quotient": ("a / (b / 2)", "a ÷ (b ÷ 2)", "a ÷ (b ÷ 2)"),
    "a product of a sum": ("(a + b) * 0.02", "(a + b) × 0.02", "(a + b) × 0.02"),
    "negative": ("-(a + b) * 2", "(−(a + b)) × 2", "(−(a + b)) × 2"),
    "a square": ("(a * b) ** 2", "(a × b)²", "(a × b)²"),
    "a root": ("a ** (1 / 3)", "a to the power of (1 ÷ 3)", "a的(1 ÷ 3)次方"),
    "a root in a product": (
        "a / b ** (1 / 3) * 2",
        "a ÷ (b to the power of (1 ÷ 3)) × 2",
        "a ÷ (b的(1 ÷ 3)次方) × 2",
    ),
    "functions": (
        "min(a, 1) + sqrt(b)",
        "the least of (a; 1) + the square root of (b)",
        "最小值（a；1） + 平方根（b）",
    ),
    "a root of a product's part": (
        "a * sqrt(b + 1)",
        "a × the square root of (b + 1)",
        "a × 平方根（b + 1）",
    ),
    "a unit among several": ("body_weight * 2", "body weight (kg) × 2", "体重（kg） × 2"),
    "one or the other": (
        'a * (0.85 if sex == "female" else 1)',
        "a × (0.85 if sex: Female, else 1)",
        "a × (性别：女时为0.85，否则为1)",
    ),
    "by a number": (
        'a if not (b < 3) and sex == "male" else b',
        "a if (not (b < 3)) and (sex: Male), else b",
        "(非(b < 3))且(性别：男)时为a，否则为b",
    ),
}


@pytest.mark.parametrize(("formula", "english", "chinese"), FORMULAS.values(), ids=FORMULAS)
def test_it_is_said_with_the_names_of_the_questions(formula: str, english: str, chinese: str) -> None:
    questions = "".join(NUMBER.format(name=name) for name in ("a", "b"))
    worked = NUMBER.format(name="worked") + f"formula = '{formula}'\n"
    protocol = parse_protocol(HEAD + questions + worked, "trial.toml")
    question = protocol.question("worked")
    said = [formula_read_back(protocol, question, language) for language in ("en", "zh")]
    assert said == [english, chinese]


def test_what_is_asked_only_has_none() -> None:
    protocol = parse_protocol(HEAD + NUMBER.format(name="worked"), "trial.toml")
    assert formula_read_back(protocol, protocol.question("worked"), "en") == ""


CHANGED = {
    "a number": ("a - b", "a - 2 * b", "worked out as: a − [+ 2 ×] b", "计算公式：a − [+ 2 ×] b"),
    "in words": (
        "body_weight * 2",
        "body_weight * 3",
        "worked out as: body weight (kg) × [2 → 3]",
        "计算公式：体重（kg） × [2 → 3]",
    ),
    "what the words do not tell apart": (
        "a + b - 2",
        "(a + (b)) - 2",
        "worked out as: [+ (]a + [+ (]b[+ ))] - 2",
        "计算公式：[+ (]a + [+ (]b[+ ))] - 2",
    ),
}


@pytest.mark.parametrize(("before", "after", "english", "chinese"), CHANGED.values(), ids=CHANGED)
def test_a_comparison_says_what_changed_of_it(before: str, after: str, english: str, chinese: str) -> None:
    old, new = (
        parse_protocol(
            HEAD
            + "".join(NUMBER.format(name=name) for name in ("a", "b"))
            + NUMBER.format(name="worked")
            + f"formula = '{formula}'\n",
            "trial.toml",
        )
        for formula in (before, after)
    )
    for language, said in (("en", english), ("zh", chinese)):
        told = Sentences(compare(old, new, language), language).told()
        assert said in [line for lines in told.values() for line in lines]
