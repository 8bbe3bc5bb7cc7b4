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
    query = _ANSWERS_EDITED if row.edited else _ANSWERS
    aside = f" {' '.join(row.set_aside)} "
    count, text = snapshot.one(query, {"screening": row.screening, "aside": aside})
    return count, text or ""


_JOINED: Final = f"""
SELECT count(*), group_concat(
    printf('{CELL.join(["%d", *["%s"] * 8])}', entry, at, person, question, value, unit, compared, compared_unit,
        {{}}),
    '{ROW}'
) FROM log l WHERE screening = :screening AND kind = 'answer'
"""  # noqa: S608  (only our own separators are put in)
_APPLIES: Final = "CASE WHEN instr(:aside, ' ' || question || ' ') THEN 'set aside' ELSE 'current' END"
_REPLACED: Final = """
    EXISTS (
        SELECT 1 FROM log n
        WHERE n.screening = :screening AND n.entry > l.entry AND n.kind = 'answer' AND n.question = l.question
    )"""
_ANSWERS: Final = _JOINED.format(_APPLIES)
_ANSWERS_EDITED: Final = _JOINED.format(f"CASE WHEN {_REPLACED} THEN 'superseded' ELSE {_APPLIES} END")
