"""What a rule can still come to, in three-valued logic, and by which questions.

Questions are numbered by their place in the protocol. A set of them is a bit mask: bit *i* stands for question *i*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from dialogs.answers import Answer

FALSE: Final = 0
UNCERTAIN: Final = 1
TRUE: Final = 2

Facts = Sequence[Answer | None]
"""One entry a question, in the protocol's order; ``None`` where nothing was answered."""


class Judgement(NamedTuple):
    """The lowest and the highest value that a rule can still come to, and the questions that could still move it."""

    low: int
    high: int
    residual: int

    @property
    def settled(self) -> bool:
        return self.low == self.high


SETTLED: Final = (
    Judgement(FALSE, FALSE, 0),
    Judgement(UNCERTAIN, UNCERTAIN, 0),
    Judgement(TRUE, TRUE, 0),
)
"""The judgements that nothing can move any more, by value."""


def first_place(mask: int) -> int:
    """Return the first question of a set, which must not be empty.

    In two's complement ``mask & -mask`` leaves the lowest bit alone.
    """
    return (mask & -mask).bit_length() - 1


def members(mask: int) -> Iterator[int]:
    """Yield the questions of a set, in their order."""
    while mask:
        yield first_place(mask)
        mask &= mask - 1


def union(masks: Iterable[int]) -> int:
    """Return the questions that stand in any of the sets."""
    united = 0
    for mask in masks:
        united |= mask
    return united
