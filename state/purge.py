"""Removes screenings whose time is over: a recorded act, after which their content is no longer in the file.

The register keeps what was removed: each number with the end of its chain. Numbers are not given out again.
A protocol text goes with the last screening that used it. Of matchings the register keeps no numbers but the last.
A screening that a kept one follows is kept with it, and so is one that came out of a kept matching: that has its
answers, and could make it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from sqlite_utils import Database

from state import append_only, register
from state.codes import is_matching, site_and_sequence
from state.database import writing
from state.moments import Clock, stamp, utc_now
from state.replay import OPENED, USED

_GUARDED: Final = ("protocols", "screenings", "log", "verdicts")
_TOUCHED: Final = """
SELECT s.number, s.earlier, p.head, g.state, (SELECT max(at) FROM log l WHERE l.screening = s.number) < ?
FROM screenings s
JOIN positions p ON p.screening = s.number
LEFT JOIN standing g ON g.screening = s.number
ORDER BY s.site, s.sequence
"""
"""Every screening and matching, which has no state; the last column says whether its last entry is older than that."""
_CAME_OUT: Final = f"SELECT screening, json_extract(detail, '$.screening') FROM log WHERE kind = '{OPENED}'"
"""Of each matching the screenings that came out of it."""
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
    matchings: tuple[str, ...] = ()
    """The numbers of matchings to be removed."""

    @property
    def nothing(self) -> bool:
        return not self.heads and not self.matchings


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
    earlier = [(number, before_it) for number, before_it, *_ in rows if before_it is not None]
    linked = _linked([*earlier, *db.execute(_CAME_OUT)], old)
    gone = [row for row in rows if row[0] in old - linked and not is_matching(row[0])]
    return Due(
        before.isoformat(),
        {row[0]: row[2] for row in gone},
        sum(row[3] == "open" for row in gone),
        tuple(row[0] for row in rows if row[0] in linked),
        sum(not over and not is_matching(number) for number, *_, over in rows),
        tuple(sorted(filter(is_matching, old))),
    )


def _linked(pairs: Iterable[tuple[str, str]], old: Set[str]) -> set[str]:
    """Return the old screenings that a newer one needs, directly or not; of each pair the first needs the other."""
    needed: dict[str, list[str]] = {}
    for number, other in pairs:
        needed.setdefault(number, []).append(other)
    linked: set[str] = set()
    kept = list(needed.keys() - old)
    while kept:
        more = {other for other in needed.get(kept.pop(), ()) if other in old} - linked
        linked |= more
        kept += more
    return linked


def purge(db: Database, before: date, person: str | None = None, clock: Clock = utc_now) -> Purged:
    """Enter in the register what is due, and remove it, in one transaction. Nothing is entered if nothing is due."""
    db.execute("PRAGMA secure_delete=ON")
    with writing(db):
        found = due(db, before)
        if not found.nothing:
            detail: dict[str, object] = {
                "before": found.before,
                "count": len(found.heads),
                "screenings": found.heads,
            }
            at = clock()
            for site, last in _last_of_each_site(found.heads).items():
                register.enter(db, at, "numbers", site, person, {"last": last})
            if found.matchings:
                detail["matchings"] = _last_of_each_site(found.matchings)
            register.enter(db, at, "purge", None, person, detail)
            erase(db, [*found.heads, *found.matchings])
    return Purged(found, wipe(db) if not found.nothing else True)


def _last_of_each_site(numbers: Iterable[str]) -> dict[str, int]:
    """Return the highest number of each site; the register keeps it, so that no number is given out again.

    Of matchings it keeps no more than that: what it says goes to whoever has the merged file.
    """
    last: dict[str, int] = {}
    for number in numbers:
        site, sequence = site_and_sequence(number)
        last[site] = max(last.get(site, 0), abs(sequence))
    return last


def erase(db: Database, numbers: Iterable[str]) -> None:
    """Delete screenings with all that hangs on them, within the caller's transaction."""
    numbers = list(numbers)
    db.execute("PRAGMA defer_foreign_keys=ON")
    for table in _GUARDED:
        append_only.allow(db, table)
    for statement in _DELETES:
        db.conn.executemany(statement, [(number,) for number in numbers])
    db.execute(f"DELETE FROM protocols WHERE sha256 NOT IN ({USED})")
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
