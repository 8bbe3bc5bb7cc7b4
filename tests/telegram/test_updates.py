"""What an update of Telegram's is read as."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Update

from bot.telegram.updates import NO_MESSAGE, read_update
from state.people import Person

CLINICIAN = Person("S01-P01", "clinician", "S01", "active", "en", notified=True)
CHAT = {"id": 7, "type": "private", "first_name": "A"}
BEFORE = {"message_id": 5, "date": 1, "chat": CHAT, "text": "Haemoglobin?"}
ELSEWHERE = {"origin": {"type": "hidden_user", "date": 1, "sender_user_name": "B"}, "message_id": 5}
STORY = {"id": 1, "chat": {"id": 9, "type": "private", "first_name": "B"}}


@pytest.mark.parametrize(
    ("more", "reply_to"),
    [
        ({}, None),
        ({"reply_to_message": BEFORE}, 5),
        ({"external_reply": ELSEWHERE}, NO_MESSAGE),
        ({"external_reply": ELSEWHERE, "quote": {"text": "98 g/L", "position": 0}}, NO_MESSAGE),
        ({"reply_to_story": STORY}, NO_MESSAGE),
        ({"is_from_offline": True}, NO_MESSAGE),
    ],
    ids=["no reply", "a reply", "to another chat's message", "to a part of it", "to a story", "scheduled"],
)
def test_a_text_replies_to_what_stands_in_the_reply_bar(more: dict[str, Any], reply_to: int | None) -> None:
    sent = {
        "message_id": 8,
        "date": 2,
        "chat": CHAT,
        "text": "98 g/L",
        "from": {"id": 7, "is_bot": False, "first_name": "A"},
    }
    update = Update.de_json({"update_id": 1, "message": {**sent, **more}}, None)
    message = read_update(update, CLINICIAN)
    assert message is not None
    assert message.reply_to == reply_to
