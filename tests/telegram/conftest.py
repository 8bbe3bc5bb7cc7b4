"""A Bot API server small enough to read at once, with real offsets, and a clock that tests move.

This folder is a package only inside `tests`: at the top its name would hide python-telegram-bot.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot

from bot.telegram.request import AiohttpRequest, UpdatesRequest

TOKEN = "123456789:AAF-kept-secret_kept-secret_kept-se"
ME = {"id": 123456789, "is_bot": True, "first_name": "Screening", "username": "screening_bot"}

HANGS_SECONDS = 60.0
"""No measure of anything: what has not happened by then on the slowest machine hangs."""

Answer = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


def refusal(code: int, description: str, **parameters: Any) -> Callable[[web.Request], web.Response]:
    """An answer of Telegram's that says no."""
    body = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return lambda _: web.json_response(body, status=code)


def hang_up(request: web.Request) -> web.Response:
    request.transport.abort()
    return web.Response()


class TelegramServer:
    """Holds updates until they are acknowledged by a higher offset; remembers every call."""

    def __init__(self) -> None:
        self.url = ""
        self.held: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.files: list[tuple[str, str, bytes]] = []
        self.connections: set[Any] = set()
        self.faults: dict[str, deque[Answer]] = defaultdict(deque)
        self.copies = 1
        self.arrived = asyncio.Event()
        self.polling = asyncio.Event()
        self._number = 0

    def of(self, method: str) -> list[dict[str, str]]:
        return [parameters for name, parameters in self.calls if name == method]

    @property
    def texts(self) -> list[str]:
        return [parameters["text"] for parameters in self.of("sendMessage")]

    @property
    def waiting(self) -> list[int]:
        """Updates that were not acknowledged."""
        return [update["update_id"] for update in self.held]

    def write(self, person: int, text: str) -> int:
        """A person writes to the bot. Returns the number of the update."""
        self._number += 1
        someone = {"id": person, "is_bot": False, "first_name": "C"}
        message = {
            "message_id": self._number,
            "date": 1_700_000_000,
            "chat": {"id": person, "type": "private", "first_name": "C"},
            "from": someone,
            "text": text,
        }
        self.add({"update_id": 1000 + self._number, "message": message})
        return 1000 + self._number

    def add(self, update: dict[str, Any]) -> None:
        self.held.append(update)
        self.arrived.set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        self.connections.add(request.transport)
        parameters: dict[str, str] = {}
        sent = await (request.json() if request.content_type == "application/json" else request.post())
        for name, value in sent.items():
            if isinstance(value, web.FileField):
                self.files.append((name, value.filename, value.file.read()))
            else:
                parameters[name] = value if isinstance(value, str) else json.dumps(value)
        self.calls.append((method, parameters))
        if self.faults[method]:
            response = self.faults[method].popleft()(request)
            return response if isinstance(response, web.StreamResponse) else await response
        return web.json_response({"ok": True, "result": await self._result(method, parameters)})

    async def _result(self, method: str, parameters: dict[str, str]) -> Any:
        if method == "getMe":
            return ME
        if method == "getUpdates":
            return await self._updates(parameters)
        if method.startswith("send"):
            chat = int(parameters["chat_id"])
            return {
                "message_id": len(self.calls),
                "date": 1_700_000_000,
                "chat": {"id": chat, "type": "private", "first_name": "C"},
                "text": parameters.get("text", ""),
            }
        return True

    async def _updates(self, parameters: dict[str, str]) -> list[dict[str, Any]]:
        if "offset" in parameters:
            self.held = [u for u in self.held if u["update_id"] >= int(parameters["offset"])]
        if not self.held and int(parameters.get("timeout", 0)):
            self.arrived.clear()
            self.polling.set()
            await self.arrived.wait()
            self.polling.clear()
        return [u for u in self.held[: int(parameters.get("limit", 100))] for _ in range(self.copies)]


class Clock:
    """Time as an argument: it moves when somebody sleeps, at once, and remembers for how long."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def until(condition: Callable[..., object], *of: object) -> None:
    """Let the loop run until it holds of these; what has not come in time hangs."""
    async with asyncio.timeout(HANGS_SECONDS):
        while not condition(*of):
            await asyncio.sleep(0)


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    server = TelegramServer()
    app = web.Application(client_max_size=100_000_000)
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = "http://{}:{}".format(*runner.addresses[0])
    yield server
    server.arrived.set()
    await runner.cleanup()


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    requests = AiohttpRequest(), UpdatesRequest()
    bot = Bot(TOKEN, server.url + "/bot", request=requests[0], get_updates_request=requests[1])
    async with bot:
        yield bot


@pytest.fixture
def clock() -> Clock:
    return Clock()
