"""Properties of the dialogue, over random answers: what it asks, in what order it may come, what replay gives."""

from __future__ import annotations

import random
from copy import copy
from dataclasses import fields
from decimal import Decimal
from itertools import chain, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Measurement
from dialogs.assessment import effective, judge, status, verdict
from dialogs.dialogue import (
    EXCLUDED,
    REVIEW,
    STEP_KINDS,
    TO_CORRECT,
    Dialogue,
    Step,
    StepKind,
    begin,
    replay,
)
from dialogs.errors import AnswerError, NotNow
from dialogs.progress import ASKING
from dialogs.proofs import explore, representatives
from tests.dialogs.playing import fitting, played
from tests.dialogs.strategies import PROTOCOL, answers_to, tables

Table = dict[str, Answer]


def everything(dialogue: Dialogue) -> dict[str, object]:
    names = [field.name for field in fields(dialogue) if field.name != "protocol"]
    return {name: copy(getattr(dialogue, name)) for name in names}


@given(tables)
def test_the_verdict_equals_the_full_evaluation_of_the_answers_given(table: Table) -> None:
    dialogue, _ = played(PROTOCOL, table)
    facts = effective(PROTOCOL, dialogue.answers)
    judged = [judge(PROTOCOL, index, facts) for index in range(len(PROTOCOL.criteria))]
    assert dialogue.verdict == verdict(judged)
    failed = {c.code for c, j in zip(PROTOCOL.criteria, judged, strict=True) if status(j) == "failed"}
    assert set(dialogue.failed_codes) == failed


@given(tables)
def test_answers_that_were_not_asked_for_could_not_change_the_verdict(table: Table) -> None:
    """Skipping is sound: with every fitting answer of the table known, each criterion comes to the same."""
    dialogue, _ = played(PROTOCOL, table)
    known = {**{q: a for q, a in table.items() if not PROTOCOL.question(q).unit_of}, **dialogue.answers}
    known = {q: a for q, a in known.items() if _consistent(known, q)}
    facts = effective(PROTOCOL, known)
    for index, criterion in enumerate(PROTOCOL.criteria):
        if (
            criterion.code != "E4"
        ):  # an implied sex may settle it earlier than the answer to a skipped question
            assert status(judge(PROTOCOL, index, facts)) == dialogue.statuses[criterion.code]


def _consistent(known: Table, question_id: str) -> bool:
    try:
        PROTOCOL.question(question_id).check(known[question_id])
    except AnswerError:
        return False
    return True


@given(tables)
def test_no_question_is_asked_whose_answer_could_not_change_a_criterion(table: Table) -> None:
    dialogue = begin(PROTOCOL)
    for _ in range(40):
        if dialogue.state == EXCLUDED:
            dialogue.take(Step("continue" if dialogue.can("continue") else "finish"))
            continue
        if dialogue.state == REVIEW:
            break
        assert matters(dialogue, dialogue.protocol.position[dialogue.state]), dialogue.state
        dialogue.take(Step("answer", dialogue.state, fitting(dialogue, table)))


SCALE = [Decimal(digits).scaleb(power) for power in range(-4, 6) for digits in ("1", "2.5", "4", "6")]


def any_answer(place: int) -> list[Answer]:
    """Representatives; for a divisor also extremes, as ranges of what is possible never decide a criterion."""
    question = PROTOCOL.questions[place]
    extremes = [
        Measurement("=", number, unit.code)
        for unit in question.units
        for number in SCALE
        if not question.bounds
    ]
    return [*representatives(PROTOCOL, place), *extremes]


def matters(dialogue: Dialogue, place: int) -> bool:
    """Look for completions of one criterion that differ only in this answer and come to different statuses."""
    dice = random.Random(1)
    for index in dialogue.protocol.affected[place]:
        mask = dialogue.judged[index].residual
        if not mask >> place & 1:
            continue
        others = [p for p in range(len(dialogue.facts)) if mask >> p & 1 and p != place]
        choices = [any_answer(p) for p in others]
        first = (tuple(dice.choice(choice) for choice in choices) for _ in range(30))
        for completion in chain(first, product(*choices)):
            facts = list(dialogue.facts)
            for p, answer in zip(others, completion, strict=True):
                facts[p] = answer
            found = set()
            for answer in any_answer(place):
                facts[place] = answer
                judgement = judge(PROTOCOL, index, facts)
                found.add((judgement.low, judgement.high))
            if len(found) > 1:
                return True
    return False


@given(tables)
def test_no_question_is_asked_twice(table: Table) -> None:
    _, steps = played(PROTOCOL, table)
    asked = [step.question for step in steps if step.kind == "answer"]
    assert len(asked) == len(set(asked))


@given(tables)
def test_replay_equals_live(table: Table) -> None:
    dialogue, steps = played(PROTOCOL, table)
    assert everything(replay(PROTOCOL, steps)) == everything(dialogue)


@given(tables, st.data())
def test_the_verdict_does_not_depend_on_the_order_of_answers(table: Table, data: st.DataObject) -> None:
    """Come to the same answers by wrong ones first, corrected in a random order."""
    dialogue, _ = played(PROTOCOL, table)
    wrong: Table = {q.id: data.draw(answers_to(q)) for q in PROTOCOL.questions[:8]}
    other, _ = played(PROTOCOL, {**table, **wrong})
    for _ in range(60):
        if other.can("continue"):
            other.take(Step("continue"))
        different = [q for q in other.applied if other.answers[q] != dialogue.answers.get(q, UNKNOWN)]
        pending = other.state in PROTOCOL.position
        if not different and not pending:
            break
        question = other.state if pending else data.draw(st.sampled_from(different))
        if not pending:
            other.take(Step("correct", question))
        answer = dialogue.answers.get(question, UNKNOWN)
        try:
            other.take(Step("answer", question, answer))
        except AnswerError:
            other.take(Step("answer", question, UNKNOWN))
        while other.state == EXCLUDED:
            other.take(Step("continue" if other.can("continue") else "finish"))
    shared = {q: other.answers[q] for q in other.applied}
    assert shared == {q: dialogue.answers[q] for q in dialogue.applied}
    assert (other.verdict, other.failed_codes, other.unresolved) == (
        dialogue.verdict,
        dialogue.failed_codes,
        dialogue.unresolved,
    )


@given(tables, st.data())
def test_changing_an_answer_there_and_back_changes_nothing(table: Table, data: st.DataObject) -> None:
    dialogue, _ = played(PROTOCOL, table)
    before = (
        dialogue.verdict,
        dialogue.failed_codes,
        dialogue.unresolved,
        list(dialogue.applied),
        list(dialogue.facts),
    )
    question = data.draw(st.sampled_from(dialogue.applied))
    old, new = dialogue.answers[question], data.draw(answers_to(PROTOCOL.question(question)))
    dialogue.take(Step("correct", question))
    try:
        dialogue.take(Step("answer", question, new))
    except AnswerError:
        return
    if question not in dialogue.applied:
        return
    dialogue.take(Step("correct", question))
    dialogue.take(Step("answer", question, old))
    assert (
        dialogue.verdict,
        dialogue.failed_codes,
        dialogue.unresolved,
        list(dialogue.applied),
        list(dialogue.facts),
    ) == before


@given(tables, st.lists(st.tuples(st.sampled_from(STEP_KINDS), st.integers(0, 28)), max_size=25))
def test_every_step_moves_or_is_refused_and_then_changes_nothing(
    table: Table, acts: list[tuple[StepKind, int]]
) -> None:
    dialogue, steps = begin(PROTOCOL), []
    for kind, place in acts:
        here = dialogue.state if dialogue.state in PROTOCOL.position else PROTOCOL.questions[place].id
        question = here if kind in ("answer", "propose") else PROTOCOL.questions[place].id
        step = Step(kind, question, table[question] if kind == "answer" else None, "98")
        before = everything(dialogue)
        try:
            dialogue.take(step)
        except (NotNow, AnswerError):
            assert everything(dialogue) == before
        else:
            steps.append(step)
    assert everything(replay(PROTOCOL, steps)) == everything(dialogue)


@given(tables)
def test_reopening_asks_only_what_was_missing(table: Table) -> None:
    dialogue, _ = played(PROTOCOL, table)
    if dialogue.verdict != "undetermined":
        return
    missing = {q for questions in dialogue.follow_up().values() for q in questions}
    dialogue.take(Step("save"))
    dialogue.take(Step("reopen"))
    asked = set()
    while dialogue.state in PROTOCOL.position:
        asked.add(dialogue.state)
        dialogue.take(Step("answer", dialogue.state, UNKNOWN))
    assert asked <= missing | {
        q.id for q in PROTOCOL.questions if q.id not in dialogue.answers or q.id in asked
    }
    assert missing <= asked


@given(tables, st.data())
def test_every_saved_screening_can_be_opened_again_and_left_as_it_was(
    table: Table, data: st.DataObject
) -> None:
    """What lacks nothing stands at the review, where any answer can be corrected; cancelled, all is as saved."""
    dialogue, _ = played(PROTOCOL, table)
    dialogue.take(Step("save"))
    saved, missing = everything(dialogue), dialogue.missing
    dialogue.take(Step("reopen"))
    if not missing:
        assert dialogue.state == REVIEW
        assert everything(dialogue) == {**saved, "closed": None, "due": REVIEW, "stage": REVIEW}
        question = data.draw(st.sampled_from(dialogue.applied))
        dialogue.take(Step("correct", question))
        answer = data.draw(answers_to(PROTOCOL.question(question)))
        assert dialogue.unexplained(question, answer) == (dialogue.answers[question] not in (answer, UNKNOWN))
    revised = everything(dialogue)
    assert everything(dialogue.as_saved()) == saved
    assert everything(dialogue) == revised
    dialogue.take(Step("cancel"))
    assert everything(dialogue) == saved == everything(dialogue.as_saved())


@given(tables, st.integers(0, 30), st.data())
def test_a_correction_asks_only_what_newly_applies(table: Table, answers: int, data: st.DataObject) -> None:
    """Neither what was answered unknown, nor what was not asked where it was finished midway; also the second time."""
    dialogue = begin(PROTOCOL, as_answered=True)
    while dialogue.stage == ASKING and len(dialogue.answers) < answers:
        dialogue.take(Step("answer", dialogue.state, fitting(dialogue, table)))
    if dialogue.stage != REVIEW:
        dialogue.take(Step("finish"))
    dialogue.take(Step("save"))
    for _ in range(2):
        unknown = {question for question, answer in dialogue.answers.items() if answer == UNKNOWN}
        spared = {each.id for place, each in enumerate(PROTOCOL.questions) if dialogue.open >> place & 1}
        out = dialogue.excluded
        by_query = bool(dialogue.applied) and data.draw(st.booleans())
        if not by_query:
            dialogue.take(Step("reopen", reason=TO_CORRECT))
            assert dialogue.state == REVIEW
        if not dialogue.applied:
            return
        question = data.draw(st.sampled_from(dialogue.applied))
        dialogue.take(Step("amend", question, only=True) if by_query else Step("correct", question))
        dialogue.take(Step("answer", question, fitting(dialogue, {**table, **data.draw(tables)})))
        asked = set[str]()
        while dialogue.stage == ASKING:
            asked.add(dialogue.state)
            dialogue.take(Step("answer", dialogue.state, UNKNOWN))
        assert not asked & unknown
        assert out or not asked & spared
        if dialogue.stage == EXCLUDED:
            dialogue.take(Step("finish"))
        elif spared and not out and dialogue.open:
            assert dialogue.can("continue"), "what was not asked can be, on demand"
        dialogue.take(Step("save"))


def test_back_leads_to_the_answer_before_and_keeping_it_leads_on() -> None:
    dialogue = begin(PROTOCOL)
    with pytest.raises(NotNow):
        dialogue.take(Step("back"))
    dialogue.take(Step("answer", "age_years", UNKNOWN))
    dialogue.take(Step("answer", "sex", UNKNOWN))
    dialogue.take(Step("back"))
    assert dialogue.state == "sex"
    dialogue.take(Step("back"))
    assert dialogue.state == "age_years"
    dialogue.take(Step("answer", "age_years", UNKNOWN))
    assert dialogue.state == "pregnant_or_lactating"


def test_every_question_can_be_asked_and_every_dialogue_ends() -> None:
    found = explore(PROTOCOL)
    assert found.asked == set(PROTOCOL.position)
    assert found.longest <= len(PROTOCOL.questions)


@given(tables, st.integers(0, 20))
def test_further_reasons_can_be_ended_at_any_question_and_taken_up_again(table: Table, more: int) -> None:
    """Ended after any number of further answers: the review, with the reasons found so far."""
    dialogue = begin(PROTOCOL)
    while dialogue.state != EXCLUDED:
        if dialogue.state == REVIEW:
            return
        assert not dialogue.can("finish")
        dialogue.take(Step("answer", dialogue.state, fitting(dialogue, table)))
    if not dialogue.can("continue"):
        return
    dialogue.take(Step("continue"))
    for _ in range(more):
        if dialogue.state != REVIEW:
            dialogue.take(Step("answer", dialogue.state, fitting(dialogue, table)))
    asked, failed = dialogue.state, dialogue.failed_codes
    if asked == REVIEW:
        return
    dialogue.take(Step("finish"))
    assert (dialogue.state, dialogue.failed_codes, dialogue.verdict) == (REVIEW, failed, "ineligible")
    dialogue.take(Step("continue"))
    assert dialogue.state == asked


def test_ending_further_reasons_drops_what_is_being_corrected() -> None:
    dialogue = begin(PROTOCOL)
    dialogue.take(Step("answer", "age_years", Measurement("=", Decimal(17), "a")))
    dialogue.take(Step("correct", "age_years"))
    assert not dialogue.can("finish")
    dialogue.take(Step("answer", "age_years", Measurement("=", Decimal(17), "a")))
    dialogue.take(Step("continue"))
    dialogue.take(Step("back"))
    dialogue.take(Step("propose", "age_years", entered="45"))
    dialogue.take(Step("finish"))
    assert (dialogue.state, dialogue.proposal, dialogue.failed_codes) == (REVIEW, None, ("I1", "E1"))
