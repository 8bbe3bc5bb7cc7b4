"""The union of checked files: of each screening, person and register the longest; what contradicts is a conflict.

The result depends neither on the order of the files nor on repeats.
"""

from __future__ import annotations

from typing import Final

from state import register
from state.codes import is_matching
from state.columns import select
from state.errors import StateError
from state.merge.checked import Log, Row, Source

_AFTER: Final = " WHERE screening = :screening AND entry > :after ORDER BY entry"
ENTRIES: Final = select("log") + _AFTER
VERDICTS: Final = select("verdicts") + _AFTER
MERGED_OF_POSITIONS: Final = "screening, person, state, entries, head, updated_at, set_aside"
"""The columns of ``positions`` that are merged; which prompts were delivered stays at the site."""
POSITION: Final = f"SELECT {MERGED_OF_POSITIONS} FROM positions WHERE screening = :screening"


class Conflict(StateError):
    """Two files tell different histories under one name."""


def unite(union: Source, source: Source) -> None:
    """Add what a file holds to the union. Raises `Conflict`."""
    for code, row in source.sites.items():  # inviting for another site makes its row in this file, too
        union.sites[code] = min(union.sites.get(code, row), row, key=lambda site: site[::-1])
    _unite_protocols(union, source)
    _unite_people(union, source)
    for number, log in source.logs.items():
        if is_matching(number):
            continue  # it stays at its site
        known = union.logs.get(number)
        union.logs[number] = _longer(known, log) if known else log
    for origin, rows in source.register.items():
        _unite_register(union, source.name, origin, rows)
    union.purged |= source.purged


def _unite_protocols(union: Source, source: Source) -> None:
    for sha256, row in source.protocols.items():
        if union.protocols.setdefault(sha256, row) != row:
            raise Conflict(
                f"protocol {sha256} of {source.name} is not the protocol {sha256} of the files before it"
            )


def _unite_people(union: Source, source: Source) -> None:
    for code, (fixed, changing) in source.people.items():
        known = union.people.get(code, (fixed, changing))
        if known[0] != fixed:
            raise Conflict(
                f"person {code} of {source.name} is not the {code} of the files before it; two files that were begun"
                " apart with the same site code cannot be merged: give each site a code of its own (--site)"
            )
        union.people[code] = (fixed, max(known[1], changing))


def _unite_register(union: Source, name: str, origin: str, rows: list[Row]) -> None:
    if origin == register.MERGED:  # what a merged file records of itself stays with it
        if any(row[4] == "purge" for row in rows):
            raise Conflict(f"{name} is a merged file that was purged itself; merge the sites' files")
        return
    kept = union.register.setdefault(origin, [])
    for mine, theirs in zip(kept, rows, strict=False):
        if mine != theirs:
            raise Conflict(
                f"entry {mine[1]} of the register {origin} in {name} is not the one in the files before it"
            )
    kept.extend(rows[len(kept) :])


def _longer(one: Log, other: Log) -> Log:
    """Return the longer of two logs of a screening, if the shorter is its beginning. Raises `Conflict` if it is not.

    Both chains were checked; so it is, if the hash at its last entry is the same.
    """
    number = one.row[0]
    if one.row != other.row:
        raise Conflict(f"screening {number} in {other.source.name} is not the {number} of {one.source.name}")
    shorter, longer = sorted((one, other), key=lambda log: log.entries)
    if _hash_at(longer, shorter.entries) != shorter.head:
        raise Conflict(f"screening {number} went on differently in {other.source.name} and {one.source.name}")
    if shorter.entries != longer.entries:
        return longer
    for table, query in (("verdicts", VERDICTS), ("positions", POSITION)):
        if rows_of(one, query) != rows_of(other, query):
            raise Conflict(
                f"the {table} of screening {number} differ in {other.source.name} and {one.source.name}"
            )
    return one


def _hash_at(log: Log, entry: int) -> str | None:
    if entry == 0:
        return str(log.row[-1])
    row = log.source.db.execute(
        "SELECT hash FROM log WHERE screening = ? AND entry = ?", [log.row[0], entry]
    ).fetchone()
    return row[0] if row else None


def rows_of(log: Log, query: str, after: int = 0) -> list[Row]:
    """Read rows of a screening from the file that its log stands in: those after an entry, where rows have entries."""
    return list(log.source.db.execute(query, {"screening": log.row[0], "after": after}))


def check_links(union: Source) -> None:
    """Raise `Conflict` if a screening follows one that is in none of the files."""
    for number, log in union.logs.items():
        earlier = log.row[8]
        if earlier is not None and earlier not in union.logs:
            raise Conflict(
                f"screening {number} of {log.source.name} follows {earlier}, which was purged elsewhere"
            )
