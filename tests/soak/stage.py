"""What each fault is provoked in: the local server, one file, the bot's process, and clinicians at work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from state.database import open_database
from state.people import People
from tests.conversation.scripts import SCRIPTS
from tests.endtoend.process import Bot, invite_all
from tests.endtoend.ward import HANGS_SECONDS, TOKEN, unhurried
from tests.phone.faults import FaultyBotApi
from tests.phone.person import Person
from tests.soak.checking import check
from tests.soak.clinicians import Staff

KEPT_MESSAGES = 80
SPARED = 5000
"""The account whose replies never fail."""
OFFICE = 4999
"""The account of a coordinator."""

Cells = dict[str, float | int | str]
"""The figures of a stage, by their names in the table."""


@dataclass(slots=True)
class Stage:
    """Server, file, bot and staff."""

    path: Path
    server: FaultyBotApi
    bot: Bot
    staff: Staff
    work: asyncio.Task[None]

    @property
    def spared(self) -> Person:
        return self.server.person(SPARED)

    @property
    def redeliveries(self) -> int:
        """How often an update was handed out that had been handed out before."""
        return self.server.world.delivered - self.staff.figures.sent

    def stop_if_done(self) -> None:
        """Hand on what went wrong with a clinician."""
        if self.work.done():
            self.work.result()

    async def until(self, holds: Callable[..., bool], *of: object) -> None:
        """Wait until it holds of these, as long as the clinicians are at work."""
        while not holds(*of):
            self.stop_if_done()
            await asyncio.sleep(0.01)

    async def looks(self, is_enough: Callable[[Collection[float]], bool]) -> list[float]:
        """Let the spared person look something up again and again. Return how long each look took, in seconds."""
        waits: list[float] = []
        while not is_enough(waits):
            self.stop_if_done()
            self.spared.messages.clear()
            started = time.monotonic()
            self.spared.send("/privacy")
            await self.spared.sees(lambda person: len(person.messages) > 1)
            waits.append(time.monotonic() - started)
            await asyncio.sleep(0.02)
        return waits

    async def stop_and_start(self) -> tuple[int, float]:
        """Return the status of the process that was stopped, and the seconds that the stop took."""
        stopped = await self.bot.stop()
        await self._start_again()
        return stopped

    async def kill_and_start(self) -> None:
        await self.bot.kill()
        await self._start_again()

    async def _start_again(self) -> None:
        self.stop_if_done()
        await self.bot.start()
        self.staff.restarts += 1

    def figures(self) -> Cells:
        """Hold the file against the scripts that were played."""
        found, seen = check(self.path, self.staff.figures.played), self.staff.figures
        return {
            "screenings": found.screenings,
            "answers": seen.answers,
            "lost": found.lost,
            "doubled": found.doubled,
            "wrong": found.wrong,
            "unplayed": found.strange,
            "unasked": len(seen.unasked),
            "looked again": seen.looked_again,
            "typed again": seen.typed_again,
            "old buttons": seen.old_buttons,
            "longest wait s": round(seen.longest_wait, 1),
        }


@asynccontextmanager
async def stage(
    folder: Path, *, people: int, seed: int = 0, stray: float = 0.0, scripts: tuple[str, ...] = tuple(SCRIPTS)
) -> AsyncIterator[Stage]:
    """Clinicians at work with a running bot; the block provokes, then all finish what they began."""
    path = folder / "soak.db"
    async with FaultyBotApi(token=TOKEN, kept=KEPT_MESSAGES, seed=seed, clock=unhurried()) as server:
        staff = Staff(server, people, scripts, seed=seed, stray=stray)
        _invite(server, path, staff)
        bot = Bot(server, path, folder / "errors.txt")
        await bot.start()
        work = asyncio.create_task(staff.work())
        try:
            yield Stage(path, server, bot, staff, work)
            staff.enough.set()
            await work
            await _all_handled(server)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await bot.kill()


async def _all_handled(server: FaultyBotApi) -> None:
    """Wait until the bot has kept all that was sent: a late message can look like the end to who pressed last."""
    server.faults.clear()
    async with asyncio.timeout(HANGS_SECONDS):
        while server.world.updates.ids:
            await asyncio.sleep(0.01)


def _invite(server: FaultyBotApi, path: Path, staff: Staff) -> None:
    """Make the file, with everybody in it who has a phone."""
    for account in staff.accounts:
        server.person(account)
    path.parent.mkdir(exist_ok=True)
    invite_all(path, [*staff.accounts, SPARED])
    db = open_database(path)
    People(db).add("coordinator", "S01", "telegram", str(OFFICE))
    db.close()
