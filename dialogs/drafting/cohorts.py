"""The parts of a trial, where its record sorts criteria by headings of cohorts or of kinds of participants.

Only where that is sure: two headings or more, each with inclusion criteria of its own, none of which may be a remark on
some of the patients. *Cohort A*, *Part 2*; healthy volunteers beside patients; parents, donors and others beside the
patient; adults beside children, if an age stands under each; children of one age beside those of another. What is not
sure is asked under its heading.

Other persons than the patient are required, and so is the patient beside them, who may be one of several kinds. Whether
either is enough alone no heading says: that is for a reviewer, to whom nobody is potentially eligible before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from dialogs.drafting.layout import Line
from dialogs.drafting.of_some import sex_of
from dialogs.drafting.parts_named import codes_named, word_of_part
from dialogs.drafting.persons import Persons, label_of, person_called, persons_in, says_age
from dialogs.drafting.sections import codes_of, part_in, section_of
from dialogs.drafting.spoken import either

_COUPLES: Final = re.compile(either("couple"), re.IGNORECASE)
_LONGEST_CODE: Final = 16


@dataclass(frozen=True, slots=True)
class Cohort:
    code: str
    name: str
    of_another: bool = False
    """Whether it is of other persons than the patient: parents, donors."""
    required: bool = False
    person: Mapping[str, str] = field(default_factory=dict)
    """Whom questions name, in each language; empty: the patient."""


def parts_of(lines: Sequence[Line]) -> dict[str, tuple[Cohort, ...]]:
    """Return the parts that headings name, by the heading; empty where a trial has none, or it is not sure.

    A name that a line begins with is its heading, too: *Controls: no asthma*.
    """
    headings = list(dict.fromkeys(heading for line in lines for heading in _headings(line)))
    return _numbered(headings, lines) or _of_persons(headings, lines)


def _headings(line: Line) -> tuple[str, ...]:
    label = "" if line.role == "line" else label_of(line.text)
    return (*line.headings, label) if label else line.headings


def _numbered(headings: Sequence[str], lines: Sequence[Line]) -> dict[str, tuple[Cohort, ...]]:
    """Return parts with a code: *Cohort A*, *Part 2*; one with cohorts below it is these, and no part of its own."""
    named = {heading: codes for heading in headings if (codes := codes_named(heading))}
    within = _within(named, lines)
    if within is None or len({*named.values()}) < 2 or not _are_of_one_kind(named, within):
        return {}
    at = {heading: _without_parts(codes, within) for heading, codes in named.items()}
    alone = {codes[0]: heading for heading, codes in reversed(named.items()) if len(codes) == 1}
    names = {code: _name(alone.get(code, ""), code) for each in at.values() for code in each}
    if len(names) < 2:
        return {}
    kinds = {code: _kind_behind(name) for code, name in names.items()}
    cohorts = _together({code: Cohort(code, name) for code, name in names.items()}, kinds)
    return {heading: tuple(cohorts[code] for code in codes) for heading, codes in at.items()}


def _are_of_one_kind(named: Mapping[str, tuple[str, ...]], within: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether no code may be of two parts: *part 1* beside *cohort 1* or *A*; *part 1 (cohort A)* beside *(B)*."""
    below = {code for codes in within.values() for code in codes}
    words = {(code, word_of_part(heading)) for heading, codes in named.items() for code in codes}
    on_top = {word for code, word in words if code not in below}
    said = {(codes, codes_of(heading)) for heading, codes in named.items() if codes != codes_of(heading)}
    return len(words) == len(dict(words)) and len(on_top) < 2 and len(said) == len(dict(said))


def _within(named: Mapping[str, tuple[str, ...]], lines: Sequence[Line]) -> dict[str, tuple[str, ...]] | None:
    """Return the codes of the cohorts below a part; ``None`` where one is below several, or has none beside it."""
    above: dict[str, set[str]] = defaultdict(set)
    for outer, inner in (pair for line in lines for pair in pairwise(filter(named.get, _headings(line)))):
        for code in {*named[inner]} - {*named[outer]}:
            above[code] |= {*named[outer]}
    below: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for code, parts in above.items():
        if len(parts) > 1 or above.keys() & parts:
            return None
        (part,) = parts
        below[part] += (code,)
    return None if any(len(codes) < 2 for codes in below.values()) else dict(below)


def _without_parts(codes: Sequence[str], within: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for code in codes for each in within.get(code, (code,))))


def _kind_behind(name: str) -> str:
    """Return what kind of participants stands beside the code of a part: *Group 2 (caregivers)*."""
    kinds = {each.kind for each in persons_in(name.replace(part_in(name), ""))}
    return kinds.pop() if len(kinds) == 1 else ""


def _together(cohorts: Mapping[str, Cohort], kinds: Mapping[str, str]) -> dict[str, Cohort]:
    """Require other persons than the patient, and the patient beside them, unless that is one of several kinds."""
    others = {key for key in cohorts if kinds[key] == "another"}
    needed = {*cohorts} if others and len(others) >= len(cohorts) - 1 else others
    return {
        key: replace(
            cohort,
            of_another=key in others,
            required=key in needed,
            person=person_called(cohort.name) if key in needed and kinds[key] else {},
        )
        for key, cohort in cohorts.items()
    }


def _name(heading: str, code: str) -> str:
    """Return the heading of a part alone; of a section of its criteria, what this calls it."""
    called = heading.rstrip(" :：").removesuffix(" only") if section_of(heading) is None else part_in(heading)
    return called or f"Cohort {code}"


def _of_persons(headings: Sequence[str], lines: Sequence[Line]) -> dict[str, tuple[Cohort, ...]]:
    """Return parts of kinds of participants; none where one of them has no inclusion criterion of its own."""
    couples = any(map(_COUPLES.match, [*headings, *(line.text for line in lines)]))
    found = {
        heading: persons_in(heading) or (_of_a_couple(heading) if couples else ()) for heading in headings
    }
    named = _of_ages({heading: persons for heading, persons in found.items() if persons}, lines)
    alone = {persons[0].key: persons[0] for persons in reversed(named.values()) if len(persons) == 1}
    if any(each.key not in alone for persons in named.values() for each in persons):
        return {}
    own = {key: _own(key, named, lines) for key in alone}
    kinds = {key: each.kind for key, each in alone.items()}
    if len(alone) < 2 or not all(own.values()) or not _are_apart(kinds, own):
        return {}
    codes = _codes([*reversed(alone)])
    cohorts = _together({key: Cohort(codes[key], each.name) for key, each in reversed(alone.items())}, kinds)
    return {heading: tuple(cohorts[each.key] for each in persons) for heading, persons in named.items()}


def _of_ages(
    named: Mapping[str, tuple[Persons, ...]], lines: Sequence[Line]
) -> dict[str, tuple[Persons, ...]]:
    """Tell persons of one kind apart by their ages: *children* are those of all ages that other headings name.

    Nobody is named where some have criteria under an age, and others under none: they may not be the same.
    """
    ages: dict[str, dict[str, Persons]] = defaultdict(dict)
    for each in (one for persons in named.values() for one in persons if one.ages):
        ages[each.key].setdefault(each.aged, each)
    several = {
        key: tuple(
            replace(each, key=f"{key} {aged}", name=f"{each.name} {each.ages}")
            for aged, each in found.items()
        )
        for key, found in ages.items()
        if len(found) > 1
    }
    under_none = {
        heading: persons for heading, persons in named.items() if not any(one.ages for one in persons)
    }
    if any(_own(key, under_none, lines) for key in ages.keys() - several.keys()):
        return {}
    return {
        heading: tuple(one for each in persons for one in _at_its_age(each, several.get(each.key, ())))
        for heading, persons in named.items()
    }


def _at_its_age(persons: Persons, of_ages: tuple[Persons, ...]) -> tuple[Persons, ...]:
    """Return these persons as those of their age, or of all ages, if there are several."""
    return tuple(each for each in of_ages if not persons.ages or each.aged == persons.aged) or (persons,)


def _of_a_couple(heading: str) -> tuple[Persons, ...]:
    """Return whom a heading of one sex speaks of where couples take part: else it is a remark on some patients."""
    name, sex = heading.strip(" :："), sex_of(heading)
    return (Persons(sex, name[:1].upper() + name[1:], "another"),) if sex else ()


def _own(key: str, named: Mapping[str, tuple[Persons, ...]], lines: Sequence[Line]) -> list[str]:
    """Return the inclusion criteria that stand under the heading of some participants alone, with this heading."""
    theirs = {heading for heading, persons in named.items() if len(persons) == 1 and persons[0].key == key}
    above = ((line, theirs & {*_headings(line)}) for line in lines if line.role == "inclusion")
    return [" ".join((*headings, line.text)) for line, headings in above if headings]


def _are_apart(kinds: Mapping[str, str], own: Mapping[str, Sequence[str]]) -> bool:
    """Say whether no patient is of two kinds of participants, so that each may have a verdict of its own."""
    patients = {key: kind for key, kind in kinds.items() if kind != "another"}
    of_kinds = {*patients.values()}
    if len(patients) < 2:
        return True
    if "with" in of_kinds:
        return "control" in of_kinds
    if "control" in of_kinds:
        return len(of_kinds) > 1
    return all(any(map(says_age, own[key])) for key in patients)


def _codes(keys: Sequence[str]) -> dict[str, str]:
    """Return a code for each of some persons: its key, if that is short and in plain letters, else its number."""
    codes: dict[str, str] = {}
    for number, key in enumerate(keys, 1):
        code = re.sub(r"[^A-Z0-9]+", "-", key.upper()).strip("-")
        is_plain = key.isascii() and code and len(code) <= _LONGEST_CODE
        codes[key] = code if is_plain and code not in codes.values() else f"P{number}"
    return codes
