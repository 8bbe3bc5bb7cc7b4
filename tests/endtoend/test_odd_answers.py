"""Whatever a Bot API server answers to whatever is called: the bot serves on, and what is done beside it begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.phone.world import Json
from bot.telegram import asking, background, polling
from bot.wording.phrases import phrases
from state.status import heartbeat_file
from tests.conversation.playing import Clock
from tests.endtoend.mutating import private
from tests.endtoend.process import invite_all
from tests.endtoend.ward import ACCOUNT, Ward, prompts
from tests.phone.faults import Fault, FaultyBotApi
from tests.telegram.odd import ODD, refused

UNAUTHORIZED = {"unauthorized": (401, refused(401)), "not found": (404, refused(404))}
METHODS = (
    *(
        "getMe",
        "getUpdates",
        "sendMessage",
        "editMessageText",
        "editMessageReplyMarkup",
        "answerCallbackQuery",
    ),
    *("setMyCommands", "getMyName", "setMyName", "getMyShortDescription", "setMyDescription"),
)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "HELD_SECONDS", (0.02, 0.05))
    for name in ("NETWORK_SECONDS", "TOKEN_SECONDS", "CONFLICT_SECONDS"):
        monkeypatch.setattr(asking, name, (0.02, 0.05))
    for name in ("NAME_SECONDS", "COMMANDS_SECONDS", "PROFILE_SECONDS", "PROMPT_AGAIN_SECONDS"):
        monkeypatch.setattr(background, name, 0.05)


@pytest.mark.parametrize("method", METHODS)
async def test_the_bot_serves_on_whatever_is_answered_to_a_method(
    tmp_path: Path, clock: Clock, method: str
) -> None:
    answers = {**ODD, **UNAUTHORIZED} if method != "getUpdates" else dict(ODD)
    server = FaultyBotApi(token="123456789:AAF-kept-secret_kept-secret_kept-se", kept=5000)
    server.faults.table = [
        Fault("answer", method, times=2, status=status, body=body)
        for name, (status, body) in answers.items()
        if "for ever" not in name  # a minute, each
    ]
    invite_all(tmp_path / "ward.db", [ACCOUNT])
    async with Ward(tmp_path / "ward.db", clock=clock, server=server) as ward:
        phone = server.person(ACCOUNT)
        phone.send("/new")
        await ward.until(lambda: prompts(phone), 30)
        phone.send("45")
        await ward.until(lambda: ward.entries() == 2, 30)
        await ward.until(lambda: ward.service.background.name, 30)
        await ward.until(lambda: ward.server.world.commands, 30)
        await ward.until(lambda: heartbeat_file(ward.path).exists(), 30)
        ward.server.faults.clear()
        phone.send("/help")
        await ward.quiet()
        assert ward.rows("SELECT count(*) FROM log WHERE kind = 'answer'") == [(1,)]


# What is nobody's act


def located(number: int) -> Json:
    update = private(ACCOUNT, 77, location={"latitude": 1.0, "longitude": 2.0, "live_period": 900})
    return {"edited_message": update["message"] | {"edit_date": 1_700_000_000 + number}}


def pinned(number: int) -> Json:
    return private(ACCOUNT, number, pinned_message=private(ACCOUNT, 3, text="Haemoglobin?")["message"])


def renamed(number: int) -> Json:
    return private(ACCOUNT, number, message_auto_delete_timer_changed={"message_auto_delete_time": 86400})


@pytest.mark.parametrize("update", [located, pinned, renamed])
async def test_what_nobody_did_is_ignored_in_silence(ward: Ward, update: Callable[[int], Json]) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    said = len(phone.messages)
    for number in range(100):
        ward.server.deliver(update(10_000 + number))
    await ward.quiet()
    assert len(phone.messages) == said


def edited(number: int) -> Json:
    return {"edited_message": private(ACCOUNT, 77, text="46", edit_date=number)["message"]}


def photo(number: int, **more: object) -> Json:
    size = {"file_id": "f", "file_unique_id": "f", "width": 1, "height": 1}
    return private(ACCOUNT, number, photo=[size], **more)


def album(number: int) -> Json:
    return photo(number, media_group_id="7")


@pytest.mark.parametrize(("update", "key"), [(edited, "no_edits"), (photo, "no_files"), (album, "no_files")])
async def test_a_hundred_of_the_same_get_one_sentence_a_minute(
    ward: Ward, clock: Clock, update: Callable[[int], Json], key: str
) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    sentence = phrases("en")(key)
    now = clock.now
    for number in range(100):
        ward.server.deliver(update(10_000 + number))
    await ward.quiet()
    clock.now = now
    said = sum(sentence in text for text in phone.texts)
    assert 1 <= said <= 2, "the given clock may tick over a minute meanwhile"
    clock.now += background.REMIND_AFTER
    ward.server.deliver(update(20_000))
    await ward.quiet()
    assert sum(sentence in text for text in phone.texts) == (
        said if update in (album, edited) else said + 1  # of an edit, the card says so already
    )
