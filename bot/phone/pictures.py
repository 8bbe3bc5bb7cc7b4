"""How large a picture is, read from its first bytes: Telegram tells a bot the size of each photo."""

from __future__ import annotations

import re
from typing import Final

_PNG: Final = re.compile(rb"\x89PNG\r\n\x1a\n.{4}IHDR(.{4})(.{4})", re.DOTALL)
_JPEG_FRAMES: Final = frozenset(
    {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)


def size_of_picture(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or a JPEG; None for anything else."""
    if match := _PNG.match(content):
        return int.from_bytes(match[1], "big"), int.from_bytes(match[2], "big")
    return _size_of_jpeg(content) if content.startswith(b"\xff\xd8") else None


def mime_of_picture(content: bytes) -> str:
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
    """Return width and height from the segment of a JPEG that describes the frame."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        if content[at + 1] in _JPEG_FRAMES:
            height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
