"""What a conversation hands to its channel, and what it gets from it. No channel's own types stand here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal, TypeVar

from state.prompts import Prompt


class Safe(str):
    """Text that is HTML already: a phrase with its values, or pieces joined."""

    __slots__ = ()


NOTHING: Final = Safe("")


@dataclass(frozen=True, slots=True)
class Button:
    """A button: a press that comes back, a text to copy, or a link."""

    label: str
    press: str = ""
    copy: str | None = None
    url: str | None = None


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A message.

    ``prompt`` says what it asks about a screening. A screening goes on in its ``card``, which takes the place of the
    card before it: that one has no buttons any more. What is shown ``in_place`` takes the place of the message whose
    button was pressed. Both are sent anew where that is not the last message of the chat.

    ``head`` stands above all else. ``answers`` are what was answered just now, by question: they stay on the card for
    as long as it takes the place of itself, as far as they are among ``counting``. ``anew`` says them again where an
    earlier answer was changed: what was said with them may not hold any more.
    """

    text: Safe
    buttons: Rows = ()
    prompt: Prompt | None = None
    card: bool = False
    in_place: bool = False
    head: Safe = NOTHING
    answers: Mapping[str, Safe] = field(default_factory=dict)
    counting: frozenset[str] = frozenset()
    anew: Mapping[str, Safe] = field(default_factory=dict)

    def shown(self) -> Safe:
        """Return all of its text, as it stands in a message."""
        return Safe("\n".join(part for part in (self.head, *self.answers.values(), self.text) if part))

    def after(self, answers: Mapping[str, Safe]) -> Reply:
        """Return it as it goes on from a card that shows these answers."""
        kept = {q: self.anew.get(q, said) for q, said in answers.items() if q in self.counting}
        return replace(self, answers={**kept, **self.answers})


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send. ``picture`` is shown in the chat."""

    name: str
    content: bytes
    caption: Safe
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """Something long, done beside the conversation, maybe in another process; ``run`` opens its own connections."""

    run: Callable[[], Turn]
    failed: Safe


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file that was sent is wanted: the channel hands ``message`` in again, with its content, or says ``failed``."""

    message: Message
    failed: Safe


Action = Reply | Document | Work | Fetch
MessageKind = Literal["text", "press", "command", "file", "edited"]


@dataclass(frozen=True, slots=True)
class Message:
    """What a person did, from whatever channel.

    ``source`` identifies it for good: the same message delivered again has the same one. ``number`` is its place in
    its ``chat``, that of a press the place of its button's message; ``reply_to`` is the number of the message that it
    replies to, ``at`` when it was sent (seconds since 1970), where the channel knows them: a terminal has one screen,
    and what it shows last is what is answered.
    ``invited`` says that an invitation was opened: the person joined by it, or was a member already.

    Of a file, ``name`` and ``size`` (bytes) are what the sender's phone says, ``file`` is the channel's own name for
    it, and ``content`` is there once it was fetched.
    """

    kind: MessageKind
    text: str
    source: str | None = None
    chat: str = ""
    number: int | None = None
    reply_to: int | None = None
    at: int = 0
    invited: Literal["joined", "member"] | None = None
    name: str = ""
    size: int = 0
    file: str = ""
    content: bytes | None = None


@dataclass(slots=True)
class Turn:
    """What comes of a message: actions in order, and a word on the pressed button.

    ``repeated`` says that the same message was answered before: its prompt need not be sent twice.
    ``others`` holds what is said to other people, by their codes. ``changed`` is the code of a person whose
    language or access changed. ``untaken`` says that what was typed is no answer to what was asked. ``saved`` are the
    numbers of screenings whose verdict was saved.
    """

    actions: list[Action] = field(default_factory=list)
    toast: str | None = None
    repeated: bool = False
    changed: str | None = None
    others: list[tuple[str, Turn]] = field(default_factory=list)
    untaken: bool = False
    saved: list[str] = field(default_factory=list)

    def say(self, text: Safe, buttons: Rows = (), *, in_place: bool = False) -> None:
        self.actions.append(Reply(text, buttons, in_place=in_place))


# limits ------------------------------------------------------------------------------------------
# Telegram's, which other channels keep too; tests/telegram/test_limits.py holds them against Telegram's own.

PRESS_BYTES: Final = 64
"""What a button may carry: callback data."""
BUTTONS: Final = 100
"""Below one message."""
LABEL_CHARACTERS: Final = 60
"""On a button. Not a limit of the Bot API: phones cut longer labels."""
COPY_CHARACTERS: Final = 256
"""What a button may copy."""
DOCUMENT_BYTES: Final = 50_000_000
"""A document from a bot."""
LIST_BYTES: Final = 1024 * 1024
"""A list of candidates that is sent in a chat: ours; a longer one is for the command line."""


# presses -----------------------------------------------------------------------------------------

_PRESS: Final = re.compile(
    r"(?P<verb>[a-z_]{1,16})"
    r"(?::(?P<screening>[A-Z][A-Z0-9]{0,7}-M?\d{4,9}):(?P<entry>\d{1,6}))?"
    r"(?::(?P<place>\d{1,4}))?"
    r"(?::(?P<day>\d{4}-\d\d-\d\d))?"
    r"(?::(?P<name>[A-Za-z][A-Za-z0-9-]{0,19}))?"
    r"(?::@(?P<query>\d{1,6}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Press:
    """What a button says when it is pressed, written as callback data by ``str()``: ``answer:S01-0007:12:3``.

    ``verb`` is a row of the table of presses. ``entry`` is the log entry of the screening that the button was shown
    at. ``place`` is a place in a list, from 0; ``name`` a code of ours, as a site's or a person's; ``query`` the log
    entry of the query that is answered, how many there were in what came out of a matching, or how many screenings
    its person had begun. Never what stands at a place: callback data carry nothing clinical.
    """

    verb: str
    screening: str | None = None
    entry: int = 0
    place: int | None = None
    day: date | None = None
    name: str | None = None
    query: int | None = None

    def __str__(self) -> str:
        about = self.screening and f"{self.screening}:{self.entry}"
        query = None if self.query is None else f"@{self.query}"
        parts = (self.verb, about, self.place, self.day, self.name, query)
        return ":".join(str(part) for part in parts if part is not None)


def read_press(data: str) -> Press | None:
    """Read callback data; ``None`` for what no button of ours says."""
    match = _PRESS.fullmatch(data) if len(data) <= PRESS_BYTES else None
    if match is None:
        return None
    number = {key: int(match[key]) if match[key] else None for key in ("entry", "place", "query")}
    try:
        day = date.fromisoformat(match["day"]) if match["day"] else None
    except ValueError:
        return None
    return Press(
        match["verb"],
        match["screening"],
        number["entry"] or 0,
        number["place"],
        day,
        match["name"],
        number["query"],
    )


_Item = TypeVar("_Item")


def at(items: Sequence[_Item], place: int | None) -> _Item | None:
    """Return what stands at a place of a list; ``None`` if nothing does, as when a button was forged."""
    return items[place] if place is not None and 0 <= place < len(items) else None
