"""What a screening for one trial out of a matching rests on: its answers, and the parts that a number contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dialogs.against_parts import against_parts, known
from dialogs.answers import Answer
from dialogs.dialogue import Step, begin
from dialogs.errors import AnswerError
from dialogs.portfolio.against_parts import serving
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Trial
from dialogs.progress import Progress
from dialogs.protocol import Question


def served_by(matching: Matching, trial: Trial) -> dict[str, str]:
    """Return the parts of numbers of a trial that were answered only as another trial asks them, with that question."""
    portfolio, own = matching.portfolio, trial.protocol.questions
    found = serving(portfolio, known(portfolio, matching.facts, matching.answers))
    asked = portfolio.questions
    return {
        own[trial.own[part]].id: asked[other].id
        for part, other in found
        if part in trial.own
        and asked[part].id not in matching.answers
        and _can_have(own[trial.own[part]], matching.answers.get(asked[other].id))
    }


def _can_have(question: Question, answer: Answer | None) -> bool:
    """Say whether a question can have an answer that was given to another one, which may allow other values."""
    if answer is None:
        return False
    try:
        question.check(answer)
    except AnswerError:
        return False
    return True


def steps_alone(matching: Matching, index: int) -> list[Step]:
    """Return the answers of a matching that a screening for one trial alone rests on, as its steps.

    They stand in the order in which the trial came to need them, and stop where it was ruled out. Among them stand, set
    aside, the parts that a number contradicts, as far as they were answered for other trials, also by a question of
    their own: it is told there, too.
    """
    progress, trial = matching.alone[index], matching.trials[index]
    served = served_by(matching, trial)
    answers = progress.answers | {question: matching.answers[other] for question, other in served.items()}

    def answered(question: str) -> Step:
        typed = matching.decided.get(served.get(question) or matching.here(trial, question))
        return Step("answer", question, answers[question], entered=typed)

    steps, aside = map(answered, progress.applied), map(answered, _contradicted(progress, answers))
    return [*_with_aside(progress, [*steps], [*aside])]


def _contradicted(progress: Progress, answers: Mapping[str, Answer]) -> list[str]:
    """Return the parts, answered and not applied, of numbers that contradict their parts."""
    protocol = progress.protocol
    told = against_parts(protocol, known(protocol, progress.facts, answers))
    parts = dict.fromkeys(part for each in told for part in each.parts)
    return [
        part
        for part in parts
        if part in answers
        and part not in progress.applied
        and protocol.question(part).unit_of is None  # of which a unit may be refused
    ]


def _with_aside(progress: Progress, steps: Sequence[Step], aside: Sequence[Step]) -> Iterator[Step]:
    """Yield steps, with the answers that are set aside once they are needed no more: so none of them applies."""
    if not aside:
        yield from steps
        return
    places = {step.question: progress.protocol.position[step.question or ""] for step in aside}
    alone, since = begin(progress.protocol, as_answered=True), dict.fromkeys(places, 0)
    for index, step in enumerate(steps, 1):
        since |= {question: index for question, place in places.items() if alone.open >> place & 1}
        alone.take(step)
    for index, step in enumerate(steps):
        yield from (each for each in aside if since[each.question] == index)
        yield step
