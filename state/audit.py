"""Verifies a file: chains, triggers, schema, references, SQLite's own integrity, and every verdict by replay.

Reads only, and streams: one screening at a time. It finds any change made behind the bot's back, except a whole
file replaced by an older copy of itself: only a head that was kept elsewhere (``--head``) tells that.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from dialogs.answers import compact
from dialogs.dialogue import STEP_KINDS, Dialogue, begin
from dialogs.errors import DialogError
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from dialogs.wording import compared
from state.chain import link, pack
from state.database import connect
from state.schema import migrations
from state.screenings import outcome, set_aside, step_from

MAX_PROBLEMS: Final = 20

_LOG: Final = (
    "SELECT screening, entry, at, person, kind, question, value, unit, compared, compared_unit, detail, source, hash"
    " FROM log ORDER BY screening, entry"
)


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


def verify(
    path: Path | str,
    *,
    head: str | None = None,
    progress: Callable[[int], Callable[[int], None]] | None = None,
) -> Report:
    """Verify a file; `head` is a chain head that was kept elsewhere and must stand in the register."""
    db = connect(path, read_only=True)
    try:
        db.execute("BEGIN")
        return _Audit(db, head, progress).report()
    finally:
        db.conn.close()


class _Audit:
    def __init__(
        self, db: Database, head: str | None, progress: Callable[[int], Callable[[int], None]] | None
    ) -> None:
        self.db, self.wanted_head, self.progress = db, head, progress
        self.problems: list[Problem] = []
        self.entries = self.screenings = 0
        self.protocols: dict[str, Protocol] = {}
        self.registered: dict[tuple[str, str], str] = {}
        self.purged: set[str] = set()

    def report(self) -> Report:
        head = None
        try:
            if self._schema():
                self._protocols()
                head = self._register()
                self._people()
                self._dialogues()
                self._sequence()
            self._integrity()
        except sqlite3.DatabaseError as error:
            self._fault("file", f"SQLite cannot read it: {error}")
        return Report(self.screenings, self.entries, head, tuple(self.problems))

    def _fault(self, place: str, fault: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(place, fault))

    # the file ------------------------------------------------------------------------------------

    def _schema(self) -> bool:
        """Hold tables, indexes, views and triggers against what the migrations make."""
        fresh = Database(memory=True)
        migrations.apply(fresh)
        wanted, found = _objects(fresh), _objects(self.db)
        fresh.conn.close()
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
        return not any(name not in found for name in wanted if name.startswith("table"))

    def _integrity(self) -> None:
        for (said,) in self.db.execute("PRAGMA integrity_check(5)"):
            if said != "ok":
                self._fault("integrity", str(said))
        for table, row, parent, _ in self.db.execute("PRAGMA foreign_key_check"):
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
                self.protocols[digest] = protocol = parse_protocol(text, protocol_id)
            except DialogError as error:
                self._fault(place, f"cannot be loaded: {error}")
                continue
            if (protocol.id, protocol.version) != (protocol_id, version):
                self._fault(place, f"calls itself {protocol.id} {protocol.version}")

    # the register --------------------------------------------------------------------------------

    def _register(self) -> str | None:
        origin = self._meta("origin") or ""
        if self._meta("created_at") is None:
            self._fault("meta", "does not say when the file was made")
        last: dict[str, tuple[int, str]] = {}
        heads = set()
        for row in self.db.execute(
            "SELECT origin, entry, at, person, kind, subject, detail, hash FROM register ORDER BY origin, entry"
        ):
            number, before = last.get(row[0], (0, row[0]))
            place = f"register entry {row[1]}" + ("" if row[0] == origin else f" of {row[0]}")
            if row[1] != number + 1:
                self._fault(place, f"entry {number + 1} is missing before it")
            if link(before, row[:7]) != row[7]:
                self._fault(
                    place, "was changed: its hash does not follow from the entry before and its content"
                )
            last[row[0]] = (row[1], row[7])
            heads.add(row[7])
            self._remember(row[4], row[5], row[6])
        entry, head = last.get(origin, (0, None))
        if (self._meta("head") or None) != (f"{entry} {head}" if head else None):
            self._fault("register", "its end was cut off or added to: the file's head names another entry")
        if self.wanted_head is not None and self.wanted_head not in heads:
            self._fault("register", "does not hold the given head: this file is older than it, or another")
        return head

    def _remember(self, kind: str, subject: str | None, detail: str | None) -> None:
        try:
            said: dict[str, Any] = json.loads(detail) if detail else {}
        except ValueError:
            return
        if kind in ("verdict", "cancelled"):
            self.registered[kind, subject or ""] = said.get("head", "")
        elif kind == "purge":
            self.purged |= set(said.get("screenings", ()))
        elif kind == "site":
            self.registered["site", subject or ""] = ""
        elif kind == "person":
            known = json.loads(self.registered.get(("person", subject or ""), "{}"))
            self.registered["person", subject or ""] = json.dumps({**known, **said})
        elif kind == "invitation":
            self.registered["invitation", subject or ""] = said.get("act", "")

    def _people(self) -> None:
        """Hold people, sites and invitations against what the register says of them."""
        if self._meta("origin") == "merged":
            return
        found = {}
        for code, role, site, status in self.db.execute("SELECT code, role, site, status FROM people"):
            found[code] = True
            said = json.loads(self.registered.get(("person", code), "{}"))
            expected = "suspended" if said.get("act") == "suspended" else "active"
            if (said.get("role"), said.get("site"), expected) != (role, site, status):
                self._fault(f"person {code}", "is not as the register says")
        accounts = {row[0] for row in self.db.execute("SELECT person FROM accounts")}
        for kind, subject in self.registered:
            if kind == "person" and (subject not in found or subject not in accounts):
                self._fault(f"person {subject}", "stands in the register and is missing here")
        states = {
            row[0]: "revoked" if row[2] else "used" if row[1] else "made"
            for row in self.db.execute("SELECT substr(hash, 1, 8), used_at, revoked_at FROM invitations")
        }
        registered = {
            subject: act for (kind, subject), act in self.registered.items() if kind == "invitation"
        }
        for mark in sorted(states.keys() | registered.keys()):
            if states.get(mark) != registered.get(mark):
                self._fault(f"invitation {mark}", "is not as the register says")
        sites = {row[0] for row in self.db.execute("SELECT code FROM sites")}
        for code in sites ^ {subject for kind, subject in self.registered if kind == "site"}:
            self._fault(f"site {code}", "is not as the register says")

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
            self._screening(row, entries)
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
        self._registered(number, entries)

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

    def _registered(self, number: str, entries: list[tuple[Any, ...]]) -> None:
        for kind, step in (("verdict", "save"), ("cancelled", "cancel")):
            hashes = [entry[12] for entry in entries if entry[4] == step]
            if self.registered.get((kind, number)) != (hashes[-1] if hashes else None):
                self._fault(f"screening {number}", f"its {kind} is not as the register says")

    def _sequence(self) -> None:
        """Numbers run without gaps; what was purged says so in the register."""
        numbers = defaultdict(set)
        for site, sequence, number in self.db.execute("SELECT site, sequence, number FROM screenings"):
            numbers[site].add(sequence)
            if number != f"{site}-{sequence:04d}":
                self._fault(f"screening {number}", "its number is not its site and sequence")
        for site, known in numbers.items():
            for sequence in range(1, max(known) + 1):
                number = f"{site}-{sequence:04d}"
                if sequence not in known and number not in self.purged:
                    self._fault(f"screening {number}", "is missing, and no purge says so")
        for kind, number in self.registered:
            if kind in ("verdict", "cancelled") and number not in self.purged:
                site, _, sequence = number.rpartition("-")
                if not sequence.isdecimal() or int(sequence) not in numbers[site]:
                    self._fault(f"screening {number}", "stands in the register and is missing here")

    def _meta(self, key: str) -> str | None:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return row[0] if row else None


def _says(told: dict[str, Any], found: dict[str, Any]) -> bool:
    """Hold what was told at a save against its replay; older logs set fewer answers aside."""
    aside = "set_aside"
    return {**told, aside: []} == {**found, aside: []} and set(told.get(aside, ())) <= set(found[aside])


def _objects(db: Database) -> dict[str, str]:
    rows = db.execute(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE '_sqlite%' AND name NOT LIKE 'idx__sqlite%'"
    )
    return {f"{kind} {name}": " ".join(sql.split()) for kind, name, sql in rows}


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
