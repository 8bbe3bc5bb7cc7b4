"""What became of the messages that were sent: which prompt arrived, as which message, and which is on its way.

A prompt asks on from one log entry of a screening, and its buttons answer it. A screening has one card that asks, which
moves on in its message for as long as that is the last one of the chat; where it goes on in another message, the one
before loses its buttons. So the file keeps the number of the message that asked last, here are those of this process,
and a prompt that was given up is found to be sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from bot.exchange import Reply, Safe, Turn
from bot.telegram.calls import Arrived
from bot.telegram.pages import pages
from bot.telegram.sending import Outgoing, WithheldError
from state.prompts import Prompt
from state.screenings import Screenings

ARRIVAL_SECONDS: Final = 1.0
"""How long a message waits until it is known which prompts stand above it."""
REMEMBERED: Final = 10_000
"""Chats whose last message, and screenings whose card, is remembered; of another one a new message is sent."""

LOG = logging.getLogger(__name__)

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
Asked = tuple[str, int]
"""A screening and its log entry from which a prompt asks on."""


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, and the number of the message whose button led to it."""

    reply: Reply
    pressed: int | None = None


@dataclass(frozen=True, slots=True)
class _Card:
    """The card of a screening as it stands on a phone: the last page, if it has several.

    ``above`` is a hash of the pages before that one, ``shown`` of all that can be seen of the card, if known.
    """

    chat: int
    message: int
    at: int
    above: int
    shown: int | None
    answers: Mapping[str, Safe]


class Deliveries:
    """Follows each prompt until it arrived or was given up. `close` takes the buttons from a message of a chat."""

    def __init__(self, screenings: Screenings, close: Callable[[int, int], None]) -> None:
        self._screenings = screenings
        self._close = close
        self._cards: OrderedDict[str, _Card] = OrderedDict()
        """The card of each screening that this process has shown."""
        self._last: OrderedDict[int, int] = OrderedDict()
        """The number of the last message of each chat, whoever sent it."""
        self._leaving: set[Asked] = set()
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
        if _asks_on(reply):
            self._leaving.add(_asked(reply.prompt))

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
        return (screening, entry) in self._leaving

    def has_all(self, turn: Turn) -> bool:
        """Return whether all prompts of a turn arrived before."""
        prompts = [action.prompt for action in turn.actions if isinstance(action, Reply) and action.prompt]
        return all(self._screenings.prompted_entry(prompt.screening) == prompt.entry for prompt in prompts)

    # where a reply goes, asked when it leaves

    def stands_in(self, chat: int, message: int) -> None:
        """Note a message of a chat, whoever sent it: what has a smaller number is not the last one any more."""
        self._last[chat] = max(message, self._last.get(chat, 0))
        _remember(self._last, chat)

    def place_of(self, chat: int, said: Said) -> int | None:
        """Return the number of the message whose place a reply takes; ``None`` if it is sent anew.

        Of several pages the last takes the place of the last, as long as those above it stay as they are.
        """
        reply, pressed = said.reply, said.pressed
        if pressed is None or self._last.get(chat) != pressed:
            return None
        if not reply.card:
            return pressed if reply.in_place and _above(reply) == _NOTHING_ABOVE else None
        card = self._card_before(reply)
        if card is None or (card.chat, card.message) != (chat, pressed):
            return None
        return pressed if card.above == _above(self.going_on(reply)) else None

    def going_on(self, reply: Reply) -> Reply:
        """Return a reply as it stands in the place of the card before it."""
        card = self._card_before(reply)
        return reply if card is None else reply.after(card.answers)

    def standing(self, chat: int, reply: Reply) -> Arrived | None:
        """Return the card that shows just this and is the last message of its chat; nothing need be sent then."""
        card = self._card_before(reply)
        if card is None or self._last.get(chat) != card.message or card.chat != chat:
            return None
        return Arrived(card.message, card.at) if card.shown == _hash(self.going_on(reply)) else None

    def _card_before(self, reply: Reply) -> _Card | None:
        """Return the card that a card goes on from; ``None`` for what is no card."""
        return self._cards.get(reply.prompt.screening) if reply.card and reply.prompt is not None else None

    # after: the listeners of `sending`

    def delivered(self, outgoing: Outgoing, result: object) -> None:
        if isinstance(result, Arrived):
            if isinstance(outgoing.about, Said):
                self._prompt_arrived(outgoing.chat, outgoing.about, result)
            self.stands_in(outgoing.chat, result.message)
        self._done(outgoing)

    def _prompt_arrived(self, chat: int, said: Said, arrived: Arrived) -> None:
        prompt = said.reply.prompt
        if prompt is None:
            return
        self._screenings.prompts.delivered(str(chat), arrived.message, prompt, arrived.at)
        if not said.reply.card:
            return
        self._keep_card(chat, said.reply, arrived, prompt)
        entry = prompt.entry
        if not _asks_on(said.reply):  # where the card stands; the question itself may not have arrived
            entry = self._screenings.prompted_entry(prompt.screening) or 0
        self._screenings.prompted(prompt.screening, entry, arrived.message)

    def _keep_card(self, chat: int, shown: Reply, arrived: Arrived, prompt: Prompt) -> None:
        """Remember where a screening's card stands, and take the buttons from the one before."""
        before = self._cards.get(prompt.screening)
        if before is not None and (before.chat, before.message) == (chat, arrived.message):
            shown = self.going_on(shown)
        elif before is not None:
            self._close(before.chat, before.message)
        elif (kept := self._screenings.prompt(prompt.screening)) is not None and kept != arrived.message:
            # in another chat, maybe: a person may have several accounts
            found = self._screenings.prompts.chat_of(kept, prompt.screening)
            self._close(int(found or chat), kept)
        self._cards[prompt.screening] = _Card(
            chat, arrived.message, arrived.at, _above(shown), _hash(shown), shown.answers
        )
        _remember(self._cards, prompt.screening)

    def undelivered(self, outgoing: Outgoing, error: Exception) -> None:
        if isinstance(outgoing.about, Said):
            self._may_have_arrived(outgoing.chat, outgoing.about)
        self._done(outgoing)
        said = "reply withheld" if isinstance(error, WithheldError) else "reply not delivered"
        LOG.warning(said, extra={"kind": type(error).__name__})

    def _may_have_arrived(self, chat: int, said: Said) -> None:
        """Doubt what stands where a reply may have been shown: its call may have failed only after that."""
        card = self._card_before(said.reply)
        if card is not None and said.reply.prompt is not None:
            self._cards[said.reply.prompt.screening] = replace(card, shown=None)
        if said.pressed is not None:
            self._screenings.prompts.doubt(str(chat), said.pressed)

    def blocked(self, chat: int, lost: Sequence[Outgoing]) -> None:
        for outgoing in lost:
            self._done(outgoing)
        self._unreachable.add(chat)
        LOG.warning("blocked by the user", extra={"lost": len(lost)})

    def _done(self, outgoing: Outgoing) -> None:
        """Forget a message whose outcome is known: a prompt is on its way no longer."""
        if not isinstance(outgoing.about, Said) or outgoing.about.reply.prompt is None:
            return
        self._arrive(outgoing.chat)
        if _asks_on(outgoing.about.reply):
            self._leaving.discard(_asked(outgoing.about.reply.prompt))

    def _arrive(self, chat: int) -> None:
        self._on_way[chat] -= 1
        if not self._on_way[chat]:
            del self._on_way[chat]
            if (waiting := self._all_arrived.pop(chat, None)) is not None:
                waiting.set()


def _asks_on(reply: Reply) -> bool:
    """Return whether a reply shows where a screening stands, so that its prompt has arrived with it.

    So does the list of what can be corrected: it is what a screening that is reopened shows first.
    """
    return reply.card and reply.prompt is not None and reply.prompt.kind in ("question", "correct")


def _asked(prompt: Prompt) -> Asked:
    return prompt.screening, prompt.entry


def _above(reply: Reply) -> int:
    return hash(tuple(pages(reply.shown()))[:-1])


_NOTHING_ABOVE: Final = hash(())


def _hash(reply: Reply) -> int:
    return hash((reply.shown(), reply.buttons))


def _remember(remembered: OrderedDict[_Key, _Value], key: _Key) -> None:
    """Keep what was used last, and forget what was used longest ago."""
    remembered.move_to_end(key)
    if len(remembered) > REMEMBERED:
        remembered.popitem(last=False)
