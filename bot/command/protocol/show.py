"""``prescreen protocol show``: a trial's criteria, with the record's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.command.wiring import one_protocol
from dialogs.languages import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from dialogs.protocol import Criterion, Protocol


@click.command("show")
@click.argument("source", default="NCT04420494")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
def command(source: str, lang: str) -> None:
    """Show a trial's criteria: the record's words, our reading, the rule."""
    loaded = one_protocol(source)
    click.echo(f"{loaded.id}  {loaded.title[lang]}\nrules {loaded.version}, SHA-256 {loaded.sha256}")
    for notice in loaded.notices:
        click.echo(notice[lang])
    for part in loaded.parts:
        click.echo(f"part {part.code}: {part.name[lang]}")
    for place, criterion in enumerate(loaded.criteria):
        _show_lines(loaded, place)
        _show_criterion(criterion, lang)
    _show_lines(loaded, len(loaded.criteria))


def _show_lines(loaded: Protocol, above: int) -> None:
    """Show the lines of the record that are no criterion, at their place among the criteria."""
    for line in loaded.lines:
        if line.before == above:
            click.echo(f'\n(not judged)\n  record:  "{line.text}"')


def _show_criterion(criterion: Criterion, lang: str) -> None:
    click.echo(f"\n{criterion.code} {criterion.name[lang]} ({criterion.kind})")
    click.echo(f'  record:  "{criterion.source}"')
    if criterion.reading:
        click.echo(f"  reading: {criterion.reading[lang]}")
    click.echo(f"  rule:    {criterion.rule.text}")
    if criterion.parts:
        click.echo(f"  parts:   {', '.join(criterion.parts)}")
