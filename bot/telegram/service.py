"""Runs the bot: opens the file, polls, reminds, keeps a heartbeat, and stops cleanly on a signal.

Nothing here waits for Telegram to answer well: what is done beside the conversation begins by itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlite_utils import Database
from telegram import Bot

from bot.conversation import Conversation, Setup
from bot.conversation.access import may_answer
from bot.telegram.asking import Notices
from bot.telegram.channel import Channel
from bot.telegram.entrance import CHANNEL
from bot.telegram.jobs import Job, Jobs, daily, every
from bot.telegram.lanes import Skipped
from bot.telegram.outages import PATIENCE_SECONDS
from bot.telegram.polling import Polling
from bot.telegram.profile import introduce, list_commands
from bot.telegram.request import AiohttpRequest, UpdatesRequest
from bot.telegram.sending import Reports, Sending
from bot.telegram.working import WorkError, apart
from bot.wording.cards import in_zone
from bot.wording.lists import backup_note, reminder
from bot.wording.phrases import phrases
from dialogs.protocol import Protocol
from state.backup import head_of, nightly
from state.database import open_database, patience, utc_now
from state.errors import StateError
from state.health import beat
from state.people import People, Person
from state.screenings import Screenings

if TYPE_CHECKING:
    from aiohttp.web import AppRunner

TELEGRAM: Final = "https://api.telegram.org"
CONNECTIONS: Final = 96
"""Calls at once: at 40 ms a call more than Telegram's ceilings ever allow."""
AFTER_START_SECONDS: Final = 0.1
NAME_SECONDS: Final = 5.0
COMMANDS_SECONDS: Final = 5.0
PROFILE_SECONDS: Final = 600.0
"""How soon Telegram is asked again for the bot's name, and told its commands and descriptions."""
KEEP_PROMPTS_SECONDS: Final = 0.5
"""How soon it is in the file that a prompt has arrived: after a kill in between, the text below it is asked again."""
PROMPT_AGAIN_SECONDS: Final = 20.0
"""How soon a prompt that was given up is tried anew."""
BEAT_SECONDS: Final = 15.0
BACKUP_AT: Final = time(2, 30)
"""UTC."""
REMIND_AFTER: Final = timedelta(days=1)
REMIND_EVERY_SECONDS: Final = 600.0
WORKING_HOURS: Final = range(8, 18)
FINISH_SECONDS: Final = 1.25
LAST_RESORT_SECONDS: Final = 4.5
"""Of a stop: later than all that a stop waits for."""
STOP_BUSY_SECONDS: Final = 0.5
"""A stop does not wait longer for another process that writes."""

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service needs to know. ``api_url`` is another Bot API server's, without ``/bot``; ``page``
    the address of the phone page, to which invitations lead in a local trial."""

    token: str
    db_file: Path
    protocols: tuple[Protocol, ...]
    api_url: str | None = None
    zone: str = "UTC"
    page: str | None = None
    health_port: int | None = None
    backup_folder: Path | None = None
    backups_kept: int = 14
    sending: Callable[[Reports], Sending] = Sending


class Service:
    """One running bot."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db: Database = open_database(settings.db_file)
        patience(self.db, PATIENCE_SECONDS)
        self.screenings = Screenings(self.db)
        self.people = People(self.db)
        self._requests = (AiohttpRequest(connections=CONNECTIONS), UpdatesRequest(connections=2))
        server = settings.api_url or TELEGRAM
        self.bot = Bot(
            settings.token,
            f"{server}/bot",
            f"{server}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        conversation = Conversation(
            self.screenings,
            self.people,
            Setup(settings.protocols, settings.zone, CHANNEL, self._invitation_link),
        )
        self.channel = Channel(self.bot, conversation, sending=settings.sending, changed=self._list_commands)
        self.polling = Polling(
            self.bot,
            self.channel.handle,
            Notices(conflict=_say_conflict, skipped=_say_skipped, recovered=self._prompt_again),
        )
        self.name: str | None = None
        """The bot's own, by which invitations lead to it; as soon as Telegram has told it."""
        self._introduced = False
        self._unlisted = dict.fromkeys(person.code for person in self.people.all())
        """People whose list of commands Telegram does not have yet."""
        self._listing = asyncio.Event()
        self._listing.set()
        self.jobs = Jobs(self._all_jobs())

    async def run(self) -> None:
        """Serve until `stop`. Raises `asking.TokenRefusedError`, or `OSError` where the port of /healthz is taken."""
        health = None
        try:
            for request in self._requests:
                await request.initialize()
            health = await self._serve_health()
            self.jobs.start()
            await self.polling.run()
        finally:
            if health is not None:
                await health.cleanup()
            await self.jobs.stop()
            patience(self.db, STOP_BUSY_SECONDS)
            await self.channel.finish(FINISH_SECONDS)
            for request in self._requests:
                await request.shutdown()
            self.db.close()

    async def _serve_health(self) -> AppRunner | None:
        if self.settings.health_port is None:
            return None
        from bot.telegram.healthz import serve_health  # a web server costs memory: only where one is wanted

        return await serve_health(self.settings.db_file, self.settings.health_port)

    def stop(self) -> None:
        self.polling.stop()

    def _invitation_link(self, secret: str) -> str:
        if self.settings.page is not None:
            return f"{self.settings.page}/?start={secret}"
        # Without a name no link leads anywhere; sent to the bot as it stands, the secret does the same.
        return f"https://t.me/{self.name}?start={secret}" if self.name else f"/start {secret}"

    def _all_jobs(self) -> Iterator[Job]:
        yield Job("prompts kept", self._keep_prompts, every(KEEP_PROMPTS_SECONDS))
        yield Job("prompts again", self._prompt_lost, every(PROMPT_AGAIN_SECONDS, first=AFTER_START_SECONDS))
        yield Job("heartbeat", self._beat, every(BEAT_SECONDS, first=AFTER_START_SECONDS))
        yield Job("reminders", self._remind, every(REMIND_EVERY_SECONDS, first=REMIND_EVERY_SECONDS / 10))
        yield Job("name", self._learn_name, every(NAME_SECONDS, first=AFTER_START_SECONDS))
        yield Job("profile", self._introduce, every(PROFILE_SECONDS, first=AFTER_START_SECONDS))
        yield Job("commands", self._list_all_commands, self._to_be_listed)
        if self.settings.backup_folder is not None:
            yield Job(
                "backup", partial(self._back_up, self.settings.backup_folder), daily(BACKUP_AT, utc_now)
            )

    async def _keep_prompts(self) -> None:
        with suppress(StateError):
            self.screenings.keep_prompts()

    async def _beat(self) -> None:
        figures = self.polling.figures()
        beat(self.settings.db_file, figures.since_poll, figures.queue_age)

    async def _back_up(self, folder: Path) -> None:
        try:
            made = await apart(partial(nightly, self.settings.db_file, folder, self.settings.backups_kept))
            head = await apart(partial(head_of, made))
        except WorkError as error:
            LOG.error("no backup was made", extra={"kind": error.kind, "at": error.at})
            return
        LOG.info("backup made", extra={"file": made.name})
        for person in self.people.all():
            if person.role == "administrator" and person.active:
                self.channel.tell(person, backup_note(made.name, head, phrases(person.language)))

    async def _prompt_lost(self) -> None:
        self._prompt_again()

    async def _remind(self) -> None:
        self.remind()

    async def _learn_name(self) -> None:
        if self.name is None:
            self.name = (await self.bot.get_me()).username

    async def _introduce(self) -> None:
        if not self._introduced:
            await introduce(self.bot)
            self._introduced = True

    def remind(self) -> int:
        """Remind of dialogues left open for a day, in working hours, once each; gives how many."""
        now = self.screenings.clock()
        if in_zone(now, self.settings.zone).hour not in WORKING_HOURS:
            return 0
        found = self.screenings.left_open(now - REMIND_AFTER)
        for number, code in found:
            self.screenings.reminded(number)
            person = self.people.get(code)
            if may_answer(person, self.screenings.load(number)):
                self.channel.tell(person, reminder(number, phrases(person.language)))
        return len(found)

    def _prompt_again(self) -> None:
        with suppress(StateError):
            self.channel.prompt_again()

    def _list_commands(self, person: Person) -> None:
        self._unlisted[person.code] = None
        self._listing.set()

    async def _to_be_listed(self) -> None:
        await self._listing.wait()

    async def _list_all_commands(self) -> None:
        """Tell Telegram each person's commands, by what the person is now; whom this fails for comes again."""
        self._listing.clear()
        while self._unlisted:
            code = next(iter(self._unlisted))
            del self._unlisted[code]
            try:
                person = self.people.get(code)
                for account in self.people.accounts_of(code, CHANNEL):
                    await list_commands(self.bot, person, int(account))
            except Exception:
                self._unlisted[code] = None
                asyncio.get_running_loop().call_later(COMMANDS_SECONDS, self._listing.set)
                raise


def _say_conflict() -> None:
    LOG.error(
        "another instance polls with this token; please stop one of them. This one keeps trying slowly."
    )


def _say_skipped(skipped: Skipped) -> None:
    LOG.error("update skipped", extra={"update": skipped.update_id, "kind": type(skipped.error).__name__})


def run_until_signal(service: Service) -> None:
    """Run in a new event loop until SIGINT or SIGTERM.

    A thread that looks up a name cannot be ended, and the loop would wait for it. So a stop that has not ended the
    process in time does so then: what was not acknowledged comes again.
    """

    def stop() -> None:
        service.stop()
        last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, [0])
        last_resort.daemon = True
        last_resort.start()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        await service.run()

    asyncio.run(serve())
