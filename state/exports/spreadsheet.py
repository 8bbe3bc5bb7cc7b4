"""CSV as spreadsheets open it: UTF-8 with a byte order mark, and no cell that they would run as a formula.

Whatever writes CSV for people writes it here. The log of a file is data of many hands, so every cell is guarded.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

ENCODING: Final = "utf-8-sig"
"""With the mark by which Excel knows UTF-8."""
LINE_END: Final = "\r\n"
FORMULA_STARTS: Final = "=+-@\t\r\n"
"""A spreadsheet may run a cell that begins with one of these (OWASP, CSV injection)."""

_NEGATIVE: Final = re.compile(r"-[0-9]+(?:\.[0-9]+)?")

Cells = Iterable[object]


class Csv:
    """Rows written as guarded CSV to an open file."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator=LINE_END)

    def add(self, cells: Cells) -> None:
        self._writer.writerow(map(guarded, cells))


def guarded(cell: object) -> str:
    """Return a cell's text, after an apostrophe if it would begin a formula; a negative number is none."""
    text = "" if cell is None else str(cell)
    if text[:1] not in FORMULA_STARTS or not text or _NEGATIVE.fullmatch(text):
        return text
    return f"'{text}"


def line(cells: Cells) -> str:
    """Return one row as guarded CSV, without its line end."""
    text = io.StringIO(newline="")
    Csv(text).add(cells)
    return text.getvalue().removesuffix(LINE_END)


@contextmanager
def csv_file(target: Path) -> Iterator[TextIO]:
    """Open a new file for CSV; what is written to it as text is not guarded."""
    with target.open("w", encoding=ENCODING, newline="") as file:
        yield file
