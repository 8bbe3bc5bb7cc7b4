"""The real bot as a process of its own: started, killed, stopped, and looked at from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

from bot.phone.server import LocalBotApi
from state.database import open_database
from state.people import People

HANGS_SECONDS = 60.0
TOKEN = "123456789:AAF-kept-secret_kept-secret_kept-se"
PRESCREEN = (sys.executable, "-W", "error", "-c", "from bot.command import main; main()")
RUN = (*PRESCREEN, "run", "--unpaced", "--zone", "UTC", "--protocol", "NCT04420494")


def invite_all(path: Path, accounts: list[int]) -> None:
    """Make the file, with a clinician for each account."""
    db = open_database(path)
    for account in accounts:
        People(db).add("clinician", "S01", "telegram", str(account))
    db.close()


class Bot:
    """One bot on one file, started as often as is needed."""

    def __init__(self, server: LocalBotApi, path: Path, errors: Path | None = None) -> None:
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
        environ = os.environ | {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.server.url,
            "PRESCREEN_DB": str(self.path),
        }
        polls = self.server.counts["getupdates"]
        if self.errors is None:
            self._process = await asyncio.create_subprocess_exec(
                *RUN, env=environ, stdout=DEVNULL, stderr=DEVNULL
            )
        else:
            with self.errors.open("ab") as errors:
                self._process = await asyncio.create_subprocess_exec(
                    *RUN, env=environ, stdout=DEVNULL, stderr=errors
                )
        async with asyncio.timeout(HANGS_SECONDS):
            while self.server.counts["getupdates"] == polls:
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> tuple[int, float]:
        """Stop in order; gives the exit status and the seconds that it took."""
        started = time.monotonic()
        status = await self._end(signal.SIGTERM)
        return status, time.monotonic() - started

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
