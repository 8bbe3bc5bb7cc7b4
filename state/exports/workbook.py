"""How a workbook looks: widths, formats, and numbers and moments as typed cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

WIDTHS: Final = {
    "log_no": 8,
    "screened_at": 20,
    "saved_at": 20,
    "at": 20,
    "verdict": 20,
    "all_failed": 16,
    "unresolved": 16,
    "question": 24,
    "value": 16,
    "protocol_sha256": 20,
    "diagnosis": 18,
    "reading": 60,
    "record": 60,
    "name": 34,
    "status": 12,
    "entry": 7,
    "age_years": 10,
    "sex": 9,
}
USUAL_WIDTH: Final = 14
MOST_DECIMALS: Final = 15
"""A spreadsheet's numbers have about so many digits; anything longer is written as text."""
VERDICT_COLOURS: Final = {
    "eligible": "#DCF0EC",
    "ineligible": "#F8E3DD",
    "undetermined": "#FAEFD6",
    "cancelled": "#ECEFF2",
}


class Book:
    """A workbook that is being written, and its formats."""

    def __init__(self, target: Path, as_of: str) -> None:
        self.book = Workbook(str(target), {"constant_memory": True, "tmpdir": str(target.parent)})
        made = datetime.fromisoformat(as_of).replace(tzinfo=None)
        self.book.set_properties({"title": "Pre-screening log", "created": made, "author": "prescreen"})
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#E3E8ED", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.decimals = [
            self.book.add_format({"num_format": f"0.{'0' * places}" if places else "0"})
            for places in range(MOST_DECIMALS + 1)
        ]
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.strong = self.book.add_format({"bold": True})
        self.colours = {
            verdict: self.book.add_format({"bg_color": colour}) for verdict, colour in VERDICT_COLOURS.items()
        }

    def sheet(self, name: str, columns: Sequence[str], rows: int) -> Worksheet:
        """Add a sheet with a frozen header, a filter over `rows` rows, and widths."""
        sheet = self.book.add_worksheet(name)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, WIDTHS.get(column, USUAL_WIDTH))
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, self.head)
        return sheet

    def write_number(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        """Write a number with as many decimals as it has: 9.80 reads 9.80."""
        if sum(character.isdigit() for character in text) > MOST_DECIMALS:
            sheet.write_string(row, column, text)
            return
        sheet.write_number(row, column, float(text), self.decimals[len(text.partition(".")[2])])

    def write_moment(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        sheet.write_datetime(row, column, _without_zone(text), self.moment)

    def write_day(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        sheet.write_datetime(row, column, _without_zone(text), self.day)


def _without_zone(stamp: str) -> datetime:
    """Read a moment; spreadsheets know no zones, so all are UTC, which the sheet "About" says."""
    return datetime.fromisoformat(stamp).replace(tzinfo=None)
