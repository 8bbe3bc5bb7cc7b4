"""Which criteria of a file quote which line of its record: whole, in pieces, or once more for another part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MOST_PIECES: Final = 12
"""Criteria that one line of a record may be split into by hand."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a file quotes of the record: the code of a criterion, empty for a line that is none; no parts are all."""

    place: int
    code: str
    text: str
    parts: frozenset[str]

    @property
    def called(self) -> str:
        return self.code or "A line"

    def overlaps(self, other: Quoted) -> bool:
        """Say whether a part of the trial has both."""
        return not (self.parts and other.parts and self.parts.isdisjoint(other.parts))


@dataclass(frozen=True, slots=True)
class Account:
    """What is quoted and not written, what is written and not quoted, and the codes that share a line, by line."""

    left: list[Quoted]
    missing: list[str]
    shared: list[tuple[str, ...]]


_Quotation = tuple[str, tuple[Quoted, ...]]
"""A line, and what quotes it, whole or in pieces."""


def account(quoted: Sequence[Quoted], written: Sequence[str], parts: Sequence[str]) -> Account:
    """Hold what a file quotes against the lines of its record: no part may have a line more often than the record."""
    found: dict[_Quotation, None] = {}
    left: set[Quoted] = set()
    for of_part in _by_part(quoted, parts):
        quotations = list(_quotations(of_part, written))
        found |= dict.fromkeys(quotations)
        left |= {*of_part}.difference(*(by for _, by in quotations))
    return Account(
        [each for each in quoted if each in left],
        _missing(written, Counter(text for text, _ in found)),
        _shared(found, Counter(written)),
    )


def _by_part(quoted: Sequence[Quoted], parts: Sequence[str]) -> Iterable[Sequence[Quoted]]:
    if not parts:
        return [quoted]
    return [[each for each in quoted if not each.parts or part in each.parts] for part in parts]


def _quotations(quoted: Sequence[Quoted], written: Sequence[str]) -> Iterator[_Quotation]:
    """Yield the lines that are quoted, each as often as it is written: whole ones first."""
    waiting, rest = Counter(written), list[Quoted]()
    for each in quoted:
        if waiting[each.text]:
            waiting[each.text] -= 1
            yield each.text, (each,)
        else:
            rest.append(each)
    for text in waiting.elements():
        pieces = _pieces(text, rest)
        if pieces:
            rest = [each for each in rest if each not in pieces]
            yield text, pieces


def _pieces(text: str, rest: Sequence[Quoted]) -> tuple[Quoted, ...]:
    """Return what quotes a line with other white space, or in pieces one after the other; nothing if none does."""
    bare = _bare(text)
    for start in range(len(rest)):
        so_far = ""
        for end in range(start, min(start + _MOST_PIECES, len(rest))):
            so_far += _bare(rest[end].text)
            if so_far == bare:
                return tuple(rest[start : end + 1])
            if not bare.startswith(so_far):
                break
    return ()


@lru_cache(maxsize=1024)
def _bare(text: str) -> str:
    return "".join(text.split())


def _missing(written: Sequence[str], found: Counter[str]) -> list[str]:
    """Return the lines that are quoted less often than they are written; of one that stands twice, the second."""
    missing: list[str] = []
    for place, text in enumerate(written):
        if written[: place + 1].count(text) > found[text]:
            missing.append(text)
    return missing


def _shared(found: Iterable[_Quotation], written: Counter[str]) -> list[tuple[str, ...]]:
    """Return the codes of those that quote a line more often than it is written, by line."""
    codes: dict[str, list[str]] = {}
    for text, by in found:
        codes.setdefault(text, []).extend(each.code for each in by)
    times = Counter(text for text, _ in found)
    return [tuple(dict.fromkeys(those)) for text, those in codes.items() if times[text] > written[text]]
