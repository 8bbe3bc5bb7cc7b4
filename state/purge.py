"""Removes screenings whose time is over: a recorded act, after which their content is no longer in the file.

The register keeps what was removed: each number with the end of its chain. Numbers are not given out again.
A protocol text goes with the last screening that used it.
A screening that a kept one follows is kept with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from sqlite_utils import Database

from state import append_only, register
from state.database import writing
from state.moments import Clock, stamp, utc_now

_GUARDED: Final = ("protocols", "screenings", "log", "verdicts")
_TOUCHED: Final = """
SELECT s.number, s.earlier, p.head, g.state, (SELECT max(at) FROM log l WHERE l.screening = s.number) < ?
FROM screenings s
JOIN positions p ON p.screening = s.number
JOIN standing g ON g.screening = s.number
ORDER BY s.site, s.sequence
"""
"""Every screening; the last column says whether its last entry is older than a moment."""
_DELETES: Final = (
    "UPDATE people SET current = NULL WHERE current = ?",
    "DELETE FROM verdicts WHERE screening = ?",
    "DELETE FROM positions WHERE screening = ?",
    "UPDATE asked SET screening = '', entry = 0 WHERE screening = ?",
    "DELETE FROM prompts WHERE screening = ?",
    "DELETE FROM log WHERE screening = ?",
    "DELETE FROM screenings WHERE number = ?",
)


@dataclass(frozen=True, slots=True)
class Due:
    """What was last touched before a day: to be removed, or kept since a kept screening follows it."""

    before: str
    heads: dict[str, str]
    """The numbers to be removed -> the end of the chain of each."""
    unfinished: int
    """How many of them were never saved or cancelled."""
    linked: tuple[str, ...]
    newer: int
    """How many screenings are kept because they were touched later."""


@dataclass(frozen=True, slots=True)
class Purged:
    due: Due
    erased: bool
    """Whether the content is gone from the file and its log, too: false if somebody else is reading it."""


def due(db: Database, before: date) -> Due:
    """Say which screenings had their last entry before the beginning of that day (UTC)."""
    limit = stamp(datetime.combine(before, time(), UTC))
    rows = db.execute(_TOUCHED, [limit]).fetchall()
    old = {number for number, *_, over in rows if over}
    linked = _linked({number: earlier for number, earlier, *_ in rows}, old)
    gone = [row for row in rows if row[0] in old - linked]
    return Due(
        before.isoformat(),
        {row[0]: row[2] for row in gone},
        sum(row[3] == "open" for row in gone),
        tuple(row[0] for row in rows if row[0] in linked),
        len(rows) - len(old),
    )


def _linked(earlier: Mapping[str, str | None], old: Set[str]) -> set[str]:
    """Return the old screenings that a newer one follows, directly or by others between them."""
    linked: set[str] = set()
    for number in earlier.keys() - old:
        before_it = earlier[number]
        while before_it is not None and before_it not in linked:
            if before_it in old:
                linked.add(before_it)
            before_it = earlier.get(before_it)
    return linked


def purge(db: Database, before: date, person: str | None = None, clock: Clock = utc_now) -> Purged:
    """Enter in the register what is due, and remove it, in one transaction. Nothing is entered if nothing is due."""
    db.execute("PRAGMA secure_delete=ON")
    with writing(db):
        found = due(db, before)
        if found.heads:
            detail = {"before": found.before, "count": len(found.heads), "screenings": found.heads}
            at = clock()
            for site, last in _last_of_each_site(found.heads).items():
                register.enter(db, at, "numbers", site, person, {"last": last})
            register.enter(db, at, "purge", None, person, detail)
            erase(db, found.heads)
    return Purged(found, wipe(db) if found.heads else True)


def _last_of_each_site(numbers: Iterable[str]) -> dict[str, int]:
    """Return the highest number of each site; the register keeps it, so that no number is given out again."""
    last: dict[str, int] = {}
    for number in numbers:
        site, _, sequence = number.rpartition("-")
        last[site] = max(last.get(site, 0), int(sequence))
    return last


def erase(db: Database, numbers: Iterable[str]) -> None:
    """Delete screenings with all that hangs on them, within the caller's transaction."""
    numbers = list(numbers)
    db.execute("PRAGMA defer_foreign_keys=ON")
    for table in _GUARDED:
        append_only.allow(db, table)
    for statement in _DELETES:
        db.conn.executemany(statement, [(number,) for number in numbers])
    db.execute("DELETE FROM protocols WHERE sha256 NOT IN (SELECT protocol FROM screenings)")
    register.recompute_total(db)
    for table in _GUARDED:
        append_only.refuse(db, table)


def wipe(db: Database) -> bool:
    """Take what was deleted out of the file and out of the log beside it; says whether that was possible now."""
    try:
        db.execute("VACUUM")
        (busy, _, _) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:  # somebody writes, or the disk is full; the deletion itself is kept
        return False
    return not busy
