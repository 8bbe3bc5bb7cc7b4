"""Reports how the service is: what `prescreen status` and ``/healthz`` say. Numbers and states, nothing clinical."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from state import register
from state.database import connect, patience
from state.errors import translate
from state.moments import Clock, stamp, utc_now
from state.targets import check_target, create_private

STALE_SECONDS: Final = 120.0
"""A heartbeat older than this means that the bot does not run, or does not reach Telegram."""

LOOK_SECONDS: Final = 0.5
"""How long a look waits for whoever holds the file."""

_LAST_BACKUP: Final = (
    "SELECT max(at) FROM register WHERE kind = 'backup verified' OR kind = 'backup' AND detail IS NULL"
)
"""Files of earlier versions know only one entry a backup."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a running bot leaves beside the file: when, since when it polled, how long the oldest update waits."""

    at: str
    since_poll: float | None
    queue_age: float
    process: int


@dataclass(frozen=True, slots=True)
class Status:
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
    """Leave a heartbeat; written whole or not at all, never through a link or over a database. Raises `Taken`."""
    file = heartbeat_file(database)
    check_target(file, databases=[database], force=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.part")
    said = Heartbeat(stamp(clock()), since_poll, round(queue_age, 3), os.getpid())
    temporary.unlink(missing_ok=True)
    create_private(temporary)
    temporary.write_text(json.dumps(asdict(said)), encoding="utf-8")
    temporary.replace(file)


def status(database: Path, clock: Clock = utc_now) -> Status:
    """Return how a file is, and the bot that uses it. Raises `StateError` if it cannot be read."""
    db = connect(database, read_only=True)
    patience(db, LOOK_SECONDS)
    try:
        (screenings,) = db.execute("SELECT count(*) FROM screenings WHERE sequence > 0").fetchone()
        (living,) = db.execute(
            "SELECT count(*) FROM positions p JOIN screenings s ON s.number = p.screening"
            " WHERE p.state NOT IN ('completed', 'cancelled') AND s.sequence > 0"
        ).fetchone()
        (last,) = db.execute(_LAST_BACKUP).fetchone()
        head = register.head(db)
    except sqlite3.Error as error:
        raise translate(error, database) from error
    finally:
        db.conn.close()
    seen = _heartbeat(database)
    fresh = seen is not None and _seconds_since(seen.at, clock) < STALE_SECONDS
    polled = seen is not None and seen.since_poll is not None and seen.since_poll < STALE_SECONDS
    free = shutil.disk_usage(database.resolve().parent).free
    return Status(screenings, living, head, last, free, database.stat().st_size, seen, fresh and polled)


def _heartbeat(database: Path) -> Heartbeat | None:
    """Read the heartbeat; ``None`` if there is none, or if it is malformed."""
    try:
        said = Heartbeat(**json.loads(heartbeat_file(database).read_text(encoding="utf-8")))
        numbers = (said.queue_age, said.process, *([] if said.since_poll is None else [said.since_poll]))
        datetime.fromisoformat(said.at).astimezone(UTC)
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    return said if all(isinstance(number, int | float) for number in numbers) else None


def _seconds_since(at: str, clock: Clock) -> float:
    return (clock() - datetime.fromisoformat(at).astimezone(UTC)).total_seconds()
