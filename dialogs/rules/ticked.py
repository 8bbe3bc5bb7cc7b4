"""The leaf of a rule about a question that takes several options: one of them is among the answer, or none is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialogs.answers import NONE, Selection
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement


@dataclass(frozen=True, slots=True, eq=False)
class Ticked:
    """``"asthma" in history``; with the code ``none`` that nothing was ticked: ``history == "none"``."""

    place: int
    code: str

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        if not isinstance(answer, Selection):
            return SETTLED[UNCERTAIN]
        return SETTLED[TRUE if self.code in (answer.codes or (NONE,)) else FALSE]

    @property
    def places(self) -> tuple[int, ...]:
        return (self.place,)

    def leaves(self) -> Iterator[Ticked]:
        yield self

    def grounds(self, facts: Facts) -> Iterator[Ticked]:
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        yield self.place

    @property
    def mask(self) -> int:
        return 1 << self.place
