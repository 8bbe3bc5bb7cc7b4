"""Brings replies out: in order within a chat, and no chat ever waits for another.

Whoever handles an update puts its replies here after the commit and goes on. What Telegram asks for
(429, its ceilings) is obeyed for the chat that it concerns; what fails for a while is tried again; what
cannot be delivered is reported, so that the dialogue's prompt can be sent again later. A message may have
arrived although its call failed: then it arrives twice.

Members' answers go before reports, reports before lines to strangers, also within one chat. Just before a message
leaves, and before each further try, `Outgoing.may` is asked whether its receiver may have it now.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.telegram.failures import caught, notify
from bot.telegram.pacing import ALL_CHATS, ONE_CHAT, STRANGERS, Bucket, Ceiling, Turnstile, pauses, seconds

TRIES: Final = 8
"""How often a message is tried, 429 apart: with these pauses for about a minute."""
RETRY_SECONDS: Final = (0.5, 30.0)
"""First and longest pause before a message is tried again."""
STRANGERS_WAITING: Final = 1_000
"""Lines to strangers that wait; one more is not sent."""
WAITING_PER_CHAT: Final = 100
"""Messages kept for a chat. Beyond, the oldest gives way: the prompt that counts is the newest."""

ANSWER_TRIES: Final = 2
"""A press is worth two tries: soon after, Telegram calls it too old."""
ANSWER_SECONDS: Final = 10.0
"""A press is not answered later than this."""
ANSWERS: Final = 1_000
"""Presses being answered at once; the spinner of one more stops by itself."""

CHATS_REMEMBERED: Final = 1_024
"""From so many chats on, those that have been quiet long enough are forgotten."""

NOT_MODIFIED: Final = "message is not modified"
"""A call that comes again although it had arrived."""
NO_MATTER: Final = (
    NOT_MODIFIED,
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "query is too old",
)
"""Refusals (400) that mean: there is nothing left to do."""

LOG = logging.getLogger(__name__)


class Rank(IntEnum):
    """Who goes first when Telegram's ceiling is reached."""

    ANSWER = 0
    REPORT = 1
    STRANGER = 2


def _anybody() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call of the Bot API on behalf of a chat. `about` is the sender's own, handed back in the reports.

    `may` says whether the chat may have this now.
    """

    chat: int
    call: Callable[[], Awaitable[object]]
    about: object = None
    may: Callable[[], bool] = _anybody
    rank: Rank = Rank.ANSWER


class OutboxFullError(Exception):
    """Newer messages took the place of this one."""


class WithheldError(Exception):
    """Its receiver may not have it any more."""


FINAL: Final = (BadRequest, Forbidden, WithheldError)
"""Refusals that no further try changes. A refused token, or an answer that cannot be read, may be an error of the
server's that passes."""


def _nothing(*_: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Reports:
    """Listeners, called in the event loop with what became of a message: they return at once.

    `delivered` gets what the call returned (an `Arrived`, True), or None where there was nothing left to do;
    `undelivered` the last error; `blocked` the chat, and the messages that it will not get.
    """

    delivered: Callable[[Outgoing, object], None] = _nothing
    undelivered: Callable[[Outgoing, Exception], None] = _nothing
    blocked: Callable[[int, Sequence[Outgoing]], None] = _nothing


@dataclass(slots=True)
class Outbox:
    """What waits for one chat. It exists only while there is something."""

    waiting: deque[Outgoing] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Sending:
    """All outboxes. `all_chats` and `one_chat` are Telegram's ceilings, `strangers` is ours; `LIFTED` lifts one."""

    def __init__(
        self,
        reports: Reports | None = None,
        *,
        all_chats: Ceiling = ALL_CHATS,
        one_chat: Ceiling = ONE_CHAT,
        strangers: Ceiling = STRANGERS,
        tries: int = TRIES,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._reports = reports or Reports()
        self._everyone = Turnstile(all_chats, clock, sleep)
        self._strangers = Turnstile(strangers, clock, sleep)
        self._one_chat = one_chat
        self._tries = tries
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._outboxes: dict[tuple[int, Rank], Outbox] = {}
        self._buckets: dict[int, Bucket] = {}
        self._forget_at = CHATS_REMEMBERED
        self._answers: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Return how many outboxes have something to send."""
        return len(self._outboxes)

    def put(self, outgoing: Outgoing) -> None:
        """Queue a message behind those of its rank that the chat has not got yet. Returns at once."""
        key = (outgoing.chat, outgoing.rank)
        outbox = self._outboxes.get(key)
        if outbox is None:
            if outgoing.rank is Rank.STRANGER and len(self._outboxes) >= STRANGERS_WAITING:
                notify(LOG, self._reports.undelivered, outgoing, OutboxFullError())
                return
            outbox = self._outboxes[key] = Outbox()
            outbox.task = asyncio.create_task(self._work(key, outbox))
        if len(outbox.waiting) >= WAITING_PER_CHAT:
            notify(LOG, self._reports.undelivered, outbox.waiting.popleft(), OutboxFullError())
        outbox.waiting.append(outgoing)

    def answer(self, call: Callable[[], Awaitable[object]], may: Callable[[], bool] = _anybody) -> None:
        """Answer a press at once, whatever else its chat waits for. One that fails is not reported."""
        if len(self._answers) < ANSWERS:
            task = asyncio.create_task(self._answer(call, may))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def finish(self, limit: float) -> int:
        """Send what can be sent within so many seconds. Return how many messages remain, unreported."""
        tasks = {outbox.task for outbox in self._outboxes.values() if outbox.task} | self._answers
        if not tasks:
            return 0
        _, late = await asyncio.wait(tasks, timeout=limit)
        remaining = sum(1 + len(outbox.waiting) for outbox in self._outboxes.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return remaining

    async def _work(self, key: tuple[int, Rank], outbox: Outbox) -> None:
        try:
            while outbox.waiting:
                await self._deliver(outbox.waiting.popleft(), outbox)
        finally:
            del self._outboxes[key]
            self._forget_quiet_chats()

    async def _deliver(self, outgoing: Outgoing, outbox: Outbox) -> None:
        result = await self._send(outgoing)
        if isinstance(result, Forbidden):
            unsent = [outgoing, *outbox.waiting]
            outbox.waiting.clear()
            notify(LOG, self._reports.blocked, outgoing.chat, unsent)
        elif isinstance(result, Exception):
            notify(LOG, self._reports.undelivered, outgoing, result)
        else:
            notify(LOG, self._reports.delivered, outgoing, result)

    async def _send(self, outgoing: Outgoing) -> object:
        """Return what the call returned in the end, or the error that it raised in the end."""
        failures = 0
        retry = pauses(*RETRY_SECONDS, self._jitter)
        while True:
            await self._pace(outgoing)
            result = await caught(_call_if(outgoing.may, outgoing.call))
            if isinstance(result, BadRequest) and no_matter(result):
                return None
            if not isinstance(result, Exception) or isinstance(result, FINAL):
                return result
            if isinstance(result, RetryAfter):
                await self._sleep(seconds(result))
                continue
            failures += 1
            if failures >= self._tries:
                return result
            await self._sleep(next(retry))

    async def _pace(self, outgoing: Outgoing) -> None:
        bucket = self._buckets.get(outgoing.chat)
        if bucket is None:
            bucket = self._buckets[outgoing.chat] = Bucket(self._one_chat)
        # The chat's own wait first: while it lasts, it must not hold a place that others could use.
        if wait := bucket.take(self._clock()):
            await self._sleep(wait)
        if outgoing.rank is Rank.STRANGER:
            await self._strangers.enter(outgoing.rank)
        await self._everyone.enter(outgoing.rank)

    async def _answer(self, call: Callable[[], Awaitable[object]], may: Callable[[], bool]) -> None:
        for _ in range(ANSWER_TRIES):
            result = await caught(_call_if(may, call))
            if isinstance(result, RetryAfter) and seconds(result) <= ANSWER_SECONDS:
                await self._sleep(seconds(result))
            elif isinstance(result, RetryAfter | BadRequest | Forbidden | WithheldError):
                return
            elif not isinstance(result, TelegramError):
                if isinstance(result, Exception):
                    LOG.warning("a press could not be answered: %s", type(result).__name__)
                return

    def _forget_quiet_chats(self) -> None:
        """Drop the buckets that have filled up again: a new one would let the next message through alike."""
        if len(self._buckets) < self._forget_at:
            return
        now, busy = self._clock(), {chat for chat, _ in self._outboxes}
        self._buckets = {
            chat: bucket for chat, bucket in self._buckets.items() if chat in busy or not bucket.is_full(now)
        }
        self._forget_at = max(CHATS_REMEMBERED, 2 * len(self._buckets))


async def _call_if(may: Callable[[], bool], call: Callable[[], Awaitable[object]]) -> object:
    """Raises `WithheldError` instead of calling."""
    if not may():
        raise WithheldError
    return await call()


def no_matter(error: BadRequest) -> bool:
    """Return whether a refusal means that there is nothing left to do."""
    words = error.message.lower()
    return any(harmless in words for harmless in NO_MATTER)
