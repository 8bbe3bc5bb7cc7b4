"""What a file knows by name: its sites and trials; and what was likely meant by a name that it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlite_utils import Database

from dialogs.likely import nearest
from state.errors import Unknown

SITES: Final = "SELECT code FROM sites UNION SELECT site FROM screenings ORDER BY 1"
LISTED: Final = 10
"""Names that are listed where none is likely."""


def suggested(
    given: str, known: Sequence[str], some: str = "there are", none: str = "there are none yet"
) -> str:
    """Ask for the name that was likely meant, or list those that there are."""
    near = nearest(given, known)
    if near is not None:
        return f"did you mean {near}?"
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return f"{some} {', '.join(known[:LISTED])}{more}" if known else none


def refuse_unknown_site(db: Database, site: str | None) -> None:
    """Raise `Unknown` if a site is named that the file does not have."""
    sites = [code for (code,) in db.execute(SITES)]
    if site is not None and site not in sites:
        meant = suggested(site, sites, "it has", "it has none before somebody is invited or added")
        raise Unknown(f"there is no site {site} in this file; {meant}")


def refuse_unknown_trial(given: str, known: Iterable[str]) -> None:
    """Raise `Unknown` if a trial is named that is none of those that are known; a slip is asked about."""
    known = sorted(set(known))
    if given not in known:
        near = nearest(given, known)
        meant = f"did you mean {near}?" if near else "please give its file, such as trial.toml"
        raise Unknown(f"{given} is no trial of this file; {meant}")
