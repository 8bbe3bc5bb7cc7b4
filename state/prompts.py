"""What people were asked, so that a text answers what stood above it on the screen and nothing else.

Whatever asks is numbered for each person before it is sent, in the transaction of the step that led to it:
its ordinal. Which message brought it is noted when it has arrived, in memory first and in the file with the
next `Prompts.keep`. So the newest prompt above a text is known to be what the person saw last exactly if its
ordinal is the person's last; a prompt that is on its way, was lost, or arrived just before a kill is missed.
What is shown while the file cannot be written is numbered in memory, until the next `Prompts.keep`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Final, Literal

from sqlite_utils import Database

Kind = Literal["question", "cancel", "correct", "disagree", "choice", "stands", "offer"]
"""``question``: asks on from a log entry. The others offer buttons; ``cancel`` also takes a yes or no.

``offer`` is about no screening: a list, or what is chosen before one begins.
"""

KEPT: Final = 50
"""Prompts remembered for each chat: a reply to an older one is asked again."""
CHATS: Final = 4_096
"""Chats whose prompts are held in memory."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a message asks: about which screening, from which log entry on. ``ordinal`` counts a person's prompts.

    The screening of an ``offer`` is the empty text.
    """

    screening: str
    entry: int
    kind: Kind = "question"
    ordinal: int = 0

    def asks_like(self, other: Prompt | None) -> bool:
        return other is not None and self == replace(other, ordinal=self.ordinal)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A prompt on the screen: the number of its message, and when it arrived (seconds since 1970).

    ``edited``: the message may have asked something else before, as one that is known from the file only.
    """

    message: int
    prompt: Prompt
    at: int
    edited: bool = True


class Prompts:
    """All prompts of one file."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._chats: OrderedDict[str, list[Delivered]] = OrderedDict()
        self._unkept: dict[str, list[Delivered]] = {}
        self._unwritten: dict[str, Prompt] = {}
        """What was asked last of people while the file could not be written."""
        self._doubted: set[tuple[str, int]] = set()
        """Messages, by chat and number, of which it is not known what they ask."""

    def last(self, person: str) -> Prompt | None:
        """Return what a person was asked last, whether or not it has arrived."""
        row = self.db.execute(
            "SELECT screening, entry, kind, ordinal FROM asked WHERE person = ?", [person]
        ).fetchone()
        written, unwritten = Prompt(*row) if row else None, self._unwritten.get(person)
        if written is None or (unwritten is not None and unwritten.ordinal > written.ordinal):
            return unwritten
        return written

    def ask(self, person: str, prompt: Prompt) -> Prompt:
        """Number a prompt before it is sent, within the caller's transaction."""
        asked = self._numbered(person, prompt)
        self._write(person, asked)
        return asked

    def ask_unwritten(self, person: str, prompt: Prompt) -> Prompt:
        """Number a prompt before it is sent, in memory: the file cannot be written. The next `keep` stores it."""
        asked = self._unwritten[person] = self._numbered(person, prompt)
        return asked

    def _numbered(self, person: str, prompt: Prompt) -> Prompt:
        last = self.last(person)
        return replace(prompt, ordinal=last.ordinal + 1 if last else 1)

    def _write(self, person: str, asked: Prompt) -> None:
        self.db.execute(
            "INSERT INTO asked (person, screening, entry, kind, ordinal) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (person) DO UPDATE SET screening = excluded.screening, entry = excluded.entry,"
            " kind = excluded.kind, ordinal = excluded.ordinal WHERE excluded.ordinal > asked.ordinal",
            [person, *astuple(asked)],
        )

    # delivered -----------------------------------------------------------------------------------

    def delivered(self, chat: str, message: int, prompt: Prompt, at: int) -> None:
        """Note that a prompt has arrived, maybe in a message that asked something else until then.

        Numbers grow within a chat: greater ones are another server's.
        """
        before = [each for each in self.chat(chat) if each.message <= message]
        edited = (chat, message) in self._doubted or (bool(before) and before[-1].message == message)
        self._doubted.discard((chat, message))
        arrived = Delivered(message, prompt, at, edited)
        self._chats[chat] = [*before, arrived][-KEPT:]
        self._unkept.setdefault(chat, []).append(arrived)

    def chat(self, chat: str) -> Sequence[Delivered]:
        """Return the prompts that stand in a chat, oldest first."""
        if chat not in self._chats:
            rows = self.db.execute(
                "SELECT message, screening, entry, kind, ordinal, at FROM prompts WHERE chat = ? ORDER BY message",
                [chat],
            ).fetchall()
            kept = [Delivered(row[0], Prompt(*row[1:5]), row[5]) for row in rows]
            self._chats[chat] = [*kept, *self._unkept.get(chat, ())][-KEPT:]
        self._chats.move_to_end(chat)
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        return self._chats[chat]

    def chat_of(self, message: int, screening: str) -> str | None:
        """Return the chat of a message that asked about a screening, if it is remembered in the file."""
        row = self.db.execute(
            "SELECT chat FROM prompts WHERE message = ? AND screening = ?", [message, screening]
        ).fetchone()
        return row[0] if row else None

    def doubt(self, chat: str, message: int) -> None:
        """Forget what a message asks: it may have been changed, and that is not known."""
        self._chats[chat] = [each for each in self.chat(chat) if each.message != message]
        self._doubted.add((chat, message))

    def keep(self) -> None:
        """Store what is in memory only, within the caller's transaction; `kept` follows when it is committed."""
        for person, asked in self._unwritten.items():
            self._write(person, asked)
        for chat, arrived in self._unkept.items():
            standing = self.chat(chat)
            oldest, first = (
                min(each.message for each in some) for some in ((*standing[:1], *arrived), arrived)
            )
            self.db.execute(
                "DELETE FROM prompts WHERE chat = ? AND (message < ? OR message >= ?)",
                [chat, oldest, first],
            )
            self.db.conn.executemany(
                "INSERT OR REPLACE INTO prompts (chat, message, at, screening, entry, kind, ordinal)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (chat, each.message, each.at, *astuple(each.prompt))
                    for each in arrived  # of a message that asked several things, the last one replaces the others
                    if each in standing
                ],
            )

    def kept(self) -> None:
        self._unkept.clear()
        self._unwritten.clear()

    @property
    def waiting(self) -> bool:
        """Whether anything was asked, or has arrived, that is not in the file."""
        return bool(self._unkept or self._unwritten)
