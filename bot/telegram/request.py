"""One call to the Bot API, on aiohttp: a third of the stock client's CPU, and no error ever shows the URL.

The URL holds the token, and errors of HTTP libraries quote URLs. So what leaves this room is always an
error of `telegram.error` whose words and cause are written here, from parts known to be harmless:

    telegram.error.TelegramError
    ├── ProxyKindError    the environment names a proxy that is not http://
    └── NetworkError         could not be sent, or was answered by something that is not a Bot API
        └── TimedOut         not in time
    each caused by
    TransportError          what aiohttp raised, without what it quoted

Only what has the form of a Bot API answer is passed on: a JSON object with ``ok: true`` and a result, or with
``ok: false``, a code and a description. All else (a proxy's page, a captive portal's, half an answer) is a
`NetworkError`, which is tried again: such pages quote the address that was asked for, and their 404 says nothing
about the token.
"""

import asyncio
import io
import json
import os
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.telegram.limits import ANSWER_BYTES

CONNECTIONS: Final = 256
"""At most so many calls at once: the stock client's number."""
KEEPALIVE_SECONDS: Final = 30.0
"""An unused connection stays open for longer than a clinician thinks, and less long than firewalls allow."""
DNS_SECONDS: Final = 60
"""How long an address is remembered: Telegram's change rarely, but they do."""
URLS_REMEMBERED: Final = 128
"""Parsed addresses: one for each method of the Bot API that is in use, and some files."""

LONGEST_FLOOD_SECONDS: Final = 60
"""What Telegram asks to wait is obeyed up to here; then it is asked again, and can say so again."""
LONGEST_DESCRIPTION: Final = 200

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Never by proxy, whatever NO_PROXY says: a local Bot API server is on this very machine."""
JSON: Final = {"Content-Type": "application/json"}
"""Cheaper to write than a form, and read by the Bot API alike."""


class TransportError(Exception):
    """What went wrong below the Bot API, in words that quote nothing: the cause of our errors."""


class ProxyKindError(TelegramError):
    """The environment names a proxy of a kind that this client does not speak."""

    def __init__(self, scheme: str) -> None:
        super().__init__(
            f"The environment asks for a {scheme} proxy; only http:// proxies can be used. "
            "Please set HTTPS_PROXY to an http:// address, or list the server in NO_PROXY."
        )


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
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The HTTP status and the body. Raises `TimedOut`, `NetworkError`, `ProxyKindError`."""
        unset = BaseRequest.DEFAULT_NONE
        limits = _limits(
            self._connect_timeout if connect_timeout is unset else connect_timeout,
            self._read_timeout if read_timeout is unset else read_timeout,
            bounded=request_data is None or not request_data.contains_files,
        )
        await self._wait_for_place(self._pool_timeout if pool_timeout is unset else pool_timeout)
        try:
            target = _parsed(url)
            data, headers = _body(
                request_data, self._media_write_timeout if write_timeout is unset else write_timeout
            )
            status, answer = await self._exchange(method, target, data, headers, limits)
            if status < HTTPStatus.MULTIPLE_CHOICES:
                return status, answer
            refusal = _refusal(status, _without_path(answer, target))
            if refusal is not None:
                return status, refusal
            failure, cause = _not_telegram(status, answer)
        except (asyncio.CancelledError, TelegramError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it may quote the URL
            failure, cause = _without_url(error)
        finally:
            self._free.release()
        # Raised out here, so that no `__context__` leads back to the error that quotes the URL.
        raise failure from cause

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dictionary. The stock version logs what it cannot read: clinicians' answers."""
        answer = _object(payload)
        if isinstance(payload, _Refusal) or (answer.get("ok") is True and "result" in answer):
            return answer
        cause = TransportError(f"{len(payload)} bytes that are not an answer of the Bot API")
        raise NetworkError("The server's answer cannot be read") from cause

    async def _wait_for_place(self, limit: float | None) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(limit):
                await self._free.acquire()
        except TimeoutError as error:
            raise TimedOut("All connections are in use; the request was not sent") from error

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
    """The same for ``getUpdates``: a result that is no list is no answer."""

    __slots__ = ()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = AiohttpRequest.parse_json_payload(payload)
        if "result" in answer and not isinstance(answer["result"], list):
            raise NetworkError("The server's answer holds no list of updates")
        return answer


class _Refusal(bytes):
    """A refusal that was read and written anew: exactly the fields that mean something."""

    __slots__ = ()


def proxy_for(scheme: str, host: str) -> URL | None:
    """The proxy that the environment names for this server. Raises `ProxyKindError`."""
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
    """`bounded` limits the whole call too: a server that sends a byte now and then would hold it for ever."""
    total = connect + 2 * read if bounded and connect is not None and read is not None else None
    return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read)


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """The body. Raises `TransportError` for one that is too large to be an answer."""
    if (response.content_length or ANSWER_BYTES + 1) <= ANSWER_BYTES:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise TransportError("an answer of too many bytes")
    return bytes(body)


def _object(payload: bytes) -> dict[str, Any]:
    """A JSON object; an empty one in the place of whatever is none."""
    try:
        answer = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(status: int, answer: bytes) -> _Refusal | None:
    """A refusal of the Bot API, without what else it holds; None for what only looks like one."""
    said = _object(answer)
    description = said.get("description")
    if said.get("ok") is not False or said.get("error_code") != status or not isinstance(description, str):
        return None
    kept: dict[str, Any] = {
        "ok": False,
        "description": description[:LONGEST_DESCRIPTION] or "no reason given",
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        parameters = said.get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        if not isinstance(wait, int | float) or isinstance(wait, bool) or not wait > 0:
            return None
        kept["parameters"] = {"retry_after": min(max(wait, 1), LONGEST_FLOOD_SECONDS)}
    return _Refusal(json.dumps(kept).encode())


def _body(
    request: RequestData | None, upload_limit: float | None
) -> tuple[bytes | aiohttp.Payload | None, dict[str, str] | None]:
    """What is sent, and the headers that say so.

    Only uploads have a limit on writing: a form goes into the system's buffer in one piece.
    """
    if request is None:
        return None, None
    if not request.contains_files:
        return request.json_payload, JSON
    form = aiohttp.FormData(request.json_parameters, quote_fields=False)  # Telegram unquotes nothing
    for name, (filename, content, mimetype) in request.multipart_data.items():
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=filename, content_type=mimetype)
    return _Upload(form(), upload_limit), None


class _Upload(aiohttp.Payload):
    """A multipart body whose every chunk has the limit for itself: a slow line is not an error."""

    def __init__(self, form: aiohttp.Payload, limit: float | None) -> None:
        super().__init__(form, headers=form.headers)
        self._limit = limit

    @property
    def size(self) -> int | None:
        return cast("aiohttp.Payload", self._value).size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return cast("aiohttp.Payload", self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self._value.write(_PatientWriter(writer, self._limit))

    async def close(self) -> None:
        await self._value.close()


class _PatientWriter:
    """The one method of a stream writer that a multipart body uses, with a limit on each write."""

    def __init__(self, writer: AbstractStreamWriter, limit: float | None) -> None:
        self._writer = writer
        self._limit = limit

    async def write(self, chunk: bytes) -> None:
        async with asyncio.timeout(self._limit):
            await self._writer.write(chunk)


def _without_url(error: Exception) -> tuple[NetworkError, TransportError]:
    """What to raise in an error's place, and as its cause: with its traceback, without its words."""
    words = ": ".join(filter(None, (type(error).__name__, _harmless_words(error))))
    cause = TransportError(words).with_traceback(error.__traceback__)
    if isinstance(error, TimeoutError):
        return TimedOut(f"Timed out ({words})"), cause
    return NetworkError(words), cause


def _not_telegram(status: int, answer: bytes) -> tuple[NetworkError, TransportError]:
    cause = TransportError(f"{len(answer)} bytes that are not a JSON object")
    return NetworkError(f"HTTP {status}, and the answer is not a Bot API server's"), cause


def _without_path(answer: bytes, url: URL) -> bytes:
    """An answer that refuses a call, should it quote where the call went: the token is a part of the path."""
    for part in filter(None, (part.removeprefix("bot") for part in url.path.split("/")[:-1])):
        answer = answer.replace(part.encode(), b"...")
    return answer


def _harmless_words(error: Exception) -> str:
    """The parts of an error that cannot hold an address: the system's own words, or a proxy's status."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy answered {error.status}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return str(getattr(error.certificate_error, "verify_message", ""))
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}:{error.port}, {_system_words(error.os_error)}"
    return _system_words(error) if isinstance(error, OSError) else ""


def _system_words(error: OSError) -> str:
    if error.errno is None:
        return ""
    # Negative numbers are the resolver's, which the system's table does not know.
    return os.strerror(error.errno) if error.errno > 0 else str(error.strerror)
