"""The columns of the chained tables, for whoever writes, reads or copies whole rows.

A new column is added here, to `state.schema` by a migration, and where its value comes from; a test holds this against
the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "screenings": (
        "number", "site", "sequence", "protocol", "person", "started_at", "zone", "channel", "earlier", "hash",
    ),
    "log": (
        "screening", "entry", "at", "person", "kind", "question", "value", "unit", "compared", "compared_unit",
        "detail", "source", "hash",
    ),
    "verdicts": (
        "screening", "entry", "at", "person", "verdict", "first_failed", "all_failed", "unresolved", "set_aside",
        "asked", "parts", "worked_out",
    ),
    "register": ("origin", "entry", "at", "person", "kind", "subject", "detail", "hash"),
}  # fmt: skip
"""Without `positions`, of which parts are written at different moments, and tables that are in no chain."""


def insert(table: str) -> str:
    """Return the statement that writes a whole row; its values come in the order of `COLUMNS`."""
    columns = COLUMNS[table]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def select(table: str) -> str:
    """Return the beginning of the query that reads whole rows, in the same order."""
    return f"SELECT {', '.join(COLUMNS[table])} FROM {table}"
