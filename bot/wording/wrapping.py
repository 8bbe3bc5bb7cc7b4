"""Breaks text into lines: at spaces, and between Chinese characters but not before marks that close, nor after those
that open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_WIDE: Final = r"\u2e80-\u9fff\uff00-\uffef"
_OPENING: Final = "（“《"
_CLOSING: Final = "，、。；：？！）”》,;:?!)"
_PIECES: Final = re.compile(
    rf"[^\S\n]+|[{_OPENING}]*(?:[^\s{_WIDE}{_OPENING}]+|[{_WIDE}])[{_CLOSING}]*|[{_OPENING}]+"
)


def wrap(text: str, width: float, measure: Callable[[str], float], indent: str = "") -> Iterator[str]:
    """Yield the lines of a text, each as wide as ``measure`` allows; all but the first begin with ``indent``."""
    if measure(text) <= width:
        yield text
        return
    line = ""
    for piece in _PIECES.findall(text):
        if line.strip() and measure((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = indent + piece.lstrip()
        else:
            line += piece
    if line.strip():
        yield line.rstrip()
