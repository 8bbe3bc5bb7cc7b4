"""What must never be kept: whatever may be a date of birth, a phone, identity or record number, or free text."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from dialogs.reading.patterns import in_any_language

IDENTIFIER_DIGITS: Final = 8
"""A run of so many digits is a telephone, identity or record number, not a result."""
_LONG_NUMBER: Final = re.compile(rf"(?:\d[ \-]?){{{IDENTIFIER_DIGITS},}}")

_WORD: Final = re.compile(r"[^\W\d_]{2,}")


def looks_like_identifier(text: str) -> bool:
    """Say whether a text may hold a date of birth, or a phone, identity or record number."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_dates().search(plain) or _LONG_NUMBER.search(plain))


def looks_like_free_text(text: str) -> bool:
    """Say whether a text may be more than a slip: two words, or one that is not of plain letters, such as a name."""
    found = _WORD.findall(text)
    return len(found) > 1 or any(not word.isascii() for word in found)


@cache
def _dates() -> re.Pattern[str]:
    year, month = in_any_language("year", "[-/.]"), in_any_language("month", "[-/.]")
    return re.compile(
        rf"(?<!\d)(?:(?:19|20)\d\d\s*(?:{year})\s*\d{{1,2}}\s*(?:{month})\s*\d{{1,2}}"
        r"|\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(?:19|20)\d\d"
        r"|\d{1,2}\s*(?:[-/]\s*\d{1,2}\s*[-/]|[-.]\s*\d{1,2}\s*[-.])\s*\d\d)(?!\d)"  # 0.7/0.58 is over its ULN
    )
