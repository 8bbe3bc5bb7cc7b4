"""What changed between two texts, word by word; of Chinese, sign by sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

_CJK: Final = r"\u3000-\u9fff\uff00-\uffef"
_WORD: Final = re.compile(rf"[{_CJK}]\s*|(?:(?![{_CJK}])\w|\.(?=\d))+\s*|[^\w\s]\s*|\s+")
_CONTEXT: Final = 30
"""Words that stay on either side of a change; what is further away is left out."""
_CHANGES: Final = {"replace": "[{gone} → {come}]", "delete": "[- {gone}]", "insert": "[+ {come}]"}


def changed_words(before: str, after: str) -> str:
    """Return the new text with what was changed in brackets: ``within [3 → 6] months``, ``[+ new]``, ``[- gone]``."""
    steps = list(_steps(before, after))
    pieces = []
    for place, (step, gone, come) in enumerate(steps, 1):
        if step == "equal":
            pieces.append(_abridged(come, first=place == 1, last=place == len(steps)))
        else:
            said = "".join(come or gone)
            pieces.append(bracketed(_text(gone), _text(come)) + said[len(said.rstrip()) :])
    return "".join(pieces).strip()


def bracketed(gone: str, come: str) -> str:
    """Return what is gone and what came in its place, either of which may be nothing, in the brackets of a change."""
    step = "replace" if gone and come else "insert" if come else "delete"
    return _CHANGES[step].format(gone=gone, come=come)


def _abridged(kept: list[str], *, first: bool, last: bool) -> str:
    """Return what did not change, without what is far from every change."""
    head = 0 if first else _CONTEXT
    tail = 0 if last else _CONTEXT
    if len(kept) <= head + tail + 1:
        return "".join(kept)
    end = "".join(kept[len(kept) - tail :]) if tail else ""
    return f"{''.join(kept[:head])}… {end}"


def exchanged(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Return what is gone and what came in its place, either of which may be nothing; spaces alone are no change."""
    return ((_text(gone), _text(come)) for step, gone, come in _steps(before, after) if step != "equal")


def _steps(before: str, after: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield the words of two texts side by side, with whether they are equal or how the first become the others."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    for step, i1, i2, j1, j2 in SequenceMatcher(None, _keys(old), _keys(new), autojunk=False).get_opcodes():
        yield step, old[i1:i2], new[j1:j2]


def _text(words: list[str]) -> str:
    return "".join(words).strip()


def same_words(before: str, after: str) -> bool:
    """Say whether two texts differ in nothing but spaces and capitals."""
    return bare(before) == bare(after)


def bare(text: str) -> str:
    """Return a text without spaces and capitals."""
    return "".join(text.split()).casefold()


def likeness(before: str, after: str) -> float:
    """Return how alike two texts are, from 0 to 1, by their words."""
    old, new = (_keys(_WORD.findall(text.casefold())) for text in (before, after))
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


def shared_words(before: str, after: str) -> float:
    """Return how much of their words two texts share, from 0 to 1, wherever these stand."""
    old, new = _words_of(before), _words_of(after)
    return 2 * len(old & new) / max(len(old) + len(new), 1)


@lru_cache(maxsize=10_000)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_keys(_WORD.findall(text.casefold())))


def _keys(words: list[str]) -> list[str]:
    return [word.strip() for word in words]
