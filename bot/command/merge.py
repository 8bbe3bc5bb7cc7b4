"""``prescreen merge``: the files of several sites in one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command.wiring import Unusable
from dialogs.languages import counted

if TYPE_CHECKING:
    from state.merge import Merged


@click.command("merge")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--into",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The merged file; made if new.",
)
def command(files: tuple[Path, ...], into: Path) -> None:
    """Merge the files of several sites into one.

    Every chain of every file is computed anew first. Of two copies of one site's file, the newer is taken,
    screening by screening. If two files tell different histories under one name, nothing is merged, and
    standard error says which. The order of the files and repeats make no difference, and a file may be merged
    again when it has grown. Telegram accounts and invitations are not merged; what a site has purged goes.

    \b
    Examples:
      prescreen merge PUMCH.db BJ3.db --into network.db
      prescreen export --db network.db
    """
    from state.errors import NotKept, StateError
    from state.merge import merge

    try:
        merged = merge(files, into)
    except NotKept as error:
        raise Unusable(f"{into} cannot be written: {error}") from error
    except StateError as error:
        raise click.ClickException(f"{error}. Nothing was merged") from error
    _tell(merged, into)
    if not merged.erased:
        raise click.ClickException(
            f"{into} is open elsewhere: what was purged is only wiped from the disk when that ends"
        )


def _tell(merged: Merged, into: Path) -> None:
    files = counted(merged.files, "file", "files")
    screenings = counted(merged.screenings, "screening", "screenings")
    sites = counted(merged.sites, "site", "sites")
    click.echo(
        f"{files} checked; {into} holds {screenings} of {sites}: "
        f"{merged.added} added, {merged.extended} continued, {merged.purged} left out as purged"
    )
