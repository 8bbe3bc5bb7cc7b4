"""How the service is: what `prescreen status` and ``/healthz`` say. Numbers and states, nothing clinical."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from state import register
from state.database import Clock, connect, stamp, utc_now

STALE_SECONDS: Final = 120.0
"""A heartbeat older than this means that the bot does not run, or does not reach Telegram."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a running bot leaves beside the file: when, since when it polled, how long the oldest update waits."""

    at: str
    since_poll: float | None
    queue_age: float
    process: int


@dataclass(frozen=True, slots=True)
class Health:
    screenings: int
    open_dialogues: int
    head: str | None
    last_backup: str | None
    free_bytes: int
    size_bytes: int
    heartbeat: Heartbeat | None
    running: bool


def heartbeat_file(database: Path) -> Path:
    return database.with_name(f"{database.name}.heartbeat")


def beat(database: Path, since_poll: float | None, queue_age: float, clock: Clock = utc_now) -> None:
    """Leave a heartbeat; written whole or not at all."""
    file = heartbeat_file(database)
    temporary = file.with_name(f".{file.name}")
    said = Heartbeat(stamp(clock()), since_poll, round(queue_age, 3), os.getpid())
    temporary.write_text(json.dumps(asdict(said)), encoding="utf-8")
    temporary.replace(file)


def look(database: Path, clock: Clock = utc_now) -> Health:
    """Look at a file and at the bot that serves it. Raises `sqlite3.Error` if it cannot be read."""
    db = connect(database, read_only=True)
    try:
        (screenings,) = db.execute("SELECT count(*) FROM screenings").fetchone()
        (living,) = db.execute(
            "SELECT count(*) FROM positions WHERE state NOT IN ('completed', 'cancelled')"
        ).fetchone()
        (last,) = db.execute("SELECT max(at) FROM register WHERE kind = 'backup'").fetchone()
        head = register.head(db)
    finally:
        db.conn.close()
    seen = _heartbeat(database)
    fresh = seen is not None and _seconds_since(seen.at, clock) < STALE_SECONDS
    polled = seen is not None and seen.since_poll is not None and seen.since_poll < STALE_SECONDS
    free = shutil.disk_usage(database.resolve().parent).free
    return Health(screenings, living, head, last, free, database.stat().st_size, seen, fresh and polled)


def _heartbeat(database: Path) -> Heartbeat | None:
    try:
        return Heartbeat(**json.loads(heartbeat_file(database).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _seconds_since(at: str, clock: Clock) -> float:
    return (clock() - datetime.fromisoformat(at)).total_seconds()
