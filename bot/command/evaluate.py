"""``prescreen evaluate``: the dialogue played over candidates whose data are already abstracted."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

from bot.command import options
from bot.command.wiring import Unusable, protocols_on_offer

if TYPE_CHECKING:
    from dialogs.candidates import Row

LONG_LIST = 200


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@options.protocol
def evaluate(file: str, protocol_source: str) -> None:
    """Evaluate candidates whose data are already abstracted; nothing is stored.

    FILE is JSON (a list of objects with "name" and "answers") or CSV (a column "name", then one column a
    question, value and unit in one cell, "9.8 g/dL"); "-" reads standard input. For each candidate the
    dialogue is played, and one JSON line is printed:

    \b
      name, verdict, failed, first_failed, unresolved, asked

    Verdicts are the codes eligible (people are shown: potentially eligible), ineligible, undetermined.
    "failed" is over all given answers, "first_failed" is where the dialogue stops, "asked" are the
    questions up to there, in order. A missing answer is unknown.

    Exit status: 0, or 1 if a row was bad; bad rows are named on standard error, the others still run.
    """
    from dialogs.candidates import BadFile, evaluate_candidate, read_candidates

    (loaded,) = protocols_on_offer(protocol_source)
    try:
        with click.open_file(file, encoding="utf-8-sig") as stream:
            rows = list(read_candidates(loaded, stream.read()))
    except (BadFile, UnicodeDecodeError) as error:
        raise Unusable(f"{file}: {error}") from error
    bad = 0
    with _progress(rows) as shown:
        for row in shown:
            if row.faults:
                bad += 1
                for fault in row.faults:
                    click.echo(f"{file}: {fault}", err=True)
                continue
            click.echo(evaluate_candidate(loaded, row))
    sys.exit(1 if bad else 0)


def _progress(rows: list[Row]) -> AbstractContextManager[Iterable[Row]]:
    if len(rows) < LONG_LIST or not sys.stderr.isatty() or sys.stdout.isatty():
        return nullcontext(rows)
    return click.progressbar(rows, file=sys.stderr, label="Evaluating")
