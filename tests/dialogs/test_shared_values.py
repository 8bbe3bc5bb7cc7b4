"""A value that was typed where *normal* is an answer, too, serves what is worked out from it: it is asked once."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import pytest

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import effective
from dialogs.candidates import Row, evaluate_candidate, read_candidates
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin
from dialogs.formula_in_words import formula_in_words
from dialogs.loading import parse_protocol, parse_stored
from dialogs.protocol import Protocol
from dialogs.wording import echo

HEAD: Final = 'format = 2\nid = "FICTIONAL"\ntitle = "A fictional trial"\n'
CREATININE: Final = """
[[criterion]]
code = "I1"
inclusion = "Creatinine of at most 1.5 x ULN"
rule = 'creatinine <= "1.5 {xULN}"'
"""
CLEARANCE: Final = """
[[criterion]]
code = "I2"
inclusion = "Creatinine clearance of 60 mL/min or more"
rule = 'creatinine_clearance >= "60 mL/min"'
"""
ANSWERS: Final[dict[str, Answer]] = {
    "creatinine_uln": Measurement("=", Decimal("1.2"), "mg/dL"),
    "creatinine_clearance": COMPUTED,
    "age_years": Measurement("=", Decimal(60), "a"),
    "sex": Choice("male"),
    "body_weight": Measurement("=", Decimal(72), "kg"),
    "serum_creatinine": Measurement("=", Decimal("1.25"), "mg/dL"),
}


def trial(*tables: str) -> Protocol:
    return parse_protocol(HEAD + "".join(tables), "fictional.toml")


def milligrams(relation: str = "=", value: str = "1") -> Answer:
    return Measurement("<" if relation == "<" else "=", Decimal(value), "mg/dL")


def walked(protocol: Protocol, creatinine: Answer) -> Dialogue:
    dialogue, answers = begin(protocol), {**ANSWERS, "creatinine": creatinine}
    while dialogue.state not in (REVIEW, EXCLUDED):
        dialogue.take(dialogue.by_itself or Step("answer", dialogue.state, answers[dialogue.state]))
    return dialogue


CASES: Final[dict[str, tuple[Answer, bool, str]]] = {
    "a value": (milligrams(), False, "eligible"),  # 80 mL/min
    "normal is no value": (Choice("within_normal"), True, "eligible"),  # 64 mL/min, from 1.25
    "nor is a multiple of a limit": (Measurement("=", Decimal(1), "{xULN}"), True, "eligible"),
    "nor is a bound": (milligrams("<"), True, "eligible"),
    "who does not know it is not asked once more": (UNKNOWN, False, "undetermined"),
    "a value of which the clearance is too low": (milligrams(value="1.5"), False, "ineligible"),  # 53 mL/min
}


@pytest.mark.parametrize("order", ["creatinine first", "clearance first"])
@pytest.mark.parametrize(("creatinine", "asked_again", "verdict"), CASES.values(), ids=CASES)
def test_it_is_asked_once_more_only_if_there_is_no_value(
    creatinine: Answer, asked_again: bool, verdict: str, order: str
) -> None:
    tables = (CREATININE, CLEARANCE) if order == "creatinine first" else (CLEARANCE, CREATININE)
    dialogue = walked(trial(*tables), creatinine)
    assert ("serum_creatinine" in dialogue.applied) is asked_again
    assert dialogue.verdict == verdict


def test_what_was_worked_out_names_it_as_it_was_entered() -> None:
    protocol = trial(CREATININE, CLEARANCE)
    facts = effective(
        protocol,
        {name: each for name, each in ANSWERS.items() if name != "serum_creatinine"}
        | {"creatinine": milligrams()},
    )
    told = echo(protocol, protocol.question("creatinine_clearance"), COMPUTED, facts, "en")
    assert told == "80 mL/min from age 60 years, body weight 72 kg, creatinine 1 mg/dL, sex Male"


def test_a_correction_changes_what_is_worked_out() -> None:
    dialogue = walked(trial(CREATININE, CLEARANCE), milligrams())
    dialogue.take(Step("correct", "creatinine"))
    dialogue.take(Step("answer", "creatinine", milligrams(value="1.5")))
    assert dialogue.verdict == "ineligible"


@pytest.mark.parametrize(
    "more",
    [
        '[[question]]\nuse = "creatinine"\nask = "Highest creatinine of the last year?"\n',
        '[[question]]\nuse = "serum_creatinine"\nask = "Creatinine today?"\n',
        '[[question]]\nuse = "serum_creatinine"\nat = "week 2"\n',
    ],
)
def test_a_question_in_words_of_its_own_is_another_one(more: str) -> None:
    assert "serum_creatinine" in walked(trial(more, CREATININE, CLEARANCE), milligrams()).applied


def test_without_the_other_question_the_value_is_asked() -> None:
    assert "serum_creatinine" in walked(trial(CLEARANCE), milligrams()).applied


def test_a_trial_that_was_stored_without_that_asks_both() -> None:
    text = re.sub("measures = .*\n", "", trial(CREATININE, CLEARANCE).text)
    before = parse_stored(text, "stored")
    assert before.text == text
    assert "serum_creatinine" in walked(before, milligrams()).applied


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ("1 mg/dL,1.2 mg/dL,", "eligible"),
        ("normal,,1.25 mg/dL", "eligible"),
        ("normal,,", "undetermined"),
        (",,1.25 mg/dL", "undetermined"),
    ],
)
def test_a_list_may_hold_either(cells: str, verdict: str) -> None:
    protocol = trial(CREATININE, CLEARANCE)
    columns = "age_years,sex,body_weight,creatinine,creatinine_uln,serum_creatinine"
    (row,) = read_candidates(protocol, f"name,{columns}\nX1,60,male,72 kg,{cells}\n")
    assert isinstance(row, Row)
    assert not row.faults
    assert f'"verdict": "{verdict}"' in evaluate_candidate(protocol, row)


def test_a_formula_is_read_back_with_the_value_alone() -> None:
    protocol = trial(CREATININE, CLEARANCE)
    question = protocol.question("creatinine_clearance")
    told = formula_in_words(protocol, question, "en", lambda each: each.id)
    assert "serum_creatinine (µmol/L)" in told
