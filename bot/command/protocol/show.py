"""``prescreen protocol show``: a trial's criteria, with the record's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.wiring import one_protocol

if TYPE_CHECKING:
    from bot.reviewing.facts import Telling

SHOWN: Final = ("under", "record", "reading", "proposed", "rule", "as_written", "parts", "note", "reviewed")
"""Of each criterion; what is asked, limits in other units and made-up patients are for who reviews it."""


@click.command("show")
@click.argument("source", default="NCT04420494")
@options.shown_in
def command(source: str, lang: str) -> None:
    """Show a trial's criteria: the record's words, our reading, the rule in words and as written."""
    from bot.reviewing.facts import Telling

    click.echo("\n".join(_told(Telling(one_protocol(source), lang))))


def _told(telling: Telling) -> Iterator[str]:
    """Yield the trial's head, then criteria and lines of the record that are none, as they stand in the file."""
    from bot.reviewing.card import card, wrapped

    protocol = telling.protocol
    for text in (protocol.title[telling.language], *telling.about(), telling.state(), *telling.parts()):
        yield from wrapped("", text)
    for place, criterion in enumerate((*protocol.criteria, None)):
        for label, line in telling.lines_above(place):
            yield from ("", label, *wrapped("  ", line))
        if criterion is not None:
            yield from ("", *card(telling, criterion, SHOWN))
    for text, when in telling.besides():
        yield from ("", *wrapped("", text), *(line for each in when.lines() for line in wrapped("  ", each)))
