"""Reads what was typed as a number with its unit, in every way that it can be meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final, Literal

from dialogs.answers import Answer, Choice, Measurement, Relation
from dialogs.protocol import Protocol, Question
from dialogs.reading.numerals import fold, has_foreign_digits, meanings
from dialogs.reading.results import Given, Proposal, Reading, Refused, Understood
from dialogs.reading.units import units_meant
from dialogs.reading.weighing import accept, written
from dialogs.units import Unit

MAX_DIGITS: Final = 10
"""More digits than any laboratory prints."""

_RELATIONS: Final[Mapping[str, Relation]] = {
    **dict.fromkeys(("", "="), "="),
    **dict.fromkeys(("<",), "<"),
    **dict.fromkeys((">",), ">"),
    **dict.fromkeys(("<=", "=<", "≤", "≦", "⩽"), "<="),
    **dict.fromkeys((">=", "=>", "≥", "≧", "⩾"), ">="),
}
_NUMBER: Final = re.compile(
    r"(?P<relation><=|>=|=<|=>|[<>=≤≥≦≧⩽⩾])?\s*(?P<sign>[-−–+]?)\s?(?P<number>[0-9][0-9.,]*)"
    r"(?:\s*/\s*(?P<divisor>[0-9][0-9.,]*))?\s*(?P<unit>.*)"
)
_MINUS: Final = frozenset("-−–")
_ENTERED: Final = re.compile(
    r"(?P<relation>[<>]=?)?(?P<number>[-0-9.|]+)(?:/(?P<divisor>[0-9.|]+))?(?: (?P<unit>.+))?"
)
"""What a proposal keeps: a point is decimal there, and ``|`` stands between what may be meant."""
_POINT_TEN: Final = re.compile(r"[.,]10$")
_POWER: Final = re.compile(r"e\s*[0-9]")
"""``25.10e9/L`` is 25 times a power of ten to one who writes the point for *times*, and 25.10 to another."""
_LONG: Final = re.compile(r"(?:[<>]=?|[≤≥])?\s*(?P<number>[1-9][0-9]{7,9})\s*(?P<unit>[^\s0-9].*)")
_PRINTED: Final = re.compile(r"(?P<number>[1-9](?:\.[0-9]+)?e\+?[0-9]{1,2})\s*(?P<unit>[^\s0-9].*)")
_FRACTION: Final = re.compile(r"([1-9])/([2-9])")


@dataclass(frozen=True, slots=True)
class Typed:
    """A number as it was typed: what its digits and those of its divisor can mean, and its unit as spelled."""

    relation: Relation
    values: Sequence[Decimal]
    divisors: Sequence[Decimal]
    unit: str

    @property
    def ambiguous(self) -> bool:
        return len(self.values) > 1 or len(self.divisors) > 1

    @property
    def bare_zero(self) -> bool:
        """Whether it is 0 without a unit, which is the same in all of them."""
        return not any(self.values) and self.relation == "=" and not self.unit


def read_number(protocol: Protocol, question: Question, said: str, only: str | None) -> Reading:
    """Read folded text as a number for a question; `only` is the one unit that can be meant, if that is known."""
    typed = _typed(said, signed=question.signed)
    reading = typed if isinstance(typed, Refused) else _weigh(protocol, question, typed, only)
    return _in_full(question, said, only) if reading == Refused("exponent") else reading


def _in_full(question: Question, said: str, only: str | None) -> Refused:
    """Refuse an exponent; name what one that laboratories print comes to, with its unit: ``1.7E+08 IU/mL``."""
    match = _PRINTED.fullmatch(said)
    units = units_meant(question, match["unit"], only) if match is not None else ()
    if match is None or isinstance(units, Refused):
        return Refused("exponent")
    number = Decimal(f"{Decimal(match['number']):f}")
    answers = (Measurement("=", number, unit.code) for unit in units)
    short = number.adjusted() < MAX_DIGITS
    meant = (((question.id, each),) for each in answers if short and question.takes(each))
    return Refused("exponent", likely=tuple(meant))


def is_long_result(question: Question, said: str, only: str | None) -> bool:
    """Say whether so many digits as an identity number has are a result: with a unit in which that is possible."""
    match = _LONG.fullmatch(said)
    units = units_meant(question, match["unit"], only) if match is not None else ()
    if match is None or isinstance(units, Refused):
        return False
    return any(unit.admits(Measurement("=", Decimal(match["number"]), unit.code)) for unit in units)


def propose_again(
    protocol: Protocol, question: Question, entered: str, unit: str | None = None
) -> Proposal | None:
    """Rebuild a stored proposal from its ``entered`` text; ``None`` if it no longer is one."""
    typed = _entered(fold(entered))
    reading = _weigh(protocol, question, typed, unit) if typed is not None else None
    return reading if isinstance(reading, Proposal) else None


def with_unit(
    protocol: Protocol, question: Question, entered: str, text: str, unit: str | None = None
) -> Reading | None:
    """Read `text` as the unit that a proposal waits for; ``None`` if it is not a unit of this question."""
    spelled = fold(text)
    if not spelled or isinstance(units_meant(question, spelled, unit), Refused):
        return None
    typed = _entered(f"{entered} {spelled}")
    return _weigh(protocol, question, typed, unit) if typed is not None and not typed.ambiguous else None


def _typed(said: str, *, signed: bool) -> Typed | Refused:
    """Read a number as it was typed; with a sign only where an answer can be negative."""
    match = _NUMBER.fullmatch(said)
    if match is None and unicodedata.category(said[0]) in ("Pd", "Sm") and said[0] not in _RELATIONS:
        return Refused("sign")
    if match is not None and match["sign"] and not signed:
        return Refused("sign")
    if match is None:
        return Refused("digits" if has_foreign_digits(said) else "not_a_number")
    digits, divisor, unit = match["number"], match["divisor"] or "", match["unit"]
    fault = _fault(digits, divisor, unit)
    if fault is not None:
        return Refused(fault)
    values, divisors = meanings(digits), meanings(divisor) if divisor else ()
    if not values or (divisor and not divisors):
        return Refused("not_a_number")
    if match["sign"] in _MINUS:
        values = tuple(-value if value else value for value in values)
    return Typed(_RELATIONS[match["relation"] or ""], values, divisors, unit)


def _fault(digits: str, divisor: str, unit: str) -> str | None:
    """Return the code of what makes digits unreadable."""
    if max(sum(map(str.isdigit, number)) for number in (digits, divisor)) > MAX_DIGITS:
        return "too_many_digits"
    if _POINT_TEN.search(digits) and _POWER.match(unit):
        return "exponent"
    return "fraction" if _FRACTION.fullmatch(f"{digits}/{divisor}") and digits < divisor else None


def _entered(text: str) -> Typed | None:
    """Read back what `written` wrote."""
    match = _ENTERED.fullmatch(text)
    if match is None:
        return None
    values, divisors = (
        tuple(map(Decimal, numbers.split("|"))) if numbers else ()
        for numbers in match.group("number", "divisor")
    )
    return Typed(_RELATIONS[match["relation"] or ""], values, divisors, match["unit"] or "")


def _weigh(protocol: Protocol, question: Question, typed: Typed, only: str | None) -> Reading:
    """Weigh every answer that the numbers can mean in every unit that can be meant."""
    if typed.relation != "=" and not question.bounds:
        return Refused("no_bounds")
    units = units_meant(question, typed.unit, only)
    if isinstance(units, Refused):
        return units
    for shortcut in question.shortcuts if typed.bare_zero else ():
        if shortcut.means.value == 0:
            return Understood(((question.id, Choice(shortcut.code)),))
    given = _given(protocol, question, typed, units)
    if not given:
        return Refused("one_number")
    known = typed.unit != "" or len(units) == 1
    if typed.ambiguous:
        return _proposed(protocol, given, "number", known)
    return accept(protocol, given[0]) if known else _proposed(protocol, given, "unit", known)


def _given(protocol: Protocol, question: Question, typed: Typed, units: Sequence[Unit]) -> list[Given]:
    """Return all answers that can be meant; one with a divisor only in units that its question has, too."""
    given: list[Given] = []
    for value, divisor, unit in product(typed.values, typed.divisors or (None,), units):
        first: tuple[str, Answer] = (question.id, Measurement(typed.relation, value, unit.code))
        if divisor is None:
            given.append((first,))
        elif unit.per is not None and unit.code in protocol.question(unit.per).unit_by_code:
            given.append((first, (unit.per, Measurement("=", divisor, unit.code))))
    return given


def _proposed(
    protocol: Protocol, given: Sequence[Given], why: Literal["unit", "number"], known: bool
) -> Proposal | Refused:
    """Propose what is possible; all that was meant stands in ``entered``, so that it can be read again."""
    possible: list[Given] = []
    refused: list[Refused] = []
    for candidate in given:
        reading = accept(protocol, candidate)
        if isinstance(reading, Refused):
            refused.append(reading)
        else:
            possible.append(reading.given if isinstance(reading, Understood) else reading.candidates[0])
    return Proposal(written(given, unit=known), why, tuple(possible)) if possible else refused[0]
