"""Made-up patients on whom two versions of a trial differ: found, shown not to be, or only looked for.

Whoever is found was judged by both versions in full. That there is none is said only where the search went through all
answers that settle the rules and that both versions take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Final, Literal

from dialogs.amendments.joined import Joined
from dialogs.amendments.outcomes import (
    Outcome,
    all_of,
    any_of,
    coming_to,
    consistent,
    in_favour,
    not_excluded,
)
from dialogs.answers import COMPUTED, UNKNOWN, Answer, Measurement
from dialogs.assessment import NOT_JUDGED, effective, judge
from dialogs.examples import expected_number
from dialogs.proofs.outcomes import Known, example, met
from dialogs.proofs.reachable import Budget, has_unclear
from dialogs.proofs.representatives import representatives
from dialogs.protocol import Protocol
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, members
from dialogs.rules.tree import Negation, Node

STEPS: Final = 200_000
"""Of the search for one patient, if few are looked for."""
STEPS_IN_ALL: Final = 800_000
"""Of the searches for patients of all criteria: seconds, however many rules have changed."""
TRIES: Final = 1_000
TRIES_IN_ALL: Final = 4_000
"""Patients by lot, where a search cannot go through all: for one of them, and for all."""

Finding = Literal["found", "none", "sampled"]
Answers = Mapping[str, Answer]
_Facts = dict[int, Answer]
_Test = Callable[[Answers, Answers], bool]


@dataclass(frozen=True, slots=True)
class Patient:
    """Answers to the questions of the old version, and to those of the new one; what both ask is answered alike."""

    before: Answers
    after: Answers


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether there is a patient who came to ``was`` and comes to ``becomes``."""

    was: str
    becomes: str
    finding: Finding
    patient: Patient | None = None


class Patients:
    """Looks for patients on whom two versions differ."""

    def __init__(self, joined: Joined, rules: int = 1) -> None:
        self.joined = joined
        self.steps = min(STEPS, STEPS_IN_ALL // max(rules, 1))
        self.tries = min(TRIES, TRIES_IN_ALL // max(rules, 1))
        self._known: Known = {}
        old, new = joined.old.criteria, joined.new.criteria
        self._before = [
            met(replace(c, rule=replace(c.rule, node=n))) for c, n in zip(old, joined.before, strict=True)
        ]
        self._after = [
            met(replace(c, rule=replace(c.rule, node=n))) for c, n in zip(new, joined.after, strict=True)
        ]

    # one criterion -------------------------------------------------------------------------------

    def of_criterion(self, one: int, other: int) -> Iterator[Difference]:
        """Yield for each change of outcome that a criterion can have whether there is a patient for it."""
        yield self._difference(one, other, "met", "failed")
        yield self._difference(one, other, "failed", "met")
        if any(has_unclear(node) for node in (self._before[one], self._after[other])):
            settled: tuple[Outcome, ...] = ("met", "failed")
            yield from (self._difference(one, other, outcome, "unclear") for outcome in settled)
            yield from (self._difference(one, other, "unclear", outcome) for outcome in settled)

    def _difference(self, one: int, other: int, was: Outcome, becomes: Outcome) -> Difference:
        old, new = self.joined.old, self.joined.new
        wanted = [
            coming_to(self._before[one], was),
            coming_to(self._after[other], becomes),
            *_required(old, one, self._before),
            *_required(new, other, self._after),
        ]

        def differs(before: Answers, after: Answers) -> bool:
            return comes_to(old, one, before) == was and comes_to(new, other, after) == becomes

        finding, patient = self._find(all_of(wanted), differs, short=True)
        return Difference(was, becomes, finding, patient)

    # the trial -----------------------------------------------------------------------------------

    def of_trial(self) -> Iterator[Difference]:
        """Yield whether there are patients whom only the new version excludes, and whom only the old one does."""
        old = not_excluded(self.joined.old, _judged(self.joined.old, self._before))
        new = not_excluded(self.joined.new, _judged(self.joined.new, self._after))
        for was, becomes, wanted in (
            ("not excluded", "excluded", [in_favour(old), Negation(new)]),
            ("excluded", "not excluded", [Negation(old), in_favour(new)]),
        ):
            finding, patient = self._find(all_of(wanted), self._turns(becomes), short=False)
            yield Difference(was, becomes, finding, patient)

    def _turns(self, becomes: str) -> _Test:
        def turns(before: Answers, after: Answers) -> bool:
            now = excluded(self.joined.new, after)
            return now == (becomes == "excluded") and now != excluded(self.joined.old, before)

        return turns

    # looking -------------------------------------------------------------------------------------

    def _find(self, wanted: Node, differs: _Test, *, short: bool) -> tuple[Finding, Patient | None]:
        likely = consistent(self.joined.new.questions, self.joined.new.position, wanted.mask)
        found, answers = example(
            self.joined.protocol, all_of([wanted, likely]), TRUE, Budget(self.steps), self._known
        )
        if found == "impossible" and not self._may_be_more(wanted.mask):
            return "none", None
        holds = self._holding(differs)
        if found != "possible" or not holds(answers):
            answers = self._by_lot(wanted.mask, holds)
            if not answers:
                return "sampled", None
        answers = self._plain(self._short(answers, differs) if short else answers, holds)
        return "found", Patient(*self.joined.answers(answers))

    def _may_be_more(self, mask: int) -> bool:
        """Say whether answers that the search leaves out could tell more: numbers worked out in two ways."""
        joined = self.joined
        return joined.with_own_formulas(mask) or joined.with_own_scales() or self._requires_unclear

    @cached_property
    def _requires_unclear(self) -> bool:
        """Whether a criterion waits for one that can be unclear: then rules alone do not say what it comes to."""
        return any(
            place is not None and has_unclear(protocol.criteria[place].rule.node)
            for protocol in (self.joined.old, self.joined.new)
            for place in protocol.requirement
        )

    def _holding(self, differs: _Test) -> Callable[[_Facts], bool]:
        old, new = self.joined.old, self.joined.new

        def holds(found: _Facts) -> bool:
            before, after = self.joined.answers(found)
            return differs(before, after) and taken(old, before) and taken(new, after)

        return holds

    def _by_lot(self, mask: int, holds: Callable[[_Facts], bool]) -> _Facts:
        """Look for a patient among some drawn by lot, always the same ones; nothing if there is none."""
        random = Random(0)  # noqa: S311
        offered = {place: self._offered(place) for place in members(mask)}
        for _ in range(self.tries):
            drawn = {place: random.choice(answers) for place, answers in offered.items()}
            if holds(drawn):
                return drawn
        return {}

    def _offered(self, place: int) -> list[Answer]:
        found = [each for each in representatives(self._rules, place) if each != UNKNOWN] or [UNKNOWN]
        asked = self.joined.new.questions[place : place + 1]
        return [COMPUTED, *found] if asked and asked[0].formula is not None else found

    @cached_property
    def _rules(self) -> Protocol:
        """The rules of both versions as one protocol, by which answers are told apart."""
        rules = zip(
            (*self.joined.old.criteria, *self.joined.new.criteria),
            (*self.joined.before, *self.joined.after),
            strict=True,
        )
        criteria = (
            replace(c, rule=replace(c.rule, node=n, mask=n.mask), requires=None, parts=()) for c, n in rules
        )
        return replace(self.joined.protocol, criteria=tuple(criteria), parts=())

    def _short(self, answers: _Facts, differs: _Test) -> _Facts:
        """Return a patient without the answers that make no difference."""
        for place in [*answers]:
            without = {other: answer for other, answer in answers.items() if other != place}
            if differs(*self.joined.answers(without)):
                answers = without
        return answers

    def _plain(self, answers: _Facts, holds: Callable[[_Facts], bool]) -> _Facts:
        """Return a patient as ordinary as will do, with usual numbers."""
        for place in [*answers]:
            usual = self._usual(place, answers[place])
            if usual is not None and holds({**answers, place: usual}):
                answers = {**answers, place: usual}
        return answers

    def _usual(self, place: int, answer: Answer) -> Answer | None:
        question = self.joined.protocol.questions[place]
        if not isinstance(answer, Measurement) or question.kind == "since":
            return None
        unit = question.units[0]
        return Measurement("=", expected_number(unit, whole=question.kind == "integer"), unit.code)


def _required(protocol: Protocol, index: int, rules: list[Node]) -> list[Node]:
    """What must be met for a criterion to be judged."""
    required = protocol.requirement[index]
    return [] if required is None else [rules[required], *_required(protocol, required, rules)]


def _judged(protocol: Protocol, rules: list[Node]) -> list[Node]:
    """Each criterion as the verdict takes it: one whose required criterion fails excludes nobody by itself."""
    found: list[Node] = []
    for index, rule in enumerate(rules):
        required = _required(protocol, index, rules)
        found.append(any_of([rule, Negation(all_of(required))]) if required else rule)
    return found


def comes_to(protocol: Protocol, index: int, answers: Answers) -> Outcome | None:
    """Return what a criterion comes to by some answers; ``None`` while it is open, and if it is not judged."""
    judgement = judge(protocol, index, effective(protocol, answers))
    if judgement is NOT_JUDGED or not judgement.settled:
        return None
    outcomes: dict[int, Outcome] = {TRUE: "met", FALSE: "failed", UNCERTAIN: "unclear"}
    return outcomes[judgement.low]


def excluded(protocol: Protocol, answers: Answers) -> bool:
    """Say whether some answers rule a patient out of every part of a trial; no more is judged than that takes."""
    facts, out = effective(protocol, answers), 0
    for index, parts in enumerate(protocol.parts_of):
        if judge(protocol, index, facts).high == FALSE:
            out |= parts
            if out == protocol.every_part:
                return True
    return False


def taken(protocol: Protocol, answers: Answers) -> bool:
    """Say whether a version takes all these answers."""
    return all(protocol.question(question).takes(answer) for question, answer in answers.items())
