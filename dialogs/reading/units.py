"""Which unit a number is in: never guessed, and a spelling that two units claim means neither."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from dialogs.answers import Answer, Measurement
from dialogs.protocol import Protocol, Question
from dialogs.reading.numerals import fold, has_foreign_digits
from dialogs.reading.patterns import in_any_language
from dialogs.reading.results import Refused
from dialogs.units import Unit

_GROUP: Final = re.compile(r"(?:\s|['’_])[0-9]{3}(?![0-9])")
_EXPONENT: Final = re.compile(r"(?:e|\^|\*\*)\s*[+\-]?[0-9].*")


def unit_for(protocol: Protocol, question: Question, facts: Sequence[Answer | None]) -> str | None:
    """Return the unit that an answer must have: that of the value whose limit it is, if it is known."""
    if question.unit_of is None:
        return None
    value = facts[protocol.position[question.unit_of]]
    return value.unit if isinstance(value, Measurement) and value.unit in question.unit_by_code else None


def unit_called(question: Question, spelled: str, only: str | None) -> Unit | Refused | None:
    """Find the unit of a number that a file holds as a number; ``None`` if none is named and several can be meant."""
    meant = units_meant(question, fold(spelled), only)
    if isinstance(meant, Refused):
        return meant
    return meant[0] if spelled or len(meant) == 1 else None


def units_meant(question: Question, spelled: str, only: str | None) -> list[Unit] | Refused:
    """Return the units that folded text can mean: the one that it spells, or all where it spells none."""
    allowed = [unit for unit in question.units if only in (None, unit.code)]
    if not spelled:
        return allowed
    unit = _unit_spellings(question).get(_spelling(spelled))
    if unit is None:
        return Refused(_no_unit(spelled))
    return [unit] if unit in allowed else Refused("unit_must_match", {"unit": only or ""})


@lru_cache(maxsize=1024)
def _unit_spellings(question: Question) -> Mapping[str, Unit]:
    """The unit that each spelling means; a spelling that two units claim means neither, unless it is a code."""
    claims: dict[str, list[Unit]] = {}
    for unit in question.units:
        for spelling in {_spelling(fold(s)) for s in (unit.code, *unit.label.values(), *unit.spellings)}:
            claims.setdefault(spelling, []).append(unit)
    codes = [_spelling(fold(unit.code)) for unit in question.units]
    sure = {spelling: units[0] for spelling, units in claims.items() if len(units) == 1}
    named = zip(codes, question.units, strict=True)
    return sure | {code: unit for code, unit in named if codes.count(code) == 1}


@cache
def _another_number() -> re.Pattern[str]:
    return re.compile(rf"(?:{in_any_language('between_numbers', '[-–—~〜,;:+&|/]')})?\s*[<>=≤≥]?\s*[0-9]")


def _no_unit(rest: str) -> str:
    """Say what stands after a number and is no unit."""
    if has_foreign_digits(rest):
        return "digits"
    if _GROUP.match(f" {rest}") or _GROUP.match(rest):
        return "grouped"
    if _EXPONENT.fullmatch(rest):
        return "exponent"
    return "one_number" if _another_number().match(rest) else "unknown_unit"


_POWERS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _spelling(text: str) -> str:
    """One way of writing a unit: ``×10⁹ / L``, ``x10^9/L`` and ``x 10*9/L.`` are the same."""
    starred = re.sub(r"10[⁰¹²³⁴⁵⁶⁷⁸⁹]", lambda power: f"10*{power[0][2].translate(_POWERS)}", text)
    starred = re.sub(r"(?<=10)(?:\^|\*\*)(?=[0-9])", "*", re.sub(r"^[·.](?=10\*)", "x", starred))
    return re.sub(r"\s(?![0-9])|(?<=x)\s(?=10\*)", "", starred).removesuffix(".")
