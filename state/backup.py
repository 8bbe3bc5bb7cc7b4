"""Backups of a file in use: SQLite's online copy, verified, under a name that says when; and the way back."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from state import register
from state.audit import Report, verify
from state.database import PRIVATE, Clock, connect, stamp, utc_now, writing
from state.errors import Damaged, StateError, translate

PAGES: Final = 256
"""Pages copied at a time: others write between."""


class Exists(StateError):  # noqa: N818  (reads as what it says)
    """There is a file already."""


def back_up(
    database: Path, target: Path, *, by: str | None = None, force: bool = False, clock: Clock = utc_now
) -> str:
    """Copy the file while it is in use and verify the copy; gives the chain head that the copy ends with.

    The backup is entered in the register first, so that the copy holds its own entry. Raises `Exists`, `NotKept`,
    or `Damaged` if the copy does not verify (it is removed then).
    """
    if target.exists() and not force:
        raise Exists(f"{target} exists; please choose another name, or --force")
    source = connect(database)
    temporary = target.with_name(f".{target.name}.part")
    try:
        with writing(source):
            head = register.enter(source, clock(), "backup", target.name, by)
        temporary.unlink(missing_ok=True)
        os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY, PRIVATE))
        copy = sqlite3.connect(temporary)
        try:
            source.conn.backup(copy, pages=PAGES)
        finally:
            copy.close()
        report = verify(temporary)
        if report.problems:
            raise Damaged(f"the copy does not verify: {report.problems[0]}")
        temporary.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise translate(error) from error
    finally:
        source.conn.close()
        _remove(temporary)
    return head


def restore(backup: Path, database: Path, *, force: bool = False, clock: Clock = utc_now) -> Report:
    """Put a backup in the place of the file, after verifying it; an existing file is kept aside.

    Raises `Exists` without `force`, and `Damaged` for a backup that does not verify.
    """
    if database.exists() and not force:
        raise Exists(f"{database} exists; stop the bot and use --force, which keeps it aside")
    report = verify(backup)
    if report.problems:
        raise Damaged(f"{backup} does not verify: {report.problems[0]}")
    temporary = database.with_name(f".{database.name}.part")
    source, copy = connect(backup, read_only=True), sqlite3.connect(temporary)
    try:
        source.conn.backup(copy)
        copy.close()
        temporary.chmod(PRIVATE)
        if database.exists():
            aside = database.with_name(f"{database.name}.before-restore-{_moment(clock)}")
            for end in ("", "-wal", "-shm"):
                old = database.with_name(database.name + end)
                if old.exists():
                    old.rename(aside.with_name(aside.name + end))
        temporary.replace(database)
    except (sqlite3.Error, OSError) as error:
        raise translate(error) from error
    finally:
        source.conn.close()
        copy.close()
        _remove(temporary)
    return report


def nightly(database: Path, folder: Path, keep: int, clock: Clock = utc_now) -> Path:
    """Make a backup named after the moment, and remove all but the newest `keep`."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{database.stem}-{_moment(clock)}.db"
    back_up(database, target, force=True, clock=clock)
    for old in sorted(folder.glob(f"{database.stem}-*.db"))[:-keep]:
        old.unlink()
    return target


def _moment(clock: Clock) -> str:
    return stamp(clock())[:19].replace(":", "").replace("-", "") + "Z"


def _remove(file: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
