"""``prescreen restore``: a verified backup in the place of the file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command import options
from bot.command.verify import verified
from bot.command.wiring import Unusable


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.database
@click.option("--force", is_flag=True, help="Replace an existing file; it is kept aside.")
def command(source: Path, db_file: str, force: bool) -> None:
    """Put the backup SOURCE in the place of the file, after verifying it. Stop the bot first."""
    from state.backup import restore
    from state.errors import StateError

    try:
        report, aside = restore(source, Path(db_file), force=force)
    except StateError as error:
        raise Unusable(f"nothing was restored: {error}") from error
    click.echo(f"{db_file}: {verified(report)} restored and verified\nhead {report.head or 'none'}")
    if aside is not None:
        click.echo(f"what stood there is kept as {aside}")
