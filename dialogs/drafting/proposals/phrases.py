"""Cuts a line into the phrases of ``phrases.toml`` and into numbers with their units, or into nothing at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Any, Final

from dialogs.drafting.proposals.spelling import plain, without_articles
from dialogs.languages import DEFAULT
from dialogs.loading.catalogue import unit_sets
from dialogs.reading.numerals import fold

_ALTERNATIVES: Final = re.compile(r"\(([^()]*\|[^()]*)\)")
_NUMBER_WORDS: Final = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_NUMBERS: Final = _NUMBER_WORDS.split("|")
LONGEST: Final = 120
"""Letters of a phrase of the file, at most."""
_NO_UNITS: Final = frozenset({"1", "a", "x", "t", "z", "in", "years old", "score", "joint", "joints"})
"""Spellings of units that are other words in a sentence."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a piece of a line is: its kind, as the grammar calls it, and what it stands for."""

    kind: str
    means: str
    unit: str = ""
    """Of a number: its unit as it is spelled."""


_EMPTY: Final = "EMPTY"


def phrases(text: str) -> tuple[Phrase, ...] | None:
    """Return the phrases of a line, without empty words; ``None`` if a single word is not known."""
    found = _cut(plain(text), _known())
    return None if found is None else _without_abbreviations(found)


def phrases_of_heading(text: str) -> tuple[Phrase, ...] | None:
    """Return the phrases of a heading, without empty words; ``None`` if a single word is not known."""
    found = _cut(plain(text), _known_in_headings())
    return None if found is None else tuple(found)


def _cut(said: str, known: Mapping[str, Phrase]) -> list[Phrase] | None:
    """Cut a text into its phrases from the left, each as long as can be."""
    at, found = 0, []
    while at < len(said):
        if said[at] == " ":
            at += 1
            continue
        phrase, length = _longest(said, at, known)
        if phrase is None:
            return None
        at += length
        if phrase.kind != _EMPTY:
            found.append(phrase)
    return found


def _without_abbreviations(found: list[Phrase]) -> tuple[Phrase, ...]:
    """Leave out the second name in *absolute neutrophil count (ANC)*."""
    kept: list[Phrase] = []
    at = 0
    while at < len(found):
        brackets = [each.kind for each in found[at : at + 3 : 2]]
        if kept and brackets == ["LEFT", "RIGHT"] and found[at + 1] == kept[-1]:
            at += 3
            continue
        kept.append(found[at])
        at += 1
    return tuple(kept)


def _longest(said: str, at: int, known: Mapping[str, Phrase]) -> tuple[Phrase | None, int]:
    """Return the longest phrase or number that begins at a place, and its length."""
    word, number = _longest_word(said, at, known), _quantity().match(said, at)
    if number and len(number[0]) >= len(word):
        value = str(_NUMBERS.index(number[1])) if number[1] in _NUMBERS else number[1]
        return Phrase("NUMBER", value, number["unit"] or ""), len(number[0])
    return (known[word], len(word)) if word else (None, 0)


def _longest_word(said: str, at: int, known: Mapping[str, Phrase]) -> str:
    """Return the longest phrase of the file that begins at a place and ends where a word ends."""
    for end in range(min(len(said), at + LONGEST), at, -1):
        inside = end < len(said) and said[end - 1].isalnum() and said[end].isalnum()
        if not inside and said[at:end] in known:
            return said[at:end]
    return ""


@cache
def _known() -> Mapping[str, Phrase]:
    """Every spelling that lines may have, by what it stands for."""
    return {said: phrase for phrase, said in spelled(_KINDS)}


@cache
def _known_in_headings() -> Mapping[str, Phrase]:
    """Every spelling that headings may have, by what it stands for."""
    return {
        said: phrase for phrase, said in spelled({"empty": "", "joints": "", "moments": "", "headings": ""})
    }


@cache
def file() -> dict[str, Any]:
    """Return ``phrases.toml``."""
    return _read("phrases.toml")


@cache
def narrower() -> dict[str, Any]:
    """Return ``catalogue/narrower.toml``: questions of the catalogue in narrower words, by their name in rules."""
    return _read("catalogue", "narrower.toml")


def _read(*name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(*name).read_text(encoding="utf-8"))


def spelled(kinds: Mapping[str, str]) -> Iterator[tuple[Phrase, str]]:
    """Yield the spellings in some tables of the file, each with what it stands for."""
    raw = file()
    for table, kind in kinds.items():
        for means, patterns in raw[table].items():
            for said in (said for pattern in patterns for said in _written_out(pattern)):
                yield Phrase(kind or means, said if means == "MOMENT" else means), said


_KINDS: Final = {
    "measured": "MEASURED", "graded": "GRADED", "grades": "GRADE", "ago": "EVENT", "conditions": "CONDITION",
    "pregnancy": "PREGNANCY", "sex": "SEX", "comparisons": "COMPARED", "behind": "BEHIND",
    "behind_an_age": "BEHIND_AGE", "comparisons_of_age": "COMPARED_AGE", "tested": "TESTED",
    "or_compared": "OR_COMPARED", "pregnancy_tests": "TEST_RESULT", "methods": "METHOD", "disorders": "DISORDER",
    "joints": "", "moments": "", "empty": "",
}  # fmt: skip
"""Table of the file -> kind of its phrases; those of the last three are called by their keys."""


def _written_out(pattern: str) -> Iterator[str]:
    """Yield every text that a pattern with alternatives in brackets stands for."""
    pieces = _ALTERNATIVES.split(pattern)
    for chosen in product(*(piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces))):
        yield without_articles(" ".join("".join(chosen).split()))


@cache
def _quantity() -> re.Pattern[str]:
    """A number, and a unit of the catalogue where one follows."""
    units = {
        fold(said)
        for units in unit_sets().values()
        for unit in units
        for said in (unit["code"], unit["label"][DEFAULT], *unit["spellings"])
    }
    longest_first = sorted(units - _NO_UNITS, key=len, reverse=True)
    listed = "|".join(_whole(re.escape(said)) for said in longest_first)
    return re.compile(
        rf"(?<![a-z0-9.])([0-9]+(?:\.[0-9]+)?|(?:{_NUMBER_WORDS})(?![a-z-]))(?: ?(?P<unit>{listed}))?(?![0-9])"
    )


def _whole(said: str) -> str:
    """Return a pattern that ends where a word ends."""
    return f"{said}(?![a-z0-9])" if said[-1].isalnum() else said
