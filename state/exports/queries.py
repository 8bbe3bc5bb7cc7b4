"""Queries as CSV: one row a query on an answer, with what became of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from state.exports.snapshot import Snapshot
from state.exports.spreadsheet import Csv, csv_file

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
    f"SELECT {', '.join(f'q.{column}' for column in COLUMNS)}"
    " FROM chosen c JOIN queries q ON q.screening = c.screening ORDER BY q.screening, q.entry"
)


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write all queries on the chosen screenings; returns the number of rows."""
    rows = 0
    with csv_file(target) as file:
        table = Csv(file)
        table.add(COLUMNS)
        for row in snapshot.query(_ROWS, []):
            table.add(row)
            rows += 1
    step(snapshot.count)
    return rows
