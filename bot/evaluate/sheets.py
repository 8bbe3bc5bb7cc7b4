"""Opens a list of candidates that somebody made elsewhere: CSV as spreadsheets write it, a workbook, or JSON.

Everything here is bounded: how large the file is, what it unpacks to, how many columns are looked at. A cell is
what it is: a text, a number, or something that cannot be an answer.
"""

from __future__ import annotations

import codecs
import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from dialogs.candidates import (
    MAX_COLUMNS,
    MAX_ROWS,
    BadFile,
    Cell,
    Elsewhere,
    Row,
    Unreadable,
    read_candidates,
    read_table,
)
from dialogs.protocol import Protocol

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_UNPACKED: Final = 256 * 1024 * 1024
"""A workbook that unpacks to more is refused unread."""
_BOOK: Final = b"PK\x03\x04"
_OLD_BOOK: Final = b"\xd0\xcf\x11\xe0"
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_list(
    protocol: Protocol,
    content: bytes,
    *,
    accept_unusual: bool = False,
    rows: int = MAX_ROWS,
    unpacked: int = MAX_UNPACKED,
    elsewhere: Elsewhere | None = None,
) -> Iterator[Row]:
    """Read candidates from the bytes of a file, whatever kind of list it is. Raises `BadFile`.

    Columns that only trials ``elsewhere`` have are left out, and noted there.
    """
    if len(content) > MAX_BYTES:
        raise _too_large(MAX_BYTES)
    if is_workbook(content):
        cells = _cells(content, unpacked)
        return read_table(protocol, cells, accept_unusual=accept_unusual, limit=rows, elsewhere=elsewhere)
    if content.startswith(_OLD_BOOK):
        raise BadFile("list_old_workbook")
    text = decode(content)
    return read_candidates(protocol, text, accept_unusual=accept_unusual, limit=rows, elsewhere=elsewhere)


def _too_large(limit: int) -> BadFile:
    return BadFile("list_too_large", limit=f"{limit // 1024 // 1024} MiB")


def is_workbook(content: bytes) -> bool:
    return content.startswith(_BOOK)


def decode(content: bytes) -> str:
    """Read UTF-8, UTF-16 with its mark, or the GB 18030 of a Chinese spreadsheet. Raises `BadFile`."""
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    for tried in (encoding, "gb18030"):
        try:
            text = content.decode(tried)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadFile("list_encoding")


def _cells(content: bytes, unpacked: int) -> Iterator[list[Cell]]:
    """Yield the rows of a workbook's first sheet."""
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise BadFile("list_no_reader") from error
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > unpacked:
                raise _too_large(unpacked)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for cells in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(value) for value in cells[: MAX_COLUMNS + 1]]
    except BadFile:
        raise
    except Exception as error:  # whatever a spoilt workbook makes a reader raise
        raise BadFile("list_bad_workbook") from error


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return Unreadable("a_truth_value")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(format(value, ".15g"))  # the digits that a spreadsheet shows
    if isinstance(value, date | datetime | time | timedelta):
        return Unreadable("a_date")
    return Unreadable("not_a_value")
