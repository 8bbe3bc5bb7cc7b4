"""Calls of the Bot API that bring a message: its number and its time are all that is read of the answer.

python-telegram-bot's own methods make objects of the whole message, text and buttons that we know; that was a sixth of
a turn. `Bot.do_api_request` gives the answer as it came.
"""

from __future__ import annotations

from typing import NamedTuple

from telegram import Bot
from telegram.error import NetworkError


class Arrived(NamedTuple):
    """A message as it stands in its chat: its number, and when it was sent or changed (seconds since 1970)."""

    message: int
    at: int


async def bring(bot: Bot, method: str, chat: int, **parameters: object) -> Arrived:
    """Send or change a message. Raises `NetworkError` where the answer is none, as for all that can be tried again."""
    answer: object = await bot.do_api_request(method, api_kwargs={"chat_id": chat, **parameters})
    if isinstance(answer, dict):
        message, at = answer.get("message_id"), answer.get("edit_date", answer.get("date"))
        if type(message) is int and type(at) is int:  # True is an int, too
            return Arrived(message, at)
    raise NetworkError("The server's answer is no message")
