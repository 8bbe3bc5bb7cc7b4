"""What is said, as calls of the Bot API within Telegram's limits: texts, edits, documents, buttons."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

from telegram import Bot, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.exchange import LABEL_CHARACTERS, Button, Document, Rows
from bot.telegram.calls import Arrived, bring
from bot.telegram.limits import PRESS_BYTES
from bot.telegram.pages import shortened
from bot.telegram.sending import NOT_MODIFIED, no_matter
from bot.wording.phrases import plain

LOG = logging.getLogger(__name__)

Keyboard = dict[str, list[list[dict[str, Any]]]]
"""Buttons below a message, as the Bot API takes them (InlineKeyboardMarkup)."""


async def send_text(bot: Bot, chat: int, text: str, buttons: Keyboard | None = None) -> Arrived:
    async def send(said: str, mode: str | None) -> Arrived:
        return await bring(bot, "sendMessage", chat, text=said, parse_mode=mode, reply_markup=buttons)

    return await _or_as_plain_text(send, text)


async def edit_text(
    bot: Bot, chat: int, message: int, text: str, buttons: Keyboard | None = None
) -> Arrived | Literal[True] | None:
    """Change a message; ``True`` if it stands so already, ``None`` if that is refused: a new one may not be."""

    async def edit(said: str, mode: str | None) -> Arrived:
        return await bring(
            bot,
            "editMessageText",
            chat,
            message_id=message,
            text=said,
            parse_mode=mode,
            reply_markup=buttons,
        )

    try:
        return await _or_as_plain_text(edit, text)
    except BadRequest as error:
        return True if NOT_MODIFIED in error.message.lower() else None


CHAT_NOT_FOUND: Final = "chat not found"
"""A person who never wrote to the bot: no other form of the text would reach them."""


async def take_buttons(bot: Bot, chat: int, message: int) -> Arrived:
    """Take the buttons from a message; its text stays."""
    return await bring(bot, "editMessageReplyMarkup", chat, message_id=message)


async def send_document(bot: Bot, chat: int, document: Document) -> Arrived:
    async def send(said: str, mode: str | None) -> Arrived:
        file = InputFile(document.content, filename=document.name)
        if document.picture:
            return await bring(bot, "sendPhoto", chat, photo=file, caption=said, parse_mode=mode)
        return await bring(bot, "sendDocument", chat, document=file, caption=said, parse_mode=mode)

    return await _or_as_plain_text(send, document.caption)


async def _or_as_plain_text(send: Callable[[str, str | None], Awaitable[Arrived]], text: str) -> Arrived:
    """Send a text as HTML; one that Telegram refuses is sent once more without markup, and that is logged."""
    try:
        return await send(text, ParseMode.HTML)
    except BadRequest as error:
        if no_matter(error) or CHAT_NOT_FOUND in error.message.lower():
            raise
        kind = error.message.partition(":")[0]  # without the part of the text that the refusal quotes
        LOG.error("a message was refused and is sent as plain text", extra={"kind": kind})
    return await send(plain(text), None)


def keyboard(rows: Rows) -> Keyboard | None:
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]} if rows else None


def _button(button: Button) -> dict[str, Any]:
    """Raises `ValueError` for a press that is too long."""
    label = shortened(button.label, LABEL_CHARACTERS)
    if button.copy is not None:
        return {"text": label, "copy_text": {"text": button.copy}}
    if button.url is not None:
        return {"text": label, "url": button.url}
    data = button.press
    if not 1 <= len(data.encode()) <= PRESS_BYTES:
        raise ValueError(f"callback data of {len(data.encode())} bytes")
    return {"text": label, "callback_data": data}
