"""What the rules compare, in one place: the relation, the number and its unit, beside what was entered.

The log keeps a number in the question's first unit. Three things are added here: a shortcut's relation (*normal* is
``<=`` 1 x ULN), the number that is worked out from other answers, and the quotient of a value that has a divisor
(120 umol/L with an upper limit of 97 umol/L is 1.237113402062 x ULN). The rules themselves never round; a quotient is
written with `QUOTIENT_DIGITS` decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Literal

from dialogs.answers import COMPUTED, WorkedOut, compact, decode, plain
from dialogs.assessment import effective
from dialogs.protocol import Protocol
from dialogs.working_out import all_worked_out

QUOTIENT_DIGITS: Final = 12
AnswerStatus = Literal["current", "superseded", "set aside"]

_PLACE: Final = Decimal(1).scaleb(-QUOTIENT_DIGITS)
_EXACT: Final = Context(prec=60)
_NUMBER: Final = re.compile(r"(<=|>=|<|>)?(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer of the log. ``value`` and ``unit`` as entered; ``relation``, ``compared`` as the rules compare it.

    The relation is empty where there is no number or an exact one.
    """

    entry: int
    at: str
    person: str
    question: str
    value: str
    unit: str | None
    relation: str | None
    compared: str | None
    compared_unit: str | None
    status: AnswerStatus


@dataclass(frozen=True, slots=True)
class Divided:
    """How a value in one unit comes to be compared: divided by another answer, in one of these units, times a scale."""

    divisor: str
    gives: str
    scales: tuple[tuple[str, Decimal], ...]


@lru_cache(maxsize=256)
def divided(protocol: Protocol) -> dict[tuple[str, str], Divided]:
    """Return how values are divided before rules compare them, by question and unit."""
    found = {}
    for question in protocol.questions:
        for unit in question.units:
            if unit.per is not None and unit.gives is not None:
                divisor = protocol.question(unit.per)
                scales = question.divisor_scales(unit, divisor)
                found[question.id, unit.code] = Divided(unit.per, unit.gives, tuple(scales.items()))
    return found


@lru_cache(maxsize=256)
def shortcut_relations(protocol: Protocol) -> dict[tuple[str, str], str]:
    """Return the relation of the bound that a shortcut means, by question and shortcut; exact ones are left out."""
    return {
        (question.id, shortcut.code): shortcut.means.relation
        for question in protocol.questions
        for shortcut in question.shortcuts
        if shortcut.means.relation != "="
    }


@lru_cache(maxsize=65536)
def quotient(value: str, divisor: str, scale: Decimal) -> str | None:
    """Divide two stored numbers; ``None`` unless the divisor is an exact number above 0."""
    over, under = _NUMBER.fullmatch(value), _NUMBER.fullmatch(divisor)
    if over is None or under is None or under[1] or not Decimal(under[2]):
        return None
    exact = _EXACT.divide(Decimal(over[2]), _EXACT.multiply(Decimal(under[2]), scale))
    return compact(exact.quantize(_PLACE, context=_EXACT))


def quotient_as_text(value: str, divisor: str, scale: str | None) -> str | None:
    """Do the same as a function of SQL, which has no exact numbers: the scale is text, ``None`` for another unit."""
    return None if scale is None else quotient(value, divisor, Decimal(scale))


def compare(protocol: Protocol, answers: Sequence[AnswerRow]) -> list[AnswerRow]:
    """Put in what is compared: a relation wherever there is one, a quotient where value and divisor are current."""
    current = current_of(answers)
    worked_out = _worked_out(protocol, current)
    return [_compared(protocol, answer, current, worked_out) for answer in answers]


def _worked_out(protocol: Protocol, current: Mapping[str, AnswerRow]) -> Mapping[str, WorkedOut]:
    """Return the numbers that are worked out from the answers that stand, by question."""
    if not protocol.formulas:
        return {}
    given = {question: decode(answer.value, answer.unit) for question, answer in current.items()}
    return all_worked_out(protocol, effective(protocol, given))


def as_number(answer: AnswerRow) -> AnswerRow:
    """Return an answer that is worked out with its number in place of its code; any other as it is."""
    if answer.value != COMPUTED.code or answer.compared is None:
        return answer
    return replace(answer, value=answer.compared, unit=answer.compared_unit)


def current_of(answers: Iterable[AnswerRow]) -> dict[str, AnswerRow]:
    """Return the answers that stand and apply, by question."""
    return {answer.question: answer for answer in answers if answer.status == "current"}


def _compared(
    protocol: Protocol,
    answer: AnswerRow,
    current: Mapping[str, AnswerRow],
    worked_out: Mapping[str, WorkedOut],
) -> AnswerRow:
    if answer.question in worked_out and answer.status == "current":
        whole = worked_out[answer.question]
        return replace(answer, compared=plain(whole.value), compared_unit=whole.unit)
    if answer.compared is None:
        return answer
    if answer.unit is None:
        return replace(answer, relation=shortcut_relations(protocol).get((answer.question, answer.value)))
    changes: dict[str, Any] = {"relation": answer.value.rstrip("-0123456789.") or None}
    division = divided(protocol).get((answer.question, answer.unit))
    if division is not None and answer.status == "current":
        number = _quotient(answer, division, current, worked_out)
        if number is not None:
            changes |= {"compared": number, "compared_unit": division.gives}
    return replace(answer, **changes)


def _quotient(
    answer: AnswerRow, how: Divided, current: Mapping[str, AnswerRow], worked_out: Mapping[str, WorkedOut]
) -> str | None:
    """Divide a value by the answer that stands for its divisor, or by what that is worked out to."""
    scales, number, divisor = dict(how.scales), worked_out.get(how.divisor), current.get(how.divisor)
    if number is not None:
        return _by_what_was_worked_out(answer.value, number, scales.get(number.unit))
    scale = scales.get(divisor.unit or "") if divisor is not None else None
    return quotient(answer.value, divisor.value, scale) if divisor is not None and scale is not None else None


def _by_what_was_worked_out(value: str, divisor: WorkedOut, scale: Decimal | None) -> str | None:
    over = _NUMBER.fullmatch(value)
    if over is None or not scale or not divisor.exact:
        return None
    number = Fraction(over[2]) / (divisor.exact * Fraction(scale))
    exact = _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    return compact(exact.quantize(_PLACE, context=_EXACT))
