"""Asks about a time that is just at a limit: 5 years ago, where more than 5 years is wanted.

*5 years* is said of 4 years and 9 months, and of 5 years and 11 months, and hardly ever of 5 years to the day. So from
a number of weeks, months or years nothing follows about a limit that lies between what may be rounded up to it and the
next number: *4 weeks* is said of a month, too. It is asked which it is: longer ago, less long, or just so. What is kept
is a bound, or what is meant to the day; days, bounds, *never* and *ongoing* are not asked about.

Two times that are compared with each other are such limits for each other, in whichever order they are answered. Is a
known one the vague one (*1 year*, and now *18 months*, *540 days* or *over 18 months*), its question is asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise, permutations
from typing import Final

from dialogs.answers import Answer, Measurement, Relation, decode, encode
from dialogs.assessment import judge
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
            return Proposal(" ".join(filter(None, encode(answer))), "limit", sides) if sides else reading
        case Refused("how_long_ago", details, (((name, Measurement() as answer),),)):
            sides = _sides(protocol, protocol.question(name), answer, facts)
            return Refused("how_long_ago", details, sides[:2]) if sides else reading
    return reading


def proposed_again(
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


def may_be(question: Question, time: Measurement, given: Given) -> bool:
    """Say whether what was given is a time in a smaller unit: 182 days, of 6 months."""
    (name, answer), *_ = given
    if name != question.id or not isinstance(answer, Measurement):
        return False
    return DAYS[answer.unit] < DAYS[time.unit] and _is_at(time, answer)


def beside_one(protocol: Protocol, question: Question, proposal: Proposal, facts: Facts) -> Question | None:
    """Return the other known time that is the only limit at which a proposed one is; of both one is longer ago."""
    time, place = time_entered(question, proposal.entered), protocol.position[question.id]
    if time is None:
        return None
    near = dict(_near(protocol, place, time, facts, None))
    others = {other for leaf in near if isinstance(leaf, Contrast) for other in leaf.places if other != place}
    is_only = len(others) == 1 and all(isinstance(leaf, Contrast) for leaf in near)
    is_bound = any(limit.relation != "=" for limit in near.values())
    return protocol.questions[others.pop()] if is_only and not is_bound else None


def decides(protocol: Protocol, question: Question, proposal: Proposal, chosen: Given, facts: Facts) -> bool:
    """Say whether a side that is chosen is the time to the day, or says which of two times is longer ago."""
    (_, answer), *_ = chosen
    is_exact = isinstance(answer, Measurement) and answer.relation == "="
    return is_exact or beside_one(protocol, question, proposal, facts) is not None


# two times ---------------------------------------------------------------------------------------


def said_of_either(
    protocol: Protocol, facts: Facts, decided: Container[str]
) -> Iterator[tuple[int, Question, Question]]:
    """Yield each criterion by its place, with a known time that may lie on either side of another one, and that one.

    Only where it matters for the criterion on which. ``decided`` are the times that were said to the day, which are not
    vague, and the bounds by which it was said which of two times is longer ago.
    """
    for index, place, other in _compared(protocol):
        question, beside = protocol.questions[place], protocol.questions[other]
        answer, limit = facts[place], facts[other]
        if (
            question.id in decided
            or not isinstance(answer, Measurement)
            or not isinstance(limit, Measurement)
        ):
            continue
        if beside.id in decided and limit.relation != "=" and _days(limit) == _days(answer):
            continue
        ways = [answer, *(side for ((_, side),) in _sides(protocol, question, answer, facts, other))]
        if len({judge(protocol, index, _with(facts, place, way))[:2] for way in ways}) > 1:
            yield index, question, beside


def _with(facts: Facts, place: int, answer: Answer) -> Facts:
    return [*facts[:place], answer, *facts[place + 1 :]]


@lru_cache(maxsize=256)
def _compared(protocol: Protocol) -> tuple[tuple[int, int, int], ...]:
    """Return where times are compared: the criterion, how long ago something was, and the other time; in any order."""
    return tuple(
        (index, place, other)
        for index, criterion in enumerate(protocol.criteria)
        for leaf in criterion.rule.node.leaves()
        if isinstance(leaf, Contrast)
        for place, other in permutations(leaf.places)
        if protocol.questions[place].kind == "since"
    )


# the sides of a limit ----------------------------------------------------------------------------


def limits_at(
    protocol: Protocol, question: Question, answer: Answer, facts: Facts, beside: int | None = None
) -> dict[Decimal, Measurement]:
    """Return the limits at which a time is, by their days, the least first; none of days and of bounds.

    With ``beside`` only the time of that question is such a limit.
    """
    if question.kind != "since" or not isinstance(answer, Measurement):
        return {}
    if answer.relation != "=" or answer.unit == DAY or not answer.value:
        return {}
    found = (limit for _, limit in _near(protocol, protocol.position[question.id], answer, facts, beside))
    return {_days(limit): limit for limit in sorted(found, key=_days)}


def on_each_side(answer: Measurement, limits: Collection[Decimal]) -> tuple[Measurement, ...]:
    """Return days that a time may be which is at these limits, the least first: on each side of each, and just it."""
    low, high = _said_of(answer)
    between = ((one + other) / 2 for one, other in pairwise((low, *limits, high)))
    return tuple(Measurement("=", days, DAY) for days in (*between, *limits))


def _sides(
    protocol: Protocol, question: Question, answer: Measurement, facts: Facts, beside: int | None = None
) -> tuple[Given, ...]:
    """Return what a time at a limit may be: more, less, or exactly that; of several limits more or less than all."""
    near = [*limits_at(protocol, question, answer, facts, beside).values()]
    if not near:
        return ()
    sides = _SIDES if len(near) == 1 else _SIDES[:2]
    ends = {">": near[-1], "<": near[0], "=": near[-1]}
    return tuple(((question.id, _on_side(side, ends[side])),) for side in sides)


def _near(
    protocol: Protocol, place: int, answer: Measurement, facts: Facts, beside: int | None
) -> Iterator[tuple[Leaf, Measurement]]:
    """Yield the limits at which an answer is, also of criteria that matter only once another answer is corrected."""
    for index in protocol.affected[place]:
        for leaf in protocol.criteria[index].rule.node.leaves():
            if beside is None or (isinstance(leaf, Contrast) and beside in leaf.places):
                limits = _limits(protocol, leaf, place, answer.unit, facts)
                yield from ((leaf, limit) for limit in limits if _is_at(answer, limit))


def _limits(protocol: Protocol, leaf: Leaf, place: int, unit: str, facts: Facts) -> Iterator[Measurement]:
    """Yield what an answer in a unit is compared with: the limit in that unit or else the first, or the other time."""
    if isinstance(leaf, Comparison) and leaf.place == place:
        code = unit if unit in leaf.limits else next(iter(leaf.limits))
        yield Measurement("=", leaf.limits[code], code)
    if isinstance(leaf, Contrast) and place in leaf.places:
        others = (facts[other] for other in leaf.places if other != place)
        yield from (each for each in others if isinstance(each, Measurement))


def _is_at(answer: Measurement, limit: Measurement) -> bool:
    """Say whether a time is as long as a limit, or may be said of times on either side of it.

    What may be said is rounded to the last digit, or counts what has passed: 5 years is above 4.5, and below 6.
    """
    if limit.unit not in DAYS or limit.value <= 0:
        return False
    if _days(limit) == _days(answer):
        return True
    low, high = _said_of(answer)
    return low < _days(limit) < high


def _said_of(answer: Measurement) -> tuple[Decimal, Decimal]:
    """Return between which days a time lies: what is rounded up to it, and the next number."""
    step = Decimal(1).scaleb(min(0, int(answer.value.normalize().as_tuple().exponent)))
    days = DAYS[answer.unit]
    return (answer.value - step / 2) * days, (answer.value + step) * days


def _days(time: Measurement) -> Decimal:
    return time.value * DAYS[time.unit]


def _on_side(side: Relation, limit: Measurement) -> Measurement:
    return Measurement(side, limit.value, limit.unit)
