"""How often each criterion of a trial excluded, among the saved screenings of a file. Nothing is written.

A screening that was saved with another version counts for the criteria that both have. Left out is what was screened
again since: each candidate counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialogs.amendments import Matching
from dialogs.assessment import Status
from dialogs.ordering import Seen
from dialogs.protocol import Protocol
from state.lookup import Lookup
from state.rescreening import NOT_AGAIN

_SAVED: Final = f"""
SELECT s.number, s.protocol
FROM screenings s
JOIN standing g ON g.screening = s.number
JOIN protocols t ON t.sha256 = s.protocol
WHERE g.verdict IS NOT NULL AND t.id = :trial
    AND (:site IS NULL OR s.site = :site)
    AND {NOT_AGAIN}
ORDER BY s.site, s.sequence
"""


@dataclass(frozen=True, slots=True)
class Exclusions:
    """How many saved screenings there are, and of how many each criterion, by code, was judged and excluded."""

    screenings: int
    criteria: Mapping[str, Seen]


def exclusions(screenings: Lookup, protocol: Protocol, *, site: str | None = None) -> Exclusions:
    """Count what the criteria of `protocol` came to, at one site or at all."""
    called: dict[str, dict[str, str]] = {}
    counted = Counter[tuple[str, Status]]()
    rows = screenings.db.execute(_SAVED, {"trial": protocol.id, "site": site}).fetchall()
    for number, sha256 in rows:
        if sha256 not in called:
            called[sha256] = _called(screenings.protocols.get(sha256), protocol)
        for code, status in screenings.as_saved(number).dialogue.statuses.items():
            counted[called[sha256].get(code, ""), status] += 1
    codes = [criterion.code for criterion in protocol.criteria]
    failed = {code: counted[code, "failed"] for code in codes}
    return Exclusions(
        len(rows), {code: Seen(failed[code] + counted[code, "met"], failed[code]) for code in codes}
    )


def _called(old: Protocol, new: Protocol) -> dict[str, str]:
    """Return what criteria of a version are called in another one, by their codes."""
    pairs = Matching(old, new).criteria
    return {old.criteria[one].code: new.criteria[other].code for one, other in pairs}
