"""Says why a selection is empty, so that a mistyped filter is not mistaken for a quiet month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from state.errors import StateError
from state.exports.snapshot import Snapshot
from state.moments import stamp
from state.names import SITES, suggested


class Nothing(StateError):
    """No screening is what was asked for; the message says why."""


class Mixed(StateError):
    """Several trials were selected, and an export is of one: a sponsor is sent nothing of another's trial."""

    def __init__(self, trials: Sequence[str]) -> None:
        super().__init__(f"these are screenings for {', '.join(trials)}; please choose one with --protocol")
        self.trials = tuple(trials)


def moment(as_of: datetime | None, now: datetime) -> str | None:
    """Write the moment up to which data are wanted. Raises `Nothing` for one that is still to come."""
    if as_of is not None and as_of > now:
        raise Nothing(f"{stamp(as_of)} is still to come; what is recorded until then would be missing")
    return stamp(as_of) if as_of is not None else None


_TRIALS: Final = """
SELECT DISTINCT t.id FROM protocols t JOIN screenings s ON s.protocol = t.sha256 WHERE s.sequence > 0 ORDER BY 1
"""


def refuse_nothing(data: Snapshot) -> None:
    """Raise `Nothing` if filters, or a moment, left no screening. A file that has none yet is no mistake."""
    if data.count == 0 and (data.selection.described() or data.moment):
        raise Nothing(_why(data))


def refuse_mixed(data: Snapshot) -> None:
    """Raise `Mixed` if screenings for several trials were selected."""
    if len(data.trials) > 1:
        raise Mixed(data.trials)


def _why(data: Snapshot) -> str:
    chosen = data.selection
    if chosen.since and chosen.until and chosen.since > chosen.until:
        return f"the first day, {chosen.since}, is after the last, {chosen.until}; please exchange them"
    for given, none, some, known in (
        (chosen.site, "there is no site", "there are", SITES),
        (chosen.protocol, "there is no screening for", "there are some for", _TRIALS),
    ):
        codes = [code for (code,) in data.query(known)]
        if given and given not in codes:
            return f"{none} {given}; {suggested(given, codes, some)}"
    if chosen.screening:
        numbers = [number for (number,) in data.query("SELECT number FROM screenings WHERE sequence > 0")]
        if chosen.screening not in numbers:
            return f"there is no screening {chosen.screening}; {suggested(chosen.screening, numbers)}"
    asked = ", ".join(f"{name} {value}" for name, value in chosen.described().items())
    by = f" by {data.moment}" if data.moment else ""
    return f"no screening was saved or cancelled{by}{' with ' if asked else ''}{asked}; nothing is written"
