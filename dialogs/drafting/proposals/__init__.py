"""Proposes a rule for a line of a registry record, over questions of the catalogue, where nothing of it is left over.

A line is cut into known phrases (``phrases.toml``) and read by a grammar (``grammar.lark``), whole or not at all: one
word that is not known, or two ways of reading it, and nothing is proposed; its criterion is then asked in the record's
words. What is proposed is for a person to review.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from dialogs.drafting.proposals.conditions import Condition
from dialogs.drafting.proposals.limits import HEAD
from dialogs.drafting.proposals.phrases import Phrase, phrases, phrases_of_heading
from dialogs.drafting.proposals.reading import read
from dialogs.drafting.proposals.washouts import washout
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol
from dialogs.loading.writing import value_of

_ROLES: Final = ("inclusion", "exclusion")
_OTHER_LISTS: Final = {"inclusion": "ANY", "exclusion": "ALL"}
"""Lists whose items are no criteria of their own."""
_PLAIN_HEADING: Final = frozenset({"HEADING", "ALL", "ANY", "AND", "COMMA", "SLASH", "DEFINED"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for a criterion, the questions of its own that it names, and how the line was read.

    What the rule names beside `questions` are entries of the catalogue. Of an exclusion, the rule says when it applies.
    """

    rule: str
    questions: tuple[Mapping[str, object], ...]
    why: str


def propose(text: str, role: str, headings: tuple[str, ...]) -> Proposal | None:
    """Return the rule that a line means, if every word of it and of the headings above it is understood.

    A heading may say when all below it is measured. That a line is of a cohort or a part is for its criterion's `parts`
    to say: such a heading is not to be given here.
    """
    if role not in _ROLES:
        return None
    above = [_said_of_lines(heading, role) for heading in headings]
    condition = _condition(text, [each for each in above if each is not None], inclusion=role == "inclusion")
    if None in above or condition is None or not _loads(condition, role):
        return None
    rule = condition.said.text
    return Proposal(rule, condition.questions, "read as " + rule.replace('"', ""))


def _condition(text: str, above: Sequence[tuple[Phrase, ...]], *, inclusion: bool) -> Condition | None:
    cut, said = phrases(text), tuple(chain.from_iterable(above))
    condition: Condition | None = read((*cut, *said), inclusion=inclusion) if cut else None
    return condition or (None if said else washout(text, inclusion=inclusion))


def _said_of_lines(heading: str, role: str) -> tuple[Phrase, ...] | None:
    """Return when the lines under a heading are measured; ``None`` if it says anything else that changes them."""
    cut = phrases_of_heading(heading)
    if cut is None or any(each.kind == _OTHER_LISTS[role] for each in cut):
        return None
    return tuple(each for each in cut if each.kind not in _PLAIN_HEADING)


def _loads(condition: Condition, role: str) -> bool:
    """Say whether a trial of this criterion alone is accepted: its numbers are possible, and it can be met and fail."""
    questions = "".join(f"[[question]]\n{_pairs(each)}" for each in condition.questions)
    keys = {"code": "X1", role: "any", "rule": condition.said.text}
    try:
        parse_protocol(f"{HEAD}{questions}[[criterion]]\n{_pairs(keys)}", "any.toml")
    except ProtocolError:
        return False
    return True


def _pairs(values: Mapping[str, object]) -> str:
    return "".join(f"{key} = {value_of(value)}\n" for key, value in values.items())
