"""A person with a phone who reads, and waits for what comes.

Waits are woken by what happens in the chat and give up after `timeout` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from bot.phone import person
from bot.phone.world import Account, Json, World, buttons_of

PATIENCE: Final = 60.0
"""Seconds that a wait lasts, if nothing else is said."""

What = str | Callable[["Person"], object]


class Person(person.Person):
    """The same who acts on the phone page. `messages` are those on the phone, by their number."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self._read = 0

    @property
    def changed(self) -> asyncio.Event:
        """Set by everything that happens in the chat, for whoever cleared it before."""
        return self.chat.journal.changed

    @property
    def blocked(self) -> bool:
        """Whether the bot cannot write here; setting it tells nobody, `block` and `unblock` do."""
        return self.chat.is_blocked

    @blocked.setter
    def blocked(self, blocked: bool) -> None:
        self.chat.is_blocked = blocked

    # reading

    @property
    def replies(self) -> list[Json]:
        """The messages of the bot, oldest first."""
        return [message for message in self.messages.values() if self._is_bots(message)]

    @property
    def last(self) -> Json:
        """The newest message of the bot."""
        return self.replies[-1]

    @property
    def texts(self) -> list[str]:
        return [text_of(message) for message in self.messages.values()]

    @property
    def toasts(self) -> list[str]:
        """What the answers to presses said, oldest first."""
        events = (entry.event for entry in self.chat.journal.after(0))
        return [event["text"] for event in events if event["event"] == "answer" and event["text"]]

    @property
    def buttons(self) -> list[str]:
        """The labels of the newest message with buttons."""
        for message in reversed(self.messages.values()):
            if found := labels(message):
                return found
        return []

    def transcript(self) -> str:
        """Return the chat as text: who, what, and the buttons below it."""
        return "\n".join(line for message in self.messages.values() for line in self._lines(message))

    def _lines(self, message: Json) -> list[str]:
        who = "bot" if self._is_bots(message) else "you"
        lines = [f"{who}> {text_of(message) or _kind(message)}"]
        rows = (message.get("reply_markup") or {}).get("inline_keyboard", ())
        return lines + ["     " + " ".join(f"[{button['text']}]" for button in row) for row in rows]

    def _is_bots(self, message: Json) -> bool:
        return bool(message["from"]["is_bot"])

    # waiting

    async def sees(self, what: What, timeout: float = PATIENCE) -> Json:
        """Wait until a text stands in a message of the bot, or a condition holds. Returns the newest such message.

        Raises `AssertionError` with the transcript when it does not happen in time.
        """
        return await self._wait(lambda: self._seen(what), timeout, what)

    def _seen(self, what: What) -> Json | None:
        if callable(what):
            return (self.replies or [{}])[-1] if what(self) else None
        return next((message for message in reversed(self.replies) if what in text_of(message)), None)

    async def next_reply(self, timeout: float = PATIENCE) -> Json:
        """Wait for the next message of the bot that was not returned yet. Returns it as it stands now."""
        return await self._wait(self._next_reply, timeout, "another message")

    def _next_reply(self) -> Json | None:
        for entry in self.chat.journal.after(self._read):
            self._read = entry.number
            message: Json = entry.event.get("message", {})
            if entry.event["event"] == "message" and self._is_bots(message):
                return self.messages.get(message["message_id"], message)
        return None

    async def answer_to(self, query: str, timeout: float = PATIENCE) -> Json:
        """Wait until a press is answered: its ``text`` and whether it is an ``alert``."""
        return await self._wait(lambda: self._answer(query), timeout, "the answer to a press")

    def _answer(self, query: str) -> Json | None:
        events = (entry.event for entry in self.chat.journal.after(0))
        return next((e for e in events if e["event"] == "answer" and e["query"] == query), None)

    async def _wait(self, found: Callable[[], Json | None], seconds: float, what: object) -> Json:
        journal = self.chat.journal
        try:
            async with asyncio.timeout(seconds):
                while (result := found()) is None:
                    await journal.news(journal.last)
        except TimeoutError:
            raise AssertionError(f"waited {seconds} s for {what!r}; the chat:\n{self.transcript()}") from None
        return result


def labels(message: Json) -> list[str]:
    return [button["text"] for button in buttons_of(message)]


def text_of(message: Json) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _kind(message: Json) -> str:
    return next(
        (f"({kind})" for kind in ("document", "photo", "voice", "sticker", "contact") if kind in message), ""
    )
