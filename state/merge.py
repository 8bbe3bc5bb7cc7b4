"""Brings the files of several sites together into one, for a network's office. Nothing is believed unchecked.

Every file's chains are computed anew first. A log, or a register, that is the beginning of another is an older
copy, and the longer one is taken; anything else that differs under the same name is a conflict, and then
nothing at all is merged. What comes out depends neither on the order of the files nor on repeats.

Accounts and invitations stay at their sites. What a file records as purged is not brought back by another.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from state import purge, register
from state.chain import link
from state.codes import FORMS
from state.database import Clock, connect, meta, open_database, refuse_leftovers, utc_now, writing
from state.errors import Damaged, StateError, translate
from state.schema import migrations
from state.targets import ask, remove

_SCREENING: Final = "number, site, sequence, protocol, person, started_at, zone, channel, earlier"
_LOG: Final = (
    "screening, entry, at, person, kind, question, value, unit, compared, compared_unit, detail, source"
)
_REGISTER: Final = "origin, entry, at, person, kind, subject, detail"
_VERDICT: Final = (
    "screening, entry, at, person, verdict, first_failed, all_failed, unresolved, set_aside, asked"
)
_POSITION: Final = "screening, person, state, entries, head, updated_at, set_aside"
_INSERT_LOG: Final = "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_VERDICT: Final = "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_POSITION: Final = f"INSERT OR REPLACE INTO positions ({_POSITION}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608

_HEADED: Final = frozenset({*register.OF_A_SCREENING.values(), "noted"} - {"started"})

Row = tuple[Any, ...]


class Conflict(StateError):  # noqa: N818  (reads as what it says)
    """Two files tell different histories under one name."""


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


@dataclass(slots=True)
class _Log:
    """Where the longest log of a screening stands."""

    source: _Source
    row: Row
    entries: int
    head: str


@dataclass(slots=True)
class _Source:
    """A file that was checked, with everything but its logs and protocol texts, which stay on the disk."""

    name: str
    db: Database
    sites: dict[str, Row] = field(default_factory=dict)
    people: dict[str, tuple[Row, Row]] = field(default_factory=dict)
    """Code -> (what never changes, (age, what may change))."""
    protocols: dict[str, Row] = field(default_factory=dict)
    logs: dict[str, _Log] = field(default_factory=dict)
    register: dict[str, list[Row]] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)


def merge(paths: Sequence[Path], into: Path, clock: Clock = utc_now) -> Merged:
    """Merge the files into `into`, which is made if there is none; all or nothing.

    Raises `Damaged` if a chain is broken, `Conflict` if histories differ, or what `open_database` raises.
    """
    target = into.resolve()
    inputs = sorted({path.resolve(): path for path in paths if path.resolve() != target}.items())
    fresh = not target.exists() or target.stat().st_size == 0
    ask(target, force=True, over_database=True)
    if fresh:
        refuse_leftovers(target)
    work = target.with_name(f".{target.name}.{os.getpid()}.part") if fresh else target
    try:
        with ExitStack() as stack:
            sources = [_check(str(path), stack.enter_context(_reading(path))) for _, path in inputs]
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


def _merge_into(db: Database, name: str, sources: list[_Source], *, fresh: bool) -> Merged:
    if not fresh and meta(db, "origin") != register.MERGED:
        raise Conflict(f"{name} is a site's own file; merge into a new one")
    db.execute("PRAGMA secure_delete=ON")
    try:
        with writing(db):
            if fresh:
                db.execute("UPDATE meta SET value = ? WHERE key = 'origin'", [register.MERGED])
                register.add_up(db)
            union = _check(name, db)
            before = {number: log.entries for number, log in union.logs.items()}
            for source in sources:
                _unite(union, source)
            gone = [number for number in union.logs if number in union.purged]
            for number in gone:
                del union.logs[number]
            _check_links(union)
            _write(db, union, before)
            erase = [number for number in gone if number in before]
            if erase:
                purge.erase(db, erase)
    except sqlite3.IntegrityError as error:
        raise Conflict(f"the files do not fit together: {error}") from error
    erased = purge.wipe(db) if erase else True
    return Merged(
        files=len(sources), sites=len(union.sites), people=len(union.people), screenings=len(union.logs),
        added=sum(number not in before for number in union.logs),
        extended=sum(0 < before.get(number, 0) < log.entries for number, log in union.logs.items()),
        purged=len(gone), erased=erased,
    )  # fmt: skip


# checking ------------------------------------------------------------------------------------------------


def _check(name: str, db: Database) -> _Source:
    """Compute the chains of a file anew, and take in what it holds."""
    ours = {migration.name for migration in migrations._migrations}
    try:
        applied = {
            row[0]
            for row in db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'prescreen'")
        }
    except sqlite3.OperationalError as error:
        raise Damaged(f"{name} is a database of something else") from error
    if applied != ours:
        raise Damaged(f"{name} was written by another version of this program; open it with this one first")
    source = _Source(name, db)
    source.sites = {row[0]: row for row in db.execute("SELECT code, name, created_at FROM sites")}
    source.protocols = {row[0]: row for row in db.execute("SELECT sha256, id, version FROM protocols")}
    _check_codes(source)
    _check_register(source)
    _check_logs(source)
    _check_heads(source)
    _read_people(source)
    return source


def _check_codes(source: _Source) -> None:
    """Codes of another site's file are data, and go into paths: each must have its form."""
    for what, query, form in FORMS:
        for (code,) in source.db.execute(query):
            if form.fullmatch(code) is None:
                raise Damaged(f"{source.name}: {code!r} is not a code that a {what} can have")


def _check_register(source: _Source) -> None:
    for *fields, stored in source.db.execute(
        f"SELECT {_REGISTER}, hash FROM register ORDER BY origin, entry"  # noqa: S608
    ):
        rows = source.register.setdefault(fields[0], [])
        before = rows[-1][-1] if rows else fields[0]
        if fields[1] != len(rows) + 1 or link(before, fields) != stored:
            raise Damaged(
                f"{source.name}: the register's chain is broken at entry {fields[1]} of {fields[0]}"
            )
        rows.append((*fields, stored))
        if fields[4] == "purge":
            source.purged.update(json.loads(fields[6])["screenings"])
    own = source.register.get(meta(source.db, "origin") or "", [])
    if meta(source.db, "head") != (f"{len(own)} {own[-1][-1]}" if own else None):
        raise Damaged(f"{source.name}: the register's end has been cut off or replaced")


def _check_logs(source: _Source) -> None:
    db = source.db
    for *fields, stored in db.execute(f"SELECT {_SCREENING}, hash FROM screenings"):  # noqa: S608
        if link("", fields) != stored:
            raise Damaged(f"{source.name}: the row of screening {fields[0]} does not match its hash")
        source.logs[fields[0]] = _Log(source, (*fields, stored), 0, stored)
    for *fields, stored in db.execute(f"SELECT {_LOG}, hash FROM log ORDER BY screening, entry"):  # noqa: S608
        log = source.logs.get(fields[0])
        if log is None or fields[1] != log.entries + 1 or link(log.head, fields) != stored:
            raise Damaged(f"{source.name}: the log of screening {fields[0]} is broken at entry {fields[1]}")
        log.entries, log.head = fields[1], stored
    ends = {row[0]: row[1:] for row in db.execute("SELECT screening, entries, head FROM positions")}
    for number, log in source.logs.items():
        if ends.get(number) != (log.entries, log.head):
            raise Damaged(f"{source.name}: the log of screening {number} does not end where it should")
    for number, entry, detail, *saved in db.execute(
        "SELECT l.screening, l.entry, l.detail, v.verdict, v.first_failed, v.all_failed, v.unresolved, v.set_aside"
        " FROM log l LEFT JOIN verdicts v USING (screening, entry) WHERE l.kind = 'save'"
    ):
        said = json.loads(detail)
        verdict, first, *lists, aside = saved
        if (
            verdict is None
            or [verdict, first, *map(json.loads, lists)] != [
                said[key] for key in ("verdict", "first_failed", "all_failed", "unresolved")
            ]
            or not set(said["set_aside"]) <= set(json.loads(aside))  # older logs listed fewer
        ):  # fmt: skip
            raise Damaged(f"{source.name}: the verdict of {number} is not the one in its log (entry {entry})")


def _check_heads(source: _Source) -> None:
    """Every end of a log that the register names must be in that log, or be purged."""
    rows = [row for rows in source.register.values() for row in rows if row[4] in _HEADED]
    known = {(row[0], row[1]) for row in source.db.execute("SELECT screening, hash FROM log")}
    for row in rows:
        if (row[5], json.loads(row[6])["head"]) not in known and row[5] not in source.purged:
            raise Damaged(f"{source.name}: the register names an entry that the log of {row[5]} has not")


def _read_people(source: _Source) -> None:
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


# uniting -------------------------------------------------------------------------------------------------


def _unite(union: _Source, source: _Source) -> None:
    for code, row in source.sites.items():  # inviting for another site makes its row in this file, too
        union.sites[code] = min(union.sites.get(code, row), row, key=lambda site: site[::-1])
    _unite_rows(union.protocols, source.protocols, source.name, "protocol")
    for code, (fixed, changing) in source.people.items():
        known = union.people.get(code)
        if known is None:
            union.people[code] = (fixed, changing)
        elif known[0] != fixed:
            raise Conflict(f"person {code} of {source.name} is not the {code} of the files before it")
        else:
            union.people[code] = (fixed, max(known[1], changing))
    for number, log in source.logs.items():
        known_log = union.logs.get(number)
        union.logs[number] = _longer(known_log, log) if known_log else log
    for origin, rows in source.register.items():
        if origin == register.MERGED:  # what a merged file records of itself stays with it
            if any(row[4] == "purge" for row in rows):
                raise Conflict(
                    f"{source.name} is a merged file that was purged itself; merge the sites' files"
                )
            continue
        kept = union.register.setdefault(origin, [])
        for mine, theirs in zip(kept, rows, strict=False):
            if mine != theirs:
                raise Conflict(
                    f"entry {mine[1]} of the register {origin} in {source.name} is not the one in the files before it"
                )
        kept.extend(rows[len(kept) :])
    union.purged |= source.purged


def _unite_rows(union: dict[str, Row], rows: dict[str, Row], name: str, what: str) -> None:
    for key, row in rows.items():
        if union.setdefault(key, row) != row:
            raise Conflict(f"{what} {key} of {name} is not the {what} {key} of the files before it")


def _longer(one: _Log, other: _Log) -> _Log:
    """Give the longer of two logs of a screening, if the shorter is its beginning.

    Both chains were checked; so it is, if the hash at its last entry is the same.
    """
    number = one.row[0]
    if one.row != other.row:
        raise Conflict(f"screening {number} in {other.source.name} is not the {number} of {one.source.name}")
    shorter, longer = sorted((one, other), key=lambda log: log.entries)
    if _hash_at(longer, shorter.entries) != shorter.head:
        raise Conflict(f"screening {number} went on differently in {other.source.name} and {one.source.name}")
    if shorter.entries == longer.entries:
        for table, columns in (("verdicts", _VERDICT), ("positions", _POSITION)):
            if _rows(one, table, columns) != _rows(other, table, columns):
                raise Conflict(
                    f"the {table} of screening {number} differ in {other.source.name} and {one.source.name}"
                )
        return one
    return longer


def _hash_at(log: _Log, entry: int) -> str | None:
    if entry == 0:
        return str(log.row[-1])
    row = log.source.db.execute(
        "SELECT hash FROM log WHERE screening = ? AND entry = ?", [log.row[0], entry]
    ).fetchone()
    return row[0] if row else None


def _rows(log: _Log, table: str, columns: str, after: int = 0) -> list[Row]:
    newer = "" if table == "positions" else f" AND entry > {after} ORDER BY entry"
    return list(
        log.source.db.execute(f"SELECT {columns} FROM {table} WHERE screening = ?{newer}", [log.row[0]])  # noqa: S608
    )


def _check_links(union: _Source) -> None:
    for number, log in union.logs.items():
        earlier = log.row[8]
        if earlier is not None and earlier not in union.logs:
            raise Conflict(
                f"screening {number} of {log.source.name} follows {earlier}, which was purged elsewhere"
            )


# writing -------------------------------------------------------------------------------------------------


def _write(db: Database, union: _Source, before: dict[str, int]) -> None:
    """Write what the merged file does not have yet, within the caller's transaction."""
    db.execute("PRAGMA defer_foreign_keys=ON")
    run = db.conn.executemany
    run("INSERT OR REPLACE INTO sites VALUES (?, ?, ?)", union.sites.values())
    run(
        "INSERT INTO people (code, role, site, status, language, notified, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (code) DO UPDATE SET role = excluded.role, site = excluded.site,"
        " status = excluded.status, language = excluded.language, notified = excluded.notified",
        [(code, *changing[1:], fixed[1]) for code, (fixed, changing) in union.people.items()],
    )
    fresh = [log for number, log in union.logs.items() if number not in before]
    for log in fresh:
        _keep_protocol(db, log)
    run("INSERT INTO screenings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [log.row for log in fresh])
    for number, log in union.logs.items():
        after = before.get(number, 0)
        if log.entries == after:
            continue
        run(_INSERT_LOG, _rows(log, "log", f"{_LOG}, hash", after))
        run(_INSERT_VERDICT, _rows(log, "verdicts", _VERDICT, after))
        run(_PUT_POSITION, _rows(log, "positions", _POSITION))
    for origin, rows in union.register.items():
        (known,) = db.execute("SELECT count(*) FROM register WHERE origin = ?", [origin]).fetchone()
        run("INSERT INTO register VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows[known:])
    register.add_up(db)


def _keep_protocol(db: Database, log: _Log) -> None:
    row = log.source.db.execute(
        "SELECT sha256, id, version, text FROM protocols WHERE sha256 = ?", [log.row[3]]
    ).fetchone()
    db.execute("INSERT INTO protocols VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", list(row))
