"""Which numbers stand in the labels of options, and which of them is the grade: 3 of *NYHA III*, *3 With a method*.

Whoever types a number means the option that names it, not the one that stands at that place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from dialogs.languages import LANGUAGES, words
from dialogs.protocol import Option
from dialogs.reading.patterns import in_any_language

_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_DIGITS: Final = r"(?<![A-Za-z0-9.])(?<![A-Za-z]-)[A-Za-z]{0,2}(?P<digits>[0-9]+)(?![0-9]|[.][0-9])"
"""T2 and G3a hold a number, names such as CYP3A4 and DPP-4 none."""


def grade(option: Option) -> int | None:
    """Return the number that a label or the code begins with, or that stands behind a word such as *Stage*."""
    found = (_leading().match(text) for text in _texts(option))
    return next((_value(match) for match in found if match is not None), None)


def numbers_in(option: Option) -> frozenset[int]:
    """Return every whole number that stands in an option's label, in any language, or in its code."""
    return frozenset(_value(match) for text in _texts(option) for match in _number().finditer(text))


def _texts(option: Option) -> Iterator[str]:
    for text in (*option.text.values(), option.code.replace("_", " ")):
        yield unicodedata.normalize("NFKC", text)


@cache
def _number() -> re.Pattern[str]:
    roman = "|".join(sorted(_ROMAN, key=len, reverse=True))
    behind = in_any_language("behind_a_number")
    spelt = "|".join(rf"\b{word}\b" if word.isascii() else f"{word}(?={behind})" for word in _spelt())
    return re.compile(
        rf"{_DIGITS}|(?<![A-Za-z0-9])(?P<roman>{roman})[A-Ca-c]?(?![A-Za-z0-9])|(?P<spelt>(?i:{spelt}))"
    )


@cache
def _leading() -> re.Pattern[str]:
    scale = rf"(?:[\w-]+ )?(?i:{in_any_language('scale')}) ?|[A-Z][\w-]*[A-Z] "
    return re.compile(rf"(?:{scale})?(?:{_number().pattern})")


@cache
def _spelt() -> Mapping[str, int]:
    """Words for whole numbers, longest first; not *a* and *an*, which stand before anything."""
    named = (words("dialogs", code)["ago"]["numbers"] for code in LANGUAGES)
    values = {
        word: int(n) for each in named for n, listed in each.items() if n.isdecimal() for word in listed
    }
    return {word: values[word] for word in sorted(values, key=len, reverse=True) if word not in ("a", "an")}


def _value(match: re.Match[str]) -> int:
    if match["digits"]:
        return int(match["digits"])
    if match["roman"]:
        return _ROMAN.index(match["roman"]) + 1
    return _spelt()[match["spelt"].casefold()]
