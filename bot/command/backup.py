"""``prescreen backup`` and ``prescreen restore``."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command import options
from bot.command.wiring import Unusable


@click.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@options.database
@click.option("--force", is_flag=True, help="Replace TARGET if it exists.")
def backup(target: Path, db_file: str, force: bool) -> None:
    """Copy the file to TARGET while the bot runs, and verify the copy.

    The backup is entered in the register; the chain head that it ends with is printed. Keep the head
    elsewhere: "prescreen verify --head" then finds a file that was replaced by an older one.
    """
    from state.backup import back_up
    from state.errors import StateError

    try:
        head = back_up(Path(db_file), target, force=force)
    except StateError as error:
        raise Unusable(f"no backup was made: {error}") from error
    click.echo(f"{target}: a verified copy\nhead {head}")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.database
@click.option("--force", is_flag=True, help="Replace an existing file; it is kept aside.")
def restore(source: Path, db_file: str, force: bool) -> None:
    """Put the backup SOURCE in the place of the file, after verifying it. Stop the bot first."""
    from state.backup import restore as put_back
    from state.errors import StateError

    try:
        report, aside = put_back(source, Path(db_file), force=force)
    except StateError as error:
        raise Unusable(f"nothing was restored: {error}") from error
    click.echo(
        f"{db_file}: {report.screenings} screenings restored and verified\nhead {report.head or 'none'}"
    )
    if aside is not None:
        click.echo(f"what stood there is kept as {aside}")
