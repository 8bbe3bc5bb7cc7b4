"""``prescreen trials``: which trials take new screenings at which site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.wiring import Unusable, open_existing

if TYPE_CHECKING:
    from sqlite_utils import Database

    from state.trials import Standing, State

_ACTS: Final[Mapping[str, State]] = {"opened": "open", "paused": "paused", "closed": "closed"}


@click.command("trials")
@click.option("--open", "opened", multiple=True, metavar="TRIAL", help="Take new screenings again.")
@click.option("--pause", "paused", multiple=True, metavar="TRIAL", help="Take none for the time being.")
@click.option("--close", "closed", multiple=True, metavar="TRIAL", help="Take none any more.")
@click.option("--site", callback=options.site, help="At this site [default: the only one of the file].")
@options.database
def command(site: str | None, db_file: str, **acts: tuple[str, ...]) -> None:
    """List which trials take new screenings at which site; open, pause and close them.

    A trial is named by its registry number, or by its file. It is open unless it was paused or closed. Then nobody
    begins a screening for it at that site, and whoever tries is told by whom and since when; screenings that are open
    go on. Each act is in the register.

    \b
    Examples:
      prescreen trials
      prescreen trials --pause NCT04420494 --site S01
      prescreen trials --open NCT04420494 --site S01

    Exit status: 0, or 2 if there is no such site, or the file cannot be used.
    """
    from state import trials
    from state.moments import utc_now

    db = open_existing(db_file)
    try:
        wanted = [(_trial(db, trial), state) for act, state in _ACTS.items() for trial in acts[act]]
        if wanted:
            site = site or _only_site(db)
            for trial, state in wanted:
                trials.enter(db, trial, site, state, None, utc_now)
        _list(db, site)
    finally:
        db.conn.close()


def _only_site(db: Database) -> str:
    from state import trials

    sites = trials.sites(db)
    if len(sites) != 1:
        raise Unusable(f"please say at which site, by --site: {', '.join(sites) or 'this file has none yet'}")
    return sites[0]


def _trial(db: Database, given: str) -> str:
    """Return a trial's id; what was never heard of is a slip, unless its file is given."""
    from dialogs.loading import shipped_protocols
    from state import trials

    trial = options.trial_id(given) or given
    heard_of = {each for _, each in trials.known(db)} | shipped_protocols().keys()
    if trial == given and trial not in heard_of:
        raise Unusable(f"{given} is no trial of this file; please give its file, such as trial.toml")
    return trial


def _list(db: Database, site: str | None) -> None:
    from state import trials

    for at, trial in trials.known(db):
        if site is None or at == site:
            click.echo(_line(at, trial, trials.standing(db, trial, at)))


def _line(site: str, trial: str, stands: Standing) -> str:
    line = f"{site:8} {trial:16} {stands.state:6}"
    if not stands.at:
        return line.rstrip()
    return f"{line}  since {stands.at[:10]} by {stands.person or 'the command line'}"
