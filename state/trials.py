"""Which trials take new screenings at which site: opened, paused and closed by administrators, as recorded acts.

The acts stand in the register; of a trial at a site the newest one counts. Without any, it is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sqlite_utils import Database

from state import register
from state.codes import SITE
from state.database import writing
from state.errors import Closed, Unknown
from state.moments import Clock

KIND: Final = "trial"
State = Literal["open", "paused", "closed"]
STATES: Final[tuple[State, ...]] = get_args(State)
_NEWEST: Final = f"""
SELECT json_extract(detail, '$.state'), at, person
FROM register
WHERE kind = '{KIND}' AND subject = ? AND json_extract(detail, '$.site') = ?
ORDER BY entry DESC
LIMIT 1
"""
_NOT_OPEN: Final = f"""
SELECT subject, json_extract(detail, '$.state') AS state, max(entry)
FROM register
WHERE kind = '{KIND}' AND json_extract(detail, '$.site') = ?
GROUP BY subject
HAVING state <> 'open'
"""
_KNOWN: Final = f"""
SELECT DISTINCT s.site, t.id FROM screenings s JOIN protocols t ON t.sha256 = s.protocol WHERE s.sequence > 0
UNION
SELECT json_extract(detail, '$.site'), subject FROM register WHERE kind = '{KIND}'
ORDER BY 1, 2
"""
_SCREENED_FOR: Final = """
SELECT DISTINCT t.id FROM screenings s JOIN protocols t ON t.sha256 = s.protocol
WHERE s.sequence > 0 AND (:site IS NULL OR s.site = :site)
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a trial stands at a site: since when, and by whose act (``None``: the command line)."""

    state: State
    at: str
    person: str | None


OPEN: Final = Standing("open", "", None)


def standing(db: Database, trial: str, site: str) -> Standing:
    """Return how a trial stands at a site."""
    row = db.execute(_NEWEST, [trial, site]).fetchone()
    return Standing(*row) if row else OPEN


def not_open(db: Database, site: str) -> dict[str, State]:
    """Return the trials that take no new screening at a site, and whether they are paused or closed."""
    return {trial: state for trial, state, _ in db.execute(_NOT_OPEN, [site])}


def enter(db: Database, trial: str, site: str, state: State, person: str | None, clock: Clock) -> bool:
    """Open, pause or close a trial for a site; say whether that changed anything. Raises `Unknown`, `Merged`."""
    with writing(db):
        register.refuse_merged(db)
        if db.execute("SELECT 1 FROM sites WHERE code = ?", [site]).fetchone() is None:
            raise Unknown(f"there is no site {site} in this file")
        if standing(db, trial, site).state == state:
            return False
        register.enter(db, clock(), KIND, trial, person, {"site": site, "state": state})
    return True


def refuse_closed(db: Database, trial: str, site: str) -> None:
    """Raise `Closed` if a trial takes no new screening at a site."""
    if standing(db, trial, site).state != "open":
        raise Closed(f"{trial} takes no new screening at {site}")


def check(detail: Mapping[str, Any]) -> None:
    """Raise `ValueError` or `LookupError` if an entry does not say what such an entry says."""
    if detail["state"] not in STATES or not SITE.fullmatch(detail["site"]):
        raise ValueError(detail)


def known(db: Database) -> list[tuple[str, str]]:
    """List (site, trial): what was screened for where, and what was opened, paused or closed there."""
    return [(site, trial) for site, trial in db.execute(_KNOWN)]


def screened_for(db: Database, site: str | None = None) -> list[str]:
    """List the trials for which somebody was screened, at a site or at all."""
    rows = db.execute(_SCREENED_FOR, {"site": site})
    return [trial for (trial,) in rows]


def are_several(db: Database) -> bool:
    """Say whether somebody was screened for more than one trial."""
    (count,) = db.execute("SELECT count(DISTINCT id) FROM protocols").fetchone()
    return bool(count > 1)


def sites(db: Database) -> list[str]:
    """List the sites of a file."""
    return [code for (code,) in db.execute("SELECT code FROM sites ORDER BY code")]
