"""How long to wait: after a failure, and before a message that Telegram would refuse. Pure; the clock is given."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from telegram.constants import FloodLimit
from telegram.error import RetryAfter

BURST_PER_CHAT: Final = 20
"""Messages in a row before a chat's ceiling of one a second holds: Telegram allows short bursts."""


def pauses(first: float, longest: float, jitter: Callable[[], float]) -> Iterator[float]:
    """Seconds to wait after each failure in a row: doubling, each between half and all of its step.

    `jitter` gives numbers from 0 to 1, so that many who failed together do not return together.
    """
    step = first
    while True:
        yield step * (1 + jitter()) / 2
        step = min(step * 2, longest)


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
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


ALL_CHATS: Final = Ceiling(FloodLimit.MESSAGES_PER_SECOND, burst=FloodLimit.MESSAGES_PER_SECOND)
ONE_CHAT: Final = Ceiling(FloodLimit.MESSAGES_PER_SECOND_PER_CHAT, burst=BURST_PER_CHAT)
LIFTED: Final = Ceiling(float("inf"), burst=1)


class Bucket:
    """A token bucket kept as one number: when the messages let through so far will have been paid for."""

    __slots__ = ("_ceiling", "_paid")

    def __init__(self, ceiling: Ceiling) -> None:
        self._ceiling = ceiling
        self._paid = float("-inf")

    def take(self, now: float) -> float:
        """Count one message, and answer how many seconds it has to wait."""
        each = 1 / self._ceiling.rate
        self._paid = max(self._paid, now) + each
        return max(0.0, self._paid - now - each * self._ceiling.burst)

    def is_full(self, now: float) -> bool:
        """Whether it has forgotten every message, so that a new one would do as well."""
        return self._paid <= now
