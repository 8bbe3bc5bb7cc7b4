"""Polling over real HTTP: nothing is acknowledged that was not committed, whatever happens between."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Update

from bot.telegram.asking import (
    ALLOWED_UPDATES,
    CONFLICT_FORGOTTEN_SECONDS,
    CONFLICT_SECONDS,
    NETWORK_SECONDS,
    POLL_SECONDS,
    REFUSED_SECONDS,
    TOKEN_SECONDS,
    Notices,
    TokenRefusedError,
)
from bot.telegram.lanes import NotCommittedError, NotKeptError, Skipped
from bot.telegram.limits import UPDATES_A_POLL
from bot.telegram.polling import Polling
from bot.telegram.responses import LONGEST_FLOOD_SECONDS
from tests.telegram.conftest import HANGS_SECONDS, Clock, TelegramServer, hang_up, refusal, until
from tests.telegram.odd import ODD, answers

POLLS_A_SECOND = 5


class Handler:
    """Commits what it is told to, and writes down what it did, in order."""

    def __init__(self) -> None:
        self.committed: list[tuple[int, str]] = []
        self.tried: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.failures: dict[str, list[Exception | bool]] = defaultdict(list)

    async def __call__(self, update: Update) -> bool:
        text = update.message.text or ""
        self.tried.append(text)
        if text in self.gates:
            await self.gates[text].wait()
        if self.failures[text]:
            failure = self.failures[text].pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        self.committed.append((update.effective_user.id, text))
        return True

    def hold(self, text: str) -> asyncio.Event:
        return self.gates.setdefault(text, asyncio.Event())

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.committed]


class Heard:
    """Notices, kept."""

    def __init__(self) -> None:
        self.conflicts = 0
        self.recoveries = 0
        self.skipped: list[Skipped] = []

    def conflict(self) -> None:
        self.conflicts += 1

    def recovered(self) -> None:
        self.recoveries += 1

    @property
    def notices(self) -> Notices:
        return Notices(self.conflict, self.skipped.append, self.recovered)


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def polling(bot: Bot, handler: Handler, heard: Heard, clock: Clock) -> Polling:
    return Polling(
        bot, handler, heard.notices, drain=0.05, clock=clock, sleep=clock.sleep, jitter=lambda: 1.0
    )


@asynccontextmanager
async def running(polling: Polling) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(polling.run())
    try:
        yield task
    finally:
        polling.stop()
        async with asyncio.timeout(HANGS_SECONDS):
            await asyncio.gather(task, return_exceptions=True)


def nothing(_: web.Request) -> web.Response:
    """An answer that brings no updates."""
    return web.json_response({"ok": True, "result": []})


def offsets(server: TelegramServer) -> list[int]:
    return [int(call["offset"]) for call in server.of("getUpdates") if "offset" in call]


# Acknowledging


async def test_an_update_is_acknowledged_after_its_commit_and_not_before(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    number, gate = server.write(5, "98"), handler.hold("98")
    async with running(polling):
        await until(lambda: len(server.of("getUpdates")) > 4)
        assert server.waiting == [number]
        assert not offsets(server) or max(offsets(server)) <= number
        gate.set()
        await until(lambda: not server.waiting)
        assert offsets(server)[-1] == number + 1


async def test_a_later_commit_does_not_acknowledge_an_earlier_update(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    first, gate = server.write(1, "slow"), handler.hold("slow")
    numbers = [first] + [server.write(person, "quick") for person in (2, 3, 4)]
    async with running(polling):
        await until(lambda: handler.texts == ["quick"] * 3)
        polls = len(server.of("getUpdates"))
        await until(lambda: len(server.of("getUpdates")) > polls + 3)
        assert server.waiting == numbers
        gate.set()
        await until(lambda: not server.waiting)
    assert sorted(handler.texts) == ["quick", "quick", "quick", "slow"], "each handled once"


async def test_what_a_killed_process_had_not_committed_is_delivered_to_the_next(
    bot: Bot, server: TelegramServer, clock: Clock
) -> None:
    for person in range(1, 6):
        server.write(person, f"answer {person}")
    first, second = Handler(), Handler()
    first.hold("answer 2")
    killed = asyncio.create_task(Polling(bot, first, sleep=clock.sleep)._poll_on())
    await until(lambda: len(first.committed) == 4)
    await until(lambda: len(server.of("getUpdates")) > 3)
    killed.cancel()
    assert first.texts == ["answer 1", "answer 3", "answer 4", "answer 5"]
    async with running(Polling(bot, second, sleep=clock.sleep)):
        await until(lambda: not server.waiting)
    assert "answer 2" in second.texts
    assert set(first.texts + second.texts) == {f"answer {person}" for person in range(1, 6)}
    first.gates["answer 2"].set()


async def test_an_update_delivered_many_times_is_handled_once(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    server.copies = 5
    gate = handler.hold("a")
    for text in "abcdef":
        server.write(ord(text), text)
    async with running(polling):
        await until(lambda: len(server.of("getUpdates")) > 4)
        gate.set()
        await until(lambda: not server.waiting)
    assert sorted(handler.texts) == list("abcdef")


async def test_an_update_delivered_again_after_its_acknowledgement_changes_nothing(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    server.write(5, "a")
    again = dict(server.held[0])
    async with running(polling):
        await until(lambda: not server.waiting)
        server.write(5, "b")
        server.held.insert(0, again)
        await until(lambda: handler.texts == ["a", "b"])
        await until(lambda: not server.waiting)
    assert handler.texts == ["a", "b"]


async def test_a_server_that_repeats_itself_is_not_asked_in_a_tight_loop(
    server: TelegramServer, polling: Polling, handler: Handler, clock: Clock
) -> None:
    server.write(5, "a")
    again = web.json_response
    update = dict(server.held[0])
    server.faults["getUpdates"].extend(lambda _: again({"ok": True, "result": [update]}) for _ in range(6))
    async with running(polling):
        await until(lambda: not server.faults["getUpdates"])
        await until(lambda: len(clock.slept) == 5)
    assert handler.texts == ["a"]


async def test_what_is_in_hand_is_not_asked_for_again_before_a_pause_or_its_commit(
    bot: Bot, server: TelegramServer, handler: Handler
) -> None:
    pauses: asyncio.Queue[None] = asyncio.Queue()
    polling = Polling(bot, handler, sleep=lambda _: pauses.get())
    gate = handler.hold("98")
    server.write(5, "98")
    async with running(polling):
        for polls in (1, 2, 3):
            await until(lambda polls: len(server.of("getUpdates")) == polls, polls)
            for _ in range(100):
                await asyncio.sleep(0)
            assert len(server.of("getUpdates")) == polls
            pauses.put_nowait(None)
        gate.set()
        await until(server.polling.is_set)
        assert not server.waiting


async def test_only_the_updates_that_the_bot_reads_are_asked_for(
    server: TelegramServer, polling: Polling
) -> None:
    async with running(polling):
        await until(server.polling.is_set)
    asked = server.of("getUpdates")[0]
    assert asked["allowed_updates"] == str(list(map(str, ALLOWED_UPDATES))).replace("'", '"')
    assert asked["limit"] == str(UPDATES_A_POLL)
    assert "offset" not in asked


async def test_no_poll_is_held_until_telegram_is_known_to_answer(
    server: TelegramServer, polling: Polling
) -> None:
    server.faults["getUpdates"].append(hang_up)
    async with running(polling):
        await until(server.polling.is_set)
        assert polling.figures().since_poll == 0, "nobody has to wait for a held poll to know"
    assert [call["timeout"] for call in server.of("getUpdates")] == ["0", "0", str(POLL_SECONDS)]


# Order


async def test_one_person_is_handled_in_order_one_after_the_other(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    gate = handler.hold("0")
    for text in "0123456789":
        server.write(5, text)
    async with running(polling):
        await until(lambda: len(server.of("getUpdates")) > 2)
        assert handler.tried == ["0"], "the next waits for the one before"
        gate.set()
        await until(lambda: not server.waiting)
    assert handler.texts == list("0123456789")


async def test_people_do_not_wait_for_each_other(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    everyone = [str(person) for person in range(1, 51)]
    for text in everyone:
        handler.hold(text)
        server.write(int(text), text)
    async with running(polling):
        await until(lambda: len(handler.tried) == 50)
        assert polling.figures().lanes == 50
        for text in reversed(everyone):
            handler.gates[text].set()
            await until(lambda text: text in handler.texts, text)
    assert handler.texts == everyone[::-1]


async def test_who_writes_while_another_is_stuck_is_served(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    server.write(1, "stuck")
    gate = handler.hold("stuck")
    async with running(polling):
        await until(lambda: handler.tried == ["stuck"])
        for text in "abc":
            server.write(2, text)
            await until(lambda text: text in handler.texts, text)
        gate.set()
        await until(lambda: not server.waiting)


async def test_lanes_and_numbers_of_handled_updates_are_forgotten(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    async with running(polling):
        for person in range(1, 301):
            server.write(person, "x")
        await until(lambda: len(handler.committed) == 300)
        await until(lambda: not server.waiting)
        figures = polling.figures()
    assert (figures.lanes, figures.waiting, figures.held) == (0, 0, 0)


# Failing


async def test_what_could_not_be_kept_is_tried_until_it_is_and_others_go_on(
    server: TelegramServer, polling: Polling, handler: Handler, heard: Heard, clock: Clock
) -> None:
    number = server.write(1, "98")
    server.write(1, "next")
    server.write(2, "other")
    handler.failures["98"] = [NotKeptError("disk full")] * 40
    async with running(polling):
        await until(lambda: "other" in handler.texts)
        assert "next" not in handler.tried, "not before the one before it"
        assert max(offsets(server), default=number) <= number
        await until(lambda: not server.waiting)
    assert handler.texts == ["other", "98", "next"]
    assert handler.tried.count("98") == 41
    assert not heard.skipped
    assert max(clock.slept) <= 10.0


@pytest.mark.parametrize("failure", [ValueError("poison"), False, None], ids=["raises", "False", "None"])
async def test_what_never_commits_is_reported_and_skipped_after_some_tries(
    server: TelegramServer, polling: Polling, handler: Handler, heard: Heard, failure: Any
) -> None:
    number = server.write(1, "poison")
    server.write(1, "next")
    handler.failures["poison"] = [failure] * 1000
    async with running(polling):
        await until(lambda: not server.waiting)
    assert handler.texts == ["next"]
    assert handler.tried.count("poison") == 6
    assert [skipped.update_id for skipped in heard.skipped] == [number]
    assert heard.skipped[0].update.message.text == "poison"
    assert isinstance(heard.skipped[0].error, ValueError | NotCommittedError)


async def test_a_failure_that_passes_skips_nothing(
    server: TelegramServer, polling: Polling, handler: Handler, heard: Heard
) -> None:
    server.write(1, "98")
    handler.failures["98"] = [ValueError("once"), False, NotKeptError("then full"), ValueError("twice")]
    async with running(polling):
        await until(lambda: not server.waiting)
    assert handler.texts == ["98"]
    assert not heard.skipped


async def test_a_notice_that_fails_stops_nothing(
    bot: Bot, server: TelegramServer, handler: Handler, clock: Clock
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("not told")

    server.write(1, "poison")
    handler.failures["poison"] = [ValueError()] * 6
    server.write(1, "next")
    server.faults["getUpdates"].append(refusal(409, "Conflict"))
    async with running(Polling(bot, handler, Notices(fail, fail, fail), sleep=clock.sleep)):
        await until(lambda: not server.waiting)
    assert handler.texts == ["next"]


UNREADABLE: dict[str, dict[str, Any]] = {
    "no message": {"message": "text"},
    "a number": {"message": {"message_id": 1, "date": 1, "chat": 7}},
    "no date": {"message": {"message_id": 1, "date": "x", "chat": {"id": 1, "type": "private"}}},
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_update_that_cannot_be_read_is_skipped_and_the_others_are_handled(
    server: TelegramServer, polling: Polling, handler: Handler, heard: Heard, content: dict[str, Any]
) -> None:
    server.write(1, "before")
    server.add({"update_id": 1002} | content)
    server._number = 2
    server.write(1, "after")
    async with running(polling):
        await until(lambda: not server.waiting)
    assert handler.texts == ["before", "after"]
    assert [(skipped.update_id, skipped.update) for skipped in heard.skipped] == [(1002, None)]


PERSONS = {"list": [1], "text": "1", "nothing": None, "object": {"id": 1}, "huge": 10**30}


@pytest.mark.parametrize("person", PERSONS.values(), ids=PERSONS)
async def test_an_update_of_a_strange_person_is_handled_and_stops_nothing(
    server: TelegramServer, polling: Polling, handler: Handler, person: Any
) -> None:
    server.write(1, "strange")
    server.held[0]["message"]["from"]["id"] = person
    server.write(2, "next")
    async with running(polling):
        await until(lambda: not server.waiting)
    assert sorted(handler.texts) == ["next", "strange"]


@pytest.mark.parametrize("number", [None, "7", [7], {}], ids=str)
@pytest.mark.parametrize("readable", [True, False])
async def test_an_update_without_a_number_stops_nothing_and_is_not_asked_for_in_a_tight_loop(
    server: TelegramServer, polling: Polling, handler: Handler, clock: Clock, number: Any, readable: bool
) -> None:
    strange = {"update_id": number} | ({} if readable else UNREADABLE["no message"])
    for _ in range(2 if readable else 4):
        server.faults["getUpdates"].append(lambda _: web.json_response({"ok": True, "result": [strange]}))
    server.write(5, "next")
    async with running(polling):
        await until(lambda: not server.waiting)
    assert handler.texts == ["next"]
    assert len(clock.slept) == 2


# What Telegram answers to a poll


async def poll_through(
    server: TelegramServer, polling: Polling, handler: Handler, *answers: Callable[[web.Request], Any]
) -> None:
    server.faults["getUpdates"].extend(answers)
    server.write(5, "after it")
    async with running(polling):
        await until(lambda: not server.waiting)
    assert handler.texts == ["after it"]


async def test_retry_after_waits_exactly_so_long(
    server: TelegramServer, polling: Polling, handler: Handler, clock: Clock
) -> None:
    await poll_through(server, polling, handler, refusal(429, "Too Many Requests", retry_after=17))
    assert clock.slept[0] == 17


BROKEN = {
    "500": refusal(500, "Internal Server Error"),
    "502 page": lambda _: web.Response(status=502, text="<html>"),
    "400": refusal(400, "Bad Request"),
    "403": refusal(403, "Forbidden"),
    "hung up": hang_up,
    "no JSON": lambda _: web.Response(text="{"),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_a_broken_line_is_tried_again_with_growing_pauses(
    server: TelegramServer, polling: Polling, handler: Handler, heard: Heard, clock: Clock, answer: Any
) -> None:
    await poll_through(server, polling, handler, *[answer] * 9)
    first, longest = NETWORK_SECONDS
    assert clock.slept[:9] == [min(first * 2**n, longest) for n in range(9)]
    assert heard.recoveries == 1


async def test_pauses_start_anew_after_a_success(
    server: TelegramServer, polling: Polling, handler: Handler, clock: Clock
) -> None:
    broken = refusal(500, "Internal Server Error")
    await poll_through(
        server,
        polling,
        handler,
        broken,
        broken,
        nothing,
        broken,
    )
    assert clock.slept[:3] == [0.5, 1.0, 0.5]


async def test_a_second_instance_is_said_once_and_tried_slowly(
    server: TelegramServer, polling: Polling, handler: Handler, heard: Heard, clock: Clock
) -> None:
    conflict = refusal(409, "Conflict: terminated by other getUpdates request")
    await poll_through(server, polling, handler, conflict, conflict, conflict, nothing, conflict)
    assert heard.conflicts == 1
    assert clock.slept[:4] == [15.0, 30.0, 60.0, 15.0]
    assert min(clock.slept[:4]) == CONFLICT_SECONDS[0]


async def test_a_conflict_that_returns_much_later_is_said_again(
    server: TelegramServer, polling: Polling, handler: Handler, heard: Heard, clock: Clock
) -> None:
    conflict = refusal(409, "Conflict")

    def later(_: web.Request) -> web.Response:
        clock.now += CONFLICT_FORGOTTEN_SECONDS
        return web.json_response({"ok": True, "result": []})

    await poll_through(server, polling, handler, conflict, later, conflict)
    assert heard.conflicts == 2


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
async def test_whatever_a_server_answers_it_is_asked_again_and_never_in_a_race(
    server: TelegramServer, polling: Polling, handler: Handler, clock: Clock, answer: tuple[int, str]
) -> None:
    await poll_through(server, polling, handler, *[answers(*answer)] * 30)
    asked = len(server.of("getUpdates"))
    assert asked > 30
    assert (asked - 30) < 5
    assert 30 / clock.now <= POLLS_A_SECOND
    assert clock.now < 30 * (LONGEST_FLOOD_SECONDS + 1)


async def test_a_server_that_does_not_hold_the_poll_is_not_asked_in_a_race(
    server: TelegramServer, polling: Polling, handler: Handler, clock: Clock
) -> None:
    await poll_through(server, polling, handler, *[nothing] * 50)
    assert 50 / clock.now <= POLLS_A_SECOND


@pytest.mark.parametrize("number", [2**31, 10**20, 0, -4])
async def test_a_number_that_no_update_can_have_acknowledges_nothing(
    server: TelegramServer, polling: Polling, handler: Handler, number: int
) -> None:
    await poll_through(
        server,
        polling,
        handler,
        lambda _: web.json_response({"ok": True, "result": [{"update_id": number}]}),
    )
    assert all(offset < 2**31 for offset in offsets(server))
    assert number + 1 not in offsets(server)


@pytest.mark.parametrize("code", [401, 404])
async def test_only_a_token_that_is_refused_for_a_minute_ends_the_polling(
    server: TelegramServer, polling: Polling, clock: Clock, code: int
) -> None:
    server.faults["getUpdates"].extend([refusal(code, "Unauthorized")] * 100)
    async with asyncio.timeout(HANGS_SECONDS):
        with pytest.raises(TokenRefusedError, match="TELEGRAM_BOT_TOKEN"):
            await polling.run()
    assert REFUSED_SECONDS <= clock.now <= REFUSED_SECONDS + TOKEN_SECONDS[1]


@pytest.mark.parametrize("code", [401, 404])
async def test_a_token_that_is_refused_for_a_while_is_only_tried_again(
    server: TelegramServer, polling: Polling, handler: Handler, code: int
) -> None:
    refused = refusal(code, "Unauthorized")
    await poll_through(server, polling, handler, *[refused, refused, refused, refused, nothing] * 10)


# Stopping


async def test_stopping_does_not_wait_for_the_poll(server: TelegramServer, polling: Polling) -> None:
    async with running(polling) as run:
        await until(server.polling.is_set)
        polling.stop()
        async with asyncio.timeout(HANGS_SECONDS):
            await run


async def test_stopping_lets_a_handler_commit_and_acknowledges_it(
    bot: Bot, server: TelegramServer, handler: Handler, clock: Clock
) -> None:
    polling = Polling(bot, handler, drain=5, sleep=clock.sleep)
    number, gate = server.write(5, "98"), handler.hold("98")
    waiting = server.write(5, "not begun")
    async with running(polling) as run:
        await until(lambda: handler.tried)
        polling.stop()
        for _ in range(100):
            await asyncio.sleep(0)
        assert not run.done()
        gate.set()
        await run
    assert handler.texts == ["98"]
    assert offsets(server)[-1] == number + 1 == waiting
    assert server.waiting == [waiting]


async def test_stopping_gives_up_a_handler_that_does_not_end_and_acknowledges_nothing(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    number = server.write(5, "98")
    handler.hold("98")
    async with running(polling) as run:
        await until(lambda: handler.tried)
        polling.stop()
        async with asyncio.timeout(HANGS_SECONDS):
            await run
    assert server.waiting == [number]
    assert polling.figures().lanes == 0


async def test_stopping_does_not_wait_for_a_pause(bot: Bot, server: TelegramServer, handler: Handler) -> None:
    never = asyncio.Event()

    async def sleep(_: float) -> None:
        await never.wait()

    server.faults["getUpdates"].append(refusal(429, "Too Many Requests", retry_after=3600))
    polling = Polling(bot, handler, sleep=sleep)
    async with running(polling) as run:
        await until(lambda: polling.troubled)
        polling.stop()
        async with asyncio.timeout(HANGS_SECONDS):
            await run


async def test_stopping_does_not_wait_for_what_cannot_be_kept(
    bot: Bot, server: TelegramServer, handler: Handler
) -> None:
    never = asyncio.Event()

    async def sleep(_: float) -> None:
        await never.wait()

    number = server.write(5, "98")
    handler.failures["98"] = [NotKeptError("disk full")]
    polling = Polling(bot, handler, drain=60, sleep=sleep)
    async with running(polling) as run:
        await until(lambda: polling.figures().held)
        polling.stop()
        async with asyncio.timeout(HANGS_SECONDS):
            await run
    assert server.waiting == [number]


async def test_stopping_with_a_server_that_is_gone_is_no_error(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    number = server.write(5, "98")
    async with running(polling) as run:
        await until(lambda: handler.texts and server.polling.is_set())
        server.write(5, "99")
        await until(lambda: "99" in handler.texts)
        server.faults["getUpdates"].extend([hang_up] * 20)
        polling.stop()
        await run
    assert number not in server.waiting


async def test_a_cancelled_run_is_an_orderly_stop(
    server: TelegramServer, polling: Polling, handler: Handler
) -> None:
    server.write(5, "98")
    async with running(polling) as run:
        await until(lambda: handler.texts)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
    assert not server.waiting


# Figures


async def test_figures_tell_the_age_of_the_queue_and_of_the_last_poll(
    server: TelegramServer, polling: Polling, handler: Handler, clock: Clock
) -> None:
    assert polling.figures().since_poll is None
    gate = handler.hold("98")
    number = server.write(5, "98")
    async with running(polling):
        await until(lambda: handler.tried)
        before = clock.now
        clock.now += 30
        figures = polling.figures()
        assert 30 <= figures.queue_age <= 30 + before
        assert (figures.waiting, figures.lanes, figures.offset) == (1, 1, number)
        gate.set()
        await until(server.polling.is_set)
        server.write(5, "99")
        await until(lambda: not server.waiting)
        assert polling.figures().since_poll == 0
        clock.now += 7
        assert polling.figures().since_poll == pytest.approx(7)
        assert polling.figures().queue_age == 0


async def test_no_log_line_holds_what_people_write(
    server: TelegramServer, polling: Polling, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    server.faults["getUpdates"].append(refusal(500, "Internal Server Error"))
    server.write(5, "Wang Fang")
    handler.failures["Wang Fang"] = [ValueError("Wang Fang")] * 6
    async with running(polling):
        await until(lambda: not server.waiting)
    assert "polling failed" in caplog.text
    assert "Wang" not in caplog.text
