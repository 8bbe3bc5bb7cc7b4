"""The parts of a trial, where its record sorts criteria by headings of cohorts or of kinds of participants.

Only where that is sure: two headings or more, each with inclusion criteria of its own, none of which may be a remark on
some of the patients. *Cohort A*, *Part 2*; healthy volunteers beside patients; parents, donors and others beside the
patient; adults beside children, if an age stands under each. What is not sure is asked under its heading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.headings import codes_of, part_in, section_of
from dialogs.drafting.layout import Line
from dialogs.drafting.persons import Persons, persons_in
from dialogs.drafting.spoken import either

_SAYS_AGE: Final = re.compile(either("age"), re.IGNORECASE)
_LONGEST_CODE: Final = 16


@dataclass(frozen=True, slots=True)
class Cohort:
    code: str
    name: str
    of_another: bool = False
    """Whether it is of other persons than the patient: parents, donors."""


def parts_of(lines: Sequence[Line]) -> dict[str, tuple[Cohort, ...]]:
    """Return the parts that headings name, by the heading; empty where a trial has none, or it is not sure."""
    headings = list(dict.fromkeys(heading for line in lines for heading in line.headings))
    return _numbered(headings) or _of_persons(headings, lines)


def _numbered(headings: Sequence[str]) -> dict[str, tuple[Cohort, ...]]:
    """Return parts with a code: *Cohort A*, *Part 2*."""
    named = {heading: codes for heading in headings if (codes := codes_of(heading))}
    if len({*named.values()}) < 2:
        return {}
    alone = {codes[0]: heading for heading, codes in reversed(named.items()) if len(codes) == 1}
    cohorts = {
        code: Cohort(code, _name(alone.get(code, ""), code)) for codes in named.values() for code in codes
    }
    return {heading: tuple(cohorts[code] for code in codes) for heading, codes in named.items()}


def _name(heading: str, code: str) -> str:
    """Return the heading of a part alone; of a section of its criteria, what this calls it."""
    called = heading.rstrip(" :：").removesuffix(" only") if section_of(heading) is None else part_in(heading)
    return called or f"Cohort {code}"


def _of_persons(headings: Sequence[str], lines: Sequence[Line]) -> dict[str, tuple[Cohort, ...]]:
    """Return parts of kinds of participants; none where one of them has no inclusion criterion of its own."""
    named = {heading: persons for heading in headings if (persons := persons_in(heading))}
    alone = {persons[0].key: persons[0] for persons in reversed(named.values()) if len(persons) == 1}
    if any(each.key not in alone for persons in named.values() for each in persons):
        return {}
    own = {key: _own(key, named, lines) for key in alone}
    if len(alone) < 2 or not all(own.values()) or not _are_apart([each.kind for each in alone.values()], own):
        return {}
    cohorts = {
        key: Cohort(_code(key, number), each.name, each.kind == "another")
        for number, (key, each) in enumerate(reversed(alone.items()), 1)
    }
    return {heading: tuple(cohorts[each.key] for each in persons) for heading, persons in named.items()}


def _own(key: str, named: Mapping[str, tuple[Persons, ...]], lines: Sequence[Line]) -> list[str]:
    """Return the inclusion criteria that stand under the heading of some participants alone."""
    theirs = {heading for heading, persons in named.items() if len(persons) == 1 and persons[0].key == key}
    return [line.text for line in lines if line.role == "inclusion" and theirs & {*line.headings}]


def _are_apart(kinds: Sequence[str], own: Mapping[str, Sequence[str]]) -> bool:
    """Say whether nobody is of two kinds of participants, so that each may have a verdict of its own."""
    if "with" in kinds:
        return "control" in kinds
    if {"another", "control"} & {*kinds}:
        return len({*kinds}) > 1
    return all(any(map(_says_age, texts)) for texts in own.values())


def _says_age(text: str) -> bool:
    return _SAYS_AGE.search(text) is not None and re.search(r"\d", text) is not None


def _code(key: str, number: int) -> str:
    code = re.sub(r"[^A-Z0-9]+", "-", key.upper()).strip("-")
    return code if code and len(code) <= _LONGEST_CODE else f"P{number}"
