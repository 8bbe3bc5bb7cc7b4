"""Reads how long ago something was: *3 weeks ago*, *2个月前*, *yesterday*; never a date, which is refused.

Taken is only what can mean one time. *Last week* may be any of several days: what is likely is named, and not taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Final

from dialogs.answers import Choice, Measurement
from dialogs.languages import LANGUAGES, words
from dialogs.protocol import Protocol, Question
from dialogs.reading.identifiers import looks_like_identifier
from dialogs.reading.numbers import read_number
from dialogs.reading.numerals import fold
from dialogs.reading.options import likely_options
from dialogs.reading.patterns import in_any_language
from dialogs.reading.results import Given, Reading, Refused, Understood
from dialogs.reading.weighing import accept
from dialogs.since import DAY

_YEAR: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}$")
_DAY_AND_MONTH: Final = re.compile(r"[0-9]{1,2}\s*[-/.]\s*(?:[0-9]{1,2}|(?:19|20)[0-9]{2})[.]?")
_ZERO: Final = re.compile("0+")


def looks_like_date(said: str) -> bool:
    """Say whether folded text may be a date, in full or in part: *August*, *2024*, *8/24*, *8月*."""
    if looks_like_identifier(said) or _DAY_AND_MONTH.fullmatch(said):
        return True
    return bool(_YEAR.search(said) or _dates().search(said))


@cache
def _dates() -> re.Pattern[str]:
    return re.compile(in_any_language("date"))


def read_ago(protocol: Protocol, question: Question, said: str) -> Reading:
    """Read folded text that is no date as how long ago something was."""
    reading = _read(protocol, question, said)
    if not isinstance(reading, Refused) or reading.likely:
        return reading
    exact = " ".join(re.sub(in_any_language("about"), "", said).split())
    likely = _read(protocol, question, exact) if exact != said else None
    return Refused("how_long_ago", likely=(likely.given,)) if isinstance(likely, Understood) else reading


def _read(protocol: Protocol, question: Question, said: str) -> Reading:
    days = _table("days").get(said)
    if days is not None:
        return accept(protocol, _given(question, Decimal(days), DAY))
    span = _table("vague").get(said)
    if span is not None:
        return Refused("how_long_ago", likely=(_given(question, Decimal(1), span),))
    plain = _in_digits(said)
    if plain is None or not any(map(str.isnumeric, plain)):
        likely = tuple(((question.id, Choice(code)),) for code in likely_options(question, said))
        return Refused("how_long_ago", likely=likely)
    if _ZERO.fullmatch(plain):
        others = (((question.id, Choice(code)),) for code in question.shortcut_by_code)
        return Refused("zero_ago", likely=(*others, _given(question, Decimal(0), DAY)))
    return read_number(protocol, question, plain, None)


def _given(question: Question, number: Decimal, unit: str) -> Given:
    return ((question.id, Measurement("=", number, unit)),)


# words for numbers and bounds --------------------------------------------------------------------


def _in_digits(said: str) -> str | None:
    """Write *more than two weeks ago* as ``>2 weeks ago``; ``None`` for words that contradict each other."""
    rest, signs = said, set[str]()
    for section in ("behind", "relations"):
        found = _words_of(section).search(rest)
        if found is not None:
            signs.add(_table(section)[found["word"]])
            rest = rest[: found.start()] + rest[found.end() :]
    if len(signs) > 1:
        return None
    number = _words_of("numbers").match(rest)
    if number is not None and number.end() < len(rest):
        rest = f"{_table('numbers')[number['word']]} {rest[number.end() :]}"
    return "".join(signs) + rest


@cache
def _table(section: str) -> Mapping[str, str]:
    """What the words of all languages mean, in one of the tables *ago*."""
    tables = (words("dialogs", language)["ago"][section] for language in LANGUAGES)
    return {fold(word): means for table in tables for means, listed in table.items() for word in listed}


@cache
def _words_of(section: str) -> re.Pattern[str]:
    """Return what finds one of these words: at the end, where it may stand before *ago*, else at the beginning."""
    known = "|".join(map(_whole, sorted(_table(section), key=len, reverse=True)))
    if section != "behind":
        return re.compile(rf"^(?P<word>{known})\s*")
    after = "|".join(word for language in LANGUAGES for word in words("dialogs", language)["ago"]["after"])
    return re.compile(rf"\s*(?P<word>{known})(?:\s*(?:{after}))?$")


def _whole(word: str) -> str:
    """Match a word; one of letters that are written with spaces between words only as a whole."""
    return rf"{re.escape(word)}\b" if word.isascii() else re.escape(word)
