"""What is done beside the conversation, again and again: each job in a loop of its own that nothing ends.

Jobs begin by themselves, whatever Telegram answers. One that fails is logged and done again when it is next due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from bot.telegram.failures import caught
from bot.telegram.logs import place

LOOK_SECONDS: Final = 30.0
"""How often a daily job looks at the clock, which may be set meanwhile."""

LOG = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again. `due` returns when `run` is due the next time."""

    name: str
    run: Callable[[], Awaitable[None]]
    due: Callable[[], Awaitable[None]]


def every(
    seconds: float, *, first: float | None = None, sleep: Sleep = asyncio.sleep
) -> Callable[[], Awaitable[None]]:
    """Return a `due` of this interval, and of so many seconds for the first time."""
    waits = iter((seconds if first is None else first,))

    async def due() -> None:
        await sleep(next(waits, seconds))

    return due


def daily(
    at: time, clock: Callable[[], datetime], *, sleep: Sleep = asyncio.sleep
) -> Callable[[], Awaitable[None]]:
    """Return a `due` of once a day at this time, in the clock's zone."""

    async def due() -> None:
        now = clock()
        moment = datetime.combine(now.date(), at, now.tzinfo)
        moment += timedelta(days=moment <= now)
        while (left := (moment - clock()).total_seconds()) > 0:
            await sleep(min(left, LOOK_SECONDS))

    return due


class Jobs:
    """Jobs at work, from `start` to `stop`."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = tuple(jobs)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        for job in self._jobs:
            self._begin(job)

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(_repeat(job), name=job.name)
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(job, ended))

    def _ended(self, job: Job, task: asyncio.Task[None]) -> None:
        """A loop that ended although nobody stopped it is begun anew."""
        if task in self._tasks:
            self._tasks.discard(task)
            LOG.error("a job ended and is begun anew", extra={"job": job.name})
            self._begin(job)


async def _repeat(job: Job) -> None:
    while True:
        await job.due()
        error = await caught(job.run())
        if error is not None:
            LOG.error(
                "a job failed", extra={"job": job.name, "kind": type(error).__name__, "at": place(error)}
            )
