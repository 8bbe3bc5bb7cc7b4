"""Signs that are wrong wherever they stand outside of quotes: of word processors, full-width, or not to be seen."""

from __future__ import annotations

import re
from typing import Final

from dialogs.loading.syntax.slip import Mended, Slip, changed, outside

QUOTES: Final = dict.fromkeys("“”„‟＂〝〞«»″", '"') | dict.fromkeys("‘’‚＇‛`", "'")

_SIGNS: Final = dict(zip("＝［］｛｝，、＃．【】＿－", "=[]{},,#.[]_-", strict=True))

BLANKS: Final = dict.fromkeys("\u00a0\u3000\u2003\u2002\u2009\u200b\u200e\u200f\ufeff", " ")
"""Blanks of word processors and web pages, and marks that are not to be seen."""
_BREAKS: Final = dict.fromkeys("\r\x0b\x0c", " ")

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")


def _swapped(signs: dict[str, str], fault: str, remedy: str) -> Slip:
    """Return the slip of having typed one sign for another."""
    table = str.maketrans(signs)

    def slip(text: str, at: int) -> Mended | None:
        mended = outside(text, lambda part: part.translate(table))
        if mended == text:
            return None
        offset = changed(text, mended)
        typed = text[offset]
        shown = typed if typed.isprintable() and typed.strip() else f"U+{ord(typed):04X}"
        return Mended(mended, fault.format(shown), remedy.format(signs[typed]), offset)

    return slip


def _control(text: str, at: int) -> Mended | None:
    found = _CONTROL.search(text)
    if found is None:
        return None
    fault = f"a character that cannot be seen stands here (U+{ord(found[0]):04X})"
    return Mended(_CONTROL.sub(" ", text), fault, "Please delete it", found.start())


SIGNS: Final[tuple[Slip, ...]] = (
    _control,
    _swapped(QUOTES, "{} is a quote of a word processor", "Please type straight quotes: {}"),
    _swapped(_SIGNS, "{} is a full-width sign", "Please type {}"),
    _swapped(
        BLANKS | _BREAKS,
        "there is a blank that is none ({})",
        "Please type a plain blank",
    ),
)
"""Signs that are wrong wherever they stand outside of quotes: they are mended even if that is not enough."""
