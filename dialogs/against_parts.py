"""Numbers that were given beside parts of which they would not be: told where a criterion is judged otherwise by them.

That a laboratory rounds, or goes by another formula, is no contradiction by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.answers import COMPUTED, Answer, Measurement, WorkedOut
from dialogs.assessment import judge
from dialogs.protocol import Protocol, Question
from dialogs.rules.judgement import FALSE, TRUE, Facts
from dialogs.working_out import worked_out

_SETTLED: Final = {(FALSE, FALSE), (TRUE, TRUE)}
"""What a criterion comes to that is known."""


@dataclass(frozen=True, slots=True)
class AgainstParts:
    """A number that was given, and what its parts come to.

    ``judged_otherwise`` are the codes of the criteria, ``by_parts`` the answers with that number as worked out.
    """

    question: Question
    given: Measurement
    number: WorkedOut
    parts: tuple[str, ...]
    judged_otherwise: tuple[str, ...]
    by_parts: tuple[Answer | None, ...]


def against_parts(protocol: Protocol, facts: Sequence[Answer | None]) -> tuple[AgainstParts, ...]:
    """Return the numbers given that contradict their parts, in the order of the questions."""
    found = (_found(protocol, place, facts) for place in sorted(protocol.formulas))
    return tuple(each for each in found if each is not None)


def known(
    protocol: Protocol, facts: Sequence[Answer | None], answers: Mapping[str, Answer]
) -> list[Answer | None]:
    """Return what is known to hold numbers against: also parts that are set aside, as a number stands for them."""
    questions = zip(protocol.questions, facts, strict=True)
    return [answers.get(each.id) if fact is None else fact for each, fact in questions]


def _found(protocol: Protocol, place: int, facts: Sequence[Answer | None]) -> AgainstParts | None:
    given = facts[place]
    if not isinstance(given, Measurement):
        return None
    by_parts = (*facts[:place], COMPUTED, *facts[place + 1 :])
    number = worked_out(protocol, place, by_parts)
    if number is None:
        return None
    otherwise = tuple(
        protocol.criteria[index].code
        for index in protocol.affected[place]
        if _differ(given, _outcome(protocol, index, facts), _outcome(protocol, index, by_parts))
    )
    parts = tuple(protocol.questions[each].id for each in protocol.formulas[place].places)
    question = protocol.questions[place]
    return AgainstParts(question, given, number, parts, otherwise, by_parts) if otherwise else None


def _differ(given: Measurement, outcome: tuple[int, int], by_parts: tuple[int, int]) -> bool:
    """Say whether two outcomes contradict: of a bound, such as an eGFR above 60, one that it leaves open does not."""
    return outcome != by_parts and (given.relation == "=" or {outcome, by_parts} == _SETTLED)


def _outcome(protocol: Protocol, index: int, facts: Facts) -> tuple[int, int]:
    """Return what a criterion comes to."""
    judgement = judge(protocol, index, facts)
    return judgement.low, judgement.high
