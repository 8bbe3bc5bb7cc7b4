"""Each fault that can be asked for, as python-telegram-bot meets it."""

import random
import time
from typing import Any, get_args

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from tests.phone.faults import Fault, FaultKind, Faults, FaultyBotApi
from tests.phone.person import Person

REFUSING: dict[str, tuple[type[TelegramError], str]] = {
    "server_error": (NetworkError, "Internal Server Error"),
    "bad_gateway": (NetworkError, "Bad Gateway"),
    "drop_before": (NetworkError, ""),
    "not_modified": (BadRequest, "message is not modified"),
    "too_old": (BadRequest, "query is too old"),
    "blocked": (Forbidden, "bot was blocked by the user"),
}
TAKEN_ALL_THE_SAME = {"delay", "delay_after", "drop_after"}


def test_every_fault_is_tried_below() -> None:
    assert set(get_args(FaultKind)) == set(REFUSING) | TAKEN_ALL_THE_SAME | {"too_many_requests", "answer"}


async def test_any_answer_can_be_given_to_any_call(bot: Bot, server: FaultyBotApi, person: Person) -> None:
    server.faults.add(Fault("answer", "sendMessage", times=1, body='{"ok": true, "result": {}}'))
    server.faults.add(Fault("answer", "getMe", times=1, status=418, body="{}"))
    with pytest.raises(KeyError):
        await bot.send_message(7, "lost")
    with pytest.raises(NetworkError):
        await bot.get_me()
    assert person.texts == []


@pytest.mark.parametrize("kind", REFUSING)
async def test_a_refused_call_does_nothing(bot: Bot, server: FaultyBotApi, person: Person, kind: Any) -> None:
    server.faults.add(Fault(kind, "sendMessage", times=1))
    expected, words = REFUSING[kind]
    with pytest.raises(expected, match=f"(?i){words}"):
        await bot.send_message(7, "lost")
    await bot.send_message(7, "arrives")
    assert person.texts == ["arrives"]
    assert server.faults.by_kind == {kind: 1}


async def test_too_many_requests_say_how_long_to_wait(
    bot: Bot, server: FaultyBotApi, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    server.faults.add(Fault("too_many_requests", seconds=3, times=1))
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(7, "lost")
    assert refused.value.retry_after.total_seconds() == 3
    assert person.texts == []


async def test_a_connection_dropped_after_the_call_leaves_the_message(
    bot: Bot, server: FaultyBotApi, person: Person
) -> None:
    server.faults.add(Fault("drop_after", "sendMessage", times=1))
    with pytest.raises(NetworkError):
        await bot.send_message(7, "taken")
    assert person.texts == ["taken"]


@pytest.mark.parametrize("kind", ["delay", "delay_after"])
async def test_a_late_answer_is_still_taken(
    bot: Bot, server: FaultyBotApi, person: Person, kind: Any
) -> None:
    server.faults.add(Fault(kind, "sendMessage", times=1, seconds=0.1))
    began = time.monotonic()
    await bot.send_message(7, "late")
    assert time.monotonic() - began >= 0.1
    assert person.texts == ["late"]


async def test_an_answer_later_than_the_bots_patience_is_a_time_out(
    bot: Bot, server: FaultyBotApi, person: Person
) -> None:
    server.faults.add(Fault("delay_after", times=1, seconds=1))
    with pytest.raises(TimedOut):
        await bot.send_message(7, "taken", read_timeout=0.05)
    assert person.texts == ["taken"]


async def test_a_fault_concerns_its_method_and_its_chat_only(
    bot: Bot, server: FaultyBotApi, person: Person
) -> None:
    server.person(8).send("open")
    server.faults.add(Fault("server_error", "sendmessage", chat=8))
    await bot.send_message(7, "fine")
    await bot.send_chat_action(8, "typing")
    with pytest.raises(NetworkError):
        await bot.send_message(8, "lost")
    server.faults.clear()
    await bot.send_message(8, "fine again")


async def test_a_press_is_faulted_by_the_chat_it_was_made_in(
    bot: Bot, server: FaultyBotApi, person: Person
) -> None:
    server.faults.add(Fault("too_old", "answerCallbackQuery", chat=7))
    query = person.press_data({"message_id": 1}, "x")
    with pytest.raises(BadRequest):
        await bot.answer_callback_query(query)


async def test_polls_are_faulted_too(bot: Bot, server: FaultyBotApi, person: Person) -> None:
    person.send("one")
    server.faults.add(Fault("drop_after", "getUpdates", times=1))
    with pytest.raises(NetworkError):
        await bot.get_updates()
    assert len(await bot.get_updates()) == 1


def test_the_same_seed_gives_the_same_faults() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(random.Random(seed))
        faults.add(Fault("delay", probability=0.3))
        return [faults.strike("getMe", None) is not None for _ in range(200)]

    assert struck(5) == struck(5) != struck(6)
    assert 30 < sum(struck(5)) < 90


@pytest.mark.parametrize(
    "wrong", [{"kind": "earthquake"}, {"kind": "delay", "probability": 2}, {"kind": "delay", "times": 0}]
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no fault is called|a probability"):
        Fault(**wrong)
