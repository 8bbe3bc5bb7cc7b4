"""CSV for spreadsheets: the pre-screening log (a row a screening) and the answers (a row an answer).

The answers' lines are put together by SQLite itself, a screening at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path
from typing import Final

from state.exports.healing import HEALING_COLUMNS, healed
from state.exports.joined import CELL, ROW, joined_answers
from state.exports.snapshot import Row, Snapshot
from state.exports.spreadsheet import LINE_END, Csv, csv_file, line

LOG_HEAD: Final = (
    "log_no",
    "screening_code",
    "site_code",
    "screened_at",
    "user_code",
    "record_version",
    "rules_version",
)
LOG_VERDICT: Final = ("verdict", "first_failed", "all_failed", "unresolved")
PART_COLUMNS: Final = ("", "_failed", "_unresolved")
"""Of each part of the trials, behind ``part_`` and its code: the verdict, and the criteria behind it."""
LOG_NOTED: Final = (
    "referred_at",
    "consent_date",
    "investigator_decision",
    "decision_date",
    "not_enrolled_reason",
    "comment_code",
)
DATES: Final = frozenset(
    {
        *("record_version", "screen_again_from", "screen_again_by"),
        *("referred_at", "consent_date", "decision_date"),
    }
)
"""Columns of days; those that end in ``_at`` and are not here hold moments."""
LOG_TAIL: Final = (
    "state",
    "saved_at",
    "saved_by",
    "zone",
    "questions_asked",
    "earlier_screening",
    "subject",
    "protocol",
    "protocol_sha256",
)
ANSWER_COLUMNS: Final = (
    "screening",
    "site",
    "entry",
    "at",
    "person",
    "question",
    "value",
    "unit",
    "relation",
    "compared",
    "compared_unit",
    "status",
    "verdict",
    "first_failed",
    "all_failed",
    "unresolved",
    "saved_at",
    "protocol",
    "protocol_version",
    "protocol_sha256",
)

_SUSPECT: Final = ('"', ",", *(CELL + start for start in "=+-@"), "\t", "\r", "\n")
"""What a joined text has only if a cell must be quoted or guarded."""


def log_columns(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the columns of the pre-screening log, the questions that the protocols want in it among them."""
    questions = tuple(question.id for question in snapshot.logged_questions)
    parts = (f"part_{code}{column}" for code in snapshot.parts for column in PART_COLUMNS)
    return (*LOG_HEAD, *questions, *LOG_VERDICT, *HEALING_COLUMNS, *parts, *LOG_NOTED, *LOG_TAIL)


def log_cells(snapshot: Snapshot, number: int, row: Row) -> list[str | int | None]:
    """Return the cells of a screening in the order of `log_columns`."""
    protocol = snapshot.protocols[row.protocol]
    noted = snapshot.outcomes(row)
    return [
        *(number, row.screening, row.site, row.started_at, row.started_by),
        *(protocol.record_version, protocol.version),
        *(answer.value if answer else None for answer in snapshot.logged(row)),
        *(row.shown_verdict, row.first_failed, " ".join(row.all_failed), " ".join(row.unresolved)),
        *healed(snapshot, row).cells(),
        *(cell for code in snapshot.parts for cell in _part_cells(row, code)),
        *(noted.get(column) for column in LOG_NOTED),
        *(row.state, row.saved_at, row.saved_by, row.zone_name, row.asked, row.earlier, row.subject),
        *(protocol.id, row.protocol),
    ]


def _part_cells(row: Row, code: str) -> tuple[str, ...]:
    found = next((part for part in row.parts if part.part == code), None)
    if found is None:
        return ("",) * len(PART_COLUMNS)
    return (found.shown_verdict, " ".join(found.failed), " ".join(found.unresolved))


def write_log(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write the pre-screening log; returns the number of its rows."""
    number = 0
    with csv_file(target) as file:
        table = Csv(file)
        table.add(log_columns(snapshot))
        for number, row in enumerate(snapshot.rows(), 1):
            table.add(log_cells(snapshot, number, row))
            step(1)
    return number


def write_answers(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write all answers; returns the number of rows."""
    rows = 0
    with csv_file(target) as file:
        Csv(file).add(ANSWER_COLUMNS)
        for row in snapshot.rows():
            count, text = answer_lines(snapshot, row)
            rows += count
            file.write(text)
            step(1)
    return rows


def answer_lines(snapshot: Snapshot, row: Row) -> tuple[int, str]:
    """Return the number of a screening's answers, and their lines with the columns `ANSWER_COLUMNS`.

    SQLite joins them with separators that no answer has; only if a cell of this screening has anything to guard or
    to quote, which is rare, are its lines written cell by cell.
    """
    protocol = snapshot.protocols[row.protocol]
    verdict = (row.shown_verdict, row.first_failed, " ".join(row.all_failed), " ".join(row.unresolved))
    begin = _line((row.screening, row.site)) + ","
    end = f",{_line(verdict)},{row.saved_at},{_line((protocol.id, protocol.version, row.protocol))}{LINE_END}"
    count, text = joined_answers(snapshot, row)
    if not count:
        return 0, ""
    if any(mark in text for mark in _SUSPECT):
        return count, "".join(begin + _line(astuple(answer)) + end for answer in snapshot.answers(row))
    return count, begin + text.replace(CELL, ",").replace(ROW, end + begin) + end


_line: Final = lru_cache(maxsize=1024)(line)
