"""Queries as CSV: one row a query on an answer, with what became of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Final

from state.exports.csvs import guarded
from state.exports.snapshot import Snapshot

COLUMNS: Final = (
    "screening", "entry", "asked_at", "asked_by", "question", "code", "state", "answered_at", "answered_by", "reason",
)  # fmt: skip
_ROWS: Final = (
    "SELECT q.screening, q.entry, q.at, q.person, q.question, json_extract(q.detail, '$.code'),"
    " coalesce(json_extract(a.detail, '$.outcome'), 'open'), a.at, a.person, json_extract(a.detail, '$.reason')"
    " FROM chosen c JOIN log q ON q.screening = c.screening AND q.kind = 'query'"
    " LEFT JOIN log a ON a.screening = q.screening AND a.kind = 'query_answer'"
    " AND json_extract(a.detail, '$.query') = q.entry ORDER BY q.screening, q.entry"
)


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write all queries on the chosen screenings; gives the number of rows."""
    rows = 0
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for row in snapshot.query(_ROWS, []):
            lines.writerow(map(guarded, row))
            rows += 1
    step(snapshot.count)
    return rows
