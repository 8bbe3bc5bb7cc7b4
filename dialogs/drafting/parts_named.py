"""Parts of a trial that a line names by their codes: *stroke (Part 2 only)*, *For arm A: fever*."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

from dialogs.drafting.sections import codes_of, part_in
from dialogs.drafting.spoken import either

_IN_LINE: Final = (
    re.compile(r"[(（\[【]([^()（）\[\]【】]{1,60})[)）\]】]"),
    re.compile(rf"^\W*({either('part_alone')}[^:：,，]{{1,60}})[:：,，]", re.IGNORECASE),
    re.compile(rf"\b((?:for|in) [^.,;:()]{{1,40}} {either('part_only')})\W*$", re.IGNORECASE),
)
"""Where a line says of which part it is: in brackets, at its beginning, at its end."""
_ALONE: Final = re.compile(rf"(?:{either('part_alone')}|{either('part_only')}|\W)*", re.IGNORECASE)
_ONLY: Final = re.compile(either("part_only"), re.IGNORECASE)
_OF_DISEASES: Final = re.compile(r"stage|group", re.IGNORECASE)
"""What diseases have, too: *breast cancer (stage 2)*."""
_WORD: Final = re.compile(r"[a-z]{3,}|[^\W\d_a-z]", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_T = TypeVar("_T")


def codes_named(heading: str) -> tuple[str, ...]:
    """Return the codes of the parts that a heading is of: *A* of *Cohort A (Part 1)*."""
    return codes_of(_BRACKETED.sub("", heading)) or codes_of(heading)


def word_of_part(said: str) -> str:
    """Return what kind of part is named: *cohort* of *Cohorts A and B*."""
    found = _WORD.search(part_in(said))
    return found[0].casefold().removesuffix("s") if found else ""


def parts_named(text: str) -> tuple[str, ...]:
    """Return how a line names the parts that it is of, beside what it says of patients."""
    return tuple(dict.fromkeys(_named(text)))


def _named(text: str) -> Iterator[str]:
    for pattern in _IN_LINE:
        for found in pattern.finditer(text):
            part = part_in(found[1])
            rest = found[1].casefold().replace(part.casefold(), "", 1)
            if codes_of(found[1]) and _ALONE.fullmatch(rest):
                yield found[1]


def is_surely_a_part(said: str) -> bool:
    """Say whether it can be nothing but a part of the trial: *stage 2* may be that of a disease."""
    return not _OF_DISEASES.match(part_in(said)) or _ONLY.search(said) is not None


def found_in(said: str, parts: Mapping[str, Sequence[_T]]) -> tuple[_T, ...]:
    """Return the parts that are named, by the headings of a record; none where one of them has no heading."""
    word, codes = word_of_part(said), codes_of(said)
    by_code = {each: found for heading, found in parts.items() for each in _key(heading)}
    if any((word, code) not in by_code for code in codes):
        return ()
    return tuple(each for code in codes for each in by_code[word, code])


def _key(heading: str) -> list[tuple[str, str]]:
    codes = codes_named(heading)
    return [(word_of_part(heading), codes[0])] if len(codes) == 1 else []
