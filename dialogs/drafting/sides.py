"""On which side, and for whom, a file has what the record says: a line moved elsewhere excludes others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dialogs.drafting.criteria import Drafted, criteria_of
from dialogs.drafting.layout import opens_section, split
from dialogs.drafting.persons import names_a_group
from dialogs.drafting.record import Record
from dialogs.drafting.sections import leaves_out
from dialogs.drafting.titles import asks_with
from dialogs.protocol import Protocol

_CALLED: Final = {"inclusion": "an inclusion criterion", "exclusion": "an exclusion criterion"}
_Sides = Mapping[str, list[str]]


def on_the_other_side(protocol: Protocol, record: Record) -> Iterator[str]:
    """Say which criteria are for inclusion in the file and for exclusion in the record, or the other way round.

    A line that says of itself that it excludes, in a list of inclusion criteria, may stand on either side; so may one
    below a heading that is not understood, and all lines of a record without headings.
    """
    lines = split(record.text)
    if not any(map(opens_section, lines)):
        return
    unsure = {line.text for line in lines if line.unsure}
    written = _by_text(_drafted(record))
    for each in protocol.criteria:
        text = " ".join(each.source.split())
        sides = [side for side in written[text] if side in _CALLED]
        if sides and each.kind not in sides and text not in unsure and not leaves_out(text):
            yield f"{each.code} is {_CALLED[each.kind]} in the file, and {_CALLED[sides[0]]} in the record"


def under_another_heading(quoted: Sequence[tuple[str, str]], record: Record, asked: str) -> Iterator[str]:
    """Say which criteria stand below the heading of a group in the record, and of another one in the file.

    `quoted` are the codes and texts of the file, in its order, `asked` all that it asks: who moves a criterion in the
    file and asks it with the group that the record names has changed nothing.
    """
    lines = split(record.text)
    texts = {text for _, text in quoted}
    groups = {each for line in lines for each in line.headings if each in texts and names_a_group(each)}
    ends = {line.text for line in lines if opens_section(line)}
    written: dict[str, list[str]] = defaultdict(list)
    for heading, _, text in _below([("", line.text) for line in lines], groups, ends):
        written[text].append(heading)
    for heading, code, text in _below(quoted, groups, ends):
        there = written.get(text, [heading])
        in_words = any(asks_with(asked, each, text) for each in there if each)
        if code and heading not in there and not in_words:
            yield f"{code} stands {_called(heading)} in the file, and {_called(there[0])} in the record"


def _below(
    quoted: Sequence[tuple[str, str]], groups: set[str], ends: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the heading of a group that is the last one above each line, with its code and text."""
    heading = ""
    for code, text in quoted:
        if text in groups or text in ends:
            heading = text if text in groups else ""
        else:
            yield heading, code, text


def _called(heading: str) -> str:
    return f"under “{heading}”" if heading else "under no heading of a group"


def not_understood(record: Record) -> list[str]:
    """Return the lines from which on it is not certain whether criteria exclude."""
    lines = split(record.text)
    return [
        line.text
        for above, line in zip((None, *lines), lines, strict=False)
        if line.unsure and not (above and above.unsure)
    ]


def no_criteria(protocol: Protocol, record: Record) -> list[str]:
    """Return what reads as a criterion in the record, and stands in the file as a line that is none."""
    written = _by_text(_drafted(record))
    judged = {" ".join(each.source.split()) for each in protocol.criteria}
    lines = dict.fromkeys(" ".join(line.text.split()) for line in protocol.lines)
    return [text for text in lines if written[text] and "line" not in written[text] and text not in judged]


def _drafted(record: Record) -> list[Drafted]:
    """Return what a draft would make of the lines of a record, but for their rules."""
    return criteria_of(split(record.text), lambda text, role, headings: None)


def _by_text(drafted: list[Drafted]) -> _Sides:
    found: dict[str, list[str]] = defaultdict(list)
    for each in drafted:
        found[each.source].append(each.role)
    return found
