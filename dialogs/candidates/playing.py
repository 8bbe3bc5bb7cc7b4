"""What the dialogue comes to for a candidate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialogs.answers import COMPUTED, UNKNOWN, Answer
from dialogs.candidates.rows import Row
from dialogs.dialogue import EXCLUDED, REVIEW, Step, begin
from dialogs.parts import PartVerdict
from dialogs.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the dialogue comes to. ``asked`` holds the questions up to the exclusion."""

    verdict: str
    failed: tuple[str, ...]
    first_failed: str | None
    unresolved: tuple[str, ...]
    asked: tuple[str, ...]
    parts: tuple[PartVerdict, ...]


def play(protocol: Protocol, answers: Mapping[str, Answer]) -> Outcome:
    """Play the dialogue over a table of answers, going on after exclusions; missing is *unknown*."""
    dialogue = begin(protocol)
    asked: list[str] = []
    first: str | None = None
    while dialogue.state != REVIEW:
        if dialogue.state == EXCLUDED:
            first = dialogue.first_failed
            dialogue.take(Step("continue" if dialogue.can("continue") else "finish"))
            continue
        if first is None:
            asked.append(dialogue.state)
        answer = answers.get(dialogue.state) or _missing(protocol, dialogue.state, answers)
        dialogue.take(Step("answer", dialogue.state, answer))
    return Outcome(
        dialogue.verdict, dialogue.failed_codes, first, dialogue.unresolved, tuple(asked), dialogue.parts
    )


def _missing(protocol: Protocol, question: str, answers: Mapping[str, Answer]) -> Answer:
    """Return the answer to a question that has none: worked out, if any of its parts is there, else unknown."""
    formula = protocol.formulas.get(protocol.position[question])
    parts = [protocol.questions[place].id for place in formula.places] if formula is not None else []
    return COMPUTED if any(answers.get(part, UNKNOWN) != UNKNOWN for part in parts) else UNKNOWN


def evaluate_candidate(protocol: Protocol, row: Row) -> str:
    """Return a candidate's line of JSON."""
    outcome = play(protocol, row.answers)
    line: dict[str, Any] = {
        "name": row.name,
        "verdict": outcome.verdict,
        "failed": outcome.failed,
        "first_failed": outcome.first_failed,
        "unresolved": outcome.unresolved,
        "asked": outcome.asked,
    }
    if outcome.parts:
        line["parts"] = {each.part.code: _of_part(each) for each in outcome.parts}
    if row.unusual:
        line["unusual"] = row.unusual
    return json.dumps(line, ensure_ascii=False)


def _of_part(part: PartVerdict) -> dict[str, Any]:
    return {"verdict": part.verdict, "failed": part.failed, "unresolved": part.unresolved}
