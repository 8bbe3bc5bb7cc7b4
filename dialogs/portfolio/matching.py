"""One candidate's dialogue over all trials of a portfolio, in which each trial is judged as by a screening of its own.

It moves by the same steps as any dialogue. What differs: an answer goes to each trial that asks it and is not ruled
out, what is asked next is chosen among what these need, and where all are ruled out nothing is. A trial that is left
out is given the answers, too, so that it can be taken in again as if it had stayed; until then it has no verdict, no
failed criterion, and asks nothing. One that was saved may ask nothing, too, and be judged on by what is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from dialogs import assessment
from dialogs.answers import UNKNOWN, Answer, Choice
from dialogs.assessment import Reason, Status, Verdict
from dialogs.dialogue import Dialogue, Step, begin
from dialogs.parts import BEST_FIRST, PartVerdict, statuses
from dialogs.portfolio.choosing import Needs, changed, chosen, worths
from dialogs.portfolio.merging import Portfolio, Trial
from dialogs.progress import ASKING, REVIEW, Progress
from dialogs.protocol import Part, Protocol
from dialogs.rules.judgement import union
from dialogs.steps import NOT_ASKED, waits


@dataclass(slots=True, eq=False)
class Matching(Dialogue):
    """A dialogue over several trials. Made by `begun`; moved by `take`."""

    alone: list[Progress] = field(init=False)
    """Each trial as it stands by itself, with the answers to what it asks."""
    worth: list[dict[int, int]] = field(init=False)
    """For each trial, what an answer to each open question is worth to it, by its place in the portfolio."""
    needs: Needs = field(init=False)
    """The same of all trials together."""

    @property
    def portfolio(self) -> Portfolio:
        return cast("Portfolio", self.protocol)

    @property
    def trials(self) -> tuple[Trial, ...]:
        return self.portfolio.trials

    def is_left(self, index: int) -> bool:
        """Say whether the trial at a place was left out: it has no verdict."""
        return self.left.get(self.trials[index].protocol.id, NOT_ASKED) != NOT_ASKED

    def asks(self, index: int) -> bool:
        """Say whether what the trial at a place needs is asked; of one that was left out nothing is."""
        return self.trials[index].protocol.id not in self.left

    @property
    def taking_part(self) -> tuple[tuple[Trial, Progress], ...]:
        """The trials that were not left out, each as it stands by itself."""
        pairs = enumerate(zip(self.trials, self.alone, strict=True))
        return tuple(pair for index, pair in pairs if not self.is_left(index))

    @property
    def possible(self) -> tuple[int, ...]:
        """The trials that are neither ruled out nor left out, by their place."""
        return tuple(
            index
            for index, progress in enumerate(self.alone)
            if not progress.excluded and not self.is_left(index)
        )

    # where it stands -----------------------------------------------------------------------------

    @property
    def verdict(self) -> Verdict:
        """The best of those that take part; nothing is determined where none does."""
        found = {progress.verdict for _, progress in self.taking_part}
        return next((each for each in BEST_FIRST if each in found), "undetermined")

    @property
    def parts(self) -> tuple[PartVerdict, ...]:
        return tuple(each for trial, alone in self.taking_part for each in self._parts_of(trial, alone))

    def _parts_of(self, trial: Trial, alone: Progress) -> Iterator[PartVerdict]:
        """Yield what the parts of a trial come to by itself, and the trial where none of these is enough."""
        here, named = {part.code: part for part in self.protocol.parts}, trial.coded
        if not trial.protocol.alternatives:
            whole = PartVerdict(here[trial.protocol.id], alone.verdict, alone.failed_codes, alone.unresolved)
            yield _coded(whole, whole.part, named)
        for each in alone.parts:
            yield _coded(each, here[named(each.part.code)], named)

    @property
    def _parts_left(self) -> int:
        return union(trial.parts for index, trial in enumerate(self.trials) if self.is_left(index))

    @property
    def excluded(self) -> bool:
        """Whether every part that takes part is ruled out, and there is one."""
        return bool(self.failed) and self.ruled_out | self._parts_left == self.protocol.every_part

    @property
    def statuses(self) -> dict[str, Status]:
        found = statuses(self.protocol, self.judged, self.ruled_out)
        for index, trial in enumerate(self.trials):
            if self.is_left(index):
                found |= {trial.coded(each.code): "not judged" for each in trial.protocol.criteria}
        return found

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(
            self._told(trial, reason) for trial, progress in self.taking_part for reason in progress.reasons
        )

    @property
    def rulings(self) -> tuple[tuple[Reason, tuple[Part, ...]], ...]:
        return tuple(self._rulings())

    def _rulings(self) -> Iterator[tuple[Reason, tuple[Part, ...]]]:
        for trial, progress in self.taking_part:
            for reason, ruled in progress.rulings:
                codes = [trial.coded(part.code) for part in ruled] or [trial.protocol.id]
                parts = tuple(part for part in self.protocol.parts if part.code in codes)
                yield self._told(trial, reason), parts

    def _told(self, trial: Trial, reason: Reason) -> Reason:
        """Return a trial's reason as one of the portfolio."""
        criterion = self.protocol.criterion_by_code[trial.coded(reason.criterion.code)]
        return Reason(
            criterion, tuple((self.here(trial, question), answer) for question, answer in reason.answers)
        )

    def here(self, trial: Trial, question: str) -> str:
        """Return what a question of a trial is called here."""
        return self.protocol.questions[trial.places[trial.protocol.position[question]]].id

    def known_to(self, trial: Trial) -> list[Answer | None]:
        """Return all that is known of what a trial asks, also what others needed and it did not."""
        return [self.facts[place] for place in trial.places]

    def follow_up(self) -> dict[str, tuple[str, ...]]:
        return {
            trial.coded(code): tuple(self.here(trial, question) for question in questions)
            for trial, progress in self.taking_part
            if not progress.excluded
            for code, questions in progress.follow_up().items()
        }

    def stand_at(self, state: str) -> None:
        """Ask what stands on the screen, if it is still needed: another version may choose another question next."""
        place = self.protocol.position.get(state)
        if self.stage == ASKING and self.editing is None and place is not None and self.open >> place & 1:
            self.due = state
            if self.held is not None and self.held != state:  # an earlier version dropped what waited
                self.edit(None)

    # what changes it -----------------------------------------------------------------------------

    def settle(self) -> None:
        if self.closed is not None:
            self.due = self.closed
        elif self.editing is not None:
            self.due = self.editing
        elif waits(self):
            self.due = self.held or ""
        elif self.finished or not self.open:
            self.due = REVIEW
        else:
            self.due = self.protocol.questions[chosen(self.portfolio, self.needs, self.facts)].id

    def put(self, question: str, answer: Answer) -> None:
        onward = question not in self.answers
        self.answers[question] = answer
        self.last = question
        if onward:
            self._spread(question, answer)
        else:
            self.walk()

    def walk(self) -> None:
        """Give each trial the answers anew, in the order in which they were first given."""
        self.alone = [Progress(trial.protocol, self._own(trial), as_answered=True) for trial in self.trials]
        self.judged = [judgement for progress in self.alone for judgement in progress.judged]
        self.worth, self.needs = [{} for _ in self.trials], Needs()
        for index, progress in enumerate(self.alone):
            self._weigh(index, progress.open)
        self._take_over_all()
        self._sum_up()

    def _own(self, trial: Trial) -> dict[str, Answer]:
        """Return the answers to what one trial asks, by its own questions."""
        places, own = self.protocol.position, trial.protocol.questions
        return {
            own[trial.own[place]].id: answer
            for question, answer in self.answers.items()
            if (place := places[question]) in trial.own
        }

    def _spread(self, question: str, answer: Answer) -> None:
        """Give an answer to the trials that ask it."""
        place, others = self.protocol.position[question], False
        for index in self.portfolio.asking[place]:
            trial, progress = self.trials[index], self.alone[index]
            needed, applied = place in self.worth[index] or not self.asks(index), len(progress.applied)
            progress.put(trial.protocol.questions[trial.own[place]].id, answer)
            if needed:
                before = self.judged[trial.criteria]
                self.judged[trial.criteria] = progress.judged
                self._weigh(index, changed(trial.protocol, before, progress.judged))
                others |= len(progress.applied) > applied + 1
        if others:  # that waited for this answer: a limit of normal whose value was unknown meanwhile
            self._take_over_all()
        else:
            self._take_over(question)
        self._sum_up()

    def _weigh(self, index: int, questions: int) -> None:
        """Work out anew what answers to these questions of a trial are worth to it."""
        places, known, progress = self.trials[index].places, self.worth[index], self.alone[index]
        if progress.excluded or not self.asks(index):
            self.needs.drop(known)
            known.clear()
            return
        found = {places[own]: worth for own, worth in worths(progress, questions)}
        self.needs.drop({place: known.pop(place) for place in found if place in known})
        open_ones = {place: worth for place, worth in found.items() if worth}
        self.needs.add(open_ones)
        known |= open_ones

    def _take_over_all(self) -> None:
        self.facts = [None] * len(self.protocol.questions)
        self.applied = []
        for question in self.answers:
            self._take_over(question)

    def _take_over(self, question: str) -> None:
        """Let an answer apply if it does in any trial, with what it implies in those where it does."""
        place, answer = self.protocol.position[question], self.answers[question]
        applying = (index for index in self.portfolio.asking[place] if self._applies(index, place))
        first = next(applying, None)
        if first is None:
            return
        self.applied.append(question)
        self.facts[place] = answer
        if question in assessment.implying(self.protocol):
            for index in (first, *applying):
                self._imply(self.trials[index], place, answer)

    def _applies(self, index: int, place: int) -> bool:
        trial = self.trials[index]
        return trial.protocol.questions[trial.own[place]].id in self.alone[index].applied

    def _imply(self, trial: Trial, place: int, answer: Answer) -> None:
        """Fill in what an answer implies in a trial, where nothing better is known."""
        for option in trial.protocol.questions[trial.own[place]].chosen(answer):
            for other, code in option.implies.items():
                fact = trial.places[trial.protocol.position[other]]
                if self.facts[fact] in (None, UNKNOWN):
                    self.facts[fact] = Choice(code)

    def _sum_up(self) -> None:
        self.failed = [
            trial.first + index for trial, progress in self.taking_part for index in progress.failed
        ]
        self.open = self.needs.mask

    def restore(self) -> None:
        Progress.restore(self)
        self.walk()


def _coded(found: PartVerdict, part: Part, named: Callable[[str], str]) -> PartVerdict:
    """Return what a part of a trial comes to, with the codes of its criteria in the portfolio."""
    return PartVerdict(
        part, found.verdict, tuple(map(named, found.failed)), tuple(map(named, found.unresolved))
    )


def begun(protocol: Protocol, *, as_answered: bool = False) -> Dialogue:
    """Start a dialogue over one trial, or over those of a portfolio."""
    if isinstance(protocol, Portfolio):
        return Matching(protocol, as_answered=True)
    return begin(protocol, as_answered=as_answered)


def replayed(protocol: Protocol, steps: Iterable[Step], *, as_answered: bool = False) -> Dialogue:
    """Load a dialogue over one trial, or over several, from its log."""
    dialogue = begun(protocol, as_answered=as_answered)
    for step in steps:
        dialogue.take(step)
    return dialogue
