"""Saved screenings of earlier versions of a trial, judged by another one. Nothing is written: what was saved stands.

Left out is what was screened again since.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.amendments import Matching
from dialogs.amendments.rejudging import Rejudged, rejudged
from dialogs.protocol import Protocol
from state.lookup import Lookup
from state.rescreening import NOT_AGAIN

_SAVED: Final = f"""
SELECT s.number, s.site, s.protocol, t.version, g.verdict, g.all_failed
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
    no_longer: tuple[str, ...] = ()
    """Criteria that excluded, and do not by the new version as they were answered; by the codes that they have now."""

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
    def by_old_words(self) -> tuple[str, ...]:
        """Criteria by whose old words the verdict stays what it was: a person must look."""
        return () if self.open or self.changed else self.now.by_old_words

    @property
    def again(self) -> bool:
        """Whether the candidate is to be screened again: who may be in now, and whose answers do not do any more."""
        return self.open or (self.changed and not self.excluded)


def amended(screenings: Lookup, new: Protocol, *, site: str | None = None) -> list[Amended]:
    """Judge all saved screenings of earlier versions by `new`, in the order of their numbers."""
    asked = {"trial": new.id, "version": new.sha256, "site": site}
    matchings: dict[str, Matching] = {}
    found = []
    for number, at, sha256, version, verdict, failed in screenings.db.execute(_SAVED, asked).fetchall():
        if sha256 not in matchings:
            matchings[sha256] = Matching(screenings.protocols.get(sha256), new)
        saved = screenings.as_saved(number).dialogue
        answers = {question: saved.answers[question] for question in saved.applied}
        now = rejudged(matchings[sha256], answers)
        no_longer = _no_longer(matchings[sha256], json.loads(failed or "[]"), now)
        found.append(Amended(number, at, version, verdict, now, no_longer))
    return found


def _no_longer(matching: Matching, failed: Sequence[str], now: Rejudged) -> tuple[str, ...]:
    codes = {
        matching.old.criteria[one].code: matching.new.criteria[other].code for one, other in matching.criteria
    }
    return tuple(codes.get(each, each) for each in failed if codes.get(each) not in now.failed)
