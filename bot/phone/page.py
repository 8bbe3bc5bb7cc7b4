"""The phone page as files: plain HTML, CSS and JavaScript, nothing from elsewhere, and a policy that says so."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.phone import languages
from bot.phone.world import StoredFile

SECURITY: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
WORDS: Final = "words.js"
"""Made of the files of words."""
FILES: Final[Mapping[str, tuple[str, str]]] = {
    "": ("page.html", "text/html"),
    "page.css": ("page.css", "text/css"),
    WORDS: (WORDS, "text/javascript"),
    "phrases.js": ("phrases.js", "text/javascript"),
    "menus.js": ("menus.js", "text/javascript"),
    "memory.js": ("memory.js", "text/javascript"),
    "scrolling.js": ("scrolling.js", "text/javascript"),
    "elements.js": ("elements.js", "text/javascript"),
    "quotations.js": ("quotations.js", "text/javascript"),
    "bubbles.js": ("bubbles.js", "text/javascript"),
    "attention.js": ("attention.js", "text/javascript"),
    "chat.js": ("chat.js", "text/javascript"),
    "page.js": ("page.js", "text/javascript"),
}
PICTURES: Final = frozenset({"image/png", "image/jpeg"})
"""What is shown in the chat; all else is only ever downloaded."""


def add_routes(app: web.Application, root: str) -> None:
    """Serve the page below `root`, which ends in a slash. The page asks for everything relative to itself."""
    for path in FILES:
        app.router.add_get(f"{root}{path}", _file)


async def _file(request: web.Request) -> web.Response:
    name, content_type = FILES[request.path.rpartition("/")[2]]
    return web.Response(text=_text(name), content_type=content_type, headers=SECURITY)


def _text(name: str) -> str:
    if name == WORDS:
        return languages.module()
    text = resources.files("bot.phone").joinpath(name).read_text(encoding="utf-8")
    return text.replace("{noScript}", languages.everywhere("noScript")) if name == "page.html" else text


def download(file: StoredFile) -> web.Response:
    """Return a file of the chat, for the page."""
    is_picture = file.mime in PICTURES
    disposition = "inline" if is_picture else f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    return web.Response(
        body=file.content,
        content_type=file.mime if is_picture else "application/octet-stream",
        headers={**SECURITY, "Content-Disposition": disposition},
    )
