"""What the register says that a file must hold: read once by `state.verify`, then held against the rows.

Nothing here believes a row: an entry that is not what this program writes is named and left out.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import Any, Final

from sqlite_utils import Database

from state import register
from state.chain import link, total
from state.database import meta

ABBREVIATED: Final = 12
"""A head that was kept elsewhere may be shortened to so many characters."""
NAMED: Final = 10_000
"""At least so many missing numbers of a site are named."""
FACTS: Final = frozenset({"origin", "created_at", "salt", "positions", "head"})
"""The rows of ``meta``."""
_ALWAYS: Final = frozenset({"verdict", "cancelled"})
"""What was registered from the first version on."""
_SCREENING_KINDS: Final = frozenset({*register.OF_A_SCREENING.values(), "noted"})

Fault = Callable[[str, str], None]


class Registered:
    """The register's entries, in order, sorted by what they are about.

    The file has had `length` of its own; those after are of the migration of a copy, which nobody will see again.
    """

    def __init__(self, db: Database, fault: Fault, wanted: str | None, length: int) -> None:
        self.db, self.fault, self.length = db, fault, length
        self.origin = meta(db, "origin") or ""
        self.head: str | None = None
        self.since: Counter[str] | None = None
        self.purged: set[str] = set()
        self._heads: dict[str, list[tuple[str, str]]] = {}
        self._sealed: dict[str, set[str]] = defaultdict(set)
        self._last: dict[str, int] = {}
        self._migrated: dict[str, int] = {}
        self._rows: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        """(Kind, subject) -> origin -> digest of the row."""
        self._accounts: dict[str, list[str]] = {}
        self._wanted = wanted.strip().lower() if wanted is not None else None
        self._read()

    # reading -------------------------------------------------------------------------------------

    def _read(self) -> None:
        last: dict[str, tuple[int, str]] = {}
        found_in: str | None = None
        for row in self.db.execute(
            "SELECT origin, entry, at, person, kind, subject, detail, hash FROM register ORDER BY origin, entry"
        ):
            origin, entry, stored = row[0], row[1], row[7]
            number, before = last.get(origin, (0, origin))
            place = f"register entry {entry}" + ("" if origin == self.origin else f" of {origin}")
            if entry != number + 1:
                self.fault(place, f"entry {number + 1} is missing before it")
            try:
                follows = link(before, row[:7]) == stored
            except (TypeError, ValueError):
                follows = False
            if not follows:
                self.fault(
                    place, "was changed: its hash does not follow from the entry before and its content"
                )
            last[origin] = (entry, stored)
            had = origin != self.origin or entry <= self.length
            if found_in == origin and self.since is not None and had:
                self.since[row[4]] += 1
            if origin == self.origin and had:
                self.head = stored
            if found_in is None and self._is_wanted(stored):
                found_in, self.since = origin, Counter()
            try:
                self._remember(origin, row[4], row[5] or "", json.loads(row[6]) if row[6] else {})
            except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
                self.fault(place, "does not say what such an entry says")
        if meta(self.db, "head") != ("{} {}".format(*last[self.origin]) if self.origin in last else None):
            self.fault("register", "its end was cut off or added to: the file's head names another entry")
        if self._wanted is not None and found_in is None:
            self.fault("register", "does not hold the given head: this file is older than it, or another")

    def _is_wanted(self, stored: str) -> bool:
        wanted = self._wanted
        return wanted is not None and len(wanted) >= ABBREVIATED and stored.startswith(wanted)

    def _remember(self, origin: str, kind: str, subject: str, said: dict[str, Any]) -> None:
        if kind in _SCREENING_KINDS:
            self._heads.setdefault(subject, []).append((kind, "" if kind == "started" else said["head"]))
            self._know(*_parts(subject))
        elif kind == "purge":
            self.purged |= set(said["screenings"])
        elif kind == "numbers":
            self._know(subject, int(said["last"]))
        elif kind in register.REGISTERED:
            self._remember_row(origin, kind, subject, said)
        elif kind == "migrated":
            for row_kind, (table, _) in register.REGISTERED.items():
                for key, digest in said[table].items():
                    self._remember_row(origin, row_kind, key, {"row": digest})
            if origin == self.origin:
                self._accounts.update(said["accounts"])
            for site, number in said["last"].items():
                self._know(site, int(number))
                self._migrated[site] = max(self._migrated.get(site, 0), int(number))
        for number, head in said.get("open", {}).items():
            self._sealed[number].add(head)

    def _remember_row(self, origin: str, kind: str, subject: str, said: dict[str, Any]) -> None:
        digests = self._rows[kind, subject]
        if "row" in said:  # earlier versions had none; what they wrote is taken in by their file's migration
            digests[origin] = said["row"]
        if kind == "person" and origin == self.origin:
            self._accounts[subject] = said.get("accounts", [])

    def _know(self, site: str, number: int) -> None:
        self._last[site] = max(self._last.get(site, 0), number)

    # what must be there --------------------------------------------------------------------------

    def facts(self) -> None:
        """Hold what the file says of itself."""
        known = dict(self.db.execute("SELECT key, value FROM meta").fetchall())
        for key in sorted(FACTS - known.keys() - ({"head"} if self.head is None else set())):
            self.fault(f"meta, {key}", "is missing")
        for key in sorted(known.keys() - FACTS):
            self.fault(f"meta, {key}", "does not belong here")
        heads = [row[0] for row in self.db.execute("SELECT head FROM positions")]
        if total(register.beginning(self.db), heads) != known.get("positions"):
            self.fault(
                "positions",
                "the heads of all dialogues do not add up: one was cut off, added or removed, or what the file"
                " says of itself was changed",
            )

    def rows(self) -> None:
        """Hold people, sites and invitations; a merged file has no accounts and no invitations of its sites."""
        for kind, (table, columns) in register.REGISTERED.items():
            found = {}
            for row in self.db.execute(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608
                key = row[0][: register.MARK] if kind == "invitation" else row[0]
                if key in found:
                    self.fault(f"{kind} {key}", "stands here twice")
                found[key] = register.row_digest(row)
            registered = {subject: said for (of, subject), said in self._rows.items() if of == kind}
            for key in sorted(found.keys() | registered.keys()):
                said = registered.get(key, {})
                if kind == "invitation":
                    said = {origin: digest for origin, digest in said.items() if origin == self.origin}
                    if not said and key not in found:
                        continue
                if key not in found:
                    self.fault(f"{kind} {key}", "stands in the register and is missing here")
                elif found[key] not in _binding(said):
                    self.fault(f"{kind} {key}", "is not as the register says")
        salt, accounts = meta(self.db, "salt") or "", defaultdict(list)
        for channel, account, person in self.db.execute("SELECT channel, account, person FROM accounts"):
            accounts[person].append(register.account_digest(salt, channel, account))
        for code in sorted(accounts.keys() | self._accounts.keys()):
            if sorted(accounts.get(code, [])) != self._accounts.get(code, []):
                self.fault(f"person {code}", "has other accounts than the register says")

    def heads(self, number: str, entries: Iterable[tuple[str, str]]) -> None:
        """Hold one screening's log, as (kind, hash), against what was registered of it."""
        logged, hashes = [], set()
        for kind, stored in entries:
            hashes.add(stored[: register.SEALED])
            entered = register.OF_A_SCREENING.get(kind)
            if entered is not None:
                logged.append((entered, "" if entered == "started" else stored))
            elif kind not in _MOVES:
                logged.append(("noted", stored))
        said = self._heads.get(number, [])
        site, sequence = _parts(number)
        older = sequence <= self._migrated.get(site, 0)
        bound = [pair for pair in logged if pair in said or pair[0] in _ALWAYS or not older]
        if bound != said:
            kind, _ = next(a or b for a, b in zip_longest(bound, said) if a != b)
            self.fault(f"screening {number}", f"its {kind} is not as the register says")
        if not self._sealed.get(number, set()) <= hashes:
            self.fault(f"screening {number}", "its log does not hold what a backup or an export saw in it")
        if number in self.purged:
            self.fault(f"screening {number}", "stands here, and the register says that it was purged")

    def numbers(self) -> None:
        """Numbers run without gaps up to the last one that the register knows, or say that they were purged."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for site, sequence, number in self.db.execute("SELECT site, sequence, number FROM screenings"):
            numbers[site].add(sequence)
            if number != f"{site}-{sequence:04d}":
                self.fault(f"screening {number}", "its number is not its site and sequence")
        for site in sorted(numbers.keys() | self._last.keys()):
            known = numbers[site]
            end = max(self._last.get(site, 0), *known, 0)
            for sequence in range(1, min(end, len(known) + len(self.purged) + NAMED) + 1):
                number = f"{site}-{sequence:04d}"
                if sequence not in known and number not in self.purged:
                    known_of = number in self._heads
                    why = (
                        "stands in the register and is missing here"
                        if known_of
                        else "is missing, and no purge says so"
                    )
                    self.fault(f"screening {number}", why)


_MOVES: Final = frozenset({"answer", "propose", "back", "correct", "continue", "finish"})
"""Kinds of log entries that are tied in by the total of all heads until their dialogue is saved."""


def _binding(said: dict[str, str]) -> set[str]:
    """Give the digests that a row may have: what its sites' files say, and a merged file of itself only if they do not.

    Several files can have made one site, by inviting for it; any of those rows is its row.
    """
    return {digest for origin, digest in said.items() if origin != register.MERGED} or set(said.values())


def _parts(number: str) -> tuple[str, int]:
    site, _, sequence = number.rpartition("-")
    return site, int(sequence) if sequence.isdecimal() else 0
