"""Opens the SQLite file: private to its owner, durable, migrated, and refused in words where it cannot be used.

A clinical answer is on the disk before anyone is told (``synchronous=FULL``). Whoever reads and then writes
does so in an immediate transaction, so that "database is locked" can only come at its beginning.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from state.errors import Damaged, Newer, NotKept, translate
from state.schema import migrations

BUSY_SECONDS: Final = 5
PRIVATE: Final = 0o600

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock that is used unless another is given."""
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """Write a moment as UTC with milliseconds: ``2026-11-23T04:20:00.123Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def open_database(path: Path | str, clock: Clock = utc_now) -> Database:
    """Open the file, making it if there is none and migrating it if it is older.

    An older file is copied to ``<name>.before-<migration>`` first. Raises `NotKept`, `Damaged` or `Newer`.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE))
        db = connect(path)
        _migrate(db, path, clock)
    except (sqlite3.Error, OSError) as error:
        raise translate(error) from error
    return db


def connect(path: Path | str, *, read_only: bool = False) -> Database:
    """Connect without touching the schema."""
    target = f"{Path(path).resolve().as_uri()}{'?mode=ro' if read_only else '?mode=rw'}"
    connection = sqlite3.connect(
        target, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=True
    )
    db = Database(connection)
    if not read_only:
        db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA foreign_keys=ON")
    return db


def _migrate(db: Database, path: Path, clock: Clock) -> None:
    applied = {migration.name for migration in migrations.applied(db)}
    pending = [migration.name for migration in migrations.pending(db)]
    ours = {migration.name for migration in migrations._migrations}
    if applied - ours:
        raise Newer(f"{path} was written by a newer version (it has {', '.join(sorted(applied - ours))})")
    if not applied and db.table_names():
        raise Damaged(f"{path} is a database of something else")
    if not pending:
        return
    if applied:
        _copy_aside(db, path, pending[0])
    migrations.apply(db)
    if not applied:
        with writing(db):
            for key, value in (("origin", secrets.token_hex(8)), ("created_at", stamp(clock()))):
                db.execute("INSERT INTO meta VALUES (?, ?)", [key, value])


def _copy_aside(db: Database, path: Path, migration: str) -> None:
    """Keep the file as it was beside the migrated one."""
    copy = path.with_name(f"{path.name}.before-{migration}")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy2(path, copy)
    copy.chmod(PRIVATE)


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """An immediate transaction: committed as a whole when the block ends, else nothing of it is.

    Raises `NotKept` or `Damaged` for what SQLite refuses.
    """
    try:
        db.conn.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise translate(error) from error
    try:
        yield db
        db.conn.execute("COMMIT")
    except sqlite3.IntegrityError:
        _roll_back(db)
        raise
    except sqlite3.Error as error:
        _roll_back(db)
        raise translate(error) from error
    except BaseException:
        _roll_back(db)
        raise


def _roll_back(db: Database) -> None:
    if db.conn.in_transaction:
        db.conn.execute("ROLLBACK")


def meta(db: Database, key: str) -> str | None:
    """Look up a fact about the file itself."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    return row[0] if row else None


__all__ = ["Clock", "NotKept", "connect", "meta", "open_database", "stamp", "utc_now", "writing"]
