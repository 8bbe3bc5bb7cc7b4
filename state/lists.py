"""Lists of screenings, as people are shown them, and what else is read of screenings without their dialogue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlite_utils import Database

from dialogs.dialogue import CANCELLED, COMPLETED, EVERY_KIND
from state.moments import stamp

ListState = Literal["open", "undetermined", "saved"]
"""Which screenings a list has: *open* are also those that were opened again, *undetermined* those whose newest saved
verdict is that, *saved* those that are completed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A screening as lists show it; a matching has neither trial, verdict nor reasons there."""

    number: str
    person: str
    state: str
    started_at: str
    verdict: str | None = None
    first_failed: str | None = None
    unresolved: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """Of a screening that is not ineligible, the parts of the trial, by code, that have the verdict of the whole."""
    trial: str = ""


class Lists:
    """The lists of one file."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def listed(
        self,
        *,
        person: str | None = None,
        site: str | None = None,
        state: ListState | None = None,
        limit: int = 20,
    ) -> list[Listed]:
        """List screenings, the last touched first, of *saved* the last saved; without a state, all."""
        rows = self.db.execute(_LISTED, {"person": person, "site": site, "state": state, "limit": limit})
        return list(map(_listed, rows))

    def of_numbers(self, numbers: Iterable[str]) -> list[Listed]:
        """List the screenings with these numbers."""
        return list(map(_listed, self.db.execute(_OF_NUMBERS, [json.dumps(list(numbers))])))

    def matchings(
        self, person: str | None, site: str, *, state: Literal["open"] | None = None, limit: int = 20
    ) -> list[Listed]:
        """List the matchings of a site, of one person or of all, the last touched first: not cancelled, or the open."""
        rows = self.db.execute(_MATCHINGS, {"person": person, "site": site, "state": state, "limit": limit})
        return [Listed(*row) for row in rows]

    def open_elsewhere(self, person: str, site: str | None) -> list[str]:
        """List what a person has open, matchings, too, at other sites than this; at every site without one."""
        rows = self.db.execute(
            "SELECT s.number FROM screenings s JOIN positions p ON p.screening = s.number"
            " WHERE s.person = ? AND s.site IS NOT ? AND p.state NOT IN ('completed', 'cancelled') ORDER BY s.number",
            [person, site],
        )
        return [row[0] for row in rows]

    def left_open(self, since: datetime) -> list[tuple[str, str]]:
        """List (screening, person) of dialogues not touched since, of which nobody was reminded."""
        rows = self.db.execute(
            "SELECT screening, person FROM positions WHERE state NOT IN ('completed', 'cancelled')"
            " AND updated_at < ? AND reminded_at IS NULL",
            [stamp(since)],
        )
        return [(row[0], row[1]) for row in rows]

    # without a list -------------------------------------------------------------------------------

    def is_open(self, number: str) -> bool:
        """Say whether a screening is neither saved nor cancelled."""
        row = self.db.execute("SELECT state FROM positions WHERE screening = ?", [number]).fetchone()
        return row is not None and row[0] not in (COMPLETED, CANCELLED)

    def begun_by(self, person: str) -> int:
        """Return how many screenings and matchings a person has begun."""
        found: int = self.db.execute("SELECT count(*) FROM screenings WHERE person = ?", [person]).fetchone()[
            0
        ]
        return found

    def owner(self, number: str) -> str | None:
        """Return the person whose screening it is; ``None`` if there is no such screening."""
        row = self.db.execute("SELECT person FROM screenings WHERE number = ?", [number]).fetchone()
        return row[0] if row else None

    def seen(self, source: str) -> str | None:
        """Return the screening in whose log an update already stands."""
        row = self.db.execute("SELECT screening FROM log WHERE source = ?", [source]).fetchone()
        return row[0] if row else None

    def moved_since(self, number: str, entry: int) -> bool:
        """Say whether a dialogue has moved since a log entry; notes do not move it."""
        rows = self.db.execute("SELECT kind FROM log WHERE screening = ? AND entry > ?", [number, entry])
        return any(kind in EVERY_KIND for (kind,) in rows)

    def moved_after(self, number: str, other: str) -> bool:
        """Say whether a screening's log has grown since that of another one last did."""
        newest = "(SELECT updated_at FROM positions WHERE screening = ?)"
        (moved,) = self.db.execute(f"SELECT {newest} > {newest}", [number, other]).fetchone()
        return bool(moved)

    def answered_at(self, number: str) -> dict[str, datetime]:
        """Return when each current answer of a screening was given, by question."""
        rows = self.db.execute(
            "SELECT question, at FROM answers WHERE screening = ? AND status = 'current'", [number]
        )
        return {question: datetime.fromisoformat(at) for question, at in rows}


def _listed(row: tuple[Any, ...]) -> Listed:
    number, person, state, began, verdict, failed, unresolved, parts, trial = row
    codes = tuple(json.loads(unresolved or "[]")), tuple(json.loads(parts))
    return Listed(number, person, state, began, verdict, failed, *codes, trial)


_STANDING: Final = """
SELECT
    s.number, s.person, g.state, s.started_at, g.verdict, g.first_failed, g.unresolved,
    (SELECT json_group_array(json_extract(value, '$.part')) FROM json_each(g.parts)
     WHERE g.verdict <> 'ineligible' AND json_extract(value, '$.verdict') = g.verdict),
    t.id
FROM positions p
JOIN screenings s ON s.number = p.screening
JOIN protocols t ON t.sha256 = s.protocol
JOIN standing g ON g.screening = s.number
"""
_LISTED: Final = f"""{_STANDING}
WHERE CASE :state
        WHEN 'open' THEN g.state IN ('open', 'revising')
        WHEN 'undetermined' THEN g.verdict = 'undetermined'
        WHEN 'saved' THEN g.state = 'completed'
        ELSE 1
    END
    AND (:person IS NULL OR s.person = :person)
    AND (:site IS NULL OR s.site = :site)
ORDER BY CASE :state WHEN 'saved' THEN g.saved_at ELSE p.updated_at END DESC, s.number DESC
LIMIT :limit
"""
_OF_NUMBERS: Final = f"{_STANDING}WHERE p.screening IN (SELECT value FROM json_each(?)) ORDER BY s.number"
_MATCHINGS: Final = """
SELECT s.number, s.person, CASE p.state WHEN 'completed' THEN 'completed' ELSE 'open' END, s.started_at
FROM screenings s
JOIN positions p ON p.screening = s.number
WHERE s.sequence < 0 AND s.site = :site AND (:person IS NULL OR s.person = :person)
    AND p.state <> 'cancelled' AND (:state IS NULL OR p.state <> 'completed')
ORDER BY p.updated_at DESC, s.number DESC
LIMIT :limit
"""
