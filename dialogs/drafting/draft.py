"""A protocol file from a record: one that loads, whatever was proposed for it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from dialogs.drafting.cohorts import parts_of
from dialogs.drafting.criteria import Drafted, Propose, criteria_of
from dialogs.drafting.fields import not_taken_up, of_fields
from dialogs.drafting.file import Contents, Said, file_of
from dialogs.drafting.layout import Line, opens_section, split
from dialogs.drafting.record import Record, RecordError
from dialogs.drafting.sections import speaks_of_some
from dialogs.errors import ProtocolError
from dialogs.languages import DEFAULT
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol


def drafted_file(record: Record, languages: Sequence[str], propose: Propose, source: str) -> str:
    """Return the text of a protocol file that holds every line of a record once, and that loads.

    A proposed rule that the loader refuses is left out: its criterion stays a question in the record's words. Raises
    `RecordError` for a record without a criterion.
    """
    said = Said(tuple(languages))
    _, text = _with_fields(record, propose, said, source)
    return text


def fields_of_their_own(record: Record, propose: Propose) -> list[str]:
    """Return the fields of a record, as a draft quotes them, that are criteria of their own in it."""
    contents, _ = _with_fields(record, propose, Said((DEFAULT,)), "")
    return [each.source for each in contents.of_fields]


def _with_fields(record: Record, propose: Propose, said: Said, source: str) -> tuple[Contents, str]:
    """Return what a file is made of, and its text, with the fields that no rule takes up."""
    lines = split(record.text)
    contents = _contents(lines, criteria_of(lines, propose))
    fields = record.fields()
    if any(each.code for each in contents.drafted):
        contents, text, trial = _loading(record, contents, said, source)
        fields = not_taken_up(record, trial)
        if not fields:
            return contents, text
    elif not fields:
        raise RecordError("none of its lines reads as a criterion. Please give its criteria as a text")
    added = list(of_fields(fields, contents.drafted))
    contents, text, _ = _loading(record, replace(contents, of_fields=added), said, source)
    return contents, text


def _loading(record: Record, contents: Contents, said: Said, source: str) -> tuple[Contents, str, Protocol]:
    """Return what a file is made of without the rules that the loader refuses, its text, and the trial that it is."""
    while True:
        text = file_of(record, contents, said, source)
        try:
            return contents, text, parse_protocol(text, "draft")
        except ProtocolError as error:
            refused = _refused(error, (*contents.of_fields, *contents.drafted))
            if not refused:
                raise
            contents = _without(contents, refused)


def _contents(lines: Sequence[Line], drafted: Sequence[Drafted]) -> Contents:
    used = {code for each in drafted for code in each.parts}
    parts = parts_of(lines) if used else {}
    named = {cohort.code: cohort for cohorts in parts.values() for cohort in cohorts}
    above = dict.fromkeys(heading for line in lines for heading in line.headings if heading not in parts)
    return Contents(
        (),
        drafted,
        named,
        [heading.rstrip(" :：") for heading in above if speaks_of_some(heading)],
        has_sections=any(opens_section(line) for line in lines),
    )


def _refused(error: ProtocolError, criteria: Sequence[Drafted]) -> set[str]:
    """Return the codes of the criteria whose rules, or whose questions, the loader refuses; all, if none is named."""
    places = {fault.place.partition(":")[0].partition(" (")[0] for fault in error.faults}
    ruled = [each for each in criteria if each.rule]
    named = {
        each.code
        for each in ruled
        if places & {f"criterion {each.code}", *(f"question {question['id']}" for question in each.questions)}
    }
    return named or {each.code for each in ruled}


def _without(contents: Contents, refused: Set[str]) -> Contents:
    """Return what a file is made of, without the rules of some criteria."""
    added, drafted = (
        [each.in_words() if each.code in refused else each for each in criteria]
        for criteria in (contents.of_fields, contents.drafted)
    )
    return replace(contents, of_fields=added, drafted=drafted)
