"""Telegram's limits as the channel keeps them, in one list, taken from `telegram.constants` where it has them.

What the conversation and the wording must know of them stands in `bot.exchange`, which knows no channel;
tests/telegram/test_limits.py holds those numbers against Telegram's.
"""

from __future__ import annotations

from typing import Final

from telegram.constants import (
    CallbackQueryLimit,
    FloodLimit,
    InlineKeyboardButtonLimit,
    MessageLimit,
    PollingLimit,
)

# texts and buttons
TEXT_CHARACTERS: Final = int(MessageLimit.MAX_TEXT_LENGTH)
PRESS_BYTES: Final = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)
TOAST_CHARACTERS: Final = int(CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)

# messages out
MESSAGES_A_SECOND: Final = int(FloodLimit.MESSAGES_PER_SECOND)
"""To all chats together."""
MESSAGES_A_SECOND_IN_A_CHAT: Final = int(FloodLimit.MESSAGES_PER_SECOND_PER_CHAT)
BURST_IN_A_CHAT: Final = 20
"""Messages in a row before that holds. The Bot API's FAQ allows "short bursts" and gives no number."""

# updates in
UPDATES_A_POLL: Final = int(PollingLimit.MAX_LIMIT)
"""Telegram shows no later updates while so many are not acknowledged."""
LARGEST_UPDATE_ID: Final = 2**31 - 1
"""The Bot API counts updates in 32 bits."""

# files
ANSWER_BYTES: Final = 32 * 1024 * 1024
"""Longer than any answer: 100 updates, or the largest file that a bot may fetch (20 MB)."""
