"""A ward: the local Bot API server, one SQLite file, and the real bot between them, in one event loop.

The bot can be stopped and started anew while server and file stay.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

from bot.conversation.whose_answer import READING_SECONDS
from bot.exchange import Button, read_press
from bot.phone.world import Json, buttons_of
from bot.telegram.pacing import LIFTED
from bot.telegram.sending import Reports, Sending
from bot.telegram.service import Service, Settings
from bot.terminal import Terminal
from dialogs.loading import load
from dialogs.protocol import Protocol
from state.moments import Clock, utc_now
from state.people import Person as Member
from state.people import Role
from tests.phone.faults import FaultyBotApi
from tests.phone.person import Person

TOKEN = "123456789:AAF-kept-secret_kept-secret_kept-se"
ACCOUNT = 1001
SCREENING = "S01-0001"
HANGS_SECONDS = 60.0
"""No measure of anything: what has not happened by then on the slowest machine hangs."""


async def breathe(_: float) -> None:
    """A pause of no length: what is tried again is tried at once."""
    await asyncio.sleep(0)


def unpaced(sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Callable[[Reports], Sending]:
    return lambda reports: Sending(reports, all_chats=LIFTED, one_chat=LIFTED, sleep=sleep)


def unhurried() -> Callable[[], float]:
    """A server's clock on which people read before they type, however fast or slow the machine is."""
    seconds = count(int(time.time()), READING_SECONDS + 1)
    return lambda: float(next(seconds))


def longer_than(count: int) -> Callable[[Person], bool]:
    """To be waited for: more texts in a chat than so many."""
    return lambda phone: len(phone.texts) > count


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process that writes and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


class Ward:
    """The bot at work. ``async with`` starts server and bot and ends both."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock = utc_now,
        sleep: Callable[[float], Awaitable[None]] = breathe,
        zone: str = "+08:00",
        server: FaultyBotApi | None = None,
        protocols: Sequence[Protocol] = (),
    ) -> None:
        self.path = path
        self.server = server or FaultyBotApi(token=TOKEN, kept=5000, clock=unhurried())
        self._clock, self._sleep, self._zone = clock, sleep, zone
        self._protocols = tuple(protocols) or (load("NCT04420494"),)
        self.service: Service
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.server.start()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self.server.stop()

    async def start(self) -> None:
        settings = Settings(
            token=TOKEN,
            db_file=self.path,
            protocols=self._protocols,
            api_url=self.server.url,
            zone=self._zone,
            sending=unpaced(self._sleep),
        )
        self.service = Service(settings)
        self.service.screenings.clock = self.service.people.clock = self._clock
        self._running = asyncio.create_task(self.service.run())

    async def stop(self) -> None:
        if self._running is not None:
            self.service.stop()
            await self._running
            self._running = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Read from the file as it is, through the bot's own connection."""
        return list(self.service.db.execute(sql, values).fetchall())

    def member(self, account: int = ACCOUNT, role: Role = "clinician", language: str = "en") -> Person:
        """Add a person to the file, and give them a phone."""
        self.service.people.add(role, "S01", "telegram", str(account), language)
        return self.server.person(account, language_code=language)

    async def quiet(self, timeout: float = HANGS_SECONDS) -> None:
        """Until all that was sent to the bot is handled and all that it says has arrived."""
        async with asyncio.timeout(timeout):
            while not self._is_quiet():
                await asyncio.sleep(0)

    def _is_quiet(self) -> bool:
        channel = self.service.channel
        waiting = len(self.server.world.updates) + len(channel.sending) + len(channel.sending._answers)
        return not waiting + len(channel.works) + len(channel.fetches)

    async def says(self, person: Person, *texts: str) -> None:
        for text in texts:
            person.send(text)
            await self.quiet()

    async def presses(self, person: Person, label: str, message: int | None = None) -> None:
        person.press(label, message)
        await self.quiet()

    async def until(self, holds: Callable[[], object], timeout: float = HANGS_SECONDS) -> None:
        async with asyncio.timeout(timeout):
            while not holds():
                await asyncio.sleep(0)

    def entries(self, screening: str = SCREENING) -> int:
        found = self.rows("SELECT entries FROM positions WHERE screening = ?", screening)
        return int(found[0][0]) if found else 0


class Clinician:
    """Somebody who uses the phone by the keys of the terminal: a key presses its button, all else is typed."""

    def __init__(self, ward: Ward, phone: Person) -> None:
        self.ward = ward
        self.phone = phone

    async def does(self, line: str) -> None:
        """Press the button that this line is the key of, or type it."""
        message, keys = self.keys()
        button = keys.get(line.casefold())
        if button is None:
            self.phone.send(line)
        elif button.copy is None:
            self.phone.press_data(message, button.press)
        await self.ward.quiet()

    def keys(self) -> tuple[Json, dict[str, Button]]:
        """The newest message with buttons, and its buttons by the terminal's keys."""
        bots = [m for m in self.phone.messages.values() if m["from"]["is_bot"]]
        place = next(n for n in reversed(range(len(bots))) if list(buttons_of(bots[n])))
        buttons = [
            Button(b["text"], b.get("callback_data", ""), (b.get("copy_text") or {}).get("text"))
            for b in buttons_of(bots[place])
        ]
        terminal = Terminal(self.ward.service.channel.conversation, self._member(), lambda _: None)
        return bots[place], terminal._keyed(buttons)

    def _member(self) -> Member:
        found = self.ward.service.people.find("telegram", str(self.phone.id))
        assert found is not None
        return found


def prompts(phone: Person) -> list[Json]:
    """The bot's messages that still have the buttons of a screening, oldest first."""
    return [
        message
        for message in phone.messages.values()
        if message["from"]["is_bot"] and asked_from(message) is not None
    ]


def asked_from(message: Json) -> tuple[str, int] | None:
    """The screening and the log entry that a message's buttons were shown at."""
    for button in buttons_of(message):
        press = read_press(button.get("callback_data", ""))
        if press is not None and press.screening is not None and press.entry is not None:
            return press.screening, press.entry
    return None
