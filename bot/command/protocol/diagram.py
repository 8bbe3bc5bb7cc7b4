"""``prescreen protocol diagram``: the dialogue machine of a trial, drawn."""

from __future__ import annotations

import click

from bot.command.wiring import one_protocol
from dialogs.languages import DEFAULT, LANGUAGES


@click.command("diagram")
@click.argument("source", default="NCT04420494")
@click.option("--lang", "--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
def command(source: str, lang: str) -> None:
    """Print the dialogue machine that runs, as a Mermaid state diagram."""
    from dialogs.diagram import mermaid

    loaded = one_protocol(source)
    click.echo(mermaid(loaded, lang), nl=False)
