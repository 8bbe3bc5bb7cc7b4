"""Telegram's HTML as text and entities, with offsets in UTF-16 code units as Telegram counts them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, Final

TAGS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "s": "strikethrough",
    "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler",
}  # fmt: skip


class BadMarkup(Exception):  # noqa: N818  (becomes Telegram's 400)
    """Telegram would refuse to parse this."""


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self.open: list[tuple[str, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise BadMarkup(f'Unsupported start tag "{tag}" at byte offset {len(self.text.encode())}')
        entity: dict[str, Any] = {"type": TAGS[tag], "offset": utf16_length(self.text)}
        if tag == "a":
            entity["url"] = dict(attrs).get("href") or ""
        self.open.append((tag, entity))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise BadMarkup(f'Unmatched end tag at byte offset {len(self.text.encode())}, found "</{tag}>"')
        _, entity = self.open.pop()
        entity["length"] = utf16_length(self.text) - entity["offset"]
        if entity["length"]:
            self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data


def parse_html(markup: str) -> tuple[str, list[dict[str, Any]]]:
    """Give text and entities. Raises `BadMarkup` for what is not well formed."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    if reader.open:
        raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{reader.open[-1][0]}"')
    return reader.text.rstrip(), sorted(reader.entities, key=lambda entity: entity["offset"])
