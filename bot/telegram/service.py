"""Runs the bot: opens the file, polls, reminds, keeps a heartbeat, and stops cleanly on a signal."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlite_utils import Database
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes, JobQueue

from bot.cards import in_zone
from bot.conversation import Conversation
from bot.lists import reminder
from bot.phrases import phrases
from bot.replies import Turn
from bot.telegram.channel import CHANNEL, Channel
from bot.telegram.polling import Notices, Polling, Skipped
from bot.telegram.profile import introduce, list_commands
from bot.telegram.request import AiohttpRequest
from bot.telegram.sending import Reports, Sending
from dialogs.protocol import Protocol
from state.backup import nightly
from state.database import open_database
from state.errors import StateError
from state.health import beat
from state.people import People, Person
from state.screenings import Screenings

if TYPE_CHECKING:
    from aiohttp.web import AppRunner

CONNECTIONS: Final = 96
"""Calls at once: at 40 ms a call more than Telegram's ceilings ever allow."""
AFTER_START_SECONDS: Final = 0.1
RETRY_SECONDS: Final = 5.0
KEEP_PROMPTS_SECONDS: Final = 2.0
PROMPT_AGAIN_SECONDS: Final = 20.0
"""How soon a prompt that was given up is tried anew."""
BEAT_SECONDS: Final = 15.0
BACKUP_AT: Final = time(2, 30)
"""UTC."""
REMIND_AFTER: Final = timedelta(days=1)
REMIND_EVERY_SECONDS: Final = 600.0
WORKING_HOURS: Final = range(8, 18)
FINISH_SECONDS: Final = 1.5
STOP_BUSY_MILLISECONDS: Final = 500
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
        self.screenings = Screenings(self.db)
        self.people = People(self.db)
        builder = Application.builder().token(settings.token).updater(None)
        self._requests = (AiohttpRequest(connections=CONNECTIONS), AiohttpRequest(connections=2))
        builder = builder.request(self._requests[0]).get_updates_request(self._requests[1])
        if settings.api_url is not None:
            builder = builder.base_url(f"{settings.api_url}/bot").base_file_url(
                f"{settings.api_url}/file/bot"
            )
        self.application = builder.build()
        bot = self.application.bot
        conversation = Conversation(
            self.screenings,
            self.people,
            settings.protocols,
            zone=settings.zone,
            channel=CHANNEL,
            invitation_link=self._invitation_link,
        )
        self.channel = Channel(bot, conversation, sending=settings.sending, changed=self._list_commands)
        self.polling = Polling(
            bot,
            self.channel.handle,
            Notices(conflict=_say_conflict, skipped=_say_skipped, recovered=self._prompt_again),
        )
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until `stop`. Raises `polling.TokenRefused`."""
        for request in self._requests:
            await request.initialize()
        self._background(self._after_start())
        health = await self._serve_health()
        try:
            await self.polling.run()
        finally:
            if health is not None:
                await health.cleanup()
            for task in self._tasks:
                task.cancel()
            self.db.execute(f"PRAGMA busy_timeout = {STOP_BUSY_MILLISECONDS}")
            await self.channel.finish(FINISH_SECONDS)
            if self.application.running:
                await self.application.stop()
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
        bot = self.application.bot
        name = bot.username if self.application.running else "…"
        return f"https://t.me/{name}?start={secret}"

    async def _after_start(self) -> None:
        """What need not come before the first poll: the job queue, lost prompts, the bot's profile."""
        await asyncio.sleep(AFTER_START_SECONDS)
        self._prompt_again()
        while not self.application.running:
            try:
                await self.application.initialize()
                await self.application.start()
            except InvalidToken:
                return  # the poll says so
            except TelegramError:
                await asyncio.sleep(RETRY_SECONDS)
        self._schedule(self.application.job_queue)
        await introduce(self.application.bot)
        for person in self.people.all():
            await self._list_commands_of(person)

    def _schedule(self, queue: JobQueue[ContextTypes.DEFAULT_TYPE] | None) -> None:
        if queue is None:
            return
        queue.run_repeating(self._keep_prompts, KEEP_PROMPTS_SECONDS)
        queue.run_repeating(self._prompt_lost, PROMPT_AGAIN_SECONDS)
        queue.run_repeating(self._beat, BEAT_SECONDS, first=0)
        queue.run_daily(self._back_up, BACKUP_AT)
        queue.run_repeating(self._remind, REMIND_EVERY_SECONDS, first=REMIND_EVERY_SECONDS / 10)

    async def _keep_prompts(self, context: object) -> None:
        with suppress(StateError):
            self.screenings.keep_prompts()

    async def _beat(self, context: object) -> None:
        figures = self.polling.figures()
        with suppress(OSError, StateError):
            beat(self.settings.db_file, figures.since_poll, figures.queue_age)

    async def _back_up(self, context: object) -> None:
        folder = self.settings.backup_folder
        if folder is not None:
            try:
                made = await asyncio.to_thread(
                    nightly, self.settings.db_file, folder, self.settings.backups_kept
                )
            except StateError as error:
                LOG.error("no backup was made", extra={"kind": type(error).__name__})
            else:
                LOG.info("backup made", extra={"file": made.name})

    async def _prompt_lost(self, context: object) -> None:
        self._prompt_again()

    async def _remind(self, context: object) -> None:
        self.remind()

    def remind(self) -> int:
        """Remind of dialogues left open for a day, in working hours, once each; gives how many."""
        now = self.screenings.clock()
        if in_zone(now, self.settings.zone).hour not in WORKING_HOURS:
            return 0
        found = self.screenings.left_open(now - REMIND_AFTER)
        for number, code in found:
            self.screenings.reminded(number)
            person = self.people.get(code)
            if person.active:
                self.tell(person, reminder(number, phrases(person.language)))
        return len(found)

    def tell(self, person: Person, turn: Turn) -> None:
        """Say something to a person, on every account the person has."""
        for account in self.people.accounts_of(person.code, CHANNEL):
            self.channel.perform(int(account), turn)

    def _prompt_again(self) -> None:
        with suppress(StateError):
            self.channel.prompt_again()

    def _list_commands(self, person: Person) -> None:
        self._background(self._list_commands_of(person))

    async def _list_commands_of(self, person: Person) -> None:
        for account in self.people.accounts_of(person.code, CHANNEL):
            await list_commands(self.application.bot, person, int(account))

    def _background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _say_conflict() -> None:
    LOG.error(
        "another instance polls with this token; please stop one of them. This one keeps trying slowly."
    )


def _say_skipped(skipped: Skipped) -> None:
    LOG.error("update skipped", extra={"update": skipped.update_id, "kind": type(skipped.error).__name__})


def run_until_signal(service: Service) -> None:
    """Run in a new event loop until SIGINT or SIGTERM."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, service.stop)
        await service.run()

    asyncio.run(serve())
