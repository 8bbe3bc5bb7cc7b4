"""What is wrong with a limit that a number is compared with, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from unicodedata import normalize

from dialogs.loading.meant import without_commas
from dialogs.protocol import Question
from dialogs.since import ANSWERS
from dialogs.units import Unit

_LIMIT: Final = re.compile(r"\s*(-?[\d.,]*\d)\s*(\S.*?)?\s*")
_DATE: Final = re.compile(r"\d{4}-\d\d?(-\d\d?)?|\d\d?[./]\d\d?[./]\d{4}")
_TIMES: Final = re.compile(r"^[×*·]")
_POWER: Final = re.compile(r"^[x×*·]\s*(?=10)", re.IGNORECASE)
"""Before a count: ``100 x10^9/L`` is 100 of 10*9/L."""
_MARKS: Final = re.compile(r"[{}\[\]*^ ×·.]")
_NAMED: Final = 3
"""Units that are named where it may be one of several."""

Said = tuple[str, str]
"""What is wrong, and what to write."""


def unit_meant(typed: str, units: Sequence[Unit]) -> str | None:
    """Return the unit that is called so on its button or on lab sheets, or is spelled nearly so."""
    for unit in units:
        spellings = (unit.code, *unit.label.values(), *unit.spellings)
        if typed.casefold() in {each.casefold() for each in spellings}:
            return unit.code
    codes = {_MARKS.sub("", unit.code).casefold(): unit.code for unit in units}
    plain = normalize("NFKC", _TIMES.sub("x", _POWER.sub("", typed)))  # raised digits, too
    return codes.get(_MARKS.sub("", plain).casefold())


def limit_said(question: Question, given: object) -> Said | None:
    """Say what is wrong with a limit; ``None`` if nothing is."""
    codes = [unit.code for unit in question.units]
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    if isinstance(given, str):
        said = (_part_said(question, part.strip(), codes) for part in given.split("="))
        return next((each for each in said if each is not None), None)
    if isinstance(given, int | float) and len(codes) == 1:
        return None
    return f"{given} has no unit", _with_unit(question, str(given))


def fitting(question: Question, number: Decimal) -> list[str]:
    """Return the units in which a number is usual for a question."""
    return [unit.code for unit in question.units if unit.expects(number)]


def _with_unit(question: Question, number: str) -> str:
    """Say how a number is written in the units in which it is usual: a count of 500 is in /uL, and none in 10*9/L."""
    codes = fitting(question, Decimal(number)) or [unit.code for unit in question.units]
    written = ", or ".join(f'"{number} {code}"' for code in codes[:_NAMED])
    return f"Please write {written}"


def _part_said(question: Question, part: str, codes: list[str]) -> Said | None:
    if _DATE.fullmatch(part):
        return f"{part} is a date, and no dates are asked", 'Please ask how long ago: kind = "since", "6 mo"'
    code = part.casefold()
    if question.kind == "since" and code in question.shortcut_by_code:
        return f'"{part}" is no number of days', f'Please write {question.id} == "{code}"'
    if question.kind == "since" and code in ANSWERS:
        remedy = f'Please compare it with a time, as in "6 mo", or take {code} = false out of that question'
        return f"{code} is no answer of {question.id}", remedy
    match = _LIMIT.fullmatch(part)
    if match is None:
        return f'"{part}" is not a number and a unit', f'Please write, for example, "{usual_limit(question)}"'
    number, unit = without_commas(match[1]), match[2]
    if unit is None:
        return f'"{part}" has no unit', _with_unit(question, number)
    known = {*codes, *(each.gives for each in question.units if each.gives)}
    right = unit if unit in known else unit_meant(unit, question.units)
    if right is None:
        return f"{question.id} has no unit {unit}", _unit_to_add(question, unit, codes)
    written = f"{number} {right}"
    if written == " ".join(part.split()):
        return None
    fault = (
        f'"{part}" is not how a limit is written' if unit == right else f"{question.id} has no unit {unit}"
    )
    return fault, f'Please write "{written}"'


def _unit_to_add(question: Question, unit: str, codes: list[str]) -> str:
    if question.kind == "since":
        return f"Please use one of: {', '.join(codes)}"
    row = f'{{ code = "{unit}", label = "{unit}", scale = ... }}'
    return f"Please use one of: {', '.join(codes)}; or add to the units of {question.id}: {row}"


def usual_limit(question: Question) -> str:
    """Return a number in the middle of what is usual, with its unit, for an example."""
    if question.kind == "since":
        return "6 mo"
    low, high = question.units[0].usual
    return f"{(low + high) / 2:.0f} {question.units[0].code}"
