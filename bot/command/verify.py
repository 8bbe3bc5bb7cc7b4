"""``prescreen verify``: is the file what was written?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from bot.command import options
from bot.command.wiring import Unusable


@click.command()
@options.database
@click.option(
    "--head",
    metavar="HASH",
    help="A chain head kept elsewhere, as printed by backup; it must be in the file.",
)
def verify(db_file: str, head: str | None) -> None:
    """Verify a file: chains, triggers, schema, references, and every verdict by replay.

    Recomputes every hash, replays every stored screening through the protocol version that it names, and
    compares verdict, first failed, all failed and unresolved. Names the first bad entries and what is wrong.
    What it cannot find without --head: a whole file replaced by an older copy of itself.

    Exit status: 0 if the file is sound, 1 if it is not, 2 if it cannot be read.
    """
    from state.audit import verify as audit
    from state.errors import StateError

    if not Path(db_file).exists():
        raise Unusable(f"{db_file}: there is no such file. Please name it with --db")
    bar: list[object] = []

    def progress(length: int) -> Callable[[int], None]:
        if not sys.stderr.isatty():
            return lambda done: None
        shown = click.progressbar(length=length, label="Verifying", file=sys.stderr)
        bar.append(shown)
        return shown.update

    try:
        report = audit(Path(db_file), head=head, progress=progress)
    except (StateError, OSError) as error:
        raise Unusable(f"{db_file} cannot be read: {error}") from error
    for problem in report.problems:
        click.echo(str(problem), err=True)
    if report.problems:
        click.echo(f"{db_file} is not sound.", err=True)
        sys.exit(1)
    click.echo(f"{report.screenings} screenings, {report.entries} log entries: sound.")
    click.echo(f"head {report.head or 'none'}")
