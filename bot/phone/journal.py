"""What happened in a chat, numbered; whoever waits for news is woken by each entry.

Only the last entries are kept: who was away for longer has to read the chat anew.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: a message, an edit, a deletion, the answer to a press."""

    number: int
    event: Json


class Journal:
    """The entries of one chat."""

    __slots__ = ("_entries", "_listener", "_waiting", "changed", "last")

    def __init__(self, kept: int, listener: Callable[[Json], None]) -> None:
        self.last = 0
        self.changed = asyncio.Event()
        """Set by each entry, for whoever cleared it before."""
        self._listener = listener
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, event: Json) -> None:
        self.last += 1
        self._entries.append(Entry(self.last, event))
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        self.changed.set()
        self._listener(event)

    def after(self, number: int) -> list[Entry]:
        """Return the entries above `number`, without those that are forgotten."""
        if number >= self.last:
            return []
        return list(dropwhile(lambda entry: entry.number <= number, self._entries))

    def remembers(self, number: int) -> bool:
        """Return whether nothing above `number` is forgotten, so that `after` is complete."""
        oldest = self._entries[0].number if self._entries else self.last + 1
        return oldest - 1 <= number <= self.last

    async def news(self, number: int) -> None:
        """Wait for an entry above `number`."""
        while self.last <= number:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future
