"""Rules as trees over comparisons, judged by Kleene's three-valued logic.

A judgement takes one pass and answers three things: the lowest and the highest value that the rule can still come to
(``FALSE < UNCERTAIN < TRUE``), and the questions that could still move it. Where lowest and highest agree, the rule is
settled and no question is left. A question answered "unknown" is uncertain for good; only a question not answered yet
is pending.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialogs.rules.choices import Membership, Ticked
from dialogs.rules.comparisons import Comparison, Contrast, Leaf
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement, union


@dataclass(frozen=True, slots=True, eq=False)
class Unclear:
    """The record gives no answer: uncertain, and nothing to ask."""

    mask: int = 0

    def judge(self, facts: Facts) -> Judgement:
        return SETTLED[UNCERTAIN]

    def leaves(self) -> Iterator[Leaf]:
        return iter(())

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return iter(())


@dataclass(frozen=True, slots=True, eq=False)
class Negation:
    """``not``."""

    node: Node

    def judge(self, facts: Facts) -> Judgement:
        low, high, residual = self.node.judge(facts)
        return Judgement(TRUE - high, TRUE - low, residual)

    def leaves(self) -> Iterator[Leaf]:
        return self.node.leaves()

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return self.node.grounds(facts)

    @property
    def mask(self) -> int:
        return self.node.mask


@dataclass(frozen=True, slots=True, eq=False)
class Junction:
    """Several conditions that are joined."""

    nodes: tuple[Node, ...]
    mask: int

    def leaves(self) -> Iterator[Leaf]:
        for node in self.nodes:
            yield from node.leaves()


@dataclass(frozen=True, slots=True, eq=False)
class Conjunction(Junction):
    """``and``: the lowest of its parts. A part still matters only if it can fall below what the others reach."""

    def judge(self, facts: Facts) -> Judgement:
        parts = [node.judge(facts) for node in self.nodes]
        low = min(part.low for part in parts)
        high = min(part.high for part in parts)
        return Judgement(low, high, union(part.residual for part in parts if part.low < high))

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return _deciding(self.nodes, facts, all_of=TRUE)


@dataclass(frozen=True, slots=True, eq=False)
class Disjunction(Junction):
    """``or``: the highest of its parts. A part still matters only if it can rise above what the others reach."""

    def judge(self, facts: Facts) -> Judgement:
        parts = [node.judge(facts) for node in self.nodes]
        low = max(part.low for part in parts)
        high = max(part.high for part in parts)
        return Judgement(low, high, union(part.residual for part in parts if part.high > low))

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return _deciding(self.nodes, facts, all_of=FALSE)


@dataclass(frozen=True, slots=True, eq=False)
class AtLeast(Junction):
    """``at_least(n, ...)``: the n-th highest of its parts."""

    count: int

    def judge(self, facts: Facts) -> Judgement:
        parts = [node.judge(facts) for node in self.nodes]
        low = sorted(part.low for part in parts)[-self.count]
        high = sorted(part.high for part in parts)[-self.count]
        if low == high:
            return SETTLED[low]
        matter = (part.residual for part in parts if part.low < high and part.high > low)
        return Judgement(low, high, union(matter))

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        value = self.judge(facts).low
        for node in self.nodes:
            if node.judge(facts)[:2] == (value, value):
                yield from node.grounds(facts)


Node = Comparison | Contrast | Membership | Ticked | Unclear | Negation | Conjunction | Disjunction | AtLeast


def _deciding(nodes: tuple[Node, ...], facts: Facts, *, all_of: int) -> Iterator[Leaf]:
    """The comparisons behind a value: every part where all were needed, else those that carried it."""
    judged = [(node, node.judge(facts)) for node in nodes]
    ends = [value.low for _, value in judged]
    value = min(ends) if all_of == TRUE else max(ends)
    for node, judgement in judged:
        if value == all_of or judgement.low == judgement.high == value:
            yield from node.grounds(facts)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A parsed rule: its text, its tree, and the mask of the questions that it uses."""

    text: str
    node: Node
    mask: int

    def judge(self, facts: Facts) -> Judgement:
        return self.node.judge(facts)

    def grounds(self, facts: Facts) -> tuple[Leaf, ...]:
        """The comparisons that decided the rule's value, in the order in which they are written."""
        return tuple(dict.fromkeys(self.node.grounds(facts)))
