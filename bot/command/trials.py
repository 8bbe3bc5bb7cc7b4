"""``prescreen trials``: which trials take new screenings at which site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.wiring import Unusable, open_existing, protocols_on_offer

if TYPE_CHECKING:
    from sqlite_utils import Database

    from state.trials import Standing, State

_ACTS: Final[Mapping[str, State]] = {"opened": "open", "paused": "paused", "closed": "closed"}


@click.command("trials")
@click.option("--open", "opened", multiple=True, metavar="TRIAL", help="Take new screenings again.")
@click.option("--pause", "paused", multiple=True, metavar="TRIAL", help="Take none for the time being.")
@click.option("--close", "closed", multiple=True, metavar="TRIAL", help="Take none any more.")
@click.option("--site", callback=options.site, help="At this site [default: the only one of the file].")
@click.option(
    "--protocol",
    "protocol_sources",
    multiple=True,
    metavar="FILE|FOLDER|ID",
    help="List these too, as given to run, also where nobody was screened for them. Can be given several times.",
)
@options.database
def command(
    site: str | None, protocol_sources: tuple[str, ...], db_file: str, **acts: tuple[str, ...]
) -> None:
    """List which trials take new screenings at which site; open, pause and close them.

    A trial is named by its registry number, or by its file. It is open unless it was paused or closed. Then nobody
    begins a screening for it at that site, and whoever tries is told by whom and since when; screenings that are open
    go on. Each act is in the register. Listed are the trials that somebody was screened for or that an act named; by
    --protocol those that are on offer, too.

    \b
    Examples:
      prescreen trials
      prescreen trials --protocol NCT04420494
      prescreen trials --pause NCT04420494 --site S01
      prescreen trials --open NCT04420494 --site S01

    Exit status: 0, or 2 if there is no such site, or the file cannot be used.
    """
    from state import trials
    from state.moments import utc_now
    from state.names import refuse_unknown_site

    offered = [trial.id for trial in protocols_on_offer(protocol_sources).values()]
    db = open_existing(db_file)
    try:
        refuse_unknown_site(db, site)
        wanted = [
            (options.known_trial(db, trial), state) for act, state in _ACTS.items() for trial in acts[act]
        ]
        if wanted:
            site = site or _only_site(db)
            for trial, state in wanted:
                trials.enter(db, trial, site, state, None, utc_now)
        _list(db, site, offered)
    finally:
        db.conn.close()


def _only_site(db: Database) -> str:
    from state import trials

    sites = trials.sites(db)
    if len(sites) != 1:
        raise Unusable(f"please say at which site, by --site: {', '.join(sites) or 'this file has none yet'}")
    return sites[0]


def _list(db: Database, site: str | None, offered: Iterable[str]) -> None:
    from state import trials

    sites = trials.sites(db)
    stand = {*trials.known(db), *((at, trial) for at in sites for trial in offered)}
    rows = sorted((at, trial) for at, trial in stand if site in (None, at))
    for at, trial in rows:
        click.echo(_line(at, trial, trials.standing(db, trial, at)))
    if not sites:
        click.echo("This file has no site yet: one comes with the first person who is invited or added.")
    elif not rows:
        where = f" at {site}" if site else ""
        click.echo(
            f"Nobody was screened for a trial{where} so far. With --protocol, trials on offer are listed, too."
        )


def _line(site: str, trial: str, stands: Standing) -> str:
    line = f"{site:8} {trial:16} {stands.state:6}"
    if not stands.at:
        return line.rstrip()
    return f"{line}  since {stands.at[:10]} by {stands.person or 'the command line'}"
