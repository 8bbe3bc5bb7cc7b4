"""How far a screening has come: the answers given, what each criterion comes to, and what is due next.

`Progress` holds what the steps of a dialogue change and works out what follows. Its walk decides which answers count:
from the first question on, always to the first that an open criterion still needs, for as long as that has an answer.
Answers that it passes by are set aside; those beyond where it stops wait.

A screening that comes out of a matching, where several trials were asked in another order, goes *as answered*: always
to the first answer given that is needed then. It stops where none is, and at an exclusion unless more is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final

from dialogs import assessment, parts
from dialogs.answers import COMPUTED, Answer, Measurement
from dialogs.assessment import Reason, Status, Verdict
from dialogs.errors import AnswerError
from dialogs.parts import PartVerdict
from dialogs.protocol import Part, Protocol
from dialogs.rules.judgement import FALSE, UNCERTAIN, Judgement, first_place, union
from dialogs.working_out import asked_before, is_taken, parts_to_come

ASKING: Final = "asking"
EXCLUDED: Final = "excluded"
REVIEW: Final = "review"
COMPLETED: Final = "completed"
CANCELLED: Final = "cancelled"
STAGES: Final = (ASKING, EXCLUDED, REVIEW, COMPLETED, CANCELLED)
"""Where a dialogue can stand. In `Progress.state` and in files, the question that is asked stands for *asking*."""

_RESTS_ON: Final = (
    *("answers", "applied", "decided", "explained", "facts", "failed", "finished"),
    *("further", "judged", "last", "left", "open", "spared", "withdrawn"),
)
"""What a save keeps, and what cancelling a revision brings back."""


@dataclass(slots=True, eq=False)
class Progress:
    """A screening's answers, and what follows from them. Changed by the steps of `dialogs.steps` only."""

    protocol: Protocol
    answers: dict[str, Answer] = field(default_factory=dict)
    """Every answer that stands, also those that no longer apply."""
    applied: list[str] = field(default_factory=list)
    """The questions whose answers apply, in the order in which the walk comes to them."""
    facts: list[Answer | None] = field(default_factory=list)
    """The answers that apply and what they imply, one entry a question."""
    judged: list[Judgement] = field(default_factory=list)
    """What each criterion comes to."""
    failed: list[int] = field(default_factory=list)
    """Indexes of the failed criteria, in the order in which the walk comes to them."""
    open: int = 0
    """Bit mask of the questions that could still change a criterion of a part that is not ruled out."""
    as_answered: bool = False
    """Whether answers are taken in the order in which they were given, not in that of the questions."""

    editing: str | None = None
    """The question that is being corrected."""
    proposal: str | None = None
    """A number that was typed and waits for its unit or for a yes; the options ticked so far."""
    waiting: tuple[tuple[str, Answer], ...] = ()
    """Answers that a revision keeps as soon as the reason of the change is given, or that contradict others."""
    held: str | None = None
    """The question that a proposal is about. It goes on being asked when a trial is left out or taken in again."""
    further: bool = False
    """Whether questions go on after an exclusion."""
    finished: bool = False
    """Whether no more questions are wanted, though some are open."""
    spared: int = 0
    """Bit mask of the questions that were not asked when a verdict was saved: a correction does not ask them either."""
    last: str | None = None
    """The question that was answered last."""
    decided: dict[str, str] = field(default_factory=dict)
    """Times said to the day, or by which it was said which of two is longer ago, by question: as they were typed."""
    left: Mapping[str, str] = field(default_factory=dict)
    """The trials that were left out of a matching, or for which nothing more is asked in it, by id, and why."""

    saved: Mapping[str, Any] | None = None
    """What the verdict that was saved last rests on, to come back to."""
    explained: dict[str, str] = field(default_factory=dict)
    """The reasons given in this revision, by question."""
    withdrawn: set[str] = field(default_factory=set)
    """Questions whose answers were taken back by reopening; most are asked and answered again."""

    closed: str | None = None
    """*completed* or *cancelled*, once a step has led there; a revision opens the dialogue again."""
    due: str = field(init=False)
    """Where the last step leads: a question, or a stage other than *asking*."""
    stage: str = field(init=False)
    """Where the dialogue stands; set by the machine."""

    def __post_init__(self) -> None:
        self.walk()
        self.settle()
        self.stage = ASKING if self.due in self.protocol.position else self.due

    # where it stands -----------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """The question that is asked, or *excluded*, *review*, *completed*, *cancelled*."""
        return self.due if self.stage == ASKING else self.stage

    @property
    def verdict(self) -> Verdict:
        return parts.whole(self.protocol, self.judged)

    @property
    def parts(self) -> tuple[PartVerdict, ...]:
        """The verdict of each part; none of a trial without parts."""
        return parts.part_verdicts(self.protocol, self.judged, self._failed())

    @property
    def ruled_out(self) -> int:
        """Bit mask of the parts that a failed criterion rules out."""
        return union(self.protocol.parts_of[index] for index in self.failed)

    @property
    def excluded(self) -> bool:
        """Whether every part is ruled out."""
        return self.ruled_out == self.protocol.every_part

    @property
    def statuses(self) -> dict[str, Status]:
        return parts.statuses(self.protocol, self.judged, self.ruled_out)

    @property
    def failed_codes(self) -> tuple[str, ...]:
        """The failed criteria, the first one first; only of an ineligible screening. See `parts` for those of one."""
        return tuple(self._failed()) if self.excluded else ()

    @property
    def first_failed(self) -> str | None:
        """The criterion that excludes: the first one that failed; of parts, the one at which the last part failed."""
        return parts.excluding(self.protocol, self.failed) if self.excluded else None

    def _failed(self) -> list[str]:
        return [self.protocol.criteria[index].code for index in self.failed]

    @property
    def unresolved(self) -> tuple[str, ...]:
        """The unknown criteria; only of an undetermined screening."""
        if self.verdict != "undetermined":
            return ()
        return tuple(code for code, status in self.statuses.items() if status == "unknown")

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why each failed criterion failed, the first one first."""
        return tuple(map(self._reason, self.failed))

    @property
    def rulings(self) -> tuple[tuple[Reason, tuple[Part, ...]], ...]:
        """The reasons that ruled out what none before them did, with the parts that each did."""
        return tuple((self._reason(at), ruled) for at, ruled in parts.rulings(self.protocol, self.failed))

    def _reason(self, index: int) -> Reason:
        return assessment.reason(self.protocol, self.protocol.criteria[index], self.facts)

    @property
    def set_aside(self) -> tuple[str, ...]:
        """Questions whose answers stand in the log but no longer apply.

        While questions are asked, an answer beyond the open one waits for it; at the end nothing waits any more.
        """
        if self.as_answered:
            return tuple(question for question in self.answers if question not in self.applied)
        places = self.protocol.position
        ended = self.state in (REVIEW, COMPLETED, CANCELLED) or not self.open
        reached = len(places) if ended else first_place(self.open)
        return tuple(q for q in self.answers if q not in self.applied and places[q] < reached)

    @property
    def previous(self) -> str | None:
        """The question that *back* leads to."""
        if self.state in (EXCLUDED, REVIEW) and self.last in self.applied:
            return self.last
        if self.as_answered or self.protocol.formulas:  # parts may stand above the number they are asked for
            return asked_before(self.state, self.applied)
        places = self.protocol.position
        here = places.get(self.state, len(places))
        before = [question for question in self.applied if places[question] < here]
        if not before and self.state not in self.applied and self.applied:  # asked late: parts were ruled out
            return self.applied[-1]
        return max(before, key=places.__getitem__, default=None)

    @property
    def remaining(self) -> int:
        """About how many questions can still be asked from here on, the one that is asked now included.

        Never more are asked, but for a limit or a weight that only an answer as a number calls for, which takes that
        answer's place, and for the parts of a number once it is to be worked out: who has it is asked for it alone.
        After an exclusion, what is asked if further reasons are recorded. Any other answer to an unanswered question
        raises it only if it rules out the last part.
        """
        typed = union(1 << place for place in self.protocol.formulas if self.facts[place] != COMPUTED)
        left = self.open & ~self.spared | parts_to_come(self.protocol, self.open & ~typed, self.facts)
        for question in self.answers:
            if is_taken(self.protocol, question, self.answers):
                left &= ~(1 << self.protocol.position[question])
        if self.editing is not None:
            left |= 1 << self.protocol.position[self.editing]
        return left.bit_count()

    def follow_up(self) -> dict[str, tuple[str, ...]]:
        """For each unknown criterion that still matters, the questions whose better answers would settle it."""
        found, matter = assessment.follow_up(self.protocol, self.facts), self.statuses
        return {code: questions for code, questions in found.items() if matter[code] == "unknown"}

    @property
    def missing(self) -> tuple[str, ...]:
        """The questions whose better answers would settle what is undetermined, the whole or a part of it."""
        if not self.undetermined:
            return ()
        return tuple(dict.fromkeys(question for each in self.follow_up().values() for question in each))

    @property
    def undetermined(self) -> bool:
        """Whether the verdict, or that of an alternative, waits for better answers."""
        return "undetermined" in (
            self.verdict,
            *(each.verdict for each in self.parts if not each.part.required),
        )

    # what changes it -----------------------------------------------------------------------------

    def settle(self) -> None:
        """Set what is due: an end, a question being corrected, an exclusion, the first open question, the review."""
        if self.closed is not None:
            self.due = self.closed
        elif self.editing is not None:
            self.due = self.editing
        elif self.excluded and not self.further and not self.finished:
            self.due = EXCLUDED
        elif self.finished or not (wanted := self.open & ~self.spared):
            self.due = REVIEW
        else:
            self.due = self.protocol.questions[first_place(wanted)].id

    def edit(self, question: str | None) -> None:
        """Correct a question, or none any more; what was proposed for another one is dropped."""
        self.editing, self.proposal, self.waiting, self.held = question, None, (), None

    def check(self, question: str, answer: Answer) -> None:
        """Raise `AnswerError` unless the question can have this answer now: a ULN has the unit of its value."""
        asked = self.protocol.question(question)
        asked.check(answer)
        if asked.unit_of is None or not isinstance(answer, Measurement):
            return
        value = self.facts[self.protocol.position[asked.unit_of]]
        if not isinstance(value, Measurement) or value.unit not in asked.unit_by_code:
            return  # unknown, or a multiple of this limit, whose unit does not matter
        if value.unit != answer.unit:
            raise AnswerError(f"{question} must be in {value.unit}, like {asked.unit_of}")

    def put(self, question: str, answer: Answer) -> None:
        """Keep an answer and work out what follows; the walk is begun anew only where it could turn."""
        place = self.protocol.position[question]
        onward = question not in self.answers and (self.as_answered or self._is_beyond_all(place))
        self.answers[question] = answer
        self.last = question
        if not onward:
            self.walk()
        elif not self.as_answered:
            self._apply(place, answer)
        elif self.open >> place & 1:
            self._apply_needed()

    def _is_beyond_all(self, place: int) -> bool:
        """Say whether a question comes after all that were answered, and all these answers apply."""
        if len(self.applied) != len(self.answers):
            return False
        return not self.applied or self.protocol.position[self.applied[-1]] < place

    def withdraw(self, question: str) -> None:
        """Take an answer back, so that its question is asked again. `walk` must follow."""
        self.answers.pop(question, None)
        self.withdrawn.add(question)

    def walk(self) -> None:
        """Walk from the first question over the answers that stand, up to the first question that has none."""
        self.facts = [None] * len(self.protocol.questions)
        self.applied, self.failed, self.judged = [], [], list(assessment.unanswered(self.protocol))
        self.open = self._open_questions()
        if self.as_answered:
            self._apply_needed()
        else:
            self._apply_in_order()
        if not self.excluded:
            self.further = self.finished = False

    def _apply_in_order(self) -> None:
        seen = 0
        while todo := self.open & ~seen:
            place = first_place(todo)
            seen |= 1 << place
            answer = self.answers.get(self.protocol.questions[place].id)
            if answer is None:
                break
            self._apply(place, answer)

    def _apply_needed(self) -> None:
        """Take what is needed of the answers that do not apply yet; each that is taken may call for an earlier one."""
        places, applied = self.protocol.position, {*self.applied}
        waiting = [question for question in self.answers if question not in applied]
        while waiting and (self.further or not self.excluded):
            needed = next((q for q in waiting if self.open >> places[q] & 1), None)
            if needed is None:
                return
            waiting.remove(needed)
            self._apply(places[needed], self.answers[needed])

    def _apply(self, place: int, answer: Answer) -> None:
        question = self.protocol.questions[place].id
        self.facts[place] = answer
        assessment.imply(self.protocol, self.facts, question, answer)
        gone, left = 0, 0
        for index in self.protocol.affected[place]:
            was = self.judged[index]
            if was.low == was.high != UNCERTAIN and was is not assessment.NOT_JUDGED:
                continue  # what is uncertain can still be settled by what another answer implies
            now = self.judged[index] = assessment.judge(self.protocol, index, self.facts)
            if now.high == FALSE:
                self.failed.append(index)
            gone, left = gone | was.residual & ~now.residual, left | now.residual
        alone = self.protocol.every_part == 1 and not gone & ~(1 << place)  # nothing else is settled with it
        self.open = self.open & ~(1 << place) | left if alone else self._open_questions()
        if self.open >> place & 1:  # a ULN in another unit than its value: not taken, asked again
            self.facts[place] = None
        else:
            self.applied.append(question)

    def _open_questions(self) -> int:
        return parts.open_questions(self.protocol, self.judged, self.ruled_out)

    # what a save keeps ---------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep all that the verdict rests on, for `restore`."""
        self.saved = {name: copy(getattr(self, name)) for name in _RESTS_ON}

    def restore(self) -> None:
        """Come back to what was kept last; nothing changes if nothing was."""
        for name, value in (self.saved or {}).items():
            setattr(self, name, copy(value))
