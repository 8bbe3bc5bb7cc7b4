"""One consistent view of the file: a read transaction on a read-only connection of its own.

The bot goes on writing meanwhile. What is exported are the screenings that were saved or cancelled, ordered by
site and sequence. They are chosen once, into a temporary table `chosen`; every format reads from there, one
screening at a time, so that memory does not grow with their number.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from sqlite_utils import Database

from dialogs.protocol import Protocol, Question
from dialogs.verdicts import CODES, IN_FILES, PART_CODES, PARTS_IN_FILES
from state.database import connect
from state.errors import translate
from state.exports.comparing import AnswerRow, as_number, compare, current_of, quotient_as_text
from state.exports.selection import Selection
from state.replay import StoredProtocols, in_order
from state.standing import EDITED, GIVEN_UP, STATUS, cut_off

Parameters = Sequence[object] | Mapping[str, object]

_VERDICT: Final = "coalesce(g.verdict, 'cancelled')"
_CANCEL: Final = (
    "(SELECT {} FROM log WHERE screening = s.number AND kind = 'cancel' ORDER BY entry DESC LIMIT 1)"
)
_CLOSED: Final = f"coalesce(g.saved_at, {_CANCEL.format('at')})"

_EARLIER: Final = """(
        SELECT e.number FROM screenings e JOIN protocols o ON o.sha256 = e.protocol
        WHERE e.number = s.earlier AND o.id = t.id
    )"""
_SUBJECTS: Final = """
    SELECT screening,
        first_value(screening) OVER in_trial AS subject,
        place - min(place) OVER in_trial AS place
    FROM subjects
    WINDOW in_trial AS (PARTITION BY subject, trial ORDER BY place, screening)
"""
"""Links, and subjects, within one trial: of which others somebody was screened for is nothing to its sponsor."""
_CHOOSE: Final = f"""
CREATE TEMP TABLE chosen AS
SELECT
    s.number AS screening, s.site, s.sequence, s.protocol, s.person AS started_by, s.started_at, s.zone,
    s.channel, {_EARLIER} AS earlier, u.subject, u.place,
    g.state,
    {_CLOSED} AS saved_at,
    coalesce(g.saved_by, {_CANCEL.format("person")}) AS saved_by,
    {_VERDICT} AS verdict,
    g.first_failed,
    coalesce(g.all_failed, '[]') AS all_failed,
    coalesce(g.unresolved, '[]') AS unresolved,
    g.set_aside,
    coalesce(g.parts, '[]') AS parts,
    g.asked,
    (SELECT count(*) FROM verdicts WHERE screening = s.number) AS saves,
    {EDITED} + {GIVEN_UP} AS edited,
    (SELECT hash FROM log WHERE screening = s.number ORDER BY entry DESC LIMIT 1) AS head
FROM screenings s
JOIN standing g ON g.screening = s.number
JOIN ({_SUBJECTS}) u ON u.screening = s.number
JOIN protocols t ON t.sha256 = s.protocol
WHERE g.state <> 'open'
    AND (:site IS NULL OR s.site = :site)
    AND (:protocol IS NULL OR t.id = :protocol)
    AND (:screening IS NULL OR s.number = :screening)
    AND (:since IS NULL OR {_CLOSED} >= :since)
    AND (:until IS NULL OR {_CLOSED} < :until)
ORDER BY s.site, s.sequence
"""
_HEAD: Final = """
SELECT hash FROM register
WHERE origin = (SELECT value FROM meta WHERE key = 'origin')
    AND kind IN ('started', 'verdict', 'cancelled') AND at <= :moment
ORDER BY entry DESC LIMIT 1
"""
_NEWEST: Final = """
SELECT max(l.at)
FROM standing g
CROSS JOIN log l ON l.screening = g.screening
JOIN screenings s ON s.number = g.screening
JOIN protocols t ON t.sha256 = s.protocol
WHERE g.state <> 'open' AND (:protocol IS NULL OR t.id = :protocol)
"""
_FOLLOWED: Final = """
CREATE TEMP TABLE followed AS
SELECT screening FROM (
    SELECT c.screening, row_number() OVER (
        PARTITION BY t.id, c.subject ORDER BY c.place DESC, c.screening DESC
    ) AS newness
    FROM chosen c JOIN protocols t ON t.sha256 = c.protocol
    WHERE c.verdict <> 'cancelled'
) WHERE newness > 1
"""
"""Screenings that a later saved one of the same subject follows, also if corrected since; found before a verdict is
looked for."""


@dataclass(frozen=True, slots=True)
class PartRow:
    """The verdict of one part of a trial, by its code, with the codes of failed and of open criteria."""

    part: str
    verdict: str
    failed: tuple[str, ...]
    unresolved: tuple[str, ...]

    @property
    def shown_verdict(self) -> str:
        return PARTS_IN_FILES[self.verdict]

    @property
    def verdict_code(self) -> str:
        return PART_CODES[self.verdict]


@dataclass(frozen=True, slots=True)
class Row:
    """A chosen screening with its newest saved verdict.

    Times are UTC; ``saved_at`` is when the verdict was saved, or the screening cancelled. ``subject`` is the first of
    the linked screenings of one subject, ``place`` counts from it. ``saves`` counts the verdicts that were saved,
    ``edited`` is 0 if every answer is current, 2 if opening it again was given up, else 1, ``head`` ends its chain of
    hashes.
    """

    screening: str
    site: str
    sequence: int
    protocol: str
    started_by: str
    started_at: str
    zone: str
    channel: str
    earlier: str | None
    subject: str
    place: int
    state: Literal["completed", "cancelled", "revising"]
    saved_at: str
    saved_by: str
    verdict: str
    first_failed: str | None
    all_failed: tuple[str, ...]
    unresolved: tuple[str, ...]
    set_aside: tuple[str, ...]
    parts: tuple[PartRow, ...]
    asked: int | None
    saves: int
    edited: int
    head: str

    @property
    def shown_verdict(self) -> str:
        return IN_FILES[self.verdict]

    @property
    def verdict_code(self) -> str:
        return CODES[self.verdict]

    @property
    def zone_name(self) -> str:
        """The zone as it is read: ``UTC+08:00`` for an offset, else its name, such as ``Asia/Shanghai``."""
        return f"UTC{self.zone}" if self.zone[:1] in ("+", "-") else self.zone


_CELLS: Final = "entry, at, person, question, value, unit, NULL, compared, compared_unit"
_ANSWERS: Final = {
    edited: f"SELECT {_CELLS}, {status} FROM {table} WHERE screening = :screening"
    for edited, status, table in ((0, "'current'", "log"), (1, STATUS, "log"), (2, "status", "answers"))
}
"""The answers of one screening, by how it was edited."""
_OUTCOME_COLUMNS: Final = (
    "referred_at",
    "consent_date",
    "investigator_decision",
    "decision_date",
    "not_enrolled_reason",
)


class Snapshot:
    """The chosen screenings of one moment. Made by `snapshot`."""

    def __init__(self, db: Database, selection: Selection, moment: str | None = None) -> None:
        self.db = db
        self.selection = selection
        self.moment = moment
        self._protocols = StoredProtocols(db)
        db.conn.create_function("quotient", 3, quotient_as_text, deterministic=True)
        if moment is not None:
            cut_off(db, moment)
        db.execute(_CHOOSE, selection.parameters())
        db.execute(_FOLLOWED)
        if selection.verdict is not None:
            db.execute("DELETE FROM chosen WHERE verdict <> ?", [selection.verdict])
        (self.count,) = self.one("SELECT count(*) FROM chosen")

    def query(self, sql: str, parameters: Parameters = ()) -> Iterator[tuple[Any, ...]]:
        """Run a query, streaming its rows; what SQLite refuses is raised as a `StateError`."""
        try:
            yield from self.db.conn.execute(sql, parameters)
        except sqlite3.Error as error:
            raise translate(error) from error

    def one(self, sql: str, parameters: Parameters = ()) -> tuple[Any, ...]:
        """Return the first row of a query that has one."""
        return next(self.query(sql, parameters))

    @cached_property
    def newest(self) -> str:
        """The newest moment in the logs of all that was saved or cancelled; with none, that of the file's making.

        Of all of the trial, if it is one, not of what else was selected: what another selection would have is one
        reason why something is, or is not, in this one: it has another verdict by now, was saved again, or its
        subject was screened again.
        """
        trial = self.trials[0] if len(self.trials) == 1 else self.selection.protocol
        (newest,) = self.one(_NEWEST, {"protocol": trial})
        return str(newest or self.one("SELECT value FROM meta WHERE key = 'created_at'")[0])

    @property
    def as_of(self) -> str:
        """The moment up to which this is what was recorded."""
        return self.moment or self.newest

    @cached_property
    def head(self) -> str | None:
        """The newest head by then of the register's chain that a screening moved; others would change no data."""
        found = self.query(_HEAD, {"moment": self.as_of})
        return next((str(head) for (head,) in found), None)

    @cached_property
    def trials(self) -> tuple[str, ...]:
        """The trials of the chosen screenings."""
        return tuple(sorted({protocol.id for protocol in self.protocols.values()}))

    @cached_property
    def protocols(self) -> dict[str, Protocol]:
        """The protocol versions that the chosen screenings went by, by SHA-256, in the order of their versions."""
        rows = self.query(
            "SELECT id, version, sha256 FROM protocols WHERE sha256 IN (SELECT protocol FROM chosen)"
        )
        return {each[2]: self._protocols.get(each[2]) for each in sorted(rows, key=in_order)}

    @cached_property
    def logged_questions(self) -> tuple[Question, ...]:
        """The questions with a column in the screening log, of all these protocols, each once."""
        found = {q.id: q for p in self.protocols.values() for q in p.questions if q.in_log}
        return tuple(found.values())

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The codes of the parts of all these protocols, each once."""
        return tuple(dict.fromkeys(part.code for p in self.protocols.values() for part in p.parts))

    def subjects(self) -> Iterator[list[Row]]:
        """Yield the chosen screenings by subject and trial, those of one in the order of its chain."""
        ordered = self.rows(
            order="(SELECT id FROM protocols WHERE sha256 = protocol), subject, place, screening"
        )
        for _, rows in groupby(ordered, key=lambda row: (self.protocols[row.protocol].id, row.subject)):
            yield list(rows)

    def rows(self, where: str = "1", parameters: Parameters = (), order: str = "rowid") -> Iterator[Row]:
        """Yield the chosen screenings in order; ``where`` and ``order`` are SQL over the table `chosen`."""
        for row in self.query(f"SELECT * FROM chosen WHERE {where} ORDER BY {order}", parameters):
            *first, all_failed, unresolved, set_aside, parts, asked, saves, edited, head = row
            lists = map(_codes, (all_failed, unresolved, set_aside))
            values: list[Any] = [*first, *lists, _parts(parts), asked, saves, edited, head]
            yield Row(*values)

    def answers(self, row: Row) -> list[AnswerRow]:
        """Return all answers of a screening in the order they were given."""
        return compare(self.protocols[row.protocol], list(self._answers(row)))

    def logged(self, row: Row) -> list[AnswerRow | None]:
        """Return the current answers to `logged_questions`, in their order; what is worked out as its number."""
        if self.protocols[row.protocol].formulas:
            known = current_of(map(as_number, self.answers(row)))
            return [known.get(question.id) for question in self.logged_questions]
        wanted = {f"q{place}": question.id for place, question in enumerate(self.logged_questions)}
        found = self._answers(row, f"AND question IN ({', '.join(f':{name}' for name in wanted)})", wanted)
        current = current_of(found)
        return [current.get(question) for question in wanted.values()]

    def _answers(
        self, row: Row, only: str = "", parameters: Mapping[str, str] = MappingProxyType({})
    ) -> Iterator[AnswerRow]:
        kind = "" if row.edited == 2 else "AND kind = 'answer'"
        given = {"screening": row.screening, "set_aside": f" {' '.join(row.set_aside)} ", **parameters}
        for cells in self.query(f"{_ANSWERS[row.edited]} {kind} {only} ORDER BY entry", given):
            yield AnswerRow(*cells)

    def outcomes(self, row: Row) -> Mapping[str, str]:
        """Return the notes of a screening that count: outcomes of its subject, and a disagreement's reason."""
        return self._noted.get(row.screening, {})

    @cached_property
    def _noted(self) -> dict[str, dict[str, str]]:
        """What was noted, by screening, gathered at once; few have anything."""
        columns = _OUTCOME_COLUMNS
        rows = self.query(f"SELECT screening, {', '.join(columns)} FROM screening_outcomes")
        noted = {screening: dict(zip(columns, values, strict=True)) for screening, *values in rows}
        for screening, reason in self.query(
            "SELECT screening, json_extract(detail, '$.reason') FROM log WHERE kind = 'disagree' ORDER BY entry"
        ):
            noted.setdefault(screening, {})["comment_code"] = reason
        return noted


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[PartRow, ...]:
    return tuple(
        PartRow(each["part"], each["verdict"], tuple(each["failed"]), tuple(each["unresolved"]))
        for each in json.loads(text)
    )


@lru_cache(maxsize=1024)
def _codes(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@contextmanager
def snapshot(path: Path, selection: Selection = Selection(), moment: str | None = None) -> Iterator[Snapshot]:
    """Open the file for reading as it is, or as it was at a moment. Raises `NotKept` or `Damaged`."""
    try:
        db = connect(path, read_only=True)
    except sqlite3.Error as error:
        raise translate(error) from error
    with closing(db.conn):
        try:
            db.execute("BEGIN")
            chosen = Snapshot(db, selection, moment)
        except sqlite3.Error as error:
            raise translate(error) from error
        yield chosen
