"""Which updates are in hand, and up to where Telegram may forget them. Pure; the clock is given.

The rule: the offset never passes an update that is not committed, and no update is taken in hand twice.
"""

from typing import Final

RENUMBERED: Final = 100_000
"""After a week without updates Telegram goes on with a random number: one so far below is not an old one."""


class Window:
    """The numbers of the updates in hand, and the offset: the lowest that is not committed."""

    __slots__ = ("_arrived", "_committed", "_newest", "_offset")

    def __init__(self) -> None:
        self._arrived: dict[int, float] = {}
        self._committed: set[int] = set()
        self._newest = 0
        self._offset: int | None = None

    @property
    def offset(self) -> int | None:
        """The offset to ask Telegram for; None before the first update, which asks for all that it holds."""
        return self._offset

    @property
    def oldest(self) -> float | None:
        """When the oldest update in hand arrived; None if there is none."""
        return next(iter(self._arrived.values()), None)

    def __len__(self) -> int:
        return len(self._arrived)

    def admit(self, number: int, now: float) -> bool:
        """Take an update in hand, lowest numbers first. Return False for one that was delivered before."""
        if self._offset is None or self._is_renumbered(number):
            self._offset = self._newest = number
        if number < self._offset or number in self._arrived or number in self._committed:
            return False
        self._arrived[number] = now
        self._newest = max(self._newest, number)
        return True

    def commit(self, number: int) -> None:
        """Note that an update's effect is stored. Moves the offset when it was the lowest in hand."""
        del self._arrived[number]
        self._committed.add(number)
        # Not the next number: Telegram leaves some out.
        offset = min(self._arrived, default=self._newest + 1)
        if offset != self._offset:
            self._offset = offset
            self._committed = {later for later in self._committed if later > offset}

    def _is_renumbered(self, number: int) -> bool:
        return self._offset is not None and not self._arrived and number + RENUMBERED < self._offset
