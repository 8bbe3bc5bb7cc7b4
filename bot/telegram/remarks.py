"""Remarks that are not repeated at once: that files are not kept, that edits are not read.

One person hears each at most once a minute, and once for all files of an album; but again after anything else that the
person did, since the remark stands above that then.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot.exchange import MessageKind

SAID_AGAIN_AFTER: Final = timedelta(minutes=1)
REMARKED_ON: Final[tuple[MessageKind, ...]] = ("file", "edited")
REMEMBERED: Final = 10_000


class Remarks:
    """Remembers who was told what, and when. `clock` gives the time in seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._said: OrderedDict[tuple[int, MessageKind], tuple[float, str | None]] = OrderedDict()
        """When an account was last told something of this kind, and of which album."""

    def is_repeated(self, account: int, kind: MessageKind, album: str | None) -> bool:
        """Return whether a message of this kind would bring a remark that was just said; else it is said now."""
        now, key = self._clock(), (account, kind)
        last, of = self._said.get(key, (float("-inf"), None))
        if 0 <= now - last < SAID_AGAIN_AFTER.total_seconds() or (album is not None and album == of):
            return True
        self._said[key] = (now, album)
        self._said.move_to_end(key)
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        return False

    def went_on(self, account: int) -> None:
        """Forget when the remarks were said, but not of which album: its other files may still arrive."""
        for kind in REMARKED_ON:
            if (account, kind) in self._said:
                self._said[account, kind] = (float("-inf"), self._said[account, kind][1])
