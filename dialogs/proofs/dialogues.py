"""All dialogues of a protocol: which question can follow which, and how many one can have.

Every dialogue ends, by construction: an answer that is taken leaves its question out of what could still change a
criterion, for good, and there are only so many questions.

Dialogues are played by representative answers, each situation once. Situations are alike if the same is left of every
criterion, so the work grows with what rules can still come to and not with the answers that led there. It is done
within a budget; where that does not do, some dialogues are played instead, always the same ones: the first are led to
each question, the others are drawn by lot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from random import Random
from typing import Final

from dialogs.answers import Answer
from dialogs.proofs.reachable import Budget, OutOfBudgetError
from dialogs.proofs.representatives import stand_for_all
from dialogs.proofs.situations import Situation, Situations
from dialogs.protocol import Protocol
from dialogs.rules.judgement import members, union

STEPS: Final = 400_000
"""Comparisons that may be judged to play all dialogues, and as many again to draw some by lot."""
_SHARE_OF_THE_FIRST: Final = 5
"""How many times as many the first two dialogues may take."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """What was found: ``follows`` holds (question, next question), ``first`` the question that a dialogue begins with.

    ``longest`` are the most questions of one dialogue.

    If not all dialogues were played (``complete``), there may be other arrows, and dialogues of up to ``at_most``
    questions; what is here was found by playing some. So it is also where answers were tried that do not stand for all.
    """

    first: str | None
    follows: frozenset[tuple[str, str]]
    asked: frozenset[str]
    longest: int
    at_most: int
    complete: bool


def explore(protocol: Protocol, steps: int = STEPS) -> Exploration:
    """Play every distinguishable dialogue, going on after exclusions; if that takes too many steps, some of them."""
    budget = Budget(_SHARE_OF_THE_FIRST * steps)
    player = _Player(protocol, budget)
    used, complete = union(protocol.used), False
    with suppress(OutOfBudgetError):
        player.play_first()
    budget.steps = steps
    try:
        player.play_all()
        complete = stand_for_all(protocol)
    except OutOfBudgetError:
        budget.steps = steps
        player.play_some(members(used))
    ids = [question.id for question in protocol.questions]
    first = player.start.asks
    return Exploration(
        None if first is None else ids[first],
        frozenset((ids[one], ids[other]) for one, other in player.follows),
        frozenset(ids[place] for place in player.asked),
        player.longest,
        player.longest if complete else used.bit_count(),
        complete,
    )


@dataclass(slots=True)
class _Frame:
    """A situation that is being played: those that it leads to, and the most questions found beyond it."""

    left: tuple[int, ...]
    leads_to: Iterator[Situation]
    deepest: int = 0


_Order = Callable[[Situation, Sequence[Answer]], Iterable[Answer]]
"""Puts the answers to the question that is asked in the order in which they are tried; *unknown* comes first."""


class _Player:
    def __init__(self, protocol: Protocol, budget: Budget) -> None:
        self.budget = budget
        self.situations = Situations(protocol, budget)
        self.start = self.situations.begin()
        self.follows: set[tuple[int, int]] = set()
        self.asked: set[int] = set()
        self.longest = 0

    def play_all(self) -> None:
        """Play every situation once. Raises `OutOfBudgetError`."""
        played: dict[tuple[int, ...], int] = {}
        frames = [self._frame(self.start)]
        while frames:
            frame = frames[-1]
            for after in frame.leads_to:
                if after.left not in played:
                    frames.append(self._frame(after))
                    break
                frame.deepest = max(frame.deepest, played[after.left] + 1)
            else:
                played[frame.left] = frame.deepest
                self.longest = max(self.longest, frame.deepest)
                frames.pop()
                if frames:
                    frames[-1].deepest = max(frames[-1].deepest, frame.deepest + 1)

    def play_first(self) -> None:
        """Play two dialogues: everything is unknown; every number waits for what it is divided by.

        They ask for most of what can be asked. Raises `OutOfBudgetError`.
        """
        self._play(_as_they_stand)
        self._play(self._waiting_first)

    def play_some(self, places: Iterable[int]) -> None:
        """Play dialogues until the steps are used up, always the same ones.

        First those that lead to questions which were not asked yet, then some by lot.
        """
        random = Random(0)  # noqa: S311

        def by_lot(situation: Situation, answers: Sequence[Answer]) -> Iterable[Answer]:
            return random.sample(answers, len(answers))

        with suppress(OutOfBudgetError):
            for place in places:
                if place not in self.asked:
                    self._play(partial(self._towards, place))
            while True:
                self._play(by_lot)

    def _frame(self, situation: Situation) -> _Frame:
        place = situation.asks
        answers = () if place is None else self.situations.answers(situation, place)
        return _Frame(situation.left, self._leads_to(situation, answers))

    def _leads_to(self, situation: Situation, answers: Iterable[Answer]) -> Iterator[Situation]:
        """Yield the situations after answers to the question that is asked, as far as they are taken."""
        place = situation.asks
        if place is None:
            return
        self.asked.add(place)
        for answer in answers:
            after = self.situations.after(situation, place, answer)
            if after is not None:
                if after.asks is not None:
                    self.follows.add((place, after.asks))
                yield after

    def _play(self, order: _Order) -> None:
        """Play one dialogue."""
        situation, asked = self.start, 0
        while (place := situation.asks) is not None:
            answers = order(situation, self.situations.answers(situation, place))
            situation, asked = next(self._leads_to(situation, answers)), asked + 1
            self.longest = max(self.longest, asked)

    def _waiting_first(self, situation: Situation, answers: Sequence[Answer]) -> Iterable[Answer]:
        return sorted(answers, key=lambda answer: not self.situations.waits(situation, answer))

    def _towards(self, place: int, situation: Situation, answers: Sequence[Answer]) -> Iterable[Answer]:
        """Those first that keep a question open."""

        def keeps(answer: Answer) -> bool:
            after = self.situations.after(situation, situation.asks or 0, answer)
            return after is not None and bool(after.open >> place & 1)

        return chain(filter(keeps, answers), answers)


def _as_they_stand(situation: Situation, answers: Sequence[Answer]) -> Iterable[Answer]:
    return answers
