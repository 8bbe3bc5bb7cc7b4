"""The order of asking where a file gives one by name: it says when something is asked, never whether."""

from __future__ import annotations

from typing import Any

from dialogs.loading.catalogue import Shelf
from dialogs.loading.formula_parts import parts_before_wholes
from dialogs.loading.ruleless import question_name


def in_order(questions: list[Any], order: Any, shelf: Shelf) -> list[Any]:
    """Return the questions in `order`, and those that it does not name after them, as they stand in the file.

    A limit of normal that it does not name follows its value; what a number is worked out from comes before that.
    """
    if not isinstance(order, list):  # which the key's kind then says
        return questions
    places: dict[Any, int] = {
        name: place for place, name in reversed([*enumerate(order)]) if isinstance(name, str)
    }

    def place(question: Any) -> int:
        of = question.get("unit_of") if isinstance(question, dict) else None
        found = [places[name] for name in (question_name(question), of) if name in places]
        return found[0] if found else len(order)

    return [*parts_before_wholes(sorted(questions, key=place), shelf)]
