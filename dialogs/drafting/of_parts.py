"""Which criteria belong to other parts of the trial in a file than by the headings of its record.

Only what a draft is sure of is held against the file: a criterion below the heading of a cohort is of this cohort, one
below no heading and in whose words no part is named is of all. A part is known by its name, else by its code. Who asks
a criterion with its heading has changed nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dialogs.drafting.cohorts import Cohort, parts_of
from dialogs.drafting.criteria import criteria_of
from dialogs.drafting.layout import Line, split
from dialogs.drafting.quoting import Quoted
from dialogs.drafting.record import Record
from dialogs.drafting.titles import asks_with
from dialogs.protocol import Part, Protocol

_Parts = frozenset[str]


def of_other_parts(protocol: Protocol, record: Record, quoted: Sequence[Quoted], asked: str) -> Iterator[str]:
    """Say which criteria of a file belong to other parts in the record; nothing of a record that names none."""
    lines = split(record.text)
    cohorts = {each.code: each for named in parts_of(lines).values() for each in named}
    if not cohorts:
        return
    called = {code: _called(cohort, protocol.parts) for code, cohort in cohorts.items()}
    every = frozenset(each.code for each in protocol.parts)
    with_headings = {each.text for each in lines if _is_asked_with_its_heading(each, asked)}
    criteria: dict[str, list[Quoted]] = defaultdict(list)
    for each in quoted:
        criteria[each.text] += [each] if each.code and each.text not in with_headings else []
    written = _written(lines, cohorts)
    found: list[tuple[Quoted, _Parts]] = []
    for text in criteria.keys() & written.keys():
        there = [frozenset(called[code] for code in parts) or every for parts in written[text]]
        found += _elsewhere(criteria[text], there, every)
    for one, at in sorted(found, key=lambda each: each[0].place):
        yield f"{one.code} is of {_listed(one.parts, every)} in the file, and of {_listed(at, every)} in the record"


def _elsewhere(
    quoted: Sequence[Quoted], there: Sequence[_Parts], every: _Parts
) -> Iterator[tuple[Quoted, _Parts]]:
    """Yield what quotes one line for other parts than those it has in the record, with those.

    A line may be quoted once for several cohorts that have it each, and once for each of those that have it together.
    """
    here = [each.parts or every for each in quoted]
    if len(here) != len(there) and frozenset[str]().union(*here) == frozenset[str]().union(*there):
        return
    in_place = {place for place, (one, other) in enumerate(zip(here, there, strict=False)) if one == other}
    left = [each for place, each in enumerate(there) if place not in in_place]
    for place, (one, parts) in enumerate(zip(quoted, here, strict=True)):
        if place not in in_place and parts in left:
            left.remove(parts)
        elif place not in in_place:
            yield one, (left or there)[0]


def _written(lines: Sequence[Line], cohorts: Mapping[str, Cohort]) -> dict[str, list[tuple[str, ...]]]:
    """Return the parts of each line that a draft makes a criterion, as often as it stands there, where all are sure."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    headed = {line.text for line in lines if line.headings}
    names = [each.name.casefold() for each in cohorts.values()]
    unsure = set()
    for each in criteria_of(lines, lambda text, role, headings: None):
        if each.code:
            found[each.source].append(each.parts)
            named = any(name in each.source.casefold() for name in names)
            unsure |= {each.source} if not each.parts and (named or each.source in headed) else set()
    is_sorted = any(any(parts) for parts in found.values())
    return {text: parts for text, parts in found.items() if is_sorted and text not in unsure}


def _is_asked_with_its_heading(line: Line, asked: str) -> bool:
    return any(asks_with(asked, each, line.text) for each in line.headings)


def _called(cohort: Cohort, parts: Sequence[Part]) -> str:
    """Return the code that a part of the record has in the file."""
    of_its_name = [each.code for each in parts if cohort.name in each.name.values()]
    return of_its_name[0] if of_its_name else cohort.code


def _listed(codes: _Parts, every: _Parts) -> str:
    return ", ".join(sorted(codes)) if codes and codes != every else "every part"
