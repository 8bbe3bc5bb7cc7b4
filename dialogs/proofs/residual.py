"""What is left of a rule once some answers are known: two sets of answers that leave the same will do the same."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction

from dialogs.answers import COMPUTED
from dialogs.rules.arithmetic import Known, Operation, Term
from dialogs.rules.comparisons import Comparison, Leaf
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
    return judgement, _open(node, facts)


def _open(node: Leaf, facts: Facts) -> Hashable:
    """Return what is left of a comparison that is open: the answers to its questions, or of these the sum so far."""
    if isinstance(node, Comparison) and node.formula is not None and facts[node.place] == COMPUTED:
        formula = node.formula
        if node.plans[formula.unit].per is None:
            return node, _worked_so_far(formula.node, {place: facts[place] for place in formula.places})
    known = [facts[place] for place in members(node.mask)]
    return (node, *known) if any(known) else node


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
