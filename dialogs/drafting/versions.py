"""What a newer version of a record says otherwise than a file beside the criteria: its day, status and facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dialogs.drafting.file import facts_of, status_in
from dialogs.drafting.record import Record
from dialogs.languages import in_every_language
from dialogs.protocol import Protocol

_FIELDS: Final = {
    "age_minimum": "minimum_age",
    "age_maximum": "maximum_age",
    "sex_of_participants": "sex",
}
"""Facts that say who may take part, with the fields of a record that they come from; others may be a person's own."""
_NONE: Final = ("", "N/A")


def of_versions(protocol: Protocol, record: Record) -> Iterator[str]:
    """Say whether the record is of another day than the file, and what of its status and facts is another."""
    if record.date and protocol.record_version and record.date != protocol.record_version:
        yield f"The file was made from the record of {protocol.record_version}; this one is of {record.date}."
    yield from _of_status(protocol, record)
    facts = facts_of(record)
    for name, before in protocol.facts.items():
        now = facts.get(name)
        if now is not None and before != now:
            yield f"facts: {name} is “{before}” in the file, and “{now}” in the record"
        elif record.has_fields and name in _FIELDS and getattr(record, _FIELDS[name]) in _NONE:
            yield f"facts: {name} is “{before}” in the file, and the record has none"


def _of_status(protocol: Protocol, record: Record) -> Iterator[str]:
    """Say which notices name another recruitment status than the record; further words behind it are a person's own."""
    if not record.status:
        return
    for language, form in in_every_language("dialogs.drafting", "recruitment").items():
        begins, status = form.partition("{status}")[0], status_in(language, record)
        for text in (each.get(language, "") for each in protocol.notices):
            if text.startswith(begins) and not text.startswith(begins + status):
                yield f"notices: “{text}” in the file; by the record it is “{status}”"
