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
    from state.health import Health


@click.command("status")
@options.database
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(db_file: str, form: str) -> None:
    """Show how the file and the bot are: last poll, queue, open dialogues, last backup, chain head, disk.

    Exit status: 0 if the bot runs and polls, 1 if it does not, 2 if the file cannot be read.
    """
    from state.health import look

    health = look(Path(db_file))
    if form == "json":
        click.echo(json.dumps(asdict(health)))
    else:
        click.echo("\n".join(f"{name:<17}{said}" for name, said in _lines(health)))
    sys.exit(0 if health.running else 1)


def _lines(health: Health) -> Iterator[tuple[str, str]]:
    yield "bot", "runs and polls" if health.running else "does not run, or does not reach Telegram"
    beat = health.heartbeat
    if beat is not None:
        yield "last poll", "never" if beat.since_poll is None else f"{beat.since_poll:.0f} s before {beat.at}"
        yield "oldest update", f"waits {beat.queue_age:.1f} s"
    yield "screenings", f"{health.screenings}, {health.open_dialogues} open"
    yield "last backup", health.last_backup or "none"
    yield "chain head", health.head or "none"
    yield "disk", f"{health.free_bytes // 1_000_000} MB free, file {health.size_bytes // 1000} kB"
