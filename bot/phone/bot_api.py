"""The bot's side of the server: Telegram's HTTP protocol.

Each call is counted and answered in Telegram's form: ``ok`` and ``result``, or ``error_code`` and
``description``.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from typing import Any, Final

from aiohttp import web

from bot.phone.methods import METHODS
from bot.phone.parameters import Parameters, read_parameters
from bot.phone.refusals import Refused
from bot.phone.world import Json, World

_TOKEN: Final = re.compile(r"\d+:[\w-]+")


class BotApi:
    """Answers calls. `calls` counts them by method, `refusals` by status."""

    def __init__(self, world: World, token: str) -> None:
        self.world = world
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[int] = Counter()
        self._token = token

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        self.calls[method] += 1
        try:
            self._check_token(request)
            result = await self._result(method, await read_parameters(request))
        except Refused as refused:
            self.refusals[refused.code] += 1
            return refusal(refused)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if hmac.compare_digest(token.encode(), self._token.encode()):
            return
        raise Refused(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refused(404, "Not Found")

    async def _result(self, method: str, asked: Parameters) -> Any:
        if method == "getupdates":
            return await self._get_updates(asked)
        handler = METHODS.get(method)
        if handler is None:
            raise Refused(404, "Not Found")
        return handler(self.world, asked)

    async def _get_updates(self, asked: Parameters) -> list[Json]:
        return await self.world.updates.get(
            asked.integer("offset"),
            asked.integer("limit", 100),
            asked.seconds("timeout"),
            asked.structure("allowed_updates"),
        )

    async def _file(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
        except Refused as refused:
            return refusal(refused)
        file = self.world.files.get(request.match_info["path"].removeprefix("documents/"))
        if file is None:
            return refusal(Refused(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")


def refusal(refused: Refused) -> web.Response:
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)
