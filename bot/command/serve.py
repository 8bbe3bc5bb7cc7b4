"""``prescreen serve``: the screening log in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command import options
from bot.command.wiring import Unusable, protocols_on_offer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.serve import App
    from dialogs.protocol import Protocol


@click.command("serve")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="On 127.0.0.1 only; 0 takes any that is free.",
)
@click.option(
    "--protocol",
    "trials",
    multiple=True,
    metavar="FILE|FOLDER|ID",
    help="Show this trial alone; a folder: those in it. Can be given several times [default: all in the file].",
)
@options.database
def command(port: int, trials: tuple[str, ...], db_file: str) -> None:
    """Show the screening log in a browser on this machine, read-only, by Datasette.

    The screening log comes first; a screening's number leads to what is known of it and to its answers. The open
    items, the answers, the counts (those of prescreen stats), the reasons and the outcomes are a click away, in
    the language of the browser or the one that is chosen there. Lists can be filtered, sorted and downloaded as
    CSV, always whole. With --protocol all of it is of these trials alone, and nothing says of a subject that it
    was screened for another. Nothing can be written; people, accounts and invitations are not shown. Stops at
    SIGINT or SIGTERM.

    Datasette is an optional extra; in the checkout: pip install '.[serve]'
    """
    from bot import serve

    app = _application(db_file, trials)
    try:
        listening = serve.listen(port)
    except OSError as error:
        raise Unusable(f"port {port} cannot be used: {error.strerror}. Give another by --port") from error
    with listening:
        click.echo(f"Screening log: http://{serve.HOST}:{listening.getsockname()[1]}/{serve.NAME}")
        serve.serve(app, listening)


def _application(db_file: str, trials: tuple[str, ...]) -> App:
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
        return serve.application(Path(db_file), names, protocols, _shown(trials, protocols, db_file))
    except serve.NotInstalled:
        raise Unusable("Datasette is not installed; in the checkout, run: pip install '.[serve]'") from None


def _shown(given: Iterable[str], protocols: Iterable[Protocol], db_file: str) -> list[str]:
    """Return the ids of the trials that are to be shown alone; with none given, none: all are shown."""
    from dialogs.loading import shipped_protocols
    from state.names import suggested

    stored = list(dict.fromkeys(each.id for each in protocols))
    found: list[str] = []
    for trial in given:
        if trial in stored:
            found.append(trial)
        elif trial in shipped_protocols() or trial.endswith(".toml") or Path(trial).is_dir():
            found += [each.id for each in protocols_on_offer([trial]).values()]
        else:
            known = suggested(trial, stored, "there are some for", "there is none at all")
            raise Unusable(f"{db_file} has no screening for {trial}; {known}")
    return list(dict.fromkeys(found))
