"""The little world behind the server: people with phones, their chats, and the updates they cause."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody one can be on the phone page. `name` is a text or one a language."""

    id: int
    name: str | dict[str, str]
    role: str = ""
    language: str = "en"


class Person:
    """A person with a phone: sends, presses, and reads what comes."""

    def __init__(self, world: World, persona: Persona) -> None:
        self.world = world
        self.id = persona.id
        self.first_name = persona.name if isinstance(persona.name, str) else persona.name["en"]
        self.language_code = persona.language
        self.messages: dict[int, Json] = {}
        self.toasts: deque[str] = deque(maxlen=50)
        self.blocked = False
        self.commands: dict[str, list[Json]] = {}
        self.changed = asyncio.Event()

    # identity ------------------------------------------------------------------------------------

    @property
    def user(self) -> Json:
        return {
            "id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": self.language_code,
        }  # fmt: skip

    @property
    def chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": self.first_name}

    # acting --------------------------------------------------------------------------------------

    def send(self, text: str, *, reply_to: int | None = None) -> Json:
        """Type a message; a command gets its entity as Telegram gives it."""
        more: Json = {"text": text}
        if text.startswith("/"):
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if reply_to is not None and reply_to in self.messages:
            more["reply_to_message"] = self.messages[reply_to]
        return self.send_message(**more)

    def send_message(self, **content: Any) -> Json:
        """Send any kind of message: a sticker, a photo, a contact, what a test needs."""
        message = self.world.new_message(self, self.user, content)
        self.world.deliver({"message": message})
        return message

    def edit(self, message_id: int, text: str) -> None:
        message = {**self.messages[message_id], "text": text, "edit_date": int(time.time())}
        self.messages[message_id] = message
        self.world.deliver({"edited_message": message})

    def press(self, label: str, message_id: int | None = None) -> str:
        """Press a button by its label (or callback data) on the newest message that has it."""
        message, button = self._button(label, message_id)
        return self.press_data(message, button["callback_data"])

    def press_data(self, message: Json, data: str) -> str:
        query = str(next(self.world.ids))
        self.world.queries[query] = self
        self.world.deliver(
            {"callback_query": {
                "id": query, "from": self.user, "message": message, "chat_instance": "1", "data": data,
            }}
        )  # fmt: skip
        return query

    def _button(self, label: str, message_id: int | None) -> tuple[Json, Json]:
        shown = [self.messages[message_id]] if message_id else reversed(list(self.messages.values()))
        for message in shown:
            for button in buttons_of(message):
                if label in (button["text"], button.get("callback_data")):
                    return message, button
        raise LookupError(f"no button {label!r} on the phone")

    # reading -------------------------------------------------------------------------------------

    @property
    def last(self) -> Json:
        """The newest message of the bot."""
        return next(m for m in reversed(list(self.messages.values())) if m["from"]["is_bot"])

    @property
    def texts(self) -> list[str]:
        return [message.get("text") or message.get("caption") or "" for message in self.messages.values()]

    async def sees(self, what: Callable[[Person], bool] | str, timeout: float = 10.0) -> None:
        """Wait until a condition holds, or a text stands in a message of the bot."""

        def holds() -> bool:
            if callable(what):
                return what(self)
            return any(
                what in (m.get("text") or m.get("caption") or "")
                for m in self.messages.values()
                if m["from"]["is_bot"]
            )

        async with asyncio.timeout(timeout):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


def buttons_of(message: Json) -> Iterator[Json]:
    for row in (message.get("reply_markup") or {}).get("inline_keyboard", ()):
        yield from row


@dataclass
class World:
    """Everything the server remembers, bounded: the last `kept` messages of a chat."""

    kept: int = 500
    people: dict[int, Person] = field(default_factory=dict)
    queries: dict[str, Person] = field(default_factory=dict)
    updates: deque[Json] = field(default_factory=deque)
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    listeners: list[Callable[[int, Json], None]] = field(default_factory=list)
    delivered: int = 0

    def person(self, persona: Persona) -> Person:
        return self.people.setdefault(persona.id, Person(self, persona))

    def deliver(self, content: Json) -> int:
        """Queue an update for the bot, under the next update id."""
        update_id = next(self.ids)
        self.updates.append({"update_id": update_id, **content})
        self.arrived.set()
        return update_id

    def new_message(self, person: Person, sender: Json, content: Json) -> Json:
        message = {
            "message_id": next(self.ids), "date": int(time.time()), "chat": person.chat, "from": sender, **content,
        }  # fmt: skip
        person.messages[message["message_id"]] = message
        while len(person.messages) > self.kept:
            del person.messages[next(iter(person.messages))]
        self.tell(person, {"event": "message", "message": message})
        return message

    def tell(self, person: Person, event: Json) -> None:
        """Let everybody know who looks at this person's phone."""
        person.changed.set()
        for listener in self.listeners:
            listener(person.id, event)
