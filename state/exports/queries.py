"""Queries as CSV: one row a query on an answer, with what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from dialogs.protocol import Protocol
from state.corrections import as_it_came_out
from state.exports.snapshot import Snapshot
from state.exports.spreadsheet import Csv, csv_file
from state.history import Asked

COLUMNS: Final = (
    "screening",
    "entry",
    "asked_at",
    "asked_by",
    "question",
    "code",
    "state",
    "answered_at",
    "answered_by",
    "reason",
)
_ROWS: Final = (
    f"SELECT c.protocol, {', '.join(f'q.{column}' for column in COLUMNS)}"
    " FROM chosen c JOIN queries q ON q.screening = c.screening ORDER BY q.screening, q.entry"
)


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write all queries on the chosen screenings; returns the number of rows."""
    rows = 0
    with csv_file(target) as file:
        table = Csv(file)
        table.add(COLUMNS)
        for sha256, *cells in snapshot.query(_ROWS, []):
            row = dict(zip(COLUMNS, cells, strict=True))
            table.add(_as_it_came_out(snapshot, snapshot.protocols[sha256], row).values())
            rows += 1
    step(snapshot.count)
    return rows


def _as_it_came_out(snapshot: Snapshot, protocol: Protocol, row: dict[str, Any]) -> dict[str, Any]:
    """Return a query as the card of its screening has it: *confirmed* if its correction changed nothing."""
    asked = Asked(*(row[each.name] for each in fields(Asked)))
    state = as_it_came_out(snapshot.db, row["screening"], protocol, asked).state
    return row if state == asked.state else {**row, "state": state, "reason": None}
