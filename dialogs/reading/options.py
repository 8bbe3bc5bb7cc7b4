"""Which option a word means: taken only if it is exactly a spelling of one, else offered where it is close."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Final

from dialogs.answers import UNKNOWN
from dialogs.protocol import Question
from dialogs.reading.numerals import fold
from dialogs.reading.patterns import in_any_language, listed

_CLOSE: Final = 0.8
"""Spellings that share so much of their letters differ by a slip: a letter missing, added or exchanged."""
_LONG_WORD: Final = 4


@lru_cache(maxsize=1024)
def spellings_taken(question: Question) -> Mapping[str, frozenset[str]]:
    """Every spelling that is taken, by the code that it means: option, shortcut, or *unknown*."""
    texts = {UNKNOWN.code: question.unknown, **question.buttons}
    return {
        code: listed("understood", code) | {*map(fold, (code, code.replace("_", " "), *text.values()))}
        for code, text in texts.items()
    }


def scores_meant(question: Question, said: str) -> list[str]:
    """Name the option that a score stands for, where the codes of all options are digits: *PS 1*, *ECOG评分1分*."""
    if question.kind != "choice" or not all(map(str.isdecimal, question.option_by_code)):
        return []
    scale = "|".join(map(re.escape, map(fold, question.short.values())))
    word, points = in_any_language("score"), in_any_language("points")
    name = rf"(?:{scale})?(?:{word})?(?<=\w)[:=]?"
    score = re.fullmatch(rf"(?:{name})?(?P<code>\d)(?:{points})?", said.replace(" ", ""))
    return [score["code"]] if score and score["code"] in question.option_by_code else []


def likely_options(question: Question, said: str) -> list[str]:
    """Name the options that a word begins, resembles or may mean. They are offered, never taken.

    A word that also stands for something worse is not offered as the harmless option alone.
    """
    taken = {code: known for code, known in spellings_taken(question).items() if code != UNKNOWN.code}
    wider = {code: listed("offered", code) for code in taken}
    part_of_one = any(said in name for known in taken.values() for name in known)
    if part_of_one and not any(said in words for words in wider.values()):
        wider = dict.fromkeys(taken, frozenset())
    return [
        code
        for code, known in taken.items()
        if said in wider[code] or any(_resembles(said, name) for name in known | wider[code])
    ]


@cache
def _negations() -> re.Pattern[str]:
    return re.compile(in_any_language("negation"))


def _resembles(said: str, name: str) -> bool:
    if len(said) < 2 or any(map(str.isnumeric, said + name)):
        return False
    if bool(_negations().search(said)) != bool(_negations().search(name)):
        return False
    shared = set(re.findall(r"\w+", said)) & set(re.findall(r"\w+", name))
    return (
        name.startswith(said)
        or any(len(word) >= _LONG_WORD for word in shared)
        or (not name.isascii() and (said in name or name in said))
        or _share(said, name) >= _CLOSE
    )


def _share(one: str, other: str) -> float:
    """Say how much of their letters two spellings share, in their order; 0 where their lengths forbid it."""
    if 2 * min(len(one), len(other)) < _CLOSE * (len(one) + len(other)):
        return 0
    return SequenceMatcher(None, one, other).ratio()
