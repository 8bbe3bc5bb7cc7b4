"""``prescreen protocol review``: a person accepts what a machine proposed, one criterion after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.command.faults import paragraphs
from bot.command.typed import typed
from bot.command.wiring import Unusable, unreviewed
from dialogs.errors import ProtocolError
from dialogs.languages import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from bot.reviewing.file import ReviewedFile, Shown

ACCEPT, AS_QUESTION, LATER, STOP = "a", "w", "l", "q"
KEYS: Final = {
    ACCEPT: "accept",
    AS_QUESTION: "ask in words",
    LATER: "leave for later",
    STOP: "stop",
}
"""What is typed, by its key or in full."""
DONE: Final = {ACCEPT: "accepted", AS_QUESTION: "asked in the record's words from now on"}


def _person(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from dialogs.loading.review_keys import PERSON, is_person

    if not is_person(value):
        raise click.BadParameter(f"please give {PERSON.said}")
    return value


@click.command("review")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--by", required=True, metavar="INITIALS", callback=_person, help="Who reviews.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
def command(file: Path, by: str, lang: str) -> None:
    """Review a draft, one criterion after the other.

    Shows, in the language LANG, the record's words of each criterion that waits, the rule read back in words, what is
    asked, and made-up patients on either side of its limits. Type a to accept it, w to drop the rule and ask the
    record's words by yes or no, l to leave it for later, q to stop. Each decision is written into FILE at once, with
    INITIALS and the day; nothing else of it changes. Where the file says reviews = 1, as a drafted one does, each
    criterion has to be accepted, also one that is asked in words; where it says reviews = 2, by two persons.

    \b
    Examples:
      prescreen protocol review trial.toml --by LW
      printf 'a\\nl\\n' | prescreen protocol review trial.toml --by LW

    Exit status: 0 when nothing is left to review, 1 when something is, 2 when the file cannot be used.
    """
    from bot.reviewing.file import ReviewedFile

    reviewed = ReviewedFile(file, by, datetime.now().astimezone().date().isoformat())
    try:
        _review(reviewed, lang)
        sys.exit(_told(reviewed))
    except KeyboardInterrupt:
        click.echo("\nStopped. Every decision until here is in the file.")
        sys.exit(1)
    except ProtocolError as error:
        raise Unusable(f"{file} cannot be used:\n{paragraphs(error)}") from error


def _review(reviewed: ReviewedFile, lang: str) -> None:
    """Show each criterion that waits for this person, until all were shown or nothing more is typed."""
    lines = typed()
    codes = [criterion.code for criterion in reviewed.waiting()]
    for number, code in enumerate(codes, 1):
        if _decided(reviewed, code, f"{number} of {len(codes)}", lang, lines) in (None, STOP):
            break


def _decided(reviewed: ReviewedFile, code: str, place: str, lang: str, lines: Iterator[str]) -> str | None:
    """Show a criterion until a decision about it is kept; return that, ``None`` where nothing more is typed."""
    while (shown := reviewed.show(code)) is not None:
        _show(shown, place, lang)
        decision = _key(lines)
        if decision not in DONE:
            return decision
        refused = reviewed.accept(shown, as_question=decision == AS_QUESTION)
        if refused is None:
            click.echo(f"{code} is {DONE[decision]}.\n")
            return decision
        click.echo(f"Nothing was written: {refused}.\n")
        if not sys.stdin.isatty():
            return None  # what comes next was written for something else
    return LATER


def _show(shown: Shown, place: str, lang: str) -> None:
    from bot.reviewing.card import card
    from bot.reviewing.facts import Telling

    click.echo("\n".join(card(Telling(shown.protocol, lang), shown.criterion)))
    click.echo(f"{place}: {'   '.join(f'{key}) {said}' for key, said in KEYS.items())}")


def _key(lines: Iterator[str]) -> str | None:
    """Return the key of what is typed; through a pipe nothing is read after a line that is none."""
    for line in lines:
        text = line.strip().casefold()
        for key, said in KEYS.items():
            if text in (key, said):
                return key
        click.echo(f"Please type one of: {', '.join(KEYS)}")
        if not sys.stdin.isatty():
            return None
    return None


def _told(reviewed: ReviewedFile) -> int:
    """Say what is left, and return the exit status."""
    protocol = reviewed.protocol()
    if not protocol.open_reviews:
        click.echo(f"All of {protocol.id} is reviewed. To serve it: prescreen run --protocol {reviewed.path}")
        return 0
    click.echo(f"{unreviewed(protocol)}.")
    if not reviewed.waiting():
        click.echo("They wait for another person.")
    return 1
