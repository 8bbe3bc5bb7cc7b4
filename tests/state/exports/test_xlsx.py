"""The workbook, opened by openpyxl and compared with the CSV files and with the counts."""

import csv
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from state.database import open_database
from state.exports import Exported, export
from state.exports import xlsx as module
from state.stats import stats
from tests.state.random_files import fill


@pytest.fixture
def book(exported: Callable[..., Exported]) -> Workbook:
    return load_workbook(exported("xlsx").path)


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def as_csv(cell: object) -> str:
    if isinstance(cell, datetime) and cell.time() == time():
        return str(cell.date())
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="milliseconds") + "Z"
    return "" if cell is None else str(cell)


def test_the_sheets_have_frozen_headers_filters_and_widths(book: Workbook) -> None:
    assert book.sheetnames == ["Log", "Answers", "Criteria", "Counts", "About"]
    for name in book.sheetnames[:-1]:
        sheet = book[name]
        assert sheet.freeze_panes == "C2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.auto_filter.ref.endswith(str(sheet.max_row))
        assert sheet.column_dimensions["A"].width


def test_the_log_sheet_says_what_the_csv_says(book: Workbook, exported: Callable[..., Exported]) -> None:
    with exported("csv").path.open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    found = [{key: as_csv(cell) for key, cell in row.items()} for row in table(book["Log"])]
    assert len(found) > 100
    assert found == expected


def test_the_answers_sheet_has_numbers_where_they_are_numbers(
    book: Workbook, exported: Callable[..., Exported]
) -> None:
    with exported("answers").path.open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    found = table(book["Answers"])
    assert len(found) == len(expected)
    for row, line in zip(found, expected, strict=True):
        if isinstance(row["value"], int | float):
            assert row["unit"]
            assert row["value"] == float(line["value"])
        else:
            assert row["value"] == line["value"]
        assert (row["compared"] is None) == (line["compared"] == "")
        assert row["compared"] is None or row["compared"] == float(line["compared"])
        assert row["status"] == line["status"]
    words = {row["value"] for row in found if row["question"] == "ecog"}
    assert "0" in words
    assert {"unknown", "<60"} <= {row["value"] for row in found}
    assert 0 in {row["value"] for row in found if row["question"] == "platelets"}


def test_numbers_read_as_they_were_entered(book: Workbook) -> None:
    (value,) = [place for place, cell in enumerate(book["Answers"][1]) if cell.value == "value"]
    entered = {
        (cell.value, cell.number_format)
        for row in book["Answers"].iter_rows(min_row=2)
        if isinstance((cell := row[value]).value, int | float)
    }
    assert {(9.8, "0.00"), (4.5, "0.0"), (28, "0")} <= entered


def test_the_workbook_says_as_of_when_it_is_and_its_head(exported: Callable[..., Exported]) -> None:
    written = exported("xlsx")
    about = {row[0]: row[1] for row in load_workbook(written.path)["About"].iter_rows(values_only=True)}
    assert str(about["As of"]).startswith(written.as_of)
    assert written.head
    assert str(about["Head"]).startswith(written.head)


def test_the_counts_sheet_reconciles_with_stats(book: Workbook, filled: Path) -> None:
    total = next(row for row in table(book["Counts"]) if row["table"] == "total")
    expected = stats(filled).trials[0].total
    assert (total["assessed"], total["excluded"], total["open"], total["potentially_eligible"]) == (
        expected.assessed,
        expected.excluded,
        expected.open,
        expected.potentially_eligible,
    )
    assert total["assessed"] == total["excluded"] + total["open"] + total["potentially_eligible"]


def test_a_hostile_value_is_a_word_and_no_formula(tmp_path: Path) -> None:
    db = fill(tmp_path / "meddled.db", 6)
    db.execute("DROP TRIGGER log_no_update")
    db.execute("UPDATE log SET value = '=1+1' WHERE kind = 'answer' AND question = 'sex'")
    db.conn.close()
    book = load_workbook(export(tmp_path / "meddled.db", "xlsx", tmp_path / "out.xlsx").path)
    cells = [cell for row in book["Answers"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}


def test_answers_that_a_sheet_does_not_hold_go_on_in_another(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 1000)
    book = load_workbook(export(filled, "xlsx", tmp_path / "out.xlsx").path)
    names = [name for name in book.sheetnames if name.startswith("Answers")]
    assert names[:2] == ["Answers", "Answers 2"]
    rows = [row for name in names for row in table(book[name])]
    keys = [(row["screening"], row["entry"]) for row in rows]
    assert len(set(keys)) == len(keys) > 2000


def test_a_file_without_screenings_gives_the_sheets_with_headers(tmp_path: Path) -> None:
    open_database(tmp_path / "new.db").conn.close()
    book = load_workbook(export(tmp_path / "new.db", "xlsx", tmp_path / "out.xlsx").path)
    assert table(book["Log"]) == []
    assert book["Answers"]["A1"].value == "screening"
