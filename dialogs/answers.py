"""Answers as they are kept and compared: an option's code, those that were ticked, or a number with relation and unit.

Numbers are `Decimal` from the keyboard to the file; nothing here ever becomes a binary float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from dialogs.errors import AnswerError

Relation = Literal["=", "<", "<=", ">", ">="]

_STORED = re.compile(r"(<=|>=|<|>)?(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Choice:
    """The code of an option, of a quantity's shortcut (``within_normal``), or ``unknown``."""

    code: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number as the clinician entered it: ``<30 10*9/L`` is ``Measurement("<", Decimal(30), "10*9/L")``."""

    relation: Relation
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class WorkedOut(Measurement):
    """A number that is shown rounded, as ``value``, and compared as it is: it was worked out, converted or divided."""

    exact: Fraction


@dataclass(frozen=True, slots=True)
class Selection:
    """The codes of the options that apply, in the order of the question's options; empty is *none of these*."""

    codes: tuple[str, ...]


Answer = Choice | Measurement | Selection
UNKNOWN: Final = Choice("unknown")
COMPUTED: Final = Choice("computed")
"""The answer to a question that has a formula: to be worked out from its parts."""
NONE: Final = "none"
"""What rules, lists and FHIR call an empty selection; no option of such a question can be called so."""


def exactly(measured: Measurement) -> Decimal | Fraction:
    """Return a number as it is compared."""
    return measured.exact if isinstance(measured, WorkedOut) else measured.value


def plain(number: Decimal) -> str:
    """Write `number` without exponent, every digit as entered."""
    return format(number, "f")


def compact(number: Decimal) -> str:
    """Write `number` without exponent and without trailing zeros, as a result of arithmetic is shown."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def encode(answer: Answer) -> tuple[str, str | None]:
    """Return the two strings that are stored: value and UCUM unit (``None`` for what is chosen).

    A selection is written as a set, ``{asthma,copd}``; *none of these* is ``{}``.
    """
    if isinstance(answer, Choice):
        return answer.code, None
    if isinstance(answer, Selection):
        return f"{{{','.join(answer.codes)}}}", None
    relation = "" if answer.relation == "=" else answer.relation
    return relation + plain(answer.value), answer.unit


def decode(value: str, unit: str | None) -> Answer:
    """Turn stored strings back into the answer; the inverse of `encode`.

    Raises `AnswerError` if `value` is not a number although it has a unit.
    """
    if unit is None and value.startswith("{"):
        return Selection(tuple(filter(None, value.strip("{}").split(","))))
    if unit is None:
        return Choice(value)
    match = _STORED.fullmatch(value)
    if match is None:
        raise AnswerError(f"not a stored number: {value!r}")
    relation: Relation = match[1] or "="  # type: ignore[assignment]  # the pattern allows no other
    return Measurement(relation, Decimal(match[2]), unit)
