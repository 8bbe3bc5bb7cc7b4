"""Whether a patient can have a number that was understood, and whether it is usual enough to be taken at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from dialogs.answers import Answer, Measurement, encode, plain
from dialogs.protocol import Protocol, Question
from dialogs.reading.results import Given, Proposal, Reading, Refused, Understood


def accept(protocol: Protocol, given: Given) -> Reading:
    """Weigh a number whose unit is known: understood, proposed if unusual, refused if impossible."""
    given = tuple(
        (question_id, _whole(protocol.question(question_id), answer)) for question_id, answer in given
    )
    for question_id, answer in given:
        refused = _refused(protocol.question(question_id), answer)
        if refused is not None:
            return refused
    if all(_usual(protocol, question_id, answer) for question_id, answer in given):
        return Understood(given)
    return Proposal(written([given]), "unusual", (given,))


def _refused(question: Question, answer: Answer) -> Refused | None:
    if not isinstance(answer, Measurement):
        return None
    if question.kind == "integer" and answer.value != answer.value.to_integral_value():
        return Refused("not_whole")
    if answer.relation != "=" and not question.bounds:
        return Refused("no_bounds")
    return None if question.unit_by_code[answer.unit].admits(answer) else _impossible(question, answer)


def _whole(question: Question, answer: Answer) -> Answer:
    """A whole number is kept without decimals: ``65.0`` years are 65."""
    if question.kind != "integer" or not isinstance(answer, Measurement):
        return answer
    whole = answer.value.to_integral_value()
    return replace(answer, value=whole) if whole == answer.value else answer


def _usual(protocol: Protocol, question_id: str, answer: Answer) -> bool:
    if not isinstance(answer, Measurement):
        return True
    return protocol.question(question_id).unit_by_code[answer.unit].expects(answer.value)


def _impossible(question: Question, answer: Measurement) -> Refused:
    """Say what is possible, and in which unit the number would be a usual one."""
    unit = question.unit_by_code[answer.unit]
    details = {
        "value": encode(answer)[0],
        "unit": unit.code,
        "low": _short(unit.from_first(unit.possible[0]), ROUND_CEILING),
        "high": _short(unit.from_first(unit.possible[1]), ROUND_FLOOR),
    }
    likely = tuple(
        ((question.id, Measurement(answer.relation, answer.value, other.code)),)
        for other in question.units
        if other is not unit and other.expects(answer.value)
    )
    return Refused("impossible", details, likely)


def _short(number: Decimal, towards: str) -> str:
    """Write an end of what is possible, rounded to the inside: what is refused lies outside of what is told."""
    finest = Decimal(1) if number >= 100 else Decimal("0.01").scaleb(min(number.adjusted(), 0))
    rounded = number.quantize(finest, towards)
    return format(rounded.normalize(), "f")


def written(given: Sequence[Given], *, unit: bool = True) -> str:
    """Write numbers so that `propose_again` gives them back: ``28/21 umol/L``, ``1500|1.500 /uL``."""
    measured = [[answer for _, answer in one if isinstance(answer, Measurement)] for one in given]
    first = measured[0][0]
    relation = "" if first.relation == "=" else first.relation
    columns = (
        "|".join(dict.fromkeys(plain(m.value) for m in column)) for column in zip(*measured, strict=True)
    )
    return f"{relation}{'/'.join(columns)}{f' {first.unit}' if unit else ''}"
