"""What SDTM calls findings: laboratory results (LB), assessments (RS) and reproductive findings (RP).

Where a question's answers stand is said in the protocol file (``sdtm``); what it maps to no result has no record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from dialogs.answers import NONE, Choice, Measurement, Selection, compact, decode, plain
from dialogs.languages import DEFAULT
from dialogs.parts import whom
from dialogs.protocol import Protocol, Question
from dialogs.tabulation import Tabulation
from dialogs.wording import compared
from state.exports.comparing import AnswerRow, as_number
from state.exports.tabulations import EPOCH

UNITS: Final = {  # UCUM -> codelist UNIT, which has no 10^3/uL and no /uL; the numbers stay the same
    "g/L": "g/L",
    "g/dL": "g/dL",
    "mmol/L": "mmol/L",
    "10*9/L": "10^9/L",
    "10*3/uL": "10^9/L",
    "/uL": "10^6/L",
    "umol/L": "umol/L",
    "mg/dL": "mg/dL",
    "U/L": "U/L",
    "ukat/L": "ukat/L",
}
TIMES_ULN: Final = "{xULN}"
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")

Current = Mapping[str, AnswerRow]
"""Question -> its current answer."""
Record = dict[str, Any]
"""Variable -> value; what is left out is null."""


def answers_in(protocol: Protocol, current: Current, domain: str) -> Iterator[tuple[Question, AnswerRow]]:
    """Yield the questions about the subject whose answers stand in a domain, with these; not those about a parent."""
    for place, question in enumerate(protocol.questions):
        if question.sdtm is None or question.sdtm.domain != domain or question.id not in current:
            continue
        if not any(whom(protocol, place)):
            yield question, current[question.id]


def assessments(protocol: Protocol, current: Current, domain: str) -> Iterator[Record]:
    """Yield the records of options that the protocol file maps to results; the others have none."""
    for question, answer in answers_in(protocol, current, domain):
        place = question.sdtm
        if place is None:
            continue
        for code in _codes(answer):
            if code in place.results:
                yield _assessment(place, domain, *place.results[code]) | _visit(question)


def _visit(question: Question) -> Record:
    """Name the visit whose answer was asked for."""
    return {"VISIT": question.at[DEFAULT]} if question.at else {}


def _codes(answer: AnswerRow) -> tuple[str, ...]:
    """Return what an answer names: an option, each of those that were ticked, ``none``, or *unknown*."""
    given = decode(answer.value, answer.unit)
    if isinstance(given, Selection):
        return given.codes or (NONE,)
    return (given.code,) if isinstance(given, Choice) else ()


def _assessment(place: Tabulation, domain: str, original: str, standard: str) -> Record:
    record = {f"{domain}TESTCD": place.code, f"{domain}TEST": place.test}
    if place.category:
        record[f"{domain}CAT"] = place.category
    record |= {f"{domain}ORRES": original, f"{domain}STRESC": standard, "EPOCH": EPOCH}
    if domain == "RS" and _NUMBER.fullmatch(standard):
        record[f"{domain}STRESN"] = standard
    return record


def laboratory(protocol: Protocol, current: Current) -> Iterator[Record]:
    """Yield a record for each result; an unknown one has none, since nobody said that it was not done."""
    for question, answer in answers_in(protocol, current, "LB"):
        place, number = question.sdtm, as_number(answer)
        measured = question.measured(decode(number.value, number.unit))
        if place is None or measured is None:
            continue
        named = {"LBTESTCD": place.code, "LBTEST": place.test, "LBCAT": place.category, "EPOCH": EPOCH}
        named |= _visit(question)
        if measured.unit == TIMES_ULN:
            yield {**named, **_relative(answer)}
        else:
            result = _absolute(question, answer, measured)
            derived = {"LBORRES": None, "LBORRESU": None, "LBDRVFL": "Y"} if number is not answer else {}
            yield {**named, **result, **derived, **_range(protocol, question, measured, current)}


def _relative(answer: AnswerRow) -> Record:
    """A multiple of the upper limit has no unit in the codelist; *normal* is a result of its own."""
    if answer.unit is None:
        return {"LBORRES": "NORMAL", "LBSTRESC": "NORMAL", "LBNRIND": "NORMAL"}
    said = f"{answer.value} x ULN"
    return {"LBORRES": said, "LBSTRESC": said}


def _absolute(question: Question, answer: AnswerRow, measured: Measurement) -> Record:
    unit = question.unit_by_code[measured.unit]
    exact = measured.relation == "="
    standard, standard_unit = _standard(question, measured)
    return {
        "LBORRES": answer.value,
        "LBORRESU": UNITS.get(measured.unit, measured.unit),
        "LBSTRESC": f"{'' if exact else measured.relation}{standard}",
        "LBSTRESN": standard if exact else None,
        "LBSTRESU": UNITS.get(standard_unit, standard_unit),
        "LBLOINC": unit.loinc or question.loinc,
    }


def _standard(question: Question, measured: Measurement) -> tuple[str, str]:
    """Return a result in the question's standard unit: the number itself, never its quotient by the limit of normal."""
    like = compared(question, measured)
    return (compact(like[0]), like[1]) if like is not None else (plain(measured.value), measured.unit)


def _range(protocol: Protocol, question: Question, measured: Measurement, current: Current) -> Record:
    """Return the limit of normal, if it is known in the unit of the result; it is given for exact results only."""
    limit = current.get(question.unit_by_code[measured.unit].per or "")
    if measured.relation != "=" or limit is None or limit.unit != measured.unit:
        return {}
    if protocol.question(limit.question).unit_of != question.id:
        return {}
    high = {"LBNRIND": "HIGH"} if measured.value > Decimal(limit.value) else {}
    return {"LBORNRHI": limit.value, "LBSTNRHI": limit.compared, **high}
