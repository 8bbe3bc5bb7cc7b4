"""How long ago something was: the units and the buttons of the kind of question *since*.

Answered is a number of days, weeks, months or years, *never*, or *ongoing*; never a date. *Never* is infinitely long
ago, so that it is below no limit; *ongoing* is no time ago. How that is said stands in ``words/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Final

from dialogs.answers import Measurement
from dialogs.languages import LANGUAGES, in_every_language, numbered, words
from dialogs.protocol import Shortcut
from dialogs.texts import Text
from dialogs.units import Range, Unit

DAY: Final = "d"
DAYS: Final[Mapping[str, Decimal]] = {
    DAY: Decimal(1),
    "wk": Decimal(7),
    "mo": Decimal("30.4375"),
    "a": Decimal("365.25"),
}
"""UCUM code -> days; a month is the twelfth of a mean year, as in UCUM."""
NEVER: Final = "never"
ONGOING: Final = "ongoing"
_MEANS: Final = {NEVER: Decimal("Infinity"), ONGOING: Decimal(0)}
ANSWERS: Final = tuple(_MEANS)
"""Beside a time: the keys of a question by which a trial's file says that one of them is none of its answers."""
_POSSIBLE: Final[Range] = (Decimal(0), Decimal(43_830))
"""In days: up to 120 years."""
_USUAL: Final[Range] = (Decimal(0), Decimal(29_220))
"""In days: up to 80 years."""
_EXAMPLES: Final = {DAY: Decimal(10), "wk": Decimal(3), "mo": Decimal(3), "a": Decimal(2)}


@cache
def units() -> tuple[Unit, ...]:
    """Return the units of every such question; rules compare in the first one, days."""
    return tuple(
        Unit(
            code=code,
            label=Text({language: unit_name(code, None, language) for language in LANGUAGES}),
            possible=_POSSIBLE,
            usual=_USUAL,
            scale=days,
            offset=Decimal(0),
            per=None,
            gives=None,
            spellings=tuple(spelling for language in LANGUAGES for spelling in _spellings(code, language)),
            loinc=None,
            example=_EXAMPLES[code],
        )
        for code, days in DAYS.items()
    )


@cache
def shortcuts() -> tuple[Shortcut, ...]:
    return tuple(
        Shortcut(code, Text(in_every_language("dialogs", "since", code)), Measurement("=", days, DAY))
        for code, days in _MEANS.items()
    )


def unit_name(code: str, number: Decimal | None, language: str) -> str:
    """Return what a unit of time is called behind a number: ``1 week``, ``3 weeks``."""
    whole = int(number) if number is not None and number == number.to_integral_value() else None
    return numbered(words("dialogs", language)["since"]["unit"][code], whole, language)


def _spellings(code: str, language: str) -> list[str]:
    """Every way of typing a unit in a language, also with the word for *ago* behind it."""
    typed = words("dialogs", language)["ago"]
    plain: list[str] = typed[code]
    return [*plain, *(f"{spelling} {after}" for spelling in plain for after in typed["after"])]
