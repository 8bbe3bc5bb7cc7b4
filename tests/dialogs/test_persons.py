"""What the catalogue asks of a patient is asked of one person: one answer is not the age of two."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol, parse_stored

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
