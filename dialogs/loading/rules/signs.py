"""Signs of a formula as they are written elsewhere: on paper, in Excel, in a word processor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dialogs.loading.rules.limits import Said

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


def formula_said(text: str) -> Said | None:
    """Say what is wrong with the signs of a formula, and how it is written; ``None`` if nothing is."""
    foreign = [sign for sign in text if sign in _SIGNS]
    mended = "".join(_SIGNS.get(sign, sign) for sign in text)
    if mended.lstrip().startswith("="):
        foreign, mended = ["="], mended.replace("=", " ", 1)
    if _LETTER.search(mended):
        foreign, mended = [*foreign, "x"], _LETTER.sub(" * ", mended)
    if not foreign:
        return None
    return f"{foreign[0]} is no sign of a formula", f"Please write {' '.join(mended.split())}"
