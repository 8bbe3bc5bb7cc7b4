"""Fictional trials in one language whose texts are longer than a message, a screen or a cell likes."""

from __future__ import annotations

from functools import partial

from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol

CRITERIA = 60
WORDS = 900
"""Characters of the record's words for each criterion."""
LONGEST = 5_000

_HEAD = """
format = 2
id = "{name}"
version = "1"
title = "{title}"
languages = ["{language}"]

[[question]]
id = "age_years"
kind = "integer"
ask = "Age?"
units = [{{ code = "a", label = "y", spellings = ["y", "years"] }}]
possible = [0, 120]
usual = [18, 100]

[[question]]
id = "history"
kind = "several"
ask = "{ask}"
options = [{options}]
"""
_CRITERION = """
[[criterion]]
code = "{code}"
{kind} = "{words}"
"""


def words_of(code: str, length: int, *, chinese: bool = False) -> str:
    """So many characters that differ between any two places of any two criteria; in Chinese without a blank."""
    further = "{}w{}<&登记信息中的其他情况" if chinese else " {}w{} <& a further condition of the record;"
    text, number = f"{code}:", 0
    while len(text) < length:
        text += further.format(code.lower(), number)
        number += 1
    return text[:length].rstrip()


def option_of(number: int, *, chinese: bool = False) -> str:
    words = words_of(f"O{number}", 30 if chinese else 80, chinese=chinese)
    return f"第{number}种情况{words}" if chinese else f"Condition {number} {words}"


def long_trial(
    language: str = "en",
    *,
    criteria: int = CRITERIA,
    ask: int = LONGEST,
    options: int = 4,
    chinese: bool = False,
    name: str = "LONG-1",
) -> Protocol:
    """A trial with an exclusion of `LONGEST` characters that a first age can fail, and further ones without rules.

    ``chinese`` are its words, whatever language it says that they are in.
    """
    words = partial(words_of, chinese=chinese)
    offered = ", ".join(
        f'{{ code = "o{n}", text = "{option_of(n, chinese=chinese)}" }}' for n in range(options)
    )
    text = _HEAD.format(
        name=name, title=words("T", 300), language=language, ask=words("Q", ask), options=offered
    )
    text += (
        _CRITERION.format(code="E0", kind="exclusion", words=words("E0", LONGEST))
        + "rule = 'age_years < 18'\n"
    )
    text += _CRITERION.format(code="E1", kind="exclusion", words=words("E1", WORDS))
    text += "rule = '\"o1\" in history'\n"
    for number in range(2, criteria):
        kind = "inclusion" if number % 2 else "exclusion"
        code = f"{kind[0].upper()}{number}"
        text += _CRITERION.format(code=code, kind=kind, words=words(code, WORDS))
    return parse_protocol(text, "long.toml")
