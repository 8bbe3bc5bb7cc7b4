"""``prescreen protocol list``: the trials that ship with this program."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("list")
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the file of each into this folder, never over another: to try several trials, or begin with one.",
)
def command(folder: Path | None) -> None:
    """List the trials that ship with this program.

    \b
    Examples:
      prescreen protocol list
      prescreen protocol list --write shipped/
    """
    from bot.command.protocol.schema import refuse_existing, unwritable, write_new
    from dialogs.loading import load, shipped_protocols

    shipped = dict(sorted(shipped_protocols().items()))
    if folder is not None:
        files = {name: folder / f"{name}.toml" for name in shipped}
        for file in files.values():
            refuse_existing(file)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(error) from error
        for name, file in files.items():
            write_new(file, shipped[name].read_text(encoding="utf-8"))
    for protocol_id in shipped:
        loaded = load(protocol_id)
        click.echo(f"{loaded.id}  {loaded.version}  {loaded.title['en']}")
