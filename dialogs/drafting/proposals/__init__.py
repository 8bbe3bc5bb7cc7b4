"""Proposes a rule for a line of a registry record, over questions of the catalogue, where nothing of it is left over.

A line is cut into known phrases (``phrases.toml``) and read by a grammar (``grammar.lark``), whole or not at all: one
word that is not known, or two ways of reading it, and nothing is proposed; its criterion is then asked in the record's
words. What is proposed is for a person to review.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.proposals.conditions import Condition
from dialogs.drafting.proposals.phrases import kinds_of_heading, phrases
from dialogs.drafting.proposals.reading import read
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol
from dialogs.loading.writing import value_of

_ROLES: Final = ("inclusion", "exclusion")
_OTHER_LISTS: Final = {"inclusion": "ANY", "exclusion": "ALL"}
"""Lists whose items are no criteria of their own."""
_PLAIN_HEADING: Final = frozenset({"HEADING", "ALL", "ANY", "AND", "COMMA", "SLASH", "LEFT", "RIGHT", "TO"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for a criterion, the questions of its own that it names, and how the line was read.

    What the rule names beside `questions` are entries of the catalogue. Of an exclusion, the rule says when it applies.
    """

    rule: str
    questions: tuple[Mapping[str, object], ...]
    why: str


def propose(text: str, role: str, headings: tuple[str, ...]) -> Proposal | None:
    """Return the rule that a line means, if every word of it and of the headings above it is understood."""
    plain_headings = role in _ROLES and all(_changes_nothing(heading, role) for heading in headings)
    cut = phrases(text) if plain_headings else None
    condition = read(cut, inclusion=role == "inclusion") if cut else None
    if condition is None or not _loads(condition, role):
        return None
    rule = condition.said.text
    return Proposal(rule, condition.questions, "read as " + rule.replace('"', ""))


def _changes_nothing(heading: str, role: str) -> bool:
    """Say whether a line means under a heading what it means alone, one of *all* or one of *any of the following*."""
    kinds = kinds_of_heading(heading)
    if kinds is None:
        return False
    other = _OTHER_LISTS[role]
    return kinds <= _PLAIN_HEADING and other not in kinds


def _loads(condition: Condition, role: str) -> bool:
    """Say whether a trial of this criterion alone is accepted: its numbers are possible, and it can be met and fail."""
    questions = "".join(f"[[question]]\n{_pairs(each)}" for each in condition.questions)
    keys = {"code": "X1", role: "any", "rule": condition.said.text}
    head = 'format = 2\nid = "ANY"\ntitle = "Any"\n'
    try:
        parse_protocol(f"{head}{questions}[[criterion]]\n{_pairs(keys)}", "any.toml")
    except ProtocolError:
        return False
    return True


def _pairs(values: Mapping[str, object]) -> str:
    return "".join(f"{key} = {value_of(value)}\n" for key, value in values.items())
