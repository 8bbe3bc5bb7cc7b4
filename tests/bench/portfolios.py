"""Measures matchings: how many questions they ask, how long the next one takes to be chosen, and what memory.

Run as ``python -m tests.bench.portfolios``. Each made-up patient is matched with all trials, screened for each trial by
itself, and matched once more with the questions in the order of the files.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from random import Random
from typing import Final

from dialogs.answers import UNKNOWN, Answer
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin
from dialogs.effort import WEIGHTS
from dialogs.errors import AnswerError
from dialogs.loading import load, shipped_protocols
from dialogs.portfolio.matching import begun
from dialogs.portfolio.merging import Portfolio, merged
from dialogs.proofs import representatives
from dialogs.rules.judgement import first_place
from tests.bench.wards import patient, ward
from tests.dialogs.portfolios import harmless

PATIENTS: Final = 200
MILLISECONDS: Final = 5
MEBIBYTES: Final = 120

Patient = Mapping[str, Answer]
Asked = tuple[int, int]
"""Questions, and their effort (`dialogs.effort`)."""


def somebody(portfolio: Portfolio, random: Random) -> Patient:
    """Make a patient by answers that rules tell apart; mostly by one that rules out nothing by itself, if it can be."""
    return {
        question.id: _answer(portfolio, place, random) for place, question in enumerate(portfolio.questions)
    }


def _answer(portfolio: Portfolio, place: int, random: Random) -> Answer:
    found = representatives(portfolio, place)
    return random.choice(harmless(portfolio, place) if random.random() < 0.85 else found)


def asked(dialogue: Dialogue, known: Patient, following: Callable[[Dialogue], str]) -> Asked:
    """Answer what is asked until nothing is; return how many questions that were, and what they took."""
    number = effort = 0
    while dialogue.state not in (EXCLUDED, REVIEW):
        question = following(dialogue)
        try:
            dialogue.take(Step("answer", question, known[question]))
        except AnswerError:
            dialogue.take(Step("answer", question, UNKNOWN))
        number, effort = number + 1, effort + WEIGHTS[dialogue.protocol.question(question).effort]
    return number, effort


def the_due_one(dialogue: Dialogue) -> str:
    return dialogue.state


def the_first_open(dialogue: Dialogue) -> str:
    return dialogue.protocol.questions[first_place(dialogue.open)].id


def alone(portfolio: Portfolio, known: Patient) -> Asked:
    """Return what the screenings for each trial by itself ask together."""
    each = [
        asked(
            begin(trial.protocol),
            {
                question.id: known[portfolio.questions[place].id]
                for question, place in zip(trial.protocol.questions, trial.places, strict=True)
            },
            the_due_one,
        )
        for trial in portfolio.trials
    ]
    return sum(number for number, _ in each), sum(effort for _, effort in each)


def questions(portfolio: Portfolio, patients: Sequence[Patient]) -> str:
    matched, took = _means(asked(begun(portfolio), known, the_due_one) for known in patients)
    in_order, took_in_order = _means(asked(begun(portfolio), known, the_first_open) for known in patients)
    separate, _ = _means(alone(portfolio, known) for known in patients)
    return (
        f"{matched:6.1f} questions, {matched / separate:4.0%} of {separate:6.1f} in separate screenings (goal: 50%), "
        f"{matched / in_order:4.0%} of {in_order:6.1f} in the order of the files, "
        f"{took / took_in_order:4.0%} of their effort"
    )


def _means(each: Iterable[Asked]) -> tuple[float, float]:
    numbers, efforts = zip(*each, strict=True)
    return statistics.mean(numbers), statistics.mean(efforts)


def times(portfolio: Portfolio, known: Patient) -> list[float]:
    """Return the milliseconds that each answer takes, with the choice of the question after it."""
    dialogue, taken = begun(portfolio), list[float]()
    while dialogue.state != REVIEW:
        since = time.process_time()
        try:
            dialogue.take(Step("answer", dialogue.state, known[dialogue.state]))
        except AnswerError:
            dialogue.take(Step("answer", dialogue.state, UNKNOWN))
        taken.append((time.process_time() - since) * 1000)
    return taken


def memory(trials: int) -> float:
    """Return the MiB that so many trials take, loaded, merged, and with one matching."""
    tracemalloc.start()
    portfolio = merged(ward(trials))
    kept = begun(portfolio)
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept.state
    return taken / 2**20


def report(name: str, portfolio: Portfolio, patients: Sequence[Patient]) -> None:
    taken = [times(portfolio, known) for known in patients[:5]]
    usual, most = statistics.median(chain.from_iterable(taken)), statistics.median(map(max, taken))
    told = f"the next one in {usual:4.1f} ms, the slowest of a patient in {most:4.1f} ms"
    print(f"{name:10} {questions(portfolio, patients)}; {told} (goal: {MILLISECONDS})")


def main() -> None:
    random = Random(1)  # one for each portfolio: no change of one changes the patients of another
    shipped = merged([load(name) for name in sorted(shipped_protocols())])
    report("shipped", shipped, [somebody(shipped, random) for _ in range(PATIENTS)])
    for trials in (5, 20, 100):
        portfolio, random = merged(ward(trials)), Random(1)
        patients = [patient(portfolio.questions, random) for _ in range(PATIENTS)]
        report(f"{trials} trials", portfolio, patients)
    print(f"memory of 100 trials: {memory(100):4.0f} MiB (goal: {MEBIBYTES})")


if __name__ == "__main__":
    main()
