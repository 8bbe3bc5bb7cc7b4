"""Old files, and readers while others write."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bot.telegram.healthz import serve_health
from dialogs.loading import load
from state import database, schema
from state.database import open_database
from state.exports import export
from state.screenings import Screenings
from state.status import beat, heartbeat_file, status
from state.verify import verify
from tests.state.sample_file import answer_all, make_file


def test_an_older_file_is_migrated_with_a_copy_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_file(tmp_path / "a.db")
    newer = Migrations("prescreen")
    newer._migrations = [*schema.migrations._migrations]

    @newer()
    def add_a_note(db: Database) -> None:
        db.execute("CREATE TABLE notes (text TEXT) STRICT")

    monkeypatch.setattr(database, "migrations", newer)
    db = open_database(path)
    assert "notes" in db.table_names()
    db.close()
    copy = tmp_path / "a.db.before-add_a_note"
    assert copy.stat().st_mode & 0o777 == 0o600
    monkeypatch.undo()
    assert verify(copy).problems == ()


def test_exports_while_others_write_are_consistent_and_block_nobody(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    db = open_database(path)
    screenings, protocol = Screenings(db), load("NCT04420494")

    async def write() -> None:
        for _ in range(6):
            screening = screenings.start(protocol, "S01-P01", "S01", zone="UTC", channel="test")
            answer_all(screenings, screening, "S01-P01")
            await asyncio.sleep(0)

    async def read() -> list[int]:
        found = []
        for index in range(6):
            done = await asyncio.to_thread(export, path, "log", tmp_path / f"{index}.jsonl")
            lines = (tmp_path / f"{index}.jsonl").read_text(encoding="utf-8").splitlines()
            assert len([json.loads(line) for line in lines]) == done.rows
            found.append(done.rows)
        return found

    async def both() -> list[int]:
        _, rows = await asyncio.gather(write(), read())
        return rows

    rows = asyncio.run(both())
    assert rows == sorted(rows)
    db.close()
    assert verify(path).problems == ()


async def test_the_status_says_whether_the_bot_polls(tmp_path: Path, unused_tcp_port: int) -> None:
    path = make_file(tmp_path / "a.db")
    runner = await serve_health(path, unused_tcp_port)
    try:
        async with ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{unused_tcp_port}/healthz") as answer:
                assert answer.status == 503
            beat(path, 1.0, 0.0)
            async with session.get(f"http://127.0.0.1:{unused_tcp_port}/healthz") as answer:
                assert answer.status == 200
                assert (await answer.json())["open_dialogues"] == 1
    finally:
        await runner.cleanup()
    assert status(path).running


@pytest.mark.parametrize(
    "said",
    [
        "null",
        "[]",
        "{",
        '{"at": 5, "since_poll": 1, "queue_age": 0, "process": 1}',
        '{"at": "2026-11-23", "since_poll": "soon", "queue_age": 0, "process": 1}',
        '{"at": "yesterday", "since_poll": 1, "queue_age": 0, "process": 1}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_spoilt_heartbeat_is_none(tmp_path: Path, said: str) -> None:
    path = make_file(tmp_path / "a.db")
    heartbeat_file(path).write_bytes(said.encode("utf-8", "surrogateescape"))
    assert (status(path).heartbeat, status(path).running) == (None, False)
