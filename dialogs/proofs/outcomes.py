"""Whether each criterion can be met, and can fail, by some answers: shown, refuted, or left open.

Questions whose numbers are compared with each other (a value and the ULN that divides it) are answered together.
What is looked for are answers that settle every comparison; *unknown* and bounds settle nothing that these do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Final, Literal

from dialogs.answers import Answer
from dialogs.proofs.numbers import involved
from dialogs.proofs.reachable import (
    IMPOSSIBLE,
    NOTHING,
    Among,
    Budget,
    Demand,
    OutOfBudgetError,
    Possible,
    demand,
    find,
    has_unclear,
    independent,
)
from dialogs.proofs.representatives import exact, told_apart
from dialogs.proofs.selections import ALL_TRIED
from dialogs.protocol import Criterion, Protocol
from dialogs.rules.choices import Ticked
from dialogs.rules.comparisons import Contrast, Leaf
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, first_place, members, union
from dialogs.rules.tree import Conjunction, Negation, Node, Unclear

Finding = Literal["possible", "impossible", "unjudged", "open"]
"""What was found; *unjudged* is what only answers lead to with which the criterion is not judged."""

MOST_TOGETHER: Final = 3_000
"""Combinations of answers to questions that are answered together; if there are more, not all are looked at."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome that a criterion is to have by some answers: *met* or *failed*, and whether it can."""

    criterion: Criterion
    failed: bool
    finding: Finding

    @property
    def said(self) -> str:
        """The outcome in a word; an exclusion that does not apply is passed."""
        return "failed" if self.failed else "met" if self.criterion.kind == "inclusion" else "passed"


def outcomes(protocol: Protocol, steps: int) -> Iterator[Outcome]:
    """Yield for every criterion whether it can be met and whether it can fail, with so many steps of search for all.

    An outcome that the record itself leaves open, by `unclear`, is passed over: that it cannot be is on purpose.
    """
    known: Known = {}
    budget = Budget(steps)
    for index, criterion in enumerate(protocol.criteria):
        if isinstance(criterion.rule.node, Unclear):  # on purpose: the record gives no answer at all
            continue
        groups = _groups(protocol, criterion.rule.node, known)
        for wanted in (TRUE, FALSE):
            failed = (wanted == FALSE) == (criterion.kind == "inclusion")
            found = _finding(criterion.rule.node, wanted, groups, budget)
            if found == "impossible" and _is_left_unclear(criterion.rule.node, wanted, groups, budget):
                continue
            if found == "possible":
                found = _where_judged(protocol, index, wanted, budget)
            yield Outcome(criterion, failed, found)


def _is_left_unclear(node: Node, wanted: int, groups: Sequence[_Together], budget: Budget) -> bool:
    """Say whether a rule could be `wanted` if what the record leaves open were so."""
    return has_unclear(node) and _finding(node, wanted, groups, budget, unclear=NOTHING) != "impossible"


def finding(
    protocol: Protocol, node: Node, wanted: int, budget: Budget, known: Known | None = None
) -> Finding:
    """Say whether a condition can be `wanted`, ``TRUE`` or ``FALSE``, by some answers.

    `known` keeps what was found of its comparisons for other conditions of the protocol.
    """
    return _finding(node, wanted, _groups(protocol, node, {} if known is None else known), budget)


def example(
    protocol: Protocol, node: Node, wanted: int, budget: Budget, known: Known
) -> tuple[Finding, dict[int, Answer]]:
    """Say as `finding` does whether a condition can be `wanted`; if it can, by which answers, by place."""
    groups = _groups(protocol, node, known)
    try:
        found = _search(node, wanted, groups, budget)
    except OutOfBudgetError:
        return "open", {}
    if found is None:
        return _not_found(groups), {}
    answers: dict[int, Answer] = {}
    for index, group in enumerate(groups):
        given = [*group.patterns.values()][first_place(found[index])] if group.patterns else ()
        answers |= {
            place: answer for place, answer in zip(group.places, given, strict=False) if answer is not None
        }
    return "possible", answers


def met(criterion: Criterion) -> Node:
    """The rule seen from the patient's side: true where the criterion is met."""
    node = criterion.rule.node
    return node if criterion.kind == "inclusion" else Negation(node)


def _where_judged(protocol: Protocol, index: int, wanted: int, budget: Budget) -> Finding:
    """Say whether a rule can be `wanted` where its criterion is judged: nothing that it requires fails."""
    required, place = list[Node](), protocol.requirement[index]
    while place is not None:
        required.append(met(protocol.criteria[place]))
        place = protocol.requirement[place]
    if not required:
        return "possible"
    node = protocol.criteria[index].rule.node
    together = Conjunction((node, *required), union([node.mask, *(each.mask for each in required)]))
    found = _finding(node, wanted, _groups(protocol, together, {}), budget, required=required)
    return "unjudged" if found == "impossible" else found


@dataclass(frozen=True)
class _Together:
    """Comparisons that hang together by their questions, and all that they can come to at once.

    Of each such pattern ``patterns`` holds answers by which they do, in the order of ``places``.
    """

    leaves: Sequence[Leaf]
    places: Sequence[int]
    patterns: Mapping[tuple[int, ...], tuple[Answer | None, ...]]
    complete: bool

    @cached_property
    def free(self) -> bool:
        """Whether it is one comparison, which can be true and can be false."""
        return len(self.leaves) == 1 and {(TRUE,), (FALSE,)} <= {*self.patterns}

    def coming_to(self, leaf: Leaf, wanted: int) -> int:
        """Return the patterns in which a comparison is `wanted`, as bits."""
        at = self.leaves.index(leaf)
        return union(1 << bit for bit, pattern in enumerate(self.patterns) if pattern[at] == wanted)


def _finding(
    node: Node,
    wanted: int,
    groups: Sequence[_Together],
    budget: Budget,
    *,
    unclear: Demand = IMPOSSIBLE,
    required: Sequence[Node] = (),
) -> Finding:
    """Say whether a rule can be `wanted`; *open* if the steps do not do, or not all answers were looked at.

    None of those `required` may fail then; one that the record leaves open does not.
    """
    if all(group.free for group in groups) and not has_unclear(node):
        return "possible"
    try:
        found = _search(node, wanted, groups, budget, unclear=unclear, required=required)
    except OutOfBudgetError:
        return "open"
    return _not_found(groups) if found is None else "possible"


def _not_found(groups: Iterable[_Together]) -> Finding:
    return "impossible" if all(group.complete for group in groups) else "open"


def _search(
    node: Node,
    wanted: int,
    groups: Sequence[_Together],
    budget: Budget,
    *,
    unclear: Demand = IMPOSSIBLE,
    required: Sequence[Node] = (),
) -> Possible | None:
    """Return patterns of the groups, as bits, by which a rule is `wanted`. Raises `OutOfBudgetError`."""
    variable = {leaf: index for index, group in enumerate(groups) for leaf in group.leaves}

    @cache
    def literal(leaf: Leaf, wanted: int) -> Demand:
        return Among(variable[leaf], groups[variable[leaf]].coming_to(leaf, wanted))

    possible = {index: (1 << len(group.patterns)) - 1 for index, group in enumerate(groups)}
    judged = [demand(each, TRUE, literal, NOTHING) for each in required]
    return find([demand(node, wanted, literal, unclear), *judged], possible, budget)


Known = dict[object, _Together]
"""What comparisons come to together, as found in other rules."""


def _groups(protocol: Protocol, node: Node, known: Known) -> list[_Together]:
    return [_group(protocol, node, leaves, known) for leaves in _grouped(node)]


def _group(protocol: Protocol, node: Node, leaves: Sequence[Leaf], known: Known) -> _Together:
    key = tuple(map(told_apart, leaves))
    if key in known:
        return known[key] if known[key].leaves == leaves else replace(known[key], leaves=leaves)
    found = _together(protocol, node, leaves)
    if not any(isinstance(leaf, Ticked) for leaf in leaves):  # else what is tried depends on the whole rule
        known[key] = found
    return found


def _grouped(node: Node) -> list[list[Leaf]]:
    """Return the comparisons of a rule, those together that share a question."""
    return independent(dict.fromkeys(node.leaves()), involved)


def _together(protocol: Protocol, rule: Node, leaves: Sequence[Leaf]) -> _Together:
    """Try answers to the questions of some comparisons, until all is found that they can come to.

    That is when each can be true and false beside the others: by *Normal*, which is at most the ULN, it may be neither.
    """
    patterns: dict[tuple[int, ...], tuple[Answer | None, ...]] = {}
    places, all_ways = _in_order(leaves), 2 ** len(leaves)
    for tried, facts in enumerate(_answered(protocol, rule, leaves, places)):
        judged = [leaf.judge(facts) for leaf in leaves]
        if all(low == high for low, high, _ in judged):
            pattern = tuple(low for low, _, _ in judged)
            patterns.setdefault(pattern, tuple(facts[place] for place in places))
        if len(patterns) >= all_ways and sum(UNCERTAIN not in each for each in patterns) == all_ways:
            break
        if tried >= MOST_TOGETHER:
            return _Together(leaves, places, patterns, complete=False)
    return _Together(leaves, places, patterns, complete=_all_are_told_apart(protocol, leaves, places))


def _all_are_told_apart(protocol: Protocol, leaves: Sequence[Leaf], places: Sequence[int]) -> bool:
    """Say whether the answers tried stand for all: not for more than two numbers that are compared with each other."""
    ticked = {(leaf.place, leaf.code) for leaf in leaves if isinstance(leaf, Ticked)}
    contrasted = any(isinstance(leaf, Contrast) for leaf in leaves)
    return len(ticked) <= ALL_TRIED and not (contrasted and len(places) > 2)


def _in_order(leaves: Sequence[Leaf]) -> list[int]:
    """The questions of some comparisons, those first by which others are divided."""
    about = union(1 << place for leaf in leaves for place in leaf.places)
    divisors = union(involved(leaf) & ~union(1 << place for place in leaf.places) for leaf in leaves)
    return [*members(divisors), *members(about & ~divisors)]


def _answered(
    protocol: Protocol, rule: Node, leaves: Sequence[Leaf], places: Sequence[int]
) -> Iterator[list[Answer | None]]:
    """Yield answers to some questions in all combinations."""
    facts: list[Answer | None] = [None] * len(protocol.questions)

    def answer(places: Sequence[int]) -> Iterator[list[Answer | None]]:
        if not places:
            yield facts
            return
        place, *others = places
        for given in exact(protocol, place, [rule], leaves, facts):
            facts[place] = given
            yield from answer(others)
        facts[place] = None

    return answer(places)
