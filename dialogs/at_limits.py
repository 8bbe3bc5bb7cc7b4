"""Asks about a time that is just at a limit: 5 years ago, where more than 5 years is wanted.

*5 years* is said of 4 years and 9 months, and of 5 years and 11 months, and hardly ever of 5 years to the day. So from
a number of weeks, months or years nothing follows about a limit that lies between what may be rounded up to it and the
next number: *4 weeks* is said of a month, too. It is asked which it is: longer ago, less long, or just so. What is kept
is a bound, or what is meant to the day; days, bounds, *never* and *ongoing* are not asked about.

Two times that are compared with each other are such limits for each other, in whichever order they are answered. Is the
known one the vague one (*1 year*, and now *18 months* or *540 days*), it is asked about, and is corrected.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from dialogs.answers import Measurement, Relation, decode, encode
from dialogs.errors import AnswerError
from dialogs.protocol import Protocol, Question
from dialogs.reading import Given, Proposal, Reading, Refused, Understood, accept, propose_again
from dialogs.rules.comparisons import Comparison, Contrast, Leaf
from dialogs.rules.judgement import Facts
from dialogs.since import DAY, DAYS

_SIDES: Final[tuple[Relation, ...]] = (">", "<", "=")


def ask_at_limit(protocol: Protocol, reading: Reading, facts: Facts) -> Reading:
    """Return a proposal for a time that was understood and is just at a limit, any other reading as it is.

    What was likely meant by a time that is refused (*about 3 months*) is said as its two sides there.
    """
    match reading:
        case Understood(((name, Measurement() as answer),), exactly):
            question = protocol.question(name)
            sides = () if exactly else _sides(protocol, question, answer, facts)
            sides = sides or _of_other(protocol, question, answer, facts)
            return Proposal(" ".join(filter(None, encode(answer))), "limit", sides) if sides else reading
        case Refused("how_long_ago", details, (((name, Measurement() as answer),),)):
            sides = _sides(protocol, protocol.question(name), answer, facts)
            return Refused("how_long_ago", details, sides[:2]) if sides else reading
    return reading


def asked_again(
    protocol: Protocol, question: Question, entered: str, unit: str | None, facts: Facts
) -> Proposal | None:
    """Rebuild a stored proposal from its ``entered`` text, a time at a limit, too; ``None`` if it no longer is one."""
    time = time_entered(question, entered)
    if time is None:
        return propose_again(protocol, question, entered, unit)
    reading = ask_at_limit(protocol, accept(protocol, ((question.id, time),)), facts)
    return reading if isinstance(reading, Proposal) else None


def time_entered(question: Question, entered: str) -> Measurement | None:
    """Return the time that a stored proposal is about; ``None`` if that is no time, or one without its unit."""
    number, _, unit = entered.partition(" ")
    try:
        answer = decode(number, unit or None)
    except AnswerError:
        return None
    if question.kind != "since" or not isinstance(answer, Measurement):
        return None
    return answer if question.takes(answer) else None


def may_be(question: Question, proposal: Proposal, given: Given) -> bool:
    """Say whether what was given is the proposed time in a smaller unit: 182 days, of 6 months."""
    time, (_, answer) = time_entered(question, proposal.entered), given[0]
    if time is None or not isinstance(answer, Measurement) or len(proposal.candidates[0]) > 1:
        return False
    return DAYS[answer.unit] < DAYS[time.unit] and _is_at(time, answer)


def said_alike(
    protocol: Protocol, question: Question, proposal: Proposal, facts: Facts
) -> tuple[Question | None, bool]:
    """Return the question whose known time the proposed one is said like, if any, and whether that is asked about."""
    ((*_, (about, _)), *_) = proposal.candidates
    if about != question.id:
        return protocol.question(about), True
    time, place = time_entered(question, proposal.entered), protocol.position[question.id]
    alike = (
        protocol.questions[other]
        for leaf, other in _compared(protocol, place)
        if time is not None and any(_is_at(time, each) for each in _limits(protocol, leaf, place, "", facts))
    )
    return next(alike, None), False


def _compared(protocol: Protocol, place: int) -> Iterator[tuple[Contrast, int]]:
    """Yield where a question is compared with another one, and the place of that one."""
    for index in protocol.affected[place]:
        for leaf in protocol.criteria[index].rule.node.leaves():
            if isinstance(leaf, Contrast) and place in leaf.places:
                yield from ((leaf, other) for other in leaf.places if other != place)


def _of_other(protocol: Protocol, question: Question, answer: Measurement, facts: Facts) -> tuple[Given, ...]:
    """Return a time with what a known one may be that is compared with it, and is said of times on either side."""
    if question.kind != "since" or answer.relation != "=":
        return ()
    place = protocol.position[question.id]
    known = [*facts[:place], answer, *facts[place + 1 :]]
    for _, other in _compared(protocol, place):
        vague = facts[other]
        if isinstance(vague, Measurement):
            sides = _sides(protocol, protocol.questions[other], vague, known, place)
            if sides:
                return tuple(((question.id, answer), *side) for side in sides)
    return ()


def _sides(
    protocol: Protocol, question: Question, answer: Measurement, facts: Facts, beside: int | None = None
) -> tuple[Given, ...]:
    """Return what a time at a limit may be: more, less, or exactly that; of several limits more or less than all.

    With ``beside`` only the time of that question is such a limit.
    """
    if question.kind != "since" or answer.relation != "=" or answer.unit == DAY or not answer.value:
        return ()
    near = sorted(_near(protocol, protocol.position[question.id], answer, facts, beside), key=_days)
    if not near:
        return ()
    least, most = near[0], near[-1]
    sides = _SIDES if _days(least) == _days(most) else _SIDES[:2]
    ends = {">": most, "<": least, "=": most}
    return tuple(((question.id, _on_side(side, ends[side])),) for side in sides)


def _near(
    protocol: Protocol, place: int, answer: Measurement, facts: Facts, beside: int | None
) -> Iterator[Measurement]:
    """Yield the limits at which an answer is, also of criteria that matter only once another answer is corrected."""
    for index in protocol.affected[place]:
        for leaf in protocol.criteria[index].rule.node.leaves():
            if beside is None or (isinstance(leaf, Contrast) and beside in leaf.places):
                limits = _limits(protocol, leaf, place, answer.unit, facts)
                yield from (limit for limit in limits if _is_at(answer, limit))


def _limits(protocol: Protocol, leaf: Leaf, place: int, unit: str, facts: Facts) -> Iterator[Measurement]:
    """Yield what an answer in a unit is compared with: the limit in that unit or else the first, or the other time."""
    if isinstance(leaf, Comparison) and leaf.place == place:
        code = unit if unit in leaf.limits else next(iter(leaf.limits))
        yield Measurement("=", leaf.limits[code], code)
    if isinstance(leaf, Contrast) and place in leaf.places:
        others = (facts[other] for other in leaf.places if other != place)
        yield from (each for each in others if isinstance(each, Measurement) and each.relation == "=")


def _is_at(answer: Measurement, limit: Measurement) -> bool:
    """Say whether a time is as long as a limit, or may be said of times on either side of it.

    What may be said is rounded to the last digit, or counts what has passed: 5 years is above 4.5, and below 6.
    """
    if limit.unit not in DAYS or limit.value <= 0:
        return False
    if _days(limit) == _days(answer):
        return True
    step = Decimal(1).scaleb(min(0, int(answer.value.normalize().as_tuple().exponent)))
    times = Fraction(_days(limit)) / Fraction(DAYS[answer.unit])
    low, high = Fraction(answer.value - step / 2), Fraction(answer.value + step)
    return low < times < high


def _days(time: Measurement) -> Decimal:
    return time.value * DAYS[time.unit]


def _on_side(side: Relation, limit: Measurement) -> Measurement:
    return Measurement(side, limit.value, limit.unit)
