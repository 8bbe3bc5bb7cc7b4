"""Matchings: each trial comes to what a screening for it alone comes to, and nothing is asked in vain."""

from __future__ import annotations

from copy import copy
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer
from dialogs.assessment import effective, judge, status
from dialogs.dialogue import Dialogue, Step, begin, replay
from dialogs.errors import AnswerError
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.parts import BEST_FIRST
from dialogs.portfolio.matching import Matching, replayed
from dialogs.portfolio.merging import merged
from dialogs.portfolio.steps_alone import steps_alone
from dialogs.progress import COMPLETED, EXCLUDED, REVIEW, Progress
from dialogs.rules.judgement import members, union
from dialogs.steps import NOT_ASKED, TO_CORRECT
from tests.dialogs import portfolios
from tests.dialogs.obvious import Obvious
from tests.dialogs.portfolios import Case, cases, fitting, go_on

random = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def told(progress: Progress) -> dict[str, Any]:
    """What is said of a trial."""
    names = (
        "verdict",
        "parts",
        "failed_codes",
        "first_failed",
        "unresolved",
        "reasons",
        "applied",
        "missing",
    )
    return {name: copy(getattr(progress, name)) for name in names}


HAEMOGLOBIN = """format = 2
id = "EX-{id}"
title = "A fictional trial"
[[question]]
use = "hemoglobin"
{more}
[[criterion]]
code = "I1"
inclusion = "x"
rule = 'hemoglobin >= "90 g/L"'
"""
SEX = """format = 2
id = "EX-{id}"
title = "A fictional trial"
[[question]]
use = "sex"
{more}
[[criterion]]
code = "I1"
inclusion = "x"
rule = 'sex == "female"'
"""


@pytest.mark.parametrize(
    ("text", "more", "asked"),
    [
        pytest.param(HAEMOGLOBIN, 'help = "The last before a transfusion."', 1, id="help"),
        pytest.param(HAEMOGLOBIN, 'unknown = "Not measured"', 1, id="no answer"),
        pytest.param(HAEMOGLOBIN, 'ask = "Haemoglobin before the first dose?"', 2, id="wording"),
        pytest.param(HAEMOGLOBIN, 'at = "at the first dose"', 2, id="visit"),
        pytest.param(SEX, 'ask = "Sex? (for the pregnancy question)"', 1, id="sex, with a remark"),
        pytest.param(SEX, 'short = "Sex of the partner"', 2, id="sex of another"),
    ],
)
@pytest.mark.parametrize("worded_first", [True, False])
def test_what_is_the_same_is_asked_once(text: str, more: str, asked: int, worded_first: bool) -> None:
    """Help and the word for no answer do not tell two questions apart; a wording that could mean another time does."""
    trials = [
        parse_protocol(text.format(id=index, more=more if index == worded_first else ""), "trial.toml")
        for index in range(2)
    ]
    questions = merged(trials).questions
    assert len(questions) == asked
    if asked == 1:
        assert questions[0].ask["en"] == min((trial.questions[0].ask["en"] for trial in trials), key=len)


def test_each_shipped_trial_asks_for_sex_and_haemoglobin_once() -> None:
    asked = [
        question.short["en"] for question in merged([load(name) for name in shipped_protocols()]).questions
    ]
    assert asked.count("Sex") == 1
    assert asked.count("Haemoglobin") == 1


@given(cases())
@random
def test_each_trial_comes_to_what_a_screening_for_it_alone_comes_to(case: Case) -> None:
    """With the same answers as they were given; with all answers judged in full; and in file order, judged plainly."""
    matching = portfolios.begin(case.portfolio)
    steps = go_on(matching, case.table)
    for index, trial in enumerate(matching.trials):
        answers = case.own(index, matching.answers)
        alone = begin(trial.protocol, as_answered=True)
        had: dict[str, Answer] = {}
        for question, answer in answers.items():
            had[question] = answer
            _take_needed(alone, had)
        assert alone.state in (EXCLUDED, REVIEW)
        assert told(alone) == told(matching.alone[index])
        assert told(replay(trial.protocol, steps_alone(matching, index), as_answered=True)) == told(alone)
        _agrees_with_all_answers(alone, answers)
        if case.raws:
            assert alone.verdict == Obvious(case.raws[index], case.own(index, case.table)).whole()
    _is_replayed(case, steps, matching)


def _take_needed(alone: Dialogue, had: dict[str, Answer]) -> None:
    """Answer whatever the dialogue needs of what is had, the first of it first."""
    places = alone.protocol.position
    while alone.state not in (EXCLUDED, REVIEW):
        waiting = (question for question in had if question not in alone.answers)
        needed = next((question for question in waiting if alone.open >> places[question] & 1), None)
        if needed is None:
            return
        alone.take(Step("answer", needed, had[needed]))


def _agrees_with_all_answers(alone: Dialogue, answers: dict[str, Answer]) -> None:
    """What failed has failed, and what is unknown is, also with the answers that were not needed."""
    if any(option.implies for question in alone.protocol.questions for option in question.options):
        return  # an answer that was not needed may imply what was unknown
    facts = effective(alone.protocol, answers)
    for place, criterion in enumerate(alone.protocol.criteria):
        found = status(judge(alone.protocol, place, facts))
        assert criterion.code not in alone.failed_codes or found == "failed"
        assert criterion.code not in alone.unresolved or found == "unknown"


@given(cases())
@random
def test_no_question_is_asked_that_no_open_trial_needs_and_none_twice(case: Case) -> None:
    matching, asked = portfolios.begin(case.portfolio), list[str]()
    while matching.state != REVIEW:
        place = matching.protocol.position[matching.state]
        needing = [
            trial
            for trial, alone in zip(matching.trials, matching.alone, strict=True)
            if place in trial.own and alone.open >> trial.own[place] & 1 and alone.verdict != "ineligible"
        ]
        assert needing
        assert matching.needs.by[matching.protocol.position[matching.state]] == len(needing)
        asked.append(matching.state)
        matching.take(Step("answer", matching.state, fitting(matching, case.table)))
    assert len(asked) == len(set(asked))
    assert all(alone.excluded or not alone.open for alone in matching.alone)


def everything(matching: Matching) -> dict[str, object]:
    names = [field.name for field in fields(matching) if field.name not in ("protocol", "alone", "last")]
    found = {name: copy(getattr(matching, name)) for name in names}
    return {**found, "alone": [(told(each), each.open) for each in matching.alone]}


def _is_replayed(case: Case, steps: list[Step], matching: Matching) -> None:
    again = replayed(case.portfolio, steps)
    assert isinstance(again, Matching)
    assert everything(again) == everything(matching)


@given(cases(), st.data())
@random
def test_a_correction_comes_to_what_the_same_answers_come_to_from_the_beginning(
    case: Case, data: st.DataObject
) -> None:
    matching = portfolios.begin(case.portfolio)
    steps = go_on(matching, case.table)
    if not matching.applied:
        return
    question = data.draw(st.sampled_from(matching.applied))
    matching.take(Step("correct", question))
    try:
        matching.take(Step("answer", question, case.other[question]))
    except AnswerError:
        return
    steps += [Step("correct", question), Step("answer", question, case.other[question])]
    anew = Matching(case.portfolio, dict(matching.answers), as_answered=True)
    assert everything(matching) == everything(anew)
    steps += go_on(matching, case.table)
    _is_replayed(case, steps, matching)


def _leave(matching: Matching, data: st.DataObject) -> list[Step]:
    """Leave some of the trials that take part."""
    steps = [
        Step("leave", trial=trial)
        for trial in data.draw(st.lists(st.sampled_from(matching.protocol.trial_ids), unique=True))
    ]
    for step in steps:
        matching.take(step)
    return steps


def _begun(case: Case, answers: int) -> tuple[Matching, list[Step]]:
    """Begin a matching and answer so many questions of it, or all that it has."""
    matching, steps = portfolios.begin(case.portfolio), list[Step]()
    for _ in range(answers):
        if matching.state != REVIEW:
            steps.append(Step("answer", matching.state, fitting(matching, case.table)))
            matching.take(steps[-1])
    return matching, steps


@given(cases(), st.data(), st.integers(0, 6))
@random
def test_what_is_left_out_asks_nothing_and_has_no_verdict_and_the_others_are_judged_alone(
    case: Case, data: st.DataObject, first: int
) -> None:
    matching, steps = _begun(case, first)
    steps += _leave(matching, data)
    while matching.state != REVIEW:
        place = matching.protocol.position[matching.state]
        needing = [
            trial
            for index, (trial, alone) in enumerate(zip(matching.trials, matching.alone, strict=True))
            if place in trial.own and alone.open >> trial.own[place] & 1 and index in matching.possible
        ]
        assert needing
        assert matching.needs.by[matching.protocol.position[matching.state]] == len(needing)
        steps.append(Step("answer", matching.state, fitting(matching, case.table)))
        matching.take(steps[-1])
    for trial, alone in matching.taking_part:
        own = case.own(matching.trials.index(trial), matching.answers)
        anew = Progress(trial.protocol, own, as_answered=True)
        assert told(alone) == told(anew)
        assert anew.excluded or not anew.open
    said = [part.part.code.partition("/")[0] for part in matching.parts]
    assert not matching.left.keys() & {*said, *(code.partition("/")[0] for code in matching.unresolved)}
    assert not matching.left.keys() & {reason.criterion.code.partition("/")[0] for reason in matching.reasons}
    assert matching.excluded == bool(matching.taking_part and not matching.possible)
    _is_replayed(case, steps, matching)


@given(cases(), st.data(), st.integers(0, 6), st.integers(0, 6))
@random
def test_a_trial_that_is_taken_in_again_stands_as_if_it_had_never_been_left(
    case: Case, data: st.DataObject, first: int, between: int
) -> None:
    matching = portfolios.begin(case.portfolio)

    def answer(most: int) -> None:
        for _ in range(most):
            if matching.state != REVIEW:
                matching.take(Step("answer", matching.state, fitting(matching, case.table)))

    answer(first)
    before, left = everything(matching), _leave(matching, data)
    answer(between)
    for step in left:
        matching.take(Step("take_in", trial=step.trial))
    anew = Matching(case.portfolio, dict(matching.answers), as_answered=True)
    anew.stand_at(matching.state)
    assert everything(matching) == everything(anew)
    if not between:
        assert everything(matching) == before
    answer(1000)
    assert all(alone.excluded or not alone.open for alone in matching.alone)


@given(cases())
@random
def test_a_saved_matching_can_be_opened_again_and_left_as_it_was(case: Case) -> None:
    matching = portfolios.begin(case.portfolio)
    go_on(matching, case.table)
    matching.take(Step("save"))
    saved = everything(matching)
    matching.take(Step("reopen"))
    matching.take(Step("cancel"))
    assert matching.state == COMPLETED
    assert {**everything(matching), "saved": None} == {**saved, "saved": None}


@given(cases(), st.data(), st.integers(1, 6))
@random
def test_in_a_revision_each_trial_is_judged_by_the_answers_at_hand_whether_or_not_it_is_asked_for(
    case: Case, data: st.DataObject, first: int
) -> None:
    """As it is alone; and nothing is asked that no trial needs for which something is asked."""
    matching, steps = _begun(case, first)
    ending = [] if matching.state == REVIEW else [Step("finish")]
    for step in (*ending, Step("save"), Step("reopen", reason=TO_CORRECT)):
        matching.take(step)
        steps.append(step)
    if not matching.applied:
        return
    question = data.draw(st.sampled_from(matching.applied))
    quiet = data.draw(st.lists(st.sampled_from(matching.protocol.trial_ids), unique=True))
    try:
        matching.check(question, case.other[question])
    except AnswerError:
        return
    for step in (
        Step("correct", question),
        Step("answer", question, case.other[question], reason="misread"),
        *(Step("leave", trial=trial, reason=NOT_ASKED) for trial in quiet),
    ):
        matching.take(step)
        steps.append(step)
    if matching.can("continue"):
        steps.append(Step("continue"))
        matching.take(steps[-1])
    while matching.state != REVIEW:
        place = matching.protocol.position[matching.state]
        needing = [index for index in matching.possible if place in matching.worth[index]]
        assert needing
        assert not {matching.protocol.trial_ids[index] for index in needing}.intersection(quiet)
        steps.append(Step("answer", matching.state, fitting(matching, case.table)))
        matching.take(steps[-1])
    said = {each.part.code: each.verdict for each in matching.parts}
    for index, trial in enumerate(matching.trials):
        anew = Progress(trial.protocol, case.own(index, matching.answers), as_answered=True)
        assert told(matching.alone[index]) == told(anew)
        assert said.get(trial.protocol.id, anew.verdict) == anew.verdict
        assert matching.judged[trial.criteria] == anew.judged
        assert anew.excluded or not anew.open or trial.protocol.id in quiet
    found = {alone.verdict for alone in matching.alone}
    assert matching.verdict == next(each for each in BEST_FIRST if each in found)
    assert matching.excluded == (not matching.possible)
    _is_replayed(case, steps, matching)


@given(cases(), st.data())
@settings(random, max_examples=30)
def test_what_waits_for_an_answer_applies_again_with_it_as_in_the_trials(
    case: Case, data: st.DataObject
) -> None:
    """A limit of normal whose value was unknown meanwhile, and is asked again once the matching is reopened."""
    matching = portfolios.begin(case.portfolio)
    go_on(matching, case.table)
    if not matching.applied:
        return
    question = data.draw(st.sampled_from(matching.applied))
    matching.take(Step("correct", question))
    matching.take(Step("answer", question, UNKNOWN))
    go_on(matching, case.table)
    matching.take(Step("save"))
    matching.take(Step("reopen"))
    go_on(matching, case.table)
    anew = Matching(case.portfolio, dict(matching.answers), as_answered=True)
    assert (matching.applied, matching.facts) == (anew.applied, anew.facts)


@given(cases())
@random
def test_a_rule_comes_to_the_same_over_the_questions_of_all_trials(case: Case) -> None:
    facts = [case.table[question.id] for question in case.portfolio.questions]
    for trial in case.portfolio.trials:
        own = [facts[place] for place in trial.places]
        for index in range(len(trial.protocol.criteria)):
            there, here = judge(trial.protocol, index, own), judge(case.portfolio, trial.first + index, facts)
            assert there[:2] == here[:2]
            assert case.portfolio.used[trial.first + index] == _moved(
                trial.protocol.used[index], trial.places
            )


def _moved(mask: int, places: tuple[int, ...]) -> int:
    return union(1 << places[place] for place in members(mask))
