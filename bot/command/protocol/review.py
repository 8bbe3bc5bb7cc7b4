"""``prescreen protocol review``: a person accepts what a machine proposed, one criterion after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bot.command import options
from bot.command.faults import paragraphs
from bot.command.typed import typed
from bot.command.wiring import Unusable, codes_of, one_protocol
from dialogs.errors import ProtocolError
from dialogs.languages import numbered, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.reviewing.file import ReviewedFile, Shown
    from dialogs.protocol import Protocol

    Said = Mapping[str, Any]

ACCEPT, AS_QUESTION, LATER, STOP = "a", "w", "l", "q"
KEYS: Final = (ACCEPT, AS_QUESTION, LATER, STOP)
"""What is typed, or the same in full."""
DONE: Final = {ACCEPT: "accepted", AS_QUESTION: "asked_in_words"}


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
    asked, and made-up patients on either side of its limits. Type a to accept it, w to drop the rule and ask the
    record's words by yes or no, l to leave it for later, q to stop. Each decision is written into FILE at once, with
    INITIALS and the day; nothing else of it changes. Where the file says reviews = 1, as a drafted one does, each
    criterion has to be accepted, also one that is asked in words; where it says reviews = 2, by two persons. With OLD,
    a file or the id of a shipped trial, each is shown with what changed of its words, its rule and its questions.

    \b
    Examples:
      prescreen protocol review trial.toml --by LW
      prescreen protocol review trial-2.toml --by LW --since trial.toml
      printf 'a\\nl\\n' | prescreen protocol review trial.toml --by LW

    Exit status: 0 when nothing is left to review, 1 when something is, 2 when the file cannot be used.
    """
    from bot.reviewing.file import ReviewedFile

    reviewed = ReviewedFile(file, by, datetime.now().astimezone().date().isoformat())
    said = words("bot.reviewing", lang)["session"]
    if not reviewed.is_writable():
        raise Unusable(said["read_only"].format(file=file))
    try:
        _review(reviewed, _Showing(lang, said, one_protocol(since) if since else None))
        sys.exit(_told(reviewed, lang, said))
    except KeyboardInterrupt:
        click.echo(f"\n{said['stopped']}")
        sys.exit(1)
    except ProtocolError as error:
        raise Unusable(f"{file} cannot be used:\n{paragraphs(error)}") from error


@dataclass(frozen=True, slots=True)
class _Showing:
    """How criteria are shown: in which language, and beside which version before."""

    lang: str
    said: Said
    since: Protocol | None


def _review(reviewed: ReviewedFile, showing: _Showing) -> None:
    """Show each criterion that waits for this person, until all were shown or nothing more is typed."""
    lines = typed()
    codes = [criterion.code for criterion in reviewed.waiting()]
    for number, code in enumerate(codes, 1):
        place = showing.said["place"].format(n=number, of=len(codes))
        if _decided(reviewed, code, place, showing, lines) in (None, STOP):
            break


def _decided(
    reviewed: ReviewedFile, code: str, place: str, showing: _Showing, lines: Iterator[str]
) -> str | None:
    """Show a criterion until a decision about it is kept; return that, ``None`` where nothing more is typed."""
    said = showing.said
    while (shown := reviewed.show(code)) is not None:
        _show(shown, place, showing)
        decision = _key(lines, said)
        if decision not in DONE:
            return decision
        refused = reviewed.accept(shown, as_question=decision == AS_QUESTION)
        if refused is None:
            click.echo(f"{said[DONE[decision]].format(code=code)}\n")
            return decision
        why = said[refused.key].format(code=code, fault=refused.fault)
        click.echo(f"{said['refused'].format(why=why)}\n")
        if not sys.stdin.isatty():
            return None  # what comes next was written for something else
    return LATER


def _show(shown: Shown, place: str, showing: _Showing) -> None:
    from bot.reviewing.card import card
    from bot.reviewing.facts import Telling

    keys = showing.said["keys"]
    telling = Telling(shown.protocol, showing.lang, showing.since)
    click.echo("\n".join(card(telling, shown.criterion)))
    click.echo(f"{place} {'   '.join(f'{key}) {keys[key]}' for key in KEYS)}")


def _key(lines: Iterator[str], said: Said) -> str | None:
    """Return the key of what is typed; through a pipe nothing is read after a line that is none."""
    for line in lines:
        text = line.strip().casefold()
        for key in KEYS:
            if text in (key, said["keys"][key]):
                return key
        click.echo(said["please_type"].format(keys=", ".join(KEYS)))
        if not sys.stdin.isatty():
            return None
    return None


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
