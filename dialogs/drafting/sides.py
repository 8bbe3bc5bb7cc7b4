"""On which side of the criteria a file has what the record says: a line moved to the other side excludes others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from dialogs.drafting.criteria import Drafted, criteria_of
from dialogs.drafting.fields import of_fields
from dialogs.drafting.headings import leaves_out
from dialogs.drafting.layout import opens_section, split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.protocol import Protocol

_CALLED: Final = {"inclusion": "an inclusion criterion", "exclusion": "an exclusion criterion"}
_Sides = Mapping[str, list[str]]


def on_the_other_side(protocol: Protocol, record: Record) -> Iterator[str]:
    """Say which criteria are for inclusion in the file and for exclusion in the record, or the other way round.

    A line that says of itself that it excludes, in a list of inclusion criteria, may stand on either side; so may all
    lines of a record without headings.
    """
    if not any(opens_section(line) for line in split(record.text)):
        return
    written = _by_text(_drafted(record))
    for each in protocol.criteria:
        text = " ".join(each.source.split())
        sides = [side for side in written[text] if side in _CALLED]
        if sides and each.kind not in sides and not leaves_out(text):
            yield f"{each.code} is {_CALLED[each.kind]} in the file, and {_CALLED[sides[0]]} in the record"


def no_criteria(protocol: Protocol, record: Record) -> list[str]:
    """Return what reads as a criterion in the record, and stands in the file as a line that is none."""
    written = _by_text(_drafted(record))
    judged = {" ".join(each.source.split()) for each in protocol.criteria}
    lines = dict.fromkeys(" ".join(line.text.split()) for line in protocol.lines)
    return [text for text in lines if written[text] and "line" not in written[text] and text not in judged]


def fields_to_quote(record: Record) -> list[str]:
    """Return the fields of a record that a file has to quote: those that no line of its text says."""
    return [each.source for each in of_fields(record, criteria_of(split(record.text), propose))]


def _drafted(record: Record) -> list[Drafted]:
    """Return what a draft would make of the lines of a record, but for their rules."""
    return criteria_of(split(record.text), lambda text, role, headings: None)


def _by_text(drafted: list[Drafted]) -> _Sides:
    found: dict[str, list[str]] = defaultdict(list)
    for each in drafted:
        found[each.source].append(each.role)
    return found
