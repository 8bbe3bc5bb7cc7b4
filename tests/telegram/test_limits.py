"""What other rooms know of Telegram's limits is what Telegram says, and nobody else writes them down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from telegram.constants import FileSizeLimit, InlineKeyboardButtonLimit, InlineKeyboardMarkupLimit

from bot import exchange
from bot.telegram import limits

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("ours", "telegrams"),
    [
        (exchange.BUTTONS, InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER),
        (exchange.PRESS_BYTES, InlineKeyboardButtonLimit.MAX_CALLBACK_DATA),
        (exchange.COPY_CHARACTERS, InlineKeyboardButtonLimit.MAX_COPY_TEXT),
        (exchange.DOCUMENT_BYTES, FileSizeLimit.FILESIZE_UPLOAD),
    ],
    ids=["buttons", "a press", "a text to copy", "a document"],
)
def test_what_every_channel_keeps_is_what_telegram_takes(ours: int, telegrams: int) -> None:
    assert ours == telegrams


def test_a_list_can_be_fetched() -> None:
    assert exchange.LIST_BYTES < FileSizeLimit.FILESIZE_DOWNLOAD < limits.ANSWER_BYTES


def test_only_the_two_lists_and_the_phone_page_ask_for_telegrams_limits() -> None:
    asking = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "bot").rglob("*.py")
        if re.search(r"telegram\.constants import [^=]*?Limit", file.read_text(encoding="utf-8"))
    }
    assert {file for file in asking if not file.startswith("bot/phone/")} == {"bot/telegram/limits.py"}
