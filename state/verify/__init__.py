"""Verifies a file: chains, triggers, schema, references, SQLite's own integrity, and every verdict by replay.

Reads only, and streams: one screening at a time. What finds a change to which column stands in ``docs/operations.md``.
Whoever can make all hashes anew can make a file that is sound in itself, such as an older copy of it: only a head that
was kept elsewhere (``--head``) tells that.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from dialogs.protocol import Protocol
from state.codes import FORMS
from state.database import connect
from state.errors import Damaged, translate
from state.replay import USED
from state.schema import migration_names, migrations
from state.verify.dialogues import Dialogues, stored_protocols
from state.verify.register import Registered
from state.verify.schema import Schema, applied

_HEADER: Final = 100
_LARGEST_PAGE: Final = 65536
_STEP: Final = 100
"""Progress is told after so many screenings."""

Progress = Callable[[int], Callable[[int], None]]
"""Called with the number of screenings; what it returns is called with how many more are done."""


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
    matchings: int = 0


def verify(path: Path | str, *, head: str | None = None, progress: Progress | None = None) -> Report:
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
        report = verify_open(db, had, head, progress)
        if report.problems and _truncated(Path(path)):
            raise Damaged("its end is missing: it is shorter than it says")
        return report


def verify_open(
    db: Database, had: frozenset[str], head: str | None = None, progress: Progress | None = None
) -> Report:
    """Verify what an open connection sees; `had` are the migrations that the file has had."""
    verification = _Verification(db, had, head, progress)
    try:
        return verification.report()
    finally:
        verification.close()


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
    """One verification of one file: the checks, in order, and what they found."""

    def __init__(
        self, db: Database, had: frozenset[str], head: str | None, progress: Progress | None
    ) -> None:
        self.original, self.had, self.wanted_head, self.progress = db, had, head, progress
        self.db = db  # or a migrated copy of it
        self.problems: list[Problem] = []
        self.entries = self.screenings = self.matchings = 0
        self.protocols: dict[str, Protocol] = {}
        self.register: Registered | None = None

    def close(self) -> None:
        if self.db is not self.original:
            self.db.close()

    def report(self) -> Report:
        if self._check("schema", self._schema) and self._check("schema", self._migrate_copy):
            self._check("protocols", self._protocols)
            self._check("codes", self._codes)
            self._check("register", self._register)
            if self.register is not None:
                self._check("meta", self.register.check_meta)
                self._check("people", self.register.check_rows)
            self._check("screenings", self._dialogues)
            if self.register is not None:
                self._check("screenings", self.register.check_numbers)
            self._check("positions", self._positions)
        self._check("integrity", self._integrity)
        head, since = (self.register.head, self.register.since) if self.register else (None, None)
        return Report(self.screenings, self.entries, head, tuple(self.problems), since, self.matchings)

    def _check(self, place: str, check: Callable[[], bool | None]) -> bool:
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

    # the checks ----------------------------------------------------------------------------------

    def _schema(self) -> bool:
        schema = Schema(self.db, self.had)
        for place, fault in schema.faults():
            self._fault(place, fault)
        return schema.whole

    def _migrate_copy(self) -> bool:
        """Go on with a migrated copy of an older file; the file itself stays as it is."""
        if self.had != migration_names():
            copy = sqlite3.connect("", isolation_level=None)  # a private file that SQLite removes itself
            self.original.conn.backup(copy)
            self.db = Database(copy)
            migrations.apply(self.db)
        return True

    def _protocols(self) -> None:
        for digest, protocol in stored_protocols(self.db, self._fault):
            self.protocols[digest] = protocol

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

    def _dialogues(self) -> None:
        (count,) = self.db.execute("SELECT count(*) FROM screenings").fetchone()
        step = self.progress(count) if self.progress else None
        dialogues = Dialogues(self.db, self._fault, self.protocols, self.register)
        for row, log in dialogues.rows():
            self._check(f"screening {row.number}", partial(dialogues.verify, row, log))
            self.entries = dialogues.entries
            matching = row.sequence < 0
            self.matchings += matching
            self.screenings += not matching
            if step is not None and (self.screenings + self.matchings) % _STEP == 0:
                step(_STEP)

    def _positions(self) -> None:
        for (number,) in self.db.execute(
            "SELECT screening FROM positions p WHERE updated_at IS NOT"
            " (SELECT at FROM log WHERE screening = p.screening AND entry = p.entries)"
        ):
            self._fault(f"screening {number}", "its position says another time than its newest entry")
        for protocol, version in self.db.execute(
            f"SELECT id, version FROM protocols WHERE sha256 NOT IN ({USED})"
        ):
            self._fault(f"protocol {protocol} {version}", "is used by no screening")

    def _integrity(self) -> None:
        for (said,) in self.original.execute("PRAGMA integrity_check"):
            if said != "ok":
                self._fault("integrity", str(said))
        for table, row, parent, _ in self.original.execute("PRAGMA foreign_key_check"):
            self._fault(f"{table} {row or ''}".strip(), f"refers to a row of {parent} that is not there")


__all__ = ["Problem", "Progress", "Report", "applied", "verify", "verify_open"]
