"""The lines of a text as they are laid out: their markers and indents, columns, paragraphs wrapped by hand.

The escapes of Markdown and HTML that the registry's API puts in are undone, and white space is evened out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Final

from dialogs.drafting import markers, sections
from dialogs.drafting.remarks import belongs_above
from dialogs.drafting.tables import Laid, laid_out
from dialogs.drafting.titles import is_note, is_title, says_nothing

TAB: Final = 4
COLUMNS: Final = "columns"
"""Style of a row that heads the columns of a table; of one that says nothing of them, `LAYOUT`."""
LAYOUT: Final = "layout"
GROUP: Final = "group"
"""Style of an item that names some participants, whose criteria stand beside it in its list and not under it."""
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>~^|=&\"'$])")
_ENTITY: Final = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
_TAGS: Final = (
    (re.compile(r"<(?:br|/?p|/?div|/li)\s*/?>", re.IGNORECASE), "\n"),
    (re.compile(r"<sup>", re.IGNORECASE), "^"),
    (re.compile(r"</?(?:b|strong|i|em|u|span|sub|sup)>", re.IGNORECASE), ""),
)
"""Of HTML, and what people see of it."""
_OF_LISTS: Final = re.compile(r"<(?:(?P<list>/?)[uo]l|li)(?:\s[^<>]*)?>", re.IGNORECASE)
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]")
"""Characters that nobody sees, and that no protocol file may hold: taken as white space."""
_WRAPPED: Final = 50
"""A line of fewer characters was not wrapped by hand."""
_ENDS: Final = (".", ";", ":", "?", "!", "。", "；", "：")
_GOES_ON: Final = re.compile(r"(?:[,，、(/–-]|\b(?:and|or|of|the|to|with|for|in|by|a|an))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a text, its marker apart; ``indent`` in characters, ``style`` is that of its marker, or its line's."""

    text: str
    marker: str = ""
    style: str = ""
    indent: int = 0
    after_blank: bool = True
    side: str = ""
    """In a table with a column for each side: which one it stands in."""
    table: int = 0
    """Which table of the text it is a row of, whose cells say something together; 0: none."""

    @property
    def heads_section(self) -> bool:
        return sections.section_of(self.text, marked=bool(self.marker)) is not None


def rows_of(text: str) -> Iterator[Row]:
    """Yield the rows of a text, in its order; headings of sections inside of them stand apart."""
    whole = list(_unwrapped(_rows(unescaped(text))))
    for row, below in zip(whole, [*whole[1:], None], strict=False):
        yield from _pieces(row, below)


def unescaped(text: str) -> str:
    """Return a text of the registry's API, or of a web page, as people see it: ``\\<`` as ``<``, ``&ge;`` as ``≥``."""
    text = _with_lists(text)
    for tag, seen in _TAGS:
        text = tag.sub(seen, text)
    return _ENTITY.sub(lambda found: html.unescape(found[0]), _ESCAPED.sub(r"\1", text))


def _with_lists(text: str) -> str:
    """Return a text of HTML with a line for each item of its lists, indented by how many others these stand in."""
    within = 0

    def seen(tag: re.Match[str]) -> str:
        nonlocal within
        if tag["list"] is None:
            return f"\n{'  ' * max(0, within - 1)}* "
        within = max(0, within + (-1 if tag["list"] else 1))
        return "\n"

    return _OF_LISTS.sub(seen, text)


def _rows(text: str) -> Iterator[Row]:
    blank, sides, table, tables = True, tuple[str, ...](), 0, 0
    for line in laid_out(text):
        sides = _sides(line.cells) or (sides if len(line.cells) > 1 else ())
        if sides:
            yield from _in_columns(line.cells, sides)
            continue
        seen = _UNSEEN.sub(" ", line.text.expandtabs(TAB))
        bare = " ".join(seen.split())
        table = 0 if not line.in_table else table or tables + 1
        tables = max(table, tables)
        if bare:
            row = row_of(bare, len(seen) - len(seen.lstrip()), blank)
            yield _of_table(row, line, table) if table else row
        blank = not bare


def _of_table(row: Row, line: Laid, number: int) -> Row:
    """Return a row as one of a table."""
    if line.says_nothing or (line.is_alone and says_nothing(row.text)):
        return replace(row, style=LAYOUT, table=number, after_blank=True)
    if line.heads and not row.marker:
        return replace(row, style=COLUMNS, table=number, after_blank=True)
    side = _side_of(line.cells) if line.piped else ""
    return replace(row, side=side, table=number, after_blank=not line.goes_on)


def _sides(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the sides of the columns that a row heads: *inclusion criteria*, and beside it *exclusion criteria*."""
    found = [sections.section_of(_UNSEEN.sub(" ", cell).strip()) for cell in cells]
    sides = [section[0] for section in found if section is not None]
    return tuple(sides) if len({*sides}) == len(cells) == 2 else ()


def _side_of(cells: Sequence[str]) -> str:
    """Return the side that one of the cells of a row names: *7, Diabetes, Exclusion*."""
    named = [section[0] for cell in cells if (section := sections.section_of(cell.strip())) is not None]
    return named[0] if len(named) == 1 else ""


def _in_columns(cells: Sequence[str], sides: Sequence[str]) -> Iterator[Row]:
    for cell, side in zip(cells, (*sides, *repeat(sides[-1], len(cells))), strict=False):
        bare = " ".join(_UNSEEN.sub(" ", cell).split())
        if bare:
            yield replace(row_of(bare, 0, after_blank=True), side=side)


def row_of(bare: str, indent: int, after_blank: bool) -> Row:
    """Return a row of a text without the white space around it."""
    marker, style = markers.marker_of(bare)
    return Row(bare[len(marker) :].strip(), marker.strip(), style, indent, after_blank)


def _unwrapped(rows: Iterable[Row]) -> Iterator[Row]:
    """Join the lines of a paragraph that was wrapped by hand."""
    above: Row | None = None
    for row in rows:
        if above is not None and _goes_on(above, row):
            above = replace(above, text=f"{above.text} {row.text}")
            continue
        if above is not None:
            yield above
        above = row
    if above is not None:
        yield above


def _goes_on(above: Row, row: Row) -> bool:
    """Say whether a line is the rest of the one above: only where one of them cannot stand by itself."""
    if above.table or row.table:
        return above.table == row.table and not row.after_blank
    if row.after_blank or row.marker or above.heads_section or row.heads_section:
        return False
    if is_title(row.text) or is_note(row.text) or above.text.endswith(_ENDS):
        return False
    broken = _GOES_ON.search(above.text) is not None
    if not broken and _is_a_sentence_of_its_own(row.text):
        return False
    if above.marker and row.indent > above.indent:
        return True
    if above.marker and row.text[:1].islower():
        return True
    return broken or (len(above.text) >= _WRAPPED and row.text[:1].islower())


def _is_a_sentence_of_its_own(text: str) -> bool:
    """Say whether a line says by itself whom it excludes or what it allows: *stage IV is not allowed*."""
    return not text[:1].islower() and (belongs_above(text, "exclusion") or sections.leaves_out(text))


def _pieces(row: Row, below: Row | None) -> Iterator[Row]:
    """Yield a line as itself, or as the headings in it and what stands between them."""
    is_last = below is None or below.heads_section
    first, *others = sections.pieces(row.text, marked=bool(row.marker), is_last=is_last)
    yield replace(row, text=first)
    for piece in others:
        inside = row_of(piece, row.indent, after_blank=True)
        yield inside if inside.marker else replace(inside, style=row.style)
