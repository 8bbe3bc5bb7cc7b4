"""The parameters of a call, wherever Telegram takes them from: query, form, multipart or JSON body.

What a form holds is text, with JSON inside where the Bot API asks for an object or a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from bot.phone.markup import BadMarkup, find_entities, parse_html, trimmed, utf16_length
from bot.phone.refusals import Refused, bad_request

Json = dict[str, Any]

_REPLACED: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DROPPED: Final = re.compile("[\r\u2028-\u202e]")
_LANGUAGE: Final = re.compile(r"(?:[a-z]{2})?")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came with a call."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Typed reading of what a call says; each reader raises `Refused` for what it cannot read."""

    given: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the text, without the characters that Telegram takes out of every text; empty if missing."""
        value = self.given.get(name)
        if value is None:
            return ""
        text = value if isinstance(value, str) else json.dumps(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        return _REPLACED.sub(" ", _DROPPED.sub("", text))

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.given.get(name) or default)
        except (TypeError, ValueError):
            raise bad_request(f'invalid parameter "{name}" specified') from None

    def seconds(self, name: str) -> float:
        try:
            return max(0.0, float(self.given.get(name) or 0))
        except (TypeError, ValueError):
            return 0.0

    def flag(self, name: str) -> bool:
        return str(self.given.get(name) or "").lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """Return an object or a list; None if missing."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def language(self) -> str:
        code = self.text("language_code")
        if not _LANGUAGE.fullmatch(code):
            raise bad_request("invalid language code specified")
        return code

    def formatted(self, name: str, most: int, too_long: str) -> tuple[str, list[Json]]:
        """Return text and entities, by `parse_mode` or as given; a text is measured after its tags are read.

        Measured in UTF-16 code units, never less strict than Telegram.
        """
        mode, prefix = self.text("parse_mode").lower(), "caption_" if name == "caption" else ""
        try:
            text, entities = _READERS[mode](self.text(name), self.structure(f"{prefix}entities") or [])
        except KeyError:
            raise bad_request("unsupported parse_mode: this local server reads HTML only") from None
        except BadMarkup as mistake:
            raise bad_request(f"can't parse entities: {mistake}") from None
        if utf16_length(text) > most:
            raise bad_request(too_long)
        return text, find_entities(text, entities)

    def upload(self, name: str) -> Upload | None:
        """Return the file that came as `name`, or that `name` points to with ``attach://``."""
        reference = self.given.get(name)
        if isinstance(reference, str) and reference.startswith("attach://"):
            return self.uploads.get(reference.removeprefix("attach://"))
        return self.uploads.get(name)


_READERS: Final = {
    "html": lambda text, _: parse_html(text),
    "": trimmed,
}


async def read_parameters(request: web.Request) -> Parameters:
    """Read a call's parameters. Raises `Refused` for a body that cannot be read."""
    given: Json = dict(request.query)
    if not request.body_exists:
        return Parameters(given)
    if request.content_type == "application/json":
        return Parameters(given | await _json_body(request))
    uploads: dict[str, Upload] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.filename, value.file.read(), value.content_type)
        else:
            given[name] = value
    return Parameters(given, uploads)


async def _json_body(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "Bad Request: can't parse JSON object")
    return body
