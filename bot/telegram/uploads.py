"""Fetches a file that somebody sent. Only what comes over HTTP from the server is a file.

python-telegram-bot reads a path that exists on this machine from its disk, as it may be with a local server; a
server that answers ``/etc/passwd`` would have us show it.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from telegram import Bot
from telegram.error import BadRequest, TelegramError

TRIES: Final = 3
RETRY_SECONDS: Final = 1.0
READ_SECONDS: Final = 20.0
_PATH: Final = re.compile(r"[^\s/\\:%?#\x00-\x1f][^\s\\:%?#\x00-\x1f]*")


class NotFetchedError(TelegramError):
    """The server names no file of its own."""


async def fetch(bot: Bot, file_id: str) -> bytes:
    """Return the content of a file. Raises `TelegramError` after a few tries."""
    for tried in range(1, TRIES + 1):
        try:
            return await _fetch(bot, file_id)
        except (BadRequest, NotFetchedError):
            raise
        except TelegramError:
            if tried == TRIES:
                raise
        await asyncio.sleep(RETRY_SECONDS)
    raise NotFetchedError("not tried")


async def _fetch(bot: Bot, file_id: str) -> bytes:
    try:
        named = (await bot.get_file(file_id)).file_path
    except TelegramError:
        raise
    except Exception as error:
        raise NotFetchedError("an answer that cannot be read") from error
    path = str(named).removeprefix(f"{bot.base_file_url}/")
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        raise NotFetchedError("a path that is not the server's own")
    return await bot.request.retrieve(f"{bot.base_file_url}/{path}", read_timeout=READ_SECONDS)
