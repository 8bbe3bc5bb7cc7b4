"""Divides a text that is longer than a message into several, each of them whole HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.exchange import Safe
from bot.telegram.limits import TEXT_CHARACTERS

ROOM: Final = TEXT_CHARACTERS - 100
"""Of a page, markup included; the rest is for the ends of what spans pages. Telegram itself counts no markup."""
_MARKUP: Final = re.compile(r"<[^>]*>|&#?\w+;")
_TAG: Final = re.compile(r"<(/?)(\w+)[^>]*>")
_BREAKS: Final = (re.compile(r"\n"), re.compile(r"\s"), re.compile(r"[，、。；：？！]"))
"""After which a page may end, the best first."""


def pages(text: Safe) -> Iterator[Safe]:
    """Yield a text in pieces that fit into a message, cut at line ends, else between words, else anywhere.

    What is open where a page ends, as a quotation, is closed there and opened again on the next page.
    """
    rest = str(text)
    while len(rest.encode("utf-16-le")) // 2 > TEXT_CHARACTERS:
        cut = _cut(rest)
        page, rest = rest[:cut], rest[cut:]
        opened = _opened(page)
        ends = "".join(f"</{name}>" for name, _ in reversed(opened))
        yield Safe(page.removesuffix("\n") + ends)
        rest = "".join(tag for _, tag in opened) + rest
    yield Safe(rest)


def shortened(text: str, most: int) -> str:
    """Return what of a text fits, with an ellipsis for the rest."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _cut(text: str) -> int:
    """Return where a page ends: in its second half, and never within a tag or a character reference."""
    room = ROOM
    while (over := len(text[:room].encode("utf-16-le")) // 2 - ROOM) > 0:
        room -= (over + 1) // 2
    markup = [found.span() for found in _MARKUP.finditer(text, 0, room + len("&amp;"))]
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(text, room // 2, room)]
        outside = [end for end in ends if not any(start < end < stop for start, stop in markup)]
        if outside:
            return outside[-1]
    return next((start for start, stop in markup if start < room < stop), room)


def _opened(page: str) -> list[tuple[str, str]]:
    """Return the tags that a page opens and does not close, by name, the outermost first."""
    opened: list[tuple[str, str]] = []
    for found in _TAG.finditer(page):
        if not found[1]:
            opened.append((found[2], found[0]))
        elif opened:
            opened.pop()
    return opened
