"""What can be proved about a protocol before anyone uses it, by playing every distinguishable answer.

A number matters to a rule only by which side of a limit it lies on, so a handful of representatives stands
for all numbers; an answer matters only while a criterion that it feeds is open, so settled criteria are
forgotten. That makes the walk over all dialogues small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import imply, judge, status
from dialogs.parts import open_questions, ruled_out
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.comparisons import Comparison, Leaf, Plan
from dialogs.rules.judgement import FALSE, TRUE, Facts, Judgement, first_place, union
from dialogs.rules.reachable import reachable_values
from dialogs.rules.selections import selections
from dialogs.rules.tree import Unclear
from dialogs.units import Unit

_FRACTIONS: Final = (Decimal("0.5"), Decimal("0.75"), Decimal(1), Decimal(2))
_STEP: Final = Decimal("0.001")


def representatives(protocol: Protocol, place: int) -> tuple[Answer, ...]:
    """Return answers to question `place` such that every other answer acts like one of them."""
    question = protocol.questions[place]
    candidates: list[Answer] = list(_chosen(protocol, place))
    candidates += [Choice(shortcut.code) for shortcut in question.shortcuts]
    candidates += [COMPUTED] if question.formula is not None else []
    for unit in question.units:
        candidates += [Measurement("=", value, unit.code) for value in _values(protocol, place, unit)]
    return tuple({_effect(protocol, place, answer): answer for answer in (UNKNOWN, *candidates)}.values())


def _chosen(protocol: Protocol, place: int) -> Iterator[Answer]:
    question = protocol.questions[place]
    if question.kind == "several":
        yield from selections(question, place, (criterion.rule.node for criterion in protocol.criteria))
    else:
        yield from (Choice(option.code) for option in question.options)


def _comparisons(protocol: Protocol, place: int) -> Iterator[Leaf]:
    for criterion in protocol.criteria:
        if criterion.rule.mask >> place & 1:
            yield from (leaf for leaf in criterion.rule.node.leaves() if place in leaf.places)


def _effect(protocol: Protocol, place: int, answer: Answer) -> object:
    """What tells one answer from another: how each comparison turns out, and what the answer implies.

    A number that waits for a divisor, or is one, is told apart by itself.
    """
    facts: list[Answer | None] = [None] * len(protocol.questions)
    facts[place] = answer
    judged = [leaf.judge(facts) for leaf in _comparisons(protocol, place)]
    if not judged or not all(judgement.settled for judgement in judged):
        return answer
    imply(protocol, facts, protocol.questions[place].id, answer)
    facts[place] = None
    return (*judged, *facts)


def _values(protocol: Protocol, place: int, unit: Unit) -> Iterator[Decimal]:
    """Numbers in one unit: on and beside every limit; for a divisor, fractions of what is usual."""
    question = protocol.questions[place]
    leaves = [leaf for leaf in _comparisons(protocol, place) if isinstance(leaf, Comparison)]
    numbers = {number for leaf in leaves for number in _around(protocol, question, leaf.plans[unit.code])}
    if not numbers:  # a divisor, or one of two that are compared with each other
        numbers = {_middle(unit) * fraction for fraction in _FRACTIONS}
    yield from (number for number in sorted(numbers) if unit.allows(number))


def _around(protocol: Protocol, question: Question, plan: Plan) -> tuple[Decimal, ...]:
    """Return numbers on and beside a limit; of one that is divided, the number that comes to the limit."""
    if plan.per is not None:
        code = next(iter(plan.per_units))
        factor = _middle(protocol.questions[plan.per].unit_by_code[code]) * plan.per_units[code]
        return (plan.threshold(factor),)
    step = Decimal(1) if question.kind == "integer" else _STEP
    limit = plan.threshold()
    return limit - step, limit, limit + step


def _middle(unit: Unit) -> Decimal:
    """Return a round number in the middle of a unit's usual range."""
    middle = unit.from_first((unit.usual[0] + unit.usual[1]) / 2)
    return middle.quantize(Decimal(1) if middle > 2 else Decimal("0.1"))


def unreachable_outcomes(protocol: Protocol) -> Iterator[tuple[Criterion, str]]:
    """Name every criterion that can never be met or never fail, with the outcome it cannot have."""
    choices = [representatives(protocol, place) for place in range(len(protocol.questions))]
    nothing: Facts = (None,) * len(protocol.questions)
    for criterion in protocol.criteria:
        if isinstance(criterion.rule.node, Unclear):  # on purpose: the record gives no answer at all
            continue
        reached = reachable_values(criterion.rule.node, nothing, choices)
        passed, failed = (TRUE, FALSE) if criterion.kind == "inclusion" else (FALSE, TRUE)
        if passed not in reached:
            yield criterion, "met" if criterion.kind == "inclusion" else "passed"
        if failed not in reached:
            yield criterion, "failed"


@dataclass(frozen=True, slots=True)
class Exploration:
    """All dialogues of a protocol: which question can follow which, and what can happen at each."""

    follows: frozenset[tuple[str, str]]
    branches: frozenset[str]
    ends: frozenset[str]
    longest: int

    @property
    def asked(self) -> frozenset[str]:
        return frozenset(source for source, _ in self.follows) | self.ends | self.branches


def explore(protocol: Protocol) -> Exploration:
    """Play every distinguishable dialogue, going on after exclusions.

    ``follows`` holds (question, next question), ``branches`` the questions whose answer can exclude,
    ``ends`` those after which nothing is left to ask; ``longest`` is the most questions in one dialogue.
    """
    player = _Player(protocol)
    longest = player.play((None,) * len(protocol.questions))
    return Exploration(frozenset(player.follows), frozenset(player.branches), frozenset(player.ends), longest)


class _Player:
    """Plays all dialogues, each situation once: situations are alike if all that still matters is the same."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.choices = [representatives(protocol, place) for place in range(len(protocol.questions))]
        self.follows: set[tuple[str, str]] = set()
        self.branches: set[str] = set()
        self.ends: set[str] = set()
        self._played: dict[object, int] = {}

    def play(self, facts: Facts) -> int:
        """Return the most questions that can still be asked from here."""
        judged = self._judge(facts)
        still_open = self._open(judged)
        if not still_open:
            return 0
        place = first_place(still_open)
        situation = self._situation(place, judged, facts)
        if situation not in self._played:
            deepest = max(map(self.play, self._answered(place, judged, facts)), default=0)
            self._played[situation] = deepest + 1
        return self._played[situation]

    def _judge(self, facts: Facts) -> list[Judgement]:
        return [judge(self.protocol, index, facts) for index in range(len(self.protocol.criteria))]

    def _open(self, judged: Sequence[Judgement]) -> int:
        return open_questions(self.protocol, judged, ruled_out(self.protocol, judged))

    def _situation(self, place: int, judged: Sequence[Judgement], facts: Facts) -> object:
        settled = tuple(judgement.settled for judgement in judged)
        matters = union(
            self.protocol.used[index] for index, is_settled in enumerate(settled) if not is_settled
        )
        out = ruled_out(self.protocol, judged)
        return (
            place,
            settled,
            out,
            tuple(fact if matters >> at & 1 else None for at, fact in enumerate(facts)),
        )

    def _answered(self, place: int, judged: Sequence[Judgement], facts: Facts) -> Iterator[Facts]:
        """Yield the facts after each answer to a question, and note what that leads to."""
        for answer in self.choices[place]:
            after = list(facts)
            after[place] = answer
            imply(self.protocol, after, self.protocol.questions[place].id, answer)
            now = self._judge(after)
            if not self._open(now) >> place & 1:  # else not taken: a unit that does not fit
                self._note(place, judged, now)
                yield tuple(after)

    def _note(self, place: int, before: Sequence[Judgement], after: Sequence[Judgement]) -> None:
        question, rest = self.protocol.questions[place].id, self._open(after)
        if any(status(new) == "failed" != status(old) for new, old in zip(after, before, strict=True)):
            self.branches.add(question)
        if rest:
            self.follows.add((question, self.protocol.questions[first_place(rest)].id))
        else:
            self.ends.add(question)
