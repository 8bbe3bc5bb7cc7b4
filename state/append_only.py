"""Triggers that refuse to change or delete rows. Migrations and purging lift them, within a transaction of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlite_utils import Database

TABLES: Final = ("protocols", "screenings", "log", "verdicts", "register")
EVENTS: Final = ("update", "delete")


def refuse(db: Database, table: str, events: Iterable[str] = EVENTS) -> None:
    """Make the triggers of a table; their text is part of the schema that `state.verify` compares."""
    for event in events:
        db.execute(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}\n"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def allow(db: Database, table: str, events: Iterable[str] = EVENTS) -> None:
    """Drop the triggers of a table, for what the caller has to change, and then calls `refuse`."""
    for event in events:
        db.execute(f"DROP TRIGGER {table}_no_{event}")
