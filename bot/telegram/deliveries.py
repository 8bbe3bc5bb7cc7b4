"""What became of the messages that were sent: which prompt arrived, as which message, and which is on its way.

A prompt asks on from one log entry of a screening, and its buttons answer it. So the file keeps the number of the
message that asked last, here are those of this process, and a prompt that was given up is found to be sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from telegram import Message as TelegramMessage

from bot.exchange import Reply, Settle, Turn
from bot.telegram.sending import Outgoing, WithheldError
from state.prompts import Prompt
from state.screenings import Screenings

ARRIVAL_SECONDS: Final = 1.0
"""How long a message waits until it is known which prompts stand above it."""
PROMPTS_REMEMBERED: Final = 10_000

LOG = logging.getLogger(__name__)

Asked = tuple[str, int]
"""A screening and its log entry from which a prompt asks on."""


class Deliveries:
    """Follows each prompt until it arrived or was given up. `close` takes the buttons from a message of a chat."""

    def __init__(self, screenings: Screenings, close: Callable[[int, int], None]) -> None:
        self._screenings = screenings
        self._close = close
        self._prompts: OrderedDict[Asked, int] = OrderedDict()
        """The numbers of the messages that asked."""
        self._cards: set[Asked] = set()
        """Cards that are on their way."""
        self._on_way: dict[int, int] = {}
        """How many prompts are on their way to a chat."""
        self._all_arrived: dict[int, asyncio.Event] = {}
        self._unreachable: set[int] = set()
        """Chats whose people blocked the bot, until they write again."""

    # before

    def leaves(self, chat: int, reply: Reply) -> None:
        """Note that a reply was put into the chat's outbox."""
        if reply.prompt is None:
            return
        self._on_way[chat] = self._on_way.get(chat, 0) + 1
        if reply.card:
            self._cards.add(_asked(reply.prompt))

    async def prompts_arrive(self, chat: int) -> None:
        """Wait a moment for prompts that are on their way: a person may see one before its call has returned."""
        if chat not in self._on_way:
            return
        arrived = self._all_arrived.setdefault(chat, asyncio.Event())
        with suppress(TimeoutError):
            async with asyncio.timeout(ARRIVAL_SECONDS):
                await arrived.wait()

    def heard_from(self, chat: int) -> None:
        """Note that somebody wrote in this chat, and can be written to."""
        self._unreachable.discard(chat)

    def is_reachable(self, chat: int) -> bool:
        return chat not in self._unreachable

    def is_on_way(self, screening: str, entry: int) -> bool:
        return (screening, entry) in self._cards

    def has_all(self, turn: Turn) -> bool:
        """Return whether all prompts of a turn arrived before."""
        prompts = [action.prompt for action in turn.actions if isinstance(action, Reply) and action.prompt]
        return all(self._screenings.prompted_entry(prompt.screening) == prompt.entry for prompt in prompts)

    def message_of(self, settle: Settle) -> int | None:
        """Return the number of the message that asked, if this process sent it."""
        return self._prompts.get((settle.screening, settle.entry))

    def kept_message_of(self, settle: Settle) -> int | None:
        """Return the number of the message that asked, if a process before this one sent it."""
        if (settle.screening, settle.entry) in self._prompts:
            return None
        if self._screenings.prompted_entry(settle.screening) != settle.entry:
            return None
        return self._screenings.prompt(settle.screening)

    # after: the listeners of `sending`

    def delivered(self, outgoing: Outgoing, result: object) -> None:
        about = outgoing.about
        if isinstance(about, Reply) and about.prompt is not None and isinstance(result, TelegramMessage):
            at = int(result.date.timestamp())
            self._screenings.prompts.delivered(str(outgoing.chat), result.message_id, about.prompt, at)
            if about.card:
                self._keep_card(outgoing.chat, about.prompt, result.message_id)
        self._done(outgoing)

    def undelivered(self, outgoing: Outgoing, error: Exception) -> None:
        self._done(outgoing)
        said = "reply withheld" if isinstance(error, WithheldError) else "reply not delivered"
        LOG.warning(said, extra={"kind": type(error).__name__})

    def blocked(self, chat: int, lost: Sequence[Outgoing]) -> None:
        for outgoing in lost:
            self._done(outgoing)
        self._unreachable.add(chat)
        LOG.warning("blocked by the user", extra={"lost": len(lost)})

    def _keep_card(self, chat: int, prompt: Prompt, message: int) -> None:
        self._close_former(chat, prompt, message)
        self._prompts[_asked(prompt)] = message
        self._prompts.move_to_end(_asked(prompt))
        if len(self._prompts) > PROMPTS_REMEMBERED:
            self._prompts.popitem(last=False)
        self._screenings.prompted(prompt.screening, prompt.entry, message)

    def _close_former(self, chat: int, prompt: Prompt, message: int) -> None:
        """Take the buttons from the prompt that was sent before, unless its answer is about to take them."""
        former = self._screenings.prompt(prompt.screening)
        asked = self._screenings.prompted_entry(prompt.screening)
        is_settled_soon = asked != prompt.entry and (prompt.screening, asked) in self._prompts
        if former is not None and former != message and not is_settled_soon:
            self._close(chat, former)

    def _done(self, outgoing: Outgoing) -> None:
        """Forget a message whose outcome is known: a prompt is on its way no longer, a settled one needs no number."""
        about = outgoing.about
        if isinstance(about, Reply) and about.prompt is not None:
            self._arrive(outgoing.chat)
            if about.card:
                self._cards.discard(_asked(about.prompt))
        elif isinstance(about, Settle):
            self._prompts.pop((about.screening, about.entry), None)

    def _arrive(self, chat: int) -> None:
        self._on_way[chat] -= 1
        if not self._on_way[chat]:
            del self._on_way[chat]
            if (waiting := self._all_arrived.pop(chat, None)) is not None:
                waiting.set()


def _asked(prompt: Prompt) -> Asked:
    return prompt.screening, prompt.entry
