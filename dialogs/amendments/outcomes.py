"""What is asked of a patient who tells two versions apart, as rules: a criterion met, failed, or left unclear.

Comparisons are settled in a search, so that a rule comes to nothing certain only by ``unclear``: it does where it is
not false if every ``unclear`` is taken in its favour, and not true if every one is taken against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Literal

from dialogs.protocol import Protocol, Question
from dialogs.rules.choices import Membership, Ticked
from dialogs.rules.judgement import members, union
from dialogs.rules.tree import Conjunction, Disjunction, Junction, Negation, Node, Unclear

Outcome = Literal["met", "failed", "unclear"]

ALWAYS: Final = Conjunction((), 0)
NEVER: Final = Disjunction((), 0)


def all_of(nodes: Iterable[Node]) -> Node:
    parts = tuple(nodes)
    return parts[0] if len(parts) == 1 else Conjunction(parts, union(node.mask for node in parts))


def any_of(nodes: Iterable[Node]) -> Node:
    parts = tuple(nodes)
    return parts[0] if len(parts) == 1 else Disjunction(parts, union(node.mask for node in parts))


def coming_to(node: Node, outcome: Outcome) -> Node:
    """Return what is true where a rule, seen from the patient's side, has this outcome."""
    if outcome == "met":
        return node
    if outcome == "failed":
        return Negation(node)
    return all_of([in_favour(node), Negation(against(node))])


def in_favour(node: Node) -> Node:
    """Return a rule with every ``unclear`` taken so that it is true."""
    return _leaning(node, ALWAYS, NEVER)


def against(node: Node) -> Node:
    return _leaning(node, NEVER, ALWAYS)


def _leaning(node: Node, unclear: Node, opposite: Node) -> Node:
    if isinstance(node, Unclear):
        return unclear
    if isinstance(node, Negation):
        return Negation(_leaning(node.node, opposite, unclear))
    if isinstance(node, Junction):
        return replace(node, nodes=tuple(_leaning(part, unclear, opposite) for part in node.nodes))
    return node


def not_excluded(protocol: Protocol, rules: Sequence[Node]) -> Node:
    """Return what is true of patients whom a version does not exclude from every part.

    ``rules`` are its criteria, each true where it is met or what it requires is not.
    """
    return any_of(
        all_of(rule for rule, belongs in zip(rules, protocol.parts_of, strict=True) if belongs >> part & 1)
        for part in members(protocol.every_part)
    )


def consistent(questions: Sequence[Question], place: dict[str, int], mask: int) -> Node:
    """Return what is true of answers that do not contradict what they imply: who is pregnant is no man."""
    found: list[Node] = []
    for question in questions:
        for option in question.options if mask >> place[question.id] & 1 else ():
            at = place[question.id]
            chosen: Node = (
                Ticked(at, option.code)
                if question.kind == "several"
                else Membership(at, frozenset({option.code}))
            )
            for other, code in option.implies.items():
                if mask >> place[other] & 1:
                    found.append(
                        Negation(all_of([chosen, Negation(Membership(place[other], frozenset({code})))]))
                    )
    return all_of(found) if found else ALWAYS
