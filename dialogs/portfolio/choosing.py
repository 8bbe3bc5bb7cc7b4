"""Chooses the next question of a matching: what likely rules out most trials for its effort, first what many ask.

What a question is worth to a trial is the chance that its answer rules the trial out. Of all trials together it counts
once more for each that needs the question: what many ask is asked in the end, whichever of them fall, and what one asks
alone is spared if it falls. The chances are rough and the same for all trials: only the order of the questions depends
on them, never a verdict. All is counted in whole numbers, so that the same answers always lead to the same question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from dialogs.answers import COMPUTED
from dialogs.parts import that_matter
from dialogs.portfolio.merging import Portfolio
from dialogs.progress import Progress
from dialogs.protocol import YES_OR_NO, Protocol, Question
from dialogs.rules.judgement import Facts, Judgement, members, union

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


@dataclass(slots=True)
class Needs:
    """What trials that are not ruled out need: for each open question, how many need it and what it is worth to all."""

    by: dict[int, int] = field(default_factory=dict)
    worth: dict[int, int] = field(default_factory=dict)
    mask: int = 0

    def add(self, worths: Mapping[int, int]) -> None:
        """Add questions that a trial needs, with what they are worth to it."""
        for place, worth in worths.items():
            if place in self.by:
                self.by[place] += 1
                self.worth[place] += worth
            else:
                self.by[place], self.worth[place] = 1, worth
                self.mask |= 1 << place

    def drop(self, worths: Mapping[int, int]) -> None:
        """Take them away again."""
        for place, worth in worths.items():
            if self.by[place] > 1:
                self.by[place] -= 1
                self.worth[place] -= worth
            else:
                del self.by[place], self.worth[place]
                self.mask ^= 1 << place


@lru_cache(maxsize=256)
def _chances(protocol: Protocol) -> tuple[tuple[tuple[int, int, int], ...], ...]:
    """For each question the criteria whose rules use it: index, parts, and the chance that an answer fails it."""
    rows = list(zip(protocol.criteria, protocol.parts_of, protocol.used, strict=True))
    return tuple(
        tuple(
            (index, parts, _FINE * CHANCES[criterion.kind, _is_yes_or_no(question)])
            for index, (criterion, parts, used) in enumerate(rows)
            if used >> place & 1
        )
        for place, question in enumerate(protocol.questions)
    )


def _is_yes_or_no(question: Question) -> bool:
    return question.option_by_code.keys() == YES_OR_NO


def worths(progress: Progress, places: int) -> Iterator[tuple[int, int]]:
    """Yield what answers to these questions are worth to a trial that is not ruled out; 0 to what is not open."""
    protocol, judged = progress.protocol, progress.judged
    chances, wanted = _chances(protocol), that_matter(protocol, progress.ruled_out)
    for place in members(places):
        worth = 0
        for index, parts, chance in chances[place]:
            residual = judged[index].residual
            if residual >> place & 1 and parts & wanted:
                worth = max(worth, chance // residual.bit_count())
        yield place, worth


def changed(protocol: Protocol, before: Sequence[Judgement], now: Sequence[Judgement]) -> int:
    """Return the questions whose worth an answer may have changed: of criteria that it touched."""
    if protocol.every_part > 1:  # one that is ruled out takes its criteria along
        return (1 << len(protocol.questions)) - 1
    pairs = zip(before, now, strict=True)
    return union(one.residual | other.residual for one, other in pairs if one is not other)


def chosen(portfolio: Portfolio, needs: Needs, facts: Facts) -> int:
    """Return the open question that is worth most for what it takes; the first of those that are worth the same.

    What an answer called for comes before anything else: the limit of normal of a value, the numbers that one is worked
    out from. What a trial must be explained for comes last.
    """
    called_for = needs.by.keys() & _called_for(portfolio, facts)
    if called_for:
        return min(called_for)
    by, weights = needs.by, portfolio.weights
    before = needs.worth.keys() - portfolio.explained_first or needs.worth.keys()
    worth_its_effort = {place: needs.worth[place] * by[place] // weights[place] for place in before}
    most = max(worth_its_effort.values())
    return min(place for place, worth in worth_its_effort.items() if worth == most)


def _called_for(portfolio: Portfolio, facts: Facts) -> set[int]:
    """Return the limits of values that have an answer, and the parts of numbers that are to be worked out."""
    limits = {place for place, value in portfolio.limits.items() if facts[value] is not None}
    numbers = (formula for place, formula in portfolio.formulas.items() if facts[place] == COMPUTED)
    return limits.union(*(formula.places for formula in numbers))
