"""Writes the pictures of the documentation: flow, weeks, and the workbook's first sheet.

python -m tests.documentation.pictures

The sheet is drawn from the cells as openpyxl reads them, with their own fills and widths.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from bot.wording.pictures import draw, write
from bot.wording.pictures.drawing import Box, Drawing, Label, measure
from bot.wording.pictures.drawing import Path as Line
from state.exports import export
from state.stats import stats
from tests.state.random_files import fill

DOCS: Final = Path(__file__).parents[2] / "docs" / "pictures"
SCREENINGS, SEED = 240, 11
COLUMNS: Final = ("A", "B", "C", "D", "E", "H", "I", "J", "K", "L", "M", "N")
ROWS: Final = 14
ROW, PIXELS, SIZE, PAD, GUTTER = 23.0, 7.0, 12.5, 6.0, 30.0


def sheet_picture(sheet: Worksheet) -> Drawing:
    """Draw the first rows of a sheet, some columns of it, as a spreadsheet shows them."""
    drawing = Drawing("Log")
    widths = [sheet.column_dimensions[column].width * PIXELS for column in COLUMNS]
    drawing.width, drawing.height = GUTTER + sum(widths) + 1, ROW * (ROWS + 1) + 1
    x = GUTTER
    for column, width in zip(COLUMNS, widths, strict=True):
        _margin(drawing, column, x, 0, width)
        for row in range(1, ROWS + 1):
            _cell(drawing, sheet[f"{column}{row}"], x, ROW * row, width)
        x += width
    for row in range(1, ROWS + 1):
        _margin(drawing, str(row), 0, ROW * row, GUTTER)
    for row in range(ROWS + 2):
        drawing.add(
            Line(((0, ROW * row), (drawing.width, ROW * row)), "#d5dbe1" if row != 2 else "#5b6875", 1)
        )
    x = 0.0
    for width in (GUTTER, *widths):
        x += width
        drawing.add(Line(((x, 0), (x, drawing.height)), "#d5dbe1", 1))
    return drawing


def _margin(drawing: Drawing, text: str, x: float, y: float, width: float) -> None:
    drawing.add(
        Box(x, y, width, ROW, "#eef1f4"),
        Label(x + width / 2, y + 16, text, SIZE, "#5b6875", anchor="middle"),
    )


def _cell(drawing: Drawing, cell: Cell, x: float, y: float, width: float) -> None:
    if cell.fill.fill_type == "solid":
        drawing.add(Box(x, y, width, ROW, f"#{cell.fill.start_color.rgb[-6:]}"))
    if cell.value is None:
        return
    value = cell.value
    text = f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
    while measure(text, SIZE) > width - PAD and len(text) > 1:
        text = text[:-1]
    right = isinstance(value, int | float | datetime)
    at = x + width - PAD if right else x + PAD
    drawing.add(Label(at, y + 16, text, SIZE, bold=bool(cell.font.b), anchor="end" if right else "start"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "site.db"
        fill(path, SCREENINGS, SEED).conn.close()
        found = stats(path)
        for picture, language in (("flow", "en"), ("flow", "zh"), ("weeks", "en"), ("weeks", "zh")):
            write(draw(picture, found.trials[0], found.as_of, language), DOCS / f"{picture}.{language}.png")
        book = load_workbook(export(path, "xlsx", Path(folder) / "log.xlsx").path)
        write(sheet_picture(book["Log"]), DOCS / "sheet.png")


if __name__ == "__main__":
    main()
