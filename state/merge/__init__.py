"""Brings the files of several sites together into one, for a network's office. Nothing is believed unchecked.

Every file's chains are computed anew first. A log, or a register, that is the beginning of another is an older
copy, and the longer one is taken; anything else that differs under the same name is a conflict, and then
nothing at all is merged. What comes out depends neither on the order of the files nor on repeats.

Accounts and invitations stay at their sites. What a file records as purged is not brought back by another.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from state import purge, register
from state.columns import insert
from state.database import connect, open_database, refuse_leftovers, writing
from state.errors import Damaged, translate
from state.merge.checked import Log, Source, check
from state.merge.union import (
    ENTRIES,
    MERGED_OF_POSITIONS,
    POSITION,
    VERDICTS,
    Conflict,
    check_links,
    rows_of,
    unite,
)
from state.moments import Clock, utc_now
from state.register import meta
from state.targets import check_target, remove

_PUT_PERSON: Final = (
    "INSERT INTO people (code, role, site, status, language, notified, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (code) DO UPDATE SET role = excluded.role, site = excluded.site,"
    " status = excluded.status, language = excluded.language, notified = excluded.notified"
)
_PUT_POSITION: Final = (
    f"INSERT OR REPLACE INTO positions ({MERGED_OF_POSITIONS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merged file holds now, and how much of it is new."""

    files: int
    sites: int
    people: int
    screenings: int
    added: int
    extended: int
    purged: int
    erased: bool


def merge(paths: Sequence[Path], into: Path, clock: Clock = utc_now) -> Merged:
    """Merge the files into `into`, which is made if there is none; all or nothing.

    Raises `Damaged` if a chain is broken, `Conflict` if histories differ, or what `open_database` raises.
    """
    target = into.resolve()
    inputs = sorted({path.resolve(): path for path in paths if path.resolve() != target}.items())
    fresh = not target.exists() or target.stat().st_size == 0
    check_target(target, force=True, over_database=True)
    if fresh:
        refuse_leftovers(target)
    work = target.with_name(f".{target.name}.{os.getpid()}.part") if fresh else target
    try:
        with ExitStack() as stack:
            sources = [check(str(path), stack.enter_context(_reading(path))) for _, path in inputs]
            db = open_database(work, clock)
            stack.callback(db.close)
            merged = _merge_into(db, str(into), sources, fresh=fresh)
        if fresh:
            work.replace(target)
    except OSError as error:
        raise translate(error, into) from error
    finally:
        if fresh:
            remove(work)
    return merged


@contextmanager
def _reading(path: Path) -> Iterator[Database]:
    """Open a file to read one state of it, whoever goes on writing it."""
    try:
        db = connect(path, read_only=True)
        try:
            db.execute("BEGIN")
            yield db
        finally:
            db.close()
    except sqlite3.Error as error:
        raise Damaged(f"{path} cannot be merged: {translate(error)} ({error})") from error


def _merge_into(db: Database, name: str, sources: list[Source], *, fresh: bool) -> Merged:
    if not fresh and meta(db, "origin") != register.MERGED:
        raise Conflict(f"{name} is a site's own file; merge into a new one")
    db.execute("PRAGMA secure_delete=ON")
    try:
        with writing(db):
            if fresh:
                db.execute("UPDATE meta SET value = ? WHERE key = 'origin'", [register.MERGED])
                register.recompute_total(db)
            union = check(name, db)
            before = {number: log.entries for number, log in union.logs.items()}
            gone = _unite(union, sources)
            _write(db, union, before)
            erased = [number for number in gone if number in before]
            if erased:
                purge.erase(db, erased)
    except sqlite3.IntegrityError as error:
        raise Conflict(f"the files do not fit together: {error}") from error
    return _merged(union, sources, before, gone, wiped=purge.wipe(db) if erased else True)


def _unite(union: Source, sources: list[Source]) -> list[str]:
    """Unite the files, leave out what any of them has purged, and return the numbers of that."""
    for source in sources:
        unite(union, source)
    gone = [number for number in union.logs if number in union.purged]
    for number in gone:
        del union.logs[number]
    check_links(union)
    return gone


def _merged(
    union: Source, sources: list[Source], before: Mapping[str, int], gone: list[str], *, wiped: bool
) -> Merged:
    return Merged(
        files=len(sources),
        sites=len(union.sites),
        people=len(union.people),
        screenings=len(union.logs),
        added=sum(number not in before for number in union.logs),
        extended=sum(0 < before.get(number, 0) < log.entries for number, log in union.logs.items()),
        purged=len(gone),
        erased=wiped,
    )


# writing ------------------------------------------------------------------------------------------------


def _write(db: Database, union: Source, before: Mapping[str, int]) -> None:
    """Write what the merged file does not have yet, within the caller's transaction; `before` are its logs' lengths."""
    db.execute("PRAGMA defer_foreign_keys=ON")
    run = db.conn.executemany
    run("INSERT OR REPLACE INTO sites VALUES (?, ?, ?)", union.sites.values())
    people = union.people.items()
    run(_PUT_PERSON, [(code, *changing[1:], fixed[1]) for code, (fixed, changing) in people])
    fresh = [log for number, log in union.logs.items() if number not in before]
    for log in fresh:
        _keep_protocol(db, log)
    run(insert("screenings"), [log.row for log in fresh])
    for number, log in union.logs.items():
        if log.entries != before.get(number, 0):
            _write_log(db, log, before.get(number, 0))
    for origin, rows in union.register.items():
        (known,) = db.execute("SELECT count(*) FROM register WHERE origin = ?", [origin]).fetchone()
        run(insert("register"), rows[known:])
    register.recompute_total(db)


def _write_log(db: Database, log: Log, after: int) -> None:
    """Write the entries of a log after those that the merged file has, and where it stands now."""
    run = db.conn.executemany
    run(insert("log"), rows_of(log, ENTRIES, after))
    run(insert("verdicts"), rows_of(log, VERDICTS, after))
    run(_PUT_POSITION, rows_of(log, POSITION))


def _keep_protocol(db: Database, log: Log) -> None:
    row = log.source.db.execute(
        "SELECT sha256, id, version, text FROM protocols WHERE sha256 = ?", [log.row[3]]
    ).fetchone()
    db.execute("INSERT INTO protocols VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", list(row))


__all__ = ["Conflict", "Merged", "merge"]
