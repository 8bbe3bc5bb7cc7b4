"""The door: this machine only, and no other web page of its browser.

A page elsewhere could otherwise drive a trial through the browser: by a request across sites, or by letting
its own name point to this machine (DNS rebinding). Both show in what browsers say of a request.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.phone.bot_api import refusal
from bot.phone.refusals import Refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
FOREIGN_SITES: Final = frozenset({"cross-site", "same-site"})
"""`Sec-Fetch-Site` of a request from another page; another port of this machine is another page too."""


PAGE: Final = web.AppKey("page", str)
"""Where the phone page is; a link from elsewhere may open it."""


class NotLoopback(ValueError):
    """The server was asked to listen where others could reach it."""


def check_loopback(host: str) -> None:
    """Raises `NotLoopback`."""
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        raise NotLoopback(f"the local Bot API server listens on this machine only, not on {host!r}")


@web.middleware
async def only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another page of the browser sends."""
    if not (_is_ours(request.headers.get("Host", ""), request) and _may_ask(request)):
        return refusal(
            Refused(403, "Forbidden: this server answers its own page and programs of this machine")
        )
    return await handler(request)


def _is_ours(host: str, request: web.Request) -> bool:
    socket = request.transport.get_extra_info("sockname") if request.transport else None
    return socket is not None and host.lower() in {f"{name}:{socket[1]}" for name in NAMES}


def _may_ask(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return False
    is_page = request.path == request.app.get(PAGE) and request.method == "GET"
    return is_page or request.headers.get("Sec-Fetch-Site") not in FOREIGN_SITES
