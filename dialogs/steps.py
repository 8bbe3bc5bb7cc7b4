"""What a person can do in a dialogue, as one table, and the machine that is made from it.

The rules of the room:

* every step is one row of `TABLE`: what it is called, at which stages it is possible, what else it needs, what it does
  to the `Progress`, and the stages that it can lead to;
* where a step leads is never part of what it does. It follows from the answers: what is *due* after it is an end, the
  question being corrected, *excluded* at a failed criterion, the first question that an open criterion still needs, or
  else *review*. The table says what may come out, and the machine's guards pick the stage that is due;
* one machine serves every protocol: its stages are few, and the question that is asked is data of the dialogue. It
  runs no callbacks, so that an error cannot leave a step half done;
* the diagram is drawn from the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

from transitions import Machine

from dialogs.answers import Answer
from dialogs.errors import AnswerError
from dialogs.progress import ASKING, CANCELLED, COMPLETED, EXCLUDED, REVIEW, STAGES, Progress

TO_CORRECT: Final = "correct"
"""Why what was saved is opened again where nothing is to be filled in."""
BY_HAND: Final = "by_hand"
"""Why a person leaves a trial out: it does not concern the patient."""
NOT_ASKED: Final = "not_asked"
"""Why nothing more is asked for a trial that is judged on: its own screening asks, or it takes no new one."""
StepKind = Literal[
    "answer", "propose", "back", "correct", "continue", "finish", "save", "cancel", "reopen", "amend"
]
STEP_KINDS: Final[tuple[StepKind, ...]] = get_args(StepKind)
MatchingStep = Literal["leave", "take_in"]
"""Steps of a dialogue over several trials only."""
EVERY_KIND: Final[tuple[StepKind | MatchingStep, ...]] = (*STEP_KINDS, *get_args(MatchingStep))


@dataclass(frozen=True, slots=True)
class Step:
    """What a person did.

    A proposal waits: what was ``entered``, a number for its unit or for a yes, or ticks for more of them; the answers
    ``given`` for the reason of a change. An answer that is a time to the day, or says which of two is longer ago,
    has what was ``entered`` then. ``reason`` is that reason, of an answer or of the amendment that asks for it.
    ``only`` says of an amendment that what was not asked before is not asked in it either. ``taken_from`` is the
    screening of the same site whose answer to a question about the site this is. ``trial`` is the one of a matching
    that is left out or taken in again.
    """

    kind: StepKind | MatchingStep
    question: str | None = None
    answer: Answer | None = None
    entered: str | None = None
    given: tuple[tuple[str, Answer], ...] = ()
    reason: str | None = None
    taken_from: str | None = None
    trial: str | None = None
    only: bool = False


# what steps need ---------------------------------------------------------------------------------


def _always(progress: Progress, step: Step) -> bool:
    return True


def _question_is_asked_or_needed(progress: Progress, step: Step) -> bool:
    """Of a screening that comes out of a matching, its answers stand in the log in the order in which they came.

    So do parts of a number that was given beside them and contradicts them: they are set aside, and told with it.
    """
    if step.question == progress.due or not progress.as_answered or progress.editing is not None:
        return step.question == progress.due
    place = progress.protocol.position.get(step.question or "")
    if place is None:
        return False
    is_part = any(place in formula.places for formula in progress.protocol.formulas.values())
    return is_part or bool(progress.open >> place & 1)


def _something_is_before(progress: Progress, step: Step) -> bool:
    return progress.previous is not None


def _question_was_asked(progress: Progress, step: Step) -> bool:
    """Or answered before, even if that does not count now: it may count again."""
    return step.question == progress.state or step.question in progress.answers


def _answer_applies(progress: Progress, step: Step) -> bool:
    return step.question in progress.applied


def _excluded_with_questions_left(progress: Progress, step: Step) -> bool:
    """Or what was finished before all was asked."""
    return (progress.excluded or progress.finished or progress.spared > 0) and bool(progress.open)


def _excluded_or_further(progress: Progress, step: Step) -> bool:
    """A matching, and what comes out of it, can be finished at any time: what is open is undetermined."""
    return progress.stage == EXCLUDED or progress.further or progress.as_answered


def _trial_takes_part(progress: Progress, step: Step) -> bool:
    """Also one for which nothing more is asked: it has a verdict all the same."""
    return step.trial in progress.protocol.trial_ids and progress.left.get(step.trial, NOT_ASKED) == NOT_ASKED


def _trial_was_left(progress: Progress, step: Step) -> bool:
    return step.trial in progress.left


# what steps do -----------------------------------------------------------------------------------


def _answer(progress: Progress, step: Step) -> None:
    if step.question is None or step.answer is None:
        raise AnswerError("an answer names its question")
    progress.check(step.question, step.answer)
    progress.edit(None)
    if step.reason is not None:
        progress.explained[step.question] = step.reason
    progress.decided.pop(step.question, None)
    if step.entered is not None:
        progress.decided[step.question] = step.entered
    progress.put(step.question, step.answer)


def _propose(progress: Progress, step: Step) -> None:
    progress.proposal, progress.waiting, progress.held = step.entered, step.given, step.question


def _back(progress: Progress, step: Step) -> None:
    progress.edit(progress.previous)


def _correct(progress: Progress, step: Step) -> None:
    progress.edit(step.question)


def _continue(progress: Progress, step: Step) -> None:
    progress.further, progress.finished, progress.spared = progress.excluded, False, 0


def _finish(progress: Progress, step: Step) -> None:
    """No more questions are wanted; what is being corrected stays as it was."""
    progress.edit(None)
    progress.finished = True


def _save(progress: Progress, step: Step) -> None:
    progress.edit(None)
    progress.explained = {}
    progress.finished = progress.finished or bool(progress.open & progress.spared)
    progress.spared = 0
    progress.keep()
    progress.closed = COMPLETED


def _cancel(progress: Progress, step: Step) -> None:
    """What was saved before stands again."""
    progress.edit(None)
    progress.restore()
    progress.closed = CANCELLED if progress.saved is None else COMPLETED


def _reopen(progress: Progress, step: Step) -> None:
    """Ask again what was missing; where nothing was, back to the review.

    Where an answer is to be corrected, only what newly applies because of it is asked.
    """
    if step.reason == TO_CORRECT:
        progress.spared = _not_asked(progress)
    else:
        progress.finished = progress.finished and progress.excluded
        for question in progress.missing:
            progress.withdraw(question)
    progress.closed = None
    progress.walk()


def _not_asked(progress: Progress) -> int:
    """Return the questions that were not asked where a screening was finished midway."""
    return progress.open if progress.finished and not progress.excluded else 0


def _amend(progress: Progress, step: Step) -> None:
    """Take up one answer of a saved screening again, as a coordinator's query asked."""
    progress.spared = _not_asked(progress) if step.only else 0
    progress.edit(step.question)
    if step.reason is not None and step.question is not None:
        progress.explained[step.question] = step.reason
    progress.closed = None


def _leave(progress: Progress, step: Step) -> None:
    """Nothing is asked for a trial any more; it has no verdict either, unless that is all that its reason says."""
    progress.left = {**progress.left, step.trial or "": step.reason or BY_HAND}
    _walk_on(progress)


def _take_in(progress: Progress, step: Step) -> None:
    """A trial takes part again, with all that was answered meanwhile."""
    progress.left = {trial: why for trial, why in progress.left.items() if trial != step.trial}
    _walk_on(progress)


def _walk_on(progress: Progress) -> None:
    """What waits, ticks or a number without its unit, goes on waiting as long as its question is needed."""
    progress.editing = None
    progress.walk()
    if not waits(progress):
        progress.edit(None)


def waits(progress: Progress) -> bool:
    """Say whether something that was proposed waits for more, and its question is needed or was answered."""
    place = progress.protocol.position.get(progress.held or "")
    return place is not None and (bool(progress.open >> place & 1) or progress.held in progress.applied)


# the table ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One step: its name, the stages at which it is possible, what it needs and does, the stages it can lead to."""

    step: StepKind | MatchingStep
    possible_at: tuple[str, ...]
    needs: Callable[[Progress, Step], bool]
    does: Callable[[Progress, Step], None]
    leads_to: tuple[str, ...]


_OPEN: Final = (ASKING, EXCLUDED, REVIEW)

TABLE: Final = (
    Row("answer", (ASKING,), _question_is_asked_or_needed, _answer, (ASKING, EXCLUDED, REVIEW)),
    Row("propose", (ASKING,), _question_is_asked_or_needed, _propose, (ASKING,)),
    Row("back", _OPEN, _something_is_before, _back, (ASKING,)),
    Row("correct", _OPEN, _question_was_asked, _correct, (ASKING,)),
    Row("continue", (EXCLUDED, REVIEW), _excluded_with_questions_left, _continue, (ASKING,)),
    Row("finish", (EXCLUDED, ASKING), _excluded_or_further, _finish, (REVIEW,)),
    Row("save", (REVIEW,), _always, _save, (COMPLETED,)),
    Row("cancel", _OPEN, _always, _cancel, (CANCELLED, COMPLETED)),
    Row("reopen", (COMPLETED,), _always, _reopen, (ASKING, REVIEW)),
    Row("amend", (COMPLETED,), _answer_applies, _amend, (ASKING,)),
)
OF_MATCHINGS: Final = (
    Row("leave", (ASKING, REVIEW), _trial_takes_part, _leave, (ASKING, REVIEW)),
    Row("take_in", (ASKING, REVIEW), _trial_was_left, _take_in, (ASKING, REVIEW)),
)
ROWS: Final[Mapping[StepKind | MatchingStep, Row]] = {row.step: row for row in (*TABLE, *OF_MATCHINGS)}


@lru_cache(maxsize=1)
def machine() -> Machine:
    """Build the machine of the table: shared by all dialogues of all protocols, never bound to one."""
    return Machine(
        model=None,
        model_attribute="stage",
        states=[{"name": stage, "final": stage == CANCELLED} for stage in STAGES],
        initial=ASKING,
        transitions=[
            {
                "trigger": row.step,
                "source": source,
                "dest": None if target == source else target,  # stays: half the time of leaving and entering
                "conditions": _is_due(target),
            }
            for row in ROWS.values()
            for source in row.possible_at
            for target in row.leads_to
        ],
        auto_transitions=False,
    )


def _is_due(stage: str) -> Callable[[Progress], bool]:
    """Return the guard of the transitions that lead to `stage`."""
    if stage == ASKING:
        return lambda progress: progress.due in progress.protocol.position
    return lambda progress: progress.due == stage
