"""What is sent with a call: JSON, or a multipart form with files."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Final, cast

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from telegram.request import RequestData

JSON: Final = {"Content-Type": "application/json"}
"""Cheaper to write than a form, and read by the Bot API alike."""


def body_of(
    request: RequestData | None, upload_limit: float | None
) -> tuple[bytes | aiohttp.Payload | None, dict[str, str] | None]:
    """Return what is sent, and the headers that say so.

    Only uploads have a limit on writing: a form goes into the system's buffer in one piece.
    """
    if request is None:
        return None, None
    if not request.contains_files:
        return json.dumps(request.parameters).encode(), JSON  # `json_payload` would write buttons twice
    form = aiohttp.FormData(request.json_parameters, quote_fields=False)  # Telegram unquotes nothing
    for name, (filename, content, mimetype) in request.multipart_data.items():
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=filename, content_type=mimetype)
    return Upload(form(), upload_limit), None


class Upload(aiohttp.Payload):
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
