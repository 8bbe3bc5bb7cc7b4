"""One screening's dialogue: what was answered, what is asked next, and the machine that moves it.

A `Dialogue` is a plain object; the rules of the room:

* a person does a `Step`; `Dialogue.take` refuses it with `NotNow` and changes nothing, or applies it;
* the state after a step follows from the answers, never from a list of skips: ``due`` is the question being
  corrected, else *excluded* at a failed criterion, else the first question that an open criterion still
  needs, else *review*;
* one `transitions` machine a protocol, shared by all its dialogues, has the states and guards. It runs no
  callbacks: a step is applied first, and the guards then find the one transition that leads to ``due``;
* taking the same steps again gives the same dialogue: that is how it is loaded from its log;
* *reopen* and *amend* open a revision of a saved screening. What was saved stands until *save* replaces it; *cancel*
  brings the dialogue back to it, whole. `reason_for` tells the reason that an answer of a revision must bear;
  it is for those who keep the steps to ask, since older logs have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, cast, get_args

from transitions import Event, EventData, Machine
from transitions.core import Transition

from dialogs import assessment
from dialogs.answers import UNKNOWN, Answer, Choice
from dialogs.assessment import Reason, Status, Verdict
from dialogs.errors import AnswerError, NotNow
from dialogs.protocol import Protocol
from dialogs.rules import FALSE, Judgement

EXCLUDED: Final = "excluded"
REVIEW: Final = "review"
COMPLETED: Final = "completed"
CANCELLED: Final = "cancelled"

StepKind = Literal[
    "answer", "propose", "back", "correct", "continue", "finish", "save", "cancel", "reopen", "amend"
]
STEP_KINDS: Final[tuple[str, ...]] = get_args(StepKind)
REASONS: Final = ("transcription", "unit", "newer", "misread", "other")
"""Why an answer of a saved screening is changed; a person chooses one."""
FILLED_IN: Final = "filled_in"
"""Why an answer that was unknown is given now; nobody needs to be asked."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a person did.

    A proposal waits: the number ``entered`` for its unit or for a yes, the answers ``given`` for the reason of a
    change. ``reason`` is that reason, of an answer or of the amendment that asks for it.
    """

    kind: StepKind
    question: str | None = None
    answer: Answer | None = None
    entered: str | None = None
    given: tuple[tuple[str, Answer], ...] = ()
    reason: str | None = None


class Dialogue:
    """A screening's answers and state. Made by `begin` or `replay`; moved by `take`."""

    __slots__ = (
        "_machine",
        "answers",
        "applied",
        "due",
        "editing",
        "explained",
        "facts",
        "failed",
        "finished",
        "further",
        "judged",
        "last",
        "open",
        "proposal",
        "protocol",
        "saved",
        "state",
        "waiting",
        "withdrawn",
    )

    def __init__(self, protocol: Protocol, machine: Machine) -> None:
        self.protocol = protocol
        self._machine = machine
        self.answers: dict[str, Answer] = {}
        """Every answer that stands, also those that no longer apply."""
        self.applied: list[str] = []
        """The questions whose answers apply, in the order in which a dialogue comes to them."""
        self.facts: list[Answer | None] = []
        self.judged: list[Judgement] = []
        self.failed: list[int] = []
        """Indexes of the failed criteria, in the order in which a dialogue comes to them."""
        self.open = 0
        """Bit mask of the questions that could still change a criterion."""
        self.editing: str | None = None
        self.proposal: str | None = None
        self.waiting: tuple[tuple[str, Answer], ...] = ()
        """Answers that a revision keeps as soon as the reason of the change is given."""
        self.explained: dict[str, str] = {}
        """The reasons given in this revision, by question."""
        self.saved: Mapping[str, Any] | None = None
        """What the verdict that was saved last rests on, to come back to."""
        self.further = False
        self.finished = False
        self.last: str | None = None
        self.withdrawn: set[str] = set()
        """Questions whose answers were taken back by reopening; most are asked and answered again."""
        self._recompute()
        self.due = self._due()
        self.state: str = self.due

    # what a person does --------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Apply a step and move. Raises `NotNow`, or `AnswerError` for an answer that does not fit."""
        if self.state not in self._machine.events[step.kind].transitions or not _READY[step.kind](self, step):
            raise NotNow(step.kind, self.state)
        _EFFECT[step.kind](self, step)
        self.due = self._due()
        if not self._machine.events[step.kind].trigger(self, self):
            raise AssertionError(f"no transition for {step.kind} from {self.state} to {self.due}")

    def can(self, kind: StepKind, question: str | None = None) -> bool:
        """Say whether a step of this kind is possible now."""
        step = Step(kind, question)
        return self.state in self._machine.events[kind].transitions and _READY[kind](self, step)

    # revising what was saved ---------------------------------------------------------------------

    @property
    def revising(self) -> bool:
        """Say whether a saved screening is open again; its saved verdict stands meanwhile."""
        return self.saved is not None and self.state != COMPLETED

    def reason_for(self, question: str, answer: Answer, given: str | None = None) -> str | None:
        """Give the reason that an answer bears in a revision: ``given``, the one told before, or `FILLED_IN`.

        Raises `NotNow` for one that changes an answer of the saved screening without a reason.
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

    # what it stands at ---------------------------------------------------------------------------

    @property
    def verdict(self) -> Verdict:
        return assessment.verdict(self.judged)

    @property
    def statuses(self) -> dict[str, Status]:
        pairs = zip(self.protocol.criteria, self.judged, strict=True)
        return {criterion.code: assessment.status(judgement) for criterion, judgement in pairs}

    @property
    def failed_codes(self) -> tuple[str, ...]:
        return tuple(self.protocol.criteria[index].code for index in self.failed)

    @property
    def unresolved(self) -> tuple[str, ...]:
        """The unknown criteria; only of an undetermined screening."""
        if self.verdict != "undetermined":
            return ()
        return tuple(code for code, status in self.statuses.items() if status == "unknown")

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why each failed criterion failed, the first one first."""
        criteria = self.protocol.criteria
        return tuple(assessment.reason(self.protocol, criteria[index], self.facts) for index in self.failed)

    @property
    def set_aside(self) -> tuple[str, ...]:
        """Questions whose answers stand in the log but no longer apply.

        While questions are asked, an answer beyond the open one waits for it; at the end nothing waits any more.
        """
        places = self.protocol.position
        ended = self.state in (REVIEW, COMPLETED, CANCELLED) or not self.open
        reached = len(places) if ended else (self.open & -self.open).bit_length() - 1
        return tuple(q for q in self.answers if q not in self.applied and places[q] < reached)

    @property
    def previous(self) -> str | None:
        """The question that *back* leads to."""
        if self.state in (EXCLUDED, REVIEW) and self.last in self.applied:
            return self.last
        places = self.protocol.position
        here = places.get(self.state, len(places))
        before = [question for question in self.applied if places[question] < here]
        return max(before, key=places.__getitem__, default=None)

    @property
    def criterion_at(self) -> int | None:
        """Index of the criterion for which the current question is asked; its place is the progress."""
        place = self.protocol.position.get(self.state)
        if place is None:
            return None
        for index, judgement in enumerate(self.judged):
            if judgement.residual >> place & 1:
                return index
        return self.protocol.affected[place][0]

    def follow_up(self) -> dict[str, tuple[str, ...]]:
        """For each unknown criterion, the questions whose better answers would settle it."""
        return assessment.follow_up(self.protocol, self.facts)

    # how it moves --------------------------------------------------------------------------------

    def _due(self) -> str:
        if self.editing is not None:
            return self.editing
        if self.failed and not self.further and not self.finished:
            return EXCLUDED
        if self.finished or not self.open:
            return REVIEW
        return self.protocol.questions[(self.open & -self.open).bit_length() - 1].id

    def _answer(self, step: Step) -> None:
        question, answer = step.question, step.answer
        if question is None or answer is None:
            raise AnswerError("an answer names its question")
        place = self.protocol.position[question]
        self.protocol.questions[place].check(answer)
        self._require_unit(place, answer)
        forward = (
            question not in self.answers
            and len(self.applied) == len(self.answers)
            and (not self.applied or self.protocol.position[self.applied[-1]] < place)
        )
        self.answers[question] = answer
        self.last = question
        self._edit(None)
        if step.reason is not None:
            self.explained[question] = step.reason
        if forward:
            self._apply(place, answer)
        else:
            self._recompute()

    def _require_unit(self, place: int, answer: Answer) -> None:
        """A ULN has the unit of its value; Raises `AnswerError` for another."""
        other = self.protocol.questions[place].unit_of
        if other is None or isinstance(answer, Choice):
            return
        value = self.facts[self.protocol.position[other]]
        if value is not None and not isinstance(value, Choice) and value.unit != answer.unit:
            raise AnswerError(f"{self.protocol.questions[place].id} must be in {value.unit}, like {other}")

    def _recompute(self) -> None:
        """Walk the dialogue again over the answers that stand, up to the first question that has none.

        Answers that the walk passes by are set aside; those beyond the open question wait for it.
        """
        count = len(self.protocol.questions)
        self.facts = [None] * count
        self.applied, self.failed, self.judged, self.open = [], [], list(_unanswered(self.protocol)), 0
        for judgement in self.judged:
            self.open |= judgement.residual
        seen = 0
        while todo := self.open & ~seen:
            bit = todo & -todo
            seen |= bit
            place = bit.bit_length() - 1
            answer = self.answers.get(self.protocol.questions[place].id)
            if answer is None:
                break
            self._apply(place, answer)
        if not self.failed:
            self.further = self.finished = False

    def _apply(self, place: int, answer: Answer) -> None:
        question = self.protocol.questions[place].id
        self.facts[place] = answer
        if isinstance(answer, Choice):
            assessment.imply(self.protocol, self.facts, question, answer)
        for index in self.protocol.affected[place]:
            was = self.judged[index]
            if was.low == was.high and was is not assessment.NOT_JUDGED:
                continue
            now = self.judged[index] = assessment.judge(self.protocol, index, self.facts)
            if now.high == FALSE:
                self.failed.append(index)
        mask = 0
        for judgement in self.judged:
            mask |= judgement.residual
        self.open = mask
        if mask >> place & 1:  # a ULN in another unit than its value: not taken, asked again
            self.facts[place] = None
        else:
            self.applied.append(question)

    def _edit(self, question: str | None) -> None:
        self.editing, self.proposal, self.waiting = question, None, ()

    def _back(self, step: Step) -> None:
        self._edit(self.previous)

    def _correct(self, step: Step) -> None:
        self._edit(step.question)

    def _propose(self, step: Step) -> None:
        self.proposal, self.waiting = step.entered, step.given

    def _continue(self, step: Step) -> None:
        self.further, self.finished = True, False

    def _finish(self, step: Step) -> None:
        self.finished = True

    def _save(self, step: Step) -> None:
        self._edit(None)
        self.explained = {}
        self.saved = {name: copy(getattr(self, name)) for name in _RESTS_ON}

    def _cancel(self, step: Step) -> None:
        self._edit(None)
        for name, value in (self.saved or {}).items():
            setattr(self, name, copy(value))

    def _amend(self, step: Step) -> None:
        """Take up one answer of a saved screening again, as a query asked; the saved verdict stays."""
        self._edit(step.question)
        if step.reason is not None and step.question is not None:
            self.explained[step.question] = step.reason

    def _reopen(self, step: Step) -> None:
        for missing in self.follow_up().values():
            for question in missing:
                self.answers.pop(question, None)
                self.withdrawn.add(question)
        self.finished = False
        self._recompute()


_RESTS_ON: Final = (
    "answers", "applied", "explained", "facts", "failed", "finished", "further", "judged", "last", "open", "withdrawn",
)  # fmt: skip
"""What a save keeps of a dialogue, and cancelling a revision brings back."""
_READY: Final[Mapping[str, Callable[[Dialogue, Step], bool]]] = {
    "answer": lambda dialogue, step: step.question == dialogue.state,
    "propose": lambda dialogue, step: step.question == dialogue.state,
    "back": lambda dialogue, step: dialogue.previous is not None,
    "correct": lambda dialogue, step: step.question in (dialogue.state, *dialogue.applied),
    "continue": lambda dialogue, step: bool(dialogue.failed) and bool(dialogue.open),
    "finish": lambda dialogue, step: True,
    "save": lambda dialogue, step: True,
    "cancel": lambda dialogue, step: True,
    "reopen": lambda dialogue, step: dialogue.verdict == "undetermined",
    "amend": lambda dialogue, step: step.question in dialogue.applied,
}
_EFFECT: Final[Mapping[str, Callable[[Dialogue, Step], None]]] = {
    "answer": Dialogue._answer,
    "propose": Dialogue._propose,
    "back": Dialogue._back,
    "correct": Dialogue._correct,
    "continue": Dialogue._continue,
    "finish": Dialogue._finish,
    "save": Dialogue._save,
    "cancel": Dialogue._cancel,
    "reopen": Dialogue._reopen,
    "amend": Dialogue._amend,
}


@lru_cache(maxsize=64)
def _unanswered(protocol: Protocol) -> tuple[Judgement, ...]:
    nothing: list[Answer | None] = [None] * len(protocol.questions)
    return tuple(assessment.judge(protocol, index, nothing) for index in range(len(protocol.criteria)))


# the machine -------------------------------------------------------------------------------------


def transitions_of(protocol: Protocol) -> Iterator[tuple[StepKind, str, str, bool]]:
    """The table: (trigger, from, to, guarded). A guarded transition is taken when ``due`` is its target."""
    questions = [question.id for question in protocol.questions]
    living = [*questions, EXCLUDED, REVIEW]
    for place, question in enumerate(questions):
        onward = [*questions[place + 1 :], *questions[:place]]
        for target in (EXCLUDED, *onward, REVIEW):
            yield "answer", question, target, True
        yield "propose", question, question, True
        for target in reversed(questions[:place]):
            yield "back", question, target, True
    for state in living:
        for target in questions:
            yield "correct", state, target, True
        yield "cancel", state, COMPLETED, True
        yield "cancel", state, CANCELLED, False
    for state in (EXCLUDED, REVIEW):
        for target in reversed(questions):
            yield "back", state, target, True
        for target in (*questions, REVIEW):
            yield "continue", state, target, True
    yield "finish", EXCLUDED, REVIEW, False
    yield "save", REVIEW, COMPLETED, False
    for target in (*questions, REVIEW):
        yield "reopen", COMPLETED, target, True
    for target in questions:
        yield "amend", COMPLETED, target, True


class _DirectEvent(Event):
    """Tries the transition that leads to ``due`` first, instead of all in turn; its guard decides as ever."""

    def __init__(self, name: str, machine: Machine) -> None:
        super().__init__(name, machine)
        self._leading: dict[tuple[str, str | None], list[Transition]] = {}

    def add_transition(self, transition: Transition) -> None:
        super().add_transition(transition)
        self._leading.setdefault((transition.source, transition.dest), []).append(transition)

    def _process(self, event_data: EventData) -> bool:
        source, dialogue = event_data.state.name, cast("Dialogue", event_data.model)
        for transition in self._leading.get((source, dialogue.due)) or self.transitions[source]:
            event_data.transition = transition
            if transition.execute(event_data):
                event_data.result = True
                break
        return bool(event_data.result)


class _Machine(Machine):
    event_cls = _DirectEvent


@lru_cache(maxsize=64)
def machine(protocol: Protocol) -> Machine:
    """Build the machine of a protocol: shared by all its dialogues, never bound to one."""
    guards = {state: _leads_to(state) for state in (*protocol.position, EXCLUDED, REVIEW)}
    guards[COMPLETED] = _verdict_stands
    table = [
        {
            "trigger": trigger,
            "source": source,
            "dest": target,
            "conditions": [guards[target]] if guarded else [],
        }
        for trigger, source, target, guarded in transitions_of(protocol)
    ]
    return _Machine(
        model=None,
        states=[*guards, {"name": CANCELLED, "final": True}],
        initial=next(iter(guards)),
        transitions=table,
        auto_transitions=False,
    )


def _leads_to(state: str) -> Callable[[Dialogue], bool]:
    def leads(dialogue: Dialogue) -> bool:
        return dialogue.due == state

    leads.__name__ = f"leads_to_{state}"
    return leads


def _verdict_stands(dialogue: Dialogue) -> bool:
    """A revision that is cancelled leads back to the verdict that was saved."""
    return dialogue.saved is not None


def begin(protocol: Protocol) -> Dialogue:
    """Start a dialogue at the protocol's first question."""
    return Dialogue(protocol, machine(protocol))


def replay(protocol: Protocol, steps: Iterable[Step]) -> Dialogue:
    """Load a dialogue from its log. Raises what `Dialogue.take` raises if the log does not fit."""
    dialogue = begin(protocol)
    for step in steps:
        dialogue.take(step)
    return dialogue
