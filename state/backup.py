"""Backups of a file in use: SQLite's online copy, verified, under a name that says when; and the way back.

A backup is two entries of the register: one that the copy holds itself, and one after it was verified and stands in its
place. Only the second counts as a backup that was made.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from state import register
from state.database import connect, writing
from state.errors import Damaged, Missing, StateError, Taken, translate
from state.moments import Clock, utc_now
from state.register import meta
from state.targets import (
    check_target,
    create_private,
    exclusive,
    files_of,
    free_name,
    put_back,
    put_in_place,
    remove,
)
from state.verify import Report, verify

PAGES: Final = 256
"""Pages copied at a time: others write between."""
_MOMENT: Final = "%Y%m%dT%H%M%SZ"


def back_up(
    database: Path, target: Path, *, by: str | None = None, force: bool = False, clock: Clock = utc_now
) -> str:
    """Copy the file while it is in use and verify the copy; returns the chain head that the copy ends with.

    With `force` an earlier copy of the same file is replaced, or a file that is no database. Raises `Taken`, `InUse`,
    `NotKept`, or `Damaged` if the copy does not verify; then all is as before, and the register tells of no backup.
    """
    _check_may_stand(database, target, force=force)
    with _exclusively(target):
        pass
    source = connect(database)
    with closing(source.conn), _beside(target) as temporary:
        head = _enter(source, clock, "backup", target.name, by, {"verified": "by a later entry"})
        with closing(sqlite3.connect(temporary)) as copy:
            source.conn.backup(copy, pages=PAGES)
        _check(temporary, f"the copy of {database}")
        with _exclusively(target):
            _replace(temporary, target)
        _enter(source, clock, "backup verified", target.name, by, {"head": head})
    return head


def _enter(
    db: Database, clock: Clock, kind: str, name: str, by: str | None, detail: Mapping[str, str]
) -> str:
    with writing(db):
        return register.enter(db, clock(), kind, name, by, detail)


def _check_may_stand(database: Path, target: Path, *, force: bool) -> None:
    """Raise `Taken` if no copy may be put there; a database is only replaced if it is an earlier copy of this one."""
    check_target(target, databases=[database], force=force, over_database=True)
    if not target.exists():
        left = [file.name for file in files_of(target) if file.exists()]
        if left and not force:
            raise Taken(f"{target}: {left[0]} lies there; please choose another name, or add --force")
        return
    if not _is_copy(target, database):
        check_target(target, force=force)
    elif not _holds_all_of(database, target):
        raise Taken(f"{target} holds what {database} does not have (it is newer); please choose another name")


def _is_copy(file: Path, database: Path) -> bool:
    """Say whether a file holds what the database held at some time. Raises `Taken` if it holds other screenings."""
    try:
        theirs = _origin(file)
    except StateError:
        return False
    if theirs != _origin(database):
        raise Taken(f"{file} holds other screenings than {database}; please choose another name")
    return True


def _holds_all_of(database: Path, copy: Path) -> bool:
    """Say whether the file's register holds the newest entry of a copy, so that replacing the copy loses nothing."""
    head, db = head_of(copy), connect(database, read_only=True)
    with closing(db.conn):
        return not head or bool(db.execute("SELECT 1 FROM register WHERE hash = ?", [head]).fetchone())


def _origin(file: Path) -> str | None:
    db = connect(file, read_only=True)
    with closing(db.conn):
        return meta(db, "origin")


def restore(
    backup: Path, database: Path, *, force: bool = False, clock: Clock = utc_now
) -> tuple[Report, Path | None]:
    """Put a backup in the place of the file, verified before and after; what stood there is kept aside, whole.

    Returns what was restored, and where the former file is now. Raises `Taken` without `force`, `InUse` while anybody
    has the file open, and `Damaged` for a backup that does not verify; then all is as before.
    """
    database = database.resolve()
    _check_may_restore(backup, database, force=force)
    report = _check(backup, backup)
    aside = free_name(database.with_name(f"{database.name}.before-restore-{_moment(clock)}"))
    with _exclusively(database), _beside(database) as temporary:
        _copy(backup, temporary)
        _check(temporary, f"the copy of {backup}")
        moved = put_in_place(temporary, database, aside)
        try:
            report = _check(database, database)
        except BaseException:
            remove(database)
            put_back(moved)
            raise
    return report, aside if moved else None


def _check_may_restore(backup: Path, database: Path, *, force: bool) -> None:
    """Raise `Missing` or `Taken` if the backup may not be put there."""
    if not backup.exists():
        raise Missing(f"{backup}: there is no such file")
    if database.exists() and backup.samefile(database):
        raise Taken(f"{backup} is the file itself; please name a backup of it")
    if database.is_dir():
        raise Taken(f"{database} is a folder")
    if database.exists() and not force:
        raise Taken(f"{database} exists; please stop the bot and add --force, which keeps it aside")


def _copy(backup: Path, target: Path) -> None:
    with closing(connect(backup, read_only=True).conn) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _check(file: Path, called: str | Path) -> Report:
    report = verify(file)
    if report.problems:
        raise Damaged(f"{called} does not verify: {report.problems[0]}")
    return report


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Yield an empty private file beside the target, removed if it is still there at the end."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        remove(temporary)
        create_private(temporary)
        yield temporary
    except (sqlite3.Error, OSError) as error:
        raise translate(error, target) from error
    finally:
        with suppress(OSError):
            remove(temporary)


@contextmanager
def _exclusively(database: Path) -> Iterator[None]:
    """Hold a database, or what is left of one, so that nobody else has it open; errors are those of `state`."""
    try:
        with exclusive(database):
            yield
    except OSError as error:
        raise translate(error, database) from error


def _replace(temporary: Path, target: Path) -> None:
    """Put a verified copy in the place of an earlier one, and remove that with all that stands beside it."""
    former = target.with_name(f".{target.name}.{os.getpid()}.old")
    put_in_place(temporary, target, former)
    remove(former)


def nightly(database: Path, folder: Path, keep: int, clock: Clock = utc_now) -> Path:
    """Make a backup named after the file and the moment; of those made so of this file, keep the newest `keep`."""
    try:
        return _nightly(database, folder, keep, clock)
    except OSError as error:
        raise translate(error, folder) from error


def _nightly(database: Path, folder: Path, keep: int, clock: Clock) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{database.name}-{_moment(clock)}.db"
    back_up(database, target, clock=clock)
    for old in _made_before(database, folder)[:-keep]:
        _remove_backup(database, old)
    return target


def head_of(backup: Path) -> str:
    """Return the head that a backup ends with."""
    db = connect(backup, read_only=True)
    try:
        return register.head(db) or ""
    finally:
        db.conn.close()


def _made_before(database: Path, folder: Path) -> list[Path]:
    """List the nightly backups by their exact names, the oldest first."""
    name = re.compile(re.escape(database.name) + r"-(\d{8}T\d{6}Z)\.db")
    found = []
    for file in folder.iterdir():
        match = name.fullmatch(file.name)
        if match and not file.is_symlink() and file.is_file():
            with suppress(ValueError):
                found.append((datetime.strptime(match[1], _MOMENT).replace(tzinfo=UTC), file))
    return [file for _, file in sorted(found)]


def _remove_backup(database: Path, old: Path) -> None:
    """Remove an outdated backup, if it is one of this file and nobody has it open."""
    with suppress(StateError, OSError):
        if _is_copy(old, database):
            with exclusive(old):
                remove(old)


def _moment(clock: Clock) -> str:
    return clock().astimezone(UTC).strftime(_MOMENT)
