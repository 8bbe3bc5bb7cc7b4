"""Whom a heading of a record speaks of: kinds of participants, and whether these are the patient at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.headings import codes_of, speaks_of_some
from dialogs.drafting.spoken import either

_HEADING: Final = re.compile(
    rf"\W*(?:(?:key |main )?{either('section_of')}\W*)?(?:(?:for|in|of) )?(?:the )?"
    rf"(?P<who>[^\W\d_].*?)(?:\W*{either('section_of')})?\W*",
    re.IGNORECASE,
)
"""A heading of participants, also of a section of theirs."""
_JOINED: Final = re.compile(rf"\s*(?:[,&/、]|{either('and')}|{either('or')})\s*", re.IGNORECASE)
_KINDS: Final = {
    kind: re.compile(either(kind), re.IGNORECASE) for kind in ("another", "control", "patient", "with")
}
_GENERAL: Final = re.compile(r"\b(?:participants?|patients?|subjects?|volunteers?|group|cohort|only)$")


@dataclass(frozen=True, slots=True)
class Persons:
    key: str
    """One word for *adolescent participants* and *adolescents*."""
    name: str
    kind: str


def persons_in(heading: str) -> tuple[Persons, ...]:
    """Return the kinds of participants that a heading names; none, if it says anything else."""
    found = _HEADING.fullmatch(heading)
    whole = found["who"] if found else ""
    said = [whole] if _kind(whole) else _JOINED.split(whole)
    kinds = [_kind(each) for each in said]
    if not all(kinds):
        return ()
    return tuple(
        Persons(_key(each), each[:1].upper() + each[1:], kind) for each, kind in zip(said, kinds, strict=True)
    )


def names_a_group(heading: str) -> bool:
    """Say whether a heading names some participants or a part of the trial."""
    return bool(codes_of(heading) or persons_in(heading)) or speaks_of_some(heading)


def _kind(said: str) -> str:
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(said)), "")


def _key(said: str) -> str:
    small = said.lower()
    rest = _GENERAL.sub("", small).strip() or small
    return "child" if rest == "children" else rest.removesuffix("s")
