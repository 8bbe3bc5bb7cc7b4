"""``prescreen status``: how the file and the bot are."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from bot.command import options


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
        beat = health.heartbeat
        click.echo(
            f"bot              {'runs and polls' if health.running else 'does not run, or does not reach Telegram'}"
        )
        if beat is not None:
            since = "never" if beat.since_poll is None else f"{beat.since_poll:.0f} s before {beat.at}"
            click.echo(f"last poll        {since}\noldest update    waits {beat.queue_age:.1f} s")
        click.echo(f"screenings       {health.screenings}, {health.open_dialogues} open")
        click.echo(f"last backup      {health.last_backup or 'none'}")
        click.echo(f"chain head       {health.head or 'none'}")
        click.echo(
            f"disk             {health.free_bytes // 1_000_000} MB free, file {health.size_bytes // 1000} kB"
        )
    sys.exit(0 if health.running else 1)
