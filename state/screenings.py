"""Screenings as they are kept: each dialogue is the replay of its append-only log.

`Screenings.take` is the only way to move a stored dialogue: the step, its log entry and, if it ended, the
verdict are one transaction, committed before the caller hears of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlite_utils import Database

from dialogs.answers import Answer, compact, decode, encode
from dialogs.dialogue import CANCELLED, COMPLETED, STEP_KINDS, Dialogue, Step, begin
from dialogs.errors import DialogError
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.protocol import Protocol
from dialogs.wording import compared
from state import register
from state.chain import link, pack
from state.database import Clock, stamp, utc_now, writing
from state.errors import Stale, Unknown
from state.prompts import Kind, Prompt, Prompts

NoteKind = Literal["disagree", "query", "query_answer", "outcome", "outcome_withdrawn"]
"""Entries that do not move the dialogue."""
CACHED_DIALOGUES: Final = 2048

_LOG_COLUMNS: Final = (
    "screening, entry, at, person, kind, question, value, unit, compared, compared_unit, detail, source"
)
_INSERT_LOG: Final = f"INSERT INTO log ({_LOG_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


@dataclass(slots=True)
class Screening:
    """One stored screening with its dialogue. ``entries`` and ``head`` are the length and end of its log."""

    number: str
    site: str
    person: str
    started_at: str
    zone: str
    earlier: str | None
    dialogue: Dialogue
    entries: int
    head: str
    saved: list[Saved] = field(default_factory=list)

    @property
    def protocol(self) -> Protocol:
        return self.dialogue.protocol

    @property
    def state(self) -> str:
        return self.dialogue.state

    @property
    def ended(self) -> bool:
        """Whether it was saved or cancelled: nothing that is typed answers it."""
        return self.state in (COMPLETED, CANCELLED)


@dataclass(frozen=True, slots=True)
class Saved:
    """A verdict as it was saved; an undetermined screening that was reopened has several."""

    entry: int
    at: str
    person: str
    verdict: str
    first_failed: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A line of a list of screenings."""

    number: str
    person: str
    state: str
    started_at: str
    updated_at: str
    verdict: str | None
    first_failed: str | None
    unresolved: tuple[str, ...]


class Screenings:
    """All screenings of one file."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self.db = db
        self.clock = clock
        self._protocols: dict[str, Protocol] = {}
        self._loaded: OrderedDict[str, Screening] = OrderedDict()
        self._prompted: dict[str, tuple[int, int]] = {}
        self.prompts = Prompts(db)

    # protocols -----------------------------------------------------------------------------------

    def protocol(self, sha256: str) -> Protocol:
        """Give the protocol of a stored version, whatever is shipped today."""
        if sha256 not in self._protocols:
            row = self.db.execute("SELECT id, text FROM protocols WHERE sha256 = ?", [sha256]).fetchone()
            if row is None:
                raise Unknown(f"protocol {sha256}")
            self._protocols[sha256] = self._parse(row[0], row[1], sha256)
        return self._protocols[sha256]

    @staticmethod
    def _parse(protocol_id: str, text: str, sha256: str) -> Protocol:
        if protocol_id in shipped_protocols():
            shipped = load(protocol_id)
            if shipped.sha256 == sha256:
                return shipped
        return parse_protocol(text, protocol_id)

    def _keep_protocol(self, protocol: Protocol) -> None:
        self._protocols.setdefault(protocol.sha256, protocol)
        self.db.execute(
            "INSERT INTO protocols SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM protocols WHERE sha256 = ?)",
            [protocol.sha256, protocol.id, protocol.version, protocol.text, protocol.sha256],
        )

    # moving --------------------------------------------------------------------------------------

    def start(
        self,
        protocol: Protocol,
        person: str,
        site: str,
        *,
        zone: str,
        channel: str,
        source: str | None = None,
        earlier: str | None = None,
    ) -> Screening:
        """Open a screening under the site's next number and make it the person's current one. Raises `Merged`."""
        at = stamp(self.clock())
        with writing(self.db):
            register.refuse_merged(self.db)
            self._keep_protocol(protocol)
            (sequence,) = self.db.execute(
                "SELECT max("
                " coalesce((SELECT max(sequence) FROM screenings WHERE site = ?1), 0),"
                " coalesce((SELECT max(json_extract(detail, '$.last')) FROM register"
                " WHERE kind = 'numbers' AND subject = ?1), 0)) + 1",
                [site],
            ).fetchone()  # a number that was purged is not given out again
            number = f"{site}-{sequence:04d}"
            fields = (number, site, sequence, protocol.sha256, person, at, zone, channel, earlier)
            genesis = link("", fields)
            self.db.execute(
                "INSERT INTO screenings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*fields, genesis]
            )
            screening = Screening(
                number, site, person, at, zone, earlier, begin(protocol), entries=0, head=genesis
            )
            self._append(screening, at, person, "start", source=source)
            register.moved(self.db, None, screening.head)
            self.db.execute(
                "INSERT INTO positions (screening, person, state, entries, head, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                [number, person, screening.state, screening.entries, screening.head, at],
            )
            self._ask(person, screening)
        self._remember(screening)
        return screening

    def take(
        self, screening: Screening, steps: Sequence[Step], person: str, source: str | None = None
    ) -> None:
        """Apply steps to the dialogue and keep them, all or nothing.

        Raises what `Dialogue.take` raises, `Stale` if somebody moved the dialogue meanwhile, or `NotKept`;
        after any of these, load the screening anew.
        """
        with self._moving(screening) as at:
            for index, step in enumerate(steps):
                self._step(screening, at, person, step, source if index == 0 else None)
            self._ask(person, screening)

    def amend(
        self,
        screening: Screening,
        question: str,
        reason: str,
        query: int,
        person: str,
        source: str | None = None,
    ) -> None:
        """Take up an answer that a query, the log entry of that number, asked about; the query is answered with it."""
        detail = {"query": query, "outcome": "corrected", "reason": reason}
        with self._moving(screening) as at:
            self._step(screening, at, person, Step("amend", question, reason=reason), source)
            self._append(screening, at, person, "query_answer", question=question, detail=pack(detail))
            self._ask(person, screening)

    def note(
        self,
        screening: Screening,
        kind: NoteKind,
        person: str,
        detail: Mapping[str, Any],
        *,
        question: str | None = None,
        source: str | None = None,
    ) -> None:
        """Append an entry that does not move the dialogue (a disagreement, a query, an outcome)."""
        with self._moving(screening) as at:
            self._append(screening, at, person, kind, question=question, detail=pack(detail), source=source)

    @contextmanager
    def _moving(self, screening: Screening) -> Iterator[str]:
        """One transaction that appends to a log, all or nothing; gives the moment that its entries bear.

        What was loaded is forgotten if it fails: it may have moved although nothing was kept.
        """
        at, entries, head = stamp(self.clock()), screening.entries, screening.head
        try:
            with writing(self.db):
                yield at
                self._move(screening, at, entries)
                register.moved(self.db, head, screening.head)
        except BaseException as error:
            self._loaded.pop(screening.number, None)
            if isinstance(error, sqlite3.IntegrityError):
                raise Stale(screening.number) from error
            raise

    def _step(self, screening: Screening, at: str, person: str, step: Step, source: str | None) -> None:
        """Take a step and append it; an answer of a revision bears its reason, or is refused."""
        if step.answer is not None and step.question is not None:
            reason = screening.dialogue.reason_for(step.question, step.answer, step.reason)
            step = replace(step, reason=reason)
        screening.dialogue.take(step)
        self._append_step(screening, at, person, step, source)

    def _append_step(
        self, screening: Screening, at: str, person: str, step: Step, source: str | None
    ) -> None:
        value = unit = number = number_unit = detail = None
        if step.reason is not None:
            detail = pack({"reason": step.reason})
        if step.given:
            detail = pack({"given": [[question, *encode(answer)] for question, answer in step.given]})
        if step.answer is not None and step.question is not None:
            value, unit = encode(step.answer)
            like = compared(screening.protocol.question(step.question), step.answer)
            if like is not None:
                number, number_unit = compact(like[0]), like[1]
        elif step.entered is not None:
            value = step.entered
        if step.kind == "save":
            detail = pack(outcome(screening.dialogue))
        self._append(
            screening, at, person, step.kind, question=step.question, value=value, unit=unit,
            compared=number, compared_unit=number_unit, detail=detail, source=source,
        )  # fmt: skip
        if step.kind == "save":
            self._save_verdict(screening, at, person)

    def _append(
        self,
        screening: Screening,
        at: str,
        person: str,
        kind: str,
        *,
        question: str | None = None,
        value: str | None = None,
        unit: str | None = None,
        compared: str | None = None,
        compared_unit: str | None = None,
        detail: str | None = None,
        source: str | None = None,
    ) -> None:
        screening.entries += 1
        fields = (
            screening.number, screening.entries, at, person, kind,
            question, value, unit, compared, compared_unit, detail, source,
        )  # fmt: skip
        screening.head = link(screening.head, fields)
        self.db.execute(_INSERT_LOG, [*fields, screening.head])
        entered = "noted" if kind not in ("start", *STEP_KINDS) else register.OF_A_SCREENING.get(kind)
        if entered is not None:
            said = {"head": screening.head} if entered != "started" else None
            register.enter(self.db, self.clock(), entered, screening.number, person, said)

    def _move(self, screening: Screening, at: str, before: int) -> None:
        moved = self.db.execute(
            "UPDATE positions SET person = ?, state = ?, entries = ?, head = ?, updated_at = ?, set_aside = ?"
            " WHERE screening = ? AND entries = ?",
            [
                screening.person,
                screening.state,
                screening.entries,
                screening.head,
                at,
                pack(set_aside(screening.dialogue)),
                screening.number,
                before,
            ],
        )
        if moved.rowcount != 1:
            raise Stale(screening.number)

    def _save_verdict(self, screening: Screening, at: str, person: str) -> None:
        said = outcome(screening.dialogue)
        self.db.execute(
            "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                screening.number, screening.entries, at, person, said["verdict"], said["first_failed"],
                pack(said["all_failed"]), pack(said["unresolved"]), pack(said["set_aside"]),
                len(screening.dialogue.applied),
            ],
        )  # fmt: skip
        screening.saved.append(Saved(screening.entries, at, person, said["verdict"], said["first_failed"]))

    # prompts -------------------------------------------------------------------------------------

    def ask(self, person: str, screening: Screening, kind: Kind = "question") -> Prompt:
        """Say that this is asked next; an own open screening becomes the current one. Call it before it is sent."""
        prompt = Prompt(screening.number, screening.entries, kind)
        last = self.prompts.last(person)
        if last is not None and prompt.asks_like(last):
            return last
        with writing(self.db):
            return self._ask(person, screening, kind)

    def _ask(self, person: str, screening: Screening, kind: Kind = "question") -> Prompt:
        if screening.person == person and not screening.ended:
            self.db.execute("UPDATE people SET current = ? WHERE code = ?", [screening.number, person])
        return self.prompts.ask(person, Prompt(screening.number, screening.entries, kind))

    def prompted(self, number: str, entry: int, message: int) -> None:
        """Note that the prompt after `entry` was delivered as `message`; kept with the next `keep_prompts`.

        Only a kill before that makes a prompt come twice; an answer never does.
        """
        self._prompted[number] = (entry, message)

    def keep_prompts(self) -> None:
        """Write the delivered prompts down, many in one transaction."""
        if not self._prompted and not self.prompts.waiting:
            return
        with writing(self.db):
            self.prompts.keep()
            self.db.conn.executemany(
                "UPDATE positions SET prompted_entry = ?, prompt = ? WHERE screening = ?",
                [(entry, message, number) for number, (entry, message) in self._prompted.items()],
            )
        self._prompted.clear()
        self.prompts.kept()

    def prompt(self, number: str) -> int | None:
        """Give the message that holds a screening's newest prompt."""
        if number in self._prompted:
            return self._prompted[number][1]
        row = self.db.execute("SELECT prompt FROM positions WHERE screening = ?", [number]).fetchone()
        return row[0] if row else None

    def prompted_entry(self, number: str) -> int | None:
        """Give the log entry after which the newest delivered prompt was sent."""
        if number in self._prompted:
            return self._prompted[number][0]
        row = self.db.execute("SELECT prompted_entry FROM positions WHERE screening = ?", [number]).fetchone()
        return row[0] if row else None

    def unprompted(self) -> list[str]:
        """List the people's current screenings whose newest prompt, or verdict, was never delivered."""
        self.keep_prompts()
        rows = self.db.execute(
            "SELECT o.screening FROM people p JOIN positions o ON o.screening = p.current"
            " JOIN screenings s ON s.number = o.screening AND s.person = p.code"
            " WHERE coalesce(o.prompted_entry, 0) < CASE o.state WHEN 'completed'"
            " THEN (SELECT max(entry) FROM log WHERE screening = o.screening AND kind IN ('save', 'cancel'))"
            " ELSE o.entries END"
        )
        return [row[0] for row in rows]

    def owner(self, number: str) -> str | None:
        """Give the person whose screening it is; None if there is none."""
        row = self.db.execute("SELECT person FROM screenings WHERE number = ?", [number]).fetchone()
        return row[0] if row else None

    def left_open(self, since: datetime) -> list[tuple[str, str]]:
        """List (screening, person) of dialogues not touched since, of which nobody was reminded."""
        rows = self.db.execute(
            "SELECT screening, person FROM positions WHERE state NOT IN ('completed', 'cancelled')"
            " AND updated_at < ? AND reminded_at IS NULL",
            [stamp(since)],
        )
        return [(row[0], row[1]) for row in rows]

    def reminded(self, number: str) -> None:
        with writing(self.db):
            self.db.execute(
                "UPDATE positions SET reminded_at = ? WHERE screening = ?", [stamp(self.clock()), number]
            )

    # finding -------------------------------------------------------------------------------------

    def load(self, number: str) -> Screening:
        """Load a screening by replaying its log. Raises `Unknown`."""
        row = self.db.execute("SELECT entries FROM positions WHERE screening = ?", [number]).fetchone()
        if row is None:
            raise Unknown(f"screening {number}")
        loaded = self._loaded.get(number)
        if loaded is not None and loaded.entries == row[0]:
            self._loaded.move_to_end(number)
            return loaded
        screening = self._replay(number)
        self._remember(screening)
        return screening

    def _replay(self, number: str) -> Screening:
        site, sha256, person, started_at, zone, earlier, head = self.db.execute(
            "SELECT site, protocol, person, started_at, zone, earlier, hash FROM screenings WHERE number = ?",
            [number],
        ).fetchone()
        dialogue = begin(self.protocol(sha256))
        screening = Screening(number, site, person, started_at, zone, earlier, dialogue, 0, head)
        for entry, kind, question, value, unit, detail, head in self.db.execute(
            "SELECT entry, kind, question, value, unit, detail, hash FROM log WHERE screening = ? ORDER BY entry",
            [number],
        ):
            if kind in STEP_KINDS:
                dialogue.take(step_from(kind, question, value, unit, detail))
            screening.entries, screening.head = entry, head
        screening.saved = [
            Saved(*saved)
            for saved in self.db.execute(
                "SELECT entry, at, person, verdict, first_failed FROM verdicts WHERE screening = ? ORDER BY entry",
                [number],
            )
        ]
        return screening

    def replays(self, number: str) -> Iterator[tuple[int | None, Dialogue]]:
        """Replay a log; give the dialogue after each save with its entry, and at the end with none."""
        (sha256,) = self.db.execute("SELECT protocol FROM screenings WHERE number = ?", [number]).fetchone()
        dialogue = begin(self.protocol(sha256))
        for entry, kind, question, value, unit, detail in self.db.execute(
            "SELECT entry, kind, question, value, unit, detail FROM log WHERE screening = ? ORDER BY entry",
            [number],
        ).fetchall():
            if kind in STEP_KINDS:
                dialogue.take(step_from(kind, question, value, unit, detail))
            if kind == "save":
                yield entry, dialogue
        yield None, dialogue

    def _remember(self, screening: Screening) -> None:
        self._loaded[screening.number] = screening
        self._loaded.move_to_end(screening.number)
        if len(self._loaded) > CACHED_DIALOGUES:
            self._loaded.popitem(last=False)

    def current(self, person: str) -> Screening | None:
        """Give the open screening that the person is in."""
        row = self.db.execute(
            "SELECT p.current FROM people p JOIN positions o ON o.screening = p.current"
            " WHERE p.code = ? AND o.state NOT IN (?, ?)",
            [person, COMPLETED, CANCELLED],
        ).fetchone()
        return self.load(row[0]) if row else None

    def is_open(self, number: str) -> bool:
        """Say whether a screening is neither saved nor cancelled."""
        row = self.db.execute("SELECT state FROM positions WHERE screening = ?", [number]).fetchone()
        return row is not None and row[0] not in (COMPLETED, CANCELLED)

    def make_current(self, person: str, number: str | None) -> None:
        with writing(self.db):
            self.db.execute("UPDATE people SET current = ? WHERE code = ?", [number, person])

    def seen(self, source: str) -> str | None:
        """Give the screening in whose log an update already stands."""
        row = self.db.execute("SELECT screening FROM log WHERE source = ?", [source]).fetchone()
        return row[0] if row else None

    def standings(
        self, *, person: str | None = None, site: str | None = None, state: str | None = None, limit: int = 20
    ) -> list[Standing]:
        """List screenings, the last touched first; ``state`` is one of the keys below, ``None`` for all."""
        wanted = {
            "open": "g.state IN ('open', 'revising')",
            "undetermined": "g.verdict = 'undetermined'",
            "saved": "g.state = 'completed'",
            None: "1",
        }[state]
        rows = self.db.execute(
            "SELECT s.number, s.person, g.state, s.started_at, p.updated_at, g.verdict, g.first_failed, g.unresolved"  # noqa: S608
            " FROM positions p JOIN screenings s ON s.number = p.screening"
            " JOIN standing g ON g.screening = s.number"
            f" WHERE {wanted} AND (?1 IS NULL OR s.person = ?1) AND (?2 IS NULL OR s.site = ?2)"
            " ORDER BY p.updated_at DESC, s.number DESC LIMIT ?3",
            [person, site, limit],
        )
        return [
            Standing(
                number, who, at, started, updated, verdict, failed, tuple(json.loads(unresolved or "[]"))
            )
            for number, who, at, started, updated, verdict, failed, unresolved in rows
        ]

    def queried(self, number: str, entry: int) -> tuple[str, str] | None:
        """Give the question that an open query, the log entry of that number, is about, and what it asks."""
        row = self.db.execute(
            "SELECT question, code FROM queries WHERE screening = ? AND entry = ? AND state = 'open'",
            [number, entry],
        ).fetchone()
        return (row[0], row[1]) if row else None

    def moved_since(self, number: str, entry: int) -> bool:
        """Say whether a dialogue has moved since a log entry; notes do not move it."""
        rows = self.db.execute("SELECT kind FROM log WHERE screening = ? AND entry > ?", [number, entry])
        return any(kind in STEP_KINDS for (kind,) in rows)

    def history(self, number: str) -> Iterator[tuple[int, datetime, str, str, str | None, Answer | None]]:
        """Give the log of a screening: entry, time, person, kind, question, answer."""
        for entry, at, person, kind, question, value, unit in self.db.execute(
            "SELECT entry, at, person, kind, question, value, unit FROM log WHERE screening = ? ORDER BY entry",
            [number],
        ):
            answer = decode(value, unit) if kind == "answer" else None
            yield entry, datetime.fromisoformat(at), person, kind, question, answer


def step_from(
    kind: str, question: str | None, value: str | None, unit: str | None, detail: str | None
) -> Step:
    """Turn a log entry back into the step that it was."""
    said = json.loads(detail) if detail and kind in ("answer", "propose", "amend") else {}
    if kind == "answer" and value is not None:
        return Step("answer", question, decode(value, unit), reason=said.get("reason"))
    if kind == "propose":
        given = tuple((other, decode(*stored)) for other, *stored in said.get("given", ()))
        return Step("propose", question, entered=value, given=given)
    return Step(kind, question, reason=said.get("reason"))  # type: ignore[arg-type]  # the caller has checked it


def outcome(dialogue: Dialogue) -> dict[str, Any]:
    """What a saved screening says; `state.verify` holds it against the replay."""
    failed = dialogue.failed_codes
    return {
        "verdict": dialogue.verdict,
        "first_failed": failed[0] if failed else None,
        "all_failed": list(failed),
        "unresolved": list(dialogue.unresolved),
        "set_aside": set_aside(dialogue),
    }


def set_aside(dialogue: Dialogue) -> list[str]:
    """Give the questions whose answers the dialogue does not rest on, also those taken back by reopening."""
    return [*dialogue.set_aside, *sorted(dialogue.withdrawn.difference(dialogue.answers))]


def write_set_aside(db: Database) -> None:
    """Write into an older file which answers its verdicts and cancelled dialogues do not rest on.

    Its verdicts did not list those that waited beyond a failed criterion, and what was never saved listed none; a
    saved screening that was reopened and cancelled stood as cancelled, and is completed.
    What cannot be replayed stays as it is; `state.verify` says so.
    """
    screenings = Screenings(db)
    numbers = db.execute(
        "SELECT DISTINCT screening FROM log WHERE kind IN ('back', 'correct', 'reopen', 'amend')"
    )
    for (number,) in numbers.fetchall():
        try:
            for entry, dialogue in screenings.replays(number):
                if entry is not None:
                    db.execute(
                        "UPDATE verdicts SET set_aside = ? WHERE screening = ? AND entry = ?",
                        [pack(set_aside(dialogue)), number, entry],
                    )
            db.execute(
                "UPDATE positions SET set_aside = ?, state = ? WHERE screening = ?",
                [pack(set_aside(dialogue)), dialogue.state, number],
            )
        except (DialogError, KeyError, TypeError, ValueError):
            continue
