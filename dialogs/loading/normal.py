"""A number that may be given as a multiple of a laboratory's own limit of normal: ``uln`` and ``lln`` of a question.

Each makes a further question, which asks for that limit in the unit of the number. One of them, the upper one if there
are both, also makes a unit (``{xULN}``), into which the others turn by the answer to that, and a shortcut, *Normal*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from dialogs.languages import DEFAULT
from dialogs.loading.catalogue import Shelf
from dialogs.loading.defaults import shipped_text, short_question
from dialogs.texts import Text

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of normal: its key in a question, its unit and the set that holds it, and what *Normal* means by it."""

    key: str
    unit: str
    unit_set: str
    normal: str


LIMITS: Final = (
    Limit("uln", "{xULN}", "xULN", "<=1 {xULN}"),
    Limit("lln", "{xLLN}", "xLLN", ">=1 {xLLN}"),
)
_NORMAL_UNITS: Final = frozenset(limit.unit for limit in LIMITS)


def with_normal_limits(question: Raw, shelf: Shelf) -> Iterator[Raw]:
    """Yield a question with the units of its limits of normal, and after it the questions for these."""
    asked, units = [], question.get("units")
    for limit in LIMITS:
        given = question.get(limit.key)
        if (
            isinstance(given, dict)
            and isinstance(units, list)
            and units
            and all(isinstance(each, dict) for each in units)
        ):
            asked.append(_question(question, limit, given, units))
            if len(asked) == 1:  # a value is divided by one limit only; with the other one it can be compared
                question = _divided(question, limit, asked[0]["id"], shelf)
    yield question
    yield from asked


def _divided(question: Raw, limit: Limit, per: str, shelf: Shelf) -> Raw:
    """Return the question with the unit of a limit, and every unit without one turned into it."""
    into = {"per": per, "gives": limit.unit}
    units = [
        each if "per" in each or each.get("code") in _NORMAL_UNITS else {**each, **into}
        for each in question["units"]
    ]
    normal = {"code": "within_normal", "text": _said(f"{limit.key}_normal"), "means": limit.normal}
    shortcuts = question.get("shortcuts", [normal])
    return {**question, "units": [*units, *(shelf.unit_set(limit.unit_set) or ())], "shortcuts": shortcuts}


def _question(question: Raw, limit: Limit, given: Raw, units: list[Raw]) -> Raw:
    """Return the question that asks for a limit, in the units of the number."""
    name = question.get("short") or _asked_for(question)
    asked: Raw = {
        "id": f"{question.get('id')}_{limit.key}",
        "kind": "quantity",
        "ask": _said(f"{limit.key}_ask", name),
        "short": _said(f"{limit.key}_short", name),
        "help": _said("limit_help"),
        "unit_of": question.get("id"),
        "bounds": False,
        "units": [{key: value for key, value in unit.items() if key in _OF_A_UNIT} for unit in units],
    }
    asked |= {key: question[key] for key in ("supplier", "effort", "at") if key in question}
    example = given.get("example")
    if example is not None:
        asked["units"][0]["example"] = example
    return asked | {key: value for key, value in given.items() if key in _OF_A_LIMIT}


_OF_A_LIMIT: Final = ("id", "possible", "usual", "site_fact")
_OF_A_UNIT: Final = ("code", "label", "scale", "offset", "spellings")


def _asked_for(question: Raw) -> Any:
    """Return what a question that has no short name asks for."""
    ask = question.get("ask")
    if isinstance(ask, str):
        ask = {DEFAULT: ask}
    return short_question(Text(ask)) if isinstance(ask, dict) else question.get("id")


def _said(key: str, name: Any = None) -> Text:
    """Return a text of ours in every language, with the name of the number in it."""
    return Text({code: text.format(name=_in(name, code)) for code, text in shipped_text(key).items()})


def _in(text: Any, language: str) -> str:
    if isinstance(text, dict):
        return str(text.get(language) or next(iter(text.values()), ""))
    return str(text)
