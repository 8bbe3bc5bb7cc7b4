"""Writes an order of asking into the text of a file, and leaves every other character of it as it is."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Sequence
from typing import Final

from dialogs.errors import NotEditable
from dialogs.loading.lines import statements
from dialogs.loading.writing import value_of

WIDTH: Final = 100
_ORDER: Final = re.compile(r"""\s*["']?order["']?\s*=""")


def reordered(text: str, order: Sequence[str]) -> str:
    """Return the text with this order of asking, in the place of its own or below the keys at its top.

    Raises `NotEditable`.
    """
    line_end = "\r\n" if "\r\n" in text else "\n"
    flat = text.replace("\r\n", " \n")  # as long as before, and with line ends that are known
    top = [each for each in statements(flat) if each.table == ()]
    own = [each for each in top if _ORDER.match(flat, each.start)]
    end = top[-1].end if top else 0
    start, end = (own[0].start, own[0].end) if own else (end, end)
    gap = line_end if start and not flat[:start].endswith("\n") else ""
    now = text[:start] + gap + _written(order).replace("\n", line_end) + text[end:]
    if not _is_that(now, text, order):
        raise NotEditable(f"please write above the first [[...]] of the file:\n{_written(order)}")
    return now


def _written(order: Sequence[str]) -> str:
    names = textwrap.fill(", ".join(map(value_of, order)), WIDTH, initial_indent="  ", subsequent_indent="  ")
    return f"order = [\n{names},\n]\n"


def _is_that(now: str, before: str, order: Sequence[str]) -> bool:
    """Say whether a text says what the one before said, with this order."""
    try:
        return tomllib.loads(now) == {**tomllib.loads(before), "order": [*order]}
    except ValueError:
        return False
