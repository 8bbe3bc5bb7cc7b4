"""Chooses the next question of a matching: what is most likely to spare questions of other trials, for its effort.

What a question is worth to a trial: the chance that it rules the trial out, times the questions that are spared then.
The chances are rough and the same for all trials: only the order of the questions depends on them, never a verdict. All
is counted in whole numbers, so that the same answers always lead to the same question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from dialogs.answers import COMPUTED
from dialogs.parts import that_matter
from dialogs.portfolio.merging import Portfolio
from dialogs.progress import Progress
from dialogs.protocol import YES_OR_NO, Protocol, Question
from dialogs.rules.judgement import Facts, members

CHANCES: Final[Mapping[tuple[str, bool], int]] = {
    ("inclusion", False): 12,
    ("inclusion", True): 4,
    ("exclusion", False): 3,
    ("exclusion", True): 1,
}
"""That an answer fails a criterion which waits for it alone, in twentieths, by kind, and whether it is yes or no: which
disease somebody has rules out more than whether there is one more that nobody spoke of."""
_FINE: Final = 5040
"""Divisible by how many questions a criterion may wait for."""


@lru_cache(maxsize=256)
def _chances(protocol: Protocol) -> tuple[Mapping[int, int], ...]:
    """For each criterion, the chance that an answer to a question of its rule fails it."""
    yes_or_no = [_is_yes_or_no(question) for question in protocol.questions]
    return tuple(
        {place: _FINE * CHANCES[criterion.kind, yes_or_no[place]] for place in members(used)}
        for criterion, used in zip(protocol.criteria, protocol.used, strict=True)
    )


def _is_yes_or_no(question: Question) -> bool:
    return question.option_by_code.keys() == YES_OR_NO


def worths(progress: Progress) -> dict[int, int]:
    """Return what an answer to each open question is worth to one trial; nothing of one that is ruled out."""
    protocol, out, found = progress.protocol, progress.ruled_out, dict[int, int]()
    if out == protocol.every_part:
        return found
    wanted, spared = that_matter(protocol, out), progress.open.bit_count()
    rows = zip(protocol.parts_of, progress.judged, _chances(protocol), strict=True)
    for parts, (_, _, residual), chances in rows:
        if residual and parts & wanted:
            waits_for = residual.bit_count()
            for place in members(residual) if waits_for > 1 else (residual.bit_length() - 1,):
                worth = chances[place] * spared // waits_for
                if worth > found.get(place, 0):
                    found[place] = worth
    return found


def chosen(portfolio: Portfolio, worth: Sequence[Mapping[int, int]], facts: Facts) -> int:
    """Return the open question that is worth most for what it takes; the first of those that are worth the same.

    ``worth`` has for each trial every question that it needs, by place, and what that is worth to it. What an answer
    called for comes before anything else: the limit of normal of a value, the numbers that one is worked out from.
    """
    total: dict[int, int] = {}
    for each in worth:
        for place, one in each.items():
            total[place] = total[place] + one if place in total else one
    called_for = total.keys() & _called_for(portfolio, facts)
    if called_for:
        return min(called_for)
    worth_its_effort = {place: one // portfolio.weights[place] for place, one in total.items()}
    most = max(worth_its_effort.values())
    return min(place for place, one in worth_its_effort.items() if one == most)


def _called_for(portfolio: Portfolio, facts: Facts) -> set[int]:
    """Return the limits of values that have an answer, and the parts of numbers that are to be worked out."""
    limits = {place for place, value in portfolio.limits.items() if facts[value] is not None}
    numbers = (formula for place, formula in portfolio.formulas.items() if facts[place] == COMPUTED)
    return limits.union(*(formula.places for formula in numbers))
