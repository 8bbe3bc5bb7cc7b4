"""``/healthz`` on loopback: what `prescreen status` says, as JSON; 200 if the bot polls, else 503."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

from aiohttp import web

from state.errors import StateError
from state.health import look

HOST: Final = "127.0.0.1"


async def serve_health(database: Path, port: int) -> web.AppRunner:
    """Serve until the runner is cleaned up."""

    async def healthz(request: web.Request) -> web.Response:
        try:
            health = look(database)
        except (StateError, OSError):
            return web.json_response({"running": False}, status=503)
        return web.json_response(asdict(health), status=200 if health.running else 503)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
