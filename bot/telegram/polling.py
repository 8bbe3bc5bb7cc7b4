"""Brings updates in; an update is acknowledged to Telegram only after its effect was committed.

Telegram forgets every update below the offset of a call to getUpdates, so the offset is the whole
acknowledgement: it never passes an update that is not committed. What is not acknowledged is delivered
again, to this process or to the next one.

`window.Window` keeps that rule and does nothing else, `asking.Asking` calls Telegram, `lanes.Lanes` handles the
updates; `Polling` joins the three. python-telegram-bot's own Updater acknowledges before it handles.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from telegram import Bot, Update

from bot.telegram.asking import Asking, Notices
from bot.telegram.failures import notify
from bot.telegram.lanes import Lanes, Skipped
from bot.telegram.limits import LARGEST_UPDATE_ID
from bot.telegram.pacing import pauses
from bot.telegram.stopping import DRAIN_SECONDS
from bot.telegram.window import Window

HELD_SECONDS: Final = (0.4, 1.0)
"""First and longest pause between polls that bring nothing new at once: at most five a second."""
AT_ONCE_SECONDS: Final = 0.2
"""An empty answer that comes sooner was not held by Telegram."""

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a health check asks: times in seconds, None before the first poll that succeeded."""

    since_poll: float | None
    queue_age: float
    waiting: int
    lanes: int
    held: int
    offset: int | None


class Polling:
    """Polls until `stop`, calling `handle` with each update.

    `handle` returns True when the update's effect is committed, or when it needs none. It raises
    `lanes.NotKeptError` when it could not be stored. After anything else the update is tried a few times and then
    skipped.
    """

    def __init__(
        self,
        bot: Bot,
        handle: Callable[[Update], Awaitable[bool]],
        notices: Notices | None = None,
        *,
        drain: float = DRAIN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._notices = notices or Notices()
        self._drain = drain
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._window = Window()
        self._asking = Asking(bot, self._notices, clock=clock, sleep=sleep, jitter=jitter)
        self._lanes = Lanes(handle, committed=self._commit, skipped=self._skip, sleep=sleep, jitter=jitter)
        self._idle = asyncio.Event()
        self._stopping = asyncio.Event()

    def figures(self) -> Figures:
        now, oldest, polled = self._clock(), self._window.oldest, self._asking.polled
        return Figures(
            since_poll=None if polled is None else now - polled,
            queue_age=0.0 if oldest is None else now - oldest,
            waiting=len(self._window),
            lanes=len(self._lanes),
            held=self._lanes.held,
            offset=self._window.offset,
        )

    @property
    def troubled(self) -> bool:
        """Whether polls fail at this moment."""
        return self._asking.troubled

    def stop(self) -> None:
        """Ask `run` to return. It acknowledges nothing that is not committed."""
        self._lanes.close()
        self._stopping.set()

    async def run(self) -> None:
        """Poll until `stop`, or until cancelled. Raises `asking.TokenRefusedError` after a minute of refusals."""
        polls = asyncio.create_task(self._poll_on())
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({polls, stop}, return_when=asyncio.FIRST_COMPLETED)
            if polls.done():
                polls.result()
        finally:
            self.stop()
            stop.cancel()
            polls.cancel()
            await asyncio.gather(polls, return_exceptions=True)
            await self._lanes.finish(self._drain)
            await self._asking.acknowledge(self._window.offset)

    async def _poll_on(self) -> None:
        held = pauses(*HELD_SECONDS, self._jitter)
        while True:
            asked = self._clock()
            updates = await self._asking.updates(self._window.offset)
            if self._take_in(updates):
                held = pauses(*HELD_SECONDS, self._jitter)
                await asyncio.sleep(0)  # one step is all that most handlers need
                if self._window:
                    await self._until_idle(next(held))
            elif self._window:
                await self._until_idle(next(held))
            elif updates or self._clock() - asked < AT_ONCE_SECONDS:
                await self._sleep(next(held))

    def _take_in(self, updates: Iterable[Update | Skipped]) -> int:
        """Put what is new in its lane. Return how many that were."""
        new = 0
        # What has no number can be neither handled once nor acknowledged.
        numbered = (each for each in updates if _is_number(each.update_id))
        for update in sorted(numbered, key=lambda each: each.update_id):
            if self._window.admit(update.update_id, self._clock()):
                self._idle.clear()
                if isinstance(update, Skipped):
                    self._skip(update)
                else:
                    new += 1
                    self._lanes.enter(update)
        return new

    def _skip(self, skipped: Skipped) -> None:
        notify(LOG, self._notices.skipped, skipped)
        self._commit(skipped.update_id)

    def _commit(self, number: int) -> None:
        self._window.commit(number)
        if not self._window:
            self._idle.set()

    async def _until_idle(self, longest: float) -> None:
        """Wait until everything in hand is committed, but no longer than a pause: others may have written."""
        idle = asyncio.create_task(self._idle.wait())
        pause = asyncio.ensure_future(self._sleep(longest))
        try:
            await asyncio.wait({idle, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            idle.cancel()
            pause.cancel()


def _is_number(number: object) -> bool:
    """Return whether an update can have this number. One beyond would acknowledge everything before it."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number <= LARGEST_UPDATE_ID
