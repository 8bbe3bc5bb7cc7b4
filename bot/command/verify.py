"""``prescreen verify``: is the file what was written?"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.progress import Bar
from bot.command.wiring import Unusable
from dialogs.languages import counted

if TYPE_CHECKING:
    from state.verify import Problem, Report

SHOWN_ALIKE: Final = 20
"""Of findings that say the same of different places, so many are named; the rest are counted."""
_WORDS: Final = {
    "started": ("screening started", "screenings started"),
    "verdict": ("verdict", "verdicts"),
    "cancelled": ("cancelled", "cancelled"),
    "reopened": ("reopened", "reopened"),
    "amended": ("amended", "amended"),
    "noted": ("query, outcome or disagreement noted", "queries, outcomes or disagreements noted"),
    "person": ("change to people", "changes to people"),
    "invitation": ("act on an invitation", "acts on invitations"),
    "site": ("site", "sites"),
    "export": ("export", "exports"),
    "reviewed": ("reviewed protocol served", "reviewed protocols served"),
    "trial": ("trial opened, paused or closed", "trials opened, paused or closed"),
    "backup": ("backup", "backups"),
    "backup verified": ("backup verified", "backups verified"),
    "purge": ("purge", "purges"),
    "merge": ("merge", "merges"),
}


@click.command("verify")
@options.database
@click.option(
    "--head",
    metavar="HASH",
    help="A head that was kept elsewhere, whole or its first 12 characters or more; it must be in the file.",
)
def command(db_file: str, head: str | None) -> None:
    """Verify a file: chains, triggers, schema, references, and every verdict by replay.

    Recomputes every hash, replays every stored screening through the protocol version that it names, and
    compares verdict, first failed, all failed and unresolved. Names what it finds, the first finding first.
    Whoever can recompute all hashes can make a file that is sound in itself, such as an older copy of it.
    A head that left the file before tells: each backup and export prints one, each night's backup sends one to
    the administrators, and status shows the newest. With --head it says also what was added since.

    Exit status: 0 if the file is sound, 1 if it is not, 2 if it cannot be read.
    """
    from state.errors import StateError
    from state.verify import verify
    from state.verify.register import ABBREVIATED

    if head is not None and len(head.strip()) < ABBREVIATED:
        raise Unusable(f"--head {head}: please give at least {ABBREVIATED} characters of it")
    if not Path(db_file).exists():
        raise Unusable(f"{db_file}: there is no such file. Please name it with --db")
    bar = Bar("Verifying")
    try:
        report = verify(Path(db_file), head=head, progress=bar.start)
    except (StateError, OSError) as error:
        said = str(error)
        raise Unusable(said if db_file in said else f"{db_file} cannot be read: {said}") from error
    finally:
        bar.finish()
    for line in _findings(report.problems):
        click.echo(line, err=True)
    if report.problems:
        click.echo(f"{db_file} is not sound.", err=True)
        sys.exit(1)
    _tell(report)


def verified(report: Report) -> str:
    """Say how many screenings, and matchings if there are some, were verified."""
    screenings = counted(report.screenings, "screening", "screenings")
    if not report.matchings:
        return screenings
    return f"{screenings} and {counted(report.matchings, 'matching', 'matchings')}"


def _tell(report: Report) -> None:
    entries = counted(report.entries, "log entry", "log entries")
    click.echo(f"{verified(report)}, {entries}: sound.")
    if report.since is not None:
        click.echo(f"since that head: {_counted(report.since)}")
    click.echo(
        f"head {report.head}" if report.head else "no head yet: this file has recorded nothing of its own"
    )


def _findings(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield all findings, the first one first; of many that are alike, how many more there are."""
    alike: Counter[str] = Counter()
    for problem in problems:
        alike[problem.fault] += 1
        if alike[problem.fault] <= SHOWN_ALIKE:
            yield _printable(str(problem))
    for fault, count in alike.items():
        if count > SHOWN_ALIKE:
            yield _printable(f"and {count - SHOWN_ALIKE} more places: {fault}")


def _printable(text: str) -> str:
    """Whatever stands in a damaged file does not reach the terminal as it is."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _counted(since: Counter[str]) -> str:
    if not since:
        return "nothing was added"
    kinds = [*_WORDS, *sorted(since.keys() - _WORDS.keys() - {"numbers"})]
    return ", ".join(counted(since[kind], *_WORDS.get(kind, (kind, kind))) for kind in kinds if since[kind])
