"""The local server with faults on request: what a network and a busy Telegram do to a bot, by table and by chance.

A fault stands in the table until it has struck as often as it may, or until the table is cleared.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from aiohttp import web

from bot.phone.bot_api import refusal
from bot.phone.refusals import BLOCKED, NOT_MODIFIED, TOO_OLD, Refused, too_many_requests
from bot.phone.server import LocalBotApi
from tests.phone.person import Person

FaultKind = Literal[
    "delay",
    "delay_after",
    "too_many_requests",
    "server_error",
    "bad_gateway",
    "drop_before",
    "drop_after",
    "not_modified",
    "too_old",
    "blocked",
    "answer",
]
"""`before` and `after` the server did what the call asks for; what is refused was not done, nor was what `answer`
answers: any status and body, as no Bot API server would."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with calls of `method` (``*`` for all) in `chat` (None for all).

    It strikes with `probability`, at most `times` times; `seconds` is the delay, or the retry_after; `status` and
    `body` are those of an `answer`.
    """

    kind: FaultKind
    method: str = "*"
    chat: int | None = None
    probability: float = 1.0
    times: int | None = None
    seconds: float = 0.0
    status: int = 200
    body: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(get_args(FaultKind))}")
        if not 0 <= self.probability <= 1 or self.seconds < 0 or (self.times is not None and self.times < 1):
            raise ValueError(f"a probability from 0 to 1, seconds from 0 and times from 1, not {self}")

    def concerns(self, method: str, chat: int | None) -> bool:
        return self.method.lower() in ("*", method.lower()) and self.chat in (None, chat)


REFUSALS: Final[Mapping[FaultKind, Callable[[Fault], Refused]]] = {
    "too_many_requests": lambda fault: too_many_requests(fault.seconds),
    "server_error": lambda _: Refused(500, "Internal Server Error"),
    "bad_gateway": lambda _: Refused(502, "Bad Gateway"),
    "not_modified": lambda _: Refused(400, NOT_MODIFIED),
    "too_old": lambda _: Refused(400, TOO_OLD),
    "blocked": lambda _: Refused(403, BLOCKED),
}
"""The faults that are answers. The others are about time and connections."""


class Faults:
    """The table that is asked at each call; it can be replaced as a whole. `by_kind` counts what struck."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._table: list[Fault] = []
        self._struck: dict[int, int] = {}
        self.by_kind: Counter[str] = Counter()

    @property
    def struck(self) -> int:
        return self.by_kind.total()

    @property
    def table(self) -> Sequence[Fault]:
        return tuple(self._table)

    @table.setter
    def table(self, faults: Sequence[Fault]) -> None:
        self._table = list(faults)
        self._struck.clear()

    def add(self, *faults: Fault) -> None:
        self._table += faults

    def clear(self) -> None:
        self.table = ()

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """Return the first fault of the table that this call meets."""
        for place, fault in enumerate(self._table):
            if fault.concerns(method, chat) and self._is_left(place, fault) and self._by_chance(fault):
                self._struck[place] = self._struck.get(place, 0) + 1
                self.by_kind[fault.kind] += 1
                return fault
        return None

    def _is_left(self, place: int, fault: Fault) -> bool:
        return fault.times is None or self._struck.get(place, 0) < fault.times

    def _by_chance(self, fault: Fault) -> bool:
        return fault.probability == 1 or self._rng.random() < fault.probability


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FaultyBotApi(LocalBotApi):
    """The local server, whose calls meet the table of `faults`. `seed` is that of chance."""

    def __init__(self, *, token: str, seed: int = 0, **more: Any) -> None:
        self.faults = Faults(random.Random(seed))
        self._people: dict[int, Person] = {}
        super().__init__(token=token, seed=seed, middlewares=(self._strike,), **more)

    def person(
        self,
        account: int,
        first_name: str = "Somebody",
        language_code: str = "en",
        *,
        is_open: bool = True,
    ) -> Person:
        """Return somebody's phone, of whom the product knows who acts, and tests what they read."""
        acting = super().person(account, first_name, language_code, is_open=is_open)
        if account not in self._people:
            self._people[account] = Person(self.world, acting.account)
        return self._people[account]

    @web.middleware
    async def _strike(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        method = request.match_info.get("method", "").lower()
        fault = self.faults.strike(method, await self._chat(request)) if method else None
        if fault is None:
            return await handler(request)
        if fault.kind in ("delay", "delay_after", "drop_after"):
            return await _late(fault, request, handler)
        return self._instead(fault, request, method)

    def _instead(self, fault: Fault, request: web.Request, method: str) -> web.Response:
        """Return what a call gets that is not done."""
        self.bot_api.calls[method] += 1
        if fault.kind == "answer":
            return web.Response(status=fault.status, text=fault.body, content_type="application/json")
        if fault.kind == "drop_before":
            _drop(request)
            return web.Response(status=502)  # nobody is there to read it
        refused = REFUSALS[fault.kind](fault)
        self.bot_api.refusals[refused.code] += 1
        return refusal(refused)

    async def _chat(self, request: web.Request) -> int | None:
        """Return the chat that a call is about, by which faults are chosen."""
        given: dict[str, Any] = dict(request.query)
        with suppress(ValueError, TypeError):
            is_json = request.content_type == "application/json"
            given |= await request.json() if is_json else await request.post()
        query = self.world.queries.get(str(given.get("callback_query_id")))
        if query is not None:
            return query.chat
        with suppress(KeyError, TypeError, ValueError):
            return int(given["chat_id"])
        return None


async def _late(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Do what the call asks for, and answer late or not at all."""
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    response = await handler(request)
    if fault.kind == "delay_after":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "drop_after":
        _drop(request)
    return response


def _drop(request: web.Request) -> None:
    """Cut the connection, as a network does."""
    if request.transport is not None:
        request.transport.abort()
