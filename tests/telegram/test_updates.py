"""What an update of Telegram's is read as."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from telegram import Update

from bot.telegram.request import UpdatesRequest
from bot.telegram.updates import NO_MESSAGE, press_id, read_update
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


# What is left out of an update before objects are made of it

ME = {"id": 7, "is_bot": False, "first_name": "A", "language_code": "en"}
ASKED = {
    **BEFORE,
    "edit_date": 3,
    "entities": [{"type": "bold", "offset": 0, "length": 4}],
    "reply_markup": {"inline_keyboard": [[{"text": "Unknown", "callback_data": "u"}]]},
}
PRESS = {"id": "1", "from": ME, "chat_instance": "1", "data": "u"}
TYPED = {"message_id": 8, "date": 2, "chat": CHAT, "from": ME, "text": "98 g/L"}


def left(update: Any) -> Any:
    """Return what is left of an update of an answer."""
    (found,) = UpdatesRequest.parse_json_payload(json.dumps({"ok": True, "result": [update]}).encode())[
        "result"
    ]
    return found


@pytest.mark.parametrize(
    "said",
    [
        {"callback_query": {**PRESS, "message": ASKED}},
        {"callback_query": {**PRESS, "message": {"message_id": 5, "date": 0, "chat": CHAT}}},
        {"callback_query": {**PRESS, "inline_message_id": "5"}},
        {"message": TYPED},
        {"message": {**TYPED, "reply_to_message": ASKED}},
        {"message": {**TYPED, "text": None, "document": {"file_id": "f", "file_unique_id": "u"}}},
    ],
    ids=["a press", "of an old message", "without a message", "a text", "a reply", "a file"],
)
def test_what_is_left_of_an_update_says_the_same(said: dict[str, Any]) -> None:
    sent = {"update_id": 1, **said}
    whole, part = Update.de_json(copy.deepcopy(sent), None), Update.de_json(left(sent), None)
    assert read_update(part, CLINICIAN) == read_update(whole, CLINICIAN)
    assert (part.effective_user, part.effective_chat) == (whole.effective_user, whole.effective_chat)
    assert press_id(part) == press_id(whole)


@pytest.mark.parametrize(
    "said",
    [{"callback_query": {**PRESS, "message": ASKED}}, {"message": {**TYPED, "reply_to_message": ASKED}}],
)
def test_text_and_buttons_of_other_messages_are_left_out(said: dict[str, Any]) -> None:
    rest = json.dumps(left({"update_id": 1, **said}))
    assert "reply_markup" not in rest
    assert "Haemoglobin?" not in rest


@pytest.mark.parametrize(
    "odd",
    [None, 5, [], {}, {"message": 5}, {"callback_query": []}, {"callback_query": {"message": "x"}}],
    ids=str,
)
def test_what_is_no_update_is_left_as_it_is(odd: Any) -> None:
    assert left(odd) == odd
