"""Telegram's HTML as text and entities, with offsets in UTF-16 code units as Telegram counts them.

It follows TDLib's own reader (`parse_html` in td/telegram/MessageEntity.cpp): only a few tags, four named
character references, and one sentence for each mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

TYPES: Final[Mapping[str, str]] = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED: Final[Mapping[str, str]] = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_REFERENCE: Final = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
_SIGN: Final = re.compile(r"[<&]")
_NAME: Final = re.compile(r"[^\s>]*")
_ATTRIBUTE: Final = re.compile(
    r"\s*(?P<name>[^\s=>]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[\w.-]+)))?"
)
_FOUND: Final = (
    ("url", re.compile(r"(?:https?://|tg://|t\.me/)[^\s<>\"'()，。；）]+")),
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?(?![\w/])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}")),
)
"""What Telegram finds in a text without being told; the kinds that a chat with a bot needs."""


class BadMarkup(Exception):
    """Telegram would refuse to parse this."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    argument: str
    offset: int
    start: int


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(markup: str) -> tuple[str, list[Json]]:
    """Return text and entities, trimmed. Raises `BadMarkup` for what is not well formed."""
    reader = _Reader(markup)
    reader.read()
    return trimmed("".join(reader.text), sorted(reader.entities, key=_order))


def find_entities(text: str, known: Iterable[Json] = ()) -> list[Json]:
    """Return `known` and the entities that Telegram finds by itself beside them: commands, links, names."""
    entities = list(known)
    taken = [
        (e["offset"], e["offset"] + e["length"])
        for e in entities
        if e["type"] in ("code", "pre", "text_link")
    ]
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            end = start + utf16_length(match.group())
            if not any(start < other_end and other < end for other, other_end in taken):
                taken.append((start, end))
                entities.append({"type": kind, "offset": start, "length": end - start})
    return sorted(entities, key=_order)


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Return a text without the white space around it, which Telegram drops."""
    before = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    length, kept = utf16_length(text), []
    for entity in entities:
        start = max(entity["offset"] - before, 0)
        end = min(entity["offset"] - before + entity["length"], length)
        if start < end:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept


def _order(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


class _Reader:
    """Goes through the markup once; `at` is where it stands, `length` the UTF-16 length of the text so far."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.at = 0
        self.text: list[str] = []
        self.length = 0
        self.entities: list[Json] = []
        self.open: list[_Open] = []

    def read(self) -> None:
        while self.at < len(self.markup):
            if self.markup.startswith("</", self.at):
                self._end_tag()
            elif self.markup[self.at] == "<":
                self._start_tag()
            elif self.markup[self.at] == "&" and (match := _REFERENCE.match(self.markup, self.at)):
                self._say(_character(match))
                self.at = match.end()
            else:
                end = self._next_sign()
                self._say(self.markup[self.at : end])
                self.at = end
        if self.open:
            raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')

    def _next_sign(self) -> int:
        """Return the place up to which the text has no markup; a lone & is text."""
        match = _SIGN.search(self.markup, self.at + 1)
        return match.start() if match else len(self.markup)

    def _say(self, text: str) -> None:
        self.text.append(text)
        self.length += utf16_length(text)

    def _bytes(self, at: int) -> int:
        return len(self.markup[:at].encode("utf-8", "surrogatepass"))

    def _start_tag(self) -> None:
        begin = self.at
        name = self._name(begin + 1)
        tag = name.lower()
        if self.at >= len(self.markup):
            raise BadMarkup(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag not in TYPES:
            raise BadMarkup(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        attributes = self._attributes(begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise BadMarkup(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}')
        self.open.append(_Open(tag, _argument(tag, attributes), self.length, len(self.text)))

    def _name(self, at: int) -> str:
        match = _NAME.match(self.markup, at)
        self.at = match.end() if match else at
        return match.group() if match else ""

    def _attributes(self, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while match := _ATTRIBUTE.match(self.markup, self.at):
            value = match["double"] or match["single"] or match["bare"] or ""
            attributes[match["name"].lower()] = _REFERENCE.sub(_character, value)
            self.at = match.end()
        while self.at < len(self.markup) and self.markup[self.at].isspace():
            self.at += 1
        if not self.markup.startswith(">", self.at):
            raise BadMarkup(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        self.at += 1
        return attributes

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise BadMarkup(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        name = self._name(begin + 2).lower()
        close = self.markup.find(">", self.at)
        if close < 0 or self.markup[self.at : close].strip():
            raise BadMarkup(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        self.at = close + 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise BadMarkup(
                f"Unmatched end tag at byte offset {self._bytes(begin)}, "
                f'expected "</{opened.tag}>", found "</{name}>"'
            )
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Json = {
            "type": TYPES[opened.tag],
            "offset": opened.offset,
            "length": self.length - opened.offset,
        }
        if not entity["length"]:
            return
        if opened.tag == "a":
            entity["url"] = opened.argument or "".join(self.text[opened.start :])
            if not re.match(r"(?:https?|tg)://|[\w-]+\.\w", entity["url"]):
                return  # as Telegram: the text stays, the link goes
        if opened.tag == "blockquote" and any(outer.tag == "blockquote" for outer in self.open):
            return  # as Telegram: quotations cannot be nested, the outer one stays
        if opened.tag == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        if opened.tag == "tg-emoji":
            entity["custom_emoji_id"] = opened.argument
        if opened.tag == "code" and opened.argument and self.open and self.open[-1].tag == "pre":
            self.open[-1] = _Open("pre", opened.argument, self.open[-1].offset, self.open[-1].start)
            return  # <pre><code class="language-…"> is one entity
        if opened.tag == "pre" and opened.argument:
            entity["language"] = opened.argument
        self.entities.append(entity)


def _argument(tag: str, attributes: Mapping[str, str]) -> str:
    if tag == "code":
        language = attributes.get("class", "")
        return language.removeprefix("language-") if language.startswith("language-") else ""
    if tag == "blockquote":
        return "expandable" if "expandable" in attributes else ""
    return attributes.get({"a": "href", "tg-emoji": "emoji-id"}.get(tag, ""), "")


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return match.group()
    return chr(code)
