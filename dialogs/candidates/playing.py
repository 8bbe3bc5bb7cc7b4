"""What the dialogue comes to for a candidate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogs.answers import COMPUTED, UNKNOWN, Answer
from dialogs.assessment import Verdict
from dialogs.candidates.rows import Row
from dialogs.parts import PartVerdict
from dialogs.progress import EXCLUDED, REVIEW, Progress
from dialogs.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the dialogue comes to. ``asked`` holds the questions up to the exclusion, if it was played."""

    verdict: Verdict
    failed: tuple[str, ...]
    first_failed: str | None
    unresolved: tuple[str, ...]
    asked: tuple[str, ...]
    parts: tuple[PartVerdict, ...]
    progress: Progress | None = field(default=None, compare=False, repr=False)
    """What it rests on."""


def play(protocol: Protocol, answers: Mapping[str, Answer]) -> Outcome:
    """Play the dialogue over a table of answers, going on after exclusions; missing is *unknown*.

    Without its machine, which serves steps that nobody takes here: a list is played twice as fast.
    """
    progress = Progress(protocol)
    asked: list[str] = []
    first: str | None = None
    while progress.due != REVIEW:
        question = progress.due
        if question == EXCLUDED:
            first = progress.first_failed
            progress.further, progress.finished = bool(progress.open), not progress.open
        else:
            if first is None:
                asked.append(question)
            answer = answers.get(question) or when_missing(protocol, question, answers)
            progress.check(question, answer)
            progress.put(question, answer)
        progress.settle()
    return _outcome(progress, first, tuple(asked))


def judged(protocol: Protocol, answers: Mapping[str, Answer]) -> Outcome:
    """Return what `play` comes to, by one walk over all answers; in which order questions were asked is left out."""
    known = {
        each.id: answers.get(each.id) or when_missing(protocol, each.id, answers)
        for each in protocol.questions
    }
    progress = Progress(protocol, known)
    return _outcome(progress, progress.first_failed, ())


def _outcome(progress: Progress, first: str | None, asked: tuple[str, ...]) -> Outcome:
    failed, unresolved = progress.failed_codes, progress.unresolved
    return Outcome(progress.verdict, failed, first, unresolved, asked, progress.parts, progress)


def when_missing(protocol: Protocol, question: str, answers: Mapping[str, Answer]) -> Answer:
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
        line["parts"] = {each.part.code: of_part(each) for each in outcome.parts}
    if row.unusual:
        line["unusual"] = row.unusual
    return json.dumps(line, ensure_ascii=False)


def of_part(part: PartVerdict) -> dict[str, Any]:
    return {"verdict": part.verdict, "failed": part.failed, "unresolved": part.unresolved}
