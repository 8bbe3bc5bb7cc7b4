"""Replays every screening of a file, one at a time, and holds its log, position and verdicts against the replay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from dialogs.dialogue import EVERY_KIND, Dialogue
from dialogs.errors import DialogError
from dialogs.loading import parse_stored
from dialogs.portfolio.merging import remade
from dialogs.protocol import Protocol
from state.chain import link, pack
from state.columns import COLUMNS, select
from state.replay import IS_PORTFOLIO, as_compared, begun_as, outcome, set_aside, step_from, worked_out
from state.verify.register import Fault, Registered

_SCREENINGS: Final = (
    f"SELECT {', '.join(f's.{column}' for column in COLUMNS['screenings'])},"
    " p.person, p.state, p.entries, p.head, p.set_aside"
    " FROM screenings s LEFT JOIN positions p ON p.screening = s.number ORDER BY s.number"
)
_LOG: Final = select("log") + " ORDER BY screening, entry"
_VERDICTS: Final = select("verdicts") + " WHERE screening = ?"
_HASHED: Final = len(COLUMNS["screenings"]) - 1
"""So many columns of a screening, from the first on, are in its hash; of a log entry, all but the hash itself."""

Verdict = tuple[Any, ...]
"""A row of ``verdicts``: time, person, verdict, first failed, three lists as JSON, questions asked; as JSON parts, and
numbers that are worked out."""


class ScreeningRow(NamedTuple):
    """A row of ``screenings`` with that of ``positions``, which may be missing."""

    number: str
    site: str
    sequence: int
    protocol: str
    person: str
    started_at: str
    zone: str
    channel: str
    earlier: str | None
    hash: str
    owner: str | None
    state: str | None
    entries: int | None
    head: str | None
    set_aside: str | None


class EntryRow(NamedTuple):
    """A row of ``log``."""

    screening: str
    entry: int
    at: str
    person: str
    kind: str
    question: str | None
    value: str | None
    unit: str | None
    compared: str | None
    compared_unit: str | None
    detail: str | None
    source: str | None
    hash: str


@dataclass(slots=True)
class _Replay:
    """A dialogue that is being replayed, the end of its chain of hashes, and the verdicts that it came to."""

    dialogue: Dialogue
    head: str
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    """Entry -> what the row of ``verdicts`` must say."""


class Dialogues:
    """The screenings of one file, with the protocol versions that could be loaded from it."""

    def __init__(
        self, db: Database, fault: Fault, protocols: Mapping[str, Protocol], register: Registered | None
    ) -> None:
        self.db, self.fault, self.protocols, self.register = db, fault, protocols, register
        self.entries = 0

    def rows(self) -> Iterator[tuple[ScreeningRow, list[EntryRow]]]:
        """Yield each screening with its log; reports logs that belong to none."""
        logs = groupby(self.db.conn.execute(_LOG), itemgetter(0))
        number, log = next(logs, (None, ()))
        for row in map(ScreeningRow._make, self.db.conn.execute(_SCREENINGS)):
            while number is not None and number < row.number:
                self.fault(f"log of {number}", "belongs to no screening")
                number, log = next(logs, (None, ()))
            if number != row.number:
                yield row, []
                continue
            yield row, [EntryRow._make(entry) for entry in log]
            number, log = next(logs, (None, ()))
        if number is not None:
            self.fault(f"log of {number}", "belongs to no screening")

    def verify(self, row: ScreeningRow, log: list[EntryRow]) -> None:
        """Verify one screening; stops where nothing more can be said of it."""
        place = f"screening {row.number}"
        if link("", row[:_HASHED]) != row.hash:
            self.fault(place, "its row was changed: its hash does not follow from its content")
        if not log or log[0].kind != "start":
            self.fault(f"{place}, entry 1", "is missing: the log does not begin with the start")
            return
        if row.protocol not in self.protocols:
            self.fault(place, "names a protocol version that is not in the file")
            return
        replay = _Replay(begun_as(self.protocols[row.protocol], log[0].detail), row.hash)
        if all(self._follow(place, replay, number, entry) for number, entry in enumerate(log, 1)):
            self._check_end(place, row, replay, len(log))
            if self._stored_verdicts(row.number) != replay.verdicts:
                self.fault(place, "its verdict is not what its dialogue comes to")
            if self.register is not None and row.sequence > 0:  # matchings stay out of the register
                self.register.check_heads(row.number, ((entry.kind, entry.hash) for entry in log))

    def _follow(self, place: str, replay: _Replay, number: int, entry: EntryRow) -> bool:
        """Take the next entry into the replay; ``False`` if what comes after it cannot be verified."""
        at = f"{place}, entry {number}"
        self.entries += 1
        if entry.entry != number:
            self.fault(at, "is missing")
            return False
        if link(replay.head, entry[:-1]) != entry.hash:
            self.fault(at, "was changed: its hash does not follow from the entry before and its content")
            return False
        replay.head = entry.hash
        return entry.kind not in EVERY_KIND or self._step(at, replay, entry)

    def _step(self, at: str, replay: _Replay, entry: EntryRow) -> bool:
        dialogue = replay.dialogue
        try:
            step = step_from(entry.kind, entry.question, entry.value, entry.unit, entry.detail)
            dialogue.take(step)
        except (DialogError, KeyError, TypeError, ValueError) as error:
            self.fault(at, f"does not replay: {error}")
            return False
        if (entry.compared, entry.compared_unit) != as_compared(dialogue.protocol, step):
            self.fault(at, "the compared value is not what the answer gives")
        if entry.kind == "save":
            found = outcome(dialogue)
            replay.verdicts[entry.entry] = _verdict(entry, found, dialogue)
            if not _says(json.loads(entry.detail or "{}"), found):
                self.fault(at, "says another verdict than its replay comes to")
        return True

    def _check_end(self, place: str, row: ScreeningRow, replay: _Replay, length: int) -> None:
        """Hold the end of the replay against the position."""
        replay.dialogue.stand_at(row.state or "")
        stands = (row.person, replay.dialogue.state, length, replay.head)
        if stands != (row.owner, row.state, row.entries, row.head):
            self.fault(place, "its log was cut off or added to: it does not end where its position says")
        elif pack(set_aside(replay.dialogue)) != row.set_aside:
            self.fault(place, "its position sets other answers aside than its dialogue")

    def _stored_verdicts(self, number: str) -> dict[int, Verdict]:
        return {entry: tuple(said) for _, entry, *said in self.db.conn.execute(_VERDICTS, [number])}


def _verdict(entry: EntryRow, said: Mapping[str, Any], dialogue: Dialogue) -> Verdict:
    lists = (pack(said[key]) for key in ("all_failed", "unresolved", "set_aside"))
    return (
        entry.at,
        entry.person,
        said["verdict"],
        said["first_failed"],
        *lists,
        len(dialogue.applied),
        pack(said.get("parts", [])),
        pack(worked_out(dialogue)),
    )


def _says(told: dict[str, Any], found: dict[str, Any]) -> bool:
    """Hold what was told at a save against its replay; older logs set fewer answers aside."""
    aside = "set_aside"
    return {**told, aside: []} == {**found, aside: []} and set(told.get(aside, ())) <= set(found[aside])


# protocols ---------------------------------------------------------------------------------------


def stored_protocols(db: Database, fault: Fault) -> Iterator[tuple[str, Protocol]]:
    """Load the protocol versions of a file, by SHA-256; those that cannot be loaded are reported and left out."""
    loaded: dict[str, Protocol] = {}
    for digest, protocol_id, version, text in db.execute(_PROTOCOLS):
        place = f"protocol {protocol_id} {version}"
        if sha256(text.encode()).hexdigest() != digest:
            fault(place, "its text does not have the SHA-256 it is kept under")
            continue
        try:
            protocol = remade(text, loaded.__getitem__) or _parsed(text, protocol_id)
        except KeyError as missing:
            fault(place, f"names a trial that is not in the file: {missing}")
            continue
        except DialogError as error:
            fault(place, f"cannot be loaded: {error}")
            continue
        loaded[digest] = protocol
        yield digest, protocol
        if (protocol.id, protocol.version) != (protocol_id, version):
            fault(place, f"calls itself {protocol.id} {protocol.version}")


_PROTOCOLS: Final = f"SELECT sha256, id, version, text FROM protocols ORDER BY {IS_PORTFOLIO}"
"""Portfolios after the trials that they name."""
_parsed: Final = lru_cache(maxsize=16)(parse_stored)
