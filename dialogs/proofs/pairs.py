"""Pairs of criteria: of which one can be left out, met whenever another one is; and that nobody meets together.

Only what is refuted counts: there are no answers by which the one is met and the other fails. A criterion follows from
another one only by questions that this one has, too, so few pairs are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

from dialogs.proofs.outcomes import Known, finding, met
from dialogs.proofs.reachable import Budget, has_unclear
from dialogs.proofs.samples import Samples
from dialogs.protocol import Criterion, Protocol
from dialogs.rules.judgement import FALSE, TRUE
from dialogs.rules.tree import Conjunction, Negation, Node

Relation = Literal["same", "implied"]
_FEW: Final = 8
"""Comparisons of a rule that is looked at for one that nobody meets beside it: slips are made in short ones."""


def related(protocol: Protocol, steps: int) -> Iterator[tuple[Criterion, Relation, Criterion]]:
    """Yield criteria that come to the same as one above, or that are met whenever another one is: the first of these.

    Pairs that the file itself relates (`counts_as`, `requires`) are left out, and what the record leaves open in part:
    where that leaves a criterion unknown, another one can still fail, and where that fails, it is unknown.
    """
    budget, samples = Budget(steps), Samples(protocol)
    known: Known = {}

    def follows(index: int, other: int) -> bool:
        return (
            _may_follow(protocol, index, other)
            and not samples.part(index, other)
            and _follows(protocol, index, other, budget, known)
        )

    criteria = protocol.criteria
    compared = [index for index, each in enumerate(criteria) if not has_unclear(each.rule.node)]
    for index in compared:
        for other in (each for each in compared if each != index):
            if not follows(index, other):
                continue
            if not follows(other, index):
                yield criteria[index], "implied", criteria[other]
                break
            if other < index:
                yield criteria[index], "same", criteria[other]
                break


def apart(protocol: Protocol, steps: int) -> Iterator[tuple[Criterion, Criterion]]:
    """Yield criteria of one part that nobody meets together, with the first one above that each is not met with.

    *Women aged 18 to 40* beside *men aged 18 to 50*, as criteria of everybody. Long rules, and what the record leaves
    open, are passed over.
    """
    budget, samples = Budget(steps), Samples(protocol)
    known: Known = {}
    criteria = protocol.criteria
    compared = [index for index, each in enumerate(criteria) if _is_short(each.rule.node)]
    for place, index in enumerate(compared):
        for other in compared[:place]:
            asks_the_same = criteria[index].rule.mask & criteria[other].rule.mask
            of_one_part = protocol.parts_of[index] & protocol.parts_of[other]
            if not asks_the_same or not of_one_part or samples.meet(index, other):
                continue
            one, two = met(criteria[other]), met(criteria[index])
            both = Conjunction((one, two), one.mask | two.mask)
            if finding(protocol, both, TRUE, budget, known) == "impossible":
                yield criteria[index], criteria[other]
                break


def _is_short(node: Node) -> bool:
    return len([*islice(node.leaves(), _FEW + 1)]) <= _FEW and not has_unclear(node)


def come_to_the_same(protocol: Protocol, one: Node, other: Node, steps: int) -> bool:
    """Say whether two conditions always come to the same, however they are written: shown, not sampled."""
    if has_unclear(one) or has_unclear(other):
        return False
    budget, mask = Budget(steps), one.mask | other.mask
    differing = (Conjunction(pair, mask) for pair in ((one, Negation(other)), (Negation(one), other)))
    return all(finding(protocol, each, TRUE, budget) == "impossible" for each in differing)


def _may_follow(protocol: Protocol, index: int, other: int) -> bool:
    """Say whether a criterion has only questions and parts of another one, and no stated relation to it."""
    one, two = protocol.criteria[index], protocol.criteria[other]
    stated = {one.counts_as, one.requires} & {two.code} or {two.counts_as, two.requires} & {one.code}
    return (
        not stated
        and not protocol.used[index] & ~protocol.used[other]
        and not protocol.parts_of[index] & ~protocol.parts_of[other]
    )


def _follows(protocol: Protocol, index: int, other: int, budget: Budget, known: Known) -> bool:
    """Say whether it is refuted that the other criterion is met while this one fails."""
    is_met, this = met(protocol.criteria[other]), met(protocol.criteria[index])
    parts = (is_met, Negation(this)) if other < index else (Negation(this), is_met)  # one order for both ways
    both = Conjunction(parts, is_met.mask | this.mask)
    return (
        finding(protocol, both, TRUE, budget, known) == "impossible"
        and finding(protocol, this, FALSE, budget, known) == "possible"
    )
