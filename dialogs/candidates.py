"""Candidates whose data are already abstracted: a table or JSON, read like typed answers, played through the dialogue.

What the conversation would ask about is not taken here either: such an answer is a fault of its row, named by row,
name and question, and the row is not evaluated. It never becomes *unknown* by itself. Only unusual values can be
accepted beforehand.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, encode, plain
from dialogs.dialogue import EXCLUDED, REVIEW, Step, begin
from dialogs.errors import DialogError
from dialogs.protocol import Protocol, Question
from dialogs.reading import MAX_DIGITS, Given, Proposal, Reading, Refused, accept, read, unit_called

MAX_NAME: Final = 80
MAX_COLUMNS: Final = 500
MAX_ROWS: Final = 100_000
SHOWN: Final = 40
"""Of what stands in a list, no more than so many characters are repeated in a message."""
LIKE: Final = 0.7
"""How alike, by difflib, a column must be to one of ours for ours to be offered: *patient* is no *platelets*."""
COMMENT: Final = "#"
"""A line whose name begins so explains the columns and is no candidate."""
SEPARATORS: Final = (",", ";", "\t")
UNIT_SPELLINGS: Final = {"xULN": "{xULN}"}


class BadFile(DialogError):
    """The file as a whole cannot be read. ``code`` names the phrase that says so, ``details`` what it needs."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.details: Mapping[str, str] = details


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell of a workbook that is neither a text nor a number; ``code`` says what it is."""

    code: str


Cell = str | Decimal | Unreadable


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, or with one of its answers; ``code`` names the phrase that says so."""

    code: str
    question: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """One candidate: a name that is not a patient's, the answers, and what is wrong with them."""

    number: int
    name: str
    answers: dict[str, Answer] = field(default_factory=dict)
    unusual: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the dialogue comes to. ``asked`` holds the questions up to the first failed criterion."""

    verdict: str
    failed: tuple[str, ...]
    first_failed: str | None
    unresolved: tuple[str, ...]
    asked: tuple[str, ...]


def read_candidates(
    protocol: Protocol, text: str, *, accept_unusual: bool = False, limit: int = MAX_ROWS
) -> Iterator[Row]:
    """Read candidates from JSON (a list of ``{"name", "answers"}``) or CSV (one column a question).

    Raises `BadFile` if the text as a whole is neither.
    """
    if text.lstrip()[:1] in ("[", "{"):
        return _from_json(protocol, text, accept_unusual, limit)
    return read_table(protocol, _from_csv(protocol, text), accept_unusual=accept_unusual, limit=limit)


# tables ------------------------------------------------------------------------------------------


def _from_csv(protocol: Protocol, text: str) -> Iterator[list[str]]:
    """Return the lines of a CSV text; commas, semicolons or tabs, as the first line has them."""
    separator = None
    if text[:4].lower() == "sep=":  # a spreadsheet's own first line
        separator, text = text[4:5], text.partition("\n")[2]
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator or _separator(protocol, text), strict=True
    )
    try:
        yield from lines
    except csv.Error as error:
        raise BadFile("list_not_csv", line=str(lines.line_num), why=str(error)) from error


def _separator(protocol: Protocol, text: str) -> str:
    first = text[:100_000].partition("\n")[0]
    known = {"name", *protocol.position}

    def names(separator: str) -> int:
        return len({cell.strip(' "\r') for cell in first.split(separator)} & known)

    return max(SEPARATORS, key=names)


def read_table(
    protocol: Protocol,
    lines: Iterable[Sequence[Cell]],
    *,
    accept_unusual: bool = False,
    limit: int = MAX_ROWS,
) -> Iterator[Row]:
    """Read candidates from the rows of a table, the first of which names the columns. Raises `BadFile`."""
    rows = iter(lines)
    columns = _columns(protocol, next(rows, ()))
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, 2):  # as a spreadsheet numbers them: row 1 names the columns
        if number > limit + 1:
            raise BadFile("list_too_long", limit=str(limit))
        if not any(map(_filled, cells)):
            continue
        name = cells[columns.index("name")] if len(cells) > columns.index("name") else ""
        if isinstance(name, str) and name.lstrip().startswith(COMMENT):
            continue
        row = _named(number, name, seen)
        if len(cells) < len(columns):
            row.faults.append(Fault("cells_missing"))
        if any(map(_filled, cells[len(columns) :])):
            row.faults.append(Fault("cells_more"))
        raw = {
            column: cell
            for column, cell in zip(columns, cells, strict=False)
            if column != "name" and _filled(cell)
        }
        _take(protocol, row, raw, accept_unusual)
        yield row


def _filled(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else True


def _columns(protocol: Protocol, header: Sequence[Cell]) -> list[str]:
    columns = [cell.strip() if isinstance(cell, str) else "" for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    if len(columns) > MAX_COLUMNS:
        raise BadFile("list_too_wide", limit=str(MAX_COLUMNS))
    known = ("name", *protocol.position)
    _require_known(known, [column for column in columns if column not in known])
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise BadFile("list_column_twice", columns=", ".join(sorted(twice)))
    if "name" not in columns:
        raise BadFile("list_no_name")
    return columns


def _require_known(known: Sequence[str], unknown: Sequence[str]) -> None:
    """Name the first unknown column, with the nearest known one, and how many more there are."""
    if not unknown:
        return
    told = unknown[0][:SHOWN].lower()
    near = get_close_matches(told, known, 1, LIKE) or [name for name in known if name.startswith(f"{told}_")]
    details = {"likely": near[0]} if near else {}
    if len(unknown) > 1:
        details["more"] = str(len(unknown) - 1)
    raise BadFile("list_unknown_column", column=shown(unknown[0]), **details)


def _named(number: int, name: Cell, seen: dict[str, int]) -> Row:
    """Begin a row; its name must tell it from the others in whatever is printed."""
    text = name.strip() if isinstance(name, str) else plain(name) if isinstance(name, Decimal) else ""
    row = Row(number, text)
    if not text:
        row.faults.append(Fault("name_missing"))
    elif len(text) > MAX_NAME or not text.isprintable():
        row.faults.append(Fault("name_unprintable", details={"limit": str(MAX_NAME)}))
    elif text in seen:
        row.faults.append(Fault("name_twice", details={"other": str(seen[text])}))
    seen.setdefault(text, number)
    return row


# JSON --------------------------------------------------------------------------------------------


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys stand in it twice."""

    __slots__ = ("twice",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.twice = sorted({key for key in keys if keys.count(key) > 1}) if len(self) < len(keys) else []


def _from_json(protocol: Protocol, text: str, accept_unusual: bool, limit: int) -> Iterator[Row]:
    try:
        entries = json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=_Object)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadFile("list_not_json", why=shown(str(error), 100)) from error
    entries = entries if isinstance(entries, list) else [entries]
    if len(entries) > limit:
        raise BadFile("list_too_long", limit=str(limit))
    answers = [entry.get("answers") for entry in entries if isinstance(entry, dict)]
    keys = dict.fromkeys(key for given in answers if isinstance(given, dict) for key in given)
    _require_known(tuple(protocol.position), [key for key in keys if key not in protocol.position])
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, _Object) or not isinstance(entry.get("answers"), _Object):
            yield Row(number, "", faults=[Fault("not_a_candidate")])
            continue
        name = entry.get("name", "")
        row = _named(number, name if isinstance(name, (str, Decimal)) else "", seen)
        row.faults += [Fault("key_twice", details={"key": shown(key)}) for key in entry.twice]
        row.faults += [Fault("key_twice", key) for key in entry["answers"].twice]
        _take(protocol, row, entry["answers"], accept_unusual)
        yield row


# answers -----------------------------------------------------------------------------------------


def _take(protocol: Protocol, row: Row, raw: Mapping[str, Any], accept_unusual: bool) -> None:
    """Take a row's answers in the protocol's order, so that a value's unit is known before its limit is read."""
    for question_id in sorted(raw, key=protocol.position.__getitem__):
        question = protocol.question(question_id)
        reading = _read(protocol, question, raw[question_id], _unit_of_value(row, question))
        if isinstance(reading, Proposal) and reading.why == "unusual" and accept_unusual:
            row.unusual.append(question_id)
            _put(row, question_id, reading.candidates[0])
        elif isinstance(reading, Proposal | Refused | Fault):
            row.faults.append(_fault(question, raw[question_id], reading))
        else:
            _put(row, question_id, reading.given)
    _check_together(protocol, row)


def _read(protocol: Protocol, question: Question, raw: Any, only: str | None) -> Reading | Fault:
    if isinstance(raw, str):
        return read(protocol, question, raw, only)
    if isinstance(raw, Unreadable):
        return Fault(raw.code)
    if isinstance(raw, Decimal):
        return _number(protocol, question, raw, None, only)
    if not isinstance(raw, _Object) or not {"value"} <= raw.keys() <= {"value", "unit"} or raw.twice:
        return Fault("not_a_value")
    value, unit = raw["value"], raw.get("unit")
    if not isinstance(value, str | Decimal) or not isinstance(unit, str | None):
        return Fault("not_a_value")
    unit = UNIT_SPELLINGS.get(unit or "", unit)
    if isinstance(value, str):
        return read(protocol, question, f"{value} {unit or ''}", only)
    return _number(protocol, question, value, unit, only)


def _number(
    protocol: Protocol, question: Question, value: Decimal, spelled: str | None, only: str | None
) -> Reading:
    """Weigh a number that a file holds as a number: its digits can mean only one thing."""
    if (
        not value.is_finite()
        or abs(value.adjusted()) > MAX_DIGITS
        or len(value.as_tuple().digits) > 2 * MAX_DIGITS
    ):
        return Refused("too_many_digits")
    if value.is_signed() and value:
        return Refused("sign")
    if question.kind == "choice":
        return read(protocol, question, plain(value))
    unit = unit_called(question, spelled or "", only)
    if isinstance(unit, Refused):
        return unit
    if unit is None:
        return read(protocol, question, f"{plain(value)}", only)
    return accept(protocol, ((question.id, Measurement("=", abs(value), unit.code)),))


def _unit_of_value(row: Row, question: Question) -> str | None:
    """The unit of the value whose limit this question asks, as in the conversation; ``None`` if it has none of ours."""
    value = row.answers.get(question.unit_of or "")
    return value.unit if isinstance(value, Measurement) and value.unit in question.unit_by_code else None


def _put(row: Row, question_id: str, given: Given) -> None:
    """Keep an answer; a value with its limit is two, and the limit's own column must not say something else."""
    for other, answer in given:
        if row.answers.get(other, answer) != answer:
            details = {"one": _written(row.answers[other]), "other": _written(answer)}
            row.faults.append(Fault("two_answers", other, details))
        row.answers[other] = answer


def _written(answer: Answer) -> str:
    return " ".join(part for part in encode(answer) if part)


def _fault(question: Question, raw: Any, reading: Proposal | Refused | Fault) -> Fault:
    """Say why an answer cannot be taken as it stands."""
    if isinstance(reading, Fault):
        return Fault(reading.code, question.id)
    details = {"text": shown(_as_given(raw))}
    if isinstance(reading, Refused):
        details |= reading.details
        if reading.code == "unknown_unit":
            details["units"] = ", ".join(question.unit_by_code)
        likely = [_written(answer) for ((_, answer), *_) in reading.likely]
        return Fault(reading.code, question.id, details | ({"likely": ", ".join(likely)} if likely else {}))
    if reading.why == "number":
        numbers = dict.fromkeys(given[0][1] for given in reading.candidates)
        details["meanings"] = ", ".join(
            _surely(answer) for answer in numbers if isinstance(answer, Measurement)
        )
    elif reading.why == "unit":
        details["units"] = ", ".join(
            dict.fromkeys(
                given[0][1].unit for given in reading.candidates if isinstance(given[0][1], Measurement)
            )
        )
    return Fault(f"asked_{reading.why}", question.id, details)


def _as_given(raw: Any) -> str:
    """Write an answer as it stands in its list: a text, a number, or a value with its unit."""
    if isinstance(raw, _Object):
        return " ".join(_as_given(part) for part in (raw["value"], raw.get("unit")) if part is not None)
    return str(raw)  # not in full: 1e999999999 would be a million pages


def _surely(answer: Measurement) -> str:
    """Write a number that could be a group of thousands so that it can mean only one: ``29.9990``."""
    text = plain(answer.value)
    return f"{text}0 {answer.unit}" if "." in text else f"{text} {answer.unit}"


def _check_together(protocol: Protocol, row: Row) -> None:
    """Check answers against each other: contradictions are rejected, not resolved."""
    for question_id, answer in row.answers.items():
        question = protocol.question(question_id)
        value = row.answers.get(question.unit_of or "")
        if not isinstance(answer, Measurement) or not isinstance(value, Measurement):
            pass
        elif value.unit != answer.unit and value.unit in question.unit_by_code:
            row.faults.append(Fault("other_unit", question_id, {"unit": answer.unit, "value": value.unit}))
        option = question.option_by_code.get(answer.code) if isinstance(answer, Choice) else None
        for other, code in (option.implies if option else {}).items():
            given = row.answers.get(other)
            if given is not None and given not in (UNKNOWN, Choice(code)):
                row.faults.append(Fault("contradicts", question_id, {"other": other}))


def shown(text: str, limit: int = SHOWN) -> str:
    """Return the beginning of a text, with what a terminal would not print as it is written out."""
    short = text if len(text) <= limit else f"{text[:limit]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


# evaluating --------------------------------------------------------------------------------------


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
    if row.unusual:
        line["unusual"] = row.unusual
    return json.dumps(line, ensure_ascii=False)
