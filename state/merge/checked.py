"""A file that is to be merged, after its chains of hashes were computed anew.

One that is not whole raises `Damaged`. Logs and protocol texts stay on the disk; everything else is read once.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

from sqlite_utils import Database

from state import register
from state.chain import link
from state.codes import FORMS
from state.columns import select
from state.errors import Damaged
from state.register import meta
from state.schema import applied_names, migration_names

Row = tuple[Any, ...]

_ENTRIES: Final = select("log") + " ORDER BY screening, entry"
_REGISTER: Final = select("register") + " ORDER BY origin, entry"
_SAVES: Final = (
    "SELECT l.screening, l.entry, l.detail, v.verdict, v.first_failed, v.all_failed, v.unresolved, v.set_aside, v.parts"
    " FROM log l LEFT JOIN verdicts v USING (screening, entry) WHERE l.kind = 'save'"
)
_HEADED: Final = frozenset({*register.OF_A_SCREENING.values(), "noted"} - {"started"})
"""Kinds of register entries that hold the hash of a log entry."""


@dataclass(slots=True)
class Log:
    """The log of a screening: in which file it stands, the screening's row, how long it is, and its last hash."""

    source: Source
    row: Row
    entries: int
    head: str


@dataclass(slots=True)
class Source:
    """What a checked file holds, by code, number, SHA-256 or origin."""

    name: str
    db: Database
    sites: dict[str, Row] = field(default_factory=dict)
    people: dict[str, tuple[Row, Row]] = field(default_factory=dict)
    """Code -> (what never changes, (age, what may change))."""
    protocols: dict[str, Row] = field(default_factory=dict)
    logs: dict[str, Log] = field(default_factory=dict)
    register: dict[str, list[Row]] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)


def check(name: str, db: Database) -> Source:
    """Compute the chains of a file anew, and take in what it holds; `name` is what messages call it."""
    _check_version(name, db)
    source = Source(name, db)
    source.sites = {row[0]: row for row in db.execute("SELECT code, name, created_at FROM sites")}
    source.protocols = {row[0]: row for row in db.execute("SELECT sha256, id, version FROM protocols")}
    _check_codes(source)
    _check_register(source)
    _check_logs(source)
    _check_ends(source)
    _check_verdicts(source)
    _check_heads(source)
    _read_people(source)
    return source


def _check_version(name: str, db: Database) -> None:
    try:
        applied = applied_names(db)
    except sqlite3.OperationalError as error:
        raise Damaged(f"{name} is a database of something else") from error
    if applied != migration_names():
        raise Damaged(f"{name} was written by another version of this program; open it with this one first")


def _check_codes(source: Source) -> None:
    """Codes of another site's file are data, and go into paths: each must have its form."""
    for what, query, form in FORMS:
        for (code,) in source.db.execute(query):
            if form.fullmatch(code) is None:
                raise Damaged(f"{source.name}: {code!r} is not a code that a {what} can have")


def _check_register(source: Source) -> None:
    for row in source.db.execute(_REGISTER):
        origin, entry, kind, detail, stored = row[0], row[1], row[4], row[6], row[7]
        rows = source.register.setdefault(origin, [])
        before = rows[-1][-1] if rows else origin
        if entry != len(rows) + 1 or link(before, row[:-1]) != stored:
            raise Damaged(f"{source.name}: the register's chain is broken at entry {entry} of {origin}")
        rows.append(row)
        if kind == "purge":
            source.purged.update(json.loads(detail)["screenings"])
    own = source.register.get(meta(source.db, "origin") or "", [])
    if meta(source.db, "head") != (f"{len(own)} {own[-1][-1]}" if own else None):
        raise Damaged(f"{source.name}: the register's end has been cut off or replaced")


def _check_logs(source: Source) -> None:
    for row in source.db.execute(select("screenings")):
        if link("", row[:-1]) != row[-1]:
            raise Damaged(f"{source.name}: the row of screening {row[0]} does not match its hash")
        source.logs[row[0]] = Log(source, row, 0, row[-1])
    for *fields, stored in source.db.execute(_ENTRIES):
        number, entry = fields[:2]
        log = source.logs.get(number)
        if log is None or entry != log.entries + 1 or link(log.head, fields) != stored:
            raise Damaged(f"{source.name}: the log of screening {number} is broken at entry {entry}")
        log.entries, log.head = entry, stored


def _check_ends(source: Source) -> None:
    """Every log must end where the positions say."""
    rows = source.db.execute("SELECT screening, entries, head FROM positions")
    ends = {number: (entries, head) for number, entries, head in rows}
    for number, log in source.logs.items():
        if ends.get(number) != (log.entries, log.head):
            raise Damaged(f"{source.name}: the log of screening {number} does not end where it should")


def _check_verdicts(source: Source) -> None:
    """Every row of ``verdicts`` must be what the log says at its save."""
    for number, entry, detail, *stored in source.db.execute(_SAVES):
        if not _says(json.loads(detail), stored):
            raise Damaged(f"{source.name}: the verdict of {number} is not the one in its log (entry {entry})")


def _says(said: dict[str, Any], stored: list[Any]) -> bool:
    verdict, first, failed, unresolved, aside, parts = stored
    if verdict is None:
        return False
    told = [said[key] for key in ("verdict", "first_failed", "all_failed", "unresolved")]
    alike = told == [verdict, first, json.loads(failed), json.loads(unresolved)]
    alike = alike and said.get("parts", []) == json.loads(parts)
    return alike and set(said["set_aside"]) <= set(json.loads(aside))  # older logs listed fewer


def _check_heads(source: Source) -> None:
    """Every end of a log that the register names must be in that log, or be purged."""
    rows = [row for rows in source.register.values() for row in rows if row[4] in _HEADED]
    known = {(row[0], row[1]) for row in source.db.execute("SELECT screening, hash FROM log")}
    for row in rows:
        if (row[5], json.loads(row[6])["head"]) not in known and row[5] not in source.purged:
            raise Damaged(f"{source.name}: the register names an entry that the log of {row[5]} has not")


def _read_people(source: Source) -> None:
    """Read the people; of two copies of one site's file, the one with the longer register is the newer."""
    homes: dict[str, set[str]] = {}
    for origin, rows in source.register.items():
        for row in rows:
            if row[4] == "person" and origin != register.MERGED:
                homes.setdefault(row[5], set()).add(origin)
    for code, role, site, status, language, notified, created in source.db.execute(
        "SELECT code, role, site, status, language, notified, created_at FROM people"
    ):
        home = tuple(sorted(homes.get(code, ())))
        age = sum(len(source.register[origin]) for origin in home)
        source.people[code] = ((home, created), (age, role, site, status, language, notified))
