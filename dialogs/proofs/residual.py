"""What is left of a rule once some answers are known: two sets of answers that leave the same will do the same.

What is left after one more answer follows from what was left before it: only the parts that it touches are judged anew.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import NamedTuple

from dialogs.answers import COMPUTED
from dialogs.rules.arithmetic import Known, Operation, Term
from dialogs.rules.comparisons import Comparison, Leaf
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement, members, union
from dialogs.rules.tree import AtLeast, Conjunction, Junction, Negation, Node, Unclear


class LeftOver(NamedTuple):
    """What a rule comes to, and what tells apart how it will be judged whatever is answered further.

    ``mask`` are the questions whose answers can change it.
    """

    judgement: Judgement
    mask: int
    left: int | Leaf | _Begun | _Negated | _Parts


class _Parts(NamedTuple):
    """Parts of which the `rank`-th highest decides, between `low` and `high`, which others leave."""

    rank: int
    low: int
    high: int
    parts: tuple[LeftOver, ...]


class _Negated(NamedTuple):
    part: LeftOver


class _Begun(NamedTuple):
    """A comparison that is open, and the answers that it has already, or what they come to so far."""

    leaf: Leaf
    known: Hashable


def left_over(node: Node, facts: Facts) -> LeftOver:
    """Return what is left of a rule.

    Of a part that can make no difference any more nothing stays; of a comparison that is open, the comparison itself
    with the answers that it has already (a value that waits for its divisor).
    """
    if isinstance(node, Unclear):
        return _settled(UNCERTAIN)
    if isinstance(node, Negation):
        return _negated(left_over(node.node, facts))
    if isinstance(node, Junction):
        return _joined(_rank(node), FALSE, TRUE, [left_over(part, facts) for part in node.nodes])
    return _of_leaf(node, facts)


def go_on(before: LeftOver, facts: Facts, changed: int) -> LeftOver:
    """Return what is left of what was left `before`, once the questions `changed` are answered, too."""
    if not before.mask & changed:
        return before
    match before.left:
        case _Negated(part):
            return _negated(go_on(part, facts, changed))
        case _Parts(rank, low, high, parts):
            after = [go_on(part, facts, changed) if part.mask & changed else part for part in parts]
            return _joined(rank, low, high, after)
        case int():
            return before
        case _Begun(leaf) | leaf:
            return _of_leaf(leaf, facts)


def _of_leaf(leaf: Leaf, facts: Facts) -> LeftOver:
    judgement = leaf.judge(facts)
    if judgement.settled:
        return _settled(judgement.low)
    return LeftOver(judgement, leaf.mask, _open(leaf, facts))


def _open(node: Leaf, facts: Facts) -> Leaf | _Begun:
    """Return what is left of a comparison that is open: itself, with the answers to its questions if there are any."""
    if isinstance(node, Comparison) and node.formula is not None and facts[node.place] == COMPUTED:
        formula = node.formula
        if node.plans[formula.unit].per is None:
            known = {place: facts[place] for place in formula.places}
            return _Begun(node, _worked_so_far(formula.node, known))
    answers = tuple(facts[place] for place in members(node.mask))
    return _Begun(node, answers) if any(answers) else node


def _worked_so_far(term: Term, known: Known) -> Hashable:
    """Return a formula with every operation that can be worked out already replaced by its number."""
    if not isinstance(term, Operation):
        number = term.work(known)
        if isinstance(number, Fraction):
            return number
        return (term, *(known[part.place] for part in term.parts()))
    numbers = [_worked_so_far(operand, known) for operand in term.operands]
    if all(isinstance(number, Fraction) for number in numbers):
        return term.function(*numbers)
    return (term, *numbers)


def _rank(node: Junction) -> int:
    """Which part decides, counted from the highest: of an *or* the first, of an *and* the last."""
    if isinstance(node, AtLeast):
        return node.count
    return len(node.nodes) if isinstance(node, Conjunction) else 1


def _negated(part: LeftOver) -> LeftOver:
    (low, high, residual), mask, _ = part
    if low == high:
        return _settled(TRUE - low)
    return LeftOver(Judgement(TRUE - high, TRUE - low, residual), mask, _Negated(part))


def _joined(rank: int, low: int, high: int, parts: Sequence[LeftOver]) -> LeftOver:
    """What is left of parts of which the `rank`-th highest decides, between `low` and `high`.

    The open ones, between what the others leave: those that are at least as high as the whole can be are counted off;
    those as low as it can be, left out.
    """
    lowest = sorted([part.judgement.low for part in parts])[-rank]
    highest = sorted([part.judgement.high for part in parts])[-rank]
    low, high = max(low, min(lowest, high)), min(high, max(highest, low))
    if low == high:
        return _settled(low)
    matter = [part for part in parts if part.judgement.low < high and part.judgement.high > low]
    if len(matter) == 1 and matter[0].judgement[:2] == (low, high):
        return matter[0]
    rank -= sum(part.judgement.low >= high for part in parts)
    judgement = Judgement(low, high, union([part.judgement.residual for part in matter]))
    return LeftOver(judgement, union([part.mask for part in matter]), _Parts(rank, low, high, tuple(matter)))


def _settled(value: int) -> LeftOver:
    return LeftOver(SETTLED[value], 0, value)
