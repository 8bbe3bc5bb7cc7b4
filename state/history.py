"""What was done in a screening, and by whom: its log, entry by entry, as it is told to people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from dialogs.answers import Answer, decode


@dataclass(frozen=True, slots=True)
class Event:
    """A log entry. ``before`` is the answer that an answer takes the place of, if there was another one."""

    entry: int
    at: datetime
    person: str
    kind: str
    question: str | None = None
    answer: Answer | None = None
    before: Answer | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def events(db: Database, number: str) -> Iterator[Event]:
    """Yield what the log of a screening holds, the oldest first."""
    given: dict[str, Answer] = {}
    for entry, at, person, kind, question, value, unit, detail in db.execute(
        "SELECT entry, at, person, kind, question, value, unit, detail FROM log WHERE screening = ? ORDER BY entry",
        [number],
    ).fetchall():
        answer = decode(value, unit) if kind == "answer" else None
        before = given.get(question) if answer is not None else None
        if answer is not None:
            given[question] = answer
        moment, told = datetime.fromisoformat(at), json.loads(detail) if detail else {}
        yield Event(entry, moment, person, kind, question, answer, None if before == answer else before, told)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it stands: `state` is ``open``, ``confirmed`` or ``corrected``."""

    entry: int
    question: str
    code: str
    state: str
    asked_by: str


def queries_of(db: Database, number: str) -> list[Asked]:
    """List the queries of a screening, the oldest first."""
    rows = db.execute(
        "SELECT entry, question, code, state, asked_by FROM queries WHERE screening = ? ORDER BY entry",
        [number],
    )
    return [Asked(*row) for row in rows]


def corrected_since(db: Database, number: str, entry: int) -> list[Asked]:
    """List the queries that were taken up after a log entry, whose corrections have been saved."""
    rows = db.execute(
        "SELECT q.entry, q.question, q.code, q.state, q.asked_by FROM queries q"
        " JOIN log a ON a.screening = q.screening AND a.entry > ? AND a.kind = 'query_answer'"
        " AND json_extract(a.detail, '$.query') = q.entry"
        " WHERE q.screening = ? AND q.state = 'corrected' ORDER BY q.entry",
        [entry, number],
    )
    return [Asked(*row) for row in rows]
