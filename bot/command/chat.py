"""``prescreen chat``: the dialogue on standard input and output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bot.command import options
from bot.command.typed import typed
from bot.command.wiring import (
    Unusable,
    local_zone,
    open_site_file,
    protocols_on_offer,
    warn_of_drafts,
    warn_of_versions,
)
from dialogs.languages import DEFAULT

if TYPE_CHECKING:
    from state.people import People, Person


@click.command("chat")
@options.language
@options.database
@options.protocols
@click.option(
    "--site",
    callback=options.site,
    default="S01",
    show_default=True,
    help="Site of a person who is new here.",
)
def command(lang: str | None, db_file: str, protocol_sources: tuple[str, ...], site: str) -> None:
    """Screen a candidate at the terminal.

    Asks one question at a time. Choices have keys; numbers are typed as on the lab sheet, with their unit
    (9.8 g/dL, <30, 1.1x, 28/21 umol/L, 6 months). At any question: back, help, unknown, cancel. An
    unfinished screening is resumed. Every answer is in the file before the next question appears, so it
    may be killed at any time. Through a pipe, nothing is read after a line that is not taken.

    \b
    Examples:
      prescreen chat
      prescreen chat --lang zh --db site.db
      printf '17\\nyes\\nf\\n' | prescreen chat --db site.db

    Exit status: 0 when a screening was saved or cancelled, 1 when one was left unfinished (it is kept), 2
    when the file or the protocol cannot be used.
    """
    from bot.conversation import Conversation, Setup
    from bot.terminal import Terminal
    from state.people import People
    from state.screenings import Screenings

    protocols = tuple(protocols_on_offer(protocol_sources).values())
    warn_of_drafts(protocols)
    db = open_site_file(db_file)
    warn_of_versions(db, protocols)
    people = People(db)
    person = _person(people, site, lang)
    conversation = Conversation(Screenings(db), people, Setup(protocols, local_zone(), "terminal"))
    terminal = Terminal(conversation, person, click.echo)
    try:
        finished = terminal.run(typed(), piped=not sys.stdin.isatty())
    except KeyboardInterrupt:
        click.echo()
        finished = terminal.leave()
    sys.exit(0 if finished else 1)


def _person(people: People, site: str, lang: str | None) -> Person:
    """Find or add the person at this terminal, in the language that was asked for."""
    person = people.find("terminal", "local") or people.add(
        "clinician", site, "terminal", "local", lang or DEFAULT
    )
    if not person.active:
        raise Unusable(
            f"{person.code} is suspended; to let them in again: prescreen people --restore {person.code}"
        )
    return people.set_language(person.code, lang) if lang and lang != person.language else person
