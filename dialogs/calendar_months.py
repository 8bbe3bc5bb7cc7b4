"""Limits in months or years that answers in days or weeks are compared with: a month counts as 30.4375 days.

By that mean month 26 weeks (182 d) are less than 6 months (182.625 d), and hardly any author means so. A limit that
is given in each unit, ``"6 mo = 26 wk = 182 d"``, is compared within the unit of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import Final

from dialogs.answers import plain
from dialogs.errors import Fault
from dialogs.protocol import Protocol, Question
from dialogs.rules.comparisons import Comparison

MEAN: Final = ("mo", "a")
"""Units that have no fixed number of days."""
FIXED: Final = ("wk", "d")


def mean_months(protocol: Protocol) -> Iterator[Fault]:
    """Yield one note for a file, with the first such limit and what to write for it; the others are named."""
    found = [
        (criterion.code, *differing)
        for criterion in protocol.criteria
        for leaf in criterion.rule.node.leaves()
        if isinstance(leaf, Comparison)
        for differing in _differing(protocol.questions[leaf.place], leaf)
    ]
    if not found:
        return
    code, written, others = found[0]
    more = [each for each in dict.fromkeys(each for each, *_ in found) if each != code]
    also = f"; so in {', '.join(more)}" if more else ""
    fault = f'{others[0]} counts as less than "{written}", as a month counts as 30.4375 d{also}'
    remedy = f'Please write "{" = ".join((written, *others))}" to compare each unit by itself'
    yield Fault(f"criterion {code}: rule", fault, remedy)


def _differing(question: Question, leaf: Comparison) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield a limit as it is written, and what falls short of it by less than one week or day."""
    if any(code in leaf.limits for code in FIXED):
        return
    for code, limit in leaf.limits.items():
        unit = question.unit_by_code.get(code)
        if code in MEAN and unit is not None and unit.scale is not None:
            others = tuple(_short_of(question, Fraction(limit) * Fraction(unit.scale)))
            if others:
                yield f"{plain(limit)} {code}", others
                return


def _short_of(question: Question, days: Fraction) -> Iterator[str]:
    for code in FIXED:
        unit = question.unit_by_code.get(code)
        if unit is not None and unit.scale:
            whole = floor(days / Fraction(unit.scale))
            if whole and whole * Fraction(unit.scale) != days:
                yield f"{whole} {code}"
