"""The newest answers of one patient in a matching and the screenings that came out of it: each goes on by itself.

One that was entered in another of them after what stands in this one, and is another one, is told here and can be taken
over: a number, *unknown*, or that it is worked out. A limit of normal goes with its value. To what has no answer in the
matching the newest one is offered. Only what both ask is compared: of one trial's own questions no other hears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from dialogs.answers import COMPUTED, UNKNOWN, Answer
from dialogs.carried import holding
from dialogs.dialogue import Dialogue
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Trial
from dialogs.progress import Progress
from dialogs.working_out import is_taken
from state.moments import in_zone

_NEVER_OFFERED: Final = (UNKNOWN, COMPUTED)
"""What is not offered to be kept where nothing was answered yet: other buttons say it."""


@dataclass(frozen=True, slots=True)
class CameOut:
    """A screening that came out of a matching, or that: the answers that apply in it and when they were entered.

    By the questions of the matching, or of one of its trials.
    """

    number: str
    answers: Mapping[str, Answer]
    entered: Mapping[str, str]


def came_out(
    matching: Matching, index: int, number: str, dialogue: Dialogue, entered: Mapping[str, str]
) -> CameOut:
    """Return a screening for the trial at a place by the questions of the matching."""
    here = {question: matching.here(matching.trials[index], question) for question in dialogue.applied}
    return CameOut(
        number,
        {name: dialogue.answers[question] for question, name in here.items()},
        {name: entered[question] for question, name in here.items()},
    )


def beside(matching: Matching, trial: Trial, others: Iterable[CameOut]) -> list[CameOut]:
    """Return others by the questions of a trial of the matching, as far as that asks them."""
    own = {matching.here(trial, question.id): question.id for question in trial.protocol.questions}
    return [
        CameOut(
            each.number,
            {own[name]: answer for name, answer in each.answers.items() if name in own},
            {own[name]: at for name, at in each.entered.items() if name in own},
        )
        for each in others
    ]


def newest(screenings: Iterable[CameOut]) -> dict[str, CameOut]:
    """Return for each question which of the screenings has the newest answer to it, of all by when it was entered."""
    found = dict[str, CameOut]()
    for each in screenings:
        for question, at in each.entered.items():
            if question not in found or found[question].entered[question] < at:
                found[question] = each
    return found


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another one of them has since: an answer, with its limit of normal if that is new, too.

    ``holds`` says whether it can be taken over; else it is to be typed.
    """

    number: str
    given: tuple[tuple[str, Answer], ...]
    holds: bool


def judged_by_newest(dialogue: Dialogue, elsewhere: Mapping[str, Elsewhere]) -> Progress:
    """Return what a screening comes to by the newest answers of all; what does not fit its value is not known."""
    given = {question: answer for each in elsewhere.values() for question, answer in each.given}
    answers = {**dialogue.answers, **given}
    known = {q: a if is_taken(dialogue.protocol, q, answers) else UNKNOWN for q, a in answers.items()}
    return Progress(dialogue.protocol, known, as_answered=True)


@dataclass(frozen=True, slots=True)
class Beside:
    """A matching, or a screening that came out of it, beside the newest answers of the others.

    ``entered`` says when the answers here were, ``today`` which day it is here. On the same day each answer still
    holds; on another one, what lasts: 3 weeks ago is longer ago by then.
    """

    here: Dialogue
    entered: Mapping[str, str]
    newest: Mapping[str, CameOut]
    zone: str
    today: date

    # what is answered otherwise ------------------------------------------------------------------

    def elsewhere(self) -> dict[str, Elsewhere]:
        """Return what was entered there since and is not what stands here, by question; limits with their values."""
        since = [question for question in self.newest if self._is_since(question)]
        found = {each: self._elsewhere(each) for each in since if not self._value_of(each)}
        told = {question for each in found.values() for question, _ in each.given}
        return found | {each: self._elsewhere(each) for each in since if each not in told}

    def _is_since(self, question: str) -> bool:
        stands, of = self.here.answers.get(question), self.newest[question]
        if stands is None or question not in self.here.applied:
            return False
        return of.answers[question] != stands and of.entered[question] > self.entered[question]

    def _elsewhere(self, question: str) -> Elsewhere:
        of = self.newest[question]
        given = ((question, of.answers[question]), *self._limits(question, of))
        holds = all(self._holds(each, of) for each, _ in given) and self._fits(*given[0])
        return Elsewhere(of.number, given, holds)

    def _limits(self, value: str, of: CameOut) -> Iterator[tuple[str, Answer]]:
        """Yield the limits that go with a value: those that are newest there, too, or without which none would fit."""
        answers, protocol = self.here.answers, self.here.protocol
        for limit, there in of.answers.items():
            if self._value_of(limit) != value or answers.get(limit, there) == there:
                continue
            is_newer = self.newest[limit] is of and of.entered[limit] > self.entered[limit]
            if is_newer or not is_taken(protocol, limit, {**answers, value: of.answers[value]}):
                yield limit, there

    def _value_of(self, question: str) -> str | None:
        return self.here.protocol.question(question).unit_of

    def _holds(self, question: str, of: CameOut) -> bool:
        if in_zone(of.entered[question], self.zone).date() == self.today:
            return True
        return holding(self.here.protocol, question, of.answers[question]) is not None

    def _fits(self, question: str, answer: Answer) -> bool:
        """Say whether a limit has the unit of the value that stands here."""
        return is_taken(self.here.protocol, question, {**self.here.answers, question: answer})

    # what is not answered yet --------------------------------------------------------------------

    def offered(self) -> dict[str, CameOut]:
        """Return of which screening the newest answer is to what has none here, if it may be kept here.

        A limit of normal is that of one result: it is offered once that result stands here.
        """
        return {
            question: of
            for question, of in self.newest.items()
            if question not in self.here.answers
            and of.answers[question] not in _NEVER_OFFERED
            and self._holds(question, of)
            and self._is_of_what_stands(question, of)
        }

    def _is_of_what_stands(self, limit: str, of: CameOut) -> bool:
        value = self._value_of(limit)
        return value is None or self.here.answers.get(value) == of.answers.get(value)
