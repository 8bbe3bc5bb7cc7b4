"""Proposes a rule for a line of a registry record, over questions of the catalogue, where nothing of it is left over.

A line is cut into known phrases (``phrases.toml``) and read by a grammar (``grammar.lark``). Where a word of it is not
known, or it can be read in two ways, it is read in part (``in_part.py``), and the rest is asked in the record's words;
else nothing is proposed, and its criterion is asked in these. What is proposed is for a person to review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from dialogs.drafting.footnotes import marks
from dialogs.drafting.proposals.alternatives import is_of_two_groups
from dialogs.drafting.proposals.clauses import Line
from dialogs.drafting.proposals.conditions import Condition
from dialogs.drafting.proposals.groups import asks_of_one_sex, named, of_one_sex, of_them
from dialogs.drafting.proposals.in_part import in_part
from dialogs.drafting.proposals.limits import HEAD
from dialogs.drafting.proposals.phrases import Phrase, phrases, phrases_of_heading
from dialogs.drafting.proposals.reading import read
from dialogs.drafting.proposals.washouts import washout
from dialogs.drafting.spoken import with_texts
from dialogs.drafting.titles import requires, with_colon
from dialogs.drafting.why import LINE, Note
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol
from dialogs.loading.writing import value_of

_ROLES: Final = ("inclusion", "exclusion")
_OTHER_LISTS: Final = {"inclusion": "ANY", "exclusion": "ALL"}
"""Lists whose items are no criteria of their own."""
_PLAIN_HEADING: Final = frozenset({"HEADING", "ALL", "ANY", "AND", "COMMA", "SLASH", "DEFINED"})
_AGO: Final = re.compile(r"\b(?:last|since)_\w+ [<>]")
_LATER: Final = re.compile(
    r"\b(?:prior to|before|preceding|of) (?:the )?((?:baseline|randomi[sz]ation|vaccination|dosing|surgery|cycle|"
    r"day|visit|(?:first|initial|1st|study|trial|planned) (?!entry|enrol|inclusion|start|registration)\w+|"
    r"start|initiation|beginning|administration|receiving)\b[^,;()]*)",
    re.IGNORECASE,
)
"""The day of what comes later than the screening."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for a criterion, the questions of its own that it names, and how the line was read.

    What the rule names beside `questions` are entries of the catalogue. Of an exclusion, the rule says when it applies.
    """

    rule: str
    questions: tuple[Mapping[str, object], ...]
    why: tuple[Note, ...]


def propose(text: str, role: str, headings: tuple[str, ...]) -> Proposal | None:
    """Return the rule that a line means, with questions in its own words for what the catalogue does not know.

    A heading may say when all below it is measured, or whom it concerns; below one that says anything else nothing is
    proposed, nor for an exclusion that says what must be, nor for what bears the mark of a footnote. That a line is of
    a cohort or a part is for its criterion's `parts` to say: such a heading is not to be given here.
    """
    if role not in _ROLES or marks(text) or (role == "exclusion" and requires(text)):
        return None
    groups = {heading: group for heading in headings if (group := named(heading)) is not None}
    above = [_said_of_lines(heading, role) for heading in headings if heading not in groups]
    line = Line(text.strip(" ;,."), role == "inclusion", " ".join(map(with_colon, headings)))
    if None in above or (condition := _condition(line, [each for each in above if each])) is None:
        return None
    fails = (Note("of_neither_group"),) if is_of_two_groups(line, condition) else ()
    for group in groups.values():
        condition = of_them(group, condition, inclusion=line.inclusion)
    if not _loads(condition, role):
        return None
    rule = condition.said.text
    read_as = Note("read_as", {"rule": _in_short(rule, condition.questions, line).replace('"', "")})
    return Proposal(rule, condition.questions, (read_as, *_counted_from(text, rule), *fails))


def _in_short(rule: str, questions: Sequence[Mapping[str, object]], line: Line) -> str:
    """Return a rule with the words that are asked for the names of their questions."""
    for each in questions:
        if "words" in each:
            said = LINE if each["short"] == line.text else f"“{each['short']}”"
            rule = rule.replace(str(each["id"]), said)
    return rule


def _counted_from(text: str, rule: str) -> tuple[Note, ...]:
    """Say that a time is counted back from the screening where a record counts from a later day."""
    found = _LATER.search(text) if _AGO.search(rule) else None
    return () if found is None else (Note("counted_from", {"day": found[1].strip()}),)


def _condition(line: Line, above: Sequence[tuple[Phrase, ...]]) -> Condition | None:
    """Read a line whole, or else in part; under a heading that says when it is measured, only whole."""
    said = tuple(chain.from_iterable(above))
    if said:
        cut = phrases(line.text)
        condition: Condition | None = read((*cut, *said), inclusion=line.inclusion) if cut else None
        return condition
    if asks_of_one_sex(line):
        return of_one_sex(line)
    return line.read(line.text) or washout(line.text, inclusion=line.inclusion) or in_part(line)


def _said_of_lines(heading: str, role: str) -> tuple[Phrase, ...] | None:
    """Return when the lines under a heading are measured; ``None`` if it says anything else that changes them."""
    cut = phrases_of_heading(heading)
    if cut is None or any(each.kind == _OTHER_LISTS[role] for each in cut):
        return None
    return tuple(each for each in cut if each.kind not in _PLAIN_HEADING)


def _loads(condition: Condition, role: str) -> bool:
    """Say whether a trial of this criterion alone is accepted: its numbers are possible, and it can be met and fail."""
    questions = "".join(f"[[question]]\n{_pairs(_as_asked(each))}" for each in condition.questions)
    keys = {"code": "X1", role: "any", "rule": condition.said.text}
    try:
        parse_protocol(f"{HEAD}{questions}[[criterion]]\n{_pairs(keys)}", "any.toml")
    except ProtocolError:
        return False
    return True


def _as_asked(question: Mapping[str, object]) -> Mapping[str, object]:
    """Return a question, in English, with words to be asked about as one that asks them."""
    return {
        "ask" if key == "words" else key: with_texts(value, lambda texts: texts["en"])
        for key, value in question.items()
    }


def _pairs(values: Mapping[str, object]) -> str:
    return "".join(f"{key} = {value_of(value)}\n" for key, value in values.items())
