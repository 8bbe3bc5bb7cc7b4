"""What the catalogue asks of a patient is asked of one person: one answer is not the age of two."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from dialogs.answers import Measurement
from dialogs.assessment import effective
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol, parse_stored
from dialogs.loading.persons import asked_of
from dialogs.reading_back import read_back
from dialogs.reasons import what_failed

TRIAL: Final = """format = 2
id = "MADE-UP"
title = "A made-up trial of a family"

[[part]]
code = "A"
name = "Adolescents"
required = true

[[part]]
code = "P"
name = "Parents"
required = true
person = "the parent"

[[criterion]]
inclusion = "Aged 13 to 17"
rule = "13 <= age_years < 18"
parts = ["A"]

[[criterion]]
inclusion = "Aged 25 or more"
rule = "age_years >= 25"
parts = ["P"]
"""
OWN: Final = '\n[[question]]\nid = "age_of_the_parent"\nuse = "age_years"\n'
WORDED: Final = (
    '\n[[question]]\nuse = "age_years"\nask = "Age of the younger of the patient and the parent?"\n'
)
TOLD: Final = (
    "question age_years: is asked about the patient and the parent at once. Please let one of them have its own, "
    '[[question]] with use = "age_years" and another id; or word it for both, by ask'
)
REFUSED: Final = {
    "by two rules": TRIAL,
    "by one rule of both": TRIAL.replace("age_years >= 25", "consent_willing").replace('parts = ["A"]\n', ""),
    "where both have a name": TRIAL.replace(
        'required = true\n\n[[part]]\ncode = "P"',
        'person = "the girl"\nrequired = true\n\n[[part]]\ncode = "P"',
    ),
    "where one is enough": TRIAL.replace("required = true\n", ""),
}
TAKEN: Final = {
    "a question of its own": TRIAL.replace("age_years >= 25", "age_of_the_parent >= 25") + OWN,
    "words for both": TRIAL + WORDED,
    "one person of two parts": TRIAL.replace('person = "the parent"\n', ""),
    "in words": TRIAL.replace('rule = "age_years >= 25"\n', "").replace('parts = ["P"]\n', ""),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_question_of_the_catalogue_about_two_persons_at_once_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(text, "trial.toml")
    (fault,) = refused.value.faults
    assert str(fault).replace("the girl", "the patient") == TOLD
    assert {part.code for part in parse_stored(text, "stored").parts} == {"A", "P"}, "it was accepted before"


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_what_names_its_persons_is_taken(text: str) -> None:
    assert len(parse_protocol(text, "trial.toml").criteria) == 2


FAMILY: Final = (
    TAKEN["a question of its own"]
    .replace('title = "A', 'languages = ["en", "zh"]\ntitle = "A')
    .replace('person = "the parent"', 'person = { en = "the parent", zh = "家长" }')
    .replace(
        '[[criterion]]\ninclusion = "Aged 13',
        '[[criterion]]\ninclusion = "All read"\n\n[[criterion]]\ninclusion = "Aged 13',
        1,
    )
    + """
[[question]]
id = "scanner"
ask = "Scanner?"
site_fact = true

[[question]]
id = "hours"
ask = "Hours that the parent works?"
short = "hours of the parent"
kind = "integer"
units = [{ code = "h", label = "h", possible = [0, 100], usual = [0, 60] }]

[[criterion]]
exclusion = "Works much"
rule = "hours > 60"
parts = ["P"]

[[criterion]]
exclusion = "No scanner"
rule = "not scanner"
parts = ["P"]
"""
)
NAMES: Final = {
    "age_of_the_parent": ("age (the parent)", "年龄（家长）"),
    "age_years": ("age", "年龄"),
    "i1": ("All read (the patient, the parent)", "All read（患者、家长）"),
    "hours": ("hours of the parent", "hours of the parent（家长）"),
    "scanner": ("scanner", "scanner"),
}


def test_the_name_of_a_question_says_whom_it_is_about_where_that_is_not_the_patient() -> None:
    """In each language that the person has a name in; unless it says so itself, and for the patient other trials may ask the same."""
    for family in (parse_protocol(FAMILY, "trial.toml"), parse_stored(FAMILY, "stored")):
        found = {each.id: (each.name["en"], each.name["zh"]) for each in family.questions}
        assert found | NAMES == found
        assert {each.short.at_the_beginning() == each.short for each in family.questions} == {True}


def test_what_is_read_back_of_a_rule_a_reason_and_what_is_asked_say_whose() -> None:
    family = parse_protocol(FAMILY, "trial.toml")
    (rule,) = [each for each in family.criteria if each.source == "Aged 25 or more"]
    assert list(read_back(family, rule, "en").lines()) == ["Met if: age (the parent) at least 25 years"]
    facts = effective(family, {"age_of_the_parent": Measurement("=", Decimal(20), "a")})
    assert what_failed(family, rule, facts, "en").startswith("age (the parent)")
    assert (
        asked_of(family, family.question("age_of_the_parent"))["en"] == "Age in completed years? (the parent)"
    )
    assert asked_of(family, family.question("i1")) == family.question("i1").ask


def test_a_trial_that_names_nobody_calls_its_questions_as_it_words_them() -> None:
    nobody = parse_protocol(TAKEN["one person of two parts"], "trial.toml")
    assert [each.name["en"] for each in nobody.questions] == ["age"]
