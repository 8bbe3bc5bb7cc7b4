"""Words of headings with a slip in them, as they were meant: *Exlusion critera*.

One letter that is wrong, missing or too much, or two that are exchanged, make no other English word of these. Of two
words that make a heading together, one may have more slips.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dialogs.likely import likely

_NAMES: Final = ("inclusion", "exclusion", "inclusions", "exclusions", "criteria", "criterion", "eligibility")
_LETTERS: Final = range(7, 13)
"""Of a word that may be one of them."""
_WORD: Final = re.compile("[A-Za-z]+")
_SIDE: Final = re.compile(r"(?=.*c)(?=.*l)(?=.*u)(?=.*s)(?P<side>in|ex)[a-z]{5,9}")
_BEHIND: Final = re.compile(r"cr[a-z]{4,8}")


@dataclass(frozen=True, slots=True)
class Meant:
    """A text as it was meant; ``slips`` are the ends of words written otherwise, and by how much they grew."""

    text: str
    slips: tuple[tuple[int, int], ...] = ()

    def written(self, place: int) -> int:
        """Return where in the text as it is written stands what stands at a place of this one."""
        return place - sum(longer for end, longer in self.slips if end <= place)


@lru_cache(maxsize=1024)
def meant(text: str) -> Meant:
    """Return a text with the words of headings that were clearly meant by others in it."""
    words = list(_WORD.finditer(text))
    names = [_name(each[0].lower()) for each in words]
    so_far, start, slips = "", 0, list[tuple[int, int]]()
    for word, name in zip(words, _with_slips(words, names), strict=True):
        if name and name != word[0].lower():
            so_far += text[start : word.start()] + _cased(name, word[0])
            start = word.end()
            slips.append((len(so_far), len(name) - len(word[0])))
    return Meant(so_far + text[start:], tuple(slips))


@lru_cache(maxsize=4096)
def _name(word: str) -> str:
    return (likely(word, _NAMES) or "") if len(word) in _LETTERS else ""


def _with_slips(words: Sequence[re.Match[str]], names: list[str]) -> Iterator[str]:
    """Yield the names that words are meant to be, two neighbours of which make a heading together."""
    for word, name, above, below in zip(words, names, ["", *names], [*names[1:], ""], strict=False):
        side = _SIDE.fullmatch(word[0].lower()) if below.startswith("criteri") and not name else None
        behind = not name and above in ("inclusion", "exclusion") and _BEHIND.fullmatch(word[0].lower())
        yield f"{side['side']}clusion" if side else "criteria" if behind else name


def _cased(name: str, word: str) -> str:
    return name.upper() if word.isupper() else name.capitalize() if word[0].isupper() else name
