"""What must stand in order: a limit of normal after its value, what a number is worked out from before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from dialogs.assessment import judge
from dialogs.protocol import Protocol
from dialogs.rules.judgement import members, union

Order = tuple[int, ...]
"""Questions by their places in the protocol, in the order of asking."""


class Layout:
    """The questions of a trial that a criterion needs, and the orders in which they can be asked.

    What only another answer calls for goes with that: a limit, a body weight that a dose is divided by, a part.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.protocol: Final = protocol
        self.today: Final[Order] = tuple(members(union(protocol.used)))
        """The order of the file."""
        nothing = [None] * len(protocol.questions)
        named = union(judge(protocol, index, nothing).residual for index in range(len(protocol.criteria)))
        self._after: Final = {place: self._divisors(place, named) for place in self.today}
        bound = {each for places in self._after.values() for each in places}
        self.movable: Final[Order] = tuple(
            place for place in self.today if named >> place & 1 and place not in bound
        )

    def laid_out(self, order: Iterable[int]) -> Order:
        """Return all questions in the order of those that can be moved, each with what it takes along."""
        return tuple(dict.fromkeys(place for each in (*order, *self.today) for place in self._with_its(each)))

    def _with_its(self, place: int) -> Iterator[int]:
        formula = self.protocol.formulas.get(place)
        for part in formula.places if formula is not None else ():
            yield from self._with_its(part)
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
