"""Candidates whose data are already abstracted: a table or JSON, read like typed answers, played through the dialogue.

What the conversation would ask about is not taken here either: such an answer is a fault of its row, named by row,
name and question, and the row is not evaluated. It never becomes *unknown* by itself. Only unusual values can be
accepted beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.candidates.columns import Elsewhere, listed
from dialogs.candidates.objects import read_objects
from dialogs.candidates.playing import Outcome, evaluate_candidate, judged, play
from dialogs.candidates.rows import MAX_NAME, BadFile, Cell, Fault, Row, Unreadable, shown
from dialogs.candidates.several import evaluate_several, outcomes, trials_of
from dialogs.candidates.tables import COMMENT, MAX_COLUMNS, MAX_ROWS, lines_of_csv, read_table
from dialogs.protocol import Protocol

__all__ = [
    "COMMENT",
    "MAX_COLUMNS",
    "MAX_NAME",
    "MAX_ROWS",
    "BadFile",
    "Cell",
    "Elsewhere",
    "Fault",
    "Outcome",
    "Row",
    "Unreadable",
    "evaluate_candidate",
    "evaluate_several",
    "judged",
    "listed",
    "outcomes",
    "play",
    "read_candidates",
    "read_table",
    "shown",
    "trials_of",
]


def read_candidates(
    protocol: Protocol,
    text: str,
    *,
    accept_unusual: bool = False,
    limit: int = MAX_ROWS,
    elsewhere: Elsewhere | None = None,
) -> Iterator[Row]:
    """Read candidates from JSON (a list of ``{"name", "answers"}``) or CSV (one column a question).

    Columns that only trials ``elsewhere`` have are left out, and noted there. Raises `BadFile` if the text as a whole
    is neither.
    """
    elsewhere = elsewhere or Elsewhere()
    if text.lstrip()[:1] in ("[", "{"):
        return read_objects(protocol, text, accept_unusual, limit, elsewhere)
    lines = lines_of_csv(protocol, text)
    return read_table(protocol, lines, accept_unusual=accept_unusual, limit=limit, elsewhere=elsewhere)
