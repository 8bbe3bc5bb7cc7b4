"""``prescreen protocol diagram``: the dialogue machine of a trial, drawn."""

from __future__ import annotations

import click

from bot.command import options
from bot.command.wiring import one_protocol


@click.command("diagram")
@click.argument("source", default="NCT04420494")
@options.shown_in
def command(source: str, lang: str) -> None:
    """Print the dialogue machine that runs, as a Mermaid state diagram."""
    from dialogs.diagram import mermaid

    loaded = one_protocol(source)
    click.echo(mermaid(loaded, lang), nl=False)
