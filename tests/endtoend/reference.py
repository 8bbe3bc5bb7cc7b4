"""What each script does at the terminal: its acts, and the log and verdicts that they leave."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.exchange import Press, read_press
from bot.terminal import Terminal
from tests.conversation.playing import Clock, new_conversation
from tests.conversation.scripts import SCRIPTS

LOG = (
    "SELECT kind, question, value, unit, compared, compared_unit FROM log WHERE screening = ? ORDER BY entry"
)
VERDICTS = (
    "SELECT entry, verdict, first_failed, all_failed, unresolved, set_aside"
    " FROM verdicts WHERE screening = ? ORDER BY entry"
)
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a script: typed as it is, or the button that it is the key of."""

    line: str
    press: Press | None
    before: int
    after: int

    @property
    def verb(self) -> str | None:
        return self.press.verb if self.press is not None else None

    @property
    def moves(self) -> bool:
        return self.after > self.before

    def data(self, screening: str) -> str:
        """The callback data of the button on the message that asks on from this act's log entry."""
        assert self.press is not None
        return str(replace(self.press, screening=screening, entry=self.before))


@dataclass(frozen=True, slots=True)
class Reference:
    """A script as it went at the terminal."""

    name: str
    acts: tuple[Act, ...]
    log: Rows
    verdicts: Rows


def log_of(db: Database, screening: str) -> Rows:
    """The entries of a screening in their order, as far as both channels must agree."""
    return list(db.execute(LOG, [screening]).fetchall())


def verdicts_of(db: Database, screening: str) -> Rows:
    return list(db.execute(VERDICTS, [screening]).fetchall())


@functools.cache
def reference(name: str) -> Reference:
    """Play a script at the terminal, on a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return _play(name, Path(folder) / "reference.db")


def _play(name: str, path: Path) -> Reference:
    conversation = new_conversation(path, Clock())
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    terminal = Terminal(conversation, person, lambda _: None)
    terminal.begin()
    acts = []
    for line in SCRIPTS[name]:
        button = terminal.keys.get(line.casefold())
        press = read_press(button.press) if button is not None else None
        before = _entries(conversation.screenings.db)
        terminal.handle(line)
        after = _entries(conversation.screenings.db)
        acts.append(Act(line, press, before, after))
    db = conversation.screenings.db
    played = Reference(name, tuple(acts), log_of(db, "S01-0001"), verdicts_of(db, "S01-0001"))
    db.close()
    return played


def _entries(db: Database) -> int:
    found: int = db.execute("SELECT entries FROM positions").fetchone()[0]
    return found
