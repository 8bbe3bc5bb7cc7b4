"""``prescreen protocol list``: the trials that ship with this program."""

from __future__ import annotations

import click


@click.command("list")
def command() -> None:
    """List the trials that ship with this program."""
    from dialogs.loading import load, shipped_protocols

    for protocol_id in sorted(shipped_protocols()):
        loaded = load(protocol_id)
        click.echo(f"{loaded.id}  {loaded.version}  {loaded.title['en']}")
