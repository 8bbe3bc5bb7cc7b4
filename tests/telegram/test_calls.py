"""What is read of the answer to a message that is sent or changed."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import NetworkError

from bot.telegram.calls import Arrived, bring
from tests.telegram.conftest import TelegramServer

SENT = {"message_id": 7, "date": 1_700_000_000, "chat": {"id": 5, "type": "private"}}


def answering(server: TelegramServer, result: Any) -> None:
    server.faults["sendMessage"].append(lambda _: web.json_response({"ok": True, "result": result}))


@pytest.mark.parametrize(
    ("more", "at"),
    [({}, 1_700_000_000), ({"edit_date": 1_700_000_009}, 1_700_000_009)],
    ids=["sent", "changed"],
)
async def test_a_message_arrives_with_its_number_and_the_time_of_its_newest_form(
    server: TelegramServer, bot: Bot, more: dict[str, Any], at: int
) -> None:
    answering(server, {**SENT, **more})
    assert await bring(bot, "sendMessage", 5, text="x") == Arrived(7, at)


@pytest.mark.parametrize(
    "odd",
    [
        True,
        None,
        5,
        [],
        {},
        {**SENT, "message_id": "7"},
        {**SENT, "message_id": True},
        {**SENT, "date": None},
    ],
    ids=str,
)
async def test_what_is_no_message_is_an_error_that_is_tried_again(
    server: TelegramServer, bot: Bot, odd: Any
) -> None:
    answering(server, odd)
    with pytest.raises(NetworkError):
        await bring(bot, "sendMessage", 5, text="x")


async def test_what_has_no_value_is_not_sent(server: TelegramServer, bot: Bot) -> None:
    await bring(bot, "sendMessage", 5, text="x", parse_mode=None, reply_markup=None)
    assert server.of("sendMessage") == [{"chat_id": "5", "text": "x"}]
