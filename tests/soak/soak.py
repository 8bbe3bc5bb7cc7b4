"""The fault catalogue at length, as a table of figures; the same stages run shortly in `make test`.

    python -m tests.soak.soak --kills 300 --stops 100 --redeliveries 20000 --turns 5000 --presses 20000
        --screenings 2000 --steps 100000 --answers 10000 --lists 6 --people 20 [--share 0.1] [--seed 1] [--folder DIR]

A count of 0 leaves its stage out; ``--record`` writes the figures into docs/faults.md. Exit status 1 if a figure is
not zero that must be.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from tests.soak import stages, tested
from tests.soak.recording import record
from tests.soak.stage import Cells

FEW = 2
"""Clinicians who leave the processor idle most of the time: the usual wait is then that of one person."""
MUST_BE_ZERO = ("lost", "doubled", "wrong", "unplayed", "unasked", "failed")


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=60, help="F1: SIGKILL at random moments")
    parser.add_argument("--stops", type=int, default=20, help="F2: SIGTERM likewise")
    parser.add_argument("--redeliveries", type=int, default=2000, help="F3")
    parser.add_argument("--turns", type=int, default=1000, help="F4: answers while replies fail")
    parser.add_argument("--presses", type=int, default=2000, help="F5: stale buttons and double taps")
    parser.add_argument("--screenings", type=int, default=300, help="F12: through one process")
    parser.add_argument(
        "--steps", type=int, default=100_000, help="F16: many screenings of one person at once"
    )
    parser.add_argument("--answers", type=int, default=500, help="F15: that no Bot API server gives")
    parser.add_argument("--lists", type=int, default=6, help="F18: of the greatest size, while people answer")
    parser.add_argument("--people", type=int, default=20, help="clinicians at once")
    parser.add_argument("--share", type=float, default=0.1, help="of replies that fail in F4")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", type=int, default=1, help="faults that tests provoke; 0 leaves them out")
    parser.add_argument("--record", action="store_true", help="write the figures into docs/faults.md")
    parser.add_argument("--folder", type=Path, help="keep the files there")
    return parser.parse_args(arguments)


def chosen(options: argparse.Namespace) -> dict[str, Callable[[Path], Awaitable[Cells]]]:
    common = {"people": options.people, "seed": options.seed}
    every: dict[str, tuple[int, Callable[[Path], Awaitable[Cells]]]] = {
        "F1 killed": (options.kills, partial(stages.killed, kills=options.kills, **common)),
        "F2 stopped": (options.stops, partial(stages.stopped, stops=options.stops, **common)),
        "F3 redelivered": (
            options.redeliveries,
            partial(stages.redelivered, redeliveries=options.redeliveries, **common),
        ),
        "F4 replies fail": (
            options.turns,
            partial(stages.failing, turns=options.turns, share=options.share, **common),
        ),
        "F5 pressed": (options.presses, partial(stages.pressed, presses=options.presses, **common)),
        "F12 long life": (
            options.screenings,
            partial(stages.lived, screenings=options.screenings, **common),
        ),
        "F15 odd answers": (
            options.answers,
            partial(stages.oddly_answered, answers=options.answers, share=options.share, **common),
        ),
        "F16 at once": (options.steps, partial(stages.walked, steps=options.steps, seed=options.seed)),
        "F18 long work": (
            options.lists,
            partial(stages.laboured, lists=options.lists, people=FEW, seed=options.seed),
        ),
    }
    tests = tested.STAGES if options.tests else {}
    return {**{name: run for name, (count, run) in every.items() if count}, **tests}


async def soak(options: argparse.Namespace, folder: Path) -> bool:
    """Run the stages one after the other; say whether all that must be zero is."""
    faultless = True
    for name, run in chosen(options).items():
        place = folder / name.partition(" ")[0]
        place.mkdir(parents=True)
        started = time.monotonic()
        figures = await run(place)
        seconds = round(time.monotonic() - started)
        shown = "  ".join(f"{key} {value}" for key, value in {**figures, "seconds": seconds}.items())
        print(f"{name:16} {shown}", flush=True)
        if options.record:
            record(name, figures)
        faultless = faultless and not any(figures.get(key) for key in MUST_BE_ZERO)
    return faultless


def main() -> None:
    options = options_of()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if asyncio.run(soak(options, options.folder or Path(folder))) else 1)


if __name__ == "__main__":
    main()
