"""What a rule can come to at all, found part by part.

Parts of a rule that share no open question are independent: what they come to together follows from what each comes
to alone. Only a question that several parts share is tried answer by answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialogs.answers import Answer
from dialogs.rules.judgement import TRUE, Facts, members, union
from dialogs.rules.tree import Conjunction, Disjunction, Negation, Node

Choices = Sequence[Sequence[Answer]]
"""For each question, answers such that every other answer acts like one of them."""


def reachable_values(node: Node, facts: Facts, choices: Choices) -> frozenset[int]:
    """Return the values that a rule can still come to, by the answers of `choices` to what is open."""
    low, high, residual = node.judge(facts)
    if low == high:
        return frozenset({low})
    if isinstance(node, Negation):
        return frozenset(TRUE - value for value in reachable_values(node.node, facts, choices))
    groups = _independent(node, facts) if isinstance(node, Conjunction | Disjunction) else [node]
    if len(groups) == 1:
        return _tried(node, facts, choices, _most_shared(node, residual))
    join = min if isinstance(node, Conjunction) else max
    reached, *others = (reachable_values(group, facts, choices) for group in groups)
    for other in others:
        reached = frozenset(join(one, another) for one in reached for another in other)
    return reached


def _independent(node: Conjunction | Disjunction, facts: Facts) -> list[Node]:
    """Split a junction into parts that share no open question; those that do stay joined."""
    answered = union(1 << place for place, fact in enumerate(facts) if fact is not None)
    groups: list[tuple[int, list[Node]]] = []
    for part in node.nodes:
        mask, joined = part.mask & ~answered, [part]
        for group in [group for group in groups if group[0] & mask]:
            groups.remove(group)
            mask, joined = mask | group[0], [*group[1], *joined]
        groups.append((mask, joined))
    return [parts[0] if len(parts) == 1 else type(node)(tuple(parts), mask) for mask, parts in groups]


def _most_shared(node: Node, residual: int) -> int:
    """Return the open question that most comparisons use: once it is answered, most falls apart."""
    masks = [leaf.mask for leaf in node.leaves()]
    return max(members(residual), key=lambda place: sum(mask >> place & 1 for mask in masks))


def _tried(node: Node, facts: Facts, choices: Choices, place: int) -> frozenset[int]:
    """Try each answer to a question, until nothing is left that the rule could come to."""
    low, high, _ = node.judge(facts)
    possible, reached = frozenset(range(low, high + 1)), frozenset[int]()
    if facts[place] is not None:  # a limit in another unit than its value: never so in a dialogue
        return reached
    for after in _answered(node, facts, choices, place):
        reached |= reachable_values(node, after, choices)
        if reached == possible:
            break
    return reached


def _answered(node: Node, facts: Facts, choices: Choices, place: int) -> Iterator[Facts]:
    """Yield the facts after each answer that is taken; *unknown*, which decides least, comes last."""
    for answer in reversed(choices[place]):
        after = [*facts[:place], answer, *facts[place + 1 :]]
        if not node.judge(after).residual >> place & 1:  # else not taken: a unit that does not fit
            yield after
