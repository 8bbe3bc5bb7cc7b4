"""Reads how long ago something was: *3 weeks ago*, *2个月前*, *yesterday*; never a date, which is refused.

Taken is only what can mean one time, or lies on one side of one: *almost 5 years ago* is less than 5 years, *5+ years*
more. *Last week* may be any of several days, and is refused; of *about 3 weeks* the number is named, and not taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
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
from dialogs.since import DAY, DAYS

_YEAR: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}$")
_DAY_AND_MONTH: Final = re.compile(r"[0-9]{1,2}\s*[-/.]\s*(?:[0-9]{1,2}|(?:19|20)[0-9]{2})[.]?")
_ZERO: Final = re.compile("0+")
_SMALLER: Final = {"a": ("mo", 12), "wk": ("d", 7)}
"""Units that are so many of another one exactly: 5 years and 2 months are 62 months."""


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
    if said in _vague():
        return Refused("vague_ago")
    plain = _in_digits(said)
    if plain is None or not any(map(str.isnumeric, plain)):
        likely = tuple(((question.id, Choice(code)),) for code in likely_options(question, said))
        return Refused("how_long_ago", likely=likely)
    if _ZERO.fullmatch(plain):
        others = (((question.id, Choice(code)),) for code in question.shortcut_by_code)
        return Refused("zero_ago", likely=(*others, _given(question, Decimal(0), DAY)))
    reading = read_number(protocol, question, plain, None)
    if isinstance(reading, Understood) and plain.startswith("="):
        return replace(reading, exactly=True)
    return reading


def side_alone(text: str) -> str | None:
    """Return on which side of a time another one is said to be, in words without a number: *more*, *不足*."""
    return _table("sides").get(fold(text))


def is_length_of_time(question: Question) -> bool:
    """Say whether a number is how long something lasts: a life expectancy, a course."""
    return question.kind == "quantity" and question.unit_by_code.keys() <= DAYS.keys()


def length_in_digits(said: str) -> str:
    """Write *half a year* as ``0.5 year``, as for how long ago; what speaks of *ago* or of a time until now stays."""
    if re.search(rf"(?:{_after()}$)|{in_any_language('until_now')}", said):
        return said
    return _in_digits(said) or said


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
    rest, more = re.subn(in_any_language("and_more"), "", rest, count=1)
    signs |= {">"} if more else set()
    if len(signs) > 1:
        return None
    return "".join(signs) + (_summed(rest) or _number_in_digits(rest))


def _number_in_digits(rest: str) -> str:
    number = _words_of("numbers").match(rest)
    if number is None or number.end() == len(rest):
        return rest
    return f"{_table('numbers')[number['word']]} {rest[number.end() :]}"


def _summed(said: str) -> str | None:
    """Write *5 years and 2 months* as ``62 mo``, *two and a half years* as ``2.5 a``; ``None`` for what is no sum."""
    for half in _halves():
        found = half.fullmatch(said)
        if found is not None:
            return f"{_whole_number(found['number'])}.5 {_units()[found['unit']]}"
    found = _sum().fullmatch(said)
    if found is None:
        return None
    unit, times = _SMALLER.get(_units()[found["unit"]], ("", 0))
    number, more = _whole_number(found["number"]), _whole_number(found["more"])
    if unit != _units()[found["smaller"]] or more >= times:
        return None
    return f"{number * times + more} {unit}"


def _whole_number(said: str) -> int:
    return int(_table("numbers").get(said, said))


@cache
def _table(section: str) -> Mapping[str, str]:
    """What the words of all languages mean, in one of the tables *ago*."""
    tables = (words("dialogs", language)["ago"][section] for language in LANGUAGES)
    return {fold(word): means for table in tables for means, listed in table.items() for word in listed}


@cache
def _vague() -> frozenset[str]:
    return frozenset(
        fold(word) for language in LANGUAGES for word in words("dialogs", language)["ago"]["vague"]
    )


@cache
def _units() -> Mapping[str, str]:
    """The units by every word for them, also those that stand behind a half only."""
    tables = [words("dialogs", language)["ago"] for language in LANGUAGES]
    named = [(table, code) for each in tables for table in (each, each["behind_half"]) for code in DAYS]
    return {fold(word): code for table, code in named for word in table[code]}


@cache
def _halves() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a number and a half: behind the unit (*a year and a half*), or before it."""
    number, unit, half = _whole_numbers(), _any_of(_units()), f"(?:{in_any_language('and_half')})"
    behind = rf"(?P<number>{number})\s*(?P<unit>{unit})\s*{half}(?:\s*{_after()})?"
    before = rf"(?P<number>{number})\s*{half}\s*(?P<unit>{unit})(?:\s*{_after()})?"
    return re.compile(behind), re.compile(before)


@cache
def _sum() -> re.Pattern[str]:
    number, unit = _whole_numbers(), _any_of(_units())
    joined = rf"(?:\s*(?:,|{in_any_language('and_more_time')})\s*|\s*)"
    first, second = rf"(?P<number>{number})\s*(?P<unit>{unit})", rf"(?P<more>{number})\s*(?P<smaller>{unit})"
    return re.compile(rf"{first}{joined}{second}(?:\s*{_after()})?")


def _whole_numbers() -> str:
    return "[0-9]{1,3}|" + _any_of({word for word, number in _table("numbers").items() if number.isdecimal()})


def _any_of(known: Collection[str]) -> str:
    return "|".join(map(_whole, sorted(known, key=len, reverse=True)))


def _after() -> str:
    each = (word for language in LANGUAGES for word in words("dialogs", language)["ago"]["after"])
    return f"(?:{'|'.join(each)})"


@cache
def _words_of(section: str) -> re.Pattern[str]:
    """Return what finds one of these words: at the end, where it may stand before *ago*, else at the beginning."""
    known = _any_of(_table(section))
    if section != "behind":
        return re.compile(rf"^(?P<word>{known})\s*")
    return re.compile(rf"\s*(?P<word>{known})(?:\s*{_after()})?$")


def _whole(word: str) -> str:
    """Match a word; one of letters that are written with spaces between words only as a whole."""
    return rf"{re.escape(word)}\b" if word.isascii() and word[-1].isalnum() else re.escape(word)
