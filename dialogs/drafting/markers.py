"""What stands before an item of a list: bullets, numbers, letters and codes, as registries and people write them."""

from __future__ import annotations

import re
from typing import Final

from dialogs.drafting.spoken import either, patterns

_BULLETS: Final = "–—*•·●○◦▪▫■□▶►▸‣⁃⦁✓✔✅➢➤→»§❖◆◇\uf02d\uf0a7\uf0b7\uf0d8\uf0fc"
"""Those at the end are of a font for signs, as they are pasted from a word processor."""
_STYLES: Final = (
    (
        "bullet",
        rf"(?:[{_BULLETS}+]|--|\[[ xX]?\]|o(?=\s))(?:\s+|(?=[^\W\d_]))|-(?:\s+|(?=[^\W\d_]))"
        rf"|\*{{2,3}}\s+",
    ),
    (
        "outline",
        r"\d{1,2}(?:\.\d{1,2}){2,3}\.?\s+(?=\D)|\d{1,2}(?:\.\d{1,2}){1,3}(?:[.):]\s*|\s+(?=[A-Z][a-z]))(?=\D)",
    ),
    (
        "number",
        r"#?\d{1,3}[.．):]\s+|#?\d{1,2}\s?-\s+(?=[^\W\d_])|#?\d{1,3}[.．)）](?=[^\W\d_])|\d{1,3}、\s*",
    ),
    ("(number)", r"[(（\[]\d{1,3}[)）\]][.:]?\s*"),
    ("circled", r"[①-⓿❶-➓]\s*"),
    ("code", r"(?:IC|EC|INCL?|EXCL?|I|E)[ -]?\d{1,2}[a-z]?[.:)]\s+"),
    ("named", r"(?:Criterion|Inclusion|Exclusion)\s+\d{1,2}\s*[.:)-]\s+"),
    ("roman", r"[(（]?[IVX]{2,5}[.)）]\s+(?=[A-Z])|[(（]?[Ⅰ-ⅿ]{1,3}[、.．)）]\s*"),
    *(("numeral", pattern) for pattern in patterns("numeral")),
    ("letter", r"[(（][a-zA-Z][)）]\s*|[a-z][.)）]\s+|[A-Z][)）]\s+|[A-Z]\.\s+(?=[A-Z])|[a-zA-Z]、\s*"),
)
_COMPILED: Final = tuple((style, re.compile(pattern)) for style, pattern in _STYLES)
_WORDS: Final = re.compile(r"[^\W_]")
FIRST: Final = re.compile(rf"\W*{either('first')}\W*")
"""The first marker of a list, whatever its style."""


def marker_of(text: str) -> tuple[str, str]:
    """Return the marker that a line begins with, and its style; both empty if it has none, or nothing but one.

    A letter that may begin a name of an organism (``E. coli``), and a number that may be a value (``1.5 x ULN``,
    ``18 - 65 years``), is no marker.
    """
    for style, pattern in _COMPILED:
        found = pattern.match(text)
        if found and _WORDS.search(text, found.end()):
            return found[0], style
    return "", ""
