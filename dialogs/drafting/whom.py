"""Whom a line of a record is about, where that may be some patients only: by its words, its name or its headings.

An age that the heading of a group says (*children 2-4 years with HIV:*) is no limit of the trial, unless all inclusion
criteria stand below it: whoever is of another age may be of another group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from typing import Final

from dialogs.drafting.cohorts import Cohort
from dialogs.drafting.layout import Line
from dialogs.drafting.of_some import concerns_some, is_of_a_partner, surely_concerns_some
from dialogs.drafting.parts_named import found_in, is_surely_a_part, parts_named
from dialogs.drafting.persons import label_of, names_some, says_age
from dialogs.drafting.spoken import either
from dialogs.drafting.titles import introduces
from dialogs.drafting.why import Note

_OF_AGE: Final = re.compile(rf"\W*{either('people_of_age')}", re.IGNORECASE)
_DOSE: Final = re.compile(rf"\W*{either('dose_group')}", re.IGNORECASE)
_AGE_ALONE: Final = re.compile(r"\d+\s*(?:[-–—]|to)?\s*\d*\s*\+?\W*$")
"""An age without a unit, at the end: *adolescents (12-17):*."""
OF_A_GROUP: Final = Note("of_a_group")
_NAME: Final = re.compile(r"[^:：]{2,80}[:：]")


def names_of(line: Line) -> tuple[str, ...]:
    """Return what a line stands under, with the name that it begins with, if it does: *adults 65 years and older:*."""
    name = _NAME.match(line.text)
    return (*line.headings, *([name[0]] if name else []))


def groups_in(lines: Sequence[Line]) -> frozenset[str]:
    """Return the names of groups of an age, or of a dose, below which not all inclusion criteria stand."""
    names = dict.fromkeys(name for line in lines for name in (*names_of(line), line.text))
    groups = [each for each in names if introduces(each) and _names_a_group(each)]
    wanted = [names_of(line) for line in lines if line.role == "inclusion"]
    return frozenset(each for each in groups if not wanted or not all(each in names for names in wanted))


def _names_a_group(name: str) -> bool:
    of_age = _OF_AGE.match(name) is not None and (says_age(name) or _AGE_ALONE.search(name) is not None)
    return of_age or _DOSE.match(name) is not None


def of_some(text: str, names: Sequence[str], parts: Mapping[str, Sequence[object]]) -> str:
    """Return ``surely`` or ``perhaps`` where a line is about some patients only: not by the name of its part."""
    said = (text, *(each for each in names if not parts.get(each)))
    if surely_concerns_some(*said) or any(map(names_some, said[1:])):
        return "surely"
    return "perhaps" if concerns_some(*said) else ""


def whom_of(
    line: Line, parts: Mapping[str, Sequence[Cohort]], groups: Set[str]
) -> tuple[tuple[Cohort, ...], bool]:
    """Return the parts that a line is of, by what it stands under and what it says; and whether that is certain.

    What stands further in tells more: *cohort 2A* below *part 2*. Nothing is certain of a group that is no part.
    """
    found: tuple[Cohort, ...] = ()
    for name in (*line.headings, line.text, label_of(line.text)):
        found = _narrowed(found, parts.get(name, ())) or found
    certain = not any(each in groups and not parts.get(each) for each in names_of(line))
    for each in parts_named(line.text):
        said = found_in(each, parts)
        within = _narrowed(found, said)
        if said and (not found or len(within) <= len(found)):
            found = within
        elif said or is_surely_a_part(each):
            certain = False
    return found, certain


def _narrowed(above: Sequence[Cohort], below: Sequence[Cohort]) -> tuple[Cohort, ...]:
    """Return what is below, if it is within what is above; else both."""
    codes = {each.code for each in below}
    if codes <= {each.code for each in above}:
        return tuple(below)
    return (*(each for each in above if each.code not in codes), *below)


def may_not_concern(role: str, another: str, *, some: bool) -> bool:
    """Say whether a line may concern some patients only, whom its heading or its words name.

    What is to be true of another person lets nobody pass who has none, but of a partner: whoever needs a parent would
    be let pass by a tap.
    """
    if another:
        return role == "exclusion" or is_of_a_partner(another)
    return role == "inclusion" and some
