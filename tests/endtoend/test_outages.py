"""What cannot be kept is not acknowledged; what Telegram refuses is said in a sentence; stops are orderly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.telegram import asking, lanes, outages
from bot.wording.phrases import phrases
from state.status import status
from tests.conversation.playing import Clock
from tests.endtoend.process import invite_all, polled, started
from tests.endtoend.ward import TOKEN, Ward, locked, longer_than, prompts
from tests.phone.faults import Fault, FaultyBotApi

ACCOUNT = 1001
SOON_REFUSED = "from bot.telegram import asking; asking.REFUSED_SECONDS = 0.5"
"""A refusal that lasts half a second is final."""


async def test_what_cannot_be_kept_is_said_once_not_acknowledged_and_handled_later_by_itself(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "RETRY_SECONDS", (0.01, 0.02))
    monkeypatch.setattr(outages, "TOLD_AFTER_SECONDS", 0.1)
    phone, administrator = ward.member(), ward.member(1002, "administrator")
    await ward.says(phone, "/new")
    with locked(ward.path):
        phone.send("45")
        await phone.sees(phrases("en")("not_kept"))
        seen = ward.server.counts["getupdates"]
        await ward.until(lambda: ward.server.counts["getupdates"] > seen + 2)
        assert len(ward.server.world.updates) == 1
        assert ward.entries() == 1
    await ward.quiet()
    assert ward.entries() == 2
    assert phone.texts.count(phrases("en")("not_kept")) == 1
    told = phrases("en")("administrator_not_kept", why="locked")
    assert administrator.texts.count(told) == 1
    assert len(prompts(phone)) == 1


async def test_one_persons_lock_is_over_when_the_others_write_again(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "TOLD_AFTER_SECONDS", 0.1)
    phones = [ward.member(account) for account in range(1001, 1006)]
    for phone in phones:
        await ward.says(phone, "/new")
    with locked(ward.path):
        for phone in phones:
            phone.send("45")
        for phone in phones:
            await phone.sees(phrases("en")("not_kept"))
    await ward.quiet()
    assert ward.rows("SELECT count(*) FROM log WHERE kind = 'answer'") == [(5,)]


async def test_a_stop_is_orderly_also_while_the_file_is_locked(ward: Ward) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    ward.service.screenings.keep_prompts()
    with locked(ward.path):
        await ward.stop()
    await ward.start()
    await ward.says(phone, "45")
    assert ward.entries() == 2


async def test_another_instance_on_the_same_token_is_said_and_outlived(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(asking, "CONFLICT_SECONDS", (0.01, 0.02))
    phone = ward.member()
    await ward.says(phone, "/new")
    other = ward.service.bot
    polls = ward.server.counts["getupdates"]
    await other.get_updates(timeout=0)
    await ward.until(lambda: ward.server.counts["getupdates"] > polls + 1)
    await ward.says(phone, "45")
    assert ward.entries() == 2
    assert sum("another instance polls" in message for message in caplog.messages) == 1


async def test_the_status_says_of_a_bot_that_nobody_writes_to_that_it_runs(ward: Ward) -> None:
    """Sooner than an empty poll comes back."""
    await ward.until(lambda: status(ward.path).running, asking.POLL_SECONDS)


async def test_a_dialogue_left_open_is_called_to_mind_once_and_in_working_hours(
    ward: Ward, clock: Clock
) -> None:
    phone = ward.member()
    await ward.says(phone, "/new", "45")
    said = len(phone.texts)
    assert ward.service.background.remind() == 0
    clock.now += timedelta(days=1, hours=10)  # 9:30 at +08:00, and ten hours: an evening
    assert ward.service.background.remind() == 0
    clock.now += timedelta(hours=14)
    assert ward.service.background.remind() == 1
    assert ward.service.background.remind() == 0
    await ward.quiet()
    (reminder,) = phone.texts[said:]
    assert "S01-0001" in reminder
    assert "45" not in reminder
    clock.now += timedelta(days=3)
    assert ward.service.background.remind() == 0


# the process ---------------------------------------------------------------------------------------


@pytest.fixture
async def server() -> AsyncIterator[FaultyBotApi]:
    async with FaultyBotApi(token=TOKEN) as server:
        yield server


async def test_a_wrong_token_ends_with_status_2_and_a_sentence_without_the_token(
    server: FaultyBotApi, tmp_path: Path
) -> None:
    wrong = "987654321:BBB-another-secret_another-secret_an"
    process = await started(server, tmp_path / "bot.db", token=wrong, before=SOON_REFUSED)
    out, errors = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    assert b"does not accept the bot token" in errors
    assert b"Traceback" not in errors
    assert wrong.partition(":")[2].encode() not in errors


async def test_no_output_has_the_token_or_an_answer_whatever_fails(
    server: FaultyBotApi, tmp_path: Path
) -> None:
    invite_all(tmp_path / "bot.db", [ACCOUNT])
    phone = server.person(ACCOUNT)
    server.faults.table = [
        Fault(kind, probability=0.15, seconds=1.0)
        for kind in ("drop_before", "drop_after", "server_error", "too_many_requests")
    ]
    process = await started(server, tmp_path / "bot.db")
    await polled(server)
    phone.send("/new")
    await phone.sees("Age in completed years")
    phone.send("Mrs Li is 1.60 m tall")
    server.world.deliver({"message": {"from": "Mrs Li", "chat": 3, "text": "Mrs Li"}})
    server.world.deliver({"message": "Mrs Li"})
    try:
        while not any("77 years" in text for text in phone.texts):
            said = len(phone.texts)
            phone.send("77")  # once more, where it is not certain what it was meant for
            await phone.sees(longer_than(said + 1))
    finally:
        process.terminate()
        out, errors = await process.communicate()
    assert process.returncode == 0
    assert errors
    for secret in (TOKEN, TOKEN.partition(":")[2], "Mrs Li", "1.60", "77 y"):
        assert secret not in (out + errors).decode(), secret
