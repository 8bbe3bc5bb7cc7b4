"""``/healthz`` on loopback: what `prescreen status` says, as JSON; 200 if the bot polls, else 503.

Asked by another name than this machine's (a page elsewhere whose name leads here), it says nothing: 403. It looks
at the file in a thread, on a connection of its own: the bot never waits for it, nor it for the bot.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.telegram.stopping import HEALTH_SECONDS
from state.errors import StateError
from state.status import status

HOST: Final = "127.0.0.1"
_OURS: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)


class Health:
    """Answers one request at a time: each reads the file in a thread."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._one_at_a_time = asyncio.Lock()

    async def answer(self, request: web.Request) -> web.Response:
        if not _OURS.fullmatch(request.headers.get("Host", "")):
            return web.json_response({"error": "ask for 127.0.0.1 or localhost"}, status=403)
        try:
            async with self._one_at_a_time:
                found = await asyncio.to_thread(status, self._database)
        except (StateError, OSError):
            return web.json_response({"running": False}, status=503)
        return web.json_response(asdict(found), status=200 if found.running else 503)


async def serve_health(database: Path, port: int) -> web.AppRunner:
    """Serve until the runner is cleaned up. Raises `OSError` where nobody can listen."""
    app = web.Application()
    app.router.add_get("/healthz", Health(database).answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=HEALTH_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
