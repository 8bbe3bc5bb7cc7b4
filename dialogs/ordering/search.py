"""Looks for an order that takes little: what likely excludes for its effort first, then one change at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import Final

from dialogs.ordering.layout import Layout, Order
from dialogs.ordering.walks import Walks
from dialogs.rules.judgement import members

WORK: Final = 60_000_000
"""Criteria of patients at questions that are weighed, all orders together: some seconds' work."""
NTH: Final = 5
"""One patient of so many is weighed first."""
ROUGHLY: Final = 0.005
"""The share by which an order may be worse for these and still be weighed for all."""
WORTH: Final = 0.002
"""The share that one change must save."""
FOR_TIDINESS: Final = 0.01
"""The share that may be given up so that questions which follow each other in the file still do: as on a lab sheet."""


def found(layout: Layout, walks: Walks, chance: Sequence[float]) -> Order:
    """Return the best order that is found; today's, if none is better."""
    search = _Search(layout, walks)
    search.look_at(layout.movable)
    search.look_at(by_criterion(layout, walks, chance))
    search.improve()
    search.tidy()
    return layout.laid_out(search.best)


def by_criterion(layout: Layout, walks: Walks, chance: Sequence[float]) -> Order:
    """Return the questions of the criterion that excludes most for its effort, then those of the next, and so on."""
    left = {index: chance[index] for index in range(len(chance))}
    order: dict[int, None] = {}
    while left:
        costs = {index: _effort(layout, walks, index, order) for index in left}
        index = min(left, key=lambda each: (costs[each] / left[each], each))
        del left[index]
        order |= dict.fromkeys(
            place for place in members(layout.protocol.used[index]) if place in layout.movable
        )
    return tuple(order)


def _effort(layout: Layout, walks: Walks, index: int, asked: dict[int, None]) -> float:
    """Return the effort of what a criterion needs beyond what is asked before."""
    needed = members(layout.protocol.used[index])
    return sum(walks.effort[place] for place in needed if place not in asked)


class _Search:
    def __init__(self, layout: Layout, walks: Walks) -> None:
        self.layout, self.walks, self.few = layout, walks, walks.every(NTH)
        self.left = WORK
        self.best: Order = layout.movable
        self.takes = self.takes_few = inf

    def look_at(self, order: Order) -> bool:
        """Weigh an order, and keep it if it is better than those before; what is worse for some is not looked at."""
        laid_out = self.layout.laid_out(order)
        few = self._takes(self.few, laid_out)
        if few > (1 + ROUGHLY) * self.takes_few:
            return False
        takes = self._takes(self.walks, laid_out)
        if takes > (1 - WORTH) * self.takes:
            return False
        self.best, self.takes, self.takes_few = order, takes, few
        return True

    def _takes(self, walks: Walks, laid_out: Order) -> float:
        self.left -= len(walks.counts) * len(laid_out) * len(self.layout.protocol.criteria)
        return walks.expected(laid_out).effort

    def improve(self) -> None:
        """Move one question at a time, as long as that helps."""
        better = True
        while better and self.left > 0:
            better = False
            for place in self.best:
                for order in self._moved(place):
                    better |= self.look_at(order)

    def tidy(self) -> None:
        """Put questions behind those that they follow in the file and are as easy, where that takes hardly more."""
        self.left, most = WORK // 2, (1 + FOR_TIDINESS) * self.takes
        effort = self.walks.effort
        alike = ((one, other) for one, other in pairwise(self.layout.movable) if effort[one] == effort[other])
        for before, place in alike:
            others = [each for each in self.best if each != place]
            at = others.index(before) + 1
            order = (*others[:at], place, *others[at:])
            if self.left > 0 and self._takes(self.walks, self.layout.laid_out(order)) <= most:
                self.best = order

    def _moved(self, place: int) -> Iterator[Order]:
        others = [each for each in self.best if each != place]
        for at in range(len(others) + 1):
            order = (*others[:at], place, *others[at:])
            if order != self.best and self.left > 0:
                yield order
