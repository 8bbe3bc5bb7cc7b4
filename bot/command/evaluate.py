"""``prescreen evaluate``: the dialogue played over candidates whose data are already abstracted."""

from __future__ import annotations

import sys

import click

from bot.command import options
from bot.command.wiring import Unusable, protocols_on_offer
from dialogs.languages import DEFAULT


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), required=False)
@options.protocol
@click.option(
    "--accept-unusual",
    is_flag=True,
    help='Take values that are possible but unusual, and list them as "unusual".',
)
@click.option("--template", is_flag=True, help="Print an empty list to fill in, as CSV, and stop.")
def command(file: str | None, protocol_source: str, accept_unusual: bool, template: bool) -> None:
    """Evaluate candidates whose data are already abstracted; nothing is stored.

    FILE is JSON (a list of objects with "name" and "answers"), CSV or an Excel workbook (a column "name",
    then one column a question, value and unit in one cell, "9.8 g/dL"); "-" reads standard input. For each
    candidate the dialogue is played, and one JSON line is printed:

    \b
      name, verdict, failed, first_failed, unresolved, asked

    Verdicts are the codes eligible (people are shown: potentially eligible), ineligible, undetermined.
    "failed" is over all given answers, "first_failed" is where the dialogue stops, "asked" are the
    questions up to there, in order. A missing answer is unknown.

    Cells are read as the conversation reads what is typed. What it would ask about (no unit, 1.500 that may be
    1500, an unusual value) is not taken: the row is named on standard error and not evaluated. A line
    whose name begins with # is left out.

    Exit status: 0; 1 if a row had a fault, the others still run; 2 if the list cannot be read.
    """
    from bot.evaluate.sheets import MAX_BYTES, read_list
    from bot.evaluate.verdicts import said, templates, why
    from bot.wording.phrases import phrases
    from dialogs.candidates import BadFile, evaluate_candidate, shown

    (loaded,) = protocols_on_offer(protocol_source)
    say = phrases(DEFAULT)
    if template:
        empty = next(templates(loaded, say))[1].decode("utf-8-sig" if sys.stdout.isatty() else "utf-8")
        click.echo(
            empty, nl=False
        )  # into a file with a byte order mark, without which Excel garbles the units
        return
    if file is None:
        raise click.UsageError("Please name a FILE, or - for standard input; --template prints an empty one.")
    count, faulty, named = 0, False, shown(file, 200)
    try:
        with click.open_file(file, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        for row in read_list(loaded, content, accept_unusual=accept_unusual):
            count += 1
            for fault in row.faults:
                click.echo(f"{named}: {said(loaded, row, fault, say)}", err=True)
            faulty = faulty or bool(row.faults)
            if not row.faults:
                click.echo(evaluate_candidate(loaded, row))
    except BadFile as error:
        raise Unusable(f"{named}: {why(error, say)}") from error
    except OSError as error:
        raise Unusable(f"{named} cannot be read: {error.strerror}") from error
    if not count:
        raise Unusable(f"{named}: {say.plain('list_empty')}")
    sys.exit(1 if faulty else 0)
