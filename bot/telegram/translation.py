"""Between Telegram's types and the conversation's: updates become messages, replies become calls.

Texts and buttons are held to Telegram's limits here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)
from telegram import (
    Message as TelegramMessage,
)
from telegram.constants import ChatType, MessageAttachmentType

from bot.exchange import Button, Message, Rows, Safe
from bot.telegram.limits import LABEL_CHARACTERS, PRESS_BYTES, TEXT_CHARACTERS
from state.people import Person

FILES: Final = tuple(
    str(kind)
    for kind in MessageAttachmentType
    if kind not in (MessageAttachmentType.INVOICE, MessageAttachmentType.SUCCESSFUL_PAYMENT)
)
NO_MESSAGE: Final = 0
"""The number that no message has."""


def is_private(update: Update) -> bool:
    chat = update.effective_chat
    return chat is not None and chat.type == ChatType.PRIVATE


def read_update(update: Update, person: Person) -> Message | None:
    """Turn an update into what the person did; ``None`` for what is nobody's act."""
    query = update.callback_query
    chat = str(update.effective_chat.id) if update.effective_chat is not None else ""
    if query is not None:
        shown = query.message.date if query.message is not None else None
        return Message("press", query.data or "", source=_source(person, update, shown), chat=chat)
    if update.edited_message is not None:
        # A live location is edited by itself every few seconds; what was pinned or reacted to is not edited at all.
        return Message("edited", "") if update.edited_message.location is None else None
    message = update.message
    if message is None or (message.text is None and not has_file(message)):
        return None
    source = _source(person, update, message.date)
    if message.text is None or message.forward_origin is not None or message.via_bot is not None:
        return Message("file", message.caption or "", source=source)
    return Message(
        "command" if message.text.startswith("/") else "text",
        message.text,
        source=source,
        chat=chat,
        number=message.message_id,
        reply_to=_replied_to(message),
        at=int(message.date.timestamp()),
    )


def _replied_to(message: TelegramMessage) -> int | None:
    """Give the message that stands in the reply bar; one of another chat, or a story, is none of ours.

    Nor is what stands above a message that was scheduled: it was typed below something else.
    """
    if message.external_reply is not None or message.reply_to_story is not None or message.is_from_offline:
        return NO_MESSAGE
    return message.reply_to_message.message_id if message.reply_to_message is not None else None


def has_file(message: TelegramMessage) -> bool:
    """Say whether a message brings something that is not text; service messages (pinned, joined) bring nothing."""
    return any(getattr(message, name, None) for name in FILES)


def _source(person: Person, update: Update, date: datetime | None) -> str:
    """Identify an update for good. With a date: another bot, or a local server, counts from its own beginning."""
    return f"{person.code}:{update.update_id}:{int(date.timestamp()) if date is not None else 0}"


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    label = (
        button.label if len(button.label) <= LABEL_CHARACTERS else f"{button.label[: LABEL_CHARACTERS - 1]}…"
    )
    if button.copy is not None:
        return InlineKeyboardButton(label, copy_text=CopyTextButton(button.copy))
    if button.url is not None:
        return InlineKeyboardButton(label, url=button.url)
    data = button.press
    if not 1 <= len(data.encode()) <= PRESS_BYTES:
        raise ValueError(f"callback data of {len(data.encode())} bytes")
    return InlineKeyboardButton(label, callback_data=data)


def pages(text: Safe) -> Iterator[Safe]:
    """Cut a text into messages at line ends; markup never spans lines in ours."""
    page = ""
    for line in text.split("\n"):
        if page and len(page) + 1 + len(line) > TEXT_CHARACTERS:
            yield Safe(page)
            page = line
        else:
            page = f"{page}\n{line}" if page else line
    yield Safe(page[:TEXT_CHARACTERS])
