"""Which numbers the digits of a typed answer can mean: one, one of two, or none.

Only the digits 0 to 9, one point or comma, and whole groups of three digits are read. Nothing else is turned into
a digit, a point or a comma: a superscript, a fraction, an enumeration comma or a digit of another script stays what
it is, and the answer that holds it is refused.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

_FULL_WIDTH: Final = {0xFF01 + at: chr(0x21 + at) for at in range(94)}
_FULL_WIDTH.pop(ord("，"))  # separates the items of a list; never a decimal comma
_SAME: Final[dict[int, str]] = {
    **_FULL_WIDTH,
    **dict.fromkeys(map(ord, "\u200b\u200e\u2060\ufeff"), ""),  # invisible, and moves nothing on the screen
    **dict(zip(map(ord, "μ×✕⁄∕ℓ"), "uxx//l", strict=True)),
    **dict(zip(map(ord, "㎍㎎㎏㎕㎗"), ("ug", "mg", "kg", "ul", "dl"), strict=True)),
}
"""Characters that are only another form of what they stand for, after case folding."""

_PLAIN: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_EITHER: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED: Final = re.compile(
    r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+\.[0-9]+|(?:\.[0-9]{3})+,[0-9]+|(?:,[0-9]{3}){2,}|(?:\.[0-9]{3}){2,})"
)


def fold(text: str) -> str:
    """Full-width to ASCII, one kind of µ and ×, small letters, single spaces."""
    return " ".join(text.casefold().translate(_SAME).split())


def meanings(digits: str) -> tuple[Decimal, ...]:
    """Return every number that can be meant: ``1.500`` is 1500 or 1.500; ``9,8`` is 9.8; ``1..2`` is none."""
    if _GROUPED.fullmatch(digits):
        last = max(digits.rfind(","), digits.rfind("."))
        decimal = digits.count(digits[last]) == 1
        whole = re.sub("[.,]", "", digits[:last])
        return (Decimal(f"{whole}.{digits[last + 1 :]}" if decimal else whole + digits[last + 1 :]),)
    if not _PLAIN.fullmatch(digits):
        return ()
    small = Decimal(digits.replace(",", "."))
    if _EITHER.fullmatch(digits):
        return Decimal(re.sub("[.,]", "", digits)), small
    return (small,)


def has_foreign_digits(text: str) -> bool:
    """Say whether a text holds a digit or a number that is not written with 0 to 9."""
    return any(not c.isascii() and unicodedata.category(c).startswith("N") for c in text)
