"""Holds the file against the scripts: what was lost, what was doubled, what else is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from state.database import connect
from tests.endtoend.reference import log_of, reference, verdicts_of


@dataclass(frozen=True, slots=True)
class Found:
    """What the file says of the screenings that were played. All but the first must be zero."""

    screenings: int
    lost: int
    doubled: int
    wrong: int
    strange: int
    """Screenings in the file that nobody played."""

    @property
    def faultless(self) -> bool:
        return self.screenings > 0 and not (self.lost or self.doubled or self.wrong or self.strange)


def check(path: Path, played: Mapping[str, str]) -> Found:
    """Compare every screening's log and verdicts with its script's."""
    db = connect(path, read_only=True)
    lost = doubled = wrong = 0
    for number, name in played.items():
        log, wanted = Counter(log_of(db, number)), Counter(reference(name).log)
        lost += (wanted - log).total()
        doubled += (log - wanted).total()
        wrong += log_of(db, number) != reference(name).log
        wrong += verdicts_of(db, number) != reference(name).verdicts
    kept = {row[0] for row in db.execute("SELECT number FROM screenings")}
    db.close()
    return Found(len(played), lost, doubled, wrong, len(kept ^ set(played)))
