"""What a rule can come to at all: as found by trying every answer, with work that does not explode."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.errors import AnswerError
from dialogs.proofs import Outcome, outcomes
from dialogs.proofs.reachable import IMPOSSIBLE, NOTHING, Among, Budget, OutOfBudgetError, Parts, find
from dialogs.proofs.representatives import RELATIONS, exact
from dialogs.protocol import Protocol, Question
from dialogs.rules.judgement import FALSE, TRUE, first_place
from dialogs.rules.tree import Node
from tests.dialogs.made_up import protocols

BOTH = {0: 0b11, 1: 0b11, 2: 0b11}
YES, NO = 0b01, 0b10


def by_trying(protocol: Protocol, node: Node, facts: list[Answer | None]) -> set[int]:
    """Slow and obvious: answer what is open, one question after the other, in every way."""
    low, high, residual = node.judge(facts)
    if low == high:
        return {low}
    place, found = first_place(residual), set[int]()
    for answer in exact(protocol, place, [node], [*node.leaves()], facts):
        after = [*facts[:place], answer, *facts[place + 1 :]]
        if not node.judge(after).residual >> place & 1:
            found |= by_trying(protocol, node, after)
    return found


def wanted(outcome: Outcome) -> int:
    return FALSE if outcome.failed == (outcome.criterion.kind == "inclusion") else TRUE


@given(protocols())
def test_what_is_called_possible_is_found_by_trying_all_answers(protocol: Protocol) -> None:
    nothing: list[Answer | None] = [None] * len(protocol.questions)
    for outcome in outcomes(protocol, 100_000):
        node = outcome.criterion.rule.node
        if outcome.finding == "possible" and node.mask.bit_count() <= 2:  # else too many ways
            assert wanted(outcome) in by_trying(protocol, node, nothing)


def any_answer(question: Question, random: Random) -> Answer:
    """Any answer that the question can have, with a good share of the small numbers that rules are about."""
    number = random.choice(
        [Decimal(random.randint(0, 12)), Decimal(random.randint(0, 10**6)).scaleb(-3), Decimal("0.001")]
    )
    relations = RELATIONS if question.bounds else RELATIONS[:1]
    answers: list[Answer] = [UNKNOWN, *(Choice(option.code) for option in question.options)]
    answers += [Measurement(random.choice(relations), number, unit.code) for unit in question.units]
    answer = random.choice(answers)
    try:
        question.check(answer)
    except AnswerError:
        return UNKNOWN
    return answer


@given(protocols(), st.integers())
def test_nothing_that_can_happen_is_called_impossible(protocol: Protocol, seed: int) -> None:
    random = Random(seed)
    ruled_out = [outcome for outcome in outcomes(protocol, 100_000) if outcome.finding == "impossible"]
    for _ in range(100 if ruled_out else 0):
        facts = [any_answer(question, random) for question in protocol.questions]
        for outcome in ruled_out:
            judgement = outcome.criterion.rule.judge(facts)
            assert not judgement.settled or judgement.low != wanted(outcome)


@pytest.mark.parametrize(
    ("demands", "holds"),
    [
        pytest.param([Among(0, YES)], True, id="one"),
        pytest.param([Among(0, YES), Among(0, NO)], False, id="yes and no"),
        pytest.param([Parts(1, (Among(0, YES), Among(1, YES))), Among(0, NO)], True, id="the other"),
        pytest.param(
            [Parts(1, (Among(0, YES), Among(1, YES))), Among(0, NO), Among(1, NO)], False, id="neither"
        ),
        pytest.param(
            [
                Parts(1, (Among(0, YES), Among(1, YES))),
                Parts(1, (Among(0, NO), Among(1, YES))),
                Parts(1, (Among(0, YES), Among(1, NO))),
            ],
            True,
            id="one way left",
        ),
        pytest.param(
            [
                Parts(1, (Among(0, YES), Among(1, YES))),
                Parts(1, (Among(0, NO), Among(1, YES))),
                Parts(1, (Among(0, YES), Among(1, NO))),
                Parts(1, (Among(0, NO), Among(1, NO))),
            ],
            False,
            id="no way left",
        ),
        pytest.param(
            [Parts(2, (Among(0, YES), Among(1, YES), Among(2, YES))), Among(1, NO)], True, id="two of three"
        ),
        pytest.param(
            [Parts(2, (Among(0, YES), Among(1, YES), Among(2, YES))), Among(1, NO), Among(2, NO)],
            False,
            id="one of three",
        ),
        pytest.param([NOTHING], True, id="nothing demanded"),
        pytest.param([IMPOSSIBLE], False, id="impossible"),
    ],
)
def test_answers_are_found_where_there_are_some(demands: list[Among | Parts], holds: bool) -> None:
    assert (find(demands, BOTH, Budget(1_000)) is not None) == holds


def test_the_search_ends_when_its_steps_are_used_up() -> None:
    with pytest.raises(OutOfBudgetError):
        find([Parts(1, (Among(0, YES), Among(1, YES)))], BOTH, Budget(2))


def pigeons(holes: int) -> list[Among | Parts]:
    """One pigeon more than there are holes, each in one hole and none with another: impossible, and long to refute."""
    sits = [[Among(pigeon * holes + hole, YES) for hole in range(holes)] for pigeon in range(holes + 1)]
    apart = [
        Parts(1, (Among(one.variable, NO), Among(other.variable, NO)))
        for hole in range(holes)
        for pigeon in range(holes + 1)
        for one, other in [(sits[pigeon][hole], sits[another][hole]) for another in range(pigeon)]
    ]
    return [*(Parts(1, tuple(holes)) for holes in sits), *apart]


def test_what_cannot_hold_is_refuted_where_the_steps_do_and_left_open_where_they_do_not() -> None:
    possible = dict.fromkeys(range(100), 0b11)
    assert find(pigeons(4), possible, Budget(100_000)) is None
    with pytest.raises(OutOfBudgetError):
        find(pigeons(8), possible, Budget(10_000))


def test_the_work_grows_with_the_questions_and_not_with_their_combinations() -> None:
    pairs = [Parts(1, (Among(2 * at, YES), Among(2 * at + 1, YES))) for at in range(60)]
    budget = Budget(20 * 60)
    assert find(pairs, dict.fromkeys(range(120), 0b11), budget) is not None
