"""``prescreen export``: screenings as files for the trial office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from bot.command import options
from bot.command.progress import Bar
from bot.command.wiring import Unusable, open_existing
from dialogs.languages import counted
from state.exports import FORMATS, Exported, Mixed, Selection


@click.command("export")
@options.database
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="csv",
    show_default=True,
    help="; ".join(f"{name}: {chosen.summary}" for name, chosen in FORMATS.items()) + ".",
)
@options.selection
@click.option("--output", type=click.Path(path_type=Path), help="File, or folder for sdtm and parquet.")
@click.option("--ndjson", is_flag=True, help="With fhir: a resource a line instead of one Bundle.")
@options.as_of
@click.option("--force", is_flag=True, help="Replace the output if it exists.")
def command(
    db_file: str,
    format_name: str,
    output: Path | None,
    ndjson: bool,
    as_of: datetime | None,
    force: bool,
    **selected: str | datetime | None,
) -> None:
    """Export screenings for the trial office.

    Takes the screenings that were saved or cancelled, as they are at this moment, while the bot goes on. Every
    export is recorded: who, when, format, filter, number of rows, SHA-256. It says as of when it is: with that
    moment as --as-of, the same command gives the same bytes again, whatever was recorded since.

    Without --output the file is named after format, trial, day and filter; of several trials each has a file of its
    own, since a sponsor is sent nothing of another's. With --output, choose one by --protocol. Filters that leave
    nothing are no export: the command says why, writes nothing, and exits with 2.

    \b
    Examples:
      prescreen export                                     # the pre-screening log, CSV for Excel
      prescreen export --format xlsx --site S01 --output s01.xlsx
      prescreen export --format sdtm --since 2026-11-01 --until 2026-11-30 --output november/
      prescreen export --format answers --verdict ineligible

    Exit status: 0, or 2 if nothing is selected, or the file or the output cannot be used.
    """
    from state.errors import StateError
    from state.exports import export

    by = _local_person(db_file)
    chosen = _format(format_name, ndjson=ndjson)
    bar = Bar(f"Writing {output.name if output else chosen}")

    def write(selection: Selection) -> Exported:
        return export(
            Path(db_file),
            chosen,
            output,
            selection,
            by=by,
            force=force,
            as_of=as_of,
            progress=bar.start,
        )

    try:
        files = _of_each_trial(write, options.selected(selected), named=output is not None)
    except StateError as error:
        raise Unusable(str(error)) from error
    finally:
        bar.finish()
    for exported in files:
        _tell(exported)


def _of_each_trial(
    write: Callable[[Selection], Exported], selection: Selection, *, named: bool
) -> list[Exported]:
    """Write what is selected; of several trials a file each, unless there is a name for one only."""
    try:
        return [write(selection)]
    except Mixed as error:
        if named:
            raise
        return [write(replace(selection, protocol=trial)) for trial in error.trials]


def _format(name: str, *, ndjson: bool) -> str:
    if ndjson and name != "fhir":
        raise click.UsageError(f"--ndjson goes with --format fhir, not {name}.")
    return "fhir-ndjson" if ndjson else name


def _tell(exported: Exported) -> None:
    rows = counted(exported.rows, "row", "rows")
    screenings = counted(exported.screenings, "screening", "screenings")
    click.echo(f"{exported.path}: {rows} of {screenings}")
    click.echo(f"As of {exported.as_of}")
    click.echo(f"SHA-256 {exported.sha256}")
    click.echo(f"Head {exported.entered}")


def _local_person(db_file: str) -> str | None:
    """Return the code of the person at this terminal, if the file knows one."""
    from state.people import People

    db = open_existing(db_file)
    try:
        person = People(db).find("terminal", "local")
    finally:
        db.conn.close()
    return person.code if person else None
