"""What a rule can come to, part by part: as found by trying every answer, with work that does not explode."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given

from dialogs.answers import UNKNOWN, Answer, Choice
from dialogs.proofs import representatives
from dialogs.protocol import Protocol
from dialogs.rules.comparisons import Membership
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, Facts, Judgement, first_place
from dialogs.rules.reachable import Choices, reachable_values
from dialogs.rules.tree import Conjunction, Disjunction, Negation, Node
from tests.dialogs.made_up import protocols


def by_trying(node: Node, facts: list[Answer | None], choices: Choices) -> set[int]:
    """Slow and obvious: answer what is open, one question after the other, in every way."""
    low, high, residual = node.judge(facts)
    if low == high:
        return {low}
    place, found = first_place(residual), set[int]()
    for answer in choices[place]:
        after = [*facts[:place], answer, *facts[place + 1 :]]
        if not node.judge(after).residual >> place & 1:
            found |= by_trying(node, after, choices)
    return found


@given(protocols())
def test_every_rule_can_come_to_what_trying_all_answers_finds(protocol: Protocol) -> None:
    choices = [representatives(protocol, place) for place in range(len(protocol.questions))]
    nothing: list[Answer | None] = [None] * len(choices)
    for criterion in protocol.criteria[:-1]:  # the last one uses all questions: too many ways
        node = criterion.rule.node
        if node.mask.bit_count() <= 3:
            assert reachable_values(node, nothing, choices) == by_trying(node, nothing, choices)


@pytest.mark.parametrize(("kind", "value"), [(Conjunction, FALSE), (Disjunction, TRUE)])
def test_parts_that_share_a_question_are_not_taken_for_independent(
    kind: type[Conjunction | Disjunction], value: int
) -> None:
    """Yes and not yes is never true, yes or not yes never false; of two questions both can be."""
    yes, other = (Membership(place, frozenset({"yes"})) for place in (0, 1))
    choices = [(UNKNOWN, Choice("no"), Choice("yes"))] * 2
    never = kind((yes, Negation(yes)), yes.mask)
    assert reachable_values(never, (None,) * 2, choices) == {value, UNCERTAIN}
    either = kind((yes, Negation(other)), yes.mask | other.mask)
    assert reachable_values(either, (None,) * 2, choices) == {FALSE, UNCERTAIN, TRUE}


@dataclass(frozen=True, slots=True, eq=False)
class Counted(Membership):
    """A yes/no question that counts how often it is judged."""

    judged: list[int] = field(default_factory=list)

    def judge(self, facts: Facts) -> Judgement:
        self.judged.append(self.place)
        return Membership.judge(self, facts)


@pytest.mark.parametrize("kind", [Conjunction, Disjunction])
def test_the_work_grows_with_the_questions_and_not_with_their_combinations(
    kind: type[Conjunction | Disjunction],
) -> None:
    judged: list[int] = []
    leaves = tuple(Counted(place, frozenset({"yes"}), judged) for place in range(60))
    choices = [(UNKNOWN, Choice("no"), Choice("yes"))] * 60
    node = kind(leaves, (1 << 60) - 1)
    assert reachable_values(node, (None,) * 60, choices) == {0, 1, 2}
    assert len(judged) <= 20 * 60
