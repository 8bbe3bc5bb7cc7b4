"""Limits of time that days, weeks and months come to differently: a month counts as 30.4375 days.

By that mean month 26 weeks (182 d) are less than 6 months (182.625 d), and hardly any author means so. A limit that
is given in each unit, ``"6 mo = 26 wk = 182 d"``, is compared within the unit of the answer. Only ``<`` and ``>=`` are
looked at: 26 weeks are ``<= "6 mo"`` either way.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Final

from dialogs.answers import plain
from dialogs.errors import Fault
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.comparisons import Comparison

MEAN: Final = ("mo", "a")
"""Units that have no fixed number of days."""
WEEK: Final = 7
"""Days."""
_PARTING: Final = ("<", ">=")
"""Operators by which the limit itself is judged like what is longer."""


def limits_of_time(protocol: Protocol) -> Iterator[Fault]:
    """Yield one note for each such limit, at the first rule that has it, with what to write; the others are named."""
    found: dict[tuple[str, str], list[str]] = {}
    for criterion in protocol.criteria:
        for leaf in criterion.rule.node.leaves():
            if isinstance(leaf, Comparison) and leaf.operator in _PARTING:
                said = _settled(protocol, criterion, leaf) or _at_odds(leaf)
                if said is not None:
                    found.setdefault(said, []).append(criterion.code)
    for (fault, remedy), (code, *others) in found.items():
        more = [each for each in dict.fromkeys(others) if each != code]
        also = f"; so in {', '.join(more)}" if more else ""
        yield Fault(f"criterion {code}: rule", f"{fault}{also}", remedy)


def _settled(protocol: Protocol, criterion: Criterion, leaf: Comparison) -> tuple[str, str] | None:
    """Say of a limit how it is settled; of one that a person accepted, who saw it in days and weeks, nothing."""
    said = _differing(protocol.questions[leaf.place], leaf)
    if said is None or criterion not in protocol.open_reviews:
        return None if criterion.reviewed else said
    fault, remedy = said
    return fault, f"{remedy}, or else accept the rule in `prescreen protocol review`"


def _differing(question: Question, leaf: Comparison) -> tuple[str, str] | None:
    """Say of a limit in months or years what falls short of it by less than one week or day, and what to write.

    The days that are proposed are those of the weeks: by ``"4 mo = 17 wk = 121 d"`` 17 weeks would be 4 months, and
    119 days would not.
    """
    if "wk" in leaf.limits or "d" in leaf.limits:
        return None
    for code, limit in leaf.limits.items():
        unit = question.unit_by_code.get(code)
        if code in MEAN and unit is not None and unit.scale is not None:
            written = f"{plain(limit)} {code}"
            others = _short_of(question, Fraction(limit) * Fraction(unit.scale))
            if others:
                fault = f'{others[0]} counts as less than "{written}", as a month counts as 30.4375 d'
                return (
                    fault,
                    f'Please write "{" = ".join((written, *others))}" if that is meant to be as long',
                )
    return None


def _short_of(question: Question, days: Fraction) -> list[str]:
    """Return the whole weeks and days below a number of days; an empty list where nothing is missing."""
    weeks = floor(days / WEEK) if "wk" in question.unit_by_code else 0
    whole = weeks * WEEK or floor(days)
    named = [f"{weeks} wk"] if weeks else []
    if "d" in question.unit_by_code and whole:
        named.append(f"{whole} d")
    return named if whole != days else []


def _at_odds(leaf: Comparison) -> tuple[str, str] | None:
    """Say of limits in several units that a number of whole weeks is judged otherwise than its days."""
    weeks, days = (_threshold(leaf, code) for code in ("wk", "d"))
    if weeks is None or days is None or ceil(weeks) == ceil(days / WEEK):
        return None
    said = min(ceil(weeks), ceil(days / WEEK))
    fault = f"{said} wk and {said * WEEK} d are as long, and are judged differently"
    return fault, f'Please write "{" = ".join(_agreeing(leaf, weeks, days))}"'


def _threshold(leaf: Comparison, code: str) -> Fraction | None:
    """Return what an answer in a unit is held against, in that unit."""
    plan = leaf.plans.get(code)
    return None if plan is None or plan.per is not None else Fraction(plan.limit) / Fraction(plan.scale)


def _agreeing(leaf: Comparison, weeks: Fraction, days: Fraction) -> Iterator[str]:
    """Yield the limits with weeks and days that agree: those that are given, the other one from them."""
    yield from (f"{plain(limit)} {code}" for code, limit in leaf.limits.items() if code not in ("wk", "d"))
    whole = ceil(weeks) if "wk" in leaf.limits else ceil(days / WEEK)
    yield f"{whole} wk"
    yield f"{whole * WEEK if 'wk' in leaf.limits else ceil(days)} d"
