"""What must stand in order: a limit of normal after its value, what a number is worked out from before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from dialogs.assessment import judge
from dialogs.of_one_trial import explained_first
from dialogs.protocol import Protocol
from dialogs.rules.judgement import members, union

Order = tuple[int, ...]
"""Questions by their places in the protocol, in the order of asking."""


class Layout:
    """The questions of a trial that a criterion needs, and the orders in which they can be asked.

    Those that one rule names keep their order: what makes another one needless, as the sex does a pregnancy, comes
    before it. What only another answer calls for goes with that: a limit, a body weight that a dose is divided by, a
    part. What the trial must be explained for comes last.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.protocol: Final = protocol
        self.today: Final[Order] = tuple(members(union(protocol.used)))
        """The order of the file."""
        self._named: Final = self._by_criterion()
        named = union(self._named)
        self._after: Final = {place: self._divisors(place, named) for place in self.today}
        self._last: Final = explained_first(protocol)
        self._rows: Final[dict[int, Order]] = {}
        for place in self.today:
            self._rows[place] = tuple(dict.fromkeys(self._with_its(place)))
        bound = {each for places in self._after.values() for each in places}
        self.movable: Final[Order] = tuple(
            place for place in self.today if named >> place & 1 and place not in bound
        )

    def laid_out(self, order: Iterable[int]) -> Order:
        """Return all questions in the order of those that can be moved, each with what it takes along."""
        placed = sorted((*order, *self.today), key=self._is_last)
        return tuple(dict.fromkeys(chain.from_iterable(self._rows[place] for place in placed)))

    def _is_last(self, place: int) -> bool:
        return bool(self._last >> place & 1)

    def _by_criterion(self) -> list[int]:
        """Return the questions that each criterion names, and those that it requires: not what they are made of."""
        nothing = [None] * len(self.protocol.questions)
        named = [
            judge(self.protocol, index, nothing).residual for index in range(len(self.protocol.criteria))
        ]
        for index, required in enumerate(self.protocol.requirement):
            named[index] |= named[required] if required is not None else 0
        return named

    def _with_its(self, place: int) -> Iterator[int]:
        """Yield a question after all that must stand before it, which comes earlier in the file, too."""
        formula = self.protocol.formulas.get(place)
        parts = formula.places if formula is not None else ()
        beside = union(each for each in self._named if each >> place & 1)
        before = [
            each
            for each in members(beside & (1 << place) - 1)
            if self._is_last(place) or not self._is_last(each)
        ]
        for each in sorted({*before, *parts}):
            yield from self._rows.get(each, (each,))
        yield from (place, *self._after[place])

    def _divisors(self, place: int, named: int) -> list[int]:
        """Return the questions that are asked for the answer to this one: limits, and what nothing else names."""
        question = self.protocol.questions[place]
        divisors = {unit.per for unit in question.units}
        return [
            each
            for each in self.today
            if (other := self.protocol.questions[each]).unit_of == question.id
            or (other.id in divisors and not named >> each & 1)
        ]
