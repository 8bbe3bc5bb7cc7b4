"""Numbers of one trial that contradict their parts as another trial asks for them: an eGFR beside a creatinine.

A part may be asked in other places by a question of its own: with the limit of normal, or with other possible values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from dialogs.against_parts import AgainstParts, against_parts
from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.parts import persons
from dialogs.portfolio.beside import ask_the_same
from dialogs.portfolio.merging import Portfolio, asked_by
from dialogs.protocol import Protocol, Question


def contradicting(protocol: Protocol, facts: Sequence[Answer | None]) -> tuple[AgainstParts, ...]:
    """Return the numbers given that contradict their parts; of several trials, parts that any of them asks."""
    if not isinstance(protocol, Portfolio):
        return against_parts(protocol, facts)
    served = dict(serving(protocol, facts))
    known = [facts[served.get(place, place)] for place in range(len(facts))]
    names = {protocol.questions[part].id: protocol.questions[other].id for part, other in served.items()}
    found = against_parts(protocol, known)
    return tuple(replace(each, parts=tuple(names.get(part, part) for part in each.parts)) for each in found)


def serving(portfolio: Portfolio, facts: Sequence[Answer | None]) -> Iterator[tuple[int, int]]:
    """Yield the parts of which nothing is known themselves, each with the question whose answer serves."""
    for part, others in _asked_elsewhere(portfolio).items():
        asked = portfolio.questions[part]
        if not _serves(asked, facts[part]) and facts[part] != COMPUTED:
            yield from [(part, other) for other in others if _serves(asked, facts[other])][:1]


def _serves(question: Question, answer: Answer | None) -> bool:
    """Say whether a formula can take an answer for that to a question."""
    if isinstance(answer, Choice):
        return answer != UNKNOWN and answer.code in question.option_by_code
    return isinstance(answer, Measurement) and answer.relation == "=" and answer.unit in question.unit_by_code


@lru_cache(maxsize=16)
def _asked_elsewhere(portfolio: Portfolio) -> dict[int, tuple[int, ...]]:
    """Return, for the parts of numbers, the other questions about the same."""
    parts = {place for formula in portfolio.formulas.values() for place in formula.places}
    asked = [_in_a_trial(portfolio, place) for place in range(len(portfolio.questions))]
    found = {part: tuple(_about_the_same(portfolio, asked, part)) for part in sorted(parts)}
    return {part: others for part, others in found.items() if others}


def _in_a_trial(portfolio: Portfolio, place: int) -> Question:
    """Return a question as a trial words it: a portfolio puts the names of trials before its words."""
    return max((own for _, own in asked_by(portfolio, place)), key=lambda own: len(own.ask))


def _about_the_same(portfolio: Portfolio, asked: Sequence[Question], part: int) -> Iterator[int]:
    about = persons(portfolio, part)
    for place, other in enumerate(asked):
        alike = place != part and (_measure_the_same(asked[part], other) or ask_the_same(asked[part], other))
        if alike and persons(portfolio, place) == about:
            yield place


def _measure_the_same(one: Question, other: Question) -> bool:
    return one.measures is not None and one.measures == other.measures and one.at is other.at is None
