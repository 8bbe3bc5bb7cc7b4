"""How many digits a number is shown with: enough to lie on the same side of every limit as what rules compare.

Rules compare exactly. What was worked out, converted or divided is shown rounded: BMI 18.468 as 18.5, unless a limit of
18.5, which it is below, asks for 18.47. This is decided here for all that shows or exports such a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from math import ceil, floor

from dialogs.answers import WorkedOut
from dialogs.protocol import Protocol
from dialogs.rules.arithmetic import rounded
from dialogs.rules.comparisons import Comparison, Contrast
from dialogs.rules.judgement import Facts, Judgement
from dialogs.units import DECIMALS

Compared = Comparison | Contrast


def on_its_side(
    protocol: Protocol, place: int, number: WorkedOut, facts: Facts, fewest: int
) -> Decimal | None:
    """Return a number of the question at `place`, rounded half up to `fewest` decimals, or to as many more as it takes.

    Its distance to a limit below 10 ** -`DECIMALS` is shown as one step of the last of these: 59.999999999999. ``None``
    if no decimal lies where the number does, which is on a limit that no decimal writes.
    """
    compared = [leaf for leaf in _comparisons(protocol) if leaf.mask >> place & 1]
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
    compared: list[Compared], place: int, number: WorkedOut, facts: Facts, shown: Decimal | Fraction
) -> list[Judgement]:
    """Compare what is shown in place of the number.

    The other one of two numbers may be shown rounded, too: so that neither reaches half the way to the other.
    """
    at = Fraction(shown)
    known = [*facts]
    judged = []
    for leaf in compared:
        halfway = isinstance(leaf, Contrast) and place in leaf.places
        known[place] = replace(number, exact=2 * at - number.exact if halfway else at)
        judged.append(leaf.judge(known))
    return judged


@lru_cache(maxsize=256)
def _comparisons(protocol: Protocol) -> tuple[Compared, ...]:
    """Return what numbers are compared with anywhere in a trial: each whether it is below it and whether above."""
    rules = (
        (each.rule for each in protocol.criteria),
        (each.when for each in (*protocol.alerts, *protocol.site_items)),
    )
    leaves = (leaf for rule in chain(*rules) for leaf in rule.node.leaves())
    found = {_limit(leaf): leaf for leaf in leaves if isinstance(leaf, Compared)}
    return tuple(replace(leaf, operator=operator) for leaf in found.values() for operator in "<>")


def _limit(leaf: Compared) -> object:
    return leaf.places if isinstance(leaf, Contrast) else (leaf.place, *leaf.limits.items())
