"""Slips in the syntax of TOML, as people make them who do not program: what is wrong, and what to write.

A slip is looked for in one statement only. What it makes of a statement counts only if TOML then reads that, so a
pattern may be generous. Mending serves to look at the rest of the file; nothing that was mended is ever loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dialogs.loading.syntax.brackets import BRACKETS, COLONS, UNCLOSED
from dialogs.loading.syntax.signs import SIGNS
from dialogs.loading.syntax.slip import Mended, Slip
from dialogs.loading.syntax.statements import KEYS, STATEMENTS, TWO_IN_ONE
from dialogs.loading.syntax.values import QUOTES, UNQUOTED, VALUES

SLIPS: Final[tuple[Slip, ...]] = (
    *STATEMENTS,
    *VALUES,
    COLONS,
    TWO_IN_ONE,
    *QUOTES,
    *BRACKETS,
    UNQUOTED,
    UNCLOSED,
    *KEYS,
)
"""What a statement can be mended by, in the order in which they are tried."""


def mended(text: str, at: int, stops: Callable[[str], int | None]) -> list[Mended]:
    """Return the slips of a statement that stopped being read at character `at`.

    `stops` says where a text stops being read, if anywhere. The text of the last one is mended as far as it can be.
    """
    found: list[Mended] = []
    for sign in SIGNS:
        one = sign(text, at)
        if one is not None:
            found.append(one)
            text = one.text
    if found and stops(text) is None:
        return found
    at = stops(text) or 0 if found else at
    tried = [one for slip in SLIPS if (one := slip(text, at)) is not None and one.text != text]
    single = next((one for one in tried if stops(one.text) is None), None)
    return [*found, *([single] if single else _pair(tried, stops))]


def _pair(tried: Sequence[Mended], stops: Callable[[str], int | None]) -> list[Mended]:
    """Return two slips that are enough together, or none."""
    for first in tried:
        at = stops(first.text) or 0
        for slip in SLIPS:
            second = slip(first.text, at)
            if second is not None and stops(second.text) is None:
                return [first, second]
    return []
