"""Which lines of a list stand in another list in the record: what the heading of a list says is said of its items.

Moved from below *Within 4 weeks* to below *Within 6 months*, or with these two exchanged, lines of the same words leave
out other patients. In which order the lines of a list stand does not matter, nor does the order of lists.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.criteria import Drafted, criteria_of
from dialogs.drafting.layout import Line, opens_section, split
from dialogs.drafting.persons import names_a_group
from dialogs.drafting.proposals import propose
from dialogs.drafting.quoting import Quoted
from dialogs.drafting.record import Record
from dialogs.drafting.rows import unescaped
from dialogs.drafting.titles import with_colon
from dialogs.headings import headings
from dialogs.protocol import Protocol

_LETTERS: Final = re.compile(r"(?<=\d)[a-z]*$")
_NONE: Final = ""
"""Above what stands in no list."""


@dataclass(frozen=True, slots=True)
class _Headings:
    """The headings of lists that a file has of its record, and what a list ends at: sections and groups."""

    of_lists: frozenset[str]
    ends: frozenset[str]

    def among(self, texts: Iterable[str]) -> tuple[str, ...]:
        folded = (" ".join(unescaped(text).split()) for text in texts)
        return tuple(text for text in folded if text in self.of_lists)

    def last_above(self, texts: Iterable[str]) -> Iterator[str]:
        """Yield for each text the last heading above it."""
        last = _NONE
        for text in texts:
            yield last
            if text in self.of_lists or text in self.ends:
                last = text if text in self.of_lists else _NONE


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands in the record: in which lists, the outermost first, and the last heading above it."""

    lists: tuple[str, ...]
    last: str
    letters: int | None
    """How many stand at the end of the code that a draft gives it, as in E3a; ``None`` where it gives it no code."""

    @property
    def heading(self) -> str:
        return self.lists[-1] if self.lists else _NONE


@dataclass(frozen=True, slots=True)
class _Item:
    """A line as a file has it: the last heading above it, and the lists that it may be in by this, or none by its code.

    A file says of no heading how far it reaches. Of a line that is no criterion it says nothing.
    """

    text: str
    last: str
    around: tuple[str, ...]
    may_be_in_none: bool
    letters: int
    """How many its code ends with: in a draft a line of a list has one, a line of a list in this one more."""

    def is_at(self, place: _Place, asked: str) -> bool:
        """Say whether it may stand in the list that the record has it in, or is asked with the heading of this."""
        if _asks(asked, self.last, self.text):
            return place.heading == self.last or _asks(asked, place.heading, self.text)
        if self.last == place.last:
            return not self._is_elsewhere_by_its_code(place)
        if place.heading == _NONE:
            return self.may_be_in_none
        return place.heading in self.around or _asks(asked, place.heading, self.text)

    def _is_elsewhere_by_its_code(self, place: _Place) -> bool:
        """Say whether the last item of a list is beside it in the record, or the other way round."""
        if place.letters is None or self.letters == place.letters:
            return False
        if self.letters > place.letters:
            return place.heading != self.last and not self.may_be_in_none
        return place.heading == self.last and self.may_be_in_none


def _asks(asked: str, heading: str, text: str) -> bool:
    """Say whether a line is asked with the heading of its list before it, alone or among the items of the whole."""
    if heading == _NONE or f"{with_colon(heading)} {text}" in asked:
        return heading != _NONE
    wholes = (each.partition(f"{heading} - ") for each in asked.splitlines())
    item = re.compile(rf"(?:^| - ){re.escape(text)}(?: - |”|$)")
    return any(item.search(items) for _, found, items in wholes if found)


def in_another_list(
    protocol: Protocol, record: Record, quoted: Sequence[Quoted], asked: str
) -> Iterator[str]:
    """Say which lines of a file stand in another list in the record.

    `quoted` are those of the file, in its order, `asked` is all that it asks: who moves a line in the file, and asks it
    with the heading that it has in the record, or by the rule that a draft would have there, has changed nothing.
    """
    lines = split(record.text)
    known = _headings(lines, {each.text for each in quoted})
    drafted = criteria_of(lines, propose)
    times = Counter(line.text for line in lines)  # of words that stand twice, no code says where
    letters = {each.source: _letters(each.code) for each in drafted if each.code and times[each.source] == 1}
    places: dict[str, list[_Place]] = defaultdict(list)
    for line, last in zip(lines, known.last_above(each.text for each in lines), strict=True):
        places[line.text].append(_Place(known.among(line.headings), last, letters.get(line.text)))
    for text, criterion in _asked_with(drafted, {line.text: known.among(line.headings) for line in lines}):
        places[text].append(_Place((criterion,), criterion, None))
    moved = [
        (each, item)
        for each, item in _items(protocol, quoted, known, places)
        if (each.code or each.text in asked) and not any(item.is_at(at, asked) for at in places[each.text])
    ]
    same = {(each.source, each.rule) for each in drafted}
    rules = {criterion.code: criterion.rule.text for criterion in protocol.criteria}
    for each, item in moved:
        if (each.text, rules.get(each.code)) not in same:
            here = _NONE if each.code and item.may_be_in_none else item.last
            there = next((at.heading for at in places[each.text] if at.heading != here), here)
            if there != here:
                yield f"{each.called} stands {_called(here)} in the file, and {_called(there)} in the record{_of(each)}"


def _asked_with(drafted: Sequence[Drafted], lists: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield lines that a draft asks with a criterion that heads no list of theirs, and this: an exception beside it."""
    sources = {each.code: each.source for each in drafted if each.code}
    for each in drafted:
        if each.whose and sources[each.whose] not in lists[each.source]:
            yield each.source, sources[each.whose]


def _items(
    protocol: Protocol, quoted: Sequence[Quoted], known: _Headings, places: dict[str, list[_Place]]
) -> Iterator[tuple[Quoted, _Item]]:
    """Yield the lines of a file that stand in the record as they are."""
    by_codes = dict(zip((each.code for each in protocol.criteria), headings(protocol), strict=True))
    for each, last in zip(quoted, known.last_above(one.text for one in quoted), strict=True):
        if each.text in places:
            around = (last, *(text for place in places.get(last, ()) for text in place.lists))
            in_none = not (each.code and last and known.among(by_codes[each.code]))
            yield each, _Item(each.text, last, around, in_none, _letters(each.code))


def _headings(lines: Sequence[Line], texts: set[str]) -> _Headings:
    """Return the headings of a record, but for those that a file has not, which are told as lost or altered."""
    above = {heading for line in lines for heading in line.headings}
    sections = frozenset(line.text for line in lines if opens_section(line))
    ends = sections | frozenset(filter(names_a_group, above))
    return _Headings(frozenset((above & texts) - ends), ends)


def _letters(code: str) -> int:
    found = _LETTERS.search(code)
    return len(found[0]) if found else 0


def _called(heading: str) -> str:
    return f"under “{heading}”" if heading else "in no list"


def _of(one: Quoted) -> str:
    return "" if one.code else f": “{one.text}”"
