"""Measures how long large protocols take to be loaded, checked and compared, and what memory a check takes.

Run as ``python -m tests.bench.protocols``. Each has 100 criteria and 150 questions, joined in another way.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any, Final

from bot.command.protocol.check import DIALOGUE_STEPS, SEARCH_STEPS
from dialogs.amendments import compare
from dialogs.loading import parse_protocol
from dialogs.proofs import explore, outcomes
from dialogs.protocol import Protocol
from dialogs.warnings import warnings
from tests.dialogs.large import SHAPES, amended, large

MESSAGE: Final = (100, 4096)
"""Buttons and characters of a message."""
CHANGED: Final = (1, 10, 100)
"""Rules that an amendment changes."""


def seconds(work: Callable[[], Any], rounds: int) -> float:
    """Return the processor's time of the quickest of some rounds."""

    def once() -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    return min(once() for _ in range(rounds))


def check(protocol: Protocol) -> None:
    """Do all that ``prescreen protocol check`` does of a loaded protocol."""
    explore(protocol, DIALOGUE_STEPS)
    list(outcomes(protocol, SEARCH_STEPS))
    warnings(protocol, *MESSAGE)


def peak(text: str) -> float:
    """Return the MiB that loading and checking take at most."""
    tracemalloc.start()
    check(parse_protocol(text, "large.toml"))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def main() -> None:
    for shape in SHAPES:
        text = large(shape)
        protocol = parse_protocol(text, "large.toml")
        loaded = seconds(lambda text=text: parse_protocol(text, "large.toml"), 3) * 1000  # type: ignore[misc]
        checked = seconds(lambda protocol=protocol: check(protocol), 1)  # type: ignore[misc]
        print(
            f"{shape:14} {len(text) // 1024:4} KiB, loaded {loaded:5.0f} ms (goal: 100), checked {checked:4.1f} s "
            f"(goal: 2), {peak(text):4.0f} MiB (goal: 100)"
        )
        for rules in CHANGED:
            new = parse_protocol(amended(shape, rules), "large-2.toml")
            compared = seconds(lambda old=protocol, new=new: compare(old, new, "en"), 1)  # type: ignore[misc]
            print(f"{'':14} compared with {rules:3} other rules {compared:4.1f} s (goal: 2)")


if __name__ == "__main__":
    main()
