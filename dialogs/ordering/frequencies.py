"""How likely each criterion excludes: by what was seen, held against what would be likely if nothing were known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialogs.protocol import Protocol

EXCLUDED: Final = 0.5
"""The share of patients that a trial excludes, if nothing is known: each criterion as many as the next."""
AS_MANY: Final = 10
"""Patients that this guess counts for beside those that were seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Of how many patients a criterion was judged, and how many of these it excluded."""

    judged: int
    excluded: int


def chances(protocol: Protocol, seen: Mapping[str, Seen]) -> tuple[float, ...]:
    """Return for each criterion how likely it excludes a patient."""
    guess = 1 - (1 - EXCLUDED) ** (1 / len(protocol.criteria))
    counted = (seen.get(criterion.code, Seen(0, 0)) for criterion in protocol.criteria)
    return tuple((each.excluded + AS_MANY * guess) / (each.judged + AS_MANY) for each in counted)
