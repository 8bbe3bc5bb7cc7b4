"""Opens the SQLite file: private to its owner, durable, migrated, and refused in words where it cannot be used.

A clinical answer is on the disk before anyone is told (``synchronous=FULL``). Whoever reads and then writes
does so in an immediate transaction, so that "database is locked" can only come at its beginning.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from state.chain import link
from state.errors import Damaged, InUse, Missing, Newer, translate
from state.moments import Clock, stamp, utc_now
from state.schema import migration_names, migrations
from state.targets import PRIVATE, create_private, exclusive, files_of, free_name, remove

BUSY_SECONDS: Final = 5
ENOUGH_TABLES: Final = 3
"""By so many of our tables a file is known as ours, also where somebody took one away: `verify` tells which."""

_OUR_TABLES: Final = """
SELECT count(*) FROM sqlite_master
WHERE type = 'table' AND name IN ('meta', 'screenings', 'log', 'register', 'verdicts', 'positions')
"""

LOG = logging.getLogger(__name__)


def open_database(path: Path | str, clock: Clock = utc_now) -> Database:
    """Open the file, making it if there is none and migrating it if it is older.

    An older file is copied to ``<name>.before-<migration>`` first. A file that is not ours is only read.
    Raises `NotKept`, `Damaged` or `Newer`.
    """
    path = Path(path)
    there = path.exists()
    try:
        if _make(path):
            _make_private(path)
        return _open(path, clock)
    except (sqlite3.Error, OSError) as error:
        if not there:
            remove(path.resolve())
        raise translate(error, path) from error


def _open(path: Path, clock: Clock) -> Database:
    db = _connect(path)
    try:
        _migrate(db, path, clock)
    except BaseException:
        db.conn.close()
        raise
    return db


def _make(path: Path) -> bool:
    """Make an empty file if there is none; say whether there is one of ours."""
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        refuse_leftovers(path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        create_private(path.resolve())
        return False
    if path.is_file() and not path.stat().st_size:
        return False
    check_ours(path)
    return True


def refuse_leftovers(path: Path) -> None:
    """Raise `Damaged` if the log of a former file stands beside a name that has no file, or an empty one."""
    wal = files_of(path.resolve())[1]
    if wal.exists() and wal.stat().st_size:
        raise Damaged(
            f"{path} is gone, and {wal.name} beside it may hold answers of it; "
            "please restore a backup, which keeps that aside, or move it away"
        )


def _make_private(path: Path) -> None:
    """Let only its owner read the file; log it if others could."""
    if path.stat().st_mode & 0o077:
        for file in files_of(path):
            with suppress(FileNotFoundError):
                file.chmod(PRIVATE)
        LOG.warning("%s could be read by others on this machine; now only its owner can.", path)


def connect(path: Path | str, *, read_only: bool = False) -> Database:
    """Connect to a file of ours without touching the schema.

    Raises `Missing`, or `Damaged` for a file that is not ours, which is left as it was.
    """
    path = Path(path)
    try:
        check_ours(path)
        return _connect_to_read(path) if read_only else _connect(path)
    except (sqlite3.Error, OSError) as error:
        raise translate(error, path) from error


def path_of(db: Database) -> Path:
    """Return the path of the file that a connection is open on."""
    return Path(db.execute("PRAGMA database_list").fetchone()[2])


def forbid_writing(connection: sqlite3.Connection) -> None:
    """Make every statement that would write fail on this connection, however it was opened."""
    connection.execute("PRAGMA query_only=ON")


def patience(db: Database, seconds: float) -> None:
    """Wait at most so long for another process that writes, from now on."""
    db.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def check_ours(path: Path) -> None:
    """Read whether a file is ours, and leave nothing beside it. Raises `Missing` or `Damaged`."""
    if not path.exists():
        raise Missing(f"{path}: there is no such file")
    if not path.is_file():
        raise Damaged(f"{path} is not a file")
    _, wal, shm, _ = files_of(path)
    waiting = wal.exists() and wal.stat().st_size > 0
    made_shm = waiting and not shm.exists()
    if _count_tables(path, "mode=ro" if waiting else "mode=ro&immutable=1") >= ENOUGH_TABLES:
        return
    if made_shm:
        with suppress(InUse), exclusive(path):
            shm.unlink(missing_ok=True)
    raise Damaged(f"{path} is not a file of screenings")


def _count_tables(path: Path, how: str) -> int:
    """Count those of our tables that a file has. Raises `Damaged`, or `sqlite3.Error`."""
    try:
        with closing(_plain(path, how)) as connection:
            (tables,) = connection.execute(_OUR_TABLES).fetchone()
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise Damaged(f"{path} is not a database") from error
        raise
    except UnicodeDecodeError as error:  # SQLite quotes the bytes that it cannot read; Python cannot either
        raise Damaged(f"{path} is damaged: what its tables are cannot be read") from error
    return int(tables)


def _connect(path: Path) -> Database:
    with _leaving_nothing(path):
        db = Database(_plain(path, "mode=rw"))
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return _set_up(db)
        except BaseException:
            db.conn.close()
            raise


@contextmanager
def _leaving_nothing(path: Path) -> Iterator[None]:
    """Remove what SQLite put beside the file if connecting to it fails."""
    _, wal, shm, _ = files_of(path.resolve())
    stood = wal.exists() or shm.exists()
    try:
        yield
    except sqlite3.Error:
        if not stood:
            with suppress(InUse, OSError), exclusive(path.resolve()):
                shm.unlink(missing_ok=True)
                if wal.exists() and not wal.stat().st_size:
                    wal.unlink()
        raise


def _connect_to_read(path: Path) -> Database:
    """Connect to read. Where nothing stood beside the file, nothing is left there."""
    wal = files_of(path)[1]
    if wal.exists():
        return _set_up(Database(_plain(path, "mode=ro")))
    try:
        with _leaving_nothing(path):
            return _set_up(Database(_plain(path, "mode=ro", keeper=_plain(path, "mode=rw"))))
    except sqlite3.OperationalError as error:
        if "locked" in str(error):  # somebody writes: what is half written is not read
            raise
        # a read-only folder, a full disk: nobody writes there
        return _set_up(Database(_plain(path, "mode=ro&immutable=1")))


class _Connection(sqlite3.Connection):
    """A connection. Its keeper can write and does not: closed last, it removes what SQLite put beside the file."""

    keeper: sqlite3.Connection | None = None

    def close(self) -> None:
        super().close()
        if self.keeper is not None:
            self.keeper.close()


def _plain(path: Path, how: str, keeper: sqlite3.Connection | None = None) -> _Connection:
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?{how}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=True,
            factory=_Connection,
        )
        connection.keeper = keeper
        if keeper is not None:
            keeper.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        if keeper is not None:
            keeper.close()
        raise
    return connection


def _set_up(db: Database) -> Database:
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA foreign_keys=ON")
    return db


def _migrate(db: Database, path: Path, clock: Clock) -> None:
    applied = {migration.name for migration in migrations.applied(db)}
    pending = [migration.name for migration in migrations.pending(db)]
    newer = sorted(applied - migration_names())
    if newer:
        raise Newer(f"{path} was written by a newer version (it has {', '.join(newer)})")
    if not applied and db.table_names():
        raise Damaged(f"{path} is not a file of screenings")
    if not pending:
        return
    if applied:
        _copy_aside(db, path, pending[0])
    migrations.apply(db)
    if not applied:
        _begin(db, clock)


def _begin(db: Database, clock: Clock) -> None:
    """Write into a new file what it says of itself."""
    facts = {"origin": secrets.token_hex(8), "created_at": stamp(clock()), "salt": secrets.token_hex(16)}
    facts["positions"] = link("", list(facts.values()))
    with writing(db):
        db.conn.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())


def _copy_aside(db: Database, path: Path, migration: str) -> None:
    """Keep the file as it was beside the migrated one; what an earlier migration kept stays."""
    copy = free_name(path.with_name(f"{path.name}.before-{migration}"))
    create_private(copy)
    try:
        with closing(sqlite3.connect(copy)) as target:
            db.conn.backup(target)
    except BaseException:
        remove(copy)
        raise


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
