"""Candidates from JSON: a list of objects with a name and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from dialogs.candidates.answers import take_answers
from dialogs.candidates.columns import Elsewhere, answering
from dialogs.candidates.rows import BadFile, Fault, Object, Row, begin_row, shown
from dialogs.protocol import Protocol


def read_objects(
    protocol: Protocol, text: str, accept_unusual: bool, limit: int, elsewhere: Elsewhere
) -> Iterator[Row]:
    """Read candidates, each ``{"name", "answers"}``. Raises `BadFile`."""
    entries = _entries(text, limit)
    having = [entry.get("answers") for entry in entries if isinstance(entry, dict)]
    keys = dict.fromkeys(key for given in having if isinstance(given, dict) for key in given)
    found = answering(protocol, [*keys], elsewhere)
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, Object) or not isinstance(entry.get("answers"), Object):
            yield Row(number, "", faults=[Fault("not_a_candidate")])
            continue
        name = entry.get("name", "")
        row = begin_row(number, name if isinstance(name, (str, Decimal)) else "", seen)
        row.faults += [Fault("key_twice", details={"key": shown(key)}) for key in entry.twice]
        given = entry["answers"]
        row.faults += [Fault("key_twice", each) for key in given.twice for each in found[key]]
        answers = {each: answer for key, answer in given.items() for each in found[key]}
        take_answers(protocol, row, answers, accept_unusual)
        yield row


def _entries(text: str, limit: int) -> list[Any]:
    """Parse a list of entries, or one alone; numbers as the file has them, exact."""
    try:
        entries = json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=Object)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadFile("list_not_json", why=shown(str(error), 100)) from error
    entries = entries if isinstance(entries, list) else [entries]
    if len(entries) > limit:
        raise BadFile("list_too_long", limit=str(limit))
    return entries
