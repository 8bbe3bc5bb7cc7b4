"""One stage for each fault of the catalogue: clinicians at work, the fault provoked, the figures that came of it."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.evaluate.verdicts import MAX_CANDIDATES
from bot.phone.faults import Fault, FaultKind
from bot.phone.server import LocalBotApi, Person
from state.database import open_database
from state.people import People
from state.status import heartbeat_file
from tests.conversation.screens import walk
from tests.conversation.scripts import SCRIPTS
from tests.endtoend.process import Bot, invite_all
from tests.endtoend.ward import TOKEN, unhurried
from tests.soak.checking import Found, check
from tests.soak.clinicians import Staff
from tests.telegram.odd import ODD

KEPT_MESSAGES = 80
SPARED = 5000
"""The account whose replies never fail."""
OFFICE = 4999
"""The account of a coordinator."""
MINUTE_LONG = "flood, for ever"
RACING_SECONDS = 4.0
WARM_UP, WAITS = 20, 60
A_LIFE = 300
"""Redeliveries that one process gets before it is killed and forgets which updates it had."""
REPLIES = ("sendmessage", "editmessagetext", "editmessagereplymarkup")
FAILURES: tuple[FaultKind, ...] = ("server_error", "drop_before", "drop_after", "too_many_requests")
"""The last but one after the server took the message."""

Cells = dict[str, float | int | str]


@dataclass(slots=True)
class Stage:
    """Server, file, bot and staff."""

    path: Path
    server: LocalBotApi
    bot: Bot
    staff: Staff
    work: asyncio.Task[None]

    def stop_if_done(self) -> None:
        """Hand on what went wrong with a clinician."""
        if self.work.done():
            self.work.result()

    @property
    def redeliveries(self) -> int:
        """How often an update was handed out that had been handed out before."""
        return self.server.world.delivered - self.staff.figures.sent

    def figures(self) -> Cells:
        found = check(self.path, self.staff.figures.played)
        return cells(found, self.staff)


def cells(found: Found, staff: Staff) -> Cells:
    return {
        "screenings": found.screenings,
        "answers": staff.figures.answers,
        "lost": found.lost,
        "doubled": found.doubled,
        "wrong": found.wrong,
        "unplayed": found.strange,
        "unasked": len(staff.figures.unasked),
        "looked again": staff.figures.looked_again,
        "typed again": staff.figures.typed_again,
        "old buttons": staff.figures.old_buttons,
        "longest wait s": round(staff.figures.longest_wait, 1),
    }


@asynccontextmanager
async def stage(
    folder: Path, *, people: int, seed: int = 0, stray: float = 0.0, scripts: tuple[str, ...] = tuple(SCRIPTS)
) -> AsyncIterator[Stage]:
    """Clinicians at work with a running bot; the block provokes, then all finish what they began."""
    path = folder / "soak.db"
    async with LocalBotApi(token=TOKEN, kept=KEPT_MESSAGES, seed=seed, clock=unhurried()) as server:
        staff = Staff(server, people, scripts, seed=seed, stray=stray)
        for account in staff.accounts:
            server.person(account)
        path.parent.mkdir(exist_ok=True)
        invite_all(path, [*staff.accounts, SPARED])
        db = open_database(path)
        People(db).add("coordinator", "S01", "telegram", str(OFFICE))
        db.close()
        bot = Bot(server, path, folder / "errors.txt")
        await bot.start()
        work = asyncio.create_task(staff.work())
        try:
            yield Stage(path, server, bot, staff, work)
            staff.enough.set()
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await bot.kill()


async def killed(folder: Path, *, kills: int, people: int, seed: int = 0, longest: float = 0.8) -> Cells:
    """F1: SIGKILL at random moments."""
    dice = random.Random(seed)
    async with stage(folder, people=people, seed=seed) as on:
        for _ in range(kills):
            await asyncio.sleep(dice.uniform(0.0, longest))
            await on.bot.kill()
            on.stop_if_done()
            await on.bot.start()
    return {"kills": kills, **on.figures()}


async def stopped(folder: Path, *, stops: int, people: int, seed: int = 0, longest: float = 0.8) -> Cells:
    """F2: SIGTERM at random moments."""
    dice = random.Random(seed)
    statuses, slowest = set(), 0.0
    async with stage(folder, people=people, seed=seed) as on:
        for _ in range(stops):
            await asyncio.sleep(dice.uniform(0.0, longest))
            status, seconds = await on.bot.stop()
            statuses.add(status)
            slowest = max(slowest, seconds)
            on.stop_if_done()
            await on.bot.start()
    return {
        "stops": stops,
        "exit status": ",".join(map(str, sorted(statuses))),
        "slowest stop s": round(slowest, 2),
        **on.figures(),
    }


async def redelivered(folder: Path, *, redeliveries: int, people: int, seed: int = 0) -> Cells:
    """F3: acknowledged updates are handed out again, also to a bot that was killed and remembers nothing."""
    kills = 0
    async with stage(folder, people=people, seed=seed) as on:
        on.server.repeat = 1.0
        while on.redeliveries < redeliveries:
            kills += 1
            aim = min(redeliveries, kills * A_LIFE)
            await _until(lambda aim: on.redeliveries >= aim, on, aim)
            await on.bot.kill()
            await on.bot.start()
    return {"redeliveries": on.redeliveries, "kills": kills, **on.figures()}


async def failing(folder: Path, *, turns: int, people: int, share: float = 0.1, seed: int = 0) -> Cells:
    """F4: a share of the replies to most chats fails; one chat's never, and its waits are measured."""
    async with stage(folder, people=people, seed=seed) as on:
        spared = on.server.person(SPARED)
        on.server.faults.table = [
            Fault(kind, method, chat, share / len(FAILURES), seconds=1.0)
            for kind in FAILURES
            for method, chat in [
                ("answercallbackquery", None),
                *((method, account) for method in REPLIES for account in on.staff.accounts),
            ]
        ]
        waits: list[float] = []
        while on.staff.figures.answers < turns:
            on.stop_if_done()
            spared.messages.clear()
            started = time.monotonic()
            spared.send("/privacy")
            await spared.sees(lambda person: len(person.messages) > 1)
            waits.append(time.monotonic() - started)
            await asyncio.sleep(0.05)
        struck = on.server.faults.struck
    return {
        "turns": on.staff.figures.answers,
        "faults": struck,
        "unaffected wait s": round(max(waits), 3),
        **on.figures(),
    }


async def pressed(folder: Path, *, presses: int, people: int, seed: int = 0) -> Cells:
    """F5: buttons of earlier messages, and double taps, all the time."""
    async with stage(folder, people=people, seed=seed, stray=0.5) as on:
        await _until(lambda: on.staff.figures.stray_presses >= presses, on)
    return {"presses": on.staff.figures.stray_presses, **on.figures()}


async def lived(folder: Path, *, screenings: int, people: int, seed: int = 0) -> Cells:
    """F12: many screenings through one process; from the middle on, when its memory of dialogues is full."""
    async with stage(folder, people=people, seed=seed, scripts=("potentially_eligible",)) as on:
        played = on.staff.figures.played
        await _until(lambda: len(played) >= screenings // 2, on)
        early, size, begun = on.bot.memory_mib(), size_of(on.path), len(played)
        started = time.monotonic()
        await _until(lambda: len(played) >= screenings, on)
        seconds, late = time.monotonic() - started, on.bot.memory_mib()
        done = len(played) - begun
        grown = size_of(on.path) - size
    return {
        "MiB early": round(early, 1),
        "MiB late": round(late, 1),
        "ms a screening": round(seconds / done * 1e3, 1),
        "bytes a screening": round(grown / done),
        **on.figures(),
    }


async def walked(folder: Path, *, steps: int, seed: int = 0) -> Cells:
    """F16: one person with many screenings, two phones, old cards, replies, queries, kills, in any order."""
    found = walk(folder, steps, seed)
    return {
        "steps": found.steps,
        "kept": found.kept,
        "wrong": len(found.wrong),
        "first": " ".join(found.wrong[:1]),
    }


async def oddly_answered(
    folder: Path, *, answers: int, people: int, share: float = 0.1, seed: int = 0
) -> Cells:
    """F15: a share of all calls, of every method, is answered as no Bot API server would; then a server that does
    not hold polls."""
    odd = [answer for name, answer in ODD.items() if name != MINUTE_LONG]
    async with stage(folder, people=people, seed=seed) as on:
        on.server.faults.table = [
            Fault("answer", probability=share / len(odd), status=status, body=body) for status, body in odd
        ]
        await _until(lambda: on.server.faults.struck >= answers, on)
        struck = on.server.faults.struck
        on.server.faults.clear()
    figures = on.figures()
    async with stage(folder / "racing", people=1, seed=seed) as on:
        on.staff.enough.set()
        await on.work
        on.server.faults.table = [Fault("answer", "getUpdates", body='{"ok": true, "result": []}')]
        polls, started = on.server.counts["getupdates"], time.monotonic()
        await asyncio.sleep(RACING_SECONDS)
        rate = (on.server.counts["getupdates"] - polls) / (time.monotonic() - started)
        ended = not on.bot.runs
        commands, beats = len(on.server.world.commands), heartbeat_file(on.path).exists()
    return {
        "odd answers": struck,
        "polls a second": round(rate, 1),
        "ended": int(ended),
        "background": int(commands > 0 and beats),
        **figures,
    }


async def laboured(folder: Path, *, lists: int, people: int, seed: int = 0) -> Cells:
    """F18: lists of the greatest size for a chat are evaluated while people answer, and when the bot is stopped."""
    async with stage(folder, people=people, seed=seed) as on:
        spared, office = on.server.person(SPARED), on.server.person(OFFICE)
        await _waits(spared, WARM_UP, on)
        usual = await _waits(spared, WAITS, on)
        for _ in range(lists):
            office.send_document("list.csv", largest_list())
        await asyncio.sleep(1)
        busy = await _waits(spared, WAITS, on)
        status, seconds = await on.bot.stop()
        await on.bot.start()
    return {
        "lists": lists,
        "usual ms": round(usual * 1e3, 1),
        "busy ms": round(busy * 1e3, 1),
        "times": round(busy / usual, 2),
        "exit status": str(status),
        "slowest stop s": round(seconds, 2),
        **on.figures(),
    }


def largest_list() -> bytes:
    """As many candidates as a chat may send, all complete, so that each is evaluated to its end."""
    head = "name,age_years,sex,diagnosis,hemoglobin,platelets,steroid_duration\n"
    return (head + "".join(f"C{n},45,male,aiha,72 g/L,25,42 d\n" for n in range(MAX_CANDIDATES))).encode()


async def _waits(person: Person, count: int, on: Stage) -> float:
    """How long a look takes, in the middle of so many."""
    waits = []
    for _ in range(count):
        on.stop_if_done()
        person.messages.clear()
        started = time.monotonic()
        person.send("/privacy")
        await person.sees(lambda who: len(who.messages) > 1)
        waits.append(time.monotonic() - started)
        await asyncio.sleep(0.02)
    return statistics.median(waits)


def size_of(path: Path) -> int:
    """The file with its journal."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


async def _until(holds: Callable[..., bool], on: Stage, *of: object) -> None:
    while not holds(*of):
        on.stop_if_done()
        await asyncio.sleep(0.01)
