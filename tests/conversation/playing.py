"""Plays a script at a terminal whose dialogue is loaded anew from the file before every line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.conversation import Conversation, Setup
from bot.terminal import Terminal
from dialogs.loading import load
from state.database import open_database
from state.people import People
from state.screenings import Screenings

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ZONE = "+08:00"


class Clock:
    """A clock that a test sets; it goes on by a second at each look."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def new_conversation(
    path: Path, clock: Clock, channel: str = "terminal", trial: str = "NCT04420494"
) -> Conversation:
    """Open a conversation over one trial, or over several whose names stand with spaces between them."""
    db = open_database(path, clock)
    trials = tuple(map(load, trial.split()))
    return Conversation(Screenings(db, clock), People(db, clock), Setup(trials, ZONE, channel))


def play(path: Path, script: Sequence[str], language: str, trial: str = "NCT04420494") -> Iterator[str]:
    """Yield the transcript. Between two lines only the file and the keys on the screen are kept."""
    clock = Clock()
    lines: list[str] = []
    conversation = new_conversation(path, clock, trial=trial)
    conversation.people.add("clinician", "S01", "terminal", "local", language)
    keys = None
    for index in range(len(script) + 1):
        conversation.screenings.db.close()
        conversation = new_conversation(path, clock, trial=trial)
        person = conversation.people.find("terminal", "local")
        assert person is not None
        terminal = Terminal(conversation, person, lines.append)
        if keys is None:
            terminal.begin()
        else:
            terminal.keys = keys
            lines.append(f"> {script[index - 1]}")
            terminal.handle(script[index - 1])
        keys = terminal.keys
    conversation.screenings.db.close()
    yield from lines
