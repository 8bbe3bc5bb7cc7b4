"""Checks that a formula of the catalogue gets its numbers in the units that it was written for.

A formula takes each number in the first unit of its question. A file may ask the same question in another one first:
then the catalogue's formula would come to something else, without any sign of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dialogs.loading.catalogue import entries, first_unit, formulas, unit_sets
from dialogs.loading.kinds import Report
from dialogs.loading.ruleless import names_in, question_name


def check_units_of_formulas(questions: Any, report: Report) -> None:
    """Report each question of the catalogue's formulas whose first unit is not that of the catalogue."""
    listed = [each for each in questions if isinstance(each, dict)] if isinstance(questions, list) else []
    asked = {question_name(each): _first(each) for each in listed}
    for question in listed:
        for name, unit, meant in dict.fromkeys(_in_other_units(question, asked)):
            fault = f"is written for {name} in {meant}, and this file asks it in {unit} first"
            remedy = f"Please put {meant} first there, or write the formula for {unit}"
            report.fault(f"question {question_name(question)}: formula", fault, remedy)


def _in_other_units(
    question: Mapping[str, Any], asked: Mapping[str | None, Any]
) -> Iterator[tuple[str, str, str]]:
    """Yield what a formula of the catalogue uses, and comes to, in another unit than there: name, unit, unit meant."""
    formula = question.get("formula")
    ours = formulas().get(formula) if isinstance(formula, str) else None
    if not isinstance(formula, str) or ours is None:
        return
    parts = ((name, asked.get(name)) for name in names_in(formula))
    for name, unit in [(ours, _first(question)), *parts]:
        meant = _first(entries()[name]) if name in entries() else None
        if meant is not None and unit is not None and unit != meant:
            yield name, unit, meant


def _first(question: Mapping[str, Any]) -> str | None:
    return first_unit(question, unit_sets().get)
