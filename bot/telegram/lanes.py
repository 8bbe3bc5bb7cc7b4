"""Handles each person's updates one after the other, in order; people do not wait for each other.

An update that could not be stored is tried again without end: the database may be full or locked for hours. One whose
handler fails otherwise is skipped after `TRIES` failures, and reported.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from telegram import Update

from bot.telegram.failures import caught
from bot.telegram.pacing import pauses

TRIES: Final = 6
"""Failures of the handler, storage apart, after which an update is skipped."""
RETRY_SECONDS: Final = (0.2, 3.0)
"""First and longest pause before an update is tried again."""


class NotKeptError(Exception):
    """Raised by a handler: the effect could not be stored (disk full, file locked). The update is tried again."""


class NotCommittedError(Exception):
    """The handler returned something else than True."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An update that is acknowledged without effect; `update` is None where it could not even be read."""

    update_id: int
    update: Update | None
    error: Exception


@dataclass(slots=True)
class Lane:
    """One person's updates. It exists only while there are some."""

    updates: deque[Update] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    pausing: bool = False


def person(update: Update) -> int | None:
    """Return the number by which an update is put in a lane; None, one lane, for all that belong to nobody."""
    if update.effective_user is not None:
        return update.effective_user.id
    return update.effective_chat.id if update.effective_chat is not None else None


class Lanes:
    """All lanes. `committed` and `skipped` are called once for each update, as soon as its outcome is known."""

    def __init__(
        self,
        handle: Callable[[Update], Awaitable[bool]],
        *,
        committed: Callable[[int], None],
        skipped: Callable[[Skipped], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._handle = handle
        self._committed = committed
        self._skipped = skipped
        self._sleep = sleep
        self._jitter = jitter
        self._lanes: dict[object, Lane] = {}
        self._closed = False

    def __len__(self) -> int:
        return len(self._lanes)

    @property
    def held(self) -> int:
        """Lanes whose first update could not be handled yet and waits for its next try."""
        return sum(lane.pausing for lane in self._lanes.values())

    def enter(self, update: Update) -> None:
        key = _key(update)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane()
            lane.task = asyncio.create_task(self._work(key, lane))
        lane.updates.append(update)

    def close(self) -> None:
        """Begin no further update."""
        self._closed = True

    async def finish(self, seconds: float) -> None:
        """Wait so long for updates in hand, then cancel them; one that waits for its next try is cancelled at once."""
        self.close()
        for lane in self._lanes.values():
            if lane.pausing and lane.task is not None:
                lane.task.cancel()
        tasks = {lane.task for lane in self._lanes.values() if lane.task is not None}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, key: object, lane: Lane) -> None:
        try:
            while lane.updates and not self._closed:
                update = lane.updates[0]
                failure = await self._try(lane, update)
                if failure is None:
                    self._committed(update.update_id)
                else:
                    self._skipped(Skipped(update.update_id, update, failure))
                lane.updates.popleft()
        finally:
            del self._lanes[key]

    async def _try(self, lane: Lane, update: Update) -> Exception | None:
        """Return None once the update is committed, or the error after which it is not tried again."""
        failures = 0
        for pause in pauses(*RETRY_SECONDS, self._jitter):
            failure = await self._attempt(update)
            if failure is None:
                return None
            failures += not isinstance(failure, NotKeptError)
            if failures >= TRIES:
                return failure
            lane.pausing = True
            await self._sleep(pause)
            lane.pausing = False
        raise AssertionError("pauses do not end")

    async def _attempt(self, update: Update) -> Exception | None:
        outcome = await caught(self._handle(update))
        if outcome is True:
            return None
        if isinstance(outcome, Exception):
            return outcome
        return NotCommittedError(f"a handler returned {type(outcome).__name__}")


def _key(update: Update) -> object:
    """Return the key of an update's lane; None, as for nobody, where its person is no person's number."""
    with suppress(Exception):
        key = person(update)
        hash(key)
        return key
    return None
