"""Long work is bounded, takes turns, is done apart, and ends at once with a stop; files come from the server only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Never

import pytest

from bot.exchange import Safe, Turn, Work
from bot.telegram.processes import EACH, Turns, WorkError, apart
from bot.wording.phrases import phrases
from tests.endtoend.ward import HANGS_SECONDS, Ward
from tests.phone.faults import Fault

LIST = b"name,age_years\nC1,17\n"


def answer(number: int) -> int:
    return number + 1


def fail(words: str) -> Never:
    raise ValueError(words)


def sleep_for_ever() -> None:
    time.sleep(3600)


def end(status: int) -> None:
    import os

    os._exit(status)


def grow() -> int:
    return len(bytearray(4 * 1024**3))


def say(text: str) -> Turn:
    turn = Turn()
    turn.say(Safe(text))
    return turn


async def test_what_is_done_apart_gives_back_what_it_returned() -> None:
    assert await apart(partial(answer, 41)) == 42


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (partial(fail, "Mrs Li"), "ValueError"),
        (partial(end, 9), "exit status 9"),
        (grow, "MemoryError"),
        (lambda: 5, "PicklingError"),
    ],
    ids=["raises", "ends", "too large", "cannot be sent"],
)
async def test_what_fails_apart_says_its_kind_and_nothing_else(run: Callable[[], object], kind: str) -> None:
    with pytest.raises(WorkError) as caught:
        await apart(run)
    assert caught.value.kind in (kind, "AttributeError")
    assert "Mrs Li" not in f"{caught.value} {caught.value.at}"


async def test_what_lasts_too_long_is_ended() -> None:
    with pytest.raises(WorkError, match="Timeout"):
        await apart(sleep_for_ever, longest=0.1)


async def test_people_take_turns_and_each_has_one_work_at_a_time() -> None:
    done: list[str] = []
    busy: list[str] = []
    most = 0

    async def work(whose: str, number: int) -> None:
        nonlocal most
        assert whose not in busy
        busy.append(whose)
        most = max(most, len(busy))
        await asyncio.sleep(0)
        busy.remove(whose)
        done.append(f"{whose}{number}")

    turns = Turns(at_once=2)
    for number in range(4):
        assert turns.put("a", partial(work, "a", number))
    for whose in "bcd":
        assert turns.put(whose, partial(work, whose, 0))
    while len(turns):
        await asyncio.sleep(0)
    assert most == 2
    assert set(done[:5]) >= {"a0", "b0", "c0", "d0"}
    assert [each for each in done if each.startswith("a")] == ["a0", "a1", "a2", "a3"]


async def test_no_more_waits_than_is_allowed() -> None:
    turns = Turns()
    never = asyncio.Event()

    async def work() -> None:
        await never.wait()

    assert [turns.put("a", work) for _ in range(EACH + 2)] == [True] * EACH + [False] * 2
    assert turns.put("b", work)
    await turns.stop()
    assert not len(turns)


async def test_a_work_that_fails_is_said_and_logged_without_its_words(
    ward: Ward, caplog: pytest.LogCaptureFixture
) -> None:
    phone = ward.member(1001, "coordinator")
    await ward.says(phone, "/help")
    member = ward.service.people.find("telegram", "1001")
    assert member is not None
    ward.service.channel.tell(member, Turn([Work(partial(fail, "Mrs Li"), Safe("It failed"))]))
    await ward.quiet()
    assert phone.last["text"] == "It failed"
    assert any(getattr(record, "kind", "") == "ValueError" for record in caplog.records)
    assert "Mrs Li" not in caplog.text


async def test_a_stop_ends_work_at_once_and_says_so(ward: Ward) -> None:
    phone = ward.member(1001, "coordinator")
    await ward.says(phone, "/help")
    member = ward.service.people.find("telegram", "1001")
    assert member is not None
    for _ in range(3):
        ward.service.channel.tell(member, Turn([Work(sleep_for_ever, Safe("failed"))]))  # type: ignore[arg-type]  # gives none
    await asyncio.sleep(0)
    async with asyncio.timeout(HANGS_SECONDS):
        await ward.stop()
    assert phone.last["text"] == phrases("en")("work_stopped")
    await ward.start()


async def test_a_list_is_fetched_and_evaluated(ward: Ward) -> None:
    phone = ward.member(1001, "coordinator")
    phone.send_document("list.csv", LIST)
    await ward.quiet()
    assert "verdicts" in str(phone.last)


async def test_a_fetch_that_fails_once_is_tried_again(ward: Ward) -> None:
    phone = ward.member(1001, "coordinator")
    ward.server.faults.add(Fault("server_error", "getFile", times=1))
    phone.send_document("list.csv", LIST)
    await ward.quiet()
    assert "verdicts" in str(phone.last)


PATHS = (
    "/etc/passwd",
    "etc/../../../../etc/passwd",
    "../../etc/passwd",
    "file:///etc/passwd",
    "README.md",
    "C:\\x",
    "http://127.0.0.1:1/x",
    "//127.0.0.1:1/x",
    "documents/%2e%2e/x",
    "a b",
    "",
    "documents/x\x00",
    "x?y=1",
)


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_that_is_not_the_servers_is_no_file(ward: Ward, tmp_path: Path, path: str) -> None:
    phone = ward.member(1001, "coordinator")
    body = f'{{"ok": true, "result": {{"file_id": "f", "file_unique_id": "f", "file_path": {path!a}}}}}'
    body = body.replace("'", '"').replace("\\x00", "\\u0000")
    ward.server.faults.add(Fault("answer", "getFile", body=body))
    phone.send_document("list.csv", LIST)
    await ward.quiet()
    said = " ".join(str(message) for message in phone.messages.values())
    assert "root:" not in said
    assert "verdicts" not in said
