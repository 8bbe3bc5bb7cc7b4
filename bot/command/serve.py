"""``prescreen serve``: the screening log in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command import options
from bot.command.wiring import Unusable


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="On 127.0.0.1 only; 0 takes any that is free.",
)
@options.database
def serve(port: int, db_file: str) -> None:
    """Show the screening log in a browser on this machine, read-only, by Datasette.

    The screening log, the answers and the open items can be browsed, filtered, counted and downloaded as CSV,
    with ready-made queries in both languages. Nothing can be written; people, accounts and invitations are
    not shown, and there is no SQL of one's own. Stops at SIGINT or SIGTERM.

    Datasette is an optional extra: pip install 'prescreen-bot[serve]'
    """
    from bot import serving
    from state.database import connect

    db = connect(db_file, read_only=True)
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    db.close()
    if not names or not serving.SHOWN.keys() <= set(names):
        raise Unusable(f"{db_file} is not a file of screenings")
    try:
        app = serving.application(Path(db_file), names)
    except serving.NotInstalled:
        raise Unusable("Datasette is not installed; run: pip install 'prescreen-bot[serve]'") from None
    try:
        listening = serving.listen(port)
    except OSError as error:
        raise Unusable(f"port {port} cannot be used: {error.strerror}. Give another by --port") from error
    with listening:
        click.echo(f"Screening log: http://{serving.HOST}:{listening.getsockname()[1]}/{serving.NAME}")
        serving.serve(app, listening)
