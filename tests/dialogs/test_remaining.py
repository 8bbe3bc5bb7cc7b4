"""How many questions can still be asked: no fewer than are asked, but for limits; never more after an answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin
from dialogs.errors import AnswerError
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import merged
from dialogs.proofs import explore, representatives
from dialogs.protocol import Protocol
from dialogs.rules.judgement import members
from tests.dialogs.made_up import protocols
from tests.dialogs.strategies import PROTOCOL


def answer(dialogue: Dialogue, drawn: Answer) -> Step:
    """The drawn answer; unknown if it does not fit (a ULN in another unit than its value)."""
    try:
        dialogue.check(dialogue.state, drawn)
    except AnswerError:
        drawn = UNKNOWN
    return Step("answer", dialogue.state, drawn)


def limits(protocol: Protocol) -> set[str]:
    """The questions that answers to others are divided by, or worked out from."""
    divisors = {
        unit.per for question in protocol.questions for unit in question.units if unit.per is not None
    }
    parts = (place for formula in protocol.formulas.values() for place in formula.places)
    return divisors | {protocol.questions[place].id for place in parts}


def parts(protocol: Protocol, step: Step) -> int:
    """How many questions a number is worked out from, if it is to be."""
    if step.answer != COMPUTED or step.question is None:
        return 0
    return len(protocol.formulas[protocol.position[step.question]].places)


def asked_about(protocol: Protocol, mask: int) -> set[str]:
    return {protocol.questions[place].id for place in members(mask)}


def turn(dialogue: Dialogue, data: st.DataObject) -> None:
    """Answer, or now and then correct; an answer to what had none brings the number down, unless it calls for others."""
    if dialogue.state in (EXCLUDED, REVIEW):
        dialogue.take(Step("continue" if dialogue.can("continue") else "correct", dialogue.applied[0]))
        return
    if data.draw(st.integers(0, 5)) == 0 and dialogue.applied:
        dialogue.take(Step("correct", data.draw(st.sampled_from(dialogue.applied))))
        return
    asked, before, open_before = dialogue.state, dialogue.remaining, dialogue.open
    place = dialogue.protocol.position[asked]
    first = asked not in dialogue.answers
    step = answer(dialogue, data.draw(st.sampled_from(representatives(dialogue.protocol, place))))
    dialogue.take(step)
    if first:
        called_for = asked_about(dialogue.protocol, dialogue.open & ~open_before)
        assert called_for <= limits(dialogue.protocol)
        assert dialogue.remaining < before + max(bool(called_for), parts(dialogue.protocol, step))


def finish_by_answers(dialogue: Dialogue, data: st.DataObject) -> int:
    """Answer all that is asked from here on; return how many questions that were, without limits yet to be called for."""
    asked, later = 0, limits(dialogue.protocol) - asked_about(dialogue.protocol, dialogue.open)
    while dialogue.state != REVIEW:
        if dialogue.state == EXCLUDED:
            dialogue.take(Step("continue" if dialogue.can("continue") else "finish"))
            continue
        state = dialogue.state
        place = dialogue.protocol.position[state]
        kept = dialogue.answers.get(dialogue.state)
        drawn = kept or data.draw(st.sampled_from(representatives(dialogue.protocol, place)))
        dialogue.take(answer(dialogue, drawn))
        asked += state not in later
    return asked


def check(protocol: Protocol, data: st.DataObject) -> None:
    dialogue = begin(protocol)
    for _ in range(data.draw(st.integers(0, 25))):
        turn(dialogue, data)
    bound = dialogue.remaining
    assert finish_by_answers(dialogue, data) <= bound
    assert dialogue.remaining == 0


@given(st.data())
def test_no_more_are_asked_than_are_said_to_remain(data: st.DataObject) -> None:
    check(PROTOCOL, data)


@given(protocols(), st.data())
def test_no_more_are_asked_than_are_said_to_remain_whatever_the_rules(
    protocol: Protocol, data: st.DataObject
) -> None:
    check(protocol, data)


def test_it_begins_with_the_longest_dialogue_without_limits() -> None:
    assert begin(PROTOCOL).remaining == explore(PROTOCOL).longest - len(limits(PROTOCOL)) == 24


@pytest.mark.parametrize(("question", "given_answer", "left"), [("diagnosis", "aiha", 3), ("sex", "male", 2)])
def test_an_answer_takes_what_it_makes_needless_with_it(question: str, given_answer: str, left: int) -> None:
    dialogue = begin(PROTOCOL)
    while dialogue.state != question:
        dialogue.take(Step("answer", dialogue.state, UNKNOWN))
    before = dialogue.remaining
    dialogue.take(Step("answer", question, Choice(given_answer)))
    assert before - dialogue.remaining == left


def test_a_limit_in_another_unit_than_its_value_is_asked_again_and_counts() -> None:
    dialogue = begin(PROTOCOL)
    while dialogue.state != "bilirubin_total":
        dialogue.take(Step("answer", dialogue.state, UNKNOWN))
    value, limit = (Measurement("=", Decimal(number), "umol/L") for number in (14, 21))
    dialogue.take(Step("answer", "bilirubin_total", value))
    dialogue.take(Step("answer", "bilirubin_uln", limit))
    before = dialogue.remaining
    dialogue.take(Step("correct", "bilirubin_total"))
    dialogue.take(Step("answer", "bilirubin_total", Measurement("=", Decimal("0.8"), "mg/dL")))
    assert dialogue.state == "bilirubin_uln"
    assert dialogue.remaining == before + 1


SCORES = """
format = 2
id = "FICT"
title = "A fictional trial of scores"

[[criterion]]
inclusion = "PHQ-9 of at least 5"
rule = 'phq9 >= "5 {score}"'

[[criterion]]
inclusion = "BMI below 40"
rule = 'bmi < "40 kg/m2"'
"""


def test_the_items_of_a_score_count_once_it_is_to_be_worked_out() -> None:
    """Who has the total is asked for that alone."""
    dialogue = begin(parse_protocol(SCORES, "scores.toml"))
    assert dialogue.remaining == 2
    dialogue.take(Step("answer", "phq9", COMPUTED))
    assert dialogue.remaining == 9 + 1
    for item in range(9):
        assert dialogue.remaining == 10 - item
        dialogue.take(Step("answer", dialogue.state, Choice("several_days")))
    assert (dialogue.state, dialogue.remaining) == ("bmi", 1)


TWO_KIDNEYS: Final = """
format = 2
id = "{name}"
title = "A fictional trial"

[[criterion]]
code = "I1"
inclusion = "eGFR of 45 or more"
rule = 'egfr >= "45 mL/min/{{1.73_m2}}"'
"""
CREATININE: Final = """
[[criterion]]
code = "E1"
exclusion = "Creatinine above 3 x ULN"
rule = 'creatinine > "3 {xULN}"'
"""
FILTERING: Final = parse_protocol(TWO_KIDNEYS.format(name="FILTERING"), "filtering.toml")
WITH_CREATININE: Final = parse_protocol(TWO_KIDNEYS.format(name="CREATININE") + CREATININE, "creatinine.toml")
SEVERAL: Final = merged([FILTERING, WITH_CREATININE, *map(load, sorted(shipped_protocols()))])


@given(st.data())
def test_a_value_that_may_be_asked_once_more_for_a_formula_counts_until_it_need_not(
    data: st.DataObject,
) -> None:
    check(WITH_CREATININE, data)


def test_a_bound_in_place_of_a_value_does_not_raise_it() -> None:
    answers: dict[str, Answer] = {
        "egfr": COMPUTED,
        "age_years": Measurement("=", Decimal(40), "a"),
        "sex": Choice("male"),
        "creatinine": Measurement(">", Decimal(120), "umol/L"),
    }
    dialogue = begin(WITH_CREATININE)
    left = []
    while dialogue.state != "serum_creatinine":
        dialogue.take(Step("answer", dialogue.state, answers[dialogue.state]))
        left.append(dialogue.remaining)
    assert len(left) == len(answers)
    assert left == sorted(left, reverse=True)


@given(st.data())
@settings(max_examples=60)
def test_no_answer_raises_that_of_a_matching_and_no_trial_has_more_left_than_all_together(
    data: st.DataObject,
) -> None:
    matching = Matching(SEVERAL, as_answered=True)
    everything = limits(SEVERAL)
    while matching.state not in (EXCLUDED, REVIEW):
        before, open_before = matching.remaining, matching.open
        named = data.draw(st.sampled_from(SEVERAL.trial_ids)) if data.draw(st.integers(0, 9)) == 0 else None
        if named is not None and matching.can("leave", trial=named) and len(matching.taking_part) > 1:
            matching.take(Step("leave", trial=named))
            assert matching.remaining <= before
        else:
            place = SEVERAL.position[matching.state]
            drawn = st.sampled_from([*representatives(SEVERAL, place), UNKNOWN])
            step = matching.by_itself or answer(matching, data.draw(drawn))
            matching.take(step)
            called_for = asked_about(SEVERAL, matching.open & ~open_before)
            assert called_for <= everything
            assert matching.remaining < before + max(bool(called_for), parts(SEVERAL, step))
        assert all(
            each.remaining <= matching.remaining for _, each in matching.taking_part if not each.excluded
        )
