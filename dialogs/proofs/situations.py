"""The situations that a dialogue can come to, told apart by what is left of each criterion.

What an answer makes of a criterion follows from what was left of it before: it is worked out once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from dialogs.answers import UNKNOWN, Answer
from dialogs.assessment import NOT_JUDGED, imply
from dialogs.parts import open_questions, ruled_out
from dialogs.proofs.reachable import Budget
from dialogs.proofs.representatives import representatives
from dialogs.proofs.residual import LeftOver, go_on, left_over
from dialogs.protocol import Protocol
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, Facts, Judgement, first_place, members, union


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known, what each criterion comes to, and what the dialogue can still come to.

    ``left`` is a number for what is left of each criterion, with the parts that are ruled out; ``open`` are the
    questions that could still change something.
    """

    facts: tuple[Answer | None, ...]
    judged: tuple[Judgement, ...]
    left: tuple[int, ...]
    open: int

    @property
    def asks(self) -> int | None:
        """The place of the question that is asked now; ``None`` at the end."""
        return first_place(self.open) if self.open else None


_SETTLED: Final = 0
"""The number for what is left of a criterion that nothing can change any more."""


class _Left(NamedTuple):
    """What is left of a criterion's rule, and of the criterion that it requires."""

    rule: LeftOver
    above: _Left | None


class Situations:
    """The situations of a protocol, each made from the one before by an answer."""

    def __init__(self, protocol: Protocol, budget: Budget) -> None:
        self.protocol = protocol
        self.budget = budget
        questions = range(len(protocol.questions))
        self._said = [_said_by(protocol, place) for place in questions]
        leaves = [leaf for criterion in protocol.criteria for leaf in criterion.rule.node.leaves()]
        together = [leaf for leaf in leaves if leaf.mask.bit_count() > 1]
        self._together = [
            [leaf for leaf in dict.fromkeys(together) if leaf.mask >> place & 1] for place in questions
        ]
        self._implied = union(1 << place for said in self._said for place in said[1:])
        self._cost = [1 + sum(1 for _ in criterion.rule.node.leaves()) for criterion in protocol.criteria]
        self._answers: dict[Hashable, tuple[Answer, ...]] = {}
        self._numbers: dict[Hashable, int] = {None: _SETTLED}
        self._left: dict[int, _Left | None] = {}
        """What has a number; ``None`` where it does not do to go on from."""
        self._worked_out: dict[Hashable, tuple[Judgement, int]] = {}

    def begin(self) -> Situation:
        nothing: Facts = (None,) * len(self.protocol.questions)
        judged = [self._judge(index, nothing, None) for index in range(len(self.protocol.criteria))]
        return self._situation(nothing, [judgement for judgement, _ in judged], [left for _, left in judged])

    def _situation(self, facts: Facts, judged: Sequence[Judgement], left: Sequence[int]) -> Situation:
        out = ruled_out(self.protocol, judged)
        told_apart = out if self.protocol.every_part > 1 else 0
        still_open = open_questions(self.protocol, judged, out)
        return Situation(tuple(facts), tuple(judged), (told_apart, *left), still_open)

    def answers(self, situation: Situation, place: int) -> tuple[Answer, ...]:
        """Return answers to a question that stand for all others."""
        key = (place, *(left_over(leaf, situation.facts).left for leaf in self._together[place]))
        if key not in self._answers:
            found = representatives(self.protocol, place, situation.facts)
            self.budget.spend(len(found) * len(self.protocol.affected[place]))
            self._answers[key] = found
        return self._answers[key]

    def waits(self, situation: Situation, answer: Answer) -> bool:
        """Say whether an answer to the question that is asked needs another one to be compared."""
        place = situation.asks or 0
        facts = [*situation.facts[:place], answer, *situation.facts[place + 1 :]]
        return any(not leaf.judge(facts).settled for leaf in self._together[place])

    def after(self, before: Situation, place: int, answer: Answer) -> Situation | None:
        """Return the situation after an answer; ``None`` if it is not taken: a ULN in another unit than its value.

        Raises `OutOfBudgetError`.
        """
        facts, judged, left = list(before.facts), list(before.judged), list(before.left[1:])
        facts[place] = answer
        imply(self.protocol, facts, self.protocol.questions[place].id, answer)
        said = tuple(facts[other] for other in self._said[place])
        affected, changed = self.protocol.affected[place], union(1 << other for other in self._said[place])
        self.budget.spend(10 + len(affected))
        for index in affected:
            if left[index] != _SETTLED:
                key = (index, left[index], place, said)
                if key not in self._worked_out:
                    self.budget.spend(self._cost[index])
                    self._worked_out[key] = self._judge(index, facts, self._left[left[index]], changed)
                judged[index], left[index] = self._worked_out[key]
        after = self._situation(facts, judged, left)
        return None if after.open >> place & 1 else after

    def _judge(
        self, index: int, facts: Facts, before: _Left | None, changed: int = 0
    ) -> tuple[Judgement, int]:
        """Return what a criterion comes to, and the number for what is left of it."""
        judgement, left = self._left_over(index, facts, before, changed)
        used = self.protocol.used[index]
        key: Hashable = None if judgement.settled else left
        if not _is_final(judgement) and any(
            facts[place] == UNKNOWN for place in members(used & self._implied)
        ):
            key = tuple(facts[place] for place in members(used))  # an unknown may still be replaced
        number = self._numbers.setdefault(key, len(self._numbers))
        self._left[number] = left if key is left else None
        return judgement, number

    def _left_over(
        self, index: int, facts: Facts, before: _Left | None, changed: int
    ) -> tuple[Judgement, _Left | None]:
        """Judge a criterion, as `judge` does, and those that it requires."""
        required = self.protocol.requirement[index]
        above: _Left | None = None
        if required is not None:
            judgement, above = self._left_over(required, facts, before.above if before else None, changed)
            if judgement.high == FALSE:
                return NOT_JUDGED, None
        criterion = self.protocol.criteria[index]
        rule = go_on(before.rule, facts, changed) if before else left_over(criterion.rule.node, facts)
        judgement = rule.judgement
        if criterion.kind == "exclusion":
            low, high, residual = judgement
            judgement = Judgement(TRUE - high, TRUE - low, residual)
        return judgement, _Left(rule, above)


def _is_final(judgement: Judgement) -> bool:
    """Say whether nothing can change it, not even what an answer implies of a question answered *unknown*."""
    return judgement.settled and judgement.low != UNCERTAIN


def _said_by(protocol: Protocol, place: int) -> tuple[int, ...]:
    """The questions that an answer to this one can answer, itself first."""
    implied = (
        protocol.position[other] for option in protocol.questions[place].options for other in option.implies
    )
    return tuple(dict.fromkeys((place, *implied)))
