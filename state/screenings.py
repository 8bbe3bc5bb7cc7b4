"""Screenings as they are kept: each dialogue is the replay of its append-only log.

`Screenings.take` is the only way to move a stored dialogue: the step, its log entry and, if it ended, the
verdict are one transaction, committed before the caller hears of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from datetime import date
from typing import Any, Final, Literal

from sqlite_utils import Database

from dialogs.dialogue import Step, begin
from dialogs.protocol import Protocol
from state import register, site_facts, trials
from state.chain import link, pack
from state.columns import insert
from state.database import writing
from state.errors import Stale
from state.lookup import Listed, ListState, Lookup, Saved, Screening
from state.moments import Clock, stamp, utc_now
from state.prompts import Kind, Prompt, Prompts
from state.replay import Entry, entry_from, outcome, registered_as, set_aside

NoteKind = Literal["disagree", "query", "query_answer", "outcome", "outcome_withdrawn"]
"""Entries that do not move the dialogue."""

_NEXT_NUMBER: Final = """
SELECT 1 + max(
    coalesce((SELECT max(sequence) FROM screenings WHERE site = :site), 0),
    coalesce((
        SELECT max(json_extract(detail, '$.last')) FROM register WHERE kind = 'numbers' AND subject = :site
    ), 0)
)
"""
"""A number that was purged is not given out again."""
_MAKE_CURRENT: Final = (
    "UPDATE people SET current = :screening WHERE code = :person AND current IS NOT :screening"
)
"""Most often it is current already; then no page of `people` is written."""
_INSERT_SCREENING: Final = insert("screenings")
_INSERT_LOG: Final = insert("log")
_INSERT_VERDICT: Final = insert("verdicts")
_UNPROMPTED: Final = """
SELECT o.screening
FROM people p
JOIN positions o ON o.screening = p.current
JOIN screenings s ON s.number = o.screening AND s.person = p.code
WHERE coalesce(o.prompted_entry, 0) < CASE o.state
    WHEN 'completed' THEN (
        SELECT max(entry) FROM log WHERE screening = o.screening AND kind IN ('save', 'cancel')
    )
    ELSE o.entries
END
"""


class Screenings(Lookup):
    """All screenings of one file, to be read and moved."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        super().__init__(db)
        self.clock = clock
        self.prompts = Prompts(db)
        self._prompted: dict[str, tuple[int, int]] = {}
        self._heard: dict[str, str] = {}

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
        """Open a screening under the site's next number and make it the person's current one.

        Raises `Merged`, or `Closed` if the trial takes no new one at the site.
        """
        at = stamp(self.clock())
        with writing(self.db):
            register.refuse_merged(self.db)
            trials.refuse_closed(self.db, protocol.id, site)
            self.protocols.keep(protocol)
            (sequence,) = self.db.execute(_NEXT_NUMBER, {"site": site}).fetchone()
            number = f"{site}-{sequence:04d}"
            fields = (number, site, sequence, protocol.sha256, person, at, zone, channel, earlier)
            head = link("", fields)
            self.db.execute(_INSERT_SCREENING, [*fields, head])
            screening = Screening(number, site, person, at, zone, earlier, begin(protocol), 0, head)
            self._append(screening, at, person, Entry("start"), source)
            self._follow(screening, at, person)
            self._place(screening, at)
            self._ask(person, screening)
        self._carry(screening)
        self._remember(screening)
        return screening

    def _place(self, screening: Screening, at: str) -> None:
        """Note where a new screening stands."""
        register.replace_head(self.db, None, screening.head)
        self.db.execute(
            "INSERT INTO positions (screening, person, state, entries, head, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
            [screening.number, screening.person, screening.state, screening.entries, screening.head, at],
        )

    def take(
        self, screening: Screening, steps: Sequence[Step], person: str, source: str | None = None
    ) -> None:
        """Apply steps to the dialogue and keep them, all or nothing. Changes `screening`: dialogue, entries, head.

        Numbers that can be worked out from what is known by then are, as steps of their own.

        Raises what `Dialogue.take` raises, `Stale` if somebody moved the dialogue meanwhile, or `NotKept`;
        after any of these, load the screening anew.
        """
        with self._moving(screening) as at:
            for index, step in enumerate(steps):
                self._step(screening, at, person, step, source if index == 0 else None)
            self._follow(screening, at, person)
            self._ask(person, screening)

    def amend(
        self,
        screening: Screening,
        question: str,
        reason: str,
        query: int,
        person: str,
        source: str | None = None,
        part: str | None = None,
    ) -> None:
        """Take up an answer that a query, the log entry of that number, asked about; the query is answered with it.

        ``part`` is the answer to begin with where that one is worked out from others.
        """
        detail = {"query": query, "outcome": "corrected", "reason": reason}
        with self._moving(screening) as at:
            self._step(screening, at, person, Step("amend", part or question, reason=reason), source)
            self._append(screening, at, person, Entry("query_answer", question, detail=pack(detail)))
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
            self._append(screening, at, person, Entry(kind, question, detail=pack(detail)), source)

    @contextmanager
    def _moving(self, screening: Screening) -> Iterator[str]:
        """Append to a log in one transaction, all or nothing; yields the time that its entries get.

        What was loaded is forgotten if it fails: it may have moved although nothing was kept.
        """
        at, entries, head = stamp(self.clock()), screening.entries, screening.head
        try:
            with writing(self.db):
                yield at
                self._move(screening, at, entries)
                register.replace_head(self.db, head, screening.head)
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
        screening.follow(step, at)
        self._append(screening, at, person, entry_from(step, screening.dialogue), source)
        if step.kind == "save":
            self._save_verdict(screening, at, person)

    def _follow(self, screening: Screening, at: str, person: str) -> None:
        """Take the steps that follow by themselves, until a question is one for a person.

        A number is worked out of its parts; what is asked about the site is answered as it was there last.
        """
        while (step := self._by_itself(screening)) is not None:
            self._step(screening, at, person, step, None)

    def _by_itself(self, screening: Screening) -> Step | None:
        return screening.dialogue.by_itself or site_facts.step(
            self.db, screening.number, screening.site, screening.dialogue, self.protocols.get
        )

    def _append(
        self, screening: Screening, at: str, person: str, entry: Entry, source: str | None = None
    ) -> None:
        screening.entries += 1
        said = (entry.value, entry.unit, entry.compared, entry.compared_unit, entry.detail)
        fields = (screening.number, screening.entries, at, person, entry.kind, entry.question, *said, source)
        screening.head = link(screening.head, fields)
        self.db.execute(_INSERT_LOG, [*fields, screening.head])
        self._register(screening, person, entry.kind)

    def _register(self, screening: Screening, person: str, kind: str) -> None:
        """Enter a note, or a step that begins, ends or reopens a dialogue, in the register."""
        entered = registered_as(kind)
        if entered is not None:
            said = {"head": screening.head} if entered != "started" else None
            register.enter(self.db, self.clock(), entered, screening.number, person, said)

    def _move(self, screening: Screening, at: str, before: int) -> None:
        """Note where a screening stands now. Raises `Stale` if its log had not `before` entries in the file."""
        aside = pack(set_aside(screening.dialogue))
        moved = self.db.execute(
            "UPDATE positions SET person = ?, state = ?, entries = ?, head = ?, updated_at = ?, set_aside = ?"
            " WHERE screening = ? AND entries = ?",
            [
                screening.person,
                screening.state,
                screening.entries,
                screening.head,
                at,
                aside,
                screening.number,
                before,
            ],
        )
        if moved.rowcount != 1:
            raise Stale(screening.number)

    def _save_verdict(self, screening: Screening, at: str, person: str) -> None:
        said = outcome(screening.dialogue)
        saved = Saved(screening.entries, at, person, said["verdict"], said["first_failed"])
        lists = [pack(said[key]) for key in ("all_failed", "unresolved", "set_aside")]
        asked, parts = len(screening.dialogue.applied), pack(said.get("parts", []))
        self.db.execute(_INSERT_VERDICT, [screening.number, *astuple(saved), *lists, asked, parts])
        screening.saved.append(saved)

    # prompts -------------------------------------------------------------------------------------

    def ask(self, person: str, screening: Screening, kind: Kind = "question") -> Prompt:
        """Say that this is asked next; an own open screening becomes the current one. Call it before it is sent.

        What `take` has numbered already is returned as it is.
        """
        prompt = Prompt(screening.number, screening.entries, kind)
        last = self.prompts.last(person)
        if last is not None and prompt.asks_like(last):
            return last
        with writing(self.db):
            return self._ask(person, screening, kind)

    def _ask(self, person: str, screening: Screening, kind: Kind = "question") -> Prompt:
        if screening.person == person and not screening.ended:
            self.db.execute(_MAKE_CURRENT, {"screening": screening.number, "person": person})
        return self.prompts.ask(person, Prompt(screening.number, screening.entries, kind))

    def prompted(self, number: str, entry: int, message: int) -> None:
        """Note that the prompt after `entry` was delivered as `message`; kept with the next `keep_prompts`.

        Only a kill before that makes a prompt come twice; an answer never does.
        """
        self._prompted[number] = (entry, message)

    def keep_prompts(self) -> None:
        """Write down the delivered prompts, and on which day people wrote, many in one transaction."""
        if not self._prompted and not self.prompts.waiting and not self._heard:
            return
        with writing(self.db):
            self.prompts.keep()
            self.db.conn.executemany(
                "UPDATE positions SET prompted_entry = ?, prompt = ? WHERE screening = ?",
                [(entry, message, number) for number, (entry, message) in self._prompted.items()],
            )
            self.db.conn.executemany(
                "UPDATE people SET seen_on = ? WHERE code = ?",
                [(day, code) for code, day in self._heard.items()],
            )
        self._heard.clear()
        self._prompted.clear()
        self.prompts.kept()

    def prompt(self, number: str) -> int | None:
        """Return the number of the message that holds a screening's newest prompt."""
        if number in self._prompted:
            return self._prompted[number][1]
        row = self.db.execute("SELECT prompt FROM positions WHERE screening = ?", [number]).fetchone()
        return row[0] if row else None

    def prompted_entry(self, number: str) -> int | None:
        """Return the log entry after which the newest delivered prompt was sent."""
        if number in self._prompted:
            return self._prompted[number][0]
        row = self.db.execute("SELECT prompted_entry FROM positions WHERE screening = ?", [number]).fetchone()
        return row[0] if row else None

    def unprompted(self) -> list[str]:
        """List the people's current screenings whose newest prompt, or verdict, was never delivered."""
        self.keep_prompts()
        return [row[0] for row in self.db.execute(_UNPROMPTED)]

    # people --------------------------------------------------------------------------------------

    def heard(self, person: str, day: date, known: str | None) -> None:
        """Note that somebody wrote on a day, unless it is the `known` one; kept with the next `keep_prompts`.

        So it costs no transaction of its own, and nobody waits for it. A kill before that loses no more than the day.
        """
        if known != day.isoformat():
            self._heard[person] = day.isoformat()

    def last_heard(self, person: str, known: str | None) -> str | None:
        """Return the day on which somebody wrote last, kept or not; `known` is the one in the file."""
        return self._heard.get(person, known)

    def make_current(self, person: str, number: str | None) -> None:
        with writing(self.db):
            self.db.execute(_MAKE_CURRENT, {"screening": number, "person": person})

    def reminded(self, number: str) -> None:
        with writing(self.db):
            self.db.execute(
                "UPDATE positions SET reminded_at = ? WHERE screening = ?", [stamp(self.clock()), number]
            )


__all__ = ["ListState", "Listed", "NoteKind", "Saved", "Screening", "Screenings"]
