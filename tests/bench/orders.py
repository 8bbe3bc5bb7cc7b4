"""Measures what the proposed order of asking saves, of each trial that ships, and the time that it takes to find it.

Run by ``make bench``. Counted twice: nothing is known of how often criteria exclude; and of 200 patients that were seen
one criterion in four, drawn by lot, excluded a third, the others two in a hundred.
"""

from __future__ import annotations

import time
from random import Random

from dialogs.loading import load, shipped_protocols
from dialogs.ordering import Seen, propose
from dialogs.protocol import Protocol

SEEN = 200
OFTEN, SELDOM = 66, 4
"""Of these, whom a criterion excluded."""


def unevenly(protocol: Protocol) -> dict[str, Seen]:
    codes = [criterion.code for criterion in protocol.criteria]
    often = Random(protocol.id).sample(codes, max(1, len(codes) // 4))
    return {code: Seen(SEEN, OFTEN if code in often else SELDOM) for code in codes}


def report(protocol: Protocol, known: str, seen: dict[str, Seen]) -> None:
    since = time.process_time()
    proposal = propose(protocol, seen)
    seconds = time.process_time() - since
    today, better = proposal.takes_today, proposal.takes_better
    print(
        f"{protocol.id:12} {known:12} questions {today.questions:4.1f} -> {better.questions:4.1f} "
        f"({1 - better.questions / today.questions:3.0%}), effort {today.effort:4.1f} -> {better.effort:4.1f} "
        f"({1 - better.effort / today.effort:3.0%}); found in {seconds:4.1f} s"
    )


def main() -> None:
    for name in sorted(shipped_protocols()):
        protocol = load(name)
        report(protocol, "nothing", {})
        report(protocol, "unevenly", unevenly(protocol))


if __name__ == "__main__":
    main()
