"""Answers that stand for others: one of them acts like whatever is answered, in every rule.

That holds for nearly every protocol; `stand_for_all` says whether it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, get_args

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, Relation
from dialogs.assessment import imply
from dialogs.proofs.numbers import involved, numbers, turning_points
from dialogs.proofs.selections import ALL_TRIED, selections, told_apart_options
from dialogs.protocol import Protocol, Question
from dialogs.rules.choices import Membership
from dialogs.rules.comparisons import Comparison, Leaf
from dialogs.rules.judgement import Facts, members, union
from dialogs.rules.tree import Node

RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)


def representatives(protocol: Protocol, place: int, facts: Facts | None = None) -> tuple[Answer, ...]:
    """Return answers to question `place` such that every other answer acts like one of them (see `stand_for_all`).

    `facts` are the answers before it, which a number can be divided by.
    """
    before = facts or (None,) * len(protocol.questions)
    rules = _rules_over(protocol, place)
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


def _rules_over(protocol: Protocol, place: int) -> list[Node]:
    return [criterion.rule.node for criterion in protocol.criteria if criterion.rule.mask >> place & 1]


def stand_for_all(protocol: Protocol) -> bool:
    """Say whether no other answers than the representatives could come to anything else.

    They are a sample of many options that can be ticked, of numbers from which another one is worked out, and of
    more than two numbers that hang together by what they are compared with or divided by.
    """
    used = union(protocol.used)
    parts = union(formula.mask for place, formula in protocol.formulas.items() if used >> place & 1)
    return (
        all(_every_selection(protocol, place) for place in members(used))
        and all(_every_number(protocol.questions[place]) for place in members(parts))
        and _only_pairs(protocol)
    )


def _every_selection(protocol: Protocol, place: int) -> bool:
    """Say whether each selection that several rules at once tell apart is tried."""
    return (
        len(told_apart_options(protocol.questions[place], place, _rules_over(protocol, place))) <= ALL_TRIED
    )


def _only_pairs(protocol: Protocol) -> bool:
    """Say whether each number hangs together with one other at most."""
    leaves = (leaf for criterion in protocol.criteria for leaf in criterion.rule.node.leaves())
    together = {mask for mask in map(involved, leaves) if mask.bit_count() > 1}
    return all(mask.bit_count() == 2 and not mask & union(together - {mask}) for mask in together)


def _every_number(question: Question) -> bool:
    """Say whether each number that a question can have is tried: of the few points of an item, not of a weight."""
    if question.kind == "integer":
        low, high = question.units[0].possible
        return len(question.units) == 1 and len([*numbers(question, question.units[0], ())]) > high - low
    return not question.units


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
    judged = []
    for leaf in leaves:
        judgement = leaf.judge(facts)
        if not judgement.settled:
            return answer
        judged.append(judgement)
    imply(protocol, facts, protocol.questions[place].id, answer)
    facts[place] = None
    return (*judged, *facts) if facts != [*before] else tuple(judged)
