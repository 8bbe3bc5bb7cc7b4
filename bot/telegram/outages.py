"""While the file cannot be written: how long the bot waits for it, and who was told.

Another process that writes holds the file for a moment; people are told only where that takes long. Their updates are
not acknowledged meanwhile, so that they come again by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlite_utils import Database

from state.database import patience

PATIENCE_SECONDS: Final = 0.02
"""How long a call waits for another process that writes. Beyond, only the person waits: the update is tried again."""
TOLD_AFTER_SECONDS: Final = 3.0
"""How long somebody waits for such a process before being told."""


class Outages:
    """Says what to do while nothing can be kept: wait, or tell people. `clock` is the event loop's, in seconds."""

    def __init__(self, db: Database, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        self._told: set[int] = set()
        self._waits_since: dict[int, float] = {}
        """When each account's update met a file that somebody else held."""
        self._held = False

    @property
    def is_told(self) -> bool:
        """Whether anybody was told of this outage."""
        return bool(self._told)

    def ended(self, account: int) -> None:
        """Note that what this account did was kept."""
        self._told.discard(account)
        self._waits_since.pop(account, None)
        if self._held:
            self._held = False
            patience(self._db, PATIENCE_SECONDS)

    def is_news(self, account: int, why: str) -> bool:
        """Return whether to tell this account that nothing could be kept: once an outage."""
        if why == "locked" and not self._took_long(account):
            return False
        if account in self._told:
            return False
        self._told.add(account)
        return True

    def _took_long(self, account: int) -> bool:
        """Let no call wait for the other process any more, since it did not end within the first one's patience."""
        if not self._held:
            self._held = True
            patience(self._db, 0)
        now = self._clock()
        return now - self._waits_since.setdefault(account, now) >= TOLD_AFTER_SECONDS
