"""The order of asking that takes the least effort until somebody is ruled out. It changes when something is asked only.

What an order takes is counted on made-up patients, the same ones every time, whom the criteria exclude as often as was
seen at a site, or each as often as the next. An order is looked for on some of them and weighed on others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialogs.ordering.frequencies import Seen, chances
from dialogs.ordering.layout import Layout
from dialogs.ordering.patients import patients
from dialogs.ordering.search import found
from dialogs.ordering.walks import Expected, Walks
from dialogs.protocol import Protocol

__all__ = ["Expected", "Proposal", "Seen", "propose"]

LEAST: Final = 0.02
"""The share of the effort that another order must save: less is within what the made-up patients differ by."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Orders of asking by question, with what each takes of a patient on average; ``better`` is today's if none is."""

    today: tuple[str, ...]
    better: tuple[str, ...]
    takes_today: Expected
    takes_better: Expected

    @property
    def worthwhile(self) -> bool:
        return self.better != self.today


def propose(protocol: Protocol, seen: Mapping[str, Seen] | None = None) -> Proposal:
    """Propose an order for a trial. `seen` says how often criteria, by code, excluded; without it nothing is known."""
    layout, chance = Layout(protocol), chances(protocol, seen or {})
    today = layout.today
    better = found(layout, Walks(protocol, patients(protocol, chance, "search")), chance)
    weighed = Walks(protocol, patients(protocol, chance, "weigh"))
    takes_today, takes_better = weighed.expected(today), weighed.expected(better)
    if takes_better.effort > (1 - LEAST) * takes_today.effort:
        better, takes_better = today, takes_today
    return Proposal(_ids(protocol, today), _ids(protocol, better), takes_today, takes_better)


def _ids(protocol: Protocol, order: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(protocol.questions[place].id for place in order)
