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
from dialogs.rules.judgement import union
from dialogs.steps import Step


def step(dialogue: Progress, apart: int = 0) -> Step | None:
    """Return the step that leads to a time which is to be asked again; ``None`` while something else is corrected.

    Nothing is asked again for the parts that are asked ``apart``, a bit mask: in screenings that go on by themselves.
    """
    if dialogue.editing is not None or dialogue.closed is not None or dialogue.held is not None:
        return None
    parts_of = dialogue.protocol.parts_of
    asked = (question for index, question, _ in _too_vague(dialogue) if parts_of[index] & ~apart)
    question = next(asked, None)
    return Step("correct", question.id) if question is not None else None


def beside(dialogue: Progress, question: Question) -> Question | None:
    """Return the other time because of which a question is asked again; ``None`` if it is not because of one."""
    return next((other for _, vague, other in _too_vague(dialogue) if vague is question), None)


def criteria(dialogue: Progress) -> frozenset[int]:
    """Return the criteria, by their places, that are undecided until a time was asked again."""
    return frozenset(index for index, _, _ in _too_vague(dialogue))


def undecided(dialogue: Progress) -> int:
    """Return the bit mask of the parts that may or may not be ruled out until a time was asked again."""
    parts_of, vague = dialogue.protocol.parts_of, criteria(dialogue)
    if not vague:
        return 0
    out, surely = 0, 0
    for index in dialogue.failed:
        surely |= 0 if index in vague else parts_of[index] & ~out
        out |= parts_of[index]
    return union(parts_of[index] for index in vague) & ~surely


def _too_vague(dialogue: Progress) -> Iterator[tuple[int, Question, Question]]:
    """Yield the times that are too vague, each with the one beside which it is, where that can change a verdict.

    Before each stands the place of the criterion that compares them. Of a saved screening these are told only where one
    of both is another answer by now.
    """
    saved = dialogue.saved["answers"] if dialogue.saved is not None else {}
    for index, question, other in said_of_either(dialogue.protocol, dialogue.facts, dialogue.decided):
        pair = (question.id, other.id)
        is_new = any(saved.get(name) != dialogue.answers.get(name) for name in pair)
        if is_new and question.id in dialogue.answers and _matters(dialogue, index):
            yield index, question, other


def _matters(dialogue: Progress, index: int) -> bool:
    """Say whether a criterion rules out what no other one did before, is a further reason, or can still be either."""
    if index in dialogue.failed:
        decisive = (each for each, _ in rulings(dialogue.protocol, dialogue.failed))
        return (dialogue.further and not dialogue.finished) or index in decisive
    judged = dialogue.statuses[dialogue.protocol.criteria[index].code] != "not judged"
    return judged and bool(dialogue.protocol.parts_of[index] & ~dialogue.ruled_out)
