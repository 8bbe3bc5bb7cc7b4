"""``prescreen purge``: removes old screenings for good."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from bot.command import options
from bot.command.wiring import Unusable, open_existing
from dialogs.languages import counted

if TYPE_CHECKING:
    from state.purge import Due


@click.command("purge")
@click.option(
    "--before", required=True, type=options.DAY, help="Remove what was last touched before this day (UTC)."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.database
def command(before: date, yes: bool, db_file: str) -> None:
    """Remove screenings that were last touched before a day, for good.

    What is removed, and how each log ended, is entered in the register first, so that the chains stay
    verifiable. The content is wiped from the file. A screening that a kept one follows is kept with it, and so is
    one that came out of a matching that was touched later. Backups, exports and merged files are not touched; a
    merged file follows at its next merge.

    \b
    Examples:
      prescreen purge --before 2021-01-01
      prescreen purge --before 2021-01-01 --yes --db PUMCH.db
    """
    from state.errors import StateError
    from state.purge import due, purge

    db = open_existing(db_file)
    found = due(db, before)
    _tell(found, before)
    if found.nothing:
        return
    if not yes and not _agreed():
        click.echo("Nothing was removed.")
        return
    try:
        purged = purge(db, before)
    except StateError as error:
        raise click.ClickException(f"{error}. Nothing was removed") from error
    removed = counted(len(purged.due.heads), "screening", "screenings")
    click.echo(f"{removed} removed, and entered in the register.")
    if not purged.erased:
        raise click.ClickException(
            f"{db_file} is open elsewhere: their content is only wiped from the disk when that ends"
        )


def _tell(found: Due, before: date) -> None:
    """Say what would be removed, and what is kept."""
    if found.linked:
        older = counted(
            len(found.linked),
            "older one is kept, since kept ones rest on it",
            "older ones are kept, since kept ones rest on them",
        )
        click.echo(f"{older}: {', '.join(found.linked)}")
    if found.matchings:
        matched = counted(
            len(found.matchings), "matching with several trials goes", "matchings with several trials go"
        )
        click.echo(f"{matched}, too: {', '.join(found.matchings)}")
    if found.nothing:
        click.echo(f"Nothing to remove: no other screening was last touched before {before}.")
        return
    click.echo(
        f"{counted(len(found.heads), 'screening was', 'screenings were')} last touched before {before}, "
        f"{found.unfinished} of them unfinished; "
        f"{counted(found.newer + len(found.linked), 'is', 'are')} kept."
    )


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise Unusable("nobody can be asked here, and nothing is removed unasked; give --yes to remove")
    return click.confirm("Remove them with all their answers? This cannot be undone")
