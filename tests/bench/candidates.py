"""Measures lists of candidates against several trials: 1,000 candidates, 20 trials of 30 criteria each.

Run as ``python -m tests.bench.candidates [COUNT]``.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from random import Random
from typing import Final

from bot.evaluate.matrix import MatrixCsv, matrix
from bot.wording.phrases import phrases
from dialogs.answers import encode
from dialogs.candidates import read_candidates
from dialogs.portfolio.merging import Portfolio, merged
from tests.bench.wards import patient, ward

CANDIDATES: Final = 1000
TRIALS: Final = 20
SECONDS: Final = 10


def listed(portfolio: Portfolio, count: int) -> str:
    """Write a list of made-up patients, with an answer to every question."""
    random, text = Random(1), io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(("name", *portfolio.position))
    for number in range(count):
        known = patient(portfolio.questions, random)
        cells = (" ".join(filter(None, encode(known[question]))) for question in portfolio.position)
        table.writerow((f"C{number}", *cells))
    return text.getvalue()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CANDIDATES
    portfolio = merged(ward(TRIALS))
    text = listed(portfolio, count)
    since = time.process_time()
    rows = list(read_candidates(portfolio, text, accept_unusual=True))
    read = time.process_time()
    evaluated, faulty = matrix(portfolio, iter(rows), MatrixCsv(), phrases("en"))
    judged = time.process_time()
    print(
        f"{evaluated} candidates ({faulty} with faults), {TRIALS} trials, {len(portfolio.questions)} columns:"
        f" {judged - since:.1f} s, of which reading {read - since:.1f} s (goal: {SECONDS} s for {CANDIDATES})"
    )


if __name__ == "__main__":
    main()
