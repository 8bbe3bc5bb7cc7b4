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

from dialogs.drafting import markers, sections
from dialogs.drafting.inside import may_turn
from dialogs.drafting.listed import enumerated, with_groups, with_numerals
from dialogs.drafting.persons import names_a_group
from dialogs.drafting.remarks import excepts
from dialogs.drafting.rows import COLUMNS, GROUP, LAYOUT, Row, rows_of
from dialogs.drafting.titles import (
    allows,
    asks_anew,
    in_capitals,
    introduces,
    is_note,
    is_remark,
    is_title,
    names_a_part,
    says_nothing,
)

_SIDES: Final = ("inclusion", "exclusion")
_UNDER_A_GROUP: Final = 2
_TITLE: Final = "title"
"""Style of an unmarked heading among the items that are open."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a record: verbatim, but for its marker, white space and escapes.

    ``role`` is ``inclusion``, ``exclusion`` or ``line`` (a heading, or a remark on the line above it); ``headings`` are
    those that it stands under and that say something of it, the outermost first: of groups and lists, not of sections.
    ``unsure`` is what stands below a heading that may open the exclusion criteria, and this heading itself;
    ``above_all`` what stands without a marker above the first heading of a section, as the title of a record does.
    """

    text: str
    role: str
    marker: str = ""
    depth: int = 0
    headings: tuple[str, ...] = ()
    unsure: bool = False
    above_all: bool = False


def opens_section(line: Line) -> bool:
    """Say whether a line is the heading of the inclusion or of the exclusion criteria."""
    return line.role == "line" and sections.section_of(line.text, marked=bool(line.marker)) is not None


def split(text: str) -> tuple[Line, ...]:
    """Return the lines of an eligibility text, in their order: each criterion, heading and remark once.

    The escapes of the registry are undone. Joined again, marker before text, they are the text but for white space.
    """
    lines = tuple(_Reader().lines(with_groups(with_numerals(enumerated(list(rows_of(text)))))))
    first = next((place for place, line in enumerate(lines) if opens_section(line)), 0)
    if not any(_opens_inclusions(line) for line in lines[first:]):
        return lines  # what stands above the exclusions alone is all that includes
    above = (line if line.marker else replace(line, above_all=True) for line in lines[:first])
    return (*above, *lines[first:])


def _opens_inclusions(line: Line) -> bool:
    found = sections.section_of(line.text, marked=bool(line.marker)) if line.role == "line" else None
    return found is not None and found[0] == "inclusion"


@dataclass(slots=True)
class _Reader:
    """Goes through the rows from above, and knows what each stands under."""

    role: str = "inclusion"
    whom: str = ""
    """The heading of the section, where it speaks of some only."""
    titles: list[tuple[int, str]] = field(default_factory=list)
    """Unmarked headings above: how far within the section, and the text."""
    head: tuple[Row, str] | None = None
    """The item that opened the section, where this may be no more than its list, and the side before it."""
    fresh: bool = False
    """Whether nothing stands yet under the last of them."""
    open: list[Row] = field(default_factory=list)
    """The items that the next one may be nested in."""

    groups: dict[str, set[str]] = field(default_factory=dict)
    """Headings of groups that stand above sections, with the sides that each has."""
    around: tuple[str, list[tuple[int, str]]] | None = None
    """In a table whose columns have a heading of their own: the side and the titles that it stands under."""
    end: Row | None = None
    """The row that says of the list above it that it excludes."""
    table: int = 0
    """The table that the last row was in."""
    before: list[Row] = field(default_factory=list)
    """Those that were open when the last title came."""

    def lines(self, rows: Sequence[Row]) -> Iterator[Line]:
        for place, (row, below) in enumerate(zip(rows, [*rows, None][1:], strict=True)):
            if self.role == "inclusion" and not row.marker and introduces(row.text):
                self.end = _end_that_excludes(rows[place + 1 :])
                self.role = sections.UNSURE if self.end else self.role
            if row is self.end:
                self.role, self.titles, self.open, self.end = "inclusion", [], [], None
                yield Line(row.text, "line", unsure=True)
                continue
            line = self._line(row, below)
            yield replace(line, unsure=True) if self.role == sections.UNSURE else line

    def _line(self, row: Row, below: Row | None) -> Line:
        self._leave_table(row)
        if row.side and row.side != self.role:
            self.role, self.whom, self.titles, self.open = row.side, "", [], []
        if row.marker and self.head and (self.head[0].style, self.head[0].indent) == (row.style, row.indent):
            self._leave_head(*self.head)
        may_exclude = self.role in ("inclusion", sections.UNSURE)
        section = self._section(row)
        if section is not None and (section[0] != sections.UNSURE or may_exclude):
            self.head = (row, self.role) if _may_head_its_list_alone(row, below) else None
            self.role, self.whom = section[0], section[1] or self._group(section[0])
            self.titles, self.open, self.before, self.fresh = [], [], [], False
            return Line(row.text, "line", row.marker)
        if section is None and self.role in _SIDES and may_turn(row.text, self.role):
            self.role, self.whom, self.titles, self.open = sections.UNSURE, "", [], []
        begun = "" if row.marker else sections.side_begun(row.text)
        if begun and (begun != sections.UNSURE or may_exclude):
            self.role, self.whom, self.titles, self.open = begun, "", [], []
        if below and below.heads_section and not row.marker and _heads_a_group(row.text):
            self.groups[row.text] = set()
            return Line(row.text, "line")
        if row.style == LAYOUT:
            self._leave(row)
            return Line(row.text, "line", "", len(self.open), self._above(row))
        if row.style == COLUMNS:
            self._enter_columns(row)
        if row.style in (COLUMNS, GROUP) or (not row.marker and self._is_title(row, below)):
            return self._title(row)
        if is_remark(row.text) or not re.search(r"[^\W_]", row.text):
            return Line(row.text, "line", row.marker)
        if self.open and (is_note(row.text) or self._hangs(row)):
            self.open = [each for each in self.open if each.indent < row.indent] or self.open
            return Line(row.text, "line", row.marker, len(self.open), self._above(row))
        return self._item(row)

    def _leave_head(self, head: Row, before: str) -> None:
        """Go on beside an item that opened a section: what may exclude was its list; or this may go on or not."""
        if self.role == sections.UNSURE:
            self.role, self.whom = "inclusion", ""
        elif "exclusion" in (self.role, before):
            self.role, self.whom = sections.UNSURE, head.text
        self.head = None

    def _enter_columns(self, row: Row) -> None:
        """Read the rows below the heading of columns by what this says; it may exclude, among inclusions."""
        self.around = self.role, list(self.titles)
        if self.role == "inclusion" and sections.speaks_of_exclusion(row.text):
            self.role = sections.UNSURE

    def _leave_table(self, row: Row) -> None:
        """Leave the table above a row that is none of its own, and the heading of its columns."""
        self.open = [each for each in self.open if each.table in (0, row.table)]
        if self.around is not None and self.table != row.table:
            (self.role, self.titles), self.around = self.around, None
        self.table = row.table

    def _group(self, side: str) -> str:
        """Return the group that a section is of, by the heading above it: *Part A: Inclusion Criteria:*.

        A side that the groups above do not have is that of all of them: the exclusions behind those of the last one.
        """
        *above, group = self.groups or [""]
        if any(side not in self.groups[each] for each in above):
            return ""
        self.groups.get(group, set()).add(side)
        return group

    def _section(self, row: Row) -> tuple[str, str] | None:
        """Return the side that a row opens, and whom; exclusions may say who is let in all the same."""
        if self.role != "inclusion" and (allows(row.text, "exclusion") or excepts(row.text)):
            return None
        return sections.section_of(row.text, marked=bool(row.marker))

    def _is_title(self, row: Row, below: Row | None) -> bool:
        """Say whether an unmarked line heads what follows; one in an item's indent belongs to the item."""
        if below is None or below.heads_section or not is_title(row.text):
            return False
        if in_capitals(row.text) and in_capitals(below.text) and not introduces(row.text):
            return names_a_group(row.text)
        return below.marker != "" or introduces(row.text)

    def _title(self, row: Row) -> Line:
        self.before = [each for each in self.open if each.indent == row.indent and each.marker]
        if row.table:
            self._leave(row)
        else:
            self.open = [each for each in self.open if each.indent < row.indent and each.marker]
        level = self._level(row.text)
        if not self.open:
            self.whom = "" if asks_anew(row.text) and not names_a_group(self.whom) else self.whom
            self.titles = [each for each in self.titles if each[0] < level]
        line = Line(row.text, "line", row.marker, len(self.open), self._above(row))
        if self.open:
            self.open.append(replace(row, style=_TITLE))
        else:
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
        if row.marker or row.table:
            return False
        return any(each.marker and each.indent < row.indent for each in self.open)

    def _item(self, row: Row) -> Line:
        self._go_on(row)
        self._leave(row)
        self.fresh = False
        leaves_out = any(sections.leaves_out(each.text) for each in (*self.open, row))
        role = "exclusion" if leaves_out or self.role == sections.UNSURE else self.role
        line = Line(row.text, role, row.marker, len(self.open), self._above(row))
        self.open.append(row)
        return line

    def _leave(self, row: Row) -> None:
        """Leave the items that a row does not stand under."""
        while self.open and not self._nests(self.open[-1], row):
            above = self.open.pop()
            if row.marker and above.marker and (above.style, above.indent) == (row.style, row.indent):
                break

    def _go_on(self, row: Row) -> None:
        """End the last title where a numbered list above it goes on: *2.* behind *1.* and the title's own *(1)*."""
        if self.fresh:
            self.before = [each for each in self.before if each.style != row.style]
        if any(
            (each.style, each.indent) == (row.style, row.indent) and _follows(each, row)
            for each in self.before
        ):
            self.titles, self.open, self.before = self.titles[:-1], [], []

    def _nests(self, above: Row, row: Row) -> bool:
        """Say whether an item stands under one that is open: by its indent, or by its markers where these agree."""
        if above.style == _TITLE:
            return row.indent >= above.indent
        if row.table and not row.marker:
            return not above.table and (row.indent > above.indent or introduces(above.text))
        if not row.marker or not above.marker or row.indent < above.indent:
            return False
        if row.indent > above.indent:
            return True
        known = any(each.style == row.style and each.indent == row.indent for each in self.open)
        first = markers.FIRST.fullmatch(row.marker) is not None
        return not known and (introduces(above.text) or (first and above.style != "bullet"))

    def _above(self, row: Row) -> tuple[str, ...]:
        """Return what a row stands under."""
        whom = (self.whom,) if self.whom else ()
        titles = (text for _, text in self.titles if not says_nothing(text, row.text))
        return (*whom, *titles, *(each.text for each in self.open))


def _end_that_excludes(below: Sequence[Row]) -> Row | None:
    """Return the end of a sentence around a list, if it excludes: *patients with: ... will be excluded*."""
    for row in below:
        if not row.marker and sections.ends_in_excluding(row.text):
            return row
        if row.heads_section or (not row.marker and introduces(row.text)):
            return None
    return None


def _may_head_its_list_alone(row: Row, below: Row | None) -> bool:
    """Say whether a heading of a section stands in an item of a list, whose next item may not belong to it."""
    if not row.marker:
        return row.style != ""
    return below is not None and (not below.marker or (below.style, below.indent) != (row.style, row.indent))


def _heads_a_group(text: str) -> bool:
    """Say whether a line is the heading of a group, and no criterion of its words: *Part A (expansion)*, *Adults:*."""
    return names_a_part(text) or (introduces(text) and names_a_group(text))


def _follows(above: Row, row: Row) -> bool:
    """Say whether a marker has the next number after another one."""
    one, other = (re.findall(r"\d+", each.marker) for each in (above, row))
    return bool(one and other) and int(other[-1]) == int(one[-1]) + 1
