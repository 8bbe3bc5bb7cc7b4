"""Errors of the transport in words that hold no address: HTTP libraries quote it, and the token is a part of it."""

from __future__ import annotations

import os

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut


class TransportError(Exception):
    """What went wrong below the Bot API, in words that quote nothing: the cause of our errors."""


class ProxyKindError(TelegramError):
    """The environment names a proxy of a kind that this client does not speak."""

    def __init__(self, scheme: str) -> None:
        super().__init__(
            f"The environment asks for a {scheme} proxy; only http:// proxies can be used. "
            "Please set HTTPS_PROXY to an http:// address, or list the server in NO_PROXY."
        )


def without_url(error: Exception) -> tuple[NetworkError, TransportError]:
    """Return what to raise in an error's place, and its cause: with the traceback, without the words."""
    words = ": ".join(filter(None, (type(error).__name__, _harmless_words(error))))
    cause = TransportError(words).with_traceback(error.__traceback__)
    if isinstance(error, TimeoutError):
        return TimedOut(f"Timed out ({words})"), cause
    return NetworkError(words), cause


def _harmless_words(error: Exception) -> str:
    """Return the parts of an error that cannot hold an address: the system's own words, or a proxy's status."""
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
