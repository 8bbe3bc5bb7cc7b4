"""The server: Telegram's HTTP protocol for the bot, the phone page for people; loopback only.

Requests from other web pages are refused by their Host and Origin, so that nothing else in the browser can
drive a trial.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from bot.phone.faults import Fault, Faults
from bot.phone.methods import Methods, Refused, Upload
from bot.phone.page import Page
from bot.phone.world import Json, Person, Persona, World

HOST: Final = "127.0.0.1"
MAX_UPLOAD: Final = 50 * 1024 * 1024
MAX_POLL_SECONDS: Final = 50.0
MAX_BATCH: Final = 100
REMEMBERED: Final = 200
"""Acknowledged updates that can be delivered again."""

__all__ = ["Fault", "LocalBotApi", "Person", "Persona"]


class LocalBotApi:
    """A Bot API server for one bot. `personas` are the people of the phone page, `note` what it says of the file."""

    def __init__(
        self,
        *,
        token: str,
        personas: Sequence[Persona] = (),
        note: str | dict[str, str] = "",
        port: int = 0,
        seed: int = 0,
        latency: float = 0.0,
        kept: int = 500,
        name: str = "Trial pre-screening",
    ) -> None:
        self.token = token
        self.port = port
        self.world = World(kept=kept)
        self.faults = Faults(seed)
        self.latency = latency
        self.repeat = 0.0
        """Probability that an answer to getUpdates brings acknowledged updates once more."""
        self.counts: Counter[str] = Counter()
        bot = {
            "id": int(token.partition(":")[0]), "is_bot": True, "first_name": name, "username": "prescreen_local_bot",
            "can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False,
        }  # fmt: skip
        self.methods = Methods(self.world, bot)
        for persona in personas:
            self.world.person(persona)
        self.page = Page(self.world, self.methods, personas, note)
        self._poll: asyncio.Task[Any] | None = None
        self._acknowledged: deque[Json] = deque(maxlen=REMEMBERED)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def person(self, id: int, first_name: str = "Someone", language_code: str = "en") -> Person:  # noqa: A002
        """Give somebody a phone."""
        return self.world.person(Persona(id, first_name, language=language_code))

    # life ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        app = web.Application(client_max_size=MAX_UPLOAD, middlewares=[self._guard])
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path}", self._file)
        app.router.add_post("/phone/control", self._control)
        self.page.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self.page.close()
        if self._poll is not None:
            self._poll.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> LocalBotApi:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        names = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        origin = request.headers.get("Origin")
        if request.host not in names or (origin is not None and origin.removeprefix("http://") not in names):
            return web.json_response({"ok": False, "error_code": 403, "description": "Forbidden"}, status=403)
        return await handler(request)

    # the Bot API ---------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        self.counts[method] += 1
        if request.match_info["token"] != self.token:
            return _refuse(Refused(401, "Unauthorized"))
        params, files = await _read(request)
        chat = _whole(params.get("chat_id"))
        fault = self.faults.strike(method, chat)
        if self.latency and method != "getupdates":
            await asyncio.sleep(self.latency)
        try:
            if fault is not None:
                await self._before(fault, request)
            if method == "getupdates":
                return _answer(await self._get_updates(params))
            if method not in self.methods.table:
                raise Refused(404, "Not Found")
            result = self.methods.table[method](params, files)
        except Refused as refused:
            return _refuse(refused)
        if fault is not None and fault.kind == "drop_after":
            _drop(request)
        return _answer(result)

    async def _before(self, fault: Fault, request: web.Request) -> None:
        """Let a fault strike before the method runs."""
        match fault.kind:
            case "delay":
                await asyncio.sleep(fault.seconds)
            case "too_many_requests":
                after = max(1, round(fault.seconds))
                raise Refused(429, f"Too Many Requests: retry after {after}", retry_after=after)
            case "server_error":
                raise Refused(500, "Internal Server Error")
            case "drop_before":
                _drop(request)
                raise Refused(500, "dropped")
            case "not_modified":
                raise Refused(400, "Bad Request: message is not modified")
            case "too_old":
                raise Refused(400, "Bad Request: query is too old and response timeout expired")
            case "blocked":
                raise Refused(403, "Forbidden: bot was blocked by the user")
            case "drop_after":
                return

    async def _get_updates(self, params: dict[str, Any]) -> list[Json]:
        """Long polling: `offset` acknowledges all below it; a second poll ends the first with 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.cancel()
        mine: asyncio.Task[list[Json]] = asyncio.ensure_future(self._wait_for_updates(params))
        self._poll = mine
        try:
            return await mine
        except asyncio.CancelledError:
            if self._poll is mine:
                raise
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            ) from None

    async def _wait_for_updates(self, params: dict[str, Any]) -> list[Json]:
        world, offset = self.world, _whole(params.get("offset")) or 0
        limit = min(max(_whole(params.get("limit")) or MAX_BATCH, 1), MAX_BATCH)
        if offset < 0:
            while len(world.updates) > -offset:
                world.updates.popleft()
        while world.updates and offset > world.updates[0]["update_id"]:
            self._acknowledged.append(world.updates.popleft())
        timeout = min(float(params.get("timeout") or 0), MAX_POLL_SECONDS)
        if not world.updates and timeout:
            world.arrived.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await world.arrived.wait()
        batch = [world.updates[index] for index in range(min(limit, len(world.updates)))]
        if self.repeat and self._acknowledged and self.faults.random.random() < self.repeat:
            again = self.faults.random.sample(list(self._acknowledged), min(3, len(self._acknowledged)))
            batch = [*again, *batch]
        self.world.delivered += len(batch)
        return batch

    async def _file(self, request: web.Request) -> web.StreamResponse:
        upload = self.methods.files.get(request.match_info["path"])
        if request.match_info["token"] != self.token or upload is None:
            return _refuse(Refused(404, "Not Found"))
        return web.Response(body=upload.content, content_type="application/octet-stream")

    # control from another process ----------------------------------------------------------------

    async def _control(self, request: web.Request) -> web.StreamResponse:
        """Faults and figures for a test or a soak in another process."""
        wanted = await request.json()
        if "faults" in wanted:
            self.faults.table = [Fault(**fault) for fault in wanted["faults"]]
        self.repeat = wanted.get("repeat", self.repeat)
        self.latency = wanted.get("latency", self.latency)
        figures = {
            "calls": dict(self.counts),
            "faults": self.faults.struck,
            "deliveries": self.world.delivered,
        }
        return web.json_response(figures)


def _whole(value: object) -> int | None:
    try:
        return int(value)  # type: ignore[call-overload,no-any-return]
    except (TypeError, ValueError):
        return None


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Read parameters from wherever Telegram takes them: query, form, multipart, JSON."""
    params: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        params |= await request.json()
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = Upload(value.filename, value.file.read(), value.content_type)
            else:
                params[name] = value
    for name in ("reply_markup", "commands", "scope", "allowed_updates", "link_preview_options"):
        if isinstance(params.get(name), str):
            with suppress(json.JSONDecodeError):
                params[name] = json.loads(params[name])
    return params, files


def _answer(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refuse(refused: Refused) -> web.Response:
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)


def _drop(request: web.Request) -> None:
    """Cut the connection, as a network does."""
    if request.transport is not None:
        request.transport.abort()
