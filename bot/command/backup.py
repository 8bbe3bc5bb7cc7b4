"""``prescreen backup``: a verified copy of the file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command import options
from bot.command.wiring import Unusable


@click.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@options.database
@click.option("--force", is_flag=True, help="Replace TARGET if it exists.")
def command(target: Path, db_file: str, force: bool) -> None:
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
