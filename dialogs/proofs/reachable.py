"""What a rule can come to at all: whether some answers make it true, and whether some make it false.

*Unknown* and bounds (``<30``) are left out: they settle nothing that a number on their side would not settle, too. So
every comparison is either true or false, and a rule becomes a demand on the answers: *all* of its parts, *one* of
them, or a number of them. Answers to a question are a bit mask, of which each comparison demands a part. A demand
that leaves one way open is followed at once; else one part is demanded, and then, if that cannot be, done without.

The search ends by a budget of steps. A rule is called impossible only where the search was through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from dialogs.rules.comparisons import Leaf
from dialogs.rules.judgement import TRUE, union
from dialogs.rules.tree import AtLeast, Conjunction, Disjunction, Junction, Negation, Node, Unclear


class Among(NamedTuple):
    """The answer to question (or questions answered together) `variable` is to be one of these, as bits."""

    variable: int
    answers: int


class Parts(NamedTuple):
    """So many of the parts are to hold, at least."""

    needed: int
    parts: tuple[Among | Parts, ...]


Demand = Among | Parts
_Part = TypeVar("_Part")
NOTHING: Final = Parts(0, ())
"""Holds always."""
IMPOSSIBLE: Final = Parts(1, ())
"""Never holds."""
Possible = Mapping[int, int]
"""The answers that each variable can still have, as bits."""


class OutOfBudgetError(Exception):
    """The search was not through when its steps were used up."""


@dataclass(slots=True)
class Budget:
    """Steps that searches may still take, together."""

    steps: int

    def spend(self, steps: int = 1) -> None:
        """Raises `OutOfBudgetError` once there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise OutOfBudgetError


def demand(
    node: Node, wanted: int, literal: Callable[[Leaf, int], Demand], unclear: Demand = IMPOSSIBLE
) -> Demand:
    """Return what must hold for a rule to be `wanted`: ``TRUE`` or ``FALSE``; `literal` says so of a comparison.

    `unclear` says it of what the record leaves open: that is neither, unless it is taken as what is wanted.
    """
    if isinstance(node, Unclear):
        return unclear
    if isinstance(node, Negation):
        return demand(node.node, TRUE - wanted, literal, unclear)
    if isinstance(node, Junction):
        parts = [demand(part, wanted, literal, unclear) for part in node.nodes]
        return _joined(_needed(node, wanted), parts)
    return literal(node, wanted)


def _needed(node: Junction, wanted: int) -> int:
    """How many parts must be `wanted` for all to be."""
    if isinstance(node, AtLeast):
        return node.count if wanted == TRUE else len(node.nodes) - node.count + 1
    return len(node.nodes) if isinstance(node, Conjunction) == (wanted == TRUE) else 1


def _joined(needed: int, parts: Sequence[Demand]) -> Demand:
    return parts[0] if len(parts) == 1 else Parts(needed, tuple(parts))


def find(wanted: Iterable[Demand], possible: Possible, budget: Budget) -> Possible | None:
    """Return answers for which all demands hold, or ``None`` if there are none.

    Each of the answers returned will do, whichever is taken of the others. Raises `OutOfBudgetError`.
    """
    followed = _follow(wanted, dict(possible), budget)
    while followed is not None:
        left, answers = followed
        groups = independent(left, _variables)
        if len(groups) != 1:
            return _each(groups, answers, budget)
        with_it, without_it = _choices(left, answers)
        found = find(with_it, answers, budget)
        if found is not None:
            return found
        followed = _follow(without_it, dict(answers), budget)
    return None


def _each(groups: Iterable[Sequence[Demand]], possible: Possible, budget: Budget) -> Possible | None:
    for group in groups:
        found = find(group, possible, budget)
        if found is None:
            return None
        possible = found
    return possible


def _choices(left: Sequence[Parts], possible: Possible) -> tuple[list[Demand], list[Demand]]:
    """Take a part of the demand that has the fewest: what is to hold with it, and what without it."""
    tightest = min(left, key=lambda each: len(each.parts))
    first, *others = tightest.parts
    rest = [each for each in left if each is not tightest]
    with_it = [first, Parts(tightest.needed - 1, tuple(others)), *rest]
    without_it: list[Demand] = [Parts(tightest.needed, tuple(others)), *rest]
    if isinstance(first, Among):
        without_it.append(Among(first.variable, possible[first.variable] & ~first.answers))
    return with_it, without_it


def _follow(
    wanted: Iterable[Demand], possible: dict[int, int], budget: Budget
) -> tuple[list[Parts], dict[int, int]] | None:
    """Do all that must be done; return what is left to choose among, or ``None`` if the demands cannot hold."""
    todo, narrowed = list(wanted), True
    left: list[Parts] = []
    while narrowed:
        narrowed, left = False, []
        while todo:
            each = _simpler(todo.pop(), possible, budget)
            if each is IMPOSSIBLE:
                return None
            if isinstance(each, Among):
                possible[each.variable], narrowed = each.answers, True
            elif each.needed == len(each.parts):
                todo += each.parts
            else:
                left.append(each)
        todo = [*left]
    return left, possible


def _simpler(wanted: Demand, possible: Possible, budget: Budget) -> Demand:
    """Return what is left of a demand, by the answers that are still possible."""
    budget.spend()
    if isinstance(wanted, Among):
        both = wanted.answers & possible[wanted.variable]
        if not both:
            return IMPOSSIBLE
        return NOTHING if both == possible[wanted.variable] else Among(wanted.variable, both)
    needed, parts = wanted.needed, list[Demand]()
    spare = len(wanted.parts) - needed
    for part in wanted.parts:
        if needed <= 0 or spare < 0:
            break
        simpler = _simpler(part, possible, budget)
        if simpler is NOTHING:
            needed -= 1
        elif simpler is IMPOSSIBLE:
            spare -= 1
        else:
            parts.append(simpler)
    if needed <= 0:
        return NOTHING
    return IMPOSSIBLE if spare < 0 else _joined(needed, parts)


def independent(parts: Iterable[_Part], variables: Callable[[_Part], int]) -> list[list[_Part]]:
    """Split parts into groups that share no variable; `variables` returns those of a part, as bits."""
    groups: list[tuple[int, list[_Part]]] = []
    met = 0
    for each in parts:
        mask, joined = variables(each), [each]
        if mask & met:
            apart = [group for group in groups if not group[0] & mask]
            shared = [group for group in groups if group[0] & mask]
            groups, mask = apart, union([mask, *(group[0] for group in shared)])
            joined = [*(part for _, group in shared for part in group), each]
        groups.append((mask, joined))
        met |= mask
    return [group for _, group in groups]


def _variables(wanted: Demand) -> int:
    return 1 << wanted.variable if isinstance(wanted, Among) else union(map(_variables, wanted.parts))


def has_unclear(node: Node) -> bool:
    """Say whether a rule has a part to which the record gives no answer."""
    match node:
        case Unclear():
            return True
        case Negation():
            return has_unclear(node.node)
        case Conjunction() | Disjunction() | AtLeast():
            return any(map(has_unclear, node.nodes))
    return False
