"""``prescreen evaluate``: the dialogue played over candidates whose data are already abstracted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.wiring import Unusable, open_existing, protocols_on_offer, warn_of_drafts
from dialogs.languages import DEFAULT

if TYPE_CHECKING:
    from bot.evaluate.matrix import Table
    from dialogs.candidates import Row
    from dialogs.portfolio.merging import Portfolio
    from dialogs.protocol import Protocol
    from state.settled import Settled


MOST_TOLD: Final = 5
"""Faults on standard error, where a column has them all."""


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), required=False)
@options.protocols
@click.option(
    "--accept-unusual",
    is_flag=True,
    help='Take values that are possible but unusual, and list them as "unusual".',
)
@click.option("--template", is_flag=True, help="Print an empty list to fill in, as CSV, and stop.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["lines", "matrix"]),
    default="lines",
    show_default=True,
    help="A line a candidate and trial, or a table with a column a trial.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the matrix there, as .csv or .xlsx.",
)
@click.option("--force", is_flag=True, help="Replace the output if it exists.")
@click.option(
    "--stored", is_flag=True, help="Evaluate earlier subjects by their kept answers instead of a list."
)
@click.option("--site", callback=options.site, help="With --stored: only this site.")
@options.database
def command(
    file: str | None,
    protocol_sources: tuple[str, ...],
    accept_unusual: bool,
    template: bool,
    form: str,
    output: Path | None,
    force: bool,
    stored: bool,
    site: str | None,
    db_file: str,
) -> None:
    """Evaluate candidates whose data are already abstracted; nothing is stored.

    FILE is JSON (a list of objects with "name" and "answers"), CSV or an Excel workbook (a column "name",
    then one column a question, value and unit in one cell, "9.8 g/dL"); "-" reads standard input. For each
    candidate the dialogue is played, and one JSON line is printed:

    \b
      name, verdict, failed, first_failed, unresolved, asked, and parts if the trial has some

    Verdicts are the codes eligible (people are shown: potentially eligible), ineligible, undetermined; of a
    required part also met: its own criteria are met, and the whole is not eligible.
    "failed" is over all given answers, "first_failed" is where the dialogue stops, "asked" are the
    questions up to there, in order. A missing answer is unknown.

    Of several trials there is a line a candidate and trial, with "trial" and without "asked"; the list has the columns
    of all, and what trials ask alike is one column. --template prints them, with what each asks and for which trials;
    EX-1/e3 is a question of EX-1 that cannot be told from another trial's by its name. --format matrix is a table for
    people: a row a candidate, a column a trial, each verdict in words with the criterion that excludes or those that
    are open; --output FILE.xlsx has it in colours, too, with the reasons in words on a second sheet.

    A list of before goes on: a column of a trial that is not evaluated, and known from --db or shipped, is left out,
    and standard error says so. What trials now ask each by a column of its own is taken for all of them from the one of
    before, where it is certain that they mean the same.

    Of options that can be ticked a cell has those that apply, "asthma; copd", or "none"; or each option has a
    column of its own, "history___asthma", with 1 or 0.

    With --stored there is no list: each candidate of the file who was screened or matched, and has no screening for
    this trial, is judged by the answers that are kept and that the trial asks alike, as after a trial was added. Used
    is what holds for good ("lasting": the sex, how a diagnosis was confirmed), and what only grows, as the least that
    it is by now: an age, and how long ago something was first diagnosed. So 58 rules out of a trial for ages up to 17,
    and leaves one for up to 75 open. Everything else has aged, as results, drugs and most diagnoses have, and is not
    used. A line has "screening" (the newest saved one; of who was only matched the matching, S01-M0001, and
    "screened_for" null), "verdict" (null while "questions_left" is above 0), "failed", "first_failed", and the
    questions whose answers were used so ("at_least") or have aged ("aged"). --format matrix has a row a subject; a cell
    is empty where somebody was screened for the trial already.

    Cells are read as the conversation reads what is typed. What it would ask about (no unit, 1.500 that may be
    1500, an unusual value) is not taken: the row is named on standard error and not evaluated; of several trials, for
    those that ask this question.

    A matrix has a column "faults", and standard error the first five and their number. A line whose name begins with #
    is left out.

    Exit status: 0; 1 if a row had a fault, the others still run; 2 if the list cannot be read.
    """
    from dialogs.candidates import listed

    trials = tuple(protocols_on_offer(protocol_sources).values())
    if stored:
        if file is not None or template:
            raise click.UsageError(
                "--stored takes no list or template: it evaluates what is in the file --db."
            )
        _refuse_output(form, output)
        warn_of_drafts(trials)
        found = _settled(trials, db_file, site)
        if form == "matrix":
            _write(_stored_matrix(trials, found, output), output, force=force)
        else:
            click.echo("".join(f"{_stored_line(*each)}\n" for each in found), nl=False)
        return
    portfolio = listed(trials) if form == "matrix" or len(trials) > 1 else None
    protocol = portfolio or trials[0]
    if template:
        _print_empty_list(protocol)
        return
    if file is None:
        raise click.UsageError("Please name a FILE, or - for standard input; --template prints an empty one.")
    if site is not None:
        raise click.UsageError("--site goes with --stored: a list is of no site.")
    _refuse_output(form, output)
    warn_of_drafts(trials)
    rows = _Rows(protocol, file, accept_unusual, db_file, MOST_TOLD if form == "matrix" else None)
    if portfolio is not None and form == "matrix":
        _matrix(portfolio, rows, output, force=force)
    else:
        _print_lines(protocol, rows)
    sys.exit(1 if rows.faulty else 0)


def _refuse_output(form: str, output: Path | None) -> None:
    if output is not None and (form != "matrix" or output.suffix not in (".csv", ".xlsx")):
        raise click.UsageError("--output takes the matrix, as .csv or .xlsx.")


def _settled(trials: Iterable[Protocol], db_file: str, site: str | None) -> list[tuple[Protocol, Settled]]:
    """Return each trial with each earlier subject, in the order of the trials."""
    from state.lookup import Lookup
    from state.names import refuse_unknown_site
    from state.settled import settled

    db = open_existing(db_file)
    try:
        refuse_unknown_site(db, site)
        screenings = Lookup(db)
        return [(trial, found) for trial in trials for found in settled(screenings, trial, site=site)]
    finally:
        db.conn.close()


def _stored_matrix(
    trials: Sequence[Protocol], found: Iterable[tuple[Protocol, Settled]], output: Path | None
) -> bytes:
    from bot.evaluate.matrix import stored_matrix
    from bot.wording.phrases import phrases

    table = _table(output)
    stored_matrix(trials, found, table, phrases(DEFAULT))
    return table.close()


def _stored_line(trial: Protocol, found: Settled) -> str:
    line = {
        "screening": found.number,
        "site": found.site,
        "screened_for": found.screened_for,
        "trial": trial.id,
        "verdict": found.verdict,
        "failed": found.failed,
        "first_failed": found.first_failed,
        "questions_left": found.left,
        "at_least": found.at_least,
        "aged": found.aged,
    }
    return json.dumps(line, ensure_ascii=False)


def _print_empty_list(protocol: Protocol) -> None:
    """Print it as CSV; into a file with a byte order mark, without which Excel garbles the units."""
    from bot.evaluate.verdicts import templates
    from bot.wording.phrases import phrases

    empty = next(templates(protocol, phrases(DEFAULT)))[1]
    click.echo(empty.decode("utf-8-sig" if sys.stdout.isatty() else "utf-8"), nl=False)


class _Rows:
    """The rows of a list; rows that have faults are counted, and these go to standard error, the first ``most``."""

    def __init__(
        self, protocol: Protocol, file: str, accept_unusual: bool, db_file: str, most: int | None
    ) -> None:
        from dialogs.candidates import Elsewhere

        self.protocol, self.file, self.accept_unusual = protocol, file, accept_unusual
        self.elsewhere = Elsewhere(lambda: _known(db_file))
        self.most = most
        self.faulty = self.read = self.faults = 0

    def __iter__(self) -> Iterator[Row]:
        from bot.evaluate.verdicts import left_out, said, why
        from bot.wording.phrases import phrases
        from dialogs.candidates import BadFile, shown

        say, named = phrases(DEFAULT), shown(self.file, 200)
        try:
            for row in self._rows():
                self.read += 1
                self.faulty += bool(row.faults)
                for fault in row.faults:
                    self.faults += 1
                    if self.most is None or self.faults <= self.most:
                        click.echo(f"{named}: {said(self.protocol, row, fault, say)}", err=True)
                yield row
        except BadFile as error:
            raise Unusable(f"{named}: {why(error, say)}") from error
        except OSError as error:
            raise Unusable(f"{named} cannot be read: {error.strerror}") from error
        if self.most is not None and self.faults > self.most:
            rows = say.plain("rows_with_faults", n=self.faulty)
            click.echo(f"{named}: {rows}; the column faults has all of them, {self.faults}.", err=True)
        if told := left_out(self.elsewhere, say):
            click.echo(f"{named}: {told}", err=True)
        if not self.read:
            raise Unusable(f"{named}: {say.plain('list_empty')}")

    def _rows(self) -> Iterator[Row]:
        from bot.evaluate.sheets import MAX_BYTES, read_list

        with click.open_file(self.file, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        return read_list(self.protocol, content, accept_unusual=self.accept_unusual, elsewhere=self.elsewhere)


def _known(db_file: str) -> Iterator[Protocol]:
    """Yield the trials that ship with the product, and those of the file, if it is there."""
    from dialogs.loading import load, shipped_protocols
    from state.replay import StoredProtocols

    yield from map(load, shipped_protocols())
    if Path(db_file).exists():
        db = open_existing(db_file)
        try:
            yield from StoredProtocols(db).all()
        finally:
            db.conn.close()


def _print_lines(protocol: Protocol, rows: Iterable[Row]) -> None:
    """Print what became of each row: a line, or one for each trial, if no fault concerns it."""
    from dialogs.candidates import evaluate_candidate, evaluate_several
    from dialogs.portfolio.merging import Portfolio

    for row in rows:
        if isinstance(protocol, Portfolio):
            click.echo("".join(f"{line}\n" for line in evaluate_several(protocol, row)), nl=False)
        elif not row.faults:
            click.echo(evaluate_candidate(protocol, row))


def _matrix(portfolio: Portfolio, rows: _Rows, output: Path | None, *, force: bool) -> None:
    """Write a row a candidate and a column a trial."""
    from bot.evaluate.matrix import matrix
    from bot.wording.phrases import phrases

    table = _table(output)
    matrix(portfolio, iter(rows), table, phrases(DEFAULT))
    _write(table.close(), output, force=force)


def _table(output: Path | None) -> Table:
    """Return what a matrix is written to: a workbook for a file .xlsx, else CSV."""
    from bot.evaluate.matrix import MatrixBook, MatrixCsv
    from dialogs.candidates import BadFile

    try:
        return MatrixBook() if output is not None and output.suffix == ".xlsx" else MatrixCsv()
    except BadFile as error:
        raise Unusable(
            'the workbook needs xlsxwriter; in the checkout, please run: pip install ".[xlsx]"'
        ) from error


def _write(content: bytes, output: Path | None, *, force: bool) -> None:
    """Write a matrix into a file, or as CSV to standard output."""
    from state.exports.files import written

    if output is None:
        click.echo(content.decode("utf-8-sig" if sys.stdout.isatty() else "utf-8"), nl=False)
        return
    with written(output, folder=False, force=force, databases=[]) as temporary:
        temporary.write_bytes(content)
    click.echo(output)
