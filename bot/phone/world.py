"""Everything the server remembers: people, chats, messages, files, presses. In memory only, and bounded.

Messages are kept in the form in which Telegram sends them, so that what a test reads is what the bot reads.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from bot.phone.journal import Journal
from bot.phone.refusals import BLOCKED, TOO_OLD, Refused, bad_request
from bot.phone.updates import Updates

Json = dict[str, Any]
Clock = Callable[[], float]

KEPT_MESSAGES: Final = 500
"""Messages remembered in a chat; older ones cannot be edited any more."""
KEPT_FILES: Final = 500
KEPT_QUERIES: Final = 20_000
QUERY_SECONDS: Final = 900.0
"""How long a press can be answered."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody one can be on the phone page. `name` and `role` are a text, or one for each language."""

    id: int
    name: str | Mapping[str, str]
    role: str | Mapping[str, str] = ""
    language: str = "en"


def in_language(text: str | Mapping[str, str], language: str) -> str:
    """Return the text in a language of two letters, or else in English, or else in any."""
    if isinstance(text, str):
        return text
    return text.get(language[:2]) or text.get("en") or next(iter(text.values()), "")


def buttons_of(message: Json) -> Iterator[Json]:
    """Yield the inline buttons of a message, row by row."""
    for row in (message.get("reply_markup") or {}).get("inline_keyboard", ()):
        yield from row


@dataclass(slots=True)
class Account:
    """A pretend person, as Telegram knows them."""

    id: int
    first_name: str
    language_code: str = "en"

    @property
    def user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return user | ({"language_code": self.language_code} if self.language_code else {})


@dataclass(slots=True)
class Chat:
    """A chat with the bot in it. `is_open` from the person's first message on, or while the bot is a member."""

    id: int
    kind: str
    name: str
    journal: Journal
    messages: dict[int, Json] = field(default_factory=dict)
    is_open: bool = False
    is_blocked: bool = False
    reply_with: Json | None = None
    """The reply keyboard or the ForceReply that the phone shows, with the `message_id` that asked for it."""

    @property
    def json(self) -> Json:
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.name}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file, whoever sent it."""

    id: str
    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Query:
    """A press that waits for its answer."""

    id: str
    chat: int
    issued: float


class World:
    """What everybody sees of each other. `first_id` begins the numbers of messages and updates.

    Without it they begin with the time, so that they go on growing when the server is started again.
    """

    def __init__(
        self,
        bot: Json,
        *,
        rng: random.Random,
        kept: int = KEPT_MESSAGES,
        clock: Clock = time.time,
        first_id: int | None = None,
    ) -> None:
        first = int(clock()) if first_id is None else first_id
        self.bot = bot
        self.clock = clock
        self.kept = kept
        self.updates = Updates(first, rng)
        self.accounts: dict[int, Account] = {}
        self.chats: dict[int, Chat] = {}
        self.files: OrderedDict[str, StoredFile] = OrderedDict()
        self.queries: OrderedDict[str, Query] = OrderedDict()
        self.texts: dict[tuple[str, str], str] = {}
        """What the bot says of itself: (name, description or short description; language) → text."""
        self.commands: dict[tuple[str, int, str], list[Json]] = {}
        """(scope, chat, language) → command list."""
        self.listeners: list[Callable[[int, Json], None]] = []
        """Told of everything that happens in any chat: its number, and the event."""
        self._ids = count(first)
        self._names = (f"{first}{number:08d}" for number in count(1))

    @property
    def delivered(self) -> int:
        """Updates handed out, each as often as it was."""
        return self.updates.delivered

    # people and chats

    def account(self, person: int, first_name: str, language_code: str) -> Account:
        """Return somebody with a phone, and a chat with the bot on it; the same one for the same number."""
        if person not in self.accounts:
            self.accounts[person] = Account(person, first_name, language_code)
            self.add_chat(person, "private", first_name)
        return self.accounts[person]

    def add_chat(self, chat_id: int, kind: str, name: str) -> Chat:
        if chat_id not in self.chats:
            journal = Journal(self.kept, lambda event: self._tell(chat_id, event))
            self.chats[chat_id] = Chat(chat_id, kind, name, journal)
        return self.chats[chat_id]

    def _tell(self, chat_id: int, event: Json) -> None:
        for listener in self.listeners:
            listener(chat_id, event)

    def reachable(self, chat_id: Any) -> Chat:
        """Return the chat that a bot may write to. Raises `Refused` as Telegram does where it may not."""
        if chat_id in (None, ""):
            raise bad_request("chat_id is empty")
        try:
            chat = self.chats.get(int(chat_id))
        except (TypeError, ValueError):
            chat = None
        if chat is None or not (chat.is_open or chat.is_blocked):
            raise bad_request("chat not found")
        if chat.is_blocked:
            kicked = "Forbidden: bot is not a member of the supergroup chat"
            raise Refused(403, BLOCKED if chat.kind == "private" else kicked)
        return chat

    def deliver(self, update: Json) -> int:
        """Queue an update as it stands, whatever is in it; the bot may answer in the chat that it names."""
        self._meet(update.get("message"))
        return self.updates.append(update)

    def _meet(self, message: Any) -> None:
        chat = message.get("chat") if isinstance(message, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int) and chat["id"] not in self.chats:
            self.add_chat(chat["id"], str(chat.get("type")), str(chat.get("title", ""))).is_open = True

    # messages

    def new_message(self, chat: Chat, sender: Json, content: Json) -> Json:
        message: Json = {
            "message_id": next(self._ids),
            "date": int(self.clock()),
            "chat": chat.json,
            "from": sender,
            **content,
        }
        chat.messages[message["message_id"]] = message
        while len(chat.messages) > self.kept:
            del chat.messages[next(iter(chat.messages))]
        chat.journal.add({"event": "message", "message": message})
        return message

    def change_message(self, chat: Chat, message: Json) -> None:
        chat.messages[message["message_id"]] = message
        chat.journal.add({"event": "edit", "message": message})

    def remove_message(self, chat: Chat, message_id: int) -> None:
        del chat.messages[message_id]
        chat.journal.add({"event": "delete", "message_id": message_id})

    # presses

    def add_query(self, chat: Chat) -> Query:
        query = Query(next(self._names), chat.id, self.clock())
        self.queries[query.id] = query
        while len(self.queries) > KEPT_QUERIES:
            self.queries.popitem(last=False)
        return query

    def answer_query(self, query_id: str) -> Query:
        """Take the press that is answered; it can be answered once. Raises `Refused` when it is too old."""
        query = self.queries.pop(query_id, None)
        if query is None or self.clock() - query.issued > QUERY_SECONDS:
            raise Refused(400, TOO_OLD)
        return query

    # files

    def add_file(self, name: str, mime: str, content: bytes) -> StoredFile:
        file = StoredFile(f"local{next(self._names)}", name, mime, content)
        self.files[file.id] = file
        while len(self.files) > KEPT_FILES:
            self.files.popitem(last=False)
        return file
