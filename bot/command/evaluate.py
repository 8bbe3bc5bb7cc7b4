"""``prescreen evaluate``: the dialogue played over candidates whose data are already abstracted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from bot.command import options
from bot.command.wiring import Unusable, protocols_on_offer, warn_of_drafts
from dialogs.languages import DEFAULT

if TYPE_CHECKING:
    from bot.wording.phrases import Phrases
    from dialogs.candidates import Row
    from dialogs.protocol import Protocol


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), required=False)
@options.protocols
@click.option(
    "--accept-unusual",
    is_flag=True,
    help='Take values that are possible but unusual, and list them as "unusual".',
)
@click.option("--template", is_flag=True, help="Print an empty list to fill in, as CSV, and stop.")
def command(
    file: str | None, protocol_sources: tuple[str, ...], accept_unusual: bool, template: bool
) -> None:
    """Evaluate candidates whose data are already abstracted; nothing is stored.

    FILE is JSON (a list of objects with "name" and "answers"), CSV or an Excel workbook (a column "name",
    then one column a question, value and unit in one cell, "9.8 g/dL"); "-" reads standard input. For each
    candidate the dialogue is played, and one JSON line is printed:

    \b
      name, verdict, failed, first_failed, unresolved, asked, and parts if the trial has some

    Verdicts are the codes eligible (people are shown: potentially eligible), ineligible, undetermined.
    "failed" is over all given answers, "first_failed" is where the dialogue stops, "asked" are the
    questions up to there, in order. A missing answer is unknown.

    Of options that can be ticked a cell has those that apply, "asthma; copd", or "none"; or each option has a
    column of its own, "history___asthma", with 1 or 0.

    Cells are read as the conversation reads what is typed. What it would ask about (no unit, 1.500 that may be
    1500, an unusual value) is not taken: the row is named on standard error and not evaluated. A line
    whose name begins with # is left out.

    Exit status: 0; 1 if a row had a fault, the others still run; 2 if the list cannot be read.
    """
    protocol, *more = protocols_on_offer(protocol_sources).values()
    if more:
        raise click.UsageError("A list is evaluated for one trial. Please name one by --protocol.")
    if template:
        _print_empty_list(protocol)
        return
    if file is None:
        raise click.UsageError("Please name a FILE, or - for standard input; --template prints an empty one.")
    warn_of_drafts((protocol,))
    sys.exit(1 if _evaluate(protocol, file, accept_unusual=accept_unusual) else 0)


def _print_empty_list(protocol: Protocol) -> None:
    """Print it as CSV; into a file with a byte order mark, without which Excel garbles the units."""
    from bot.evaluate.verdicts import templates
    from bot.wording.phrases import phrases

    empty = next(templates(protocol, phrases(DEFAULT)))[1]
    click.echo(empty.decode("utf-8-sig" if sys.stdout.isatty() else "utf-8"), nl=False)


def _evaluate(protocol: Protocol, file: str, *, accept_unusual: bool) -> bool:
    """Print the verdict of each row, and the faults of those that are not evaluated; say whether there were any."""
    from bot.evaluate.verdicts import why
    from bot.wording.phrases import phrases
    from dialogs.candidates import BadFile, shown

    say, named = phrases(DEFAULT), shown(file, 200)
    try:
        faulty = [_print(protocol, row, named, say) for row in _read(protocol, file, accept_unusual)]
    except BadFile as error:
        raise Unusable(f"{named}: {why(error, say)}") from error
    except OSError as error:
        raise Unusable(f"{named} cannot be read: {error.strerror}") from error
    if not faulty:
        raise Unusable(f"{named}: {say.plain('list_empty')}")
    return any(faulty)


def _read(protocol: Protocol, file: str, accept_unusual: bool) -> Iterator[Row]:
    from bot.evaluate.sheets import MAX_BYTES, read_list

    with click.open_file(file, "rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    return read_list(protocol, content, accept_unusual=accept_unusual)


def _print(protocol: Protocol, row: Row, named: str, say: Phrases) -> bool:
    """Print what became of a row; say whether it had a fault."""
    from bot.evaluate.verdicts import said
    from dialogs.candidates import evaluate_candidate

    for fault in row.faults:
        click.echo(f"{named}: {said(protocol, row, fault, say)}", err=True)
    if not row.faults:
        click.echo(evaluate_candidate(protocol, row))
    return bool(row.faults)
