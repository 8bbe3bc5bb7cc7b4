"""Replies over real HTTP: in order within a chat, never waiting for another chat, never silently lost."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Message
from telegram.error import BadRequest, NetworkError

from bot.telegram.pacing import ALL_CHATS, LIFTED, Ceiling
from bot.telegram.sending import (
    CHATS_REMEMBERED,
    RETRY_SECONDS,
    STRANGERS_WAITING,
    TRIES,
    WAITING_PER_CHAT,
    OutboxFullError,
    Outgoing,
    Rank,
    Reports,
    Sending,
    WithheldError,
)
from tests.telegram.conftest import HANGS_SECONDS, Answer, Clock, TelegramServer, hang_up, refusal, until
from tests.telegram.odd import ODD, answers, refused

BROKEN = refusal(500, "Internal Server Error")


class Reported:
    """Reports, kept."""

    def __init__(self) -> None:
        self.delivered: list[tuple[object, object]] = []
        self.undelivered: list[tuple[object, Exception]] = []
        self.blocked: list[tuple[int, list[object]]] = []

    @property
    def reports(self) -> Reports:
        return Reports(
            lambda outgoing, result: self.delivered.append((outgoing.about, result)),
            lambda outgoing, error: self.undelivered.append((outgoing.about, error)),
            lambda chat, unsent: self.blocked.append((chat, [outgoing.about for outgoing in unsent])),
        )


class Post:
    """What the rest of the house does: puts texts, and looks at what arrived."""

    def __init__(self, bot: Bot, server: TelegramServer, sending: Sending) -> None:
        self.bot, self.server, self.sending = bot, server, sending

    def put(self, chat: int, *texts: str) -> None:
        for text in texts:
            self.sending.put(Outgoing(chat, partial(self.bot.send_message, chat, text), about=text))

    def arrived(self, chat: int) -> list[str]:
        return [call["text"] for call in self.server.of("sendMessage") if call["chat_id"] == str(chat)]

    async def done(self) -> None:
        await until(lambda: not len(self.sending))


@pytest.fixture
def reported() -> Reported:
    return Reported()


@pytest.fixture
def post(bot: Bot, server: TelegramServer, reported: Reported, clock: Clock) -> Post:
    sending = Sending(
        reported.reports,
        all_chats=LIFTED,
        one_chat=LIFTED,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: 1.0,
    )
    return Post(bot, server, sending)


def fail_chat(server: TelegramServer, chat: int, *answers: Answer) -> None:
    """The next calls for this chat are answered so; others are served."""
    pending = list(answers)
    serve = server._result

    async def answer(request: web.Request) -> web.StreamResponse:
        method, parameters = server.calls[-1]
        server.faults["sendMessage"].append(answer)
        if parameters["chat_id"] == str(chat) and pending:
            response = pending.pop(0)(request)
            return response if isinstance(response, web.StreamResponse) else await response
        return web.json_response({"ok": True, "result": await serve(method, parameters)})

    server.faults["sendMessage"].append(answer)


def gate_for(chat_opens: asyncio.Event) -> Answer:
    async def wait(_: web.Request) -> web.Response:
        await chat_opens.wait()
        return BROKEN(_)

    return wait


# Order


async def test_a_chat_gets_its_messages_in_order(post: Post, reported: Reported) -> None:
    texts = [str(number) for number in range(30)]
    post.put(5, *texts)
    await post.done()
    assert post.arrived(5) == texts
    assert [about for about, _ in reported.delivered] == texts


async def test_the_sender_learns_the_number_of_the_message(post: Post, reported: Reported) -> None:
    post.put(5, "Most recent haemoglobin?")
    await post.done()
    [(about, message)] = reported.delivered
    assert about == "Most recent haemoglobin?"
    assert isinstance(message, Message)
    assert message.message_id > 0


async def test_a_slow_chat_delays_no_other(post: Post, server: TelegramServer) -> None:
    opens = asyncio.Event()
    fail_chat(server, 1, gate_for(opens))
    post.put(1, "slow", "after it")
    await until(lambda: post.arrived(1) == ["slow"])
    for chat in range(2, 30):
        post.put(chat, "a", "b")
    await until(lambda: all(post.arrived(chat) == ["a", "b"] for chat in range(2, 30)))
    assert post.arrived(1) == ["slow"]
    opens.set()
    await post.done()
    assert post.arrived(1) == ["slow", "slow", "after it"], "tried again, and only then the next"


@pytest.mark.parametrize(
    "answer",
    [refusal(429, "Too Many Requests", retry_after=3), BROKEN, hang_up],
    ids=["told to wait", "server error", "hang up"],
)
async def test_a_chat_that_waits_for_its_next_try_delays_no_other(
    bot: Bot, server: TelegramServer, answer: Answer
) -> None:
    waits: list[float] = []
    opens = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await opens.wait()

    post = Post(bot, server, Sending(all_chats=LIFTED, one_chat=LIFTED, sleep=sleep))
    fail_chat(server, 1, answer)
    post.put(1, "slow", "after it")
    await until(lambda: waits)
    for chat in range(2, 30):
        post.put(chat, "a", "b")
    await until(lambda: all(post.arrived(chat) == ["a", "b"] for chat in range(2, 30)))
    assert (post.arrived(1), len(waits)) == (["slow"], 1), "it still waits"
    opens.set()
    await post.done()
    assert post.arrived(1) == ["slow", "slow", "after it"]


async def test_order_is_kept_through_every_failure_that_passes(
    post: Post, server: TelegramServer, reported: Reported
) -> None:
    retry = refusal(429, "Too Many Requests", retry_after=3)
    fail_chat(server, 1, BROKEN, hang_up, retry, hang_up, retry, retry)
    post.put(1, "a", "b", "c")
    await post.done()
    arrived = post.arrived(1)
    assert arrived == ["a"] * 7 + ["b", "c"]
    assert [about for about, _ in reported.delivered] == ["a", "b", "c"]
    assert not reported.undelivered


async def test_what_is_put_while_the_chat_is_served_is_sent_too(post: Post, server: TelegramServer) -> None:
    post.put(5, "a")
    await until(lambda: post.arrived(5) == ["a"])
    post.put(5, "b")
    await post.done()
    assert post.arrived(5) == ["a", "b"]


# Failing


async def test_retry_after_waits_exactly_so_long_and_is_no_try(
    post: Post, server: TelegramServer, clock: Clock, reported: Reported
) -> None:
    server.faults["sendMessage"].extend([refusal(429, "Too Many Requests", retry_after=17)] * (TRIES + 5))
    post.put(5, "a")
    await post.done()
    assert clock.slept == [17] * (TRIES + 5)
    assert [about for about, _ in reported.delivered] == ["a"]


async def test_what_fails_too_often_is_reported_with_its_error_and_the_next_is_sent(
    post: Post, server: TelegramServer, clock: Clock, reported: Reported
) -> None:
    server.faults["sendMessage"].extend([BROKEN] * TRIES)
    post.put(5, "lost", "next")
    await post.done()
    first, longest = RETRY_SECONDS
    assert clock.slept == [min(first * 2**n, longest) for n in range(TRIES - 1)]
    assert [(about, type(error)) for about, error in reported.undelivered] == [("lost", NetworkError)]
    assert [about for about, _ in reported.delivered] == ["next"]


FINAL = {
    "bad markup": (refusal(400, "Bad Request: can't parse entities"), BadRequest),
    "no chat": (refusal(400, "Bad Request: chat not found"), BadRequest),
}


@pytest.mark.parametrize(("answer", "kind"), FINAL.values(), ids=FINAL)
async def test_what_can_never_be_sent_is_reported_at_once(
    post: Post, server: TelegramServer, clock: Clock, reported: Reported, answer: Any, kind: type[Exception]
) -> None:
    server.faults["sendMessage"].append(answer)
    post.put(5, "never", "next")
    await post.done()
    assert [(about, type(error)) for about, error in reported.undelivered] == [("never", kind)]
    assert not clock.slept
    assert post.arrived(5) == ["never", "next"]


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message is not modified: specified new message content is the same",
        "Bad Request: message to edit not found",
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ],
)
async def test_what_there_is_nothing_left_to_do_for_counts_as_delivered(
    post: Post, bot: Bot, server: TelegramServer, reported: Reported, description: str
) -> None:
    server.faults["editMessageText"].append(refusal(400, description))
    post.sending.put(Outgoing(5, lambda: bot.edit_message_text("98 g/L", 5, 7), about="edit"))
    await post.done()
    assert reported.delivered == [("edit", None)]
    assert not reported.undelivered


async def test_a_chat_that_blocks_the_bot_gets_nothing_more_and_is_reported(
    post: Post, server: TelegramServer, reported: Reported
) -> None:
    fail_chat(server, 5, refusal(403, "Forbidden: bot was blocked by the user"))
    post.put(5, "a", "b", "c")
    post.put(6, "x")
    await post.done()
    assert reported.blocked == [(5, ["a", "b", "c"])]
    assert post.arrived(5) == ["a"]
    assert post.arrived(6) == ["x"]
    post.put(5, "unblocked")
    await post.done()
    assert post.arrived(5) == ["a", "unblocked"]


async def test_a_call_with_a_mistake_in_it_is_reported_and_the_next_is_sent(
    post: Post, reported: Reported
) -> None:
    async def mistaken() -> None:
        raise KeyError("phrase")

    post.sending.put(Outgoing(5, mistaken, about="mistake"))
    post.put(5, "next")
    await post.done()
    assert [(about, type(error)) for about, error in reported.undelivered] == [("mistake", KeyError)]
    assert post.arrived(5) == ["next"]


async def test_a_report_that_fails_stops_nothing(bot: Bot, server: TelegramServer, clock: Clock) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    post = Post(bot, server, Sending(Reports(fail, fail, fail), sleep=clock.sleep, clock=clock))
    post.put(5, "a", "b")
    await post.done()
    assert post.arrived(5) == ["a", "b"]


async def test_an_outbox_that_overflows_gives_up_its_oldest_and_says_so(
    post: Post, server: TelegramServer, reported: Reported
) -> None:
    opens = asyncio.Event()
    server.faults["sendMessage"].append(gate_for(opens))
    post.put(5, "being sent")
    await until(lambda: post.arrived(5))
    texts = [str(number) for number in range(WAITING_PER_CHAT + 2)]
    post.put(5, *texts)
    assert [(about, type(error)) for about, error in reported.undelivered] == [
        ("0", OutboxFullError),
        ("1", OutboxFullError),
    ]
    opens.set()
    await post.done()
    assert post.arrived(5)[2:] == texts[2:]


# Telegram's ceilings


async def test_a_chat_gets_a_burst_and_then_one_a_second(bot: Bot, server: TelegramServer) -> None:
    clock = Clock()
    one = Sending(all_chats=LIFTED, one_chat=Ceiling(rate=1, burst=3), clock=clock, sleep=clock.sleep)
    post = Post(bot, server, one)
    post.put(5, *"abcdef")
    await post.done()
    assert clock.slept == [1, 1, 1]


async def test_all_chats_together_stay_below_the_ceiling(bot: Bot, server: TelegramServer) -> None:
    clock = Clock()
    everyone = Sending(all_chats=Ceiling(rate=30, burst=30), clock=clock, sleep=clock.sleep)
    post = Post(bot, server, everyone)
    for chat in range(1, 91):
        post.put(chat, "x")
    await post.done()
    assert len(server.texts) == 90
    assert clock.now == pytest.approx(2.0), "the last of 90 at 30 a second, after a burst of 30"


async def test_quiet_chats_are_forgotten(bot: Bot, server: TelegramServer) -> None:
    clock = Clock()
    sending = Sending(all_chats=LIFTED, clock=clock, sleep=clock.sleep)

    async def nothing() -> None: ...

    for chat in range(3 * CHATS_REMEMBERED):
        clock.now += 60
        sending.put(Outgoing(chat, nothing))
        await until(lambda: not len(sending))
    assert len(sending._buckets) <= CHATS_REMEMBERED


# Presses


async def test_a_press_is_answered_while_its_chat_waits(post: Post, bot: Bot, server: TelegramServer) -> None:
    opens = asyncio.Event()
    server.faults["sendMessage"].append(gate_for(opens))
    post.put(5, "slow")
    await until(lambda: post.arrived(5))
    post.sending.answer(lambda: bot.answer_callback_query("77", text="98 g/L"))
    await until(lambda: server.of("answerCallbackQuery"))
    assert post.arrived(5) == ["slow"]
    opens.set()
    await post.done()


@pytest.mark.parametrize(
    ("answers", "calls"),
    [
        ([BROKEN], 2),
        ([BROKEN] * 9, 2),
        ([refusal(400, "Bad Request: query is too old")], 1),
        ([refusal(429, "Too Many Requests", retry_after=3)], 2),
        ([refusal(429, "Too Many Requests", retry_after=60)], 1),
        ([refusal(403, "Forbidden")], 1),
    ],
)
async def test_a_press_is_tried_twice_at_most(
    post: Post, bot: Bot, server: TelegramServer, answers: Sequence[Any], calls: int
) -> None:
    server.faults["answerCallbackQuery"].extend(answers)
    post.sending.answer(lambda: bot.answer_callback_query("77"))
    await until(lambda: not post.sending._answers)
    assert len(server.of("answerCallbackQuery")) == calls


# Stopping


async def test_finishing_sends_what_waits(post: Post) -> None:
    post.put(5, "a", "b", "c")
    assert await post.sending.finish(5) == 0
    assert post.arrived(5) == ["a", "b", "c"]
    assert await post.sending.finish(5) == 0


async def test_finishing_gives_up_after_its_limit_and_counts_what_remains(
    post: Post, server: TelegramServer, reported: Reported
) -> None:
    server.faults["sendMessage"].append(gate_for(asyncio.Event()))
    post.put(5, "a", "b", "c")
    await until(lambda: post.arrived(5))
    async with asyncio.timeout(HANGS_SECONDS):
        assert await post.sending.finish(0.01) == 3
    assert len(post.sending) == 0
    assert not reported.undelivered


# Whatever a server answers

FOR_A_WHILE = {**ODD, "unauthorized": (401, refused(401)), "not found": (404, refused(404))}


@pytest.mark.parametrize("answer", FOR_A_WHILE.values(), ids=FOR_A_WHILE)
async def test_whatever_a_server_answers_for_a_while_the_message_arrives_in_order(
    post: Post, server: TelegramServer, reported: Reported, clock: Clock, answer: tuple[int, str]
) -> None:
    server.faults["sendMessage"].extend([answers(*answer)] * 3)
    post.put(5, "Haemoglobin?", "next")
    await post.done()
    assert [about for about, _ in reported.delivered] == ["Haemoglobin?", "next"]
    assert not reported.undelivered
    assert not reported.blocked
    assert len(clock.slept) == 3
    assert max(clock.slept) <= 60


# Who may have it, and who goes first


async def test_whoever_may_not_have_it_when_it_leaves_does_not_get_it(
    post: Post, server: TelegramServer, reported: Reported
) -> None:
    allowed = [True]

    def forbid(request: web.Request) -> web.Response:
        allowed.clear()
        return BROKEN(request)

    server.faults["sendMessage"].append(forbid)

    def put(text: str) -> None:
        call = partial(post.bot.send_message, 5, text)
        post.sending.put(Outgoing(5, call, about=text, may=lambda: bool(allowed)))

    put("tried once, while it was allowed")
    put("never tried")
    await post.done()
    assert [type(error) for _, error in reported.undelivered] == [WithheldError] * 2
    assert post.arrived(5) == ["tried once, while it was allowed"]


async def test_a_press_of_whoever_may_not_have_the_answer_is_not_answered(
    bot: Bot, server: TelegramServer, post: Post
) -> None:
    post.sending.answer(lambda: bot.answer_callback_query("1", "Hb: 98 g/L"), lambda: False)
    await post.sending.finish(1)
    assert not server.of("answerCallbackQuery")


async def test_members_go_before_nine_hundred_strangers_and_answers_before_reports(
    bot: Bot, server: TelegramServer, clock: Clock
) -> None:
    sending = Sending(all_chats=ALL_CHATS, clock=clock, sleep=clock.sleep)
    moments: dict[str, float] = {}

    def put(chat: int, text: str, rank: Rank) -> None:
        async def call() -> None:
            moments[text] = clock.now

        sending.put(Outgoing(chat, call, rank=rank))

    for stranger in range(900):
        put(10_000 + stranger, f"stranger {stranger}", Rank.STRANGER)
    for report in range(100):
        put(1 + report, f"report {report}", Rank.REPORT)
    await until(lambda: len(moments) > 60)
    asked = clock.now
    for member in range(1, 11):
        put(member, f"answer {member}", Rank.ANSWER)
    await until(lambda: len([text for text in moments if text.startswith("answer")]) == 10)
    assert max(moments[f"answer {member}"] for member in range(1, 11)) - asked < 2
    await until(lambda: not len(sending))
    assert max(moments[f"report {report}"] for report in range(100)) < 10
    strangers = [moment for text, moment in moments.items() if text.startswith("stranger")]
    assert len(strangers) == 900
    assert max(strangers) > 900 / 5 - 2, "five a second"


async def test_more_strangers_than_can_wait_are_not_kept(bot: Bot, clock: Clock) -> None:
    async def for_ever(_: float) -> None:
        await asyncio.Event().wait()

    sending = Sending(clock=clock, sleep=for_ever)
    for stranger in range(5_000):
        sending.put(Outgoing(stranger, lambda: bot.get_me(), rank=Rank.STRANGER))
    assert len(sending) == STRANGERS_WAITING
    await sending.finish(0)
