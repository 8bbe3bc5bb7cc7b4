"""Candidates from a table: the first row names the columns, one for each question."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dialogs.candidates.answers import take_answers
from dialogs.candidates.boxes import boxes_of, gather, require_whole
from dialogs.candidates.columns import Elsewhere, answering
from dialogs.candidates.rows import BadFile, Cell, Fault, Row, begin_row
from dialogs.protocol import Protocol

MAX_COLUMNS: Final = 2000
MAX_ROWS: Final = 100_000
COMMENT: Final = "#"
"""A line whose name begins so explains the columns and is no candidate."""
SEPARATORS: Final = (",", ";", "\t")


def lines_of_csv(protocol: Protocol, text: str) -> Iterator[list[str]]:
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
    elsewhere: Elsewhere | None = None,
) -> Iterator[Row]:
    """Read candidates from the rows of a table, the first of which names the columns. Raises `BadFile`."""
    rows = iter(lines)
    columns = _columns(protocol, next(rows, ()), elsewhere or Elsewhere())
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, 2):  # as a spreadsheet numbers them: row 1 names the columns
        if number > limit + 1:
            raise BadFile("list_too_long", limit=str(limit))
        filled = {
            each: cell
            for targets, cell in zip(columns, cells, strict=False)
            if _filled(cell)
            for each in targets
        }
        name = filled.pop("name", "")
        if not any(map(_filled, cells)) or (isinstance(name, str) and name.lstrip().startswith(COMMENT)):
            continue
        row = begin_row(number, name, seen)
        if len(cells) < len(columns):
            row.faults.append(Fault("cells_missing"))
        if any(map(_filled, cells[len(columns) :])):
            row.faults.append(Fault("cells_more"))
        take_answers(protocol, row, gather(protocol, row, filled), accept_unusual)
        yield row


def _filled(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else True


def _columns(protocol: Protocol, header: Sequence[Cell], elsewhere: Elsewhere) -> list[tuple[str, ...]]:
    """Return what each column answers."""
    columns = [cell.strip() if isinstance(cell, str) else "" for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    if len(columns) > MAX_COLUMNS:
        raise BadFile("list_too_wide", limit=str(MAX_COLUMNS))
    found = answering(protocol, columns, elsewhere, ("name", *boxes_of(protocol)))
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise BadFile("list_column_twice", columns=", ".join(sorted(twice)))
    if "name" not in columns:
        raise BadFile("list_no_name")
    require_whole(protocol, [each for column in columns for each in found[column]])
    return [found[column] for column in columns]
