"""What people were asked last, by which message, and which screening they are in. It decides nothing."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlite_utils import Database

from state.database import writing
from state.errors import Damaged, NotKept
from state.lookup import Lookup, Screening
from state.moments import Clock, stamp, utc_now
from state.prompts import Kind, Prompt, Prompts

_MAKE_CURRENT: Final = (
    "UPDATE people SET current = :screening WHERE code = :person AND current IS NOT :screening"
)
"""Most often it is current already; then no page of `people` is written."""
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


class Prompting(Lookup):
    """The screenings of one file, with what was asked about them and of whom."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        super().__init__(db, clock)
        self.prompts = Prompts(db)
        self._prompted: dict[str, tuple[int, int]] = {}
        self._heard: dict[str, str] = {}

    # prompts -------------------------------------------------------------------------------------

    def ask(self, person: str, screening: Screening, kind: Kind = "question") -> Prompt:
        """Say that this is asked next; an own open screening becomes the current one. Call it before it is sent.

        What `take` has numbered already is returned as it is. Raises `NotKept` only where another screening would
        become the current one, or where a yes or no answers it, which after a kill would answer the question before:
        else it follows a look, or an act that is committed and must be said as such.
        """
        prompt = Prompt(screening.number, screening.entries, kind)
        last = self.prompts.last(person)
        if last is not None and prompt.asks_like(last):
            return last
        try:
            with writing(self.db):
                return self._ask(person, screening, kind)
        except (NotKept, Damaged):
            current = self.current(person)
            becomes_current = _goes_on(person, screening) and (
                current is None or current.number != screening.number
            )
            if kind == "cancel" or becomes_current:
                raise
            return self.prompts.ask_unwritten(person, prompt)

    def _ask(self, person: str, screening: Screening, kind: Kind = "question") -> Prompt:
        if _goes_on(person, screening):
            self.db.execute(_MAKE_CURRENT, {"screening": screening.number, "person": person})
        return self.prompts.ask(person, Prompt(screening.number, screening.entries, kind))

    def offer(self, person: str) -> Prompt:
        """Say that buttons are offered next, about no screening. Call it before they are sent.

        It does not fail where the file cannot be written, for the same reasons as `ask`.
        """
        offer = Prompt("", 0, "offer")
        try:
            with writing(self.db):
                return self.prompts.ask(person, offer)
        except (NotKept, Damaged):
            return self.prompts.ask_unwritten(person, offer)

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

    def reminded(self, number: str) -> None:
        with writing(self.db):
            self.db.execute(
                "UPDATE positions SET reminded_at = ? WHERE screening = ?", [stamp(self.clock()), number]
            )


def _goes_on(person: str, screening: Screening) -> bool:
    """Say whether a screening is an open one of the person's own: asking about it makes it the current one."""
    return screening.person == person and not screening.ended
