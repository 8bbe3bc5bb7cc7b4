"""Criteria without a rule: each is asked as it stands in the record, and answered by yes or no.

Its question comes after those of the criteria that stand above it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from dialogs.loading.defaults import SIDES, shipped_text, shortened
from dialogs.loading.kinds import is_question_id
from dialogs.texts import Text

Raw = dict[str, Any]

OF_THE_QUESTION: Final = ("ask", "short", "help", "supplier", "unknown", "judgement", "lasting", "in_log")
"""Keys of a criterion without a rule that are its question's."""


def with_questions_of_criteria(raw: Raw) -> Raw:
    """Return the file with a question, and a rule over it, for every criterion that has no rule."""
    listed, criteria = raw.get("question", []), raw.get("criterion")
    if not isinstance(criteria, list) or not isinstance(listed, list):
        return raw
    questions, ruled, above = list(listed), [], 0
    for each in criteria:
        if _is_asked(each):
            question = _question(each)
            questions.insert(above, question)
            each = {key: value for key, value in each.items() if key not in OF_THE_QUESTION}
            each["rule"] = f'{question["id"]} == "yes"'
        above = max(above, _end_of_used(each, questions))
        ruled.append(each)
    return {**raw, "question": questions, "criterion": ruled}


def _is_asked(criterion: Any) -> bool:
    """Say whether a criterion has all that its question is made of."""
    return (
        isinstance(criterion, dict)
        and "rule" not in criterion
        and isinstance(criterion.get("code"), str)
        and any(isinstance(criterion.get(side), str) for side in SIDES)
    )


def _question(criterion: Raw) -> Raw:
    source = next(criterion[side] for side in SIDES if side in criterion)
    asked = shipped_text("as_it_stands")
    made = {
        "id": id_of(criterion["code"]),
        "kind": "yes_no",
        "ask": Text({code: text.format(words=source) for code, text in asked.items()}),
        "short": criterion.get("name", shortened(source)),
    }
    return made | {key: criterion[key] for key in OF_THE_QUESTION if key in criterion}


def id_of(code: str) -> str:
    """Return the code as a question's name: ``E9`` is asked as ``e9``, ``3.1`` as ``c_3_1``."""
    name = re.sub(r"[^a-z0-9_]", "_", code.lower())
    return name if is_question_id(name) else f"c_{name}"


def _end_of_used(criterion: Any, questions: list[Any]) -> int:
    """Return the place after the last question that a criterion uses, and what that is divided by."""
    rule = criterion.get("rule") if isinstance(criterion, dict) else None
    named = set(re.findall(r"\w+", rule)) if isinstance(rule, str) else set()
    used = [each for each in questions if isinstance(each, dict) and question_name(each) in named]
    named |= {unit.get("per") for each in used for unit in _units(each)}
    return max((place for place, each in enumerate(questions, 1) if question_name(each) in named), default=0)


def question_name(raw: Any) -> str | None:
    """Return what a question is called: its id, or else the entry of the catalogue that it uses."""
    name = raw.get("id", raw.get("use")) if isinstance(raw, dict) else None
    return name if isinstance(name, str) else None


def _units(question: Raw) -> list[Raw]:
    units = question.get("units")
    return [unit for unit in units if isinstance(unit, dict)] if isinstance(units, list) else []
