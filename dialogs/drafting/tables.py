"""Tables in a text: by the pipes of Markdown, by tabs, or by wide blanks. What parts cells is layout, as blanks are.

The heading of the columns is told from the rows below it: *Parameter, Limit* says nothing of these; any other heading
may change what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.spoken import either

_BLANKS: Final = re.compile(r"\t| {3,}")
_PIPED: Final = re.compile(r"\s*\|.*\|\s*")
SEPARATOR: Final = re.compile(r"(?=.*\|)\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
"""The row of dashes below the heading of the columns."""
_HEADS: Final = re.compile(rf"\W*(?:{either('column')})?\W*", re.IGNORECASE)
_LIMIT: Final = re.compile(r"\d|[<>≤≥=]")


@dataclass(frozen=True, slots=True)
class Laid:
    """A line as it is laid out: its cells, one where it is no row of a table; ``heads`` is the heading of columns."""

    text: str
    cells: tuple[str, ...]
    piped: bool = False
    heads: bool = False

    @property
    def in_table(self) -> bool:
        """Whether it is a row of a table whose cells say something together: a name and its limit."""
        filled = self._filled
        return self.piped or self.heads or (len(filled) > 1 and _LIMIT.match(filled[-1]) is not None)

    @property
    def is_alone(self) -> bool:
        """Whether all cells but one are empty."""
        return self.piped and len(self._filled) == 1

    @property
    def _filled(self) -> list[str]:
        return [each.strip() for each in self.cells if each.strip()]

    @property
    def goes_on(self) -> bool:
        """Whether its first cell is that of the row above it."""
        return self.piped and len(self.cells) > 1 and not self.cells[0].strip()

    @property
    def says_nothing(self) -> bool:
        """Whether it heads columns whose names are those of any table."""
        return self.heads and all(map(_HEADS.fullmatch, self.cells))


def laid_out(text: str) -> Iterator[Laid]:
    """Yield the lines of a text with their cells; rows of dashes, which hold nothing, are left out."""
    lines = text.splitlines()
    piped = _in_tables(lines)
    for place, line in enumerate(lines):
        if not piped[place]:
            cells = tuple(_BLANKS.split(line))
            yield Laid(line, cells, heads=len(cells) > 1 and all(map(_HEADS.fullmatch, cells)))
        elif not SEPARATOR.fullmatch(line):
            above = place == 0 or not piped[place - 1]
            yield _of_pipes(line, first=above)


def _in_tables(lines: Sequence[str]) -> list[bool]:
    """Say of each line whether it is a row of a table of pipes: with one at both ends, or beside a row of dashes."""
    piped = [_PIPED.fullmatch(line) is not None and line.count("|") > 2 for line in lines]
    for place, line in enumerate(lines):
        if not SEPARATOR.fullmatch(line):
            continue
        piped[place] = True
        if place and "|" in lines[place - 1]:
            piped[place - 1] = True
        for below in range(place + 1, len(lines)):
            if "|" not in lines[below]:
                break
            piped[below] = True
    return piped


def _of_pipes(line: str, *, first: bool) -> Laid:
    bare = line.strip()
    cells = tuple(bare.removeprefix("|").removesuffix("|").split("|"))
    text = line[: len(line) - len(line.lstrip())] + "\t".join(cells).strip()
    heads = first and not any(map(_LIMIT.search, cells))
    return Laid(text, cells, piped=True, heads=heads)
