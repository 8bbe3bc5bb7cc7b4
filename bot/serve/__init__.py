"""The screening log in Datasette: to be looked at on this machine, in every language, and never to be changed.

Only three views are shown. Everything else in the file is denied, and so is SQL of one's own, by which the rest
could be reached. No connection that can write is ever opened. Pages have words where the file has codes, and a
number leads to its answers; what is downloaded is whole. Datasette is an optional extra.
"""

from __future__ import annotations

import asyncio
import csv
import io
import signal
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from bot.serve.metadata import metadata
from bot.serve.pages import NAME as NAME
from bot.serve.pages import Pages
from dialogs.protocol import Protocol
from state import browsing
from state.database import forbid_writing

HOST: Final = "127.0.0.1"
ROWS_AT_ONCE: Final = 20_000
ROWS_IN_A_PIECE: Final = 2_000
"""Of a download: between two pieces it is seen whether anybody still takes it."""
LONGEST_QUERY_MS: Final = 20_000
STOP_SECONDS: Final = 3
"""How long a stop waits for what is being answered."""

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class NotInstalled(Exception):
    """Datasette is not installed."""


def application(path: Path, names: Iterable[str], protocols: Sequence[Protocol]) -> App:
    """Make the ASGI application; ``protocols`` are those in the file, the newest last. Raises `NotInstalled`."""
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
            forbid_writing(connection)
            return connection

    datasette = Datasette(
        [],
        metadata=metadata(names, protocols),
        template_dir=str(Path(__file__).parent),
        settings={
            "allow_download": False,
            "default_allow_sql": False,
            "allow_csv_stream": True,
            "max_returned_rows": ROWS_AT_ONCE,
            "sql_time_limit_ms": LONGEST_QUERY_MS,
        },
    )
    datasette.add_database(ReadOnly(datasette, str(path.resolve()), is_mutable=True), name=NAME)
    plugins = import_module("datasette.plugins").pm
    plugins.unregister(name="prescreen")  # of a file that was shown before in this process
    for hook in (Pages.render_cell, Pages.extra_template_vars):
        hookimpl(hook)
    plugins.register(Pages(protocols), name="prescreen")
    return _guarded(datasette.app(), path)


def _guarded(app: App, path: Path) -> App:
    """Refuse what is not for reading here, and give lists whole.

    Requests under another name are refused: pages elsewhere cannot reach in through the browser. Datasette's pages
    about itself are closed (they tell paths of this machine). Its CSV has one page of a list unless it is streamed.
    """

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rpartition(":")[0]
            if host not in (HOST, "localhost") or scope["method"] not in ("GET", "HEAD"):
                await _answer(send, 403, b"Only to be read, and only on this machine.\n")
                return
            if scope["path"] in ("", "/"):
                await _answer(send, 302, b"", (b"location", f"/{NAME}".encode()))
                return
            if "/-/" in scope["path"] and not scope["path"].startswith("/-/static/"):
                await _answer(send, 404, b"There is no such page.\n")
                return
            if scope["path"].endswith(".csv"):
                if await _download(scope, receive, send, path):
                    return
                scope = {**scope, "query_string": _whole(scope["query_string"])}
        await app(scope, receive, send)

    return guarded


async def _download(scope: Scope, receive: Any, send: Any, path: Path) -> bool:
    """Send a whole list, as long as somebody takes it; ``False`` for what is asked of it in Datasette's own ways."""
    view = scope["path"].removeprefix(f"/{NAME}/").removesuffix(".csv")
    pairs = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
    asked = {key.removesuffix("__exact"): value for key, value in pairs if not key.startswith("_")}
    rows = browsing.whole(path, view, asked)
    # one thread for one download: a connection of SQLite belongs to the thread that opened it
    with ThreadPoolExecutor(1) as reading:
        take = partial(asyncio.get_running_loop().run_in_executor, reading, _lines, rows)
        try:
            text = await take()
        except KeyError:
            return False
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            kind = (b"content-type", b"text/csv; charset=utf-8")
            await send({"type": "http.response.start", "status": 200, "headers": [kind]})
            while text and not gone.done():
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
                text = await take()
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            reading.submit(rows.close)
    return True


def _lines(rows: Iterator[tuple[object, ...]]) -> str:
    """Write the next rows as CSV; nothing when there are none."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(islice(rows, ROWS_IN_A_PIECE))
    return text.getvalue()


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": body})


def _whole(query: bytes) -> bytes:
    """Ask for all rows, from the first, whatever page the link stood on."""
    kept = [
        pair
        for pair in parse_qsl(query.decode(), keep_blank_values=True)
        if pair[0] not in ("_size", "_next")
    ]
    return urlencode([*kept, ("_stream", "on")]).encode()


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
