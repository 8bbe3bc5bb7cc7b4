"""Verifies a file: chains, triggers, schema, references, SQLite's own integrity, and every verdict by replay.

Reads only, and streams: one screening at a time. `state.coverage` says of every column what covers it. Whoever can
make all hashes anew can make a file that is sound in itself, such as an older copy of it: only a head that was kept
elsewhere (``--head``) tells that.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from dialogs.answers import compact
from dialogs.dialogue import STEP_KINDS, Dialogue, begin
from dialogs.errors import DialogError
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from dialogs.wording import compared
from state.chain import link, pack
from state.codes import FORMS
from state.database import connect
from state.errors import Damaged, Newer, translate
from state.registered import Registered
from state.replay import outcome, set_aside, step_from
from state.schema import migrations
from state.standing import VIEWS

_LOG: Final = (
    "SELECT screening, entry, at, person, kind, question, value, unit, compared, compared_unit, detail, source, hash"
    " FROM log ORDER BY screening, entry"
)

_BOOKKEEPING: Final = frozenset({"_sqlite_migrations", "idx__sqlite_migrations_migration_set_name"})
_STATISTICS: Final = frozenset({"sqlite_stat1", "sqlite_stat4"})
"""What ``ANALYZE`` leaves: of no consequence but for speed."""
_VIEWS_MADE: Final = "standings"
"""The first migration that makes the views as `state.standing` has them: those of its time."""
_HEADER: Final = 100
_LARGEST_PAGE: Final = 65536


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where it was found first."""

    place: str
    fault: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified. Sound if there is no problem."""

    screenings: int
    entries: int
    head: str | None
    problems: tuple[Problem, ...]
    since: Counter[str] | None = None
    """What was entered after the given head, by kind; ``None`` without one."""


def verify(
    path: Path | str,
    *,
    head: str | None = None,
    progress: Callable[[int], Callable[[int], None]] | None = None,
) -> Report:
    """Verify a file; `head` was kept elsewhere, whole or its beginning, and must stand in the register.

    A file of an earlier version is held against the schema of its version, and its content against what a
    migrated copy of it must be. Raises `Damaged` for what is no whole file of ours.
    """
    with closing(connect(path, read_only=True).conn) as connection:
        db = Database(connection)
        try:
            db.execute("BEGIN")
            had = applied(db)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise (translate(error) if isinstance(error, sqlite3.Error) else Damaged(str(error))) from error
        found = verify_open(db, had, head, progress)
        if found.problems and _truncated(Path(path)):
            raise Damaged("its end is missing: it is shorter than it says")
        return found


def verify_open(
    db: Database,
    had: frozenset[str],
    head: str | None = None,
    progress: Callable[[int], Callable[[int], None]] | None = None,
) -> Report:
    """Verify what an open connection sees; `had` are the migrations that the file has had."""
    return _Verification(db, had, head, progress).report()


def applied(db: Database) -> frozenset[str]:
    """Give the migrations that a file has had. Raises `Damaged` for another program's file, or `Newer`."""
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "_sqlite_migrations" not in tables:
        raise Damaged("it is not a file of this program")
    names = frozenset(
        row[0] for row in db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'prescreen'")
    )
    newer = sorted(str(name) for name in names - _names())
    if newer:
        raise Newer(f"it was written by a newer version (it has {', '.join(newer)})")
    return names


def _names() -> frozenset[str]:
    return frozenset(migration.name for migration in migrations._migrations)


def _truncated(path: Path) -> bool:
    """Say whether the file is shorter than its first page says; a log beside it can hold the rest."""
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        return False
    with path.open("rb") as file:
        start = file.read(_HEADER)
    page, pages = int.from_bytes(start[16:18], "big"), int.from_bytes(start[28:32], "big")
    return path.stat().st_size < max(pages * (page if page > 1 else _LARGEST_PAGE), _HEADER)


class _Verification:
    def __init__(
        self,
        db: Database,
        had: frozenset[str],
        head: str | None,
        progress: Callable[[int], Callable[[int], None]] | None,
    ) -> None:
        self.db, self.had, self.wanted_head, self.progress = db, had, head, progress
        self.problems: list[Problem] = []
        self.entries = self.screenings = 0
        self.protocols: dict[str, Protocol] = {}
        self.register: Registered | None = None
        self.original = db
        self.copy: sqlite3.Connection | None = None

    def report(self) -> Report:
        whole = self._guarded("schema", self._schema)
        if whole and self._guarded("schema", self._as_of_today):
            self._guarded("protocols", self._protocols)
            self._guarded("codes", self._codes)
            self._guarded("register", self._register)
            if self.register is not None:
                self._guarded("meta", self.register.facts)
                self._guarded("people", self.register.rows)
            self._guarded("screenings", self._dialogues)
            if self.register is not None:
                self._guarded("screenings", self.register.numbers)
            self._guarded("positions", self._positions)
        self._guarded("integrity", self._integrity)
        head, since = (self.register.head, self.register.since) if self.register else (None, None)
        if self.copy is not None:
            self.copy.close()
        return Report(self.screenings, self.entries, head, tuple(self.problems), since)

    def _guarded(self, place: str, check: Callable[[], bool | None]) -> bool:
        """Make one check; whatever it meets, the others are made too, and nobody reads a traceback."""
        try:
            return bool(check())
        except sqlite3.DatabaseError as error:
            self._fault(place, f"SQLite cannot read it: {error}")
        except Exception as error:  # noqa: BLE001  (whatever bytes stand there)
            self._fault(place, f"holds what does not belong there ({type(error).__name__}: {error})")
        return False

    def _fault(self, place: str, fault: str) -> None:
        self.problems.append(Problem(place, fault))

    # the file ------------------------------------------------------------------------------------

    def _schema(self) -> bool:
        """Hold tables, indexes, views and triggers against what the file's migrations make.

        An older version made the views that it had then, which hold nothing and are made anew by its migration.
        """
        wanted, found = _made_by(self.had), _objects(self.db)
        if self.had != _names() and _VIEWS_MADE in self.had:
            views = {f"view {name}" for name in VIEWS}
            wanted, found = (
                {key: sql for key, sql in objects.items() if key not in views} for objects in (wanted, found)
            )
        for name in sorted(wanted.keys() | found.keys()):
            if wanted.get(name) != found.get(name):
                state = (
                    "is missing"
                    if name not in found
                    else "was changed"
                    if name in wanted
                    else "does not belong here"
                )
                self._fault(f"schema, {name}", state)
        for (name,) in self.db.execute(
            "SELECT DISTINCT migration_set FROM _sqlite_migrations WHERE migration_set IS NOT 'prescreen'"
        ):
            self._fault(f"schema, migrations of {name}", "do not belong here")
        return not any(name not in found for name in wanted if name.startswith("table"))

    def _as_of_today(self) -> bool:
        """Go on with a migrated copy of an older file; the file itself stays as it is."""
        if self.had != _names():
            self.copy = sqlite3.connect("", isolation_level=None)  # a private file that SQLite removes itself
            self.db.conn.backup(self.copy)
            self.db = Database(self.copy)
            migrations.apply(self.db)
        return True

    def _codes(self) -> None:
        """Codes go into paths and spreadsheets: each has its form."""
        for what, query, form in FORMS:
            for (code,) in self.db.execute(query):
                if form.fullmatch(str(code)) is None:
                    self._fault(f"{what} {code!r}", "is not a code that there can be")

    def _register(self) -> None:
        own = "SELECT count(*) FROM register WHERE origin = (SELECT value FROM meta WHERE key = 'origin')"
        (length,) = self.original.execute(own).fetchone()
        self.register = Registered(self.db, self._fault, self.wanted_head, length)

    def _positions(self) -> None:
        for (number,) in self.db.execute(
            "SELECT screening FROM positions p WHERE updated_at IS NOT"
            " (SELECT at FROM log WHERE screening = p.screening AND entry = p.entries)"
        ):
            self._fault(f"screening {number}", "its position says another time than its newest entry")
        for protocol, version in self.db.execute(
            "SELECT id, version FROM protocols WHERE sha256 NOT IN (SELECT protocol FROM screenings)"
        ):
            self._fault(f"protocol {protocol} {version}", "is used by no screening")

    def _integrity(self) -> None:
        for (said,) in self.original.execute("PRAGMA integrity_check"):
            if said != "ok":
                self._fault("integrity", str(said))
        for table, row, parent, _ in self.original.execute("PRAGMA foreign_key_check"):
            self._fault(f"{table} {row or ''}".strip(), f"refers to a row of {parent} that is not there")

    def _protocols(self) -> None:
        for digest, protocol_id, version, text in self.db.execute(
            "SELECT sha256, id, version, text FROM protocols"
        ):
            place = f"protocol {protocol_id} {version}"
            if sha256(text.encode()).hexdigest() != digest:
                self._fault(place, "its text does not have the SHA-256 it is kept under")
                continue
            try:
                self.protocols[digest] = protocol = _parsed(text, protocol_id)
            except DialogError as error:
                self._fault(place, f"cannot be loaded: {error}")
                continue
            if (protocol.id, protocol.version) != (protocol_id, version):
                self._fault(place, f"calls itself {protocol.id} {protocol.version}")

    # the dialogues -------------------------------------------------------------------------------

    def _dialogues(self) -> None:
        (count,) = self.db.execute("SELECT count(*) FROM screenings").fetchone()
        step = self.progress(count) if self.progress else None
        log = _grouped(self.db.conn.execute(_LOG))
        held: tuple[str, list[tuple[Any, ...]]] | None = next(log, None)
        for row in self.db.conn.execute(
            "SELECT s.number, s.site, s.sequence, s.protocol, s.person, s.started_at, s.zone, s.channel,"
            " s.earlier, s.hash, p.person, p.state, p.entries, p.head, p.set_aside"
            " FROM screenings s LEFT JOIN positions p ON p.screening = s.number ORDER BY s.number"
        ):
            while held is not None and held[0] < row[0]:
                self._fault(f"log of {held[0]}", "belongs to no screening")
                held = next(log, None)
            entries = held[1] if held is not None and held[0] == row[0] else []
            if entries:
                held = next(log, None)
            self._guarded(f"screening {row[0]}", partial(self._screening, row, entries))
            self.screenings += 1
            if step is not None and self.screenings % 100 == 0:
                step(100)
        if held is not None:
            self._fault(f"log of {held[0]}", "belongs to no screening")

    def _screening(self, row: tuple[Any, ...], entries: list[tuple[Any, ...]]) -> None:
        number, genesis, (person, state, length, head, aside) = row[0], row[9], row[10:15]
        place = f"screening {number}"
        if link("", row[:9]) != genesis:
            self._fault(place, "its row was changed: its hash does not follow from its content")
        if not entries or entries[0][4] != "start":
            self._fault(f"{place}, entry 1", "is missing: the log does not begin with the start")
            return
        protocol = self.protocols.get(row[3])
        if protocol is None:
            self._fault(place, "names a protocol version that is not in the file")
            return
        dialogue, before = begin(protocol), genesis
        saved: dict[int, dict[str, Any]] = {}
        for expected, entry in enumerate(entries, 1):
            at = f"{place}, entry {expected}"
            self.entries += 1
            if entry[1] != expected:
                self._fault(at, "is missing")
                return
            if link(before, entry[:12]) != entry[12]:
                self._fault(at, "was changed: its hash does not follow from the entry before and its content")
                return
            before = entry[12]
            if entry[4] in STEP_KINDS and not self._step(at, dialogue, entry, saved):
                return
        if (row[4], dialogue.state, len(entries), before) != (person, state, length, head):
            self._fault(place, "its log was cut off or added to: it does not end where its position says")
        elif pack(set_aside(dialogue)) != aside:
            self._fault(place, "its position sets other answers aside than its dialogue")
        self._verdicts(place, number, saved, {entry[1]: (entry[2], entry[3]) for entry in entries})
        if self.register is not None:
            self.register.heads(number, ((entry[4], entry[12]) for entry in entries))

    def _step(
        self, at: str, dialogue: Dialogue, entry: tuple[Any, ...], saved: dict[int, dict[str, Any]]
    ) -> bool:
        kind, question, value, unit = entry[4:8]
        try:
            step = step_from(kind, question, value, unit, entry[10])
            dialogue.take(step)
        except (DialogError, KeyError, TypeError, ValueError) as error:
            self._fault(at, f"does not replay: {error}")
            return False
        if step.answer is not None and question is not None:
            like = compared(dialogue.protocol.question(question), step.answer)
            if (entry[8], entry[9]) != ((compact(like[0]), like[1]) if like else (None, None)):
                self._fault(at, "the compared value is not what the answer gives")
        if kind == "save":
            saved[entry[1]] = {**outcome(dialogue), "asked": len(dialogue.applied)}
            if not _says(json.loads(entry[10] or "{}"), outcome(dialogue)):
                self._fault(at, "says another verdict than its replay comes to")
        return True

    def _verdicts(
        self, place: str, number: str, saved: dict[int, dict[str, Any]], acts: dict[int, tuple[str, str]]
    ) -> None:
        """Hold the verdict rows against the replay."""
        found = {}
        for entry, at, person, verdict, first, failed, unresolved, aside, asked in self.db.conn.execute(
            "SELECT entry, at, person, verdict, first_failed, all_failed, unresolved, set_aside, asked FROM verdicts"
            " WHERE screening = ?",
            [number],
        ):
            found[entry] = (at, person, verdict, first, failed, unresolved, aside, asked)
        expected = {
            entry: (
                *acts[entry], said["verdict"], said["first_failed"], pack(said["all_failed"]),
                pack(said["unresolved"]), pack(said["set_aside"]), said["asked"],
            )
            for entry, said in saved.items()
        }  # fmt: skip
        if found != expected:
            self._fault(place, "its verdict is not what its dialogue comes to")


_parsed = lru_cache(maxsize=16)(parse_protocol)


@cache
def _made_by(had: frozenset[str]) -> Mapping[str, str]:
    """Give the objects that these migrations make."""
    then = Migrations("prescreen")
    then._migrations = [migration for migration in migrations._migrations if migration.name in had]
    with closing(Database(memory=True).conn) as connection:
        fresh = Database(connection)
        then.apply(fresh)
        return _objects(fresh)


def _says(told: dict[str, Any], found: dict[str, Any]) -> bool:
    """Hold what was told at a save against its replay; older logs set fewer answers aside."""
    aside = "set_aside"
    return {**told, aside: []} == {**found, aside: []} and set(told.get(aside, ())) <= set(found[aside])


def _objects(db: Database) -> dict[str, str]:
    """Give every object with its definition; of what sqlite-utils keeps of migrations, only that it is there."""
    rows = db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    return {
        f"{kind} {name}": "" if name in _BOOKKEEPING else " ".join(sql.split())
        for kind, name, sql in rows
        if name not in _STATISTICS
    }


def _grouped(rows: sqlite3.Cursor) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Give each screening's log entries together."""
    number: str | None = None
    group: list[tuple[Any, ...]] = []
    for row in rows:
        if row[0] != number:
            if number is not None:
                yield number, group
            number, group = row[0], []
        group.append(row)
    if number is not None:
        yield number, group
