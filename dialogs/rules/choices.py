"""The leaves of a rule about options: which one is chosen, or whether one is among those that were ticked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from dialogs.answers import NONE, UNKNOWN, Choice, Measurement, Selection
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement


@dataclass(frozen=True, eq=False)
class OfOneQuestion:
    """A leaf about the question at one place."""

    place: int

    @property
    def places(self) -> tuple[int, ...]:
        """The questions that it is about; those that divide or multiply them are left out."""
        return (self.place,)

    def leaves(self) -> Iterator[Self]:
        """The comparisons of which a rule is made."""
        yield self

    def grounds(self, facts: Facts) -> Iterator[Self]:
        """The comparisons that decide what this comes to."""
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        """The questions whose answers were used."""
        yield self.place

    @cached_property
    def mask(self) -> int:
        """The questions that it uses."""
        return 1 << self.place


@dataclass(frozen=True, eq=False)
class Membership(OfOneQuestion):
    """A choice against one or more option codes; a number of days ago is none of *never* and *ongoing*."""

    codes: frozenset[str]

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        if isinstance(answer, Measurement):
            return SETTLED[FALSE]
        if not isinstance(answer, Choice) or answer == UNKNOWN:
            return SETTLED[UNCERTAIN]
        return SETTLED[TRUE if answer.code in self.codes else FALSE]


@dataclass(frozen=True, eq=False)
class Ticked(OfOneQuestion):
    """``"asthma" in history``; with the code ``none`` that nothing was ticked: ``history == "none"``."""

    code: str

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        if not isinstance(answer, Selection):
            return SETTLED[UNCERTAIN]
        return SETTLED[TRUE if self.code in (answer.codes or (NONE,)) else FALSE]
