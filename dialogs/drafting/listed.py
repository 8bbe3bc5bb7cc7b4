"""Lists that go on inside of a line, and sections that are one paragraph: a row for each of what they list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from dialogs.drafting.inside import in_brackets
from dialogs.drafting.persons import names_only_a_group
from dialogs.drafting.rows import GROUP, Row, row_of
from dialogs.drafting.spoken import either

_SENTENCES: Final = re.compile(
    r"(?<=[a-z0-9)%²][.;])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\betc\.)(?<!\bapprox\.)(?<!\bno\.)\s+"
    r"(?=[a-z]{0,3}[A-Z]|[≥≤<>])"
    r"(?!(?:This|These|Those|They|It|However|Such|Except|Unless|Otherwise|If|Note|In this|Also|Or)\b)"
    rf"|(?<=。)\s*(?=[^\W_])(?!{either('goes_on')})"
)
"""Between sentences that each say something of their own."""
_SEQUENCES: Final = (
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
    tuple("abcdefghijklmnop"),
    tuple("ABCDEFGHIJKLMNOP"),
    tuple("①②③④⑤⑥⑦⑧⑨⑩"),
)
"""Letters and numerals of a list that goes on in a line."""
_MARKER: Final = (
    r"(?:(?<=[;,.:；。，：、])\s*|(?<=\bor )|(?<=\band ))(?:[(（]?{0}[)）]|(?=[①-⑩]){0})(?=\s*[^\W_])"
)
_BEHIND_A_SPACE: Final = r"(?<=\s){1}{0}{2}(?=\s*[^\W_])"
"""The next letter of a list that its line begins with, in the same brackets: *a) stroke b) fever*."""
_LETTERED: Final = re.compile(r"(?P<open>[(（]?)(?P<letter>[a-zA-Z]|[ivx]{1,4})(?P<close>[)）])\s*(?=[^\W_])")
_DASHED: Final = r"(?<=\s){0}(?=\s+[^\W_])(?!(?<=\d\s{0})\s+\d)(?!\s+{1})"
_BEGINS: Final = re.compile(r"\s+(?:[a-z]{0,3}[A-Z]|[^\x00-\x7f])")
"""How an item begins in a line that has others beside it."""
_SEMICOLONS: Final = re.compile(r"(?<=[;；])\s*")


def enumerated(rows: Sequence[Row]) -> list[Row]:
    """Cut lines in which a list goes on, and sections that are one paragraph."""
    cut: list[Row] = []
    for place, row in enumerate(rows):
        below = rows[place + 1] if place + 1 < len(rows) else None
        above = rows[place - 1] if place else None
        alone = (above is None or above.heads_section) and (below is None or below.heads_section)
        cut += _cut(row, below, alone=alone)
    return cut


def _cut(row: Row, below: Row | None, *, alone: bool) -> list[Row]:
    if row.heads_section:
        return [row]
    for places in (
        _numbers(row, below),
        _letters(row, below),
        _behind_spaces(row, below),
        _bullets(row) or _dashed(row, alone=alone),
        _sentences(row) if alone else [],
    ):
        if places:
            starts = [0, *places]
            texts = [row.text[a:b].strip() for a, b in zip(starts, [*places, len(row.text)], strict=True)]
            first = replace(row, text=texts[0])
            return [
                each for each in (first, *(row_of(text, row.indent, True) for text in texts[1:])) if each.text
            ]
    return [row]


def _numbers(row: Row, below: Row | None) -> list[int]:
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


def _letters(row: Row, below: Row | None) -> list[int]:
    """Return where the letters or numerals that follow on the line's own; behind a colon, from the first."""
    for letters in _SEQUENCES:
        places = list(_following(row, letters, _core(below.marker) if below else ""))
        if len(places) > 1 or (row.marker and places):
            return places
    return []


def _following(row: Row, letters: Sequence[str], below: str) -> Iterator[int]:
    own, start = _core(row.marker), 0
    if row.marker and own not in letters:
        return
    for each in letters[letters.index(own) + 1 if row.marker else 0 :]:
        found = re.compile(_MARKER.format(each)).search(row.text, start)
        begins = row.marker or start or (found and row.text[: found.start()].rstrip().endswith((":", "：")))
        if each == below or found is None or not begins:
            return
        yield found.start()
        start = found.end()


def _behind_spaces(row: Row, below: Row | None) -> list[int]:
    """Return where the letters follow that an item, or its text, has, in the same brackets: *a) gout b) fever*."""
    first = _LETTERED.match(row.text)
    own = _LETTERED.match(f"{row.marker} {row.text}") or (first if row.marker else None)
    if own is None or (own is first and own["letter"] not in "aAi"):
        return []
    letters = next((each for each in _SEQUENCES if own["letter"] in each), (own["letter"],))
    places, start = list[int](), 0
    for each in letters[letters.index(own["letter"]) + 1 :]:
        sought = _BEHIND_A_SPACE.format(each, re.escape(own["open"]), re.escape(own["close"]))
        found = re.compile(sought).search(row.text, start)
        if found is None or (below is not None and each == _core(below.marker)):
            break
        places.append(found.start())
        start = found.end()
    return places


def _core(marker: str) -> str:
    return marker.strip(" .()（）")


def _bullets(row: Row) -> list[int]:
    places = [
        found.start() for found in re.finditer(r"(?<=\s)[•●▪◦·](?=\s*\S)|(?<=[;.:]\s)[*-](?=\s+\S)", row.text)
    ]
    return places if row.style == "bullet" or len(places) > 1 else []


def _dashed(row: Row, *, alone: bool) -> list[int]:
    """Return where the sign before an item stands again, between what are items, too: *- stroke - fever*.

    In a section that is one line each does; elsewhere two that begin in capitals do: *- asthma - within 6 months*.
    """
    sign = row.marker
    if sign not in ("-", "–", "—", "*"):
        return []
    found = list(re.finditer(_DASHED.format(re.escape(sign), either("goes_on")), row.text, re.IGNORECASE))
    listed = alone or (len(found) > 1 and all(_BEGINS.match(row.text, each.end()) for each in found))
    return [each.start() for each in found] if listed else []


def _sentences(row: Row) -> list[int]:
    """Return where sentences begin in a section that is one paragraph; or what its semicolons part."""
    if row.marker:
        return []
    return _outside(_SEMICOLONS, row.text) or _outside(_SENTENCES, row.text)


def _outside(pattern: re.Pattern[str], text: str) -> list[int]:
    """Return where a pattern ends in a text, before more of it and outside of brackets."""
    ends = (found.end() for found in pattern.finditer(text))
    return [end for end in ends if text[end:].strip() and not in_brackets(text[:end])]


def with_numerals(rows: Sequence[Row]) -> list[Row]:
    """Take *(i)* for a numeral, not a letter, where the next marker is *(ii)*; and *(v)* behind *(iv)*."""
    markers = [row.marker.lower() for row in rows]
    return [
        replace(row, style="numeral")
        if row.style == "letter"
        and (below == row.marker.lower().replace("i", "ii") or above == row.marker.lower().replace("v", "iv"))
        else row
        for row, above, below in zip(rows, ["", *markers], [*markers[1:], ""], strict=False)
    ]


def with_groups(rows: Sequence[Row]) -> list[Row]:
    """Take items that name some participants for headings of the items beside them, where a list has two or more."""
    lists: dict[tuple[int, str, int], list[int]] = {}
    section = 0
    for place, (row, below) in enumerate(zip(rows, [*rows, None][1:], strict=True)):
        section += row.heads_section
        beside = below is not None and (below.style, below.indent) == (row.style, row.indent)
        if row.marker and beside and names_only_a_group(row.text):
            lists.setdefault((section, row.style, row.indent), []).append(place)
    groups = {place for places in lists.values() if len(places) > 1 for place in places}
    return [replace(row, style=GROUP) if place in groups else row for place, row in enumerate(rows)]
