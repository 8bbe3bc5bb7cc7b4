"""Numbers that are worked out from other answers: which are known, and what must still be asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dialogs.answers import COMPUTED, Answer, Measurement, WorkedOut
from dialogs.digits import on_its_side
from dialogs.protocol import Criterion, Protocol
from dialogs.rules.arithmetic import Formula, Waiting
from dialogs.rules.functions import rounded
from dialogs.rules.judgement import Facts, members, union
from dialogs.units import DECIMALS


def worked_out(protocol: Protocol, place: int, facts: Facts) -> WorkedOut | None:
    """Return the number that the answer *computed* comes to, with the digits that are shown.

    ``None`` for any other answer, and while it is open.
    """
    return comes_to(protocol, place, facts) if facts[place] == COMPUTED else None


def comes_to(protocol: Protocol, place: int, facts: Facts) -> WorkedOut | None:
    """Return the number that would be worked out, whatever was answered; ``None`` while it is not known."""
    formula = protocol.formulas.get(place)
    number = None if formula is None else formula.work_out(facts)
    if formula is None or not isinstance(number, WorkedOut):
        return None
    shown = on_its_side(protocol, place, number, facts, formula.decimals)
    return replace(number, value=rounded(number.exact, DECIMALS) if shown is None else shown)


def all_worked_out(protocol: Protocol, facts: Facts) -> dict[str, WorkedOut]:
    """Return every number that is worked out, by question, with the digits that are shown."""
    found = ((place, worked_out(protocol, place, facts)) for place in protocol.formulas)
    return {protocol.questions[place].id: number for place, number in found if number is not None}


def known_already(protocol: Protocol, place: int, facts: Facts) -> bool:
    """Say whether a number can be worked out without asking anything."""
    formula = protocol.formulas.get(place)
    return formula is not None and isinstance(formula.work_out(facts), Measurement)


def is_taken(protocol: Protocol, question: str, answers: Mapping[str, Answer]) -> bool:
    """Say whether an answer is taken as it is when the walk comes to it; a ULN must have its value's unit."""
    asked, answer = protocol.question(question), answers[question]
    if asked.unit_of is None or not isinstance(answer, Measurement):
        return True
    value = answers.get(asked.unit_of)
    if not isinstance(value, Measurement):
        return value is not None
    return value.unit == answer.unit or value.unit not in asked.unit_by_code


def parts_to_come(protocol: Protocol, mask: int, facts: Facts) -> int:
    """Return what else numbers may call for, if they are worked out: the open ones, and those that are to be.

    `mask` are the questions that are open. Of a number that is to be worked out they hold the parts that it waits for;
    what may be asked in place of one of these, as the value of a creatinine that is *normal*, is still to come.
    """
    called_for = 0
    for place, formula in protocol.formulas.items():
        is_open = bool(mask >> place & 1)
        number = formula.work_out(facts) if is_open or facts[place] == COMPUTED else None
        if isinstance(number, Waiting):
            awaited = number.places if is_open else number.places & mask
            called_for |= (awaited | _in_their_place(protocol, formula, awaited, facts)) & ~mask
    return called_for


def _in_their_place(protocol: Protocol, formula: Formula, awaited: int, facts: Facts) -> int:
    """Return the parts that are asked if those that are awaited come to no number."""
    measured = {protocol.questions[place].measures for place in members(awaited)} - {None}
    return union(
        1 << place
        for place in formula.places
        if facts[place] is None and protocol.questions[place].measures in measured
    )


def asked_before(state: str, applied: Sequence[str]) -> str | None:
    """Return the question that was answered before `state`, in the order in which they were asked."""
    walked = applied[: applied.index(state)] if state in applied else applied
    return walked[-1] if walked else None


def parts_told(protocol: Protocol, answers: Iterable[tuple[str, Answer | None]]) -> set[str]:
    """Return the questions that are told with a number which is worked out from them."""
    worked = (protocol.position[question] for question, answer in answers if answer == COMPUTED)
    formulas = (protocol.formulas[place] for place in worked if place in protocol.formulas)
    return {protocol.questions[place].id for formula in formulas for place in formula.places}


def only_for_formulas(protocol: Protocol, criterion: Criterion) -> int:
    """Return the questions that a criterion needs only where a number is worked out, not given."""
    named = union(1 << place for leaf in criterion.rule.node.leaves() for place in leaf.places)
    divided = union(1 << protocol.position[per] for per in _divisors(protocol, named))
    return (
        criterion.rule.mask & ~named & ~divided
        if any(named >> place & 1 for place in protocol.formulas)
        else 0
    )


def _divisors(protocol: Protocol, mask: int) -> Iterator[str]:
    """Yield the questions by whose answers those of others may be divided."""
    for place in members(mask):
        yield from (unit.per for unit in protocol.questions[place].units if unit.per is not None)
