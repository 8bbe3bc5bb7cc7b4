"""What ``serve`` asks the file: the ready-made queries, one screening, whole lists.

Subjects are counted as `state.stats` counts them: each once, by the latest screening that was saved.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from dialogs.protocol import Protocol
from dialogs.verdicts import IN_FILES
from state.database import connect
from state.schema import applied_names, migration_names
from state.standing import NOTES, restrict

SHOWN: Final = ("screening_log", "open_items", "answers")
"""The views that are shown, in this order; everything else in the file is not."""

_LATEST: Final = """WITH latest AS (
  SELECT * FROM (
    SELECT g.*, u.subject, row_number() OVER (
      PARTITION BY g.protocol, u.subject ORDER BY u.place DESC, g.screening DESC
    ) AS newness
    FROM screening_log g JOIN subjects u ON u.screening = g.screening WHERE g.verdict IS NOT NULL
  ) WHERE newness = 1
)
"""
_COUNTS: Final = f"""count(*) AS subjects,
  coalesce(sum(verdict = '{IN_FILES["eligible"]}'), 0) AS potentially_eligible,
  coalesce(sum(verdict = 'ineligible'), 0) AS ineligible,
  coalesce(sum(verdict = 'undetermined'), 0) AS undetermined"""
_COUNTED_OUTCOMES: Final = ",\n  ".join(
    f"coalesce(sum(o.{outcome}), 0) AS {outcome}"
    for outcome in ("referred", "consented", "enrolled", "not_enrolled")
)
_OF_TRIAL: Final = "(SELECT count(*) FROM screening_log g WHERE g.protocol = latest.protocol AND g.{})"

QUERIES: Final = {
    "totals": (
        f"{_LATEST}SELECT protocol, {_COUNTS},\n  {_COUNTED_OUTCOMES},\n"
        f"  {_OF_TRIAL.format('verdict IS NOT NULL')} AS screenings_saved,\n"
        f"  {_OF_TRIAL.format('state = ' + repr('cancelled'))} AS screenings_cancelled\n"
        "FROM latest LEFT JOIN outcomes o ON o.subject = latest.subject AND o.trial = latest.protocol\n"
        "GROUP BY 1 ORDER BY 1"
    ),
    "per_site": f"{_LATEST}SELECT protocol, site, {_COUNTS}\nFROM latest GROUP BY 1, 2 ORDER BY 1, 2",
    "per_month": (
        f"{_LATEST}SELECT protocol, substr(saved_at, 1, 7) AS month, {_COUNTS}\n"
        "FROM latest GROUP BY 1, 2 ORDER BY 1, 2"
    ),
    "reasons": (
        f"{_LATEST}SELECT protocol, $counted AS first_failed, count(*) AS subjects FROM latest\n"
        "WHERE verdict = 'ineligible' GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2"
    ),
    "noted": (
        "SELECT screening, trial AS protocol, outcome, reason, happened_on AS day, person, at\n"
        "FROM outcome_notes ORDER BY at DESC, screening, entry DESC"
    ),
    "waiting": (
        "SELECT screening, protocol, criterion, undetermined_since,\n"
        "  round(julianday('now') - julianday(undetermined_since), 1) AS days, site, person\n"
        "FROM open_items ORDER BY undetermined_since, screening, criterion"
    ),
    "left_open": (
        "SELECT screening, protocol, started_at,\n"
        "  round(julianday('now') - julianday(started_at), 1) AS days, site, started_by\n"
        "FROM screening_log WHERE state = 'open' ORDER BY started_at"
    ),
    "one_screening": (
        "SELECT question, value, unit, compared, compared_unit, status, at, person FROM answers\n"
        "WHERE screening = :screening ORDER BY entry"
    ),
}
"""The ready-made queries by their names in addresses. Columns are named as in the views, so that pages know them."""
ONE: Final = "SELECT * FROM screening_log WHERE screening = :screening"
NOTED: Final = f"""
WITH chosen AS (
  SELECT value AS screening, value AS subject, '' AS trial, 0 AS place FROM json_each(:screenings)
), notes AS ({NOTES.format(first="chosen s", then="log l")})
SELECT screening, outcome, reason, happened_on AS day FROM notes ORDER BY screening, place
"""
"""What was noted of the screenings of a JSON list and stands, in the order in which it was noted."""
VERSIONS: Final = """
SELECT s.number AS screening, s.protocol FROM screenings s WHERE s.number IN (SELECT value FROM json_each(:screenings))
"""
"""The version of its trial that each screening of a JSON list began with."""

NEEDED: Final = (*SHOWN, "protocols", "_sqlite_migrations")
"""What every file of ours has; other views that are read here are those of this version."""


def whole(
    path: Path, view: str, filters: Mapping[str, str], trials: Collection[str] = ()
) -> Generator[tuple[object, ...], None, None]:
    """Yield the names of a view's columns, then its rows where columns have these values, on a connection of its own.

    With ``trials`` they are of these alone. One query over the whole: pages of a view are counted off from its
    beginning, each more slowly than the last.
    Raises `KeyError` for what is no view that is shown, or no column of it.
    """
    if view not in SHOWN:
        raise KeyError(view)
    with closing(connect(path, read_only=True).conn) as db:
        if trials:
            restrict(db, trials)
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({view})")]
        if not set(columns).issuperset(filters):
            raise KeyError(", ".join(filters))
        where = " AND ".join(f"{column} = ?" for column in filters) or "1"
        found = db.execute(f"SELECT * FROM {view} WHERE {where}", list(filters.values()))
        yield tuple(columns)
        yield from found


def tables_and_views(db: Database) -> frozenset[str]:
    """Return the names of everything in the file that can be read from."""
    rows = db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    return frozenset(row[0] for row in rows)


def is_older(db: Database) -> bool:
    """Say whether an earlier version wrote the file: its views are those of that version."""
    return not applied_names(db) >= migration_names()


def counted_criterion(protocols: Iterable[Protocol]) -> str:
    """Return SQL for the criterion that a first reason counts as, over ``latest``."""
    pairs = [
        f"WHEN protocol_sha256 = '{protocol.sha256}' AND first_failed = '{criterion.code}' THEN '{criterion.counts_as}'"
        for protocol in protocols
        for criterion in protocol.criteria
        if criterion.counts_as
    ]
    return f"CASE {' '.join(pairs)} ELSE first_failed END" if pairs else "first_failed"
