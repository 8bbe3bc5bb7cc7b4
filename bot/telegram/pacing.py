"""How long to wait: after a failure, and before a message that Telegram would refuse. The clock is given."""

import asyncio
import datetime as dt
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

from telegram.error import RetryAfter

from bot.telegram.limits import BURST_IN_A_CHAT, MESSAGES_A_SECOND, MESSAGES_A_SECOND_IN_A_CHAT


def pauses(first: float, longest: float, jitter: Callable[[], float]) -> Iterator[float]:
    """Yield the seconds to wait after each failure in a row: doubling, each between half and all of its step.

    `jitter` returns numbers from 0 to 1, so that many who failed together do not return together.
    """
    step = first
    while True:
        yield step * (1 + jitter()) / 2
        step = min(step * 2, longest)


def seconds(error: RetryAfter) -> float:
    """Return how long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most `rate` messages a second in the long run, `burst` at once; a rate of infinity lifts it."""

    rate: float
    burst: int

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.burst < 1:
            raise ValueError(f"a ceiling needs a rate above 0 and a burst of at least 1, not {self}")


ALL_CHATS: Final = Ceiling(MESSAGES_A_SECOND, burst=MESSAGES_A_SECOND)
ONE_CHAT: Final = Ceiling(MESSAGES_A_SECOND_IN_A_CHAT, burst=BURST_IN_A_CHAT)
STRANGERS: Final = Ceiling(5, burst=5)
"""Lines that all strangers together get: members never notice them."""
LIFTED: Final = Ceiling(float("inf"), burst=1)


class Bucket:
    """A token bucket kept as one number: when the messages let through so far will have been paid for."""

    __slots__ = ("_ceiling", "_paid")

    def __init__(self, ceiling: Ceiling) -> None:
        self._ceiling = ceiling
        self._paid = float("-inf")

    def take(self, now: float) -> float:
        """Count one message, and return how many seconds it has to wait."""
        wait = self.wait(now)
        self._paid = max(self._paid, now) + 1 / self._ceiling.rate
        return wait

    def wait(self, now: float) -> float:
        """Return how many seconds a message would have to wait."""
        each = 1 / self._ceiling.rate
        return max(0.0, max(self._paid, now) + each - now - each * self._ceiling.burst)

    def is_full(self, now: float) -> bool:
        """Return whether all messages are paid for: a new bucket would be no different."""
        return self._paid <= now


class Turnstile:
    """Lets messages through one after the other, no more than a ceiling; of those that wait, the first in rank.

    Within a rank they go in the order in which they came.
    """

    def __init__(
        self, ceiling: Ceiling, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._bucket = Bucket(ceiling)
        self._clock = clock
        self._sleep = sleep
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._came = itertools.count()
        self._keeper: asyncio.Task[None] | None = None

    async def enter(self, rank: int) -> None:
        """Return when it is this message's turn; 0 is the first rank."""
        if not self._waiting and not self._bucket.wait(self._clock()):
            self._bucket.take(self._clock())
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._came), turn))
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._let_through())
        await turn

    async def _let_through(self) -> None:
        while self._waiting:
            if wait := self._bucket.wait(self._clock()):
                await self._sleep(wait)
                continue
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():  # whoever waited may have been cancelled
                self._bucket.take(self._clock())
                turn.set_result(None)
                await asyncio.sleep(0)
