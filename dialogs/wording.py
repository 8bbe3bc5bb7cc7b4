"""Puts answers into words: labels, and what a number was understood as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from dialogs.answers import (
    COMPUTED,
    UNKNOWN,
    Answer,
    Choice,
    Measurement,
    Selection,
    WorkedOut,
    compact,
    exactly,
    plain,
)
from dialogs.digits import decimals_of, on_its_side
from dialogs.languages import LANGUAGES, words
from dialogs.protocol import Protocol, Question
from dialogs.rules.arithmetic import Waiting
from dialogs.rules.functions import rounded
from dialogs.since import DAYS, unit_name
from dialogs.units import Unit, product
from dialogs.working_out import comes_to

RELATION_SIGNS: Final = {"=": "", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
RATIO_DIGITS: Final = range(2, 13)
"""A ratio is shown with the fewest of these decimals that do not make it look rounder than it is."""
_ROUND: Final = Decimal("0.1")
FINE: Final = 3
"""A number that these decimals write exactly is shown as it is: ``4.5 mmol/L = 72.513 g/L``."""
MOST_PARTS: Final = 4
"""Named with the number that is worked out from them: those of a clearance. Items of a scale are counted."""


def describe(question: Question, answer: Answer | None, language: str) -> str:
    """Say an answer as it was given: an option's label, or number and unit."""
    if answer is None or answer == UNKNOWN:
        return question.unknown[language]
    if answer == COMPUTED and question.formula is not None:
        described: str = words("dialogs", language)["formula"]["described"]
        return described
    if isinstance(answer, Choice):
        return question.buttons[answer.code][language]
    if isinstance(answer, Selection):
        return selected(question, answer, language)
    if question.kind == "since":
        said: str = words("dialogs", language)["since"]["ago"]
        return said.format(time=time_span(answer, language))
    return measured(answer, question.unit_by_code[answer.unit], language)


def selected(question: Question, answer: Selection, language: str) -> str:
    """Name what was ticked, or say that it was none of the options. `KeyError` for a code that is none of them."""
    said = words("dialogs", language)
    names = [question.option_by_code[code].text[language] for code in answer.codes]
    comma, semicolon = (said["punctuation"][mark] for mark in ("list", "then"))
    has_commas = any(comma.strip() in name for name in names)
    listed: str = (semicolon if has_commas else comma).join(names) or said["selection"]["none"]
    return listed


def measured(answer: Measurement, unit: Unit, language: str) -> str:
    return with_unit(f"{RELATION_SIGNS[answer.relation]}{plain(answer.value)}", unit.label[language])


def time_span(answer: Measurement, language: str) -> str:
    """Say a number of days, weeks, months or years: ``1 week``, ``<3 months``."""
    exact = answer.value if answer.relation == "=" else None
    number = f"{RELATION_SIGNS[answer.relation]}{plain(answer.value)}"
    return with_unit(number, unit_name(answer.unit, exact, language))


def comparisons(question: Question, unit: str, language: str) -> Mapping[str, str]:
    """Return how a number is said to be below a limit in a unit, at least it, and so on, by operator."""
    said = words("dialogs", language)
    if question.kind == "since":
        ago: Mapping[str, str] = said["since"]["condition"]
        return ago
    named: Mapping[str, str] = said["duration" if unit in DAYS else "condition"]
    return named


def contrasts(question: Question, language: str) -> Mapping[str, str]:
    """Return how a number, or how long ago something was, is said to be below that of another question, and so on."""
    said = words("dialogs", language)
    named: Mapping[str, str] = said["since"]["contrast"] if question.kind == "since" else said["condition"]
    return named


def with_unit(number: str, label: str) -> str:
    """Put a unit's label behind a number, with a space between them where its language has one."""
    return f"{number}{label}" if label[:1] in _close_units() else f"{number} {label}"


@cache
def _close_units() -> str:
    """First letters, in any language, of units that follow their number without a space."""
    return "".join(words("dialogs", code)["punctuation"]["close_units"] for code in LANGUAGES)


def compared(question: Question, answer: Answer) -> tuple[Decimal, str] | None:
    """Return number and unit as rules compare them: in the question's first unit where the unit has a scale."""
    number = question.measured(answer)
    if number is None:
        return None
    unit = question.unit_by_code[number.unit]
    return unit.in_first(number.value), unit.code if unit.scale is None else question.units[0].code


def quotient(
    protocol: Protocol, question: Question, answer: Answer, facts: Sequence[Answer | None]
) -> tuple[Fraction, Unit] | None:
    """Return a value divided by its known divisor, as entered or worked out, with the unit that this comes to.

    ``None`` for any other value, and while the divisor is not known.
    """
    if not isinstance(answer, Measurement):
        return None
    unit = question.unit_by_code[answer.unit]
    if unit.per is None or unit.gives is None:
        return None
    place = protocol.position[unit.per]
    divisor = comes_to(protocol, place, facts) if facts[place] == COMPUTED else facts[place]
    if not isinstance(divisor, Measurement) or not exactly(divisor):
        return None
    scale = question.divisor_scales(unit, protocol.question(unit.per)).get(divisor.unit)
    if not scale:
        return None
    return Fraction(answer.value) / Fraction(product(exactly(divisor), scale)), question.unit_by_code[
        unit.gives
    ]


def echo(
    protocol: Protocol, question: Question, answer: Answer, facts: Sequence[Answer | None], language: str
) -> str:
    """Say what was understood: ``9.8 g/dL = 98 g/L``; a value with its divisor known, as the quotient too."""
    if answer == COMPUTED and question.formula is not None:
        return worked_out(protocol, question, facts, language)
    said = describe(question, answer, language)
    if not isinstance(answer, Measurement) or question.kind == "since":
        return said
    unit = question.unit_by_code[answer.unit]
    ratio = quotient(protocol, question, answer, facts)
    if ratio is not None:
        sign, number = _comes_to(protocol, question, answer, facts, *ratio)
        return (
            f"{said} {sign} {RELATION_SIGNS[number.relation]}{plain(number.value)} {ratio[1].label[language]}"
        )
    base = question.units[0]
    in_first = unit.to(base, answer.value)
    if unit.per is not None or in_first is None or unit.code == base.code:
        return said
    sign, number = _comes_to(protocol, question, answer, facts, in_first, base)
    return f"{said} {sign} {measured(number, base, language)}"


def _comes_to(
    protocol: Protocol,
    question: Question,
    answer: Measurement,
    facts: Sequence[Answer | None],
    number: Fraction,
    unit: Unit,
) -> tuple[str, Measurement]:
    """Return what an answer comes to in another unit, on its side of every limit, and whether it is that exactly."""
    exact, rough = WorkedOut(answer.relation, answer.value, unit.code, number), rounded_ratio(number)
    shown = on_its_side(protocol, protocol.position[question.id], exact, facts, decimals_of(rough))
    shown = rough if shown is None else shown
    sign = "=" if Fraction(shown) == number else "≈"
    return sign, Measurement(answer.relation, Decimal(compact(shown)), unit.code)


def worked_out(protocol: Protocol, question: Question, facts: Sequence[Answer | None], language: str) -> str:
    """Say what a number comes to and from which answers: ``58 mL/min from age 70 years, weight 60 kg``."""
    formula, said = question.formula, words("dialogs", language)["formula"]
    number = comes_to(protocol, protocol.position[question.id], facts)
    if number is None and formula is not None and isinstance(formula.work_out(facts), Waiting):
        waiting: str = said["waiting"]
        return waiting
    places = formula.places if formula is not None else ()
    known = [(protocol.questions[place], facts[place]) for place in places if facts[place] is not None]
    if number is None:
        known = [(part, answer) for part, answer in known if not _is_exact(part, answer)] or known
    parts = [
        said["part"].format(name=part.name[language], what=describe(part, answer, language))
        for part, answer in known
    ]
    listed = words("dialogs", language)["punctuation"]["list"].join(parts)
    if number is None:
        unknown: str = said["unknown"]
        return unknown.format(parts=listed)
    shown: str = said["worked_out" if len(parts) <= MOST_PARTS else "of_many"]
    what = measured(number, question.unit_by_code[number.unit], language)
    return shown.format(number=what, parts=listed, count=len(parts))


def _is_exact(question: Question, answer: Answer | None) -> bool:
    """Say whether an answer is a number to work with, and not *unknown* or a bound."""
    number = question.measured(answer) if answer is not None else None
    return number is not None and number.relation == "="


def rounded_ratio(number: Fraction) -> Decimal:
    """Round what a number comes to in another unit, but 1.5048 not to 1.5: it would look rounder than it is."""
    shown = rounded(number, FINE)
    if Fraction(shown) == number:
        return shown
    for digits in RATIO_DIGITS:
        shown = rounded(number, digits)
        if shown != shown.quantize(_ROUND):
            break
    return shown
