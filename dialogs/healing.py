"""From when a criterion that fails could be met because time passes, and nothing else changes.

What was a number of days, weeks, months or years ago is longer ago every day; a patient's age grows. Nothing else
heals: not what is ongoing or never was, no laboratory result, no upper limit of age. A verdict stays as it was entered.

Days are the site's own. A month counts the days that it counts in rules, so that the answer, said in days on the day
that is told, meets the limit, and does not the day before. An age is entered in completed years (or months): how much
of the next one has passed nobody knows, so that the day told is the latest possible one. Of what was *less than* so
long ago it is the earliest possible one.

What was how long before another day than that of screening (``at``: a first dose, an operation) does not heal: how that
day moves nobody knows.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Final

from dialogs.answers import Answer, Measurement, WorkedOut, exactly
from dialogs.assessment import judge
from dialogs.parts import whole
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.comparisons import Comparison, Leaf
from dialogs.rules.judgement import FALSE, TRUE, Facts
from dialogs.since import DAY, DAYS
from dialogs.working_out import all_worked_out

EnteredOn = Mapping[str, date]
"""Question -> the day on which its answer was entered; without one, it does not age."""

_AGE_LOINC: Final = frozenset({"30525-0", "21612-7"})
"""Age, and age as reported."""
_MONTHS: Final = {"mo": 1, "a": 12}
_FARTHEST: Final = 150 * 366
"""In days: what is farther away nobody waits for."""


@dataclass(frozen=True, slots=True, order=True)
class Healing:
    """The day from which time could have healed.

    ``at_the_latest``, if it may well have before: of an age; ``at_the_earliest``, if maybe only later: of a bound.
    """

    day: date
    at_the_latest: bool = False
    at_the_earliest: bool = False


def could_be_met_from(
    protocol: Protocol, criterion: Criterion, facts: Facts, entered_on: EnteredOn
) -> Healing | None:
    """Return from when a failed criterion is failed no more; ``None`` if time alone does not heal it."""
    if not _fails(criterion, facts):
        return None
    return _first(protocol, [criterion], facts, entered_on, lambda aged: not _fails(criterion, aged))


def could_be_screened_again_from(protocol: Protocol, facts: Facts, entered_on: EnteredOn) -> Healing | None:
    """Return from when an ineligible screening is ineligible no more; ``None`` if time alone does not heal all of it.

    That is the latest of its failed criteria's days, unless another criterion fails by then because time has passed;
    of a trial with parts, the first day on which one of them is open.
    """

    def is_open(aged: Facts) -> bool:
        judged = [judge(protocol, index, aged) for index in range(len(protocol.criteria))]
        return whole(protocol, judged) != "ineligible"

    if is_open(facts):
        return None
    return _first(protocol, protocol.criteria, facts, entered_on, is_open)


@lru_cache(maxsize=256)
def time_changes(protocol: Protocol) -> frozenset[str]:
    """Return the criteria, by code, that time can change at all: those over what ages."""
    ageing = [_ages(question) for question in protocol.questions]
    return frozenset(
        criterion.code
        for criterion in protocol.criteria
        if any(ageing[place] for leaf in criterion.rule.node.leaves() for place in leaf.places)
    )


def may_heal(protocol: Protocol, failed: Collection[str]) -> bool:
    """Say whether time could heal a screening in which these criteria failed; without looking at its answers.

    Of a trial with alternatives it is enough if one of them heals.
    """
    changed = time_changes(protocol)
    return not changed.isdisjoint(failed) if protocol.every_part > 1 else changed.issuperset(failed)


def _fails(criterion: Criterion, facts: Facts) -> bool:
    judgement = criterion.rule.judge(facts)
    return judgement.high == FALSE if criterion.kind == "inclusion" else judgement.low == TRUE


def _first(
    protocol: Protocol,
    criteria: Sequence[Criterion],
    facts: Facts,
    entered_on: EnteredOn,
    healed: Callable[[Facts], bool],
) -> Healing | None:
    """Return the first day of those on which anything turns that has healed.

    A number that was worked out, from an age maybe, stays as it was: results are measured anew, not foreseen. One that
    is an age itself grows like any.
    """
    worked_out = all_worked_out(protocol, facts)
    entered_on = {**entered_on, **_last_entered(protocol, worked_out, entered_on)}
    pairs = zip(protocol.questions, facts, strict=True)
    facts = [worked_out.get(question.id, answer) for question, answer in pairs]
    leaves = (leaf for criterion in criteria for leaf in criterion.rule.node.leaves())
    turning = sorted(each for leaf in leaves for each in _turning(protocol, leaf, facts, entered_on))
    days = (each.day for each in turning if healed(_aged(protocol, facts, entered_on, each.day)))
    day = next(days, None)
    if day is None:
        return None
    latest = any(each.at_the_latest for each in turning if each.day == day)
    earliest = any(each.at_the_earliest for each in turning if each.day <= day)
    return Healing(day, latest and not earliest, earliest and not latest)


def _last_entered(protocol: Protocol, worked_out: Iterable[str], entered_on: EnteredOn) -> EnteredOn:
    """Return the days on which the last parts of numbers that are worked out were entered."""
    days = {}
    for name in worked_out:
        places = protocol.formulas[protocol.position[name]].places
        parts = (name, *(protocol.questions[place].id for place in places))
        days[name] = [entered_on[part] for part in parts if part in entered_on]
    return {name: max(entered) for name, entered in days.items() if entered}


def _turning(protocol: Protocol, leaf: Leaf, facts: Facts, entered_on: EnteredOn) -> Iterator[Healing]:
    """Yield the days on which a comparison may turn: when the answer comes to a limit, and the day after.

    Two times that are compared with each other get longer alike.
    """
    if not isinstance(leaf, Comparison):
        return
    question, answer = protocol.questions[leaf.place], facts[leaf.place]
    if not isinstance(answer, Measurement):
        return
    entered = entered_on.get(question.id)
    if entered is None or not _is_foreseen(question, answer):
        return
    step = answer.unit if is_age(question) else DAY
    entered_as = _in_first(question, exactly(answer), answer.unit)
    for code, limit in leaf.limits.items():
        wait = (_in_first(question, limit, code) - entered_as) / _in_first(question, Decimal(1), step)
        for steps in {ceil(wait), floor(wait) + 1}:
            if 0 < steps * DAYS[step] <= _FARTHEST:
                day = _after(entered, steps, step)
                yield Healing(day, is_age(question), answer.relation.startswith("<"))


def _in_first(question: Question, number: Decimal | Fraction, code: str) -> Fraction:
    """Return a number in the question's first unit, exactly."""
    unit = question.unit_by_code.get(code)
    return Fraction(number) * Fraction(1 if unit is None or unit.scale is None else unit.scale)


# getting older -----------------------------------------------------------------------------------


def is_age(question: Question) -> bool:
    """Say whether a question asks for the patient's age, in completed years, months, weeks or days."""
    in_dm = question.sdtm is not None and (question.sdtm.domain, question.sdtm.code) == ("DM", "AGE")
    return (in_dm or question.loinc in _AGE_LOINC) and DAYS.keys() >= question.unit_by_code.keys()


def _ages(question: Question) -> bool:
    return _counts_to_today(question) or is_age(question)


def _counts_to_today(question: Question) -> bool:
    """Say whether a question asks how long ago something was as of the day on which it is answered."""
    return question.kind == "since" and question.at is None


def _is_foreseen(question: Question, answer: Measurement) -> bool:
    """Say whether an answer ages by a known time: of whoever is below 10 years old, no latest day can be told."""
    return _counts_to_today(question) or (is_age(question) and not answer.relation.startswith("<"))


def _aged(protocol: Protocol, facts: Facts, entered_on: EnteredOn, day: date) -> list[Answer | None]:
    """Return the answers as they would be given on a day if nothing but time had passed."""
    pairs = zip(protocol.questions, facts, strict=True)
    return [aged(question, answer, entered_on.get(question.id), day) for question, answer in pairs]


def aged(question: Question, answer: Answer | None, entered: date | None, day: date) -> Answer | None:
    """Return an answer as it would be given on a later day: so many days longer ago, or so many years older."""
    if not isinstance(answer, Measurement) or entered is None or day <= entered:
        return answer
    if not _is_foreseen(question, answer):
        return answer
    if is_age(question):
        passed = _completed(entered, day, answer.unit)
        older = replace(answer, value=answer.value + passed)
        return replace(older, exact=older.exact + passed) if isinstance(older, WorkedOut) else older
    days = answer.value * DAYS[answer.unit] + (day - entered).days
    return Measurement(answer.relation, days, DAY)


def _after(start: date, number: int, unit: str) -> date:
    """Return the day on which so many units of time are completed; after 31 January, a month is on 1 March."""
    if unit not in _MONTHS:
        return start + timedelta(days=number * int(DAYS[unit]))
    year, month = divmod(start.year * 12 + start.month - 1 + number * _MONTHS[unit], 12)
    if start.day > monthrange(year, month + 1)[1]:
        year, month = divmod(year * 12 + month + 1, 12)
        return date(year, month + 1, 1)
    return date(year, month + 1, start.day)


def _completed(start: date, day: date, unit: str) -> int:
    """Count the units of time that are completed between two days."""
    if unit not in _MONTHS:
        return (day - start).days // int(DAYS[unit])
    months = (day.year - start.year) * 12 + day.month - start.month
    return (months - (_after(start, months, "mo") > day)) // _MONTHS[unit]
