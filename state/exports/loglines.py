"""JSON Lines: a screening with its whole dialogue log a line, written by SQLite's own JSON functions.

The lines follow ``log.schema.json`` beside this file. The identity of a chat message stands in no line. The verdict
*eligible* is called ``potentially_eligible``. Entries come in the order of the table's primary key, the only way
in which SQLite can find them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from dialogs.verdicts import CODES
from state.exports.healing import healed
from state.exports.snapshot import Snapshot

SCHEMA: Final = Path(__file__).with_name("log.schema.json")

_VERDICT: Final = f"CASE c.verdict WHEN 'eligible' THEN '{CODES['eligible']}' ELSE c.verdict END"
_DETAIL: Final = f"""json(replace(l.detail, '"verdict":"eligible"', '"verdict":"{CODES["eligible"]}"'))"""

_PARTS: Final = f"""replace(c.parts, '"verdict":"eligible"', '"verdict":"{CODES["eligible"]}"')"""

_LINES: Final = f"""
SELECT json_object(
    'screening', c.screening, 'site', c.site,
    'protocol', json_object('id', t.id, 'version', t.version, 'sha256', t.sha256),
    'started_at', c.started_at, 'started_by', c.started_by, 'zone', c.zone, 'channel', c.channel,
    'earlier', c.earlier, 'subject', c.subject, 'state', c.state, 'saved_at', c.saved_at, 'saved_by', c.saved_by,
    'verdict', {_VERDICT}, 'first_failed', c.first_failed,
    'all_failed', json(c.all_failed), 'unresolved', json(c.unresolved), 'set_aside', json(c.set_aside),
    'healing', json(healing(c.screening)),
    'parts', json({_PARTS}),
    'questions_asked', c.asked, 'head', c.head,
    'log', (
        SELECT json_group_array(json_object(
            'entry', l.entry, 'at', l.at, 'person', l.person, 'kind', l.kind, 'question', l.question,
            'value', l.value, 'unit', l.unit, 'compared', l.compared, 'compared_unit', l.compared_unit,
            'detail', CASE WHEN l.detail IS NULL OR l.kind = 'start' THEN NULL ELSE {_DETAIL} END
        )) FROM log l WHERE l.screening = c.screening
    )
) || char(10)
FROM chosen c JOIN protocols t ON t.sha256 = c.protocol
ORDER BY c.rowid
"""


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write a line for each screening; returns their number."""
    failed = snapshot.rows("""verdict = 'ineligible' OR instr(parts, '"ineligible"')""")
    healing = {row.screening: json.dumps(healed(snapshot, row).as_json()) for row in failed}
    snapshot.db.conn.create_function("healing", 1, healing.get)
    with target.open("w", encoding="utf-8", newline="") as file:
        return sum(_write_line(file, line, step) for (line,) in snapshot.query(_LINES))


def _write_line(file: TextIO, line: str, step: Callable[[int], None]) -> int:
    file.write(line)
    step(1)
    return 1
