"""How many digits a number is shown with: enough to lie on the same side of every limit as what rules compare.

Rules compare exactly. What was worked out, converted or divided is shown rounded: BMI 18.468 as 18.5, unless a limit of
18.5, which it is below, asks for 18.47. This is decided here for all that shows or exports such a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from operator import gt, lt

from dialogs.answers import WorkedOut
from dialogs.protocol import Protocol, Question
from dialogs.rules.arithmetic import Compared, Condition, Either, Joined, Operation, Term, Truth
from dialogs.rules.comparisons import Comparison, Contrast
from dialogs.rules.functions import Unworkable, rounded
from dialogs.rules.judgement import Facts, Judgement, union
from dialogs.units import DECIMALS

_Compared = Comparison | Contrast | Compared


def is_whole(question: Question) -> bool:
    """Say whether a question's numbers are whole: not the mean of three heart rates, which are."""
    return question.kind == "integer" and (question.formula is None or question.formula.whole)


def on_its_side(
    protocol: Protocol, place: int, number: WorkedOut, facts: Facts, fewest: int
) -> Decimal | None:
    """Return a number of the question at `place`, rounded half up to `fewest` decimals, or to as many more as it takes.

    Its distance to a limit below 10 ** -`DECIMALS` is shown as one step of the last of these: 59.999999999999. ``None``
    if no decimal lies where the number does, which is on a limit that no decimal writes.
    """
    compared = _compared(protocol)[place]
    if not compared:
        return rounded(number.exact, fewest)
    judged = _judged(compared, place, number, facts, number.exact)
    return next(
        (
            shown
            for shown in roundings(number.exact, fewest)
            if _judged(compared, place, number, facts, shown) == judged
        ),
        None,
    )


def roundings(number: Fraction, fewest: int) -> Iterator[Decimal]:
    """Yield a number as it can be shown, from the shortest on."""
    yield from (rounded(number, decimals) for decimals in range(fewest, DECIMALS + 1))
    steps = number * 10**DECIMALS
    yield from (Decimal(step).scaleb(-DECIMALS) for step in (floor(steps), ceil(steps)))


def beside(number: Fraction, fewest: int, other: Fraction) -> Decimal:
    """Return a number rounded to `fewest` decimals, or to as many more as leave it on its side of another one."""
    side = number > other, number < other
    near = (each for each in roundings(number, fewest) if (each > other, each < other) == side)
    return next(near, rounded(number, fewest))


def decimals_of(number: Decimal) -> int:
    """Count the decimals that a number is written with."""
    return max(0, -int(number.as_tuple().exponent))


def _judged(
    compared: Sequence[_Compared], place: int, number: WorkedOut, facts: Facts, shown: Decimal | Fraction
) -> list[Judgement | Truth]:
    """Compare what is shown in place of the number.

    The other one of two numbers may be shown rounded, too: so that neither reaches half the way to the other.
    """
    at = Fraction(shown)
    known = [*facts]
    judged: list[Judgement | Truth] = []
    for each in compared:
        halfway = isinstance(each, Contrast) and place in each.places
        known[place] = replace(number, exact=2 * at - number.exact if halfway else at)
        judged.append(_holds(each, known) if isinstance(each, Compared) else each.judge(known))
    return judged


def _holds(condition: Compared, facts: Facts) -> Truth:
    try:
        return condition.holds(dict(enumerate(facts)))
    except Unworkable:
        return None


@lru_cache(maxsize=256)
def _compared(protocol: Protocol) -> tuple[tuple[_Compared, ...], ...]:
    """Return what each question's number is compared with anywhere, by itself or in a formula: below, and above."""
    rules = (
        *(each.rule for each in protocol.criteria),
        *(each.when for each in (*protocol.alerts, *protocol.site_items)),
    )
    leaves = (leaf for rule in rules for leaf in rule.node.leaves())
    limits = {_limit(leaf): leaf for leaf in leaves if isinstance(leaf, Comparison | Contrast)}
    conditions = [each for formula in protocol.formulas.values() for each in _conditions(formula.node)]
    found: list[tuple[int, _Compared]] = [
        (leaf.mask, replace(leaf, operator=sign)) for leaf in limits.values() for sign in "<>"
    ]
    found += [(_mask(each), replace(each, test=test)) for each in conditions for test in (lt, gt)]
    places = range(len(protocol.questions))
    return tuple(tuple(each for mask, each in found if mask >> place & 1) for place in places)


def _limit(leaf: Comparison | Contrast) -> object:
    return leaf.places if isinstance(leaf, Contrast) else (leaf.place, *leaf.limits.items())


def _conditions(node: Term | Condition) -> Iterator[Compared]:
    """Yield the comparisons inside of a formula; a part that is worked out has a formula of its own."""
    parts: tuple[Term | Condition, ...] = ()
    match node:
        case Operation():
            parts = node.operands
        case Either():
            parts = node.condition, node.then, node.other
        case Joined():
            parts = node.conditions
        case Compared():
            yield node
            parts = node.one, node.other
    for part in parts:
        yield from _conditions(part)


def _mask(condition: Compared) -> int:
    return union(1 << asked.place for asked in condition.parts())
