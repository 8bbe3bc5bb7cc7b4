"""While another process holds the file, only those wait whose answers must be kept; nothing else stands still."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path
from statistics import median

import pytest

from bot.telegram import outages
from bot.telegram.healthz import serve_health
from bot.wording.phrases import phrases
from tests.endtoend.process import ended, invite_all, polled, started
from tests.endtoend.ward import HANGS_SECONDS, TOKEN, Ward, locked, longer_than
from tests.phone.faults import FaultyBotApi
from tests.phone.person import Person

NOT_KEPT = phrases("en")("not_kept")
KEPT_NOTHING = phrases("en")("kept_nothing_buttons")
LOOKS = 10
AS_LONG = 10
"""Times the usual wait, on the same machine at the same time."""
PATIENCE_OF_SQLITE = 1.0
"""Seconds: a fifth of what one call waits by itself for another process, and twenty people wait here."""
HOLDER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
other.execute("ROLLBACK")
"""


async def test_looks_of_others_are_answered_at_once_and_what_waits_is_kept_afterwards(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "TOLD_AFTER_SECONDS", 0.5)
    answering = [ward.member(account) for account in range(1001, 1021)]
    looking = ward.member(2001)
    for phone in (*answering, looking):
        await ward.says(phone, "/new")
    usual = await looks(looking)
    with locked(ward.path):
        for phone in answering:
            phone.send("45")
        held = await looks(looking)
        await answering[0].sees(NOT_KEPT)
        assert ward.rows("SELECT count(*) FROM log WHERE kind = 'answer'") == [(0,)]
    await ward.quiet()
    assert held < AS_LONG * usual + PATIENCE_OF_SQLITE
    assert ward.rows("SELECT count(*) FROM log WHERE kind = 'answer'") == [(20,)]
    assert max(phone.texts.count(NOT_KEPT) for phone in answering) == 1


async def looks(phone: Person) -> float:
    """Return how long the person usually waits for a look, in seconds."""
    waits = []
    for _ in range(LOOKS):
        seen = len(phone.texts)
        started = time.monotonic()
        phone.send("/help")
        await phone.sees(longer_than(seen + 1))
        waits.append(time.monotonic() - started)
        await asyncio.sleep(0.05)
    return median(waits)


async def test_a_short_wait_is_not_worth_a_word(ward: Ward) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    with locked(ward.path):
        phone.send("45")
        await ward.until(lambda: ward.service.polling.figures().held)
        await asyncio.sleep(0.3)
    await ward.quiet()
    assert ward.entries() == 2
    assert NOT_KEPT not in phone.texts


async def test_a_list_is_shown_meanwhile_and_nothing_below_it_is_kept_then_or_later(ward: Ward) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    with locked(ward.path):
        phone.send("/recent")
        await phone.sees("Recent screenings")
        phone.send("45")
        await phone.sees(KEPT_NOTHING)
    await ward.says(phone, "45")
    await ward.restart()
    await ward.says(phone, "45")
    assert ward.entries() == 1
    assert sum(KEPT_NOTHING in text for text in phone.texts) == 3
    assert NOT_KEPT not in phone.texts


async def test_what_a_yes_or_no_answers_is_asked_only_when_the_file_knows_of_it(ward: Ward) -> None:
    """After a kill a *no* to *Cancel?* would else answer the question before."""
    phone = ward.member()
    await ward.says(phone, "/new", "45", "male", "unknown")
    standing = ward.entries()
    with locked(ward.path):
        phone.send("/cancel")
        await asyncio.sleep(0.3)
        assert not any("Cancel S01-0001?" in text for text in phone.texts)
        await ward.stop()
    await ward.start()
    await phone.sees("Cancel S01-0001?")
    await ward.says(phone, "no")
    assert ward.entries() == standing


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def asked(port: int, host: str | None = None) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS_SECONDS)
    connection.request("GET", "/healthz", headers={} if host is None else {"Host": host})
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status, said


async def test_health_is_told_and_a_stop_obeyed_while_another_process_holds_the_file(tmp_path: Path) -> None:
    path, port = tmp_path / "bot.db", free_port()
    invite_all(path, [1001])
    async with FaultyBotApi(token=TOKEN) as server:
        phone = server.person(1001)
        process = await started(server, path, "--healthz", str(port))
        await polled(server)
        phone.send("/new")
        await phone.sees("Age in completed years")
        holder = await asyncio.create_subprocess_exec(
            sys.executable, "-c", HOLDER, str(path), stdin=PIPE, stdout=PIPE
        )
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        phone.send("45")
        phone.send("/help")
        for _ in range(5):
            status, _ = await asyncio.to_thread(asked, port)
            assert status in (200, 503)
        process.terminate()
        await ended(process)
        await holder.communicate(b"")
        assert process.returncode == 0
        assert len(server.world.updates) == 2, "nothing was acknowledged that was not kept"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 503),
        ("localhost:9999", 503),
        ("[::1]:80", 503),
        ("LOCALHOST", 503),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("", 403),
        ("localhost@evil", 403),
        ("0.0.0.0", 403),
        ("localhost:", 403),
    ],
)
async def test_health_is_told_only_to_who_asks_for_this_machine(
    tmp_path: Path, host: str, status: int
) -> None:
    path, port = tmp_path / "bot.db", free_port()
    invite_all(path, [1001])
    runner = await serve_health(path, port)
    try:
        assert (await asyncio.to_thread(asked, port, host))[0] == status
    finally:
        await runner.cleanup()


async def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with FaultyBotApi(token=TOKEN) as server:
            process = await started(server, tmp_path / "bot.db", "--healthz", str(taken.getsockname()[1]))
            _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"--healthz" in errors
    assert b"Traceback" not in errors
