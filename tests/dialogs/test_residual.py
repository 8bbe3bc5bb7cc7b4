"""What is left of a rule after some answers, worked out step by step."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import Answer
from dialogs.proofs import representatives
from dialogs.proofs.residual import go_on, left_over
from dialogs.protocol import Protocol
from tests.dialogs.made_up import protocols


@given(protocols(), st.integers())
def test_answer_by_answer_the_same_is_left_as_of_all_at_once(protocol: Protocol, seed: int) -> None:
    random, questions = Random(seed), range(len(protocol.questions))
    facts: list[Answer | None] = [None for _ in questions]
    rules = [criterion.rule.node for criterion in protocol.criteria]
    left = [left_over(rule, facts) for rule in rules]
    for place in random.sample(questions, len(questions)):
        facts[place] = random.choice(representatives(protocol, place, facts))
        left = [go_on(before, facts, 1 << place) for before in left]
        assert left == [left_over(rule, facts) for rule in rules]
        assert [each.judgement for each in left] == [rule.judge(facts) for rule in rules]
