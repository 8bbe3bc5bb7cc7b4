"""The server: Telegram's HTTP protocol for the bot, the phone page and control for people; loopback only."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Self

from aiohttp import web
from aiohttp.typedefs import Middleware
from telegram.constants import FileSizeLimit

from bot.phone import page
from bot.phone.bot_api import BotApi
from bot.phone.control import Control, Note
from bot.phone.loopback import PAGE, check_loopback, only_this_machine
from bot.phone.person import Person
from bot.phone.world import KEPT_MESSAGES, Clock, Json, Persona, World, in_language

__all__ = ["LocalBotApi", "Person", "Persona"]

HOST: Final = "127.0.0.1"
NAME: Final = "Trial pre-screening"
USERNAME: Final = "prescreen_local_bot"
LARGEST_BODY: Final = int(FileSizeLimit.FILESIZE_UPLOAD) + 1_000_000
FAREWELL_SECONDS: Final = 0.5


class LocalBotApi:
    """A Bot API server for one bot.

    `personas` are the people of the phone page, `note` what the page says of the file. `kept` is how many messages
    a chat remembers, `seed` decides which updates are delivered again. `first_id` begins the numbers of messages and
    updates, which otherwise begin with the time. With a `secret` the page and its control answer only to those who
    know it: other users of this machine do not. `middlewares` see every request before it is answered.

    Raises `loopback.NotLoopback` for a `host` that others could reach.
    """

    def __init__(
        self,
        *,
        token: str,
        personas: Sequence[Persona] = (),
        note: Note = "",
        host: str = HOST,
        port: int = 0,
        seed: int = 0,
        kept: int = KEPT_MESSAGES,
        clock: Clock = time.time,
        first_id: int | None = None,
        secret: str | None = None,
        middlewares: Sequence[Middleware] = (),
    ) -> None:
        check_loopback(host)
        self._root = f"/{secret}/" if secret else "/"
        self.host = host
        self.port = port
        rng = random.Random(seed)  # noqa: S311 - dice, not secrets
        self.world = World(_bot(token), rng=rng, kept=kept, clock=clock, first_id=first_id)
        self.bot_api = BotApi(self.world, token)
        self.control = Control(self.world, self.bot_api, personas, note, run=f"{time.time_ns():x}")
        for each in personas:
            self.control.person(each.id, in_language(each.name, each.language), each.language)
        self._middlewares = (only_this_machine, *middlewares)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def page(self) -> str:
        """The address of the phone page, without the slash at its end."""
        return f"{self.url}{self._root.rstrip('/')}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot asks for under this name."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    # life

    async def start(self) -> None:
        """Listen. From then on `port` is the real one."""
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=self._middlewares)
        self.bot_api.add_routes(app)
        app[PAGE] = self._root
        self.control.add_routes(app, self._root)
        page.add_routes(app, self._root)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=FAREWELL_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """End what waits, and listen no more. What is remembered stays: `start` goes on from there."""
        self.control.close()
        self.world.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # people

    def person(
        self,
        account: int,
        first_name: str = "Somebody",
        language_code: str = "en",
        *,
        is_open: bool = True,
    ) -> Person:
        """Return the phone of somebody; the same one for the same number.

        `is_open` says that they have met the bot before; otherwise it cannot write to them first.
        """
        return self.control.person(account, first_name, language_code, is_open=is_open)

    def deliver(self, update: Json) -> int:
        """Queue an update as it stands, whatever is in it. Returns its number."""
        return self.world.deliver(update)

    # on request

    @property
    def most_copies(self) -> int:
        """How often each update is handed out at the most, also after it was acknowledged."""
        return self.world.updates.most_copies

    @most_copies.setter
    def most_copies(self, copies: int) -> None:
        self.world.updates.most_copies = copies

    @property
    def repeat(self) -> float:
        """Probability that an answer to getUpdates brings some acknowledged updates once more."""
        return self.world.updates.repeat

    @repeat.setter
    def repeat(self, probability: float) -> None:
        self.world.updates.repeat = probability

    @property
    def counts(self) -> Counter[str]:
        """Calls by method, in lower case."""
        return self.bot_api.calls

    @property
    def counters(self) -> dict[str, Any]:
        """Calls by method, refusals by code, deliveries, acknowledged and waiting updates."""
        return self.control.counters()


def _bot(token: str) -> Json:
    return {
        "id": int(token.partition(":")[0]),
        "is_bot": True,
        "first_name": NAME,
        "username": USERNAME,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
