"""Asks Telegram for updates until it answers: every failure of a poll passes, but for a token that stays refused."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from telegram import Bot, Update
from telegram.constants import UpdateType
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram.failures import caught, notify, tried
from bot.telegram.lanes import Skipped
from bot.telegram.limits import UPDATES_A_POLL
from bot.telegram.pacing import pauses, seconds
from bot.telegram.stopping import ACKNOWLEDGE_SECONDS

ALLOWED_UPDATES: Final = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
)
POLL_SECONDS: Final = 25
"""How long Telegram holds an empty poll: below the minute after which firewalls forget a silent line."""

NETWORK_SECONDS: Final = (0.5, 30.0)
"""First and longest pause after a poll that failed."""
CONFLICT_SECONDS: Final = (15.0, 60.0)
"""First and longest pause while another process polls with the same token."""
CONFLICT_FORGOTTEN_SECONDS: Final = 600.0
"""A conflict this long after the last one is said again."""
TOKEN_SECONDS: Final = (1.0, 10.0)
"""First and longest pause after a poll that was refused for its token."""
REFUSED_SECONDS: Final = 60.0
"""A token that is refused for so long is refused for good: servers say so in error, too."""

LOG = logging.getLogger(__name__)


class TokenRefusedError(Exception):
    """Telegram does not know the token, and waiting does not help."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram does not accept the bot token. Please check TELEGRAM_BOT_TOKEN with @BotFather."
        )


def _nothing(*_: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Notices:
    """Listeners, called in the event loop: they return at once."""

    conflict: Callable[[], None] = _nothing
    skipped: Callable[[Skipped], None] = _nothing
    recovered: Callable[[], None] = _nothing
    """A poll succeeded after some that had failed: what could not be sent meanwhile can be sent now."""


class Waits:
    """The pauses after polls that failed in a row, for each reason its own."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self.network: Iterator[float] = pauses(*NETWORK_SECONDS, jitter)
        self.conflict: Iterator[float] = pauses(*CONFLICT_SECONDS, jitter)
        self.token: Iterator[float] = pauses(*TOKEN_SECONDS, jitter)


class Asking:
    """Polls for updates, again and again.

    `polled` is the time of the last poll that succeeded, `troubled` whether polls fail at this moment.
    """

    def __init__(
        self,
        bot: Bot,
        notices: Notices,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.polled: float | None = None
        self.troubled = False
        self._bot = bot
        self._notices = notices
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._acknowledged: int | None = None
        self._conflicted: float | None = None
        self._refused: float | None = None

    async def updates(self, offset: int | None) -> Sequence[Update | Skipped]:
        """Return the next answer, however often it has to be asked for. Acknowledges what is below the offset.

        The first poll that succeeds was not held: while an empty one is, nobody knows whether Telegram answers.
        Raises `TokenRefusedError` after a minute of refusals.
        """
        waits = Waits(self._jitter)
        while True:
            held = 0 if self.polled is None else POLL_SECONDS
            answer = await caught(self._ask(offset, held))
            if isinstance(answer, Exception):
                pause = self._pause_after(answer, waits)
                self.troubled = True
                LOG.warning("polling failed, next try in %.1f s: %s", pause, _words(answer))
                await self._sleep(pause)
                continue
            self._note_success()
            if answer or held:
                return answer
            waits = Waits(self._jitter)

    async def acknowledge(self, offset: int | None) -> None:
        """At a stop: acknowledge what was committed since the last poll. Where this fails, it is delivered again."""
        if offset == self._acknowledged:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
                asked = self._bot.get_updates(offset, limit=1, timeout=0, allowed_updates=ALLOWED_UPDATES)
                if not isinstance(await caught(asked), Exception):
                    return
        LOG.info("the last acknowledgement was not sent")

    async def _ask(self, offset: int | None, held: int) -> Sequence[Update | Skipped]:
        asked: dict[str, Any] = {
            "offset": offset,
            "limit": UPDATES_A_POLL,
            "timeout": held,
            "allowed_updates": ALLOWED_UPDATES,
        }
        answer: Sequence[Update | Skipped] | Exception = await caught(self._bot.get_updates(**asked))
        if isinstance(answer, TelegramError):
            raise answer
        if isinstance(answer, Exception):  # one unreadable update makes python-telegram-bot refuse the batch
            answer = await self._ask_for_pieces(asked)
        self._acknowledged = offset
        return answer

    async def _ask_for_pieces(self, asked: dict[str, Any]) -> list[Update | Skipped]:
        """Ask for the same batch, and read each update by itself, so that the unreadable ones can be told apart."""
        pieces: list[Any] = await self._bot.do_api_request("getUpdates", api_kwargs=asked | {"timeout": 0})
        return [self._read(piece) for piece in pieces]

    def _read(self, piece: Any) -> Update | Skipped:
        update = tried(partial(Update.de_json, piece, self._bot))
        if isinstance(update, Exception):
            number: Any = piece.get("update_id") if isinstance(piece, dict) else None
            return Skipped(number, None, update)
        return update

    def _pause_after(self, error: Exception, waits: Waits) -> float:
        """Return the seconds to wait. Raises `TokenRefusedError` when waiting does not help any more."""
        if isinstance(error, InvalidToken):
            self._note_refusal(error)
            return next(waits.token)
        if isinstance(error, RetryAfter):
            self._refused = None
            return seconds(error)
        if isinstance(error, Conflict):
            self._refused = None
            self._note_conflict()
            return next(waits.conflict)
        return next(waits.network)

    def _note_refusal(self, error: InvalidToken) -> None:
        """Raises `TokenRefusedError` when nothing else was heard for a minute."""
        now = self._clock()
        if self._refused is None:
            self._refused = now
            LOG.error("Telegram does not accept the bot token; asking again for a minute")
        elif now - self._refused >= REFUSED_SECONDS:
            raise TokenRefusedError from error

    def _note_conflict(self) -> None:
        now = self._clock()
        if self._conflicted is None or now - self._conflicted > CONFLICT_FORGOTTEN_SECONDS:
            notify(LOG, self._notices.conflict)
        self._conflicted = now

    def _note_success(self) -> None:
        self.polled = self._clock()
        self._refused = None
        if self.troubled:
            self.troubled = False
            notify(LOG, self._notices.recovered)


def _words(error: Exception) -> str:
    """Return what may be logged of an error: `request` wrote the words of Telegram's, others may quote a message."""
    return str(error) if isinstance(error, TelegramError) else type(error).__name__
