"""Gives questions their formulas, the parts of a formula before the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dialogs.loading.kinds import Report
from dialogs.loading.ruleless import names_in
from dialogs.loading.rules.formulas import DEFAULT_DECIMALS, parse_formula
from dialogs.loading.rules.parsing import RuleError
from dialogs.loading.rules.signs import formula_said
from dialogs.loading.rules.slips import side_by_side
from dialogs.loading.tables import Entry
from dialogs.protocol import Question
from dialogs.rules.arithmetic import Asked, Constant, Either, Operation, Shared, Term
from dialogs.rules.functions import FUNCTIONS, OPERATIONS

EXACT: Final = "# Compared exactly: what a number is worked out to, rounded only where it is shown."
"""A remark at the end of a stored file that has formulas; without it, what they come to is rounded before."""
_WHOLE: Final = (*map(OPERATIONS.__getitem__, "+-*"), FUNCTIONS["min"], FUNCTIONS["max"])
"""Of whole numbers they come to whole ones."""


def with_formulas(
    questions: Mapping[str, Question], entries: Iterable[Entry], left_out: Collection[str], report: Report
) -> dict[str, Question]:
    """Return the questions with the formulas of `entries` parsed; reports what is wrong with any.

    A formula that names a question which was left out is looked at once that is mended.
    """
    found = dict(questions)
    waiting = {each["id"]: each for each in entries if each.get("formula") and each.get("id") in questions}
    while ready := [name for name, each in waiting.items() if not _named(each) & waiting.keys()]:
        for name in ready:
            entry = waiting.pop(name)
            if not _named(entry) & set(left_out):
                found[name] = _with_formula(found[name], entry, found, report)
    for name, entry in waiting.items():
        fault = f"{name} is worked out from itself, by way of {', '.join(_named(entry) & waiting.keys())}"
        report.fault(f"{entry.place}: formula", fault, "Please let one of them be asked only")
    return found


def _named(entry: Entry) -> set[str]:
    return set(names_in(entry["formula"]))


def _with_formula(
    question: Question, entry: Entry, questions: Mapping[str, Question], report: Report
) -> Question:
    place = f"{entry.place}: formula"
    if question.kind not in DEFAULT_DECIMALS:
        report.fault(place, f"is of {question.kind}, and a formula gives a number", "Please give it units")
        return question
    slip = side_by_side(entry["formula"])
    if slip is not None and not report.stored:
        report.fault(place, slip.fault, slip.remedy)
        return question
    try:
        formula = parse_formula(
            question, entry["formula"], entry.get("decimals"), questions, rounds=report.rounds
        )
    except RuleError as error:
        report.fault(place, *(formula_said(entry["formula"]) or (error.fault, error.remedy)))
        return question
    whole = (report.rounds and not formula.decimals) or _is_whole(formula.node, [*questions.values()])
    return replace(question, formula=replace(formula, whole=whole))


def _is_whole(term: Term, questions: Sequence[Question]) -> bool:
    """Say whether it is a sum, difference or product of whole numbers, as a score is."""
    match term:
        case Constant():
            return term.number.denominator == 1
        case Asked():
            scales = (number.denominator for scale in term.units.values() for number in scale)
            return questions[term.place].kind == "integer" and max(scales) == 1
        case Shared():
            return _is_whole(term.first, questions) and _is_whole(term.other, questions)
        case Operation():
            return term.function in _WHOLE and all(_is_whole(each, questions) for each in term.operands)
        case Either():
            return _is_whole(term.then, questions) and _is_whole(term.other, questions)
