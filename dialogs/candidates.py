"""Candidates whose data are already abstracted: read from JSON or CSV, played through the dialogue.

Answers come as in the dialogue's own log: an option's code, a number with its unit, or ``unknown``. A bad cell
is named by row and field; it never becomes *unknown* by itself.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, decode
from dialogs.dialogue import EXCLUDED, REVIEW, Step, begin
from dialogs.errors import AnswerError, DialogError
from dialogs.protocol import Protocol, Question
from dialogs.reading import Proposal, Refused, Understood, read

UNIT_SPELLINGS: Final = {"xULN": "{xULN}"}


class BadFile(DialogError):  # noqa: N818  (reads as what it says)
    """The file as a whole cannot be read."""


@dataclass(slots=True)
class Row:
    """One candidate: a name that is not a patient's, the answers, and what is wrong with them."""

    name: str
    answers: dict[str, Answer] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the dialogue comes to. ``asked`` holds the questions up to the first failed criterion."""

    verdict: str
    failed: tuple[str, ...]
    first_failed: str | None
    unresolved: tuple[str, ...]
    asked: tuple[str, ...]


def read_candidates(protocol: Protocol, text: str) -> Iterator[Row]:
    """Read candidates from JSON (a list of ``{"name", "answers"}``) or CSV (one column a question).

    Raises `BadFile` if the text as a whole is neither.
    """
    if text.lstrip()[:1] in ("[", "{"):
        yield from _from_json(protocol, text)
    else:
        yield from _from_csv(protocol, text)


def _from_json(protocol: Protocol, text: str) -> Iterator[Row]:
    try:
        entries = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadFile(f"not JSON: {error}") from error
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("answers"), dict):
            yield Row("", faults=[f'row {number}: is not an object with "name" and "answers"'])
            continue
        row = Row(str(entry.get("name", number)))
        for question_id, raw in entry["answers"].items():
            _take_cell(protocol, row, number, question_id, raw)
        yield _finish(protocol, row, number)


def _from_csv(protocol: Protocol, text: str) -> Iterator[Row]:
    lines = csv.DictReader(io.StringIO(text, newline=""))
    columns = list(lines.fieldnames or ())
    unknown = [column for column in columns if column != "name" and column not in protocol.position]
    if "name" not in columns or unknown:
        wrong = f"unknown columns {', '.join(unknown)}" if unknown else "no column name"
        raise BadFile(f"{wrong}; expected name and any of: {', '.join(protocol.position)}")
    try:
        for number, cells in enumerate(lines, 1):
            row = Row(str(cells.get("name") or number))
            if None in cells:
                row.faults.append(f"row {number} ({row.name}): more cells than columns")
            for question_id in columns:
                raw = cells.get(question_id)
                if question_id != "name" and raw is not None and raw.strip():
                    _take_cell(protocol, row, number, question_id, raw)
            yield _finish(protocol, row, number)
    except csv.Error as error:
        raise BadFile(f"not CSV: {error}") from error


def _take_cell(protocol: Protocol, row: Row, number: int, question_id: str, raw: Any) -> None:
    place = f"row {number} ({row.name}), {question_id}"
    if question_id not in protocol.position:
        row.faults.append(f"{place}: there is no such question")
        return
    question = protocol.question(question_id)
    try:
        if isinstance(raw, str):
            _take_text(protocol, row, question, raw)
            return
        answer = _structured(question, raw)
        question.check(answer)
        row.answers[question_id] = answer
    except (AnswerError, InvalidOperation, ValueError, TypeError) as error:
        row.faults.append(f"{place}: {error}")


def _take_text(protocol: Protocol, row: Row, question: Question, text: str) -> None:
    """Read a cell like a typed answer; an unusual value is taken as it stands, a missing unit is not."""
    if Choice(text) == UNKNOWN or text in question.option_by_code or text in question.shortcut_by_code:
        row.answers[question.id] = Choice(text)
        return
    reading = read(protocol, question, text)
    if isinstance(reading, Proposal) and reading.why == "unusual":
        reading = Understood(reading.candidates[0])
    if isinstance(reading, Understood):
        row.answers.update(reading.given)
    elif isinstance(reading, Proposal) and reading.why == "number":
        raise AnswerError(f"{text!r} can mean two numbers")
    elif isinstance(reading, Proposal):
        raise AnswerError(f"{text!r} has no unit; expected one of {list(question.unit_by_code)}")
    elif isinstance(reading, Refused):
        raise AnswerError(f"{text!r} is not an answer ({reading.code.replace('_', ' ')})")


def _structured(question: Question, raw: Any) -> Answer:
    if isinstance(raw, Mapping):
        unit = str(raw["unit"]) if "unit" in raw else ""
        return decode(str(raw.get("value")), UNIT_SPELLINGS.get(unit, unit))
    if isinstance(raw, Decimal) and question.kind == "choice":
        return Choice(str(raw))
    if isinstance(raw, Decimal) and len(question.units) == 1:
        return Measurement("=", raw, question.units[0].code) if raw >= 0 and raw.is_finite() else _no(raw)
    return _no(raw)


def _no(raw: object) -> Answer:
    raise AnswerError(f"{raw!r} is not an answer; give an option's code, or a value with its unit")


def _finish(protocol: Protocol, row: Row, number: int) -> Row:
    """Check answers against each other: contradictions are rejected, not resolved."""
    for question_id, answer in row.answers.items():
        question = protocol.question(question_id)
        place = f"row {number} ({row.name}), {question_id}"
        value = row.answers.get(question.unit_of or "")
        if isinstance(answer, Measurement) and isinstance(value, Measurement) and value.unit != answer.unit:
            row.faults.append(f"{place}: is in {answer.unit}, its value in {value.unit}; use one unit")
        option = question.option_by_code.get(answer.code) if isinstance(answer, Choice) else None
        for other, code in (option.implies if option else {}).items():
            given = row.answers.get(other)
            if given is not None and given not in (UNKNOWN, Choice(code)):
                row.faults.append(f"{place}: contradicts {other}")
    return row


def play(protocol: Protocol, answers: Mapping[str, Answer]) -> Outcome:
    """Play the dialogue over a table of answers, going on after exclusions; missing is *unknown*."""
    dialogue = begin(protocol)
    asked: list[str] = []
    first: str | None = None
    while dialogue.state != REVIEW:
        if dialogue.state == EXCLUDED:
            first = first or dialogue.failed_codes[0]
            dialogue.take(Step("continue" if dialogue.can("continue") else "finish"))
            continue
        if first is None:
            asked.append(dialogue.state)
        dialogue.take(Step("answer", dialogue.state, answers.get(dialogue.state, UNKNOWN)))
    return Outcome(dialogue.verdict, dialogue.failed_codes, first, dialogue.unresolved, tuple(asked))


def evaluate_candidate(protocol: Protocol, row: Row) -> str:
    """Give a candidate's line of JSON."""
    outcome = play(protocol, row.answers)
    return json.dumps(
        {
            "name": row.name,
            "verdict": outcome.verdict,
            "failed": outcome.failed,
            "first_failed": outcome.first_failed,
            "unresolved": outcome.unresolved,
            "asked": outcome.asked,
        },
        ensure_ascii=False,
    )
