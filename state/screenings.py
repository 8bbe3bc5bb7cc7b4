"""Screenings as they are kept: each dialogue is the replay of its append-only log.

`Screenings.take` is the only way to move a stored dialogue: the step, its log entry and, if it ended, the
verdict are one transaction, committed before the caller hears of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from typing import Any, Final, Literal

from dialogs import asked_again
from dialogs.dialogue import NOT_ASKED, Step
from dialogs.portfolio.merging import Portfolio
from dialogs.protocol import Protocol
from state import register, site_facts, trials
from state.chain import link, pack
from state.codes import is_matching, number_of
from state.columns import insert
from state.database import writing
from state.errors import Stale
from state.lists import Listed, ListState
from state.lookup import Saved, Screening
from state.matchings import dialogue_of, parts_apart, taken_over, trial_of, was_judged
from state.moments import stamp
from state.prompting import Prompting
from state.replay import (
    AS_ANSWERED,
    OPENED,
    Entry,
    begun_as,
    entry_from,
    outcome,
    registered_as,
    set_aside,
    worked_out,
)

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
_NEXT_MATCHING: Final = """
SELECT -1 + min(
    coalesce((SELECT min(sequence) FROM screenings WHERE site = :site), 0),
    -coalesce((
        SELECT max(json_extract(detail, '$.matchings.' || :site)) FROM register WHERE kind = 'purge'
    ), 0)
)
"""
_INSERT_SCREENING: Final = insert("screenings")
_INSERT_LOG: Final = insert("log")
_INSERT_VERDICT: Final = insert("verdicts")


class Screenings(Prompting):
    """All screenings of one file, to be read and moved."""

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
            screening = self._begin(
                protocol, site, at, person, (zone, channel, earlier), Entry("start"), source
            )
            self._follow(screening, at, person)
            self._place(screening)
            self._ask(person, screening)
        self._carry(screening)
        self._remember(screening)
        return screening

    def open_trial(
        self,
        matching: Screening,
        trial: str,
        person: str,
        *,
        channel: str,
        source: str | None = None,
        save: bool = False,
    ) -> Screening:
        """Open a screening for one trial of a matching, with the answers that it needs, as they were given.

        It began when the matching did, before its first answer, as any other does. It becomes the person's current one,
        or with ``save`` is saved as far as it has come, if nothing is to be asked in it: a fact of the site may be. The
        matching notes its number, and unless it is saved asks nothing more for it alone; in a revision it is judged on
        there. What follows by itself there does: a time that was asked again still is. Nothing in it tells of the
        matching.
        Raises `Unknown` if the trial is none of the matching, else what `start` raises.
        """
        place, protocol = trial_of(matching, trial)
        taken = list(taken_over(self.db, matching, place))
        with self._moving(matching) as now:
            began, how = Entry("start", detail=AS_ANSWERED), (matching.zone, channel, None)
            screening = self._begin(protocol, matching.site, matching.started_at, person, how, began, source)
            for step, at, by in taken:
                self._step(screening, at, by, step, None)
            self._follow(screening, now, person)
            if save and dialogue_of(matching).finished and screening.dialogue.can("finish"):
                self._step(screening, now, person, Step("finish"), None)
            if save and screening.dialogue.can("save"):
                self._step(screening, now, person, Step("save"), None)
            self._place(screening)
            note = Entry(OPENED, detail=pack({"trial": trial, "screening": screening.number}))
            self._append(matching, now, person, note)
            matching.opened[trial] = screening.number
            if not save and matching.dialogue.can("leave", trial=trial):
                why = NOT_ASKED if was_judged(dialogue_of(matching), trial) else OPENED
                self._step(matching, now, person, Step("leave", trial=trial, reason=why), None)
                self._follow(matching, now, person)
            if not save:
                self._ask(person, screening)
        self._remember(screening)
        self._see_what_came_of(matching)
        self._see_beside(screening)
        return screening

    def _begin(
        self,
        protocol: Protocol,
        site: str,
        at: str,
        person: str,
        how: tuple[str, str, str | None],
        start: Entry,
        source: str | None,
    ) -> Screening:
        """Give a new screening its number, its row and the first entry of its log; ``how``: zone, channel, earlier."""
        register.refuse_merged(self.db)
        trials.refuse_closed(self.db, protocol.id, site)
        self.protocols.keep(protocol)
        next_one = _NEXT_MATCHING if isinstance(protocol, Portfolio) else _NEXT_NUMBER
        (sequence,) = self.db.execute(next_one, {"site": site}).fetchone()
        number, (zone, channel, earlier) = number_of(site, sequence), how
        fields = (number, site, sequence, protocol.sha256, person, at, zone, channel, earlier)
        head = link("", fields)
        self.db.execute(_INSERT_SCREENING, [*fields, head])
        dialogue = begun_as(protocol, start.detail)
        screening = Screening(number, site, person, at, zone, earlier, dialogue, 0, head)
        self._append(screening, at, person, start, source)
        return screening

    def _place(self, screening: Screening) -> None:
        """Note where a new screening stands."""
        register.replace_head(self.db, None, screening.head)
        self.db.execute(
            "INSERT INTO positions (screening, person, state, entries, head, updated_at, set_aside)"
            " SELECT screening, ?, ?, entry, hash, at, ? FROM log WHERE screening = ? AND entry = ?",
            [
                screening.person,
                screening.state,
                pack(set_aside(screening.dialogue)),
                screening.number,
                screening.entries,
            ],
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
        self._see_what_came_of(screening)
        self._see_beside(screening)

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
        dialogue = screening.dialogue
        midway = dialogue.finished and not dialogue.excluded
        step = Step("amend", part or question, reason=reason, only=midway)
        with self._moving(screening) as at:
            self._step(screening, at, person, step, source)
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

        A number is worked out of its parts; what is asked about the site is answered as it was there last; a time that
        a later answer has made too vague is asked again.
        """
        while (step := self._by_itself(screening)) is not None:
            self._step(screening, at, person, step, None)

    def _by_itself(self, screening: Screening) -> Step | None:
        dialogue = screening.dialogue
        if dialogue.by_itself is not None:
            return dialogue.by_itself
        known = site_facts.step(self.db, screening.number, screening.site, dialogue, self.protocols.get)
        return known or asked_again.step(dialogue, parts_apart(screening))

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
        """Enter a note, or a step that begins, ends or reopens a dialogue, in the register; of a matching nothing."""
        entered = registered_as(kind)
        if entered is not None and not is_matching(screening.number):
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
        numbers = pack(worked_out(screening.dialogue))
        self.db.execute(_INSERT_VERDICT, [screening.number, *astuple(saved), *lists, asked, parts, numbers])
        screening.saved.append(saved)


__all__ = ["ListState", "Listed", "NoteKind", "Saved", "Screening", "Screenings"]
