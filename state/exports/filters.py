"""Says why a selection is empty, so that a mistyped filter is not mistaken for a quiet month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from dialogs.loading import shipped_protocols
from state.errors import StateError
from state.exports.snapshot import Snapshot
from state.moments import stamp
from state.names import SITES, suggested
from state.replay import IS_PORTFOLIO


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
_KNOWN_TRIALS: Final = f"""
SELECT id FROM protocols WHERE NOT {IS_PORTFOLIO} UNION SELECT subject FROM register WHERE kind = 'trial'
"""
"""Trials of this file, also those that only matchings were over, or that were only opened, paused or closed."""


def refuse_nothing(data: Snapshot) -> None:
    """Raise `Nothing` if filters, or a moment, left no screening. A file that has none yet is no mistake."""
    if data.count == 0 and (data.selection.described() or data.moment):
        raise Nothing(_why(data))


def refuse_mixed(data: Snapshot) -> None:
    """Raise `Mixed` if screenings for several trials were selected."""
    if len(data.trials) > 1:
        raise Mixed(data.trials)


def is_yet_to_screen(data: Snapshot, trial: str) -> bool:
    """Say whether a trial is known, shipped or of this file, and nobody was screened for it: no name to guess at."""
    known = {each for (each,) in data.query(_KNOWN_TRIALS)} | {*shipped_protocols()}
    return trial in known and trial not in {each for (each,) in data.query(_TRIALS)}


def _why(data: Snapshot) -> str:
    chosen = data.selection
    if chosen.since and chosen.until and chosen.since > chosen.until:
        return f"the first day, {chosen.since}, is after the last, {chosen.until}; please exchange them"
    if chosen.protocol and is_yet_to_screen(data, chosen.protocol):
        return f"there is no screening for {chosen.protocol} yet"
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
