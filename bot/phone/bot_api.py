"""The bot's side of the server: Telegram's HTTP protocol, with the faults and the latency asked for.

Each call is counted and answered in Telegram's form: ``ok`` and ``result``, or ``error_code`` and
``description``.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections import Counter
from typing import Any, Final

from aiohttp import web

from bot.phone.faults import REFUSALS, Fault, Faults
from bot.phone.methods import METHODS
from bot.phone.parameters import Parameters, read_parameters
from bot.phone.refusals import Refused
from bot.phone.world import Json, World

_TOKEN: Final = re.compile(r"\d+:[\w-]+")


class _AnsweredInstead(Exception):
    """A fault answered the call."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.response = web.Response(status=fault.status, text=fault.body, content_type="application/json")


class BotApi:
    """Answers calls. `latency` is the network time in seconds of each, half of it on the way to the server."""

    def __init__(self, world: World, faults: Faults, token: str, latency: float) -> None:
        self.world = world
        self.faults = faults
        self.latency = latency
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
            asked = await read_parameters(request)
            await self._pass_time(self.latency / 2)
            result = await self._do(request, method, asked)
        except Refused as refused:
            self.refusals[refused.code] += 1
            return refusal(refused)
        except _AnsweredInstead as instead:
            return instead.response
        finally:
            await self._pass_time(self.latency / 2)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if hmac.compare_digest(token.encode(), self._token.encode()):
            return
        raise Refused(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refused(404, "Not Found")

    async def _do(self, request: web.Request, method: str, asked: Parameters) -> Any:
        fault = self.faults.strike(method, self._chat(asked))
        if fault is not None:
            await self._strike_before(fault, request)
        result = await self._result(method, asked)
        if fault is not None and fault.kind == "drop_after":
            _drop(request)
        if fault is not None and fault.kind == "delay_after":
            await asyncio.sleep(fault.seconds)
        return result

    async def _strike_before(self, fault: Fault, request: web.Request) -> None:
        if fault.kind in REFUSALS:
            raise REFUSALS[fault.kind](fault)
        if fault.kind == "answer":
            raise _AnsweredInstead(fault)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "drop_before":
            _drop(request)
            raise Refused(502, "Bad Gateway")  # nobody is there to read it

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

    def _chat(self, asked: Parameters) -> int | None:
        """Return the chat that a call is about, by which faults are chosen."""
        query = self.world.queries.get(str(asked.given.get("callback_query_id")))
        if query is not None:
            return query.chat
        try:
            return int(asked.given["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None

    async def _pass_time(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.sleep(seconds)

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


def _drop(request: web.Request) -> None:
    """Cut the connection, as a network does."""
    if request.transport is not None:
        request.transport.abort()
