"""Headings of the inclusion and exclusion criteria behind something else in a line: *ECOG 0-1 Exclusion Criteria:*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.markers import marker_of
from dialogs.drafting.misspelt import meant
from dialogs.drafting.spoken import either, patterns

_NAMED: Final = tuple(re.compile(each, re.IGNORECASE) for each in patterns("heading_inside"))
_GOVERNS: Final = re.compile(rf"{either('governs_heading')}\s*$", re.IGNORECASE)
"""What makes a part of a sentence of the words of a heading: *meets none of the exclusion criteria: ...*."""
_MAY_GOVERN: Final = re.compile(rf"{either('may_govern_heading')}\s*$", re.IGNORECASE)
"""What may do so, and may end a line: *consent: yes, all*."""
_DENIED: Final = re.compile(either("denies_heading"), re.IGNORECASE)
_COUNTED: Final = re.compile(either("counted"), re.IGNORECASE)
"""A number that names something and is no value: *visit 2*."""

_WORDS_BEFORE: Final = 5
"""Fewer words than that before the heading belong to it: *Key Inclusion Criteria:*."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A heading in a line, and where it begins; in one that is not ``sure``, a person has to tell whether it is one."""

    place: int
    side: str
    sure: bool


def inside(text: str, *, is_end: bool) -> Iterator[Inside]:
    """Yield what may be headings of sections behind something else; `is_end` where the line is the end of its section.

    A bare *Exclusion:* may say something of its line alone, unless this is the end of a section or a list follows.
    """
    for pattern in _NAMED:
        for found in pattern.finditer(text):
            before, behind = text[: found.start()].rstrip(" *_"), text[found.end() :].strip()
            if not re.search(r"[^\W_]", before):
                continue
            capital = not (name := found[0].lstrip(" [【"))[:1].islower()
            if _governs(before, capital=capital) or (not capital and in_brackets(before)):
                continue
            told = found["criteria"] and (capital or not before[-1].isalpha())
            listed = (
                capital and not found["criteria"] and (is_end or not behind or marker_of(behind)[0] != "")
            )
            doubt = in_brackets(before) or (name.isascii() and _MAY_GOVERN.search(before))
            side = "exclusion" if found["out"] else "inclusion"
            yield Inside(found.start(), side, bool((told or listed) and not doubt))


def may_turn(text: str, side: str) -> bool:
    """Say whether what may be a heading of the other side stands in a line of this one."""
    return any(each.side != side for each in inside(meant(text).text, is_end=False))


def is_denied(heading: str) -> bool:
    """Say whether the words of a heading are denied, so that what stands behind them is denied, too."""
    return _DENIED.search(heading) is not None


def is_whole(before: str) -> bool:
    """Say whether what stands before a heading is no part of it."""
    return before.rstrip().endswith((".", ";", "。", "；")) or len(before.split()) >= _WORDS_BEFORE


def is_measured(before: str) -> bool:
    """Say whether what stands before a heading has a value, and so is no part of it: *age 18-80*."""
    return re.search(r"\d", _COUNTED.sub("", before)) is not None


def _governs(before: str, *, capital: bool) -> bool:
    return bool(_GOVERNS.search(before) or (not capital and _MAY_GOVERN.search(before)))


def in_brackets(before: str) -> bool:
    """Say whether a bracket that opens before a place in a line is still open there."""
    return sum(map(before.count, "([（")) > sum(map(before.count, ")]）"))
