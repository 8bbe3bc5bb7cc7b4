"""Reads the register once, and holds people, sites, invitations, screenings and numbers against what it says.

No entry is trusted: one that is not what this program writes is reported and left out.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any, Final

from sqlite_utils import Database

from state import register, trials
from state.chain import link, total
from state.codes import number_of, site_and_sequence
from state.columns import select
from state.register import meta
from state.replay import registered_as

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
    """What the register of a file says, sorted by what its entries are about.

    `length` counts the file's own entries; those after it were made by migrating the copy that is verified.
    """

    def __init__(self, db: Database, fault: Fault, wanted: str | None, length: int) -> None:
        self.db, self.fault, self.length = db, fault, length
        self.origin = meta(db, "origin") or ""
        self.head: str | None = None
        self.since: Counter[str] | None = None
        self.purged: set[str] = set()
        self._ends: dict[str, tuple[int, str]] = {}
        """Origin -> number and hash of its newest entry."""
        self._found_in: str | None = None
        """The origin in whose chain the given head was found."""
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
        for row in self.db.execute(select("register") + " ORDER BY origin, entry"):
            self._follow(row)
        if meta(self.db, "head") != (
            "{} {}".format(*self._ends[self.origin]) if self.origin in self._ends else None
        ):
            self.fault("register", "its end was cut off or added to: the file's head names another entry")
        if self._wanted is not None and self._found_in is None:
            self.fault("register", "does not hold the given head: this file is older than it, or another")

    def _follow(self, row: tuple[Any, ...]) -> None:
        """Take in the next entry of a chain: its place, its hash, and what it says."""
        origin, entry, kind, subject, detail, stored = row[0], row[1], *row[4:8]
        number, before = self._ends.get(origin, (0, origin))
        place = f"register entry {entry}" + ("" if origin == self.origin else f" of {origin}")
        if entry != number + 1:
            self.fault(place, f"entry {number + 1} is missing before it")
        if not _follows(before, row[:-1], stored):
            self.fault(place, "was changed: its hash does not follow from the entry before and its content")
        self._ends[origin] = (entry, stored)
        self._look_for_head(origin, entry, kind, stored)
        try:
            self._remember(origin, kind, subject or "", json.loads(detail) if detail else {})
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
            self.fault(place, "does not say what such an entry says")

    def _look_for_head(self, origin: str, entry: int, kind: str, stored: str) -> None:
        """Note the file's own newest head; find the head that was given, and count what was entered after it."""
        had = origin != self.origin or entry <= self.length
        if self._found_in == origin and self.since is not None and had:
            self.since[kind] += 1
        if origin == self.origin and had:
            self.head = stored
        if self._found_in is None and self._is_wanted(stored):
            self._found_in, self.since = origin, Counter()

    def _is_wanted(self, stored: str) -> bool:
        wanted = self._wanted
        return wanted is not None and len(wanted) >= ABBREVIATED and stored.startswith(wanted)

    def _remember(self, origin: str, kind: str, subject: str, said: dict[str, Any]) -> None:
        if kind in _SCREENING_KINDS:
            self._heads.setdefault(subject, []).append((kind, "" if kind == "started" else said["head"]))
            self._know(*site_and_sequence(subject))
        elif kind == "purge":
            self.purged |= set(said["screenings"])
        elif kind == "numbers":
            self._know(subject, int(said["last"]))
        elif kind in register.REGISTERED:
            self._remember_row(origin, kind, subject, said)
        elif kind == trials.KIND:
            trials.check(said)
        elif kind == "migrated":
            self._remember_migrated(origin, said)
        for number, head in said.get("open", {}).items():
            self._sealed[number].add(head)

    def _remember_migrated(self, origin: str, said: dict[str, Any]) -> None:
        """Take in the rows of an older file as its migration found them."""
        for kind, (table, _) in register.REGISTERED.items():
            for key, digest in said[table].items():
                self._remember_row(origin, kind, key, {"row": digest})
        if origin == self.origin:
            self._accounts.update(said["accounts"])
        for site, number in said["last"].items():
            self._know(site, int(number))
            self._migrated[site] = max(self._migrated.get(site, 0), int(number))

    def _remember_row(self, origin: str, kind: str, subject: str, said: dict[str, Any]) -> None:
        digests = self._rows[kind, subject]
        if "row" in said:  # earlier versions had none; what they wrote is taken in by their file's migration
            digests[origin] = said["row"]
        if kind == "person" and origin == self.origin:
            self._accounts[subject] = said.get("accounts", [])

    def _know(self, site: str, number: int) -> None:
        self._last[site] = max(self._last.get(site, 0), number)

    # what must be there --------------------------------------------------------------------------

    def check_meta(self) -> None:
        """Check the rows of ``meta``, and the total of all heads."""
        known = dict(self.db.execute("SELECT key, value FROM meta").fetchall())
        for key in sorted(FACTS - known.keys() - ({"head"} if self.head is None else set())):
            self.fault(f"meta, {key}", "is missing")
        for key in sorted(known.keys() - FACTS):
            self.fault(f"meta, {key}", "does not belong here")
        heads = [row[0] for row in self.db.execute("SELECT head FROM positions")]
        if total(register.empty_total(self.db), heads) != known.get("positions"):
            self.fault(
                "positions",
                "the heads of all dialogues do not add up: one was cut off, added or removed, or what the file"
                " says of itself was changed",
            )

    def check_rows(self) -> None:
        """Check people, sites and invitations against their digests; merged files have no accounts of their sites."""
        for kind in register.REGISTERED:
            self._check_rows_of(kind)
        salt, accounts = meta(self.db, "salt") or "", defaultdict(list)
        for channel, account, person in self.db.execute("SELECT channel, account, person FROM accounts"):
            accounts[person].append(register.account_digest(salt, channel, account))
        for code in sorted(accounts.keys() | self._accounts.keys()):
            if sorted(accounts.get(code, [])) != self._accounts.get(code, []):
                self.fault(f"person {code}", "has other accounts than the register says")

    def _check_rows_of(self, kind: str) -> None:
        found: dict[str, str] = {}
        for key, digest in register.digests(self.db, kind):
            if key in found:
                self.fault(f"{kind} {key}", "stands here twice")
            found[key] = digest
        registered = {subject: said for (of, subject), said in self._rows.items() if of == kind}
        for key in sorted(found.keys() | registered.keys()):
            said = registered.get(key, {})
            if kind == "invitation":
                said = {origin: digest for origin, digest in said.items() if origin == self.origin}
            elsewhere = kind == "invitation" and not said  # invitations stay in the file that made them
            if key in found and found[key] not in _binding(said):
                self.fault(f"{kind} {key}", "is not as the register says")
            elif key not in found and not elsewhere:
                self.fault(f"{kind} {key}", "stands in the register and is missing here")

    def check_heads(self, number: str, entries: Iterable[tuple[str, str]]) -> None:
        """Check one screening's log, as (kind, hash), against what was registered of it."""
        entries = list(entries)
        hashes = {stored[: register.SEALED] for _, stored in entries}
        said = self._heads.get(number, [])
        site, sequence = site_and_sequence(number)
        older = sequence <= self._migrated.get(site, 0)
        bound = [pair for pair in _logged(entries) if pair in said or pair[0] in _ALWAYS or not older]
        if bound != said:
            kind, _ = next(a or b for a, b in zip_longest(bound, said) if a != b)
            self.fault(f"screening {number}", f"its {kind} is not as the register says")
        if not self._sealed.get(number, set()) <= hashes:
            self.fault(f"screening {number}", "its log does not hold what a backup or an export saw in it")
        if number in self.purged:
            self.fault(f"screening {number}", "stands here, and the register says that it was purged")

    def check_numbers(self) -> None:
        """Check that numbers have no gaps up to the last one registered, other than those that were purged."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for site, sequence, number in self.db.execute("SELECT site, sequence, number FROM screenings"):
            if sequence > 0:
                numbers[site].add(sequence)
            if number != number_of(site, sequence):
                self.fault(f"screening {number}", "its number is not its site and sequence")
        for site in sorted(numbers.keys() | self._last.keys()):
            known = numbers[site]
            end = max(self._last.get(site, 0), *known, 0)
            for sequence in range(1, min(end, len(known) + len(self.purged) + NAMED) + 1):
                if sequence not in known:
                    self._missing(f"{site}-{sequence:04d}")

    def _missing(self, number: str) -> None:
        if number in self.purged:
            return
        if number in self._heads:
            self.fault(f"screening {number}", "stands in the register and is missing here")
        else:
            self.fault(f"screening {number}", "is missing, and no purge says so")


def _follows(before: str, fields: tuple[Any, ...], stored: str) -> bool:
    try:
        return link(before, fields) == stored
    except (TypeError, ValueError):  # no JSON can be made of what stands there
        return False


def _logged(entries: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what the register must hold of a log: (kind of register entry, hash).

    The other entries are tied in by the total of all heads until their dialogue is saved.
    """
    for kind, stored in entries:
        entered = registered_as(kind)
        if entered is not None:
            yield entered, "" if entered == "started" else stored


def _binding(said: dict[str, str]) -> set[str]:
    """Return the digests that a row may have: those in the registers of its sites' files, else the merged file's own.

    Several files can have made one site, by inviting for it; any of those rows is its row.
    """
    return {digest for origin, digest in said.items() if origin != register.MERGED} or set(said.values())
