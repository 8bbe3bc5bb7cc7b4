"""One screening's dialogue: `Dialogue.take` is the only way to move it.

A dialogue is a plain object. Taking the same steps again gives the same dialogue, and that is how it is loaded from
its log. *reopen* and *amend* open a revision of a saved screening: what was saved stands until *save* replaces it, and
*cancel* brings the dialogue back to it, whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Final

from dialogs.answers import COMPUTED, UNKNOWN, Answer
from dialogs.errors import NotNow
from dialogs.progress import CANCELLED, COMPLETED, EXCLUDED, REVIEW, Progress
from dialogs.protocol import Protocol
from dialogs.steps import (
    EVERY_KIND,
    NOT_ASKED,
    ROWS,
    STEP_KINDS,
    TO_CORRECT,
    MatchingStep,
    Step,
    StepKind,
    machine,
)
from dialogs.working_out import known_already

__all__ = [
    "CANCELLED",
    "COMPLETED",
    "EVERY_KIND",
    "EXCLUDED",
    "FILLED_IN",
    "NOT_ASKED",
    "REASONS",
    "REVIEW",
    "STEP_KINDS",
    "TO_CORRECT",
    "Dialogue",
    "MatchingStep",
    "Step",
    "StepKind",
    "begin",
    "replay",
]

REASONS: Final = ("transcription", "unit", "newer", "misread", "other")
"""Why an answer of a saved screening is changed; a person chooses one."""
FILLED_IN: Final = "filled_in"
"""Why an answer that was unknown is given now; nobody needs to be asked."""


class Dialogue(Progress):
    """A screening's answers and state. Made by `begin` or `replay`; moved by `take`."""

    __slots__ = ()

    def take(self, step: Step) -> None:
        """Apply a step and move.

        Raises `NotNow`, or `AnswerError` for an answer that does not fit; nothing has changed then.
        """
        row = ROWS[step.kind]
        if self.stage not in row.possible_at or not row.needs(self, step):
            raise NotNow(step.kind, self.state)
        row.does(self, step)
        self.settle()
        if not machine().events[step.kind].trigger(self, self):
            raise AssertionError(f"no transition for {step.kind} from {self.stage} to {self.due}")

    def stand_at(self, state: str) -> None:
        """Ask what was asked when it was stored, where more than one question may come next: nowhere in one trial."""

    def can(
        self, kind: StepKind | MatchingStep, question: str | None = None, *, trial: str | None = None
    ) -> bool:
        """Say whether a step of this kind is possible now."""
        row = ROWS[kind]
        return self.stage in row.possible_at and row.needs(self, Step(kind, question, trial=trial))

    @property
    def by_itself(self) -> Step | None:
        """The step that needs nobody: the number that is asked can be worked out from what is known already."""
        place = self.protocol.position.get(self.state)
        if place is None or self.editing is not None or self.state in self.answers:
            return None
        known = known_already(self.protocol, place, self.facts)
        return Step("answer", self.state, COMPUTED) if known else None

    # revising what was saved ---------------------------------------------------------------------

    @property
    def revising(self) -> bool:
        """Say whether a saved screening is open again; its saved verdict stands meanwhile."""
        return self.saved is not None and self.stage != COMPLETED

    def as_saved(self) -> Dialogue:
        """Return the dialogue as it was when its newest verdict was saved; as it stands, unless it is being revised."""
        if not self.revising:
            return self
        saved = copy(self)
        saved.take(Step("cancel"))
        return saved

    def reason_for(self, question: str, answer: Answer, given: str | None = None) -> str | None:
        """Return the reason that an answer bears in a revision: ``given``, the one told before, or `FILLED_IN`.

        Whoever keeps the steps asks for it; `take` does not require one, since older logs have none. Raises `NotNow`
        for an answer that changes one of the saved screening without a reason.
        """
        before = self.saved["answers"].get(question) if self.revising and self.saved else None
        if before in (None, answer):
            return None
        reason = given or self.explained.get(question) or (FILLED_IN if before == UNKNOWN else None)
        if reason not in REASONS and (reason, before) != (FILLED_IN, UNKNOWN):
            raise NotNow("answer", self.state)
        return reason

    def unexplained(self, question: str, answer: Answer) -> bool:
        """Say whether this answer needs a reason first."""
        try:
            self.reason_for(question, answer)
        except NotNow:
            return True
        return False


def begin(protocol: Protocol, *, as_answered: bool = False) -> Dialogue:
    """Start a dialogue at the protocol's first question; of one that comes out of a matching, *as answered*."""
    return Dialogue(protocol, as_answered=as_answered)


def replay(protocol: Protocol, steps: Iterable[Step], *, as_answered: bool = False) -> Dialogue:
    """Load a dialogue from its log. Raises what `Dialogue.take` raises if the log does not fit."""
    dialogue = begin(protocol, as_answered=as_answered)
    for step in steps:
        dialogue.take(step)
    return dialogue
