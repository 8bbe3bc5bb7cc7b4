"""One call over real HTTP: what arrives, what comes back, what goes wrong, and that the token stays unseen."""

import asyncio
import base64
import traceback
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest

from bot.telegram.pacing import seconds
from bot.telegram.request import AiohttpRequest, proxy_for
from bot.telegram.transport import ProxyKindError, TransportError
from tests.telegram.conftest import TOKEN, TelegramServer, hang_up, refusal

SECRET = TOKEN.partition(":")[2]
CONNECT = "hospital.test"


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def calling(url: str, **limits: Any) -> AsyncIterator[Bot]:
    """A bot that has not called anything yet."""
    request = AiohttpRequest(**limits)
    await request.initialize()
    try:
        yield Bot(TOKEN, url + "/bot", request=request, get_updates_request=AiohttpRequest())
    finally:
        await request.shutdown()


@asynccontextmanager
async def raw_server(answer: bytes | None = None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Takes connections, reads the head of what comes, then answers this, or nothing at all."""
    heads: list[bytes] = []
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if answer is not None:
                heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(answer)
                writer.close()
            else:
                writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket can do it
                await over.wait()
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield "http://{}:{}".format(*server.sockets[0].getsockname()), heads
    finally:
        server.close()
        over.set()
        await server.wait_closed()


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and everything that it leads back to, shown or not."""
    yield error
    for before in {error.__cause__, error.__context__}:
        if before is not None:
            yield from chain(before)


def assert_no_token(error: BaseException) -> None:
    shown = "".join(traceback.format_exception(error))
    assert len(shown) > 50
    for text in (shown, *(f"{each!s} {each!r} {each.args!r}" for each in chain(error))):
        assert SECRET not in text
        assert "123456789" not in text


async def test_text_and_buttons_arrive_as_they_were_written(bot: Bot, server: TelegramServer) -> None:
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("不详 & ?=+", callback_data="a")]])
    message = await bot.send_message(5, "血红蛋白 < 100 g/L? & = +%\n", reply_markup=keys)
    sent = server.of("sendMessage")[0]
    assert sent["text"] == "血红蛋白 < 100 g/L? & = +%\n" == message.text
    assert InlineKeyboardMarkup.de_json(__import__("json").loads(sent["reply_markup"]), bot) == keys


@pytest.mark.parametrize("size", [0, 256, 5_000_000])
async def test_a_document_arrives_byte_for_byte(bot: Bot, server: TelegramServer, size: int) -> None:
    content = bytes(range(256)) * (size // 256)
    await bot.send_document(5, content, filename="筛选 log.csv", caption="2 rows")
    assert server.files == [("document", "筛选 log.csv", content)]
    assert server.of("sendDocument")[0]["caption"] == "2 rows"


async def test_a_photo_arrives_byte_for_byte(bot: Bot, server: TelegramServer) -> None:
    await bot.send_photo(5, b"\x89PNG\r\n\x1a\n", filename="diagram.png")
    assert server.files == [("photo", "diagram.png", b"\x89PNG\r\n\x1a\n")]


async def test_calls_in_a_row_share_a_connection(bot: Bot, server: TelegramServer) -> None:
    for _ in range(5):
        await bot.send_message(5, "x")
    assert len(server.connections) == 1


REFUSALS = {
    "400": (refusal(400, "Bad Request: message is not modified"), BadRequest),
    "401": (refusal(401, "Unauthorized"), InvalidToken),
    "403": (refusal(403, "Forbidden: bot was blocked by the user"), Forbidden),
    "404": (refusal(404, "Not Found"), InvalidToken),
    "409": (refusal(409, "Conflict: terminated by other getUpdates request"), Conflict),
    "429": (refusal(429, "Too Many Requests: retry after 17", retry_after=17), RetryAfter),
    "500": (refusal(500, "Internal Server Error"), NetworkError),
    "page": (lambda _: web.Response(text="<html>no</html>", status=502), NetworkError),
    "404 page": (lambda _: web.Response(text="<html>no</html>", status=404), NetworkError),
    "page as if all was well": (lambda _: web.Response(text="<html>log in</html>"), NetworkError),
    "broken JSON": (lambda _: web.Response(text='{"ok":tru'), NetworkError),
    "hung up": (hang_up, NetworkError),
    "redirect": (lambda r: web.Response(status=302, headers={"Location": str(r.url)}), NetworkError),
}


@pytest.mark.parametrize(("answer", "kind"), REFUSALS.values(), ids=REFUSALS)
async def test_each_refusal_becomes_its_error(
    bot: Bot, server: TelegramServer, answer: Any, kind: type[Exception]
) -> None:
    server.faults["sendMessage"].append(answer)
    with pytest.raises(kind) as caught:
        await bot.send_message(5, "x")
    assert type(caught.value) is kind
    assert_no_token(caught.value)
    await bot.send_message(5, "and on")


async def test_a_redirect_is_not_followed(bot: Bot, server: TelegramServer) -> None:
    server.faults["sendMessage"].append(
        lambda _: web.Response(status=307, headers={"Location": "/elsewhere"})
    )
    with pytest.raises(NetworkError):
        await bot.send_message(5, "x")
    assert not server.of("elsewhere")


async def test_retry_after_keeps_its_seconds(bot: Bot, server: TelegramServer) -> None:
    server.faults["sendMessage"].append(refusal(429, "Too Many Requests", retry_after=17))
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(5, "x")
    assert seconds(caught.value) == 17


def _quoting(status: int, body: str) -> Any:
    return lambda request: web.Response(status=status, text=body.replace("URL", str(request.url)))


@pytest.mark.parametrize(
    "answer",
    [
        _quoting(502, "<html>cannot reach URL</html>"),
        _quoting(200, "<html>please log in to reach URL</html>"),
        _quoting(502, '{"ok":false,"description":"cannot reach URL"}'),
        _quoting(500, '{"ok":false,"description":"cannot reach URL'),
        _quoting(200, '{"ok":true,"result":"URL'),
        _quoting(302, "see URL"),
    ],
)
async def test_an_answer_that_quotes_the_address_does_not_show_the_token(
    bot: Bot, server: TelegramServer, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults["sendMessage"].append(answer)
    with pytest.raises(NetworkError) as caught:
        await bot.send_message(5, "x")
    assert_no_token(caught.value)
    assert SECRET not in caplog.text


async def test_a_file_is_fetched_byte_for_byte(bot: Bot, server: TelegramServer) -> None:
    server.faults["file_1"].append(lambda _: web.Response(body=b"\x00{\xff"))
    file = f"{server.url}/file/bot{TOKEN}/documents/file_1"
    assert await bot.request.retrieve(file) == b"\x00{\xff"


async def test_a_file_that_cannot_be_had_does_not_show_the_token(bot: Bot, server: TelegramServer) -> None:
    server.faults["file_1"].append(_quoting(502, "<html>cannot reach URL</html>"))
    with pytest.raises(NetworkError) as caught:
        await bot.request.retrieve(f"{server.url}/file/bot{TOKEN}/documents/file_1")
    assert_no_token(caught.value)


async def test_a_server_that_is_not_there_is_a_network_error_with_a_cause() -> None:
    async with raw_server() as (url, _):
        pass
    async with calling(url) as bot:
        with pytest.raises(NetworkError, match="refused") as caught:
            await bot.get_me()
    assert isinstance(caught.value.__cause__, TransportError)
    assert_no_token(caught.value)


@pytest.mark.parametrize("url", ["http://", "nonsense", "http://127.0.0.1:99999", "ftp://127.0.0.1"])
async def test_an_address_that_is_none_is_a_network_error(url: str) -> None:
    async with calling(url) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.get_me()
    assert_no_token(caught.value)


async def test_no_answer_in_time_is_timed_out() -> None:
    async with raw_server() as (url, _), calling(url, read_timeout=0.01) as bot:
        with pytest.raises(TimedOut) as caught:
            await bot.get_me()
    assert isinstance(caught.value.__cause__, TransportError)
    assert_no_token(caught.value)


async def test_a_time_limit_of_the_call_comes_before_that_of_the_client() -> None:
    async with raw_server() as (url, _), calling(url, read_timeout=None) as bot:
        with pytest.raises(TimedOut):
            await bot.get_me(read_timeout=0.01)


async def test_no_connection_in_time_is_timed_out() -> None:
    async with raw_server() as (url, _), calling(url.replace("http", "https"), connect_timeout=0.01) as bot:
        with pytest.raises(TimedOut) as caught:
            await bot.get_me()
    assert_no_token(caught.value)


async def test_an_upload_that_stands_still_is_timed_out() -> None:
    async with raw_server() as (url, _), calling(url, media_write_timeout=0.05) as bot:
        with pytest.raises(TimedOut) as caught:
            await bot.send_document(5, b"x" * 20_000_000)
    assert_no_token(caught.value)


async def test_a_call_without_a_free_connection_is_timed_out_and_not_sent(server: TelegramServer) -> None:
    hold = asyncio.Event()

    async def held(_: web.Request) -> web.Response:
        await hold.wait()
        return web.json_response({"ok": True, "result": True})

    server.faults["logOut"].append(held)
    async with calling(server.url, connections=1, pool_timeout=0.01) as bot:
        first = asyncio.create_task(bot.log_out())
        while not server.calls:
            await asyncio.sleep(0)
        with pytest.raises(TimedOut, match="not sent"):
            await bot.get_me()
        hold.set()
        await first
        await bot.get_me()
    assert [name for name, _ in server.calls] == ["logOut", "getMe"]


async def test_a_cancelled_call_gives_its_connection_back(server: TelegramServer) -> None:
    async with calling(server.url, connections=1, pool_timeout=0.01) as bot:
        for _ in range(3):
            server.polling.clear()
            poll = asyncio.create_task(bot.request.post(f"{bot.base_url}/getMe"))
            await asyncio.sleep(0)
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)
        await bot.get_me()


async def test_shutting_down_leaves_nothing_open(server: TelegramServer) -> None:
    request = AiohttpRequest()
    bot = Bot(TOKEN, server.url + "/bot", request=request, get_updates_request=AiohttpRequest())
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        for _ in range(2):
            async with bot:
                await bot.send_message(5, "x")
        await bot.shutdown()
        await request.shutdown()
    with pytest.raises(NetworkError):
        await bot.send_message(5, "too late")


def test_it_is_what_python_telegram_bot_asks_for() -> None:
    assert isinstance(AiohttpRequest(read_timeout=7), BaseRequest)
    assert AiohttpRequest(read_timeout=7).read_timeout == 7
    assert "0x" not in repr(AiohttpRequest())


# Proxies

PROXIES = {
    "none": ({}, "https", None),
    "https": ({"HTTPS_PROXY": "http://proxy:3128"}, "https", "http://proxy:3128"),
    "lower case": ({"https_proxy": "http://proxy:3128"}, "https", "http://proxy:3128"),
    "http": ({"HTTP_PROXY": "http://proxy:3128"}, "http", "http://proxy:3128"),
    "the other's": ({"HTTP_PROXY": "http://proxy:3128"}, "https", None),
    "all": ({"ALL_PROXY": "http://proxy:3128"}, "https", "http://proxy:3128"),
    "own before all": ({"ALL_PROXY": "http://a:1", "HTTPS_PROXY": "http://b:2"}, "https", "http://b:2"),
    "without http://": ({"HTTPS_PROXY": "proxy:3128"}, "https", "http://proxy:3128"),
    "excepted": ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "x,hospital.test"}, "https", None),
    "excepted domain": ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".test"}, "https", None),
}


@pytest.mark.parametrize(("environ", "scheme", "proxy"), PROXIES.values(), ids=PROXIES)
def test_the_proxy_is_the_environments(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], scheme: str, proxy: str | None
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = proxy_for(scheme, CONNECT)
    assert (found and str(found)) == proxy


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_this_machine_is_never_reached_by_a_proxy(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy:3128")
    assert proxy_for("http", host) is None


async def test_a_proxy_of_another_kind_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:password@proxy:1080")
    async with calling(f"https://{CONNECT}") as bot:
        with pytest.raises(ProxyKindError, match="socks5") as caught:
            await bot.get_me()
    assert "password" not in str(caught.value)


async def test_a_call_goes_through_the_proxy_with_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"ok":true,"result":true}'
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    async with raw_server(head + body) as (proxy, heads):
        monkeypatch.setenv("HTTP_PROXY", proxy.replace("//", "//user:password@"))
        async with calling(f"http://{CONNECT}") as bot:
            await bot.log_out()
    assert heads[0].startswith(f"POST http://{CONNECT}/bot".encode())
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"user:password") in heads[0]


async def test_a_proxy_that_refuses_says_so_without_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with raw_server(answer) as (proxy, heads):
        monkeypatch.setenv("HTTPS_PROXY", proxy.replace("//", "//user:password@"))
        async with calling(f"https://{CONNECT}") as bot:
            with pytest.raises(NetworkError, match="407") as caught:
                await bot.get_me()
    assert heads[0].startswith(f"CONNECT {CONNECT}:443".encode())
    assert_no_token(caught.value)
    assert "password" not in "".join(traceback.format_exception(caught.value))
