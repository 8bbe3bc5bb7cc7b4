"""Reads a line in part: what the catalogue knows of it, joined with the rest in its own words as the line joins them.

Every word stays: in the rule, or in the question that is asked. What the known part is to the line decides how both are
joined: it may be needed, or enough, or say whom the line concerns.
"""

from __future__ import annotations

from dialogs.drafting.proposals.alternatives import alternatives
from dialogs.drafting.proposals.clauses import Line
from dialogs.drafting.proposals.conditions import Condition
from dialogs.drafting.proposals.groups import of_some
from dialogs.drafting.proposals.narrowing import narrowed

MOST_LETTERS = 600
"""Of a line; a longer one says too much for its parts to be told apart."""


def in_part(line: Line) -> Condition | None:
    """Return a line of which a part is known; ``None`` where it is not certain what this is to the rest."""
    if len(line.text) > MOST_LETTERS:
        return None
    return of_some(line) or alternatives(line) or narrowed(line)
