"""What a query that was taken up came to: a correction, or the answer as it was.

Its answer in the log says *corrected* from the moment it is taken up; what was entered then shows in the next save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlite_utils import Database

from dialogs.answers import COMPUTED, Answer
from dialogs.dialogue import STEP_KINDS, Dialogue
from dialogs.protocol import Protocol
from state.history import Asked
from state.replay import begun_as, step_from

_TAKEN_UP: Final = (
    "SELECT a.entry, min(s.entry) FROM log a"
    " JOIN log s ON s.screening = a.screening AND s.kind = 'save' AND s.entry > a.entry"
    " WHERE a.screening = ? AND a.kind = 'query_answer' AND json_extract(a.detail, '$.query') = ? GROUP BY a.entry"
)


def as_it_came_out(db: Database, number: str, protocol: Protocol, query: Asked) -> Asked:
    """Return a query as *confirmed* if it was taken up and saved, and nothing of its answer changed."""
    if query.state != "corrected":
        return query
    row = db.execute(_TAKEN_UP, [number, query.entry]).fetchone()
    if row is None:
        return query
    before, after = (_came_to(_replayed(db, number, protocol, entry), query.question) for entry in row)
    return replace(query, state="confirmed") if before == after else query


def _replayed(db: Database, number: str, protocol: Protocol, last: int) -> Dialogue:
    (_, *_, how), *log = db.execute(
        "SELECT kind, question, value, unit, detail FROM log WHERE screening = ? AND entry <= ? ORDER BY entry",
        [number, last],
    ).fetchall()
    dialogue = begun_as(protocol, how)
    for kind, *said in log:
        if kind in STEP_KINDS:
            dialogue.take(step_from(kind, *said))
    return dialogue


def _came_to(dialogue: Dialogue, question: str) -> Sequence[Answer | None]:
    """Return an answer that counts, with the parts of a number that is worked out."""
    if question not in dialogue.applied:
        return (None,)
    answer, place = dialogue.answers[question], dialogue.protocol.position[question]
    formula = dialogue.protocol.formulas.get(place)
    parts = formula.places if formula is not None and answer == COMPUTED else ()
    return (answer, *(dialogue.facts[part] for part in parts))
