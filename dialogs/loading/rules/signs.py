"""Signs of a formula as they are written elsewhere: on paper, in Excel, in a word processor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from dialogs.languages import typed_by_authors
from dialogs.loading.rules.limits import Said
from dialogs.rules.functions import FUNCTIONS

_SIGNS: Final[Mapping[str, str]] = {
    "^": " ** ",
    "\u00b2": " ** 2",
    "\u00b3": " ** 3",
    **dict.fromkeys("\u00d7\u00b7\u2022\u2217", " * "),
    **dict.fromkeys("\u00f7\u2215\uff0f", " / "),
    **dict.fromkeys("\u2212\u2013\uff0d", " - "),
    "\uff0b": " + ",
    "\uff08": "(",
    "\uff09": ")",
    "\uff0c": ", ",
}
_LETTER: Final = re.compile(r"(?<=[\w)])\s+[xX]\s+(?=[\w(])")


@cache
def _calls() -> re.Pattern[str]:
    """Return what finds the functions of Excel, in any language of ours."""
    called = "|".join([*FUNCTIONS, *typed_by_authors("average"), *typed_by_authors("sum")])
    return re.compile(rf"(?<!\w)({called})\s*\(([^()]*)\)", re.IGNORECASE)


def formula_said(text: str) -> Said | None:
    """Say what is wrong with the signs of a formula, and how it is written; ``None`` if nothing is."""
    foreign = [sign for sign in text if sign in _SIGNS]
    mended = "".join(_SIGNS.get(sign, sign) for sign in text)
    if mended.lstrip().startswith("="):
        foreign, mended = ["="], mended.replace("=", " ", 1)
    if _LETTER.search(mended):
        foreign, mended = [*foreign, "x"], _LETTER.sub(" * ", mended)
    calls = [match[1] for match in _calls().finditer(mended) if _called(match) != match[0]]
    mended = _calls().sub(_called, mended)
    if not foreign and not calls:
        return None
    fault = f"{foreign[0]} is no sign of a formula" if foreign else f"{calls[0]} is no word of a formula"
    return fault, f"Please write {' '.join(mended.split())}"


def _called(match: re.Match[str]) -> str:
    """Return what a function of Excel is here: ``AVERAGE(a, b)`` is ``(a + b) / 2``."""
    word, parts = match[1].lower(), [part.strip() for part in match[2].split(",")]
    if word in FUNCTIONS:
        return match[0] if match[1] == word else f"{word}({', '.join(parts)})"
    added = f"({' + '.join(parts)})"
    return added if word in typed_by_authors("sum") else f"{added} / {len(parts)}"
