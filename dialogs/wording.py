"""Puts answers into words in a language: labels, and what a number was understood as."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, compact, plain
from dialogs.protocol import Protocol, Question, Unit

RELATION_SIGNS: Final = {"=": "", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_RATIO_DIGITS: Final = Decimal("0.01")


def describe(question: Question, answer: Answer | None, language: str) -> str:
    """Say an answer as it was given: an option's label, or number and unit."""
    if answer is None or answer == UNKNOWN:
        return question.unknown[language]
    if isinstance(answer, Choice):
        entry = question.option_by_code.get(answer.code) or question.shortcut_by_code[answer.code]
        return entry.text[language]
    return measured(answer, question.unit_by_code[answer.unit], language)


def measured(answer: Measurement, unit: Unit, language: str) -> str:
    space = "" if unit.label[language][:1] in "岁天周个" else " "
    return f"{RELATION_SIGNS[answer.relation]}{plain(answer.value)}{space}{unit.label[language]}"


def compared(question: Question, answer: Answer) -> tuple[Decimal, str] | None:
    """Give number and unit as rules compare them: in the question's first unit where the unit has a scale."""
    number = question.measured(answer)
    if number is None:
        return None
    unit = question.unit_by_code[number.unit]
    if unit.scale is None:
        return number.value, unit.code
    return number.value * unit.scale, question.units[0].code


def echo(
    protocol: Protocol, question: Question, answer: Answer, facts: Sequence[Answer | None], language: str
) -> str:
    """Say what was understood: ``9.8 g/dL = 98 g/L``; a value with its divisor known, as the quotient too."""
    said = describe(question, answer, language)
    if not isinstance(answer, Measurement):
        return said
    unit = question.unit_by_code[answer.unit]
    if unit.per is not None and unit.gives is not None:
        divisor = facts[protocol.position[unit.per]]
        if isinstance(divisor, Measurement) and divisor.value:
            ratio = answer.value / divisor.value
            shown = ratio.quantize(_RATIO_DIGITS)
            sign = "=" if shown == ratio else "≈"
            label = question.unit_by_code[unit.gives].label[language]
            return f"{said} {sign} {RELATION_SIGNS[answer.relation]}{compact(shown)} {label}"
        return said
    base = question.units[0]
    if unit.scale is None or unit.code == base.code:
        return said
    converted = Measurement(answer.relation, Decimal(compact(answer.value * unit.scale)), base.code)
    return f"{said} = {measured(converted, base, language)}"
