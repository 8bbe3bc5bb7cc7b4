"""What is left of a rule once some answers are known: two sets of answers that leave the same will do the same."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement, members, union
from dialogs.rules.tree import AtLeast, Conjunction, Junction, Negation, Node, Unclear

LeftOver = tuple[Judgement, Hashable]


def left_over(node: Node, facts: Facts) -> LeftOver:
    """Return what a rule comes to, and what tells apart how it will be judged whatever is answered further.

    Of a part that can make no difference any more nothing stays; of a comparison that is open, the comparison itself
    with the answers that it has already (a value that waits for its divisor).
    """
    if isinstance(node, Unclear):
        return _settled(UNCERTAIN)
    if isinstance(node, Negation):
        (low, high, residual), left = left_over(node.node, facts)
        return (
            (Judgement(TRUE - high, TRUE - low, residual), ("not", left))
            if residual
            else _settled(TRUE - low)
        )
    if isinstance(node, Junction):
        return _joined(_counted(node), [left_over(part, facts) for part in node.nodes])
    judgement = node.judge(facts)
    if judgement.settled:
        return _settled(judgement.low)
    known = [facts[place] for place in members(node.mask)]
    return judgement, (node, *known) if any(known) else node


def _counted(node: Junction) -> int:
    """Which part decides, counted from the highest: of an *or* the first, of an *and* the last."""
    if isinstance(node, AtLeast):
        return node.count
    return len(node.nodes) if isinstance(node, Conjunction) else 1


def _joined(count: int, parts: Sequence[LeftOver]) -> LeftOver:
    """What is left of parts of which the `count`-th highest decides: the open ones, between what the others leave.

    Those that are at least as high as the whole can be are counted off; those as low as it can be, left out.
    """
    low = sorted(judgement.low for judgement, _ in parts)[-count]
    high = sorted(judgement.high for judgement, _ in parts)[-count]
    if low == high:
        return _settled(low)
    matter = [(judgement, left) for judgement, left in parts if judgement.low < high and judgement.high > low]
    wanted = count - sum(1 for judgement, _ in parts if judgement.low >= high)
    left = [left for _, left in matter]
    residual = union(judgement.residual for judgement, _ in matter)
    if len(left) == 1 and (low, high) == (FALSE, TRUE):
        return Judgement(low, high, residual), left[0]
    return Judgement(low, high, residual), (wanted, low, high, *left)


def _settled(value: int) -> LeftOver:
    return SETTLED[value], value
