"""A question of the catalogue that was taken without the name of its own that a rule or a formula has for it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialogs.loading.catalogue import entries
from dialogs.protocol import Question


def left_without_id(name: str, questions: Mapping[str, Question]) -> str | None:
    """Say which question likely lacks its ``id``: beside ``sbp1`` and ``sbp3``, the one meant to be ``sbp2``.

    It is called by its entry of the catalogue, and asks for the same in the same units as those that are named alike.
    """
    alike = [questions[each] for each in questions if each != name and _letters(each) == _letters(name)]
    if not re.search(r"\d", name) or not alike:
        return None
    wanted = _asked(alike[0])
    found = [each.id for each in questions.values() if each.id in entries() and _asked(each) == wanted]
    return f'Please add id = "{name}" to the question with use = "{found[0]}"' if len(found) == 1 else None


def _letters(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _asked(question: Question) -> tuple[object, ...]:
    return question.kind, question.loinc, tuple(question.unit_by_code), tuple(question.option_by_code)
