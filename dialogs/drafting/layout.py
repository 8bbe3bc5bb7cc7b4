"""Splits the eligibility text of a record into its lines, as registries and people lay it out.

Lists with markers of all kinds, nested by their indent or by their markers; lines without any; headings on lines of
their own and inside of lines; paragraphs wrapped by hand; a whole section as one paragraph. Nothing of the text is
lost, added or moved but white space and the escapes of Markdown and HTML that the registry's API puts in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from dialogs.drafting import headings, markers
from dialogs.drafting.listed import enumerated, with_numerals
from dialogs.drafting.persons import names_a_group
from dialogs.drafting.rows import Row, rows_of
from dialogs.drafting.titles import introduces, is_note, is_remark, is_title, says_nothing

_UNDER_A_GROUP: Final = 2


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


def opens_section(line: Line) -> bool:
    """Say whether a line is the heading of the inclusion or of the exclusion criteria."""
    return line.role == "line" and headings.section_of(line.text, marked=bool(line.marker)) is not None


def split(text: str) -> tuple[Line, ...]:
    """Return the lines of an eligibility text, in their order: each criterion, heading and remark once.

    The escapes of the registry are undone. Joined again, marker before text, they are the text but for white space.
    """
    return tuple(_Reader().lines(with_numerals(enumerated(list(rows_of(text))))))


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
    open: list[Row] = field(default_factory=list)
    """The items that the next one may be nested in."""

    def lines(self, rows: Sequence[Row]) -> Iterator[Line]:
        for row, below in zip(rows, [*rows, None][1:], strict=True):
            line = self._line(row, below)
            yield replace(line, unsure=True) if self.role == headings.UNSURE else line

    def _line(self, row: Row, below: Row | None) -> Line:
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
        begun = "" if row.marker else headings.side_begun(row.text)
        if begun and (begun != headings.UNSURE or may_exclude):
            self.role, self.whom, self.titles, self.open = begun, "", [], []
        if not row.marker and self._is_title(row, below):
            return self._title(row)
        if is_remark(row.text) or not re.search(r"[^\W_]", row.text):
            return Line(row.text, "line", row.marker)
        if self.open and (is_note(row.text) or self._hangs(row)):
            self.open = [each for each in self.open if each.indent < row.indent] or self.open
            return Line(row.text, "line", row.marker, len(self.open), self._above())
        return self._item(row)

    def _is_title(self, row: Row, below: Row | None) -> bool:
        """Say whether an unmarked line heads what follows; one in an item's indent belongs to the item."""
        if below is None or below.heads_section or not is_title(row.text):
            return False
        return below.marker != "" or introduces(row.text)

    def _title(self, row: Row) -> Line:
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

    def _hangs(self, row: Row) -> bool:
        """Say whether an unmarked line is a further paragraph of an item above it."""
        return not row.marker and any(each.marker and each.indent < row.indent for each in self.open)

    def _item(self, row: Row) -> Line:
        while self.open and not self._nests(self.open[-1], row):
            above = self.open.pop()
            if row.marker and above.marker and (above.style, above.indent) == (row.style, row.indent):
                break
        self.fresh = False
        role = "exclusion" if headings.leaves_out(row.text) or self.role == headings.UNSURE else self.role
        line = Line(row.text, role, row.marker, len(self.open), self._above())
        self.open.append(row)
        return line

    def _nests(self, above: Row, row: Row) -> bool:
        """Say whether an item stands under one that is open: by its indent, or by its markers where these agree."""
        if not row.marker or not above.marker or row.indent < above.indent:
            return False
        if row.indent > above.indent:
            return True
        known = any(each.style == row.style and each.indent == row.indent for each in self.open)
        first = markers.FIRST.fullmatch(row.marker) is not None
        return not known and (introduces(above.text) or (first and above.style != "bullet"))

    def _above(self) -> tuple[str, ...]:
        whom = (self.whom,) if self.whom else ()
        titles = (text for _, text in self.titles if not says_nothing(text))
        return (*whom, *titles, *(each.text for each in self.open))
