"""Lists of screenings, as people are shown them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlite_utils import Database

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
