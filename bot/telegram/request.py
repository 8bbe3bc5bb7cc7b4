"""One call to the Bot API, on aiohttp in the place of python-telegram-bot's own client, which uses httpx.

It stays for two reasons. It costs a third of the CPU: 0.64 ms a call against 2.03 ms (``python -m tests.bench.calls
--at-once 1``, 2 cores). And no error shows the URL: that holds the token, and errors of HTTP libraries quote URLs.
What leaves this module is always an error of `telegram.error`, in words of our own:

    telegram.error.TelegramError
    ├── ProxyKindError       the environment names a proxy that is not http://
    └── NetworkError         could not be sent, or was answered by something that is not a Bot API
        └── TimedOut         not in time
    each caused by
    TransportError           what aiohttp raised, without what it quoted

`responses` says what counts as an answer, `bodies` what is sent, `transport` what an error may say.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.telegram.bodies import body_of
from bot.telegram.failures import caught
from bot.telegram.limits import ANSWER_BYTES
from bot.telegram.responses import leave_out_unread, read_answer, refusal_of
from bot.telegram.transport import ProxyKindError, TransportError, without_url

CONNECTIONS: Final = 256
"""At most so many calls at once: the stock client's number."""
KEEPALIVE_SECONDS: Final = 30.0
"""An unused connection stays open for longer than a clinician thinks, and less long than firewalls allow."""
DNS_SECONDS: Final = 60
"""How long an address is remembered: Telegram's change rarely, but they do."""
URLS_REMEMBERED: Final = 128
"""Parsed addresses: one for each method of the Bot API that is in use, and some files."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Never by proxy, whatever NO_PROXY says: a local Bot API server is on this very machine."""
UNSET: Final = BaseRequest.DEFAULT_NONE
"""A time limit that the caller leaves to us; `None` is no limit."""


class AiohttpRequest(BaseRequest):
    """`telegram.request.BaseRequest` on aiohttp, with the stock client's time limits and defaults.

    Limits are in seconds, `None` for none. A proxy is taken from the usual variables of the environment
    (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) when a server is first called.
    """

    __slots__ = (
        "_connect_timeout",
        "_free",
        "_media_write_timeout",
        "_pool_timeout",
        "_proxies",
        "_read_timeout",
        "_session",
    )

    def __init__(
        self,
        connections: int = CONNECTIONS,
        *,
        read_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 5.0,
        media_write_timeout: float | None = 20.0,
    ) -> None:
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._free = asyncio.Semaphore(connections)
        self._proxies: dict[tuple[str, str], URL | None] = {}
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # The connector counts nothing: our semaphore does, and can tell a full pool from a dead host.
                connector=aiohttp.TCPConnector(
                    limit=0, keepalive_timeout=KEEPALIVE_SECONDS, ttl_dns_cache=DNS_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                # trust_env stays off: it reads ~/.netrc and the environment in a thread at every call.
                skip_auto_headers=("Accept", "Accept-Encoding"),
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = UNSET,
        write_timeout: Any = UNSET,
        connect_timeout: Any = UNSET,
        pool_timeout: Any = UNSET,
    ) -> tuple[int, bytes]:
        """Return the HTTP status and the body. Raises `TimedOut`, `NetworkError`, `ProxyKindError`."""
        limits = _limits(
            self._connect_timeout if connect_timeout is UNSET else connect_timeout,
            self._read_timeout if read_timeout is UNSET else read_timeout,
            bounded=request_data is None or not request_data.contains_files,
        )
        write_limit = self._media_write_timeout if write_timeout is UNSET else write_timeout
        await self._wait_for_place(self._pool_timeout if pool_timeout is UNSET else pool_timeout)
        try:
            outcome = await caught(self._call(method, url, request_data, limits, write_limit))
        finally:
            self._free.release()
        # Raised out here, so that no `__context__` leads back to an error that quotes the URL.
        if isinstance(outcome, TelegramError):
            raise outcome
        if isinstance(outcome, Exception):
            failure, cause = without_url(outcome)
            raise failure from cause
        return outcome

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer as a dictionary. The stock version logs what it cannot read: clinicians' answers."""
        return read_answer(payload)

    async def _wait_for_place(self, limit: float | None) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(limit):
                await self._free.acquire()
        except TimeoutError as error:
            raise TimedOut("All connections are in use; the request was not sent") from error

    async def _call(
        self,
        method: str,
        url: str,
        request: RequestData | None,
        limits: aiohttp.ClientTimeout,
        write_limit: float | None,
    ) -> tuple[int, bytes]:
        target = _parsed(url)
        data, headers = body_of(request, write_limit)
        status, answer = await self._exchange(method, target, data, headers, limits)
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return status, answer
        return status, refusal_of(status, answer, target)

    async def _exchange(
        self,
        method: str,
        url: URL,
        data: bytes | aiohttp.Payload | None,
        headers: dict[str, str] | None,
        limits: aiohttp.ClientTimeout,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("this AiohttpRequest is not initialized")
        async with self._session.request(
            method,
            url,
            data=data,
            headers=headers,
            timeout=limits,
            proxy=self._proxy(url),
            allow_redirects=False,
        ) as response:
            return response.status, await _whole(response)

    def _proxy(self, url: URL) -> URL | None:
        server = (url.scheme, url.host or "")
        if server not in self._proxies:
            self._proxies[server] = proxy_for(*server)
        return self._proxies[server]


class UpdatesRequest(AiohttpRequest):
    """The same for ``getUpdates``, where a result that is no list is no answer. What nobody reads is left out."""

    __slots__ = ()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = read_answer(payload)
        if "result" in answer:
            if not isinstance(answer["result"], list):
                raise NetworkError("The server's answer holds no list of updates")
            leave_out_unread(answer["result"])
        return answer


def proxy_for(scheme: str, host: str) -> URL | None:
    """Return the proxy that the environment names for this server. Raises `ProxyKindError`."""
    named = getproxies()
    address = named.get(scheme) or named.get("all")
    if not address or host in LOOPBACK or proxy_bypass(host):
        return None
    proxy = URL(address if "://" in address else f"http://{address}")
    if proxy.scheme != "http":
        raise ProxyKindError(proxy.scheme)
    return proxy


_parsed = lru_cache(maxsize=URLS_REMEMBERED)(URL)


@lru_cache(maxsize=URLS_REMEMBERED)
def _limits(connect: float | None, read: float | None, *, bounded: bool) -> aiohttp.ClientTimeout:
    """Return the limits of a call; `bounded` limits it as a whole, since a server may send a byte now and then."""
    total = connect + 2 * read if bounded and connect is not None and read is not None else None
    return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read)


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """Return the body. Raises `TransportError` for one that is too large to be an answer."""
    if (response.content_length or ANSWER_BYTES + 1) <= ANSWER_BYTES:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise TransportError("an answer of too many bytes")
    return bytes(body)
