"""Shows a number with its unit as somebody would type it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count, pairwise
from typing import Final

from dialogs.answers import Answer, Measurement, compact, plain
from dialogs.assessment import judge, status
from dialogs.protocol import Protocol, Question
from dialogs.rules.comparisons import Comparison
from dialogs.since import DAYS
from dialogs.units import Unit
from dialogs.wording import describe

AGES: Final = ("a", "mo")
"""Units of whole numbers that are ages."""
FEW: Final = 10
"""Examples that are computed have a decimal place up to here."""
FINEST: Final = 12
"""No more decimals than these are tried."""
A_FEW: Final = 2
"""Of half a year's limit in days, weeks and months an example is one in months, of four weeks one in weeks."""


def example(protocol: Protocol, question: Question, only: str | None, language: str) -> str:
    """Return a value with its unit as a lab sheet would show it; `only` is the one unit that can be meant.

    Where the trial gives none it is the geometric middle of what is usual. Results spread over powers of ten:
    half-way between the ends would be what hardly anybody has. A time ago has the unit in which it is judged, and an
    age is one that the trial takes.
    """
    code = only or (_judged_in(protocol, question) if question.kind == "since" else None)
    unit = question.unit_by_code[code] if code else question.units[0]
    whole = question.kind == "integer"
    number = expected_number(unit, whole=whole)
    if whole and unit.code in AGES:
        number = _taken(protocol, question, unit, number)
    if question.kind == "since":
        number = _off_the_limits(protocol, question, unit, number)
    return plain(number) if whole else describe(question, Measurement("=", number, unit.code), language)


def expected_number(unit: Unit, *, whole: bool) -> Decimal:
    """Return the example that the trial gives, or else the middle of what is usual."""
    return usual_number(unit, whole=whole) if unit.example is None else unit.example


def usual_number(unit: Unit, *, whole: bool) -> Decimal:
    """Return the middle of what is usual, with the fewest decimals that leave it usual.

    So it is 1.02 of a specific gravity, not 1.0.
    """
    low, high = unit.usual
    geometric = (max(low, high / 100) * high).sqrt() if low >= 0 else (low + high) / 2
    middle = unit.from_first(geometric)
    fewest = 0 if whole or abs(middle) > FEW else 1
    rounded = (middle.quantize(Decimal(1).scaleb(-places)) for places in range(fewest, FINEST))
    return next((Decimal(compact(each)) for each in rounded if unit.expects(each)), middle)


def _taken(protocol: Protocol, question: Question, unit: Unit, number: Decimal) -> Decimal:
    """Return a whole number, or one at or between limits of rules, by which the fewest criteria fail."""
    place = protocol.position[question.id]
    about = [index for index, criterion in enumerate(protocol.criteria) if criterion.rule.mask == 1 << place]
    leaves = (leaf for index in about for leaf in protocol.criteria[index].rule.node.leaves())
    limits = sorted(
        {limit // 1 for leaf in leaves if isinstance(leaf, Comparison) for limit in _in(unit, leaf)}
    )
    beside = [limit + step for limit in limits for step in (0, 1, -1)]
    between = [(low + high) // 2 for low, high in pairwise(limits)]

    def failed(tried: Decimal) -> int:
        facts: list[Answer | None] = [None] * len(protocol.questions)
        facts[place] = Measurement("=", tried, unit.code)
        return sum(status(judge(protocol, index, facts)) == "failed" for index in about)

    return min((number, *between, *beside), key=failed)


def _off_the_limits(protocol: Protocol, question: Question, unit: Unit, number: Decimal) -> Decimal:
    """Return a time that no rule is to be held against: of one at a limit it is asked on which side it lies."""
    place = protocol.position[question.id]
    leaves = [leaf for criterion in protocol.criteria for leaf in criterion.rule.node.leaves()]
    limits = {
        limit
        for leaf in leaves
        if isinstance(leaf, Comparison) and leaf.place == place
        for limit in _in(unit, leaf)
    }
    return next(number + more for more in count() if number + more not in limits)


def _in(unit: Unit, leaf: Comparison) -> Iterator[Decimal]:
    """Yield the limit of a comparison in a unit."""
    plan = leaf.plans.get(unit.code)
    if plan is not None and plan.per is None:
        yield plan.limit / plan.scale


def _judged_in(protocol: Protocol, question: Question) -> str | None:
    """Return the coarsest unit of a limit that a rule holds a number against, of which the limit is a few."""
    place = protocol.position[question.id]
    leaves = (leaf for criterion in protocol.criteria for leaf in criterion.rule.node.leaves())
    limits = [leaf.limits for leaf in leaves if isinstance(leaf, Comparison) and leaf.place == place]
    codes = [code for each in limits[:1] for code, limit in each.items() if limit >= A_FEW or len(each) == 1]
    return max(codes, key=list(DAYS).index, default=None)
