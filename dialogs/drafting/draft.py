"""A protocol file from a record: one that loads, whatever was proposed for it."""

from __future__ import annotations

from collections.abc import Sequence, Set

from dialogs.drafting.criteria import Drafted, Propose, criteria_of, parts_of
from dialogs.drafting.fields import of_fields
from dialogs.drafting.file import Said, file_of
from dialogs.drafting.layout import split
from dialogs.drafting.record import Record, RecordError
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol


def drafted_file(record: Record, languages: Sequence[str], propose: Propose, source: str) -> str:
    """Return the text of a protocol file that holds every line of a record once, and that loads.

    A proposed rule that the loader refuses is left out: its criterion stays a question in the record's words. Raises
    `RecordError` for a record without a criterion.
    """
    lines = split(record.text)
    drafted = criteria_of(lines, propose)
    parts = {code: heading.rstrip(" :：") for heading, code in reversed(parts_of(lines).items())}
    added = list(of_fields(record, drafted))
    if not any(each.code for each in (*added, *drafted)):
        raise RecordError("none of its lines reads as a criterion. Please give its criteria as a text")
    said = Said(tuple(languages))
    while True:
        text = file_of(record, added, drafted, dict(sorted(parts.items())), said, source)
        try:
            parse_protocol(text, "draft")
        except ProtocolError as error:
            ruled = {each.code for each in (*added, *drafted) if each.rule}
            if not ruled:
                raise
            refused = {fault.place.partition(":")[0].removeprefix("criterion ") for fault in error.faults}
            added, drafted = (_without(each, refused & ruled or ruled) for each in (added, drafted))
        else:
            return text


def _without(drafted: Sequence[Drafted], refused: Set[str]) -> list[Drafted]:
    """Return criteria without the rules that were refused: all of them, where it is not known which."""
    return [each.in_words() if each.code in refused else each for each in drafted]
