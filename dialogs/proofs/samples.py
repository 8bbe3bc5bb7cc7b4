"""Made-up patients, the same ones every time: what they show to be possible needs no search. They refute nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from random import Random
from typing import Final

from dialogs.answers import Answer, Choice, Measurement, Selection
from dialogs.protocol import Protocol, Question
from dialogs.rules.judgement import FALSE, TRUE

PATIENTS: Final = 128
_STEPS: Final = 16
"""Points of what is usual between which a number is drawn."""
_DECIMALS: Final = 3


class Samples:
    """Patients who have an answer to every question, and those by whom each criterion is met, and fails, as bits."""

    def __init__(self, protocol: Protocol) -> None:
        random = Random(protocol.id)  # noqa: S311  the same patients every time is what is wanted
        patients = [[_answer(question, random) for question in protocol.questions] for _ in range(PATIENTS)]

        @cache
        def met_and_failed(index: int) -> tuple[int, int]:
            criterion = protocol.criteria[index]
            judged = [criterion.rule.node.judge(facts) for facts in patients]
            true, false = (
                _bits(low == TRUE for low, _, _ in judged),
                _bits(high == FALSE for _, high, _ in judged),
            )
            return (true, false) if criterion.kind == "inclusion" else (false, true)

        self._met_and_failed = met_and_failed

    def part(self, index: int, other: int) -> bool:
        """Say whether for some of them the criterion `index` fails and `other` is met."""
        return bool(self._met_and_failed(index)[1] & self._met_and_failed(other)[0])

    def meet(self, index: int, other: int) -> bool:
        """Say whether some of them meet both criteria."""
        return bool(self._met_and_failed(index)[0] & self._met_and_failed(other)[0])


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)


def _answer(question: Question, random: Random) -> Answer:
    if question.kind == "several":
        return Selection(tuple(option.code for option in question.options if random.getrandbits(1)))
    if question.options:
        return Choice(random.choice(question.options).code)
    unit = random.choice(question.units)
    low, high = map(unit.from_first, unit.usual)
    number = low + (high - low) * random.randrange(_STEPS + 1) / _STEPS
    return Measurement("=", round(number, 0 if question.kind == "integer" else _DECIMALS), unit.code)
