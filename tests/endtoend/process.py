"""The real bot as a process of its own: started, killed, stopped, and looked at from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from bot.phone.server import LocalBotApi
from state.database import open_database
from state.people import People
from tests.endtoend.ward import HANGS_SECONDS, TOKEN


def command(*options: str, before: str = "pass") -> tuple[str, ...]:
    """Return the command line of ``prescreen run``; `before` is Python that its process executes first."""
    begin = f"{before}; from bot.command import main; main()"
    run = ("run", "--unpaced", "--zone", "UTC", "--protocol", "NCT04420494")
    return (sys.executable, "-W", "error", "-c", begin, *run, *options)


def environment(server: LocalBotApi, path: Path, token: str = TOKEN) -> dict[str, str]:
    return os.environ | {
        "TELEGRAM_BOT_TOKEN": token,
        "TELEGRAM_API_URL": server.url,
        "PRESCREEN_DB": str(path),
    }


def invite_all(path: Path, accounts: list[int]) -> None:
    """Make the file, with a clinician for each account."""
    db = open_database(path)
    for account in accounts:
        People(db).add("clinician", "S01", "telegram", str(account))
    db.close()


async def started(
    server: LocalBotApi,
    path: Path,
    *options: str,
    token: str = TOKEN,
    before: str = "pass",
    environ: dict[str, str] | None = None,
) -> Process:
    """Start the bot; what it writes can be read from the process."""
    return await asyncio.create_subprocess_exec(
        *command(*options, before=before),
        env=environment(server, path, token) | (environ or {}),
        stdout=PIPE,
        stderr=PIPE,
    )


async def polled(server: LocalBotApi, times: int = 1) -> None:
    """Wait until the server was asked for updates so often."""
    async with asyncio.timeout(HANGS_SECONDS):
        while server.counts["getupdates"] < times:
            await asyncio.sleep(0.005)


async def ended(process: Process) -> bytes:
    """Wait until it has ended by itself. Return what it wrote."""
    async with asyncio.timeout(HANGS_SECONDS):
        out, errors = await process.communicate()
    return out + errors


class Bot:
    """One bot on one file, started as often as is needed. What it says goes to the end of the file `errors`."""

    def __init__(self, server: LocalBotApi, path: Path, errors: Path) -> None:
        self.server = server
        self.path = path
        self.errors = errors
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start, and wait for its first poll."""
        polls = self.server.counts["getupdates"]
        with self.errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *command(), env=environment(self.server, self.path), stdout=DEVNULL, stderr=errors
            )
        await polled(self.server, polls + 1)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> tuple[int, float]:
        """Stop in order. Return the exit status and the seconds that it took."""
        begun = time.monotonic()
        status = await self._end(signal.SIGTERM)
        return status, time.monotonic() - begun

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        async with asyncio.timeout(HANGS_SECONDS):
            return await self._process.wait()

    def memory_mib(self) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0
