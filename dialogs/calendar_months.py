"""Limits of time that days, weeks and months come to differently: a month counts as 30.4375 days.

By that mean month 26 weeks (182 d) are less than 6 months (182.625 d), and hardly any author means so. A limit that
is given in each unit, ``"6 mo = 26 wk = 182 d"``, is compared within the unit of the answer. What is proposed is
shorter by less than a day: 5 years are 1826 d, and 260 weeks are 6 days less than that. Only ``<`` and ``>=`` are
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

_AS: Final = {"mo": "month counts as 30.4375 d", "a": "year counts as 365.25 d"}
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
                said = _settled(protocol, criterion, leaf) or _at_odds(protocol.questions[leaf.place], leaf)
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
    """Say of a limit in months or years what falls short of it by less than one day, and what to write."""
    if "wk" in leaf.limits or "d" in leaf.limits or "d" not in question.unit_by_code:
        return None
    limit = _mean_limit(question, leaf)
    whole = floor(limit[1]) if limit is not None else 0
    if limit is None or whole in (0, limit[1]):
        return None
    code, days = limit
    short = f"{whole // WEEK} wk" if whole % WEEK == 0 and "wk" in question.unit_by_code else f"{whole} d"
    fault = f'{short} counts as less than "{plain(leaf.limits[code])} {code}", as a {_AS[code]}'
    return fault, f'Please write "{_agreeing(leaf, whole, days / WEEK)}" if that is meant to be as long'


def _mean_limit(question: Question, leaf: Comparison) -> tuple[str, Fraction] | None:
    """Return the unit and the days of the first limit in months or years, if there is one that comes to days."""
    scales = {code: unit.scale for code, unit in question.unit_by_code.items()}
    day = scales.get("d")
    for code, limit in leaf.limits.items():
        scale = scales.get(code) if code in _AS else None
        if scale is not None and day is not None:
            return code, Fraction(limit) * Fraction(scale) / Fraction(day)
    return None


def _at_odds(question: Question, leaf: Comparison) -> tuple[str, str] | None:
    """Say of limits in several units that a number of whole weeks is judged otherwise than its days."""
    weeks, days = (_threshold(leaf, code) for code in ("wk", "d"))
    if weeks is None or days is None or ceil(weeks) == ceil(days / WEEK):
        return None
    said = min(ceil(weeks), ceil(days / WEEK))
    fault = f"{said} wk and {said * WEEK} d are as long, and are judged differently"
    limit = _mean_limit(question, leaf)
    mean = limit[1] if limit else Fraction(0)
    own = ceil(leaf.limits["d"]) if "d" in leaf.limits else floor(mean)
    longest = max(own, ceil(leaf.limits.get("wk", 0)) * WEEK)
    return fault, f'Please write "{_agreeing(leaf, longest, mean / WEEK)}"'


def _threshold(leaf: Comparison, code: str) -> Fraction | None:
    """Return what an answer in a unit is held against, in that unit."""
    plan = leaf.plans.get(code)
    return None if plan is None or plan.per is not None else Fraction(plan.limit) / Fraction(plan.scale)


def _agreeing(leaf: Comparison, days: int, mean: Fraction) -> str:
    """Return the limits with whole days, and the weeks that are at least as long, where these do not follow.

    `mean` is the limit in months or years, in weeks: by it an answer in weeks is judged that has no limit of its own.
    """
    kept = [f"{plain(limit)} {code}" for code, limit in leaf.limits.items() if code not in ("wk", "d")]
    weeks = ceil(Fraction(days, WEEK))
    said = [f"{weeks} wk"] if mean and weeks != ceil(mean) else []
    return " = ".join((*kept, *said, f"{days} d"))
