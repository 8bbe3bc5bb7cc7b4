"""The answers of one candidate: each taken as the conversation would take it, or named as a fault of the row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from dialogs.answers import NONE, Answer, Measurement, Selection, encode, plain
from dialogs.assessment import effective
from dialogs.at_limits import ask_at_limit, said_of_either
from dialogs.candidates.playing import when_missing
from dialogs.candidates.rows import Fault, Object, Row, Unreadable, shown
from dialogs.contradictions import Contradiction, contradictions
from dialogs.portfolio.against_parts import contradicting
from dialogs.protocol import Protocol, Question
from dialogs.reading import (
    MAX_DIGITS,
    Given,
    Proposal,
    Reading,
    Refused,
    Understood,
    accept,
    read,
    unit_called,
)

UNIT_SPELLINGS: Final = {"xULN": "{xULN}"}


def take_answers(protocol: Protocol, row: Row, raw: Mapping[str, Any], accept_unusual: bool) -> None:
    """Take a row's answers in the protocol's order, so that a value's unit is known before its limit is read."""
    to_the_day = set[str]()
    for question_id in sorted(raw, key=protocol.position.__getitem__):
        question = protocol.question(question_id)
        reading = _read(protocol, question, raw[question_id], _unit_of_value(row, question))
        if question.kind == "since" and not isinstance(reading, Fault):
            reading = ask_at_limit(protocol, reading, effective(protocol, row.answers))
        if isinstance(reading, Proposal) and reading.why == "unusual" and accept_unusual:
            row.unusual.append(question_id)
            _put(row, question_id, reading.candidates[0])
        elif isinstance(reading, Proposal | Refused | Fault):
            row.faults.append(_fault(question, raw[question_id], reading))
        else:
            _put(row, question_id, reading.given)
            to_the_day |= {question_id} if reading.exactly else set()
    _check_times(protocol, row, raw, to_the_day)
    _check_together(protocol, row)


def _read(protocol: Protocol, question: Question, raw: Any, only: str | None) -> Reading | Fault:
    if question.kind == "several":
        return _selection(protocol, question, raw)
    if isinstance(raw, str):
        return read(protocol, question, raw, only, in_a_list=True)
    if isinstance(raw, Unreadable):
        return Fault(raw.code)
    if isinstance(raw, Decimal):
        return _number(protocol, question, raw, None, only)
    if not isinstance(raw, Object) or not {"value"} <= raw.keys() <= {"value", "unit"} or raw.twice:
        return Fault("not_a_value")
    value, unit = raw["value"], raw.get("unit")
    if not isinstance(value, str | Decimal) or not isinstance(unit, str | None):
        return Fault("not_a_value")
    unit = UNIT_SPELLINGS.get(unit or "", unit)
    if isinstance(value, str):
        return read(protocol, question, f"{value} {unit or ''}", only, in_a_list=True)
    return _number(protocol, question, value, unit, only)


def _selection(protocol: Protocol, question: Question, raw: Any) -> Reading | Fault:
    """Read the options that apply: ``asthma; copd``, in JSON also a list of them; a list numbers no options."""
    parts = raw if isinstance(raw, list) else [raw]
    if isinstance(raw, Unreadable):
        return Fault(raw.code)
    if not all(isinstance(part, str) for part in parts):
        return Refused("not_a_selection")
    return read(protocol, question, "; ".join(parts) or NONE, in_a_list=True)


def _number(
    protocol: Protocol, question: Question, value: Decimal, spelled: str | None, only: str | None
) -> Reading:
    """Weigh a number that a file holds as a number: its digits can mean only one thing."""
    if _too_long(value):
        return Refused("too_many_digits")
    if value.is_signed() and value and not question.signed:
        return Refused("sign")
    if question.kind == "choice":
        return read(protocol, question, plain(value))
    unit = unit_called(question, spelled or "", only)
    if isinstance(unit, Refused):
        return unit
    if unit is None:
        return read(protocol, question, plain(value), only)
    return accept(protocol, ((question.id, Measurement("=", value or abs(value), unit.code)),))


def _too_long(value: Decimal) -> bool:
    if not value.is_finite() or abs(value.adjusted()) > MAX_DIGITS:
        return True
    return len(value.as_tuple().digits) > 2 * MAX_DIGITS


def _unit_of_value(row: Row, question: Question) -> str | None:
    """The unit of the value whose limit this question asks, as in the conversation; ``None`` if it has none of ours."""
    value = row.answers.get(question.unit_of or "")
    return value.unit if isinstance(value, Measurement) and value.unit in question.unit_by_code else None


def _put(row: Row, question_id: str, given: Given) -> None:
    """Keep an answer; a value with its limit is two, and the limit's own column must not say something else."""
    for other, answer in given:
        if row.answers.get(other, answer) != answer:
            details = {"one": _written(row.answers[other]), "other": _written(answer)}
            row.faults.append(Fault("two_answers", other, details))
        row.answers[other] = answer


def _written(answer: Answer) -> str:
    if isinstance(answer, Selection):
        return "; ".join(answer.codes) or NONE
    return " ".join(part for part in encode(answer) if part)


def _check_times(protocol: Protocol, row: Row, raw: Mapping[str, Any], to_the_day: Collection[str]) -> None:
    """Of two times that are compared, name each that is too vague beside the other one."""
    facts = effective(protocol, row.answers)
    vague = {question.id: question for _, question, _ in said_of_either(protocol, facts, to_the_day)}
    for name, question in vague.items():
        reading = ask_at_limit(protocol, Understood(((name, row.answers[name]),)), facts)
        if isinstance(reading, Proposal):
            row.faults.append(_fault(question, raw[name], reading))


def _fault(question: Question, raw: Any, reading: Proposal | Refused | Fault) -> Fault:
    """Say why an answer cannot be taken as it stands."""
    if isinstance(reading, Fault):
        return Fault(reading.code, question.id)
    details = {"text": shown(_as_given(raw))}
    if isinstance(reading, Refused):
        return Fault(reading.code, question.id, details | _refused(question, reading))
    asked = _asked(reading)
    code = f"asked_{reading.why}" if "same" in asked or reading.why != "limit" else "asked_limits"
    return Fault(code, question.id, details | asked)


def _refused(question: Question, reading: Refused) -> dict[str, str]:
    """What the phrase for a refused answer needs: the units, and what may have been meant."""
    details = dict(reading.details)
    if reading.code == "unknown_unit":
        details["units"] = ", ".join(question.unit_by_code)
    if reading.likely:
        details["likely"] = ", ".join(_written(answer) for ((_, answer), *_) in reading.likely)
    return details


def _asked(reading: Proposal) -> dict[str, str]:
    """What the phrase for an answer that the conversation would ask about needs: what it can mean."""
    if reading.why == "limit":
        sides = (_written(given[-1][1]) for given in reading.candidates)
        return dict(zip(("more", "less", "same"), sides, strict=False))
    firsts = [given[0][1] for given in reading.candidates]
    numbers = [number for number in firsts if isinstance(number, Measurement)]
    if reading.why == "number":
        return {"meanings": ", ".join(dict.fromkeys(map(_surely, numbers)))}
    if reading.why == "unit":
        return {"units": ", ".join(dict.fromkeys(number.unit for number in numbers))}
    return {}


def _as_given(raw: Any) -> str:
    """Write an answer as it stands in its list: a text, a number, or a value with its unit."""
    if isinstance(raw, Object):
        return " ".join(_as_given(part) for part in (raw.get("value"), raw.get("unit")) if part is not None)
    if isinstance(raw, list):
        return "; ".join(map(_as_given, raw))
    return str(raw)  # not in full: 1e999999999 would be a million pages


def _surely(answer: Measurement) -> str:
    """Write a number that could be a group of thousands so that it can mean only one: ``29.9990``."""
    text = plain(answer.value)
    return f"{text}0 {answer.unit}" if "." in text else f"{text} {answer.unit}"


def _check_together(protocol: Protocol, row: Row) -> None:
    """Check answers against each other: contradictions are rejected, not resolved."""
    for each in contradictions(protocol, row.answers):
        if _is_told_by(protocol, each):
            row.faults.append(Fault("contradicts", each.question, {"other": each.other}, against=each.other))
    for question_id, answer in row.answers.items():
        question = protocol.question(question_id)
        if isinstance(answer, Measurement):
            _check_unit(row, question, answer)
    _check_worked_out(protocol, row)


def _check_unit(row: Row, question: Question, answer: Measurement) -> None:
    value = row.answers.get(question.unit_of or "")
    if isinstance(value, Measurement) and value.unit != answer.unit and value.unit in question.unit_by_code:
        row.faults.append(Fault("other_unit", question.id, {"unit": answer.unit, "value": value.unit}))


def _is_told_by(protocol: Protocol, found: Contradiction) -> bool:
    """Say whether a contradiction is a fault of this answer: of one that implies, of two such ones of the later."""
    places = protocol.position
    later = places[found.question] > places[found.other]
    return found.about == found.other or (found.about != found.question and later)


def _check_worked_out(protocol: Protocol, row: Row) -> None:
    """Refuse a number beside parts of which it would not be one, if a criterion is judged otherwise by them.

    The conversation says so, and lets either be corrected.
    """
    given = [
        row.answers.get(each.id) or when_missing(protocol, each.id, row.answers)
        for each in protocol.questions
    ]
    for each in contradicting(protocol, given):
        number = {"value": plain(each.number.value), "unit": each.question.units[0].code}
        details = {"columns": ", ".join(each.parts), **number}
        row.faults.append(Fault("worked_out", each.question.id, details))
