"""Stands before Datasette: refuses every request that is not for reading here, and sends lists whole.

Requests under another name are refused, so that pages elsewhere cannot reach in through the browser. Datasette's pages
about itself are closed (they tell paths of this machine). Its CSV has one page of a list unless it is streamed.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from bot.serve.cells import NAME
from bot.serve.pages import COOKIE
from dialogs.languages import LANGUAGES
from state import browsing
from state.exports.spreadsheet import Csv

HOST: Final = "127.0.0.1"
CHOICE: Final = "/-/language/"
"""Before the language that is chosen on a page."""
COOKIE_SECONDS: Final = 365 * 86_400
ROWS_IN_A_PIECE: Final = 2_000
"""Of a download: between two pieces it is seen whether anybody still takes it."""

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
"""An ASGI application (https://asgi.readthedocs.io)."""


def only_reading(app: App, path: Path, trials: Sequence[str] = ()) -> App:
    """Wrap Datasette's application, which shows the file at `path`, or of it some trials alone."""

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif not _may_ask(scope):
            await _answer(send, 403, b"Only to be read, and only on this machine.\n")
        elif scope["path"].rstrip("/") in ("", f"/{NAME}"):
            await _answer(send, 302, b"", (b"location", f"/{NAME}/{browsing.SHOWN[0]}".encode()))
        elif scope["path"].startswith(CHOICE):
            await _choose_language(scope, send)
        elif "/-/" in scope["path"] and not scope["path"].startswith("/-/static/"):
            await _answer(send, 404, b"There is no such page.\n")
        elif not scope["path"].endswith(".csv"):
            await app(scope, receive, send)
        elif not await _download(scope, receive, send, path, trials):
            await app({**scope, "query_string": _streamed(scope["query_string"])}, receive, send)

    return guarded


def _may_ask(scope: Scope) -> bool:
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rpartition(":")[0]
    return host in (HOST, "localhost") and scope["method"] in ("GET", "HEAD")


async def _answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _choose_language(scope: Scope, send: Any) -> None:
    """Keep the language in the browser, and go back to the page on which it was chosen."""
    code = scope["path"].removeprefix(CHOICE)
    if code not in LANGUAGES:
        await _answer(send, 404, b"There is no such page.\n")
        return
    page = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("page", "")
    location = quote(page, safe="/?&=%") if page.startswith(f"/{NAME}/") else f"/{NAME}"
    kept = f"{COOKIE}={code}; Path=/; SameSite=Lax; Max-Age={COOKIE_SECONDS}"
    await _answer(send, 302, b"", (b"location", location.encode()), (b"set-cookie", kept.encode()))


def _streamed(query: bytes) -> bytes:
    """Ask Datasette for all rows, from the first, whatever page the link stood on."""
    pairs = parse_qsl(query.decode(), keep_blank_values=True)
    kept = [pair for pair in pairs if pair[0] not in ("_size", "_next")]
    return urlencode([*kept, ("_stream", "on")]).encode()


# downloads ---------------------------------------------------------------------------------------


async def _download(scope: Scope, receive: Any, send: Any, path: Path, trials: Sequence[str]) -> bool:
    """Send a whole list as CSV; ``False`` for what only Datasette's own CSV can do."""
    view = scope["path"].removeprefix(f"/{NAME}/").removesuffix(".csv")
    pairs = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
    asked = {key.removesuffix("__exact"): value for key, value in pairs if not key.startswith("_")}
    rows = browsing.whole(path, view, asked, trials)
    # one thread for one download: a connection of SQLite belongs to the thread that opened it
    with ThreadPoolExecutor(1) as reading:
        take = partial(asyncio.get_running_loop().run_in_executor, reading, _next_lines, rows)
        try:
            first = await take()
        except KeyError:
            return False
        try:
            await _send_csv(first, take, receive, send)
        finally:
            reading.submit(rows.close)
    return True


async def _send_csv(text: str, take: Callable[[], Awaitable[str]], receive: Any, send: Any) -> None:
    """Send text, and what `take` returns until that is nothing, as long as somebody receives it."""
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


def _next_lines(rows: Iterator[tuple[object, ...]]) -> str:
    """Write the next rows as CSV; nothing when there are none."""
    text = io.StringIO(newline="")
    table = Csv(text)
    for row in islice(rows, ROWS_IN_A_PIECE):
        table.add(row)
    return text.getvalue()


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
