"""Random histories of screenings: answered, gone back on, corrected, reopened, amended, cancelled, screened again.

The clock is set back now and then.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dialogs.answers import UNKNOWN, Answer, Measurement
from dialogs.dialogue import EXCLUDED, REASONS, REVIEW, Dialogue, Step, StepKind
from dialogs.errors import DialogError
from dialogs.loading import load
from dialogs.proofs import representatives
from dialogs.reading import MAX_DIGITS
from state.database import open_database
from state.people import People
from state.screenings import Screening, Screenings
from tests.state.random_files import LIKELY, read

PROTOCOL = load("NCT04420494")
BEGINNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
UNFORESEEN = 0.1
TYPABLE = [
    [
        answer
        for answer in representatives(PROTOCOL, place)
        if not isinstance(answer, Measurement) or len(answer.value.as_tuple().digits) <= MAX_DIGITS
    ]
    for place in range(len(PROTOCOL.questions))
]
"""Answers on either side of every limit, with no more digits than can be entered."""


class History:
    """Screenings of one clinician, acted on at random."""

    def __init__(self, path: Path, seed: int) -> None:
        self.chance, self.now = random.Random(seed), BEGINNING
        self.db = open_database(path, self.clock)
        self.db.execute("PRAGMA synchronous=OFF")
        self.people = People(self.db, self.clock)
        self.person = self.people.add("clinician", "S01", "terminal", "local").code
        self.coordinator = self.people.add("coordinator", "S01", "telegram", "2").code
        self.screenings = Screenings(self.db, self.clock)

    def clock(self) -> datetime:
        return self.now

    def act(self, times: int) -> None:
        numbers: list[str] = []
        for _ in range(times):
            self.now += timedelta(seconds=self.chance.choice((1, 20, 3000, -40)))
            if not numbers or self.chance.random() < 0.04:
                earlier = self.chance.choice(numbers) if numbers and self.chance.random() < 0.5 else None
                numbers.append(
                    self.screenings.start(
                        PROTOCOL, self.person, "S01", zone="+08:00", channel="terminal", earlier=earlier
                    ).number
                )
            screening = self.screenings.load(self.chance.choice(numbers[-3:]))
            for step in self._steps(screening):
                try:
                    self.screenings.take(screening, [step], self.person)
                except DialogError:
                    screening = self.screenings.load(screening.number)

    def _steps(self, screening: Screening) -> Iterator[Step]:
        """Return a run of answers, or one of the other things that a person may do."""
        chance, dialogue = self.chance, screening.dialogue
        if screening.state == "completed":
            yield from self._again(screening)
        elif screening.state in (REVIEW, EXCLUDED) and chance.random() < 0.6:
            yield Step("save" if screening.state == REVIEW else "finish")
        elif chance.random() < 0.75:
            for _ in range(chance.choice((1, 3, 12))):
                if dialogue.state in PROTOCOL.position:
                    yield Step(
                        "answer", dialogue.state, self._answer(dialogue), reason=chance.choice(REASONS)
                    )
        else:
            for _ in range(chance.choice((1, 1, 4))):
                kind: StepKind = chance.choice(("back", "back", "correct", "continue", "finish", "cancel"))
                wanted = chance.choice(dialogue.applied) if dialogue.applied else None
                yield Step(kind, wanted if kind == "correct" else None)

    def _again(self, screening: Screening) -> Iterator[Step]:
        chance, dialogue = self.chance, screening.dialogue
        wanted = chance.choice(dialogue.applied)
        act = chance.random()
        if act < 0.3:
            self.screenings.note(screening, "query", self.coordinator, {"code": "unit"}, question=wanted)
            if chance.random() < 0.8:
                self.screenings.amend(
                    screening, wanted, chance.choice(REASONS), screening.entries, self.person
                )
        elif act < 0.4:
            self.screenings.note(screening, "disagree", self.person, {"reason": "data"})
        elif act < 0.8:
            yield Step("reopen")

    def _answer(self, dialogue: Dialogue) -> Answer:
        place = PROTOCOL.position[dialogue.state]
        luck = self.chance.random()
        if luck < UNFORESEEN / 2:
            return UNKNOWN
        if luck < UNFORESEEN:
            return self.chance.choice(TYPABLE[place])
        return read(PROTOCOL.questions[place], self.chance.choice(LIKELY[dialogue.state]))
