"""What the bot does beside the conversation: heartbeat, lost prompts, reminders, nightly backup, its name and commands.

Each is a job of `jobs`: it begins by itself, whatever Telegram answers, and a failure does not end it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from telegram import Bot

from bot.conversation.access import may_answer
from bot.conversation.context import naming
from bot.telegram.channel import Channel
from bot.telegram.entrance import CHANNEL
from bot.telegram.jobs import Job, daily, every
from bot.telegram.new_versions import UNWATCHED, NewVersions, Watched
from bot.telegram.polling import Figures
from bot.telegram.processes import WorkError, apart
from bot.telegram.profile import introduce, list_commands
from bot.wording.lists import backup_note, reminder
from bot.wording.phrases import phrases
from state.backup import head_of, nightly
from state.errors import StateError
from state.moments import in_zone, utc_now
from state.people import People, Person
from state.screenings import Screenings
from state.status import beat

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
FIRST_BEATS_SECONDS: Final = 1.0
"""Between heartbeats until a poll has succeeded: `prescreen status` soon says that a bot which was started runs."""
BACKUP_AT: Final = time(2, 30)
"""UTC."""
REMIND_AFTER: Final = timedelta(days=1)
REMIND_EVERY_SECONDS: Final = 600.0
WORKING_HOURS: Final = range(8, 18)

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backups:
    """A folder for nightly backups, and how many to keep."""

    folder: Path
    kept: int = 14


class Background:
    """All jobs. ``name`` is the bot's own, by which invitations lead to it; None until Telegram has told it."""

    def __init__(
        self,
        channel: Channel,
        figures: Callable[[], Figures],
        *,
        db_file: Path,
        zone: str,
        backups: Backups | None = None,
        watched: Watched = UNWATCHED,
    ) -> None:
        self.name: str | None = None
        self._channel = channel
        self._figures = figures
        self._db_file = db_file
        self._zone = zone
        self._backups = backups
        self._watched = watched
        self._introduced = False
        self._unlisted = dict.fromkeys(person.code for person in self._people.all())
        """People whose list of commands Telegram does not have yet."""
        self._listing = asyncio.Event()
        self._listing.set()

    @property
    def _bot(self) -> Bot:
        return self._channel.bot

    @property
    def _people(self) -> People:
        return self._channel.conversation.people

    @property
    def _screenings(self) -> Screenings:
        return self._channel.conversation.screenings

    def jobs(self) -> Iterator[Job]:
        yield Job("prompts kept", self._keep_prompts, every(KEEP_PROMPTS_SECONDS))
        yield Job("prompts again", self._prompt_lost, every(PROMPT_AGAIN_SECONDS, first=AFTER_START_SECONDS))
        yield Job("heartbeat", self._beat, self._to_beat)
        yield Job("reminders", self._remind, every(REMIND_EVERY_SECONDS, first=REMIND_EVERY_SECONDS / 10))
        yield Job("name", self._learn_name, every(NAME_SECONDS, first=AFTER_START_SECONDS))
        yield Job("profile", self._introduce, every(PROFILE_SECONDS, first=AFTER_START_SECONDS))
        yield Job("commands", self._list_all_commands, self._to_be_listed)
        if self._watched.files or self._watched.folders:
            look = NewVersions(self._watched, self._channel).look
            yield Job("new version", look, every(self._watched.seconds))
        if self._backups is not None:
            yield Job("backup", partial(self.back_up, self._backups), daily(BACKUP_AT, utc_now))

    async def _keep_prompts(self) -> None:
        with suppress(StateError):
            self._screenings.keep_prompts()

    async def _to_beat(self) -> None:
        polled = self._figures().since_poll is not None
        await asyncio.sleep(BEAT_SECONDS if polled else FIRST_BEATS_SECONDS)

    async def _beat(self) -> None:
        figures = self._figures()
        beat(self._db_file, figures.since_poll, figures.queue_age)

    # prompts and reminders

    def prompt_again(self) -> None:
        with suppress(StateError):
            self._channel.prompt_again()

    async def _prompt_lost(self) -> None:
        self.prompt_again()

    async def _remind(self) -> None:
        self.remind()

    def remind(self) -> int:
        """Remind of dialogues left open for a day, in working hours, once each. Return how many."""
        now = self._screenings.clock()
        if in_zone(now, self._zone).hour not in WORKING_HOURS:
            return 0
        found = self._screenings.left_open(now - REMIND_AFTER)
        named = naming(self._channel.conversation.setup, self._screenings)
        for number, code in found:
            self._screenings.reminded(number)
            person = self._people.get(code)
            screening = self._screenings.load(number)
            if may_answer(person, screening):
                shown = named(number, screening.protocol.id)
                said = reminder(number, shown, phrases(person.language))
                self._channel.tell(person, self._channel.conversation.offering(person, said))
        return len(found)

    # backups

    async def back_up(self, backups: Backups) -> None:
        """Make a backup and tell the administrators the newest entry in it; one that fails is logged."""
        try:
            made = await apart(partial(nightly, self._db_file, backups.folder, backups.kept))
            head = await apart(partial(head_of, made))
        except WorkError as error:
            LOG.error("no backup was made", extra={"kind": error.kind, "at": error.at})
            return
        LOG.info("backup made", extra={"file": made.name})
        for person in self._people.all():
            if person.role == "administrator" and person.active:
                self._channel.tell(person, backup_note(made.name, head, phrases(person.language)))

    # what Telegram shows of the bot

    async def _learn_name(self) -> None:
        if self.name is None:
            self.name = (await self._bot.get_me()).username

    async def _introduce(self) -> None:
        if not self._introduced:
            await introduce(self._bot)
            self._introduced = True

    def list_commands(self, person: Person) -> None:
        """Have this person's commands told to Telegram soon."""
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
                person = self._people.get(code)
                for account in self._people.accounts_of(code, CHANNEL):
                    await list_commands(self._bot, person, int(account))
            except Exception:
                self._unlisted[code] = None
                asyncio.get_running_loop().call_later(COMMANDS_SECONDS, self._listing.set)
                raise
