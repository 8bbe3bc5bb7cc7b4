"""The screening log in Datasette: to be looked at on this machine, in every language, and never to be changed.

Only three views are shown. Everything else in the file is denied, and so is SQL of one's own, by which the rest
could be reached. No connection that can write is ever opened. Datasette is an optional extra.

    requests    stands before Datasette: refuses what is not for reading here, sends lists whole
    metadata    what Datasette is told: which views are shown, which queries are ready
    pages       a page in its language; cells    words in place of codes
    templates/  how pages look
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from bot.serve.cells import NAME
from bot.serve.metadata import metadata
from bot.serve.pages import Pages
from bot.serve.requests import HOST, App, only_reading
from dialogs.protocol import Protocol
from state.database import forbid_writing
from state.standing import restrict

ROWS_AT_ONCE: Final = 20_000
LONGEST_QUERY_MS: Final = 20_000
STOP_SECONDS: Final = 3
"""How long a stop waits for what is being answered."""

_SETTINGS: Final = {
    "allow_download": False,
    "default_allow_sql": False,
    "allow_csv_stream": True,
    "suggest_facets": False,
    "max_returned_rows": ROWS_AT_ONCE,
    "sql_time_limit_ms": LONGEST_QUERY_MS,
}


class NotInstalled(Exception):
    """Datasette is not installed."""


def application(
    path: Path, names: Iterable[str], protocols: Sequence[Protocol], only: Sequence[str] = ()
) -> App:
    """Make the ASGI application. Raises `NotInstalled`.

    ``names`` are those of all tables and views of the file; ``protocols`` are those in it, the newest last. With
    ``only``, trials by their ids, nothing of any other is shown.
    """
    try:
        from datasette import hookimpl
        from datasette.app import Datasette
        from datasette.database import Database
    except ImportError as error:
        raise NotInstalled from error

    # else, where rich is installed, every "not found" is printed with the values of all variables
    vars(import_module("datasette.handle_exception"))["rich"] = None

    class ReadOnly(Database):  # type: ignore[misc]  # Datasette has no types
        """A file that nobody can write to from here, whatever else is installed."""

        def connect(self, write: bool = False) -> Any:
            if write:
                raise PermissionError("the file is only shown here")
            connection = super().connect()
            if only:
                restrict(connection, only)
            forbid_writing(connection)
            return connection

    protocols = [each for each in protocols if not only or each.id in only]
    datasette = Datasette(
        [],
        metadata=metadata(names, protocols),
        template_dir=str(Path(__file__).parent / "templates"),
        settings=dict(_SETTINGS),
    )
    datasette.add_database(ReadOnly(datasette, str(path.resolve()), is_mutable=True), name=NAME)
    hookimpl(Pages.extra_template_vars)
    _plug_in(Pages(protocols, only))
    return only_reading(datasette.app(), path, only)


def _plug_in(pages: Pages) -> None:
    """Register the plugin, in place of that of a file that was shown before in this process."""
    plugins = import_module("datasette.plugins").pm
    plugins.unregister(name="prescreen")
    plugins.register(pages, name="prescreen")


def listen(port: int) -> socket.socket:
    """Take the port, on the loopback address only; 0 takes any that is free. Raises `OSError`."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def serve(app: App, listening: socket.socket) -> None:
    """Answer until SIGINT or SIGTERM."""
    import uvicorn  # comes with Datasette

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=STOP_SECONDS
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # the server raises them again when it has stopped in order
    server.run(sockets=[listening])


__all__ = ["HOST", "NAME", "ROWS_AT_ONCE", "App", "NotInstalled", "application", "listen", "serve"]
