"""``prescreen serve``: the screening log in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command import options
from bot.command.wiring import Unusable

if TYPE_CHECKING:
    from bot.serve import App


@click.command("serve")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="On 127.0.0.1 only; 0 takes any that is free.",
)
@options.database
def command(port: int, db_file: str) -> None:
    """Show the screening log in a browser on this machine, read-only, by Datasette.

    The screening log comes first; a screening's number leads to what is known of it and to its answers. The open
    items, the answers, the counts (those of prescreen stats), the reasons and the outcomes are a click away, in
    the language of the browser or the one that is chosen there. Lists can be filtered, sorted and downloaded as
    CSV, always whole. Nothing can be written; people, accounts and invitations are not shown. Stops at SIGINT or
    SIGTERM.

    Datasette is an optional extra; in the checkout: pip install '.[serve]'
    """
    from bot import serve

    app = _application(db_file)
    try:
        listening = serve.listen(port)
    except OSError as error:
        raise Unusable(f"port {port} cannot be used: {error.strerror}. Give another by --port") from error
    with listening:
        click.echo(f"Screening log: http://{serve.HOST}:{listening.getsockname()[1]}/{serve.NAME}")
        serve.serve(app, listening)


def _application(db_file: str) -> App:
    from bot import serve
    from state import browsing
    from state.database import connect
    from state.replay import StoredProtocols

    db = connect(db_file, read_only=True)
    names = browsing.tables_and_views(db)
    ours = names.issuperset(browsing.NEEDED)
    older, protocols = (browsing.is_older(db), StoredProtocols(db).all()) if ours else (False, [])
    db.close()
    if not ours:
        raise Unusable(f"{db_file} is not a file of screenings")
    if older:
        raise Unusable(f"{db_file} was written by an earlier version; please run prescreen stats on it once")
    try:
        return serve.application(Path(db_file), names, protocols)
    except serve.NotInstalled:
        raise Unusable("Datasette is not installed; in the checkout, run: pip install '.[serve]'") from None
