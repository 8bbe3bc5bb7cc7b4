"""Measures one answer through rules and machine, the first answer of a long protocol, one durable answer, and
candidates a second.

Run by ``make bench``; prints a table. Figures are medians of repeated rounds, on one core. ``--quick`` measures only
what `dialogs` does.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from dialogs.answers import UNKNOWN
from dialogs.candidates import Row, evaluate_candidate, read_candidates
from dialogs.dialogue import REVIEW, Step, begin
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Protocol
from state.database import open_database
from state.people import People
from state.screenings import Screenings

ROUNDS = 7
LONG = 200
VIGNETTES = Path(__file__).parent.parent / "data" / "vignettes.json"


def candidates(protocol: Protocol) -> list[Row]:
    return [row for row in read_candidates(protocol, VIGNETTES.read_text(encoding="utf-8")) if not row.faults]


def answers_of(protocol: Protocol, row: Row) -> list[Step]:
    dialogue, steps = begin(protocol), []
    while dialogue.state != REVIEW:
        steps.append(Step("answer", dialogue.state, row.answers[dialogue.state]))
        dialogue.take(steps[-1])
    return steps


def median(measure: Callable[[], float]) -> float:
    measure()
    return statistics.median(measure() for _ in range(ROUNDS))


def answer_microseconds(protocol: Protocol, steps: list[Step]) -> float:
    def measure() -> float:
        begun = time.perf_counter()
        for _ in range(200):
            dialogue = begin(protocol)
            for step in steps:
                dialogue.take(step)
        return (time.perf_counter() - begun) / 200 / len(steps) * 1e6

    return median(measure)


def made_up(questions: int) -> Protocol:
    """Return a protocol of so many yes/no questions, with a criterion for each; never the same object twice."""
    text = 'format = 2\nid = "MADE-UP"\ntitle = "Made up"\n'
    for number in range(questions):
        text += f'[[question]]\nid = "q{number}"\nask = "Question {number}?"\n'
    for number in range(questions):
        text += f'[[criterion]]\ncode = "E{number}"\nexclusion = "Criterion {number}"\nrule = "q{number}"\n'
    return parse_protocol(text, "made-up.toml")


def first_answer(protocols: list[Protocol]) -> tuple[float, float]:
    """Return the milliseconds and MiB from a loaded protocol to its first answer, with all that is built once."""

    def answer_first(protocol: Protocol) -> None:
        begin(protocol).take(Step("answer", protocol.questions[0].id, UNKNOWN))

    def milliseconds() -> float:
        begun = time.perf_counter()
        answer_first(protocols.pop())
        return (time.perf_counter() - begun) * 1000

    taken = statistics.median(milliseconds() for _ in range(len(protocols) - 1))
    tracemalloc.start()
    answer_first(protocols.pop())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return taken, peak / 2**20


def durable_microseconds(protocol: Protocol, steps: list[Step], folder: Path) -> float:
    db = open_database(folder / "bench.db")
    screenings = Screenings(db)
    person = People(db).add("clinician", "S01", "bench", "1")

    def measure() -> float:
        elapsed = 0.0
        for _ in range(20):
            screening = screenings.start(protocol, person.code, "S01", zone="UTC", channel="bench")
            begun = time.perf_counter()
            for step in steps:
                screenings.take(screening, [step], person.code)
            elapsed += time.perf_counter() - begun
        return elapsed / 20 / len(steps) * 1e6

    result = median(measure)
    db.close()
    return result


def candidates_a_second(protocol: Protocol) -> float:
    entries = json.loads(VIGNETTES.read_text(encoding="utf-8")) * 50
    text = json.dumps([{**entry, "name": f"C-{number}"} for number, entry in enumerate(entries)])

    def measure() -> float:
        begun = time.process_time()
        count = sum(1 for row in read_candidates(protocol, text) if evaluate_candidate(protocol, row))
        return count / (time.process_time() - begun)

    return median(measure)


def main() -> None:
    protocol = load("NCT04420494")
    steps = answers_of(protocol, candidates(protocol)[0])
    answer = answer_microseconds(protocol, steps)
    print(f"one answer through rules and machine  {answer:8.0f} µs  (goal: under 40)")
    taken, room = first_answer([made_up(LONG) for _ in range(ROUNDS + 1)])
    print(
        f"first answer, {LONG} questions           {taken:8.1f} ms, {room:.2f} MiB  (goal: under 20 ms, 5 MiB)"
    )
    if "--quick" in sys.argv:
        return
    with tempfile.TemporaryDirectory() as folder:
        durable = durable_microseconds(protocol, steps, Path(folder))
    print(f"one durable answer, commit included   {durable:8.0f} µs")
    rate = candidates_a_second(protocol)
    print(f"prescreen evaluate                    {rate:8,.0f} candidates/s  (goal: 2,000)")


if __name__ == "__main__":
    main()
