"""The updates that wait for the bot; one is forgotten when a call asks for an offset above it.

That is Telegram's whole acknowledgement. On request updates are handed out more than once: again in the same
answer, in later ones, and even after they were acknowledged, since a bot must live with that.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Collection
from typing import Any, Final

from telegram.constants import PollingLimit

from bot.phone.refusals import CONFLICT, Refused

Json = dict[str, Any]

LONGEST_POLL_SECONDS: Final = 50.0
NOT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds of update that Telegram gives only to a bot that asks for them by name."""
REMEMBERED: Final = 200
"""Acknowledged updates that can be delivered again."""
REPEATED_AT_ONCE: Final = 3
BATCH: Final = int(PollingLimit.MAX_LIMIT)


class Updates:
    """The queue. `most_copies` is how often one update is handed out at the most.

    `repeat` is the probability that an answer brings some of those that were acknowledged once more.
    """

    def __init__(self, first_id: int, rng: random.Random) -> None:
        self.most_copies = 1
        self.repeat = 0.0
        self.delivered = 0
        self.acknowledged = 0
        self._next_id = first_id
        self._rng = rng
        self._waiting: deque[Json] = deque()
        self._allowed: frozenset[str] | None = None
        self._copies: dict[int, int] = {}
        self._echoes: list[Json] = []
        self._remembered: deque[Json] = deque(maxlen=REMEMBERED)
        self._offset = 0
        self._poll: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting) + len(self._echoes)

    def __getitem__(self, place: int) -> Json:
        return self._waiting[place]

    @property
    def ids(self) -> list[int]:
        """Those not acknowledged."""
        return [update["update_id"] for update in self._waiting]

    @property
    def is_polled(self) -> bool:
        """Whether a poll waits for news at this moment."""
        return self._poll is not None and not self._poll.done()

    def add(self, content: Json) -> int | None:
        """Queue ``{kind: object}`` under the next number; None if the bot does not want this kind."""
        kind = next(iter(content))
        if not self._is_wanted(kind):
            return None
        update_id, self._next_id = self._next_id, self._next_id + 1
        self._waiting.append({"update_id": update_id, **content})
        self._wake(None)
        return update_id

    def append(self, update: Json) -> int:
        """Queue an update as it stands, whatever is in it; without a number it gets the next one.

        One whose number was acknowledged already comes again all the same, in the next answer.
        """
        update_id = update.get("update_id", self._next_id)
        if isinstance(update_id, int):
            self._next_id = max(self._next_id, update_id + 1)
        is_late = isinstance(update_id, int) and update_id < self._offset
        (self._echoes if is_late else self._waiting).append({"update_id": update_id, **update})
        self._wake(None)
        return int(update_id)

    def _is_wanted(self, kind: str) -> bool:
        return kind not in NOT_BY_DEFAULT if self._allowed is None else kind in self._allowed

    async def get(
        self, offset: int, limit: int, timeout: float, allowed: Collection[str] | None = None
    ) -> list[Json]:
        """Answer getUpdates. Raises `Refused` (409) in a poll that another one takes over."""
        self._wake(Refused(409, CONFLICT))
        if allowed is not None:
            self._allowed = frozenset(allowed) or None
        self._acknowledge(offset)
        self._offset = max(self._offset, offset)
        if not (self._waiting or self._echoes):
            await self._wait(min(timeout, LONGEST_POLL_SECONDS))
        return self._hand_out(limit if 1 <= limit <= BATCH else BATCH)

    def drop(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()
        self._echoes.clear()
        self._copies.clear()

    def close(self) -> None:
        """End a poll that waits, with an empty answer."""
        self._wake(None)

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        self._poll = poll = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait({poll}, timeout=seconds)
            if poll.done():
                poll.result()
        finally:
            if self._poll is poll:
                self._poll = None

    def _wake(self, refused: Refused | None) -> None:
        poll, self._poll = self._poll, None
        if poll is None or poll.done():
            return
        if refused is None:
            poll.set_result(None)
        else:
            poll.set_exception(refused)

    def _acknowledge(self, offset: int) -> None:
        """Forget all below `offset`; a negative one keeps only so many from the end."""
        is_forgotten: Callable[[], bool] = (
            (lambda: len(self._waiting) > -offset)
            if offset < 0
            else (lambda: self._waiting[0]["update_id"] < offset)
        )
        while self._waiting and is_forgotten():
            update = self._waiting.popleft()
            self.acknowledged += 1
            self._remembered.append(update)
            if self._copies.pop(update["update_id"], 0) > 0:
                self._echoes.append(update)

    def _hand_out(self, limit: int) -> list[Json]:
        batch = self._echoed(limit) + self._repeated()
        for update in self._waiting:
            if len(batch) >= limit:
                break
            batch += [update] * min(self._drawn(update), limit - len(batch))
        self.delivered += len(batch)
        return batch

    def _repeated(self) -> list[Json]:
        if not self._remembered or self._rng.random() >= self.repeat:
            return []
        return self._rng.sample(list(self._remembered), min(REPEATED_AT_ONCE, len(self._remembered)))

    def _drawn(self, update: Json) -> int:
        """Return how often an update stands in this answer; what is left of its copies comes later."""
        if self.most_copies == 1:
            return 1
        left = self._copies.get(update["update_id"])
        if left is None:
            left = self._rng.randint(1, self.most_copies)
        now = self._rng.randint(1, max(1, left))
        self._copies[update["update_id"]] = max(0, left - now)
        return now

    def _echoed(self, limit: int) -> list[Json]:
        """Return some of the acknowledged updates whose copies are not all handed out, in no order."""
        if not self._echoes:
            return []
        self._rng.shuffle(self._echoes)
        count = min(self._rng.randint(1, len(self._echoes)), max(1, limit - 1))
        echoed, self._echoes = self._echoes[:count], self._echoes[count:]
        return echoed
