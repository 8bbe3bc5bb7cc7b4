"""A stop ends the process by itself, with status 0, whatever hangs; the limits of its waits fit into the promise."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from bot.telegram import stopping
from state.database import open_database
from state.people import People
from tests.endtoend.process import ended, invite_all, polled, started
from tests.endtoend.ward import ACCOUNT, HANGS_SECONDS, TOKEN, locked
from tests.phone.faults import Fault, FaultyBotApi

OFFICE = 1002
FOR_EVER = 3600.0
STUBBORN_WORK = """
import os, pathlib, signal, sys, time
if "bot.telegram.processes" in sys.orig_argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pathlib.Path(os.environ["WORK"]).write_text(str(os.getpid()))
    time.sleep(3600)
"""
"""Python executes this in every process that begins; long work ignores SIGTERM then, and does not end."""
FOR_EVER_WITHOUT_A_STOP = """
import aiohttp
from bot.telegram import request, stopping
stopping.LAST_RESORT_SECONDS = 3600
request._limits = lambda *_, **__: aiohttp.ClientTimeout()
"""
"""Neither the last resort nor a call's own limits end anything: only the limit of each wait at a stop does."""
DEAD_RESOLVER = "import socket, time; socket.getaddrinfo = lambda *_, **__: time.sleep(3600)"
STUBBORN_RUN = """
import asyncio
from bot.telegram import stopping
stopping.LAST_RESORT_SECONDS = 0.1
async def run():
    print("runs", flush=True)
    await asyncio.Event().wait()
stopping.run_until_signal(run, lambda: None)
"""


def test_the_limits_of_all_waits_fit_into_the_promise() -> None:
    waits = (
        *(stopping.DRAIN_SECONDS, stopping.ACKNOWLEDGE_SECONDS, stopping.HEALTH_SECONDS),
        *(stopping.BUSY_SECONDS, stopping.SEND_SECONDS),
    )
    assert round(sum(waits), 6) <= stopping.LAST_RESORT_SECONDS < stopping.STOP_SECONDS == 5


@pytest.fixture
async def server() -> AsyncIterator[FaultyBotApi]:
    async with FaultyBotApi(token=TOKEN) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    invite_all(tmp_path / "bot.db", [ACCOUNT])
    db = open_database(tmp_path / "bot.db")
    People(db).add("coordinator", "S01", "telegram", str(OFFICE))
    db.close()
    return tmp_path / "bot.db"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_a_signal_ends_it_with_status_0_and_the_token_is_nowhere(
    server: FaultyBotApi, path: Path, number: signal.Signals
) -> None:
    process = await started(server, path, before=f"exec({FOR_EVER_WITHOUT_A_STOP!r})")
    await polled(server)
    process.send_signal(number)
    said = await ended(process)
    assert process.returncode == 0, said
    assert TOKEN.partition(":")[2].encode() not in said


async def begin_work(server: FaultyBotApi, tmp_path: Path) -> None:
    server.person(OFFICE).send_document("list.csv", b"name,age_years\nC1,17\n")
    async with asyncio.timeout(HANGS_SECONDS):
        while not (tmp_path / "work").exists():
            await asyncio.sleep(0.01)


async def leave_a_reply_unanswered(server: FaultyBotApi, tmp_path: Path) -> None:
    server.faults.add(Fault("delay", "sendMessage", chat=ACCOUNT, seconds=FOR_EVER))
    server.person(ACCOUNT).send("/new")
    async with asyncio.timeout(HANGS_SECONDS):
        while not server.faults.struck:
            await asyncio.sleep(0.01)


async def answer_no_poll(server: FaultyBotApi, tmp_path: Path) -> None:
    """The poll that waits is answered, the next one not, nor the last acknowledgement."""
    server.faults.add(Fault("delay", "getUpdates", seconds=FOR_EVER))
    struck = server.faults.struck
    server.person(ACCOUNT).send("/help")
    async with asyncio.timeout(HANGS_SECONDS):
        while server.faults.struck == struck:
            await asyncio.sleep(0.01)


HANGS: dict[str, tuple[Callable[[FaultyBotApi, Path], Awaitable[None]], ...]] = {
    "work": (begin_work,),
    "a reply": (leave_a_reply_unanswered,),
    "the polls": (answer_no_poll,),
    "all, and the file": (begin_work, leave_a_reply_unanswered, answer_no_poll),
}


@pytest.mark.parametrize("hangs", HANGS, ids=HANGS)
async def test_a_stop_waits_for_nothing_that_hangs(
    server: FaultyBotApi, path: Path, tmp_path: Path, hangs: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(STUBBORN_WORK, encoding="utf-8")
    paths = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    environ = {"PYTHONPATH": paths, "WORK": str(tmp_path / "work")}
    process = await started(server, path, before=f"exec({FOR_EVER_WITHOUT_A_STOP!r})", environ=environ)
    await polled(server)
    for hang in HANGS[hangs]:
        await hang(server, tmp_path)
    with locked(path) if "file" in hangs else nullcontext():
        process.terminate()
        said = await ended(process)
    assert process.returncode == 0, said
    await _no_work_is_left(tmp_path)


async def _no_work_is_left(tmp_path: Path) -> None:
    if (tmp_path / "work").exists():
        number = int((tmp_path / "work").read_text(encoding="utf-8"))
        async with asyncio.timeout(HANGS_SECONDS):
            while Path(f"/proc/{number}").exists():
                await asyncio.sleep(0.01)


async def test_a_stop_does_not_wait_for_a_name_server(server: FaultyBotApi, path: Path) -> None:
    server.host = "nowhere.test"
    process = await started(server, path, before=DEAD_RESOLVER)
    server.host = "127.0.0.1"
    async with asyncio.timeout(HANGS_SECONDS):
        while not path.with_name("bot.db.heartbeat").exists():
            await asyncio.sleep(0.05)
    process.terminate()
    said = await ended(process)
    assert process.returncode == 0, said


async def test_whatever_does_not_return_is_ended_by_the_last_resort() -> None:
    process: Process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STUBBORN_RUN, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"runs\n"
    process.terminate()
    said = await ended(process)
    assert process.returncode == 0, said
