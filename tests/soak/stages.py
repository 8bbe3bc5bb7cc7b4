"""One stage for each fault of the catalogue: clinicians at work, the fault provoked, the figures that came of it."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from statistics import median

from bot.evaluate.verdicts import MAX_CANDIDATES
from state.status import heartbeat_file
from tests.conversation.screens import walk
from tests.phone.faults import Fault, FaultKind
from tests.soak.stage import OFFICE, Cells, Stage, stage
from tests.telegram.odd import ODD

MINUTE_LONG = "flood, for ever"
RACING_SECONDS = 4.0
WARM_UP, WAITS = 20, 60
A_LIFE = 300
"""Redeliveries that one process gets before it is killed and forgets which updates it had."""
REPLIES = ("sendmessage", "editmessagetext", "editmessagereplymarkup")
FAILURES: tuple[FaultKind, ...] = ("server_error", "drop_before", "drop_after", "too_many_requests")
"""The last but one after the server took the message."""


async def killed(folder: Path, *, kills: int, people: int, seed: int = 0, longest: float = 0.8) -> Cells:
    """F1: SIGKILL at random moments."""
    dice = random.Random(seed)
    async with stage(folder, people=people, seed=seed) as on:
        for _ in range(kills):
            await asyncio.sleep(dice.uniform(0.0, longest))
            await on.kill_and_start()
    return {"kills": kills, **on.figures()}


async def stopped(folder: Path, *, stops: int, people: int, seed: int = 0, longest: float = 0.8) -> Cells:
    """F2: SIGTERM at random moments."""
    dice = random.Random(seed)
    ends: list[tuple[int, float]] = []
    async with stage(folder, people=people, seed=seed) as on:
        for _ in range(stops):
            await asyncio.sleep(dice.uniform(0.0, longest))
            ends.append(await on.stop_and_start())
    return {"stops": stops, **_ends(ends), **on.figures()}


def _ends(ends: list[tuple[int, float]]) -> Cells:
    """Return the statuses that processes ended with, and how long the slowest stop took."""
    statuses = sorted({status for status, _ in ends})
    slowest = max((seconds for _, seconds in ends), default=0.0)
    return {"exit status": ",".join(map(str, statuses)), "slowest stop s": round(slowest, 2)}


async def redelivered(folder: Path, *, redeliveries: int, people: int, seed: int = 0) -> Cells:
    """F3: acknowledged updates are handed out again, also to a bot that was killed and remembers nothing."""
    kills = 0
    async with stage(folder, people=people, seed=seed) as on:
        on.server.repeat = 1.0
        while on.redeliveries < redeliveries:
            kills += 1
            aim = min(redeliveries, kills * A_LIFE)
            await on.until(lambda aim: on.redeliveries >= aim, aim)
            await on.kill_and_start()
    return {"redeliveries": on.redeliveries, "kills": kills, **on.figures()}


async def failing(folder: Path, *, turns: int, people: int, share: float = 0.1, seed: int = 0) -> Cells:
    """F4: a share of the replies to most chats fails; one chat's never, and its waits are measured."""
    async with stage(folder, people=people, seed=seed) as on:
        on.server.faults.table = _failing_replies(on, share)
        waits = await on.looks(lambda _: on.staff.figures.answers >= turns)
        struck = on.server.faults.struck
    answers = on.staff.figures.answers
    return {"turns": answers, "faults": struck, "unaffected wait s": round(max(waits), 3), **on.figures()}


def _failing_replies(on: Stage, share: float) -> list[Fault]:
    methods: list[tuple[str, int | None]] = [("answercallbackquery", None)]
    methods += [(method, account) for method in REPLIES for account in on.staff.accounts]
    return [
        Fault(kind, method, chat, share / len(FAILURES), seconds=1.0)
        for kind in FAILURES
        for method, chat in methods
    ]


async def pressed(folder: Path, *, presses: int, people: int, seed: int = 0) -> Cells:
    """F5: buttons of earlier messages, and double taps, all the time."""
    async with stage(folder, people=people, seed=seed, stray=0.5) as on:
        await on.until(lambda: on.staff.figures.stray_presses >= presses)
    return {"presses": on.staff.figures.stray_presses, **on.figures()}


async def lived(folder: Path, *, screenings: int, people: int, seed: int = 0) -> Cells:
    """F12: many screenings through one process; from the middle on, when its memory of dialogues is full."""
    async with stage(folder, people=people, seed=seed, scripts=("potentially_eligible",)) as on:
        played = on.staff.figures.played
        await on.until(lambda: len(played) >= screenings // 2)
        early, size, begun = on.bot.memory_mib(), size_of(on.path), len(played)
        started = time.monotonic()
        await on.until(lambda: len(played) >= screenings)
        seconds, late = time.monotonic() - started, on.bot.memory_mib()
        done, grown = len(played) - begun, size_of(on.path) - size
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
    """F15: a share of all calls, of every method, is answered as no Bot API server would; then `raced`."""
    odd = [answer for name, answer in ODD.items() if name != MINUTE_LONG]
    async with stage(folder, people=people, seed=seed) as on:
        on.server.faults.table = [
            Fault("answer", probability=share / len(odd), status=status, body=body) for status, body in odd
        ]
        await on.until(lambda: on.server.faults.struck >= answers)
        struck = on.server.faults.struck
        on.server.faults.clear()
    figures = on.figures()
    return {"odd answers": struck, **await raced(folder / "racing", seed), **figures}


async def raced(folder: Path, seed: int) -> Cells:
    """A server that does not hold polls is not asked in a race, and what is done beside the conversation goes on."""
    async with stage(folder, people=1, seed=seed) as on:
        on.staff.enough.set()
        await on.work
        on.server.faults.table = [Fault("answer", "getUpdates", body='{"ok": true, "result": []}')]
        polls, started = on.server.counts["getupdates"], time.monotonic()
        await asyncio.sleep(RACING_SECONDS)
        rate = (on.server.counts["getupdates"] - polls) / (time.monotonic() - started)
        ended = not on.bot.runs
        is_busy = len(on.server.world.commands) > 0 and heartbeat_file(on.path).exists()
    return {"polls a second": round(rate, 1), "ended": int(ended), "background": int(is_busy)}


async def laboured(folder: Path, *, lists: int, people: int, seed: int = 0) -> Cells:
    """F18: lists of the greatest size for a chat are evaluated while people answer, and when the bot is stopped."""
    async with stage(folder, people=people, seed=seed) as on:
        office = on.server.person(OFFICE)
        await on.looks(lambda waits: len(waits) == WARM_UP)
        usual = median(await on.looks(lambda waits: len(waits) == WAITS))
        for _ in range(lists):
            office.send_document("list.csv", largest_list())
        await asyncio.sleep(1)
        busy = median(await on.looks(lambda waits: len(waits) == WAITS))
        end = await on.stop_and_start()
    return {
        "lists": lists,
        "usual ms": round(usual * 1e3, 1),
        "busy ms": round(busy * 1e3, 1),
        "times": round(busy / usual, 2),
        **_ends([end]),
        **on.figures(),
    }


def largest_list() -> bytes:
    """Return as many candidates as a chat may send, all complete, so that each is evaluated to its end."""
    head = "name,age_years,sex,diagnosis,hemoglobin,platelets,steroid_duration\n"
    return (head + "".join(f"C{n},45,male,aiha,72 g/L,25,42 d\n" for n in range(MAX_CANDIDATES))).encode()


def size_of(path: Path) -> int:
    """Return the size of the file with its journal, in bytes."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
