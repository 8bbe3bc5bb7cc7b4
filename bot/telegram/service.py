"""One running bot: the file, the Bot API, the channel, polling and the jobs beside it, put together.

Nothing here waits for Telegram to answer well: what is done beside the conversation begins by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlite_utils import Database
from telegram import Bot

from bot.conversation import Conversation, Setup
from bot.telegram.asking import Notices
from bot.telegram.background import Background, Backups
from bot.telegram.channel import Channel
from bot.telegram.entrance import CHANNEL
from bot.telegram.jobs import Jobs
from bot.telegram.lanes import Skipped
from bot.telegram.new_versions import UNWATCHED, Watched
from bot.telegram.outages import PATIENCE_SECONDS
from bot.telegram.polling import Polling
from bot.telegram.request import AiohttpRequest, UpdatesRequest
from bot.telegram.sending import Reports, Sending
from bot.telegram.stopping import BUSY_SECONDS, SEND_SECONDS
from dialogs.protocol import Protocol
from state.database import open_database, patience
from state.people import People, Person
from state.screenings import Screenings

if TYPE_CHECKING:
    from aiohttp.web import AppRunner

TELEGRAM: Final = "https://api.telegram.org"
CONNECTIONS: Final = 96
"""Calls at once: at 40 ms a call more than Telegram's ceilings ever allow."""

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
    backups: Backups | None = None
    sending: Callable[[Reports], Sending] = Sending
    watched: Watched = UNWATCHED
    """Where the trials on offer stand that are to be read again once they were changed."""


class Service:
    """One running bot."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db: Database = open_database(settings.db_file)
        patience(self.db, PATIENCE_SECONDS)
        self.screenings = Screenings(self.db)
        self.people = People(self.db)
        self._requests = (AiohttpRequest(connections=CONNECTIONS), UpdatesRequest(connections=2))
        self.bot = _bot(settings, *self._requests)
        setup = Setup(settings.protocols, settings.zone, CHANNEL, self._invitation_link)
        conversation = Conversation(self.screenings, self.people, setup)
        self.channel = Channel(self.bot, conversation, sending=settings.sending, changed=self._list_commands)
        self.background = Background(
            self.channel,
            lambda: self.polling.figures(),
            db_file=settings.db_file,
            zone=settings.zone,
            backups=settings.backups,
            watched=settings.watched,
        )
        notices = Notices(_say_conflict, _say_skipped, recovered=self.background.prompt_again)
        self.polling = Polling(self.bot, self.channel.handle, notices)
        self.jobs = Jobs(self.background.jobs())

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
            patience(self.db, BUSY_SECONDS)
            await self.channel.finish(SEND_SECONDS)
            for request in self._requests:
                await request.shutdown()
            self.db.close()

    def stop(self) -> None:
        """Ask `run` to return; `stopping` says how soon it does."""
        self.polling.stop()

    async def _serve_health(self) -> AppRunner | None:
        if self.settings.health_port is None:
            return None
        from bot.telegram.healthz import serve_health  # a web server costs memory: only where one is wanted

        return await serve_health(self.settings.db_file, self.settings.health_port)

    def _invitation_link(self, secret: str) -> str:
        if self.settings.page is not None:
            return f"{self.settings.page}/?start={secret}"
        # Without a name no link leads anywhere; sent to the bot as it stands, the secret does the same.
        name = self.background.name
        return f"https://t.me/{name}?start={secret}" if name else f"/start {secret}"

    def _list_commands(self, person: Person) -> None:
        self.background.list_commands(person)


def _bot(settings: Settings, request: AiohttpRequest, updates: UpdatesRequest) -> Bot:
    server = settings.api_url or TELEGRAM
    return Bot(
        settings.token,
        f"{server}/bot",
        f"{server}/file/bot",
        request=request,
        get_updates_request=updates,
    )


def _say_conflict() -> None:
    LOG.error(
        "another instance polls with this token; please stop one of them. This one keeps trying slowly."
    )


def _say_skipped(skipped: Skipped) -> None:
    LOG.error("update skipped", extra={"update": skipped.update_id, "kind": type(skipped.error).__name__})
