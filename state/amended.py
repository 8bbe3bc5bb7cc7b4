"""Saved screenings of earlier versions of a trial, judged by another one. Nothing is written: what was saved stands.

Left out is what was screened again since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dialogs.amendments import Matching
from dialogs.amendments.rejudging import Rejudged, rejudged
from dialogs.protocol import Protocol
from state.lookup import Lookup
from state.rescreening import NOT_AGAIN

_SAVED: Final = f"""
SELECT s.number, s.site, s.protocol, t.version, g.verdict
FROM screenings s
JOIN standing g ON g.screening = s.number
JOIN protocols t ON t.sha256 = s.protocol
WHERE g.verdict IS NOT NULL AND t.id = :trial AND s.protocol <> :version
    AND (:site IS NULL OR s.site = :site)
    AND {NOT_AGAIN}
ORDER BY s.site, s.sequence
"""


@dataclass(frozen=True, slots=True)
class Amended:
    """A saved screening, the version and verdict that it was saved with, and what it comes to by the new version."""

    number: str
    site: str
    version: str
    verdict: str
    now: Rejudged

    @property
    def open(self) -> bool:
        """Whether answers are needed before the new version comes to a verdict."""
        return bool(self.now.needed)

    @property
    def changed(self) -> bool:
        """Whether the new version comes to another verdict."""
        return not self.open and self.now.verdict != self.verdict

    @property
    def excluded(self) -> bool:
        """Whether the new version excludes whom the earlier one did not."""
        return self.changed and self.now.verdict == "ineligible"

    @property
    def again(self) -> bool:
        """Whether the candidate is to be screened again: who may be in now, and whose answers do not do any more."""
        return self.open or (self.changed and not self.excluded)


def amended(screenings: Lookup, new: Protocol, *, site: str | None = None) -> list[Amended]:
    """Judge all saved screenings of earlier versions by `new`, in the order of their numbers."""
    asked = {"trial": new.id, "version": new.sha256, "site": site}
    matchings: dict[str, Matching] = {}
    found = []
    for number, at, sha256, version, verdict in screenings.db.execute(_SAVED, asked).fetchall():
        if sha256 not in matchings:
            matchings[sha256] = Matching(screenings.protocols.get(sha256), new)
        saved = screenings.as_saved(number).dialogue
        answers = {question: saved.answers[question] for question in saved.applied}
        found.append(Amended(number, at, version, verdict, rejudged(matchings[sha256], answers)))
    return found
