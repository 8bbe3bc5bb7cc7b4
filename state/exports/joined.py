"""A screening's answers as one string that SQLite joins: several times faster than a million rows in Python."""

from __future__ import annotations

from typing import Final

from state.exports.snapshot import Row, Snapshot

CELL: Final = "\x1f"
"""Stands between cells: entry, at, person, question, value, unit, compared, compared_unit, status; null is empty."""
ROW: Final = "\x1e"
"""Stands between rows."""


def joined_answers(snapshot: Snapshot, row: Row) -> tuple[int, str]:
    """Give the number of a screening's answers, and all of them joined, in order."""
    count, text = snapshot.one(_ANSWERS_EDITED if row.edited else _ANSWERS, [row.screening])
    return count, text or ""


_JOINED: Final = f"""
SELECT count(*), group_concat(
    printf('{CELL.join(["%d", *["%s"] * 8])}', entry, at, person, question, value, unit, compared, compared_unit,
        {{status}}),
    '{ROW}'
) FROM {{answers}}
"""  # noqa: S608  (only our own separators are put in)
_ANSWERS: Final = _JOINED.format(status="'current'", answers="log WHERE screening = ? AND kind = 'answer'")
_ANSWERS_EDITED: Final = _JOINED.format(
    status="status", answers="(SELECT * FROM answers WHERE screening = ? ORDER BY entry)"
)
