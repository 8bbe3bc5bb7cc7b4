"""Answers that stand for all others: whatever is answered, one of them acts alike in every rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, get_args

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, Relation
from dialogs.assessment import imply
from dialogs.proofs.numbers import numbers, turning_points
from dialogs.proofs.selections import selections
from dialogs.protocol import Protocol
from dialogs.rules.choices import Membership
from dialogs.rules.comparisons import Comparison, Leaf
from dialogs.rules.judgement import Facts
from dialogs.rules.tree import Node

RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)


def representatives(protocol: Protocol, place: int, facts: Facts | None = None) -> tuple[Answer, ...]:
    """Return answers to question `place` such that every other answer acts like one of them.

    `facts` are the answers before it, which a number can be divided by.
    """
    before = facts or (None,) * len(protocol.questions)
    rules = [criterion.rule.node for criterion in protocol.criteria if criterion.rule.mask >> place & 1]
    named = (leaf for rule in rules for leaf in rule.leaves() if leaf.mask >> place & 1)
    leaves = [*{told_apart(leaf): leaf for leaf in named}.values()]
    computed = [COMPUTED] if protocol.questions[place].formula is not None else []
    candidates = (
        UNKNOWN,
        *computed,
        *bounds(protocol, place, leaves, before),
        *exact(protocol, place, rules, leaves, before),
    )
    return tuple({_effect(protocol, place, leaves, before, answer): answer for answer in candidates}.values())


def told_apart(leaf: Leaf) -> object:
    """Return what comparisons have in common that always come to the same."""
    if isinstance(leaf, Membership):
        return leaf.place, leaf.codes
    return (leaf.place, leaf.operator, *leaf.limits.items()) if isinstance(leaf, Comparison) else leaf


def exact(
    protocol: Protocol, place: int, rules: Sequence[Node], leaves: Sequence[Leaf], facts: Facts
) -> Iterator[Answer]:
    """Yield options, shortcuts, and numbers on and between all points where a comparison turns, in every unit."""
    question = protocol.questions[place]
    if question.kind == "several":
        yield from selections(question, place, rules)
        return
    yield from (Choice(option.code) for option in question.options)
    yield from (Choice(shortcut.code) for shortcut in question.shortcuts)
    for unit in question.units:
        for number in numbers(question, unit, turning_points(protocol, place, unit, leaves, facts)):
            if unit.allows(number):
                yield Measurement("=", number, unit.code)


def bounds(protocol: Protocol, place: int, leaves: Sequence[Leaf], facts: Facts) -> Iterator[Answer]:
    """Yield what lies on either side of the points where a comparison turns, for a question that takes such answers."""
    question = protocol.questions[place]
    for unit in question.units if question.bounds else ():
        for number in set(turning_points(protocol, place, unit, leaves, facts)):
            for relation in RELATIONS[1:]:
                answer = Measurement(relation, number, unit.code)
                if unit.admits(answer):
                    yield answer


def _effect(protocol: Protocol, place: int, leaves: Sequence[Leaf], before: Facts, answer: Answer) -> object:
    """What tells one answer from another: how each comparison turns out, and what the answer implies.

    A number that waits for a divisor, or is one that came first, is told apart by itself.
    """
    facts = [*before]
    facts[place] = answer
    judged = [leaf.judge(facts) for leaf in leaves]
    if not all(judgement.settled for judgement in judged):
        return answer
    imply(protocol, facts, protocol.questions[place].id, answer)
    facts[place] = None
    return (*judged, *facts) if facts != [*before] else tuple(judged)
