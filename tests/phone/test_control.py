"""The people's side over HTTP: what the phone page and a test in another process can do."""

import asyncio
import json
import os
import signal
import sys
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from bot.phone.loopback import NotLoopback
from bot.phone.server import LocalBotApi, Persona
from tests.phone.conftest import TOKEN, bot_for
from tests.phone.person import Person
from tests.phone.test_methods_over_http import PNG, keyboard


async def do(http: aiohttp.ClientSession, act: str, **body: Any) -> dict[str, Any]:
    async with http.post(f"/phone/people/7/{act}", json=body) as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


async def state(http: aiohttp.ClientSession, person: int = 7) -> dict[str, Any]:
    async with http.get(f"/phone/people/{person}") as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def test_the_page_learns_who_one_can_be(http: aiohttp.ClientSession) -> None:
    async with http.get("/phone/setup") as answer:
        setup = await answer.json()
    assert [persona["id"] for persona in setup["personas"]] == [101, 102]
    assert setup["personas"][0]["role"] == {"en": "Clinician", "zh": "临床医生"}
    assert setup["bot"]["username"] == "prescreen_local_bot"


async def test_a_conversation_can_be_had_over_http(bot: Bot, http: aiohttp.ClientSession) -> None:
    async with http.post(
        "/phone/people", json={"id": 7, "first_name": "Lin", "language_code": "zh-hans"}
    ) as answer:
        assert (await answer.json())["language_code"] == "zh-hans"
    await do(http, "send", text="/start abc")
    (update,) = await bot.get_updates()
    assert (update.message.text, update.message.from_user.language_code) == ("/start abc", "zh-hans")
    await bot.send_message(7, "Ready?", reply_markup=keyboard("Yes"))
    shown = await state(http)
    assert [m.get("text") for m in shown["messages"]] == ["/start abc", "Ready?"]
    query = (await do(http, "press", button="Yes"))["query"]
    await bot.answer_callback_query(query, "noted")
    async with http.get("/phone/people/7/changes", params={"after": shown["number"], "timeout": 5}) as answer:
        news = await answer.json()
    assert [entry["event"]["event"] for entry in news["entries"]] == ["answer"]
    assert news["is_complete"]


async def test_all_that_a_person_can_do_can_be_done_over_http(
    bot: Bot, http: aiohttp.ClientSession, person: Person
) -> None:
    sent = await do(http, "send", text="one")
    await do(http, "edit", message=sent["message_id"], text="two")
    await do(http, "press", message=sent["message_id"], data="forged")
    for act in ("contact", "sticker", "voice", "block", "unblock"):
        await do(http, act)
    await do(http, "forward", text="said by another")
    await do(http, "group", text="hello")
    await do(http, "language", language_code="zh-hans", first_name="林")
    await do(http, "cancel_reply")
    for act in ("document", "photo"):
        form = aiohttp.FormData({"caption": "look"})
        form.add_field("file", PNG, filename="a.png", content_type="image/png")
        async with http.post(f"/phone/people/7/{act}", data=form) as answer:
            assert answer.status == 200
    updates = await bot.get_updates()
    assert len(updates) == 12
    assert updates[-1].message.photo[0].height == 2
    assert updates[-1].message.from_user.first_name == "林"
    async with http.get(f"/phone/files/{updates[-1].message.photo[0].file_id}") as answer:
        assert (await answer.read(), answer.content_type) == (PNG, "image/png")


async def test_a_document_is_only_ever_downloaded(
    bot: Bot, http: aiohttp.ClientSession, person: Person
) -> None:
    page = b"<script>alert(1)</script>"
    sent = await bot.send_document(7, page, filename="日志 x.html")
    async with http.get(f"/phone/files/{sent.document.file_id}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith(
            "attachment; filename*=UTF-8''%E6%97%A5%E5%BF%97%20x.html"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_news_are_streamed_as_they_come(bot: Bot, http: aiohttp.ClientSession, person: Person) -> None:
    async def events(stream: aiohttp.StreamReader) -> Any:
        while line := await stream.readline():
            if line.startswith(b"data:"):
                yield json.loads(line[5:])

    async with http.get("/phone/people/7/changes", headers={"Accept": "text/event-stream"}) as answer:
        stream = events(answer.content)
        assert (await anext(stream))["event"] == "hello"
        sent = await bot.send_message(7, "first")
        assert (await anext(stream))["message"]["text"] == "first"
        await bot.edit_message_text("second", 7, sent.message_id)
        assert (await anext(stream))["message"]["text"] == "second"
        await bot.send_chat_action(7, "typing")
        assert await anext(stream) == {"event": "action", "action": "typing"}
        await bot.delete_message(7, sent.message_id)
        assert (await anext(stream))["event"] == "delete"


async def test_who_was_away_too_long_is_told_to_read_anew() -> None:
    async with LocalBotApi(token=TOKEN, kept=3) as server, aiohttp.ClientSession(server.url) as http:
        for number in range(9):
            server.person(7).send(str(number))
        for after, is_complete in ((0, False), (6, True), (9, True), (99, False)):
            async with http.get("/phone/people/7/changes", params={"after": after, "timeout": 0}) as answer:
                assert (await answer.json())["is_complete"] is is_complete


async def test_calls_are_counted(http: aiohttp.ClientSession, person: Person) -> None:
    person.blocked = True
    async with http.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 7, "text": "x"}) as answer:
        assert answer.status == 403
    async with http.get("/phone/counters") as answer:
        counters = await answer.json()
    assert (counters["calls"], counters["refusals"]) == ({"sendmessage": 1}, {"403": 1})


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/phone/people/999", None, 404),
        ("POST", "/phone/people", {}, 400),
        ("POST", "/phone/people/7/fly", {}, 404),
        ("POST", "/phone/people/7/send", {}, 400),
        ("POST", "/phone/people/7/press", {"button": "none"}, 400),
        ("POST", "/phone/people/7/edit", {"message": 1, "text": "x"}, 400),
        ("POST", "/phone/people/7/send", [], 400),
        ("GET", "/phone/files/none", None, 404),
        ("GET", "/phone/people/7/changes?after=x", None, 400),
    ],
)
async def test_what_cannot_be_done_is_said(
    http: aiohttp.ClientSession, person: Person, method: str, path: str, body: Any, status: int
) -> None:
    async with http.request(method, path, json=body) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]


# the door


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_nothing_but_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(NotLoopback, match="on this machine only"):
        LocalBotApi(token=TOKEN, host=host)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": "127.0.0.1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/phone/setup", f"/bot{TOKEN}/getMe", "/page.js"])
async def test_another_web_page_gets_nothing(
    http: aiohttp.ClientSession, headers: dict[str, str], path: str
) -> None:
    async with http.get(path, headers=headers) as answer:
        assert answer.status == 403


async def test_the_own_page_and_a_link_to_it_get_through(
    server: LocalBotApi, http: aiohttp.ClientSession
) -> None:
    own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    async with http.get("/phone/setup", headers=own) as answer:
        assert answer.status == 200
    async with http.get("/?start=abc", headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 200
    async with http.get("/phone/setup", headers={"Host": f"localhost:{server.port}"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("path", ["", "page.js", "phone/setup", "phone/people/101", "phone/files/1"])
async def test_whoever_does_not_know_the_secret_finds_nothing(path: str) -> None:
    personas = [Persona(id=101, name="Dr Lin", role="clinician")]
    async with (
        LocalBotApi(token=TOKEN, personas=personas, secret="open-sesame") as server,
        aiohttp.ClientSession() as http,
    ):
        async with http.get(f"{server.url}/{path}") as answer:
            assert answer.status == 404
        async with http.get(f"{server.page}/{path}") as answer:
            assert answer.status == (404 if path == "phone/files/1" else 200)
        async with http.get(f"{server.page}/?start=abc", headers={"Sec-Fetch-Site": "cross-site"}) as answer:
            assert answer.status == 200


async def test_a_plain_form_drives_nobody(http: aiohttp.ClientSession, person: Person) -> None:
    async with http.post("/phone/people/7/send", data={"text": "x"}) as answer:
        assert answer.status == 415
    assert person.texts == []


# stopping and starting


async def test_a_stop_ends_polls_and_streams_at_once(server: LocalBotApi, bot: Bot, person: Person) -> None:
    async with aiohttp.ClientSession(server.url) as http:
        poll = asyncio.create_task(bot.get_updates(timeout=50))
        async with http.get("/phone/people/7/changes", headers={"Accept": "text/event-stream"}) as answer:
            await answer.content.readline()
            while not server.world.updates.is_polled:
                await asyncio.sleep(0)
            async with asyncio.timeout(3):
                await server.stop()
                assert await poll == ()
                await answer.content.read()


async def test_a_server_started_again_goes_on_where_it_was(server: LocalBotApi, person: Person) -> None:
    person.send("before")
    port = server.port
    await server.stop()
    await server.start()
    assert server.port == port
    async with bot_for(server) as bot:
        assert len(await bot.get_updates()) == 1


async def test_the_server_runs_as_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.phone",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TELEGRAM_BOT_TOKEN": TOKEN},
    )
    assert process.stdout is not None
    url = json.loads(await process.stdout.readline())["url"]
    async with Bot(TOKEN, base_url=f"{url}/bot") as bot, aiohttp.ClientSession(url) as http:
        async with http.post("/phone/people/101/send", json={"text": "hello"}) as answer:
            assert answer.status == 200
        assert (await bot.get_updates())[0].message.text == "hello"
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


# waiting


async def test_a_person_waits_for_what_comes(bot: Bot, person: Person) -> None:
    waiting = asyncio.create_task(person.sees("in an hour"))
    sent = await bot.send_message(7, "soon")
    assert (await person.next_reply())["text"] == "soon"
    await bot.edit_message_text("in an hour", 7, sent.message_id)
    assert (await waiting)["text"] == "in an hour"
    await person.sees(lambda someone: someone.last["text"] == "in an hour")


async def test_a_wait_in_vain_shows_the_chat(bot: Bot, person: Person) -> None:
    await bot.send_message(7, "soon")
    with pytest.raises(AssertionError, match="bot> soon"):
        await person.sees("never", timeout=0.01)
