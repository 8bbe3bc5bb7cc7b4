"""Splits the eligibility text of a record into its lines, as registries and people lay it out.

Lists with markers of all kinds, nested by their indent or by their markers; lines without any; headings on lines of
their own and inside of lines; paragraphs wrapped by hand; a whole section as one paragraph. Nothing of the text is
lost, added or moved but white space and the escapes of Markdown and HTML that the registry's API puts in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Final

from dialogs.drafting import headings, markers
from dialogs.drafting.persons import names_a_group

TAB: Final = 4
_COLUMNS: Final = re.compile(r"\t| {3,}")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>~^|=&\"'$])")
_ENTITY: Final = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
_TAGS: Final = (
    (re.compile(r"<(?:br|/?p|/?div|/?ul|/?ol|/li)\s*/?>", re.IGNORECASE), "\n"),
    (re.compile(r"<li>", re.IGNORECASE), "\n* "),
    (re.compile(r"<sup>", re.IGNORECASE), "^"),
    (re.compile(r"</?(?:b|strong|i|em|u|span|sub|sup)>", re.IGNORECASE), ""),
)
"""Of HTML, and what people see of it."""
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]")
"""Characters that nobody sees, and that no protocol file may hold: taken as white space."""
_WRAPPED: Final = 50
"""A line of fewer characters was not wrapped by hand."""
_ENDS: Final = (".", ";", ":", "?", "!", "。", "；", "：")
_GOES_ON: Final = re.compile(r"(?:[,，、(/–-]|\b(?:and|or|of|the|to|with|for|in|by|a|an))$", re.IGNORECASE)
_SENTENCES: Final = re.compile(
    r"(?<=[a-z0-9)%²][.;])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\betc\.)(?<!\bapprox\.)(?<!\bno\.)\s+"
    r"(?=[A-Z≥≤<>])(?!(?:This|These|Those|They|It|However|Such|Except|Unless|Otherwise|If|Note|In this|Also|Or)\b)"
)
"""Between sentences that each say something of their own."""
_UNDER_A_GROUP: Final = 2
_SEMICOLONS: Final = re.compile(r"(?<=[;；])\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a record: verbatim, but for its marker, white space and escapes.

    ``role`` is ``inclusion``, ``exclusion`` or ``line`` (a heading, or a remark on the line above it); ``headings`` are
    those that it stands under and that say something of it, the outermost first: of groups and lists, not of sections.
    ``unsure`` is what stands below a heading that may open the exclusion criteria, and this heading itself.
    """

    text: str
    role: str
    marker: str = ""
    depth: int = 0
    headings: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    marker: str = ""
    style: str = ""
    indent: int = 0
    after_blank: bool = True
    side: str = ""
    """In a table with a column for each side: which one it stands in."""

    @property
    def heads_section(self) -> bool:
        return headings.section_of(self.text, marked=bool(self.marker)) is not None


def opens_section(line: Line) -> bool:
    """Say whether a line is the heading of the inclusion or of the exclusion criteria."""
    return line.role == "line" and headings.section_of(line.text, marked=bool(line.marker)) is not None


def split(text: str) -> tuple[Line, ...]:
    """Return the lines of an eligibility text, in their order: each criterion, heading and remark once.

    The escapes of the registry are undone. Joined again, marker before text, they are the text but for white space.
    """
    rows = [piece for row in _unwrapped(_rows(unescaped(text))) for piece in _pieces(row)]
    return tuple(_Reader().lines(_with_numerals(_enumerated(rows))))


def unescaped(text: str) -> str:
    """Return a text of the registry's API, or of a web page, as people see it: ``\\<`` as ``<``, ``&ge;`` as ``≥``."""
    for tag, seen in _TAGS:
        text = tag.sub(seen, text)
    return _ENTITY.sub(lambda found: html.unescape(found[0]), _ESCAPED.sub(r"\1", text))


def _rows(text: str) -> Iterator[_Row]:
    blank, sides = True, tuple[str, ...]()
    for line in text.splitlines():
        cells = _COLUMNS.split(line)
        sides = _sides(cells) or (sides if len(cells) > 1 else ())
        if sides:
            yield from _in_columns(cells, sides)
            continue
        seen = _UNSEEN.sub(" ", line.expandtabs(TAB))
        bare = " ".join(seen.split())
        if bare:
            yield _row(bare, len(seen) - len(seen.lstrip()), blank)
        blank = not bare


def _sides(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the sides of the columns that a row heads: *inclusion criteria*, and beside it *exclusion criteria*."""
    sections = [headings.section_of(_UNSEEN.sub(" ", cell).strip()) for cell in cells]
    sides = [section[0] for section in sections if section is not None]
    return tuple(sides) if len({*sides}) == len(cells) == 2 else ()


def _in_columns(cells: Sequence[str], sides: Sequence[str]) -> Iterator[_Row]:
    for cell, side in zip(cells, (*sides, *repeat(sides[-1], len(cells))), strict=False):
        bare = " ".join(_UNSEEN.sub(" ", cell).split())
        if bare:
            yield replace(_row(bare, 0, after_blank=True), side=side)


def _row(bare: str, indent: int, after_blank: bool) -> _Row:
    marker, style = markers.marker_of(bare)
    return _Row(bare[len(marker) :].strip(), marker.strip(), style, indent, after_blank)


def _unwrapped(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Join the lines of a paragraph that was wrapped by hand."""
    above: _Row | None = None
    for row in rows:
        if above is not None and _goes_on(above, row):
            above = replace(above, text=f"{above.text} {row.text}")
            continue
        if above is not None:
            yield above
        above = row
    if above is not None:
        yield above


def _goes_on(above: _Row, row: _Row) -> bool:
    """Say whether a line is the rest of the one above: only where one of them cannot stand by itself."""
    if row.after_blank or row.marker or above.heads_section or row.heads_section:
        return False
    if headings.is_title(row.text) or headings.is_note(row.text) or above.text.endswith(_ENDS):
        return False
    if above.marker and row.indent > above.indent:
        return True
    if above.marker and row.text[:1].islower():
        return True
    broken = _GOES_ON.search(above.text) is not None
    return broken or (len(above.text) >= _WRAPPED and row.text[:1].islower())


def _pieces(row: _Row) -> Iterator[_Row]:
    """Yield a line as itself, or as the headings in it and what stands between them."""
    first, *others = headings.pieces(row.text, marked=bool(row.marker))
    yield replace(row, text=first)
    for piece in others:
        yield replace(_row(piece, row.indent, after_blank=True), indent=row.indent)


# lists inside of lines ----------------------------------------------------------------------------


def _enumerated(rows: Sequence[_Row]) -> list[_Row]:
    """Cut lines in which a list goes on, and sections that are one paragraph."""
    cut: list[_Row] = []
    for place, row in enumerate(rows):
        below = rows[place + 1] if place + 1 < len(rows) else None
        above = rows[place - 1] if place else None
        alone = (above is None or above.heads_section) and (below is None or below.heads_section)
        cut += _cut(row, below, alone=alone)
    return cut


def _cut(row: _Row, below: _Row | None, *, alone: bool) -> list[_Row]:
    if row.heads_section:
        return [row]
    for places in (_numbers(row, below), _bullets(row), _sentences(row) if alone else []):
        if places:
            starts = [0, *places]
            texts = [row.text[a:b].strip() for a, b in zip(starts, [*places, len(row.text)], strict=True)]
            first = replace(row, text=texts[0])
            return [
                each for each in (first, *(_row(text, row.indent, True) for text in texts[1:])) if each.text
            ]
    return [row]


def _numbers(row: _Row, below: _Row | None) -> list[int]:
    """Return where the numbers that follow on the line's own stand in it; of an unmarked line, those from 1."""
    digits = re.search(r"\d+", row.marker)
    if row.marker and (digits is None or row.style not in ("number", "(number)")):
        return []
    number, start, places = int(digits[0]) if digits else 0, 0, []
    if below is not None and re.search(rf"^\W*{number + 1}\b", below.marker):
        return []
    while found := re.compile(rf"(?:^|(?<=[\s.;,:。；，]))[(（]?{number + 1}[.)）、](?=\s*[^\W\d])").search(
        row.text, start
    ):
        places.append(found.start())
        number, start = number + 1, found.end()
    return places if len(places) > 1 or (row.marker and places) else []


def _bullets(row: _Row) -> list[int]:
    places = [
        found.start() for found in re.finditer(r"(?<=\s)[•●▪◦·](?=\s*\S)|(?<=[;.:]\s)[*-](?=\s+\S)", row.text)
    ]
    return places if row.style == "bullet" or len(places) > 1 else []


def _sentences(row: _Row) -> list[int]:
    """Return where sentences begin in a section that is one paragraph; or what its semicolons part."""
    if row.marker:
        return []
    return _outside(_SEMICOLONS, row.text) or _outside(_SENTENCES, row.text)


def _outside(pattern: re.Pattern[str], text: str) -> list[int]:
    """Return where a pattern ends in a text, before more of it and outside of brackets."""
    ends = (found.end() for found in pattern.finditer(text))
    return [end for end in ends if text[end:].strip() and not _in_brackets(text[:end])]


def _in_brackets(before: str) -> bool:
    return sum(before.count(each) for each in "([（") > sum(before.count(each) for each in ")]）")


def _with_numerals(rows: Sequence[_Row]) -> list[_Row]:
    """Take *(i)* for a numeral, not a letter, where the next marker is *(ii)*."""
    markers_below = [*(row.marker.lower() for row in rows[1:]), ""]
    return [
        replace(row, style="numeral")
        if row.style == "letter" and below == row.marker.lower().replace("i", "ii")
        else row
        for row, below in zip(rows, markers_below, strict=False)
    ]


# what stands under what ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Goes through the rows from above, and knows what each stands under."""

    role: str = "inclusion"
    whom: str = ""
    """The heading of the section, where it speaks of some only."""
    titles: list[tuple[int, str]] = field(default_factory=list)
    """Unmarked headings above: how far within the section, and the text."""
    head: tuple[str, int] | None = None
    """Style and indent of the item that opened the section, where this is no more than its list."""
    fresh: bool = False
    """Whether nothing stands yet under the last of them."""
    open: list[_Row] = field(default_factory=list)
    """The items that the next one may be nested in."""

    def lines(self, rows: Sequence[_Row]) -> Iterator[Line]:
        for row, below in zip(rows, [*rows, None][1:], strict=True):
            line = self._line(row, below)
            yield replace(line, unsure=True) if self.role == headings.UNSURE else line

    def _line(self, row: _Row, below: _Row | None) -> Line:
        if row.side and row.side != self.role:
            self.role, self.whom, self.titles, self.open = row.side, "", [], []
        if self.role == headings.UNSURE and self.head == (row.style, row.indent):
            self.role, self.whom = "inclusion", ""
        may_exclude = self.role in ("inclusion", headings.UNSURE)
        section = headings.section_of(row.text, marked=bool(row.marker))
        if section is not None and (section[0] != headings.UNSURE or may_exclude):
            self.role, self.whom = section
            nests = row.marker and below and (below.style, below.indent) != (row.style, row.indent)
            self.head = (row.style, row.indent) if nests else None
            self.titles, self.open, self.fresh = [], [], False
            return Line(row.text, "line", row.marker)
        if may_exclude and not row.marker and headings.may_begin_exclusions(row.text):
            self.role = headings.UNSURE
        if not row.marker and self._is_title(row, below):
            return self._title(row)
        if headings.is_remark(row.text) or not re.search(r"[^\W_]", row.text):
            return Line(row.text, "line", row.marker)
        if self.open and (headings.is_note(row.text) or self._hangs(row)):
            self.open = [each for each in self.open if each.indent < row.indent] or self.open
            return Line(row.text, "line", row.marker, len(self.open), self._above())
        return self._item(row)

    def _is_title(self, row: _Row, below: _Row | None) -> bool:
        """Say whether an unmarked line heads what follows; one in an item's indent belongs to the item."""
        if below is None or below.heads_section or not headings.is_title(row.text):
            return False
        return below.marker != "" or headings.introduces(row.text)

    def _title(self, row: _Row) -> Line:
        self.open = [each for each in self.open if each.indent < row.indent and each.marker]
        level = self._level(row.text)
        self.titles = [] if self.open else [each for each in self.titles if each[0] < level]
        line = Line(row.text, "line", "", len(self.open), self._above())
        self.titles.append((level, row.text))
        self.fresh = True
        return line

    def _level(self, text: str) -> int:
        """Return how far within the section a heading stands: capitals are the outermost.

        One that follows the heading of a group at once stands under it, and so do others like it: *Parents: Age: ...*.
        """
        if text.isupper():
            return 0
        last, above = self.titles[-1] if self.titles else (0, "")
        under_a_group = last == _UNDER_A_GROUP or (last == 1 and self.fresh and names_a_group(above))
        return _UNDER_A_GROUP if under_a_group and not names_a_group(text) else 1

    def _hangs(self, row: _Row) -> bool:
        """Say whether an unmarked line is a further paragraph of an item above it."""
        return not row.marker and any(each.marker and each.indent < row.indent for each in self.open)

    def _item(self, row: _Row) -> Line:
        while self.open and not self._nests(self.open[-1], row):
            above = self.open.pop()
            if row.marker and above.marker and (above.style, above.indent) == (row.style, row.indent):
                break
        self.fresh = False
        role = "exclusion" if headings.leaves_out(row.text) or self.role == headings.UNSURE else self.role
        line = Line(row.text, role, row.marker, len(self.open), self._above())
        self.open.append(row)
        return line

    def _nests(self, above: _Row, row: _Row) -> bool:
        """Say whether an item stands under one that is open: by its indent, or by its markers where these agree."""
        if not row.marker or not above.marker or row.indent < above.indent:
            return False
        if row.indent > above.indent:
            return True
        known = any(each.style == row.style and each.indent == row.indent for each in self.open)
        first = markers.FIRST.fullmatch(row.marker) is not None
        return not known and (headings.introduces(above.text) or (first and above.style != "bullet"))

    def _above(self) -> tuple[str, ...]:
        whom = (self.whom,) if self.whom else ()
        titles = (text for _, text in self.titles if not headings.says_nothing(text))
        return (*whom, *titles, *(each.text for each in self.open))
