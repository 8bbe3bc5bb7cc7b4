"""``prescreen status``: how the file and the bot are."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command import options

if TYPE_CHECKING:
    from state.status import Status


@click.command("status")
@options.database
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(db_file: str, form: str) -> None:
    """Show how the file and the bot are: last poll, queue, open dialogues, last backup, chain head, disk.

    Exit status: 0 if the bot runs and polls, 1 if it does not, 2 if the file cannot be read.
    """
    from state.status import status

    found = status(Path(db_file))
    if form == "json":
        click.echo(json.dumps(asdict(found)))
    else:
        click.echo("\n".join(f"{name:<17}{said}" for name, said in _lines(found)))
    sys.exit(0 if found.running else 1)


def _lines(found: Status) -> Iterator[tuple[str, str]]:
    yield "bot", "runs and polls" if found.running else "does not run, or does not reach Telegram"
    beat = found.heartbeat
    if beat is not None:
        yield "last poll", "never" if beat.since_poll is None else f"{beat.since_poll:.0f} s before {beat.at}"
        yield "oldest update", f"waits {beat.queue_age:.1f} s"
    yield "screenings", f"{found.screenings}, {found.open_dialogues} open"
    yield "last backup", found.last_backup or "none"
    yield "chain head", found.head or "none"
    yield "disk", f"{found.free_bytes // 1_000_000} MB free, file {found.size_bytes // 1000} kB"
