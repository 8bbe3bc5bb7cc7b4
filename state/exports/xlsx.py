"""A workbook for the trial office: log, answers, criteria, counts, and what this is.

Typed cells, written row by row in XlsxWriter's constant-memory mode. Words are written as words, so nothing is a
formula; a number is a number only where it is one (a bound such as <60 and unknown are words).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dialogs.digits import is_whole
from dialogs.languages import DEFAULT
from dialogs.protocol import Criterion, Protocol
from state.exports.csvs import ANSWER_COLUMNS, DATES, log_cells, log_columns
from state.exports.joined import CELL, ROW, joined_answers
from state.exports.snapshot import Row, Snapshot
from state.exports.workbook import Book
from state.stats import Counts, TrialStats, stats_of

MOST_ROWS: Final = 1_048_575
"""Rows under the header that a sheet takes; answers go on in another sheet."""
MOMENTS: Final = frozenset({"screened_at", "saved_at", "at"})
SHEET_COLUMNS: Final = ANSWER_COLUMNS[: ANSWER_COLUMNS.index("verdict") + 1]
"""What is the same for all answers of a screening stands on the log's sheet; only the verdict stands here too."""
CRITERIA_COLUMNS: Final = (
    "protocol",
    "protocol_version",
    "code",
    "kind",
    "name",
    "record",
    "reading",
    "rule",
    "parts",
    "protocol_sha256",
)
COUNT_COLUMNS: Final = (
    "protocol",
    "table",
    "group",
    "name",
    "subjects",
    "assessed",
    "excluded",
    "open",
    "potentially_eligible",
    "median_questions",
    "median_minutes",
)
VERDICTS_ARE: Final = (
    "As entered. Potentially eligible is no enrolment decision: the investigator must confirm."
)
UNKNOWN_IS: Final = (
    "A status, never a number. Bounds such as <60 stand as words; relation and limit are under compared."
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write the workbook; returns the number of screenings and answers in it."""
    book = Book(target, as_of)
    book.book.set_calc_mode("auto")
    written = _log(book, snapshot) + _answers(book, snapshot, step)
    _criteria(book, snapshot)
    _counts(book, snapshot)
    _about(book, snapshot, as_of)
    book.book.close()
    return written


def _log(book: Book, snapshot: Snapshot) -> int:
    columns = log_columns(snapshot)
    sheet = book.sheet("Log", columns, snapshot.count)
    integers = {question.id for question in snapshot.logged_questions if is_whole(question)}
    kinds = [_kind(column, integers) for column in columns]
    number = 0
    for number, row in enumerate(snapshot.rows(), 1):
        cells = log_cells(snapshot, number, row)
        for place, (kind, cell) in enumerate(zip(kinds, cells, strict=True)):
            if cell is not None and cell != "":
                colour = book.colours[row.verdict] if kind == "verdict" else None
                _log_cell(book, sheet, number, place, kind, cell, colour)
    return number


def _kind(column: str, integers: Set[str]) -> str:
    """Say what a column of the log holds: moment, day, number, verdict or word."""
    if column in MOMENTS:
        return "moment"
    if column in DATES:
        return "day"
    if column == "log_no" or column in integers:
        return "number"
    return "verdict" if column == "verdict" else "word"


def _log_cell(
    book: Book, sheet: Worksheet, row: int, place: int, kind: str, cell: str | int, colour: Format | None
) -> None:
    text = str(cell)
    if kind == "moment":
        book.write_moment(sheet, row, place, text)
    elif kind == "day" and _DAY.fullmatch(text):
        book.write_day(sheet, row, place, text)
    elif isinstance(cell, int) or (kind == "number" and text.removeprefix("-").isdigit()):
        sheet.write_number(row, place, int(cell))
    else:
        sheet.write_string(row, place, text, colour)


def _answers(book: Book, snapshot: Snapshot, step: Callable[[int], None]) -> int:
    """Write the answers, in as many sheets as they need."""
    (total,) = snapshot.one(
        "SELECT count(*) FROM log WHERE kind = 'answer' AND screening IN (SELECT screening FROM chosen)"
    )
    sheets = count = 0
    sheet, at = None, MOST_ROWS
    for row in snapshot.rows():
        _, text = joined_answers(snapshot, row)
        for line in text.split(ROW) if text else ():
            if sheet is None or at == MOST_ROWS:
                sheets += 1
                left = min(total - count, MOST_ROWS)
                sheet = book.sheet("Answers" if sheets == 1 else f"Answers {sheets}", SHEET_COLUMNS, left)
                at = 0
            at += 1
            count += 1
            _answer(book, sheet, at, row, line.split(CELL))
        step(1)
    if sheet is None:
        book.sheet("Answers", SHEET_COLUMNS, 0)
    return count


def _answer(book: Book, sheet: Worksheet, at: int, row: Row, cells: list[str]) -> None:
    entry, moment, person, question, value, unit, relation, compared, compared_unit, status = cells
    word = sheet.write_string
    word(at, 0, row.screening)
    word(at, 1, row.site)
    sheet.write_number(at, 2, int(entry))
    book.write_moment(sheet, at, 3, moment)
    word(at, 4, person)
    word(at, 5, question)
    if unit and value.removeprefix("-")[:1].isdigit():
        book.write_number(sheet, at, 6, value)
    else:
        word(at, 6, value)
    if unit:
        word(at, 7, unit)
    if relation:
        word(at, 8, relation)
    if compared:
        book.write_number(sheet, at, 9, compared)
        word(at, 10, compared_unit)
    word(at, 11, status)
    word(at, 12, row.shown_verdict)


def _criteria(book: Book, snapshot: Snapshot) -> None:
    """Write every criterion of every protocol version, as the record has it and as we read it."""
    rows = [
        (protocol.id, protocol.version, *cells, sha256)
        for sha256, protocol in snapshot.protocols.items()
        for cells in _record(protocol)
    ]
    sheet = book.sheet("Criteria", CRITERIA_COLUMNS, len(rows))
    sheet.set_column(7, 7, 50)
    for at, cells in enumerate(rows, 1):
        for place, cell in enumerate(cells):
            sheet.write_string(at, place, cell, book.wrapped)


def _record(protocol: Protocol) -> Iterator[tuple[str, ...]]:
    """Yield the criteria, and at their places the lines of the record that are none."""
    for place in range(len(protocol.criteria) + 1):
        yield from (
            ("", "not judged", "", line.text, "", "", "") for line in protocol.lines if line.before == place
        )
        yield from map(_criterion, protocol.criteria[place : place + 1])


def _criterion(criterion: Criterion) -> tuple[str, ...]:
    rule = " ".join(criterion.rule.text.split())
    reading = criterion.reading[DEFAULT] if criterion.reading else ""
    words = (criterion.name[DEFAULT], criterion.source, reading)
    return (criterion.code, criterion.kind, *words, rule, " ".join(criterion.parts))


def _counts(book: Book, snapshot: Snapshot) -> None:
    lines = [line for trial in stats_of(snapshot).trials for line in _count_lines(trial)]
    sheet = book.sheet("Counts", COUNT_COLUMNS, len(lines))
    sheet.set_column(1, 1, 26)
    for at, line in enumerate(lines, 1):
        for place, cell in enumerate(line):
            if isinstance(cell, int | float):
                sheet.write_number(at, place, cell)
            elif cell:
                sheet.write_string(at, place, cell, book.strong if line[1] == "total" else None)


def _count_lines(trial: TrialStats) -> Iterator[tuple[str | float, ...]]:
    """Yield the lines of a trial, in the order of `COUNT_COLUMNS`; what a line has no number for is left empty."""
    yield (trial.trial, "total", "", "", "", *_numbers(trial.total))
    for table, groups in (("site", trial.by_site), ("month", trial.by_month), ("version", trial.by_version)):
        for group, counts in groups.items():
            yield (trial.trial, table, group, "", "", *_numbers(counts))
    for part in trial.by_part:
        yield (trial.trial, "part", part.code, part.name[DEFAULT], "", *_numbers(part.counts))
    for table, reasons in (("first reason", trial.first_reasons), ("all reasons", trial.all_reasons)):
        for reason in reasons:
            yield (trial.trial, table, reason.code, reason.name[DEFAULT], reason.subjects)
    yield (trial.trial, "screenings saved", "", "", trial.screenings)
    yield (trial.trial, "repeated for the same subject", "", "", trial.repeated)
    yield (trial.trial, "screenings cancelled", "", "", trial.cancelled)


def _numbers(counts: Counts) -> tuple[str | float, ...]:
    minutes = round(counts.median_seconds / 60, 1) if counts.median_seconds is not None else ""
    questions = counts.median_questions if counts.median_questions is not None else ""
    subjects = (counts.assessed, counts.excluded, counts.open, counts.potentially_eligible)
    return (*subjects, questions, minutes)


def _about(book: Book, snapshot: Snapshot, as_of: str) -> None:
    """Say what this is, of when, and what must be known about the trials."""
    sheet = book.book.add_worksheet("About")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    for at, (name, text) in enumerate([*_lines_of_file(snapshot, as_of), *_lines_of_trials(snapshot)]):
        sheet.write_string(at, 0, name, book.strong)
        sheet.write_string(at, 1, text, book.wrapped)


def _lines_of_file(snapshot: Snapshot, as_of: str) -> Iterator[tuple[str, str]]:
    chosen = ", ".join(f"{key} {value}" for key, value in snapshot.selection.described().items())
    yield "As of", f"{as_of} (all times in this workbook are UTC)"
    yield "Filter", chosen or "none"
    yield "Screenings", str(snapshot.count)
    yield "Verdicts", VERDICTS_ARE
    yield "Unknown", UNKNOWN_IS
    yield "Head", f"{snapshot.head or 'none'} (prescreen verify --head finds it in the file's chain)"


def _lines_of_trials(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for protocol in snapshot.protocols.values():
        yield protocol.id, f"{protocol.title['en']}; rules {protocol.version}, SHA-256 {protocol.sha256}"
        yield from (("", notice[DEFAULT]) for notice in protocol.notices)
        yield "", protocol.disclaimer[DEFAULT]
