"""Whom to screen again, and from when: saved screenings that fail now and of which time alone heals every reason.

Left out is what was screened again already (a later screening that is not cancelled), and what was never saved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from dialogs.healing import (
    Healing,
    could_be_met_from,
    could_be_screened_again_from,
    may_heal,
    time_changes,
)
from state.lookup import Lookup
from state.screenings import Screening

_NO_LATER: Final = """NOT EXISTS (
        WITH RECURSIVE later(number) AS (
            SELECT number FROM screenings WHERE earlier = s.number
            UNION
            SELECT n.number FROM screenings n JOIN later ON n.earlier = later.number
        )
        SELECT 1 FROM later
        JOIN screenings n ON n.number = later.number
        JOIN protocols p ON p.sha256 = n.protocol
        JOIN standing h ON h.screening = n.number
        WHERE {counting} AND p.id = t.id
    )"""
"""SQL over `screenings s` and its `protocols t`, with which later screenings count, over their `standing h`."""
NOT_AGAIN: Final = _NO_LATER.format(counting="h.state <> 'cancelled'")
"""SQL over `screenings s` and its `protocols t`: the candidate was not screened again for the trial."""
NOT_SAVED_AGAIN: Final = _NO_LATER.format(counting="h.verdict IS NOT NULL")
"""Likewise, where a screening that is open and was never saved says nothing yet."""
_INELIGIBLE: Final = f"""
SELECT s.number, s.site, s.person, t.id, t.version, s.protocol, g.saved_entry, g.saved_at, g.all_failed
FROM screenings s
JOIN standing g ON g.screening = s.number
JOIN protocols t ON t.sha256 = s.protocol
WHERE g.verdict = 'ineligible'
    AND (:site IS NULL OR s.site = :site)
    AND (:person IS NULL OR s.person = :person)
    AND {NOT_AGAIN}
"""


_BEGUN: Final = """
SELECT t.id, t.version FROM screenings s JOIN protocols t ON t.sha256 = s.protocol
WHERE s.sequence > 0
ORDER BY s.started_at, s.number
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A saved screening, the criteria that failed, and from when it could be repeated."""

    number: str
    site: str
    person: str
    protocol: str
    version: str
    saved_at: str
    failed: tuple[str, ...]
    healing: Healing
    waits_for: tuple[str, ...] = ()
    """Those of them that have healed by then; of a trial with parts, others may stay."""


def due(screenings: Lookup, *, site: str | None = None, person: str | None = None) -> list[Due]:
    """List the screenings to be repeated, the soonest first; of a site, of a person, or all."""
    found = list(_found(screenings, site, person))
    return sorted(found, key=lambda each: (each.healing, each.site, each.number))


def by_other_versions(
    waiting: Iterable[Due], newest: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the trials of which another version is the newest, with the versions by which these days are."""
    found: dict[str, dict[str, None]] = {}
    for each in waiting:
        if newest.get(each.protocol, each.version) != each.version:
            found.setdefault(each.protocol, {})[each.version] = None
    yield from ((trial, tuple(versions)) for trial, versions in found.items())


def newest_versions(db: Database) -> dict[str, str]:
    """Return the version of each trial under which a screening was begun last."""
    return dict(db.execute(_BEGUN).fetchall())


def _found(screenings: Lookup, site: str | None, person: str | None) -> Iterator[Due]:
    rows = screenings.db.execute(_INELIGIBLE, {"site": site, "person": person}).fetchall()
    for number, at, by, trial, version, sha256, saved_entry, saved_at, all_failed in rows:
        failed = tuple(json.loads(all_failed))
        protocol = screenings.protocols.get(sha256)
        if not may_heal(protocol, failed):
            continue  # without a replay: most fail for a reason that stays
        healing = healing_of(screenings, number, saved_entry)
        if healing is not None:
            day, waits_for = healing
            yield Due(number, at, by, trial, version, saved_at, failed, day, waits_for)


def healing_of(screenings: Lookup, number: str, saved_entry: int) -> tuple[Healing, tuple[str, ...]] | None:
    """Work out from when a saved screening could be repeated, and what it waits for, once for each saved verdict."""
    key = number, saved_entry
    if key not in screenings.healing:
        saved = screenings.as_saved(number)
        found = could_be_screened_again_from(saved.protocol, saved.dialogue.facts, saved.entered_on)
        screenings.healing[key] = None if found is None else (found, tuple(_waited_for(saved, found)))
    return screenings.healing[key]


def _waited_for(saved: Screening, until: Healing) -> Iterator[str]:
    """Yield the failed criteria that time heals until a day; of a trial with parts, others stay, or heal later."""
    changed = time_changes(saved.protocol)
    for code in saved.dialogue.failed_codes:
        if code not in changed:
            continue
        criterion = saved.protocol.criterion_by_code[code]
        healing = could_be_met_from(saved.protocol, criterion, saved.dialogue.facts, saved.entered_on)
        if healing is not None and healing.day <= until.day:
            yield code
