"""Which question is asked again because a later answer has made its own too vague: two times that are compared.

*1 year ago* may be longer ago than *18 months ago*, or less. So its question is asked again as in any correction,
before anything else, for as long as it matters which. Nothing here moves a dialogue: whoever keeps its steps takes the
one that leads to the question.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.at_limits import said_of_either
from dialogs.parts import rulings
from dialogs.progress import Progress
from dialogs.protocol import Question
from dialogs.steps import Step


def step(dialogue: Progress) -> Step | None:
    """Return the step that leads to a time which is to be asked again; ``None`` while something else is corrected."""
    if dialogue.editing is not None or dialogue.closed is not None or dialogue.held is not None:
        return None
    question, _ = next(_too_vague(dialogue), (None, None))
    return Step("correct", question.id) if question is not None else None


def beside(dialogue: Progress, question: Question) -> Question | None:
    """Return the other time because of which a question is asked again; ``None`` if it is not because of one."""
    return next((other for vague, other in _too_vague(dialogue) if vague is question), None)


def _too_vague(dialogue: Progress) -> Iterator[tuple[Question, Question]]:
    """Yield the times that are too vague, each with the one beside which it is, where that can change a verdict.

    Of a saved screening these are told only where one of both is another answer by now.
    """
    saved = dialogue.saved["answers"] if dialogue.saved is not None else {}
    for index, question, other in said_of_either(dialogue.protocol, dialogue.facts, dialogue.decided):
        pair = (question.id, other.id)
        is_new = any(saved.get(name) != dialogue.answers.get(name) for name in pair)
        if is_new and question.id in dialogue.answers and _matters(dialogue, index):
            yield question, other


def _matters(dialogue: Progress, index: int) -> bool:
    """Say whether a criterion rules out what no other one did before, is a further reason, or can still be either."""
    if index in dialogue.failed:
        decisive = (each for each, _ in rulings(dialogue.protocol, dialogue.failed))
        return (dialogue.further and not dialogue.finished) or index in decisive
    judged = dialogue.statuses[dialogue.protocol.criteria[index].code] != "not judged"
    return judged and bool(dialogue.protocol.parts_of[index] & ~dialogue.ruled_out)
