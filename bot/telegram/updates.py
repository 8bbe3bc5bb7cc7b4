"""What an update of Telegram's says that a person did, as a `Message` of the conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from telegram import CallbackQuery, Update
from telegram import Message as TelegramMessage
from telegram.constants import ChatType, MessageAttachmentType

from bot.exchange import Message
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
    """Return what the person did; ``None`` for what is nobody's act."""
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, person)
    if update.edited_message is not None:
        # A live location is edited by itself every few seconds; what was pinned or reacted to is not edited at all.
        return Message("edited", "") if update.edited_message.location is None else None
    message = update.message
    if message is None or (message.text is None and not has_file(message)):
        return None
    if message.text is None or message.forward_origin is not None or message.via_bot is not None:
        return _filed(message, _source(person, update, message.date))
    return _typed(update, message, message.text, person)


def press_id(update: Update) -> str | None:
    """Return the number by which a press is answered."""
    return update.callback_query.id if update.callback_query is not None else None


def invitation_of(update: Update) -> str | None:
    """Return the secret of an invitation link, which arrives as ``/start <secret>``."""
    text = update.message.text if update.message is not None else None
    command, _, secret = (text or "").partition(" ")
    return secret.strip() if command == "/start" and secret.strip() else None


def album_of(update: Update) -> str | None:
    """Return what the messages of one album have in common."""
    return update.message.media_group_id if update.message is not None else None


def _pressed(update: Update, query: CallbackQuery, person: Person) -> Message:
    shown = query.message.date if query.message is not None else None
    number = query.message.message_id if query.message is not None else None
    return Message("press", query.data or "", _source(person, update, shown), _chat(update), number)


def _typed(update: Update, message: TelegramMessage, text: str, person: Person) -> Message:
    return Message(
        "command" if text.startswith("/") else "text",
        text,
        source=_source(person, update, message.date),
        chat=_chat(update),
        number=message.message_id,
        reply_to=_replied_to(message),
        at=int(message.date.timestamp()),
    )


def _filed(message: TelegramMessage, source: str) -> Message:
    """Return a file, of which only a document has a name and can be fetched."""
    caption, document = message.caption or "", message.document
    if document is None:
        return Message("file", caption, source)
    name, size = document.file_name or "", document.file_size or 0
    return Message("file", caption, source, name=name, size=size, file=document.file_id)


def _chat(update: Update) -> str:
    return str(update.effective_chat.id) if update.effective_chat is not None else ""


def _replied_to(message: TelegramMessage) -> int | None:
    """Return the message in the reply bar, or `NO_MESSAGE` for one of another chat, or a story.

    The same for a message that was scheduled: it was typed below something else than what stands above it now.
    """
    if message.external_reply is not None or message.reply_to_story is not None or message.is_from_offline:
        return NO_MESSAGE
    return message.reply_to_message.message_id if message.reply_to_message is not None else None


def has_file(message: TelegramMessage) -> bool:
    """Return whether a message brings something that is not text; service messages (pinned, joined) bring nothing."""
    return any(getattr(message, name, None) for name in FILES)


def _source(person: Person, update: Update, date: datetime | None) -> str:
    """Return what identifies an update for good. With a date, since another server counts anew."""
    return f"{person.code}:{update.update_id}:{int(date.timestamp()) if date is not None else 0}"
