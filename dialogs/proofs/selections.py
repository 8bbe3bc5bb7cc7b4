"""Selections that stand for all others in proofs: a question of 20 options has a million answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from dialogs.answers import NONE, Selection
from dialogs.protocol import Question
from dialogs.rules.choices import Ticked
from dialogs.rules.tree import AtLeast, Conjunction, Disjunction, Negation, Node

ALL_TRIED: Final = 6
"""Of so many options that one rule tells apart, every selection is tried: 64."""


def selections(question: Question, place: int, rules: Sequence[Node]) -> tuple[Selection, ...]:
    """Return selections such that each rule comes to all that it can come to by some of them.

    That is exact for a rule over `ALL_TRIED` options or fewer, and for one that wants each option either ticked or
    not; of others, which do both with many, it is a sample. Options that no rule names act like each other.
    """
    wanted = [dict.fromkeys(_wanted(rule, place, negated=False)) for rule in rules]
    told_apart = told_apart_options(question, place, rules)
    other = [code for code in question.option_by_code if code not in told_apart][:1]
    groups = [told_apart] if len(told_apart) <= ALL_TRIED else [{code for code, _ in each} for each in wanted]
    found = [found for group in groups for found in _of(group)]
    found += [{code for code, negated in each if not negated} for each in wanted]
    found += [{code for code, negated in each if negated} for each in wanted]
    found += [set(), set(other), *({code} for code in _implying(question)), set(question.option_by_code)]
    return tuple(dict.fromkeys(question.selection(codes) for codes in found))


def told_apart_options(question: Question, place: int, rules: Iterable[Node]) -> set[str]:
    """Return the options that rules name, or that imply something."""
    return {code for rule in rules for code, _ in _wanted(rule, place, negated=False)} | _implying(question)


def _of(codes: Collection[str]) -> Iterator[set[str]]:
    """Yield every part of a few codes; of many each alone, and all but each."""
    if len(codes) > ALL_TRIED:
        yield from ({code} for code in codes)
        yield from (set(codes) - {code} for code in codes)
        return
    for size in range(len(codes) + 1):
        yield from map(set, combinations(codes, size))


def _wanted(node: Node, place: int, *, negated: bool) -> Iterator[tuple[str, bool]]:
    """Yield the options of a question that a rule names, and whether it does so in the negative."""
    match node:
        case Ticked():
            if node.place == place and node.code != NONE:
                yield node.code, negated
        case Negation():
            yield from _wanted(node.node, place, negated=not negated)
        case Conjunction() | Disjunction() | AtLeast():
            for part in node.nodes:
                yield from _wanted(part, place, negated=negated)


def _implying(question: Question) -> set[str]:
    return {option.code for option in question.options if option.implies}
