"""``prescreen protocol review``: a person accepts what a machine proposed, one criterion after the other."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.command import options
from bot.command.faults import paragraphs
from bot.command.typed import typed
from bot.command.wiring import Unusable, codes_of, one_protocol
from dialogs.errors import ProtocolError
from dialogs.languages import numbered, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.reviewing.file import ReviewedFile
    from bot.reviewing.session import Session

    Said = Mapping[str, Any]


def _person(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from dialogs.loading.review_keys import PERSON, is_person

    if not is_person(value):
        raise click.BadParameter(f"please give {PERSON.said}")
    return value


@click.command("review")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--by", required=True, metavar="INITIALS", callback=_person, help="Who reviews.")
@click.option("--since", metavar="OLD", help="The version before: shows what changed of each criterion.")
@options.shown_in
def command(file: Path, by: str, since: str | None, lang: str) -> None:
    """Review a draft, one criterion after the other.

    Shows, in the language LANG, the record's words of each criterion that waits, the rule read back in words, what is
    asked, made-up patients on either side of its limits, and how it would be asked in words. Type a to accept it, w
    to drop the rule and ask the record's words by yes or no, l to leave it for later, b to go back to the one before
    in this run and take back what was decided about it, q to stop. One that was accepted in an earlier run waits
    again once a line review = "why" stands in the place of its reviewed = [...] in FILE. Each decision is written
    into FILE at once, with INITIALS and the day; nothing else of it changes. Where the file says reviews = 1, as a
    drafted one does, each criterion has to be accepted, also one that is asked in words; where it says reviews = 2,
    by two persons. With OLD, a file or the id of a shipped trial, each is shown with what changed of its words, its
    rule and its questions.

    \b
    Examples:
      prescreen protocol review trial.toml --by LW
      prescreen protocol review trial-2.toml --by LW --since trial.toml
      printf 'a\\nl\\n' | prescreen protocol review trial.toml --by LW

    Exit status: 0 when nothing is left to review, 1 when something is, 2 when the file cannot be used.
    """
    from bot.reviewing.file import ReviewedFile
    from bot.reviewing.session import Session, Showing

    reviewed = ReviewedFile(file, by, datetime.now().astimezone().date().isoformat())
    said = words("bot.reviewing", lang)["session"]
    if not reviewed.is_writable():
        raise Unusable(said["read_only"].format(file=file))
    try:
        showing = Showing(lang, one_protocol(since) if since else None, to_a_person=sys.stdin.isatty())
        _run(Session(reviewed, showing, typed(), click.echo), said)
        sys.exit(_told(reviewed, lang, said))
    except ProtocolError as error:
        raise Unusable(f"{file} cannot be used:\n{paragraphs(error)}") from error


def _run(session: Session, said: Said) -> None:
    """Go through the criteria, and say in the end what was decided."""
    try:
        session.run()
    except KeyboardInterrupt:
        click.echo(f"\n{said['stopped']}")
    for line in session.summary():
        click.echo(line)


def _told(reviewed: ReviewedFile, lang: str, said: Said) -> int:
    """Say what is left, and return the exit status."""
    from bot.reviewing.facts import Telling

    protocol = reviewed.protocol()
    if not protocol.open_reviews:
        click.echo(said["all"].format(id=protocol.id, file=reviewed.path))
        return 0
    waiting = protocol.open_reviews
    left = numbered(said["left"], len(waiting), lang)
    click.echo(
        left.format(
            n=len(waiting), of=Telling(protocol, lang).of_criteria(), id=protocol.id, codes=codes_of(waiting)
        )
    )
    if not reviewed.waiting():
        click.echo(said["for_another"])
    return 1
