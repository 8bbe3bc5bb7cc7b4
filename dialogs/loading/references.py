"""Checks what the parts of a protocol say about each other.

What mentions a question that was left out, because of a mistake of its own, is looked at once that is mended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from dialogs.likely import instead, likely
from dialogs.loading.catalogue import has_option
from dialogs.loading.defaults import shipped_text
from dialogs.loading.kinds import Report
from dialogs.loading.ruleless import id_of, is_asked_as_it_stands, questions_by_name
from dialogs.loading.tables import Entry
from dialogs.parts import whom
from dialogs.proofs.outcomes import outcomes
from dialogs.protocol import Option, Protocol, Question
from dialogs.units import Unit

Questions = Mapping[str, Question]

STEPS: Final = 10_000
"""Of the search for outcomes, at every load. `prescreen protocol check` takes more."""


def check_questions(questions: Questions, left_out: Collection[str], own: Any, report: Report) -> None:
    """Check the questions that questions name: divisors, whose unit a ULN has, and what options imply.

    ``own`` is the file's own catalogue.
    """
    for question in questions.values():
        place = f"question {question.id}"
        for unit in question.units:
            if unit.per is not None:
                _check_divided(question, unit, questions, left_out, report)
        if question.unit_of is not None and question.unit_of not in left_out:
            _check_unit_of(question, questions, f"{place}: unit_of", report)
        for option in question.options:
            _check_implied(option, questions, left_out, f"{place}: option {option.code}: implies", report)
            if not report.stored:  # of what was stored the catalogue may have gone on
                _check_beyond(option, own, f"{place}: option {option.code}: implies", report)


def _check_divided(
    question: Question, unit: Unit, questions: Questions, left_out: Collection[str], report: Report
) -> None:
    """Check that a value in `unit` can be divided by the answer that it names, without converting that."""
    place = f"question {question.id}: unit {unit.code}"
    if unit.gives not in question.unit_by_code:
        fault = f"{unit.gives!r} is not one of its units"
        report.fault(f"{place}: gives", fault, "Please list that unit too")
    divisor = questions.get(unit.per or "")
    if divisor is not None:
        _check_divisor(question, unit, divisor, f"{place}: per", report)
    elif unit.per not in left_out:
        report.fault(f"{place}: per", f"there is no question {unit.per}", instead(str(unit.per), questions))


def _check_divisor(question: Question, unit: Unit, divisor: Question, place: str, report: Report) -> None:
    if not divisor.units or divisor is question or divisor.bounds:
        fault = f"{divisor.id} is not another question for an exact number"
        report.fault(place, fault, "Please name one that has bounds = false")
    elif any(each.possible[0] < 0 or each.offset for each in divisor.units):
        fault = f"{divisor.id} can be negative, or has a unit with an offset"
        report.fault(place, fault, "Please name one that a value can be divided by")
    elif divisor.unit_of == question.id and unit.code not in divisor.unit_by_code:
        report.fault(place, f"{divisor.id} cannot be in {unit.code}", "Please list that unit there")
    elif divisor.unit_of != question.id and (
        set(divisor.unit_by_code) != set(question.divisor_scales(unit, divisor))
    ):
        fault = f"{divisor.id} has units that do not turn into its first"
        report.fault(place, fault, "Please give each a scale, or use unit_of")


def _check_unit_of(question: Question, questions: Questions, place: str, report: Report) -> None:
    value = questions.get(question.unit_of or "")
    if value is None:
        report.fault(
            place, f"there is no question {question.unit_of}", instead(str(question.unit_of), questions)
        )
        return
    for code in question.unit_by_code:
        if code not in value.unit_by_code:
            fault = f"{value.id} has no unit {code}"
            report.fault(place, fault, "Please list the units that both have")


def _check_implied(
    option: Option, questions: Questions, left_out: Collection[str], place: str, report: Report
) -> None:
    for name, code in option.implies.items():
        implied = questions.get(name)
        if name not in left_out and (implied is None or code not in implied.option_by_code):
            report.fault(place, f"no option {code!r} of {name!r}", "Please name a question's option")


def _check_beyond(option: Option, own: Any, place: str, report: Report) -> None:
    """Check what is said of questions that the file does not ask: they must be of the catalogue."""
    for name, code in option.beyond.items():
        if not has_option(own, name, code):
            report.fault(place, f"no option {code!r} of {name!r}", "Please name a question's option")


def check_criteria(criteria: Sequence[Entry], report: Report) -> None:
    """Check the criteria that criteria name."""
    codes = [criterion["code"] for criterion in criteria]
    above: list[str] = []
    for criterion in criteria:
        requires, counts_as = criterion.get("requires"), criterion.get("counts_as")
        if requires is not None and requires not in above:
            fault = f"there is no criterion {requires} before it"
            report.fault(f"{criterion.place}: requires", fault, _one_above(requires, above))
        if counts_as is not None and counts_as not in codes:
            fault = f"there is no criterion {counts_as}"
            report.fault(f"{criterion.place}: counts_as", fault, instead(counts_as, codes))
        above.append(criterion["code"])


def _one_above(code: str, above: Collection[str]) -> str:
    found = likely(code, above)
    return f"Please write {found}" if found else "Please name one that stands above"


def check_parts(parts: Sequence[str], criteria: Sequence[Entry], report: Report) -> None:
    """Check the parts that criteria name, and that each part has a criterion."""
    belongs = {criterion["code"]: set(criterion.get("parts") or parts) for criterion in criteria}
    for criterion in criteria:
        place, code = f"{criterion.place}: parts", criterion["code"]
        for unknown in [part for part in criterion.get("parts") or () if part not in parts]:
            remedy = instead(unknown, parts) if parts else "Please add [[part]]"
            report.fault(place, f"there is no part {unknown}", remedy)
        required = criterion.get("requires")
        if required in belongs and not belongs[code] <= belongs[required]:
            fault = f"{required}, which it requires, does not belong to all of them"
            report.fault(place, fault, f"Please let {required} belong to them, too")
    for part in parts:
        if not any(part in of for of in belongs.values()):
            report.fault(f"part {part}", "has no criterion", "Please name it in parts of one, or remove it")


def check_outcomes(protocol: Protocol, report: Report) -> None:
    """Check that every criterion can be met, and can fail, by some answers; what is left open is let pass."""
    for outcome in outcomes(protocol, STEPS):
        if outcome.finding == "impossible":
            fault = f"can never be {outcome.said}, whatever is answered"
            remedy = "Please check its limits, options and brackets"
            report.fault(f"criterion {outcome.criterion.code}: rule", fault, remedy)


def check_persons(raw: Mapping[str, Any], protocol: Protocol, report: Report) -> None:
    """Check that what is asked as the catalogue words it is about one person: one answer is not the age of two."""
    own = {name for name, table in questions_by_name(raw) if "ask" in table}
    own |= {id_of(each.code) for each in protocol.criteria if is_asked_as_it_stands(each)}
    for place, question in enumerate(protocol.questions):
        people = [each or shipped_text("the_patient") for each in whom(protocol, place)]
        if len(people) > 1 and question.id not in own and not question.site_fact:
            told = " and ".join(each[protocol.languages[0]] for each in people)
            table = f'[[question]] with use = "{question.id}"'
            remedy = (
                f"Please let one of them have its own, {table} and another id; or word it for both, by ask"
            )
            report.fault(f"question {question.id}", f"is asked about {told} at once", remedy)
