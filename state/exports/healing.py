"""From when time alone could change an ineligible verdict, as every export has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dialogs.answers import decode
from dialogs.assessment import effective
from dialogs.healing import Healing, could_be_met_from, could_be_screened_again_from, time_changes
from state.exports.comparing import current_of
from state.exports.snapshot import Row, Snapshot
from state.moments import in_zone

HEALING_COLUMNS: Final = ("could_be_met_from", "screen_again_from", "screen_again_by")
"""Columns of tables: criteria with their days, and the day for all of them. Of the last two one has a day: *by* is the
latest possible one, of an age."""


@dataclass(frozen=True, slots=True)
class Healed:
    """From when each failed criterion that time heals could be met, and from when all of them could."""

    criteria: Mapping[str, Healing] = field(default_factory=dict)
    again: Healing | None = None

    @property
    def said(self) -> str:
        """The criteria with their days: ``E1 2026-12-09; I1 by 2027-09-08``."""
        return "; ".join(
            f"{code} {'by ' if each.at_the_latest else ''}{each.day}" for code, each in self.criteria.items()
        )

    @property
    def screen_again_from(self) -> str | None:
        return str(self.again.day) if self.again and not self.again.at_the_latest else None

    @property
    def screen_again_by(self) -> str | None:
        return str(self.again.day) if self.again and self.again.at_the_latest else None

    def cells(self) -> tuple[str, str | None, str | None]:
        """Return the cells of `HEALING_COLUMNS`."""
        return self.said, self.screen_again_from, self.screen_again_by

    def as_json(self) -> dict[str, Any]:
        return {
            "could_be_met": {code: _as_json(each) for code, each in self.criteria.items()},
            "screen_again": _as_json(self.again) if self.again else None,
        }


def _as_json(healing: Healing) -> dict[str, Any]:
    return {"by" if healing.at_the_latest else "from": str(healing.day)}


_NOTHING: Final = Healed()


def healed(snapshot: Snapshot, row: Row) -> Healed:
    """Work out what time heals of a screening, or of a part of it; of most nothing is even looked up."""
    protocol = snapshot.protocols[row.protocol]
    failed = dict.fromkeys((*row.all_failed, *(code for part in row.parts for code in part.failed)))
    if time_changes(protocol).isdisjoint(failed):
        return _NOTHING
    current = current_of(snapshot.answers(row))
    facts = effective(protocol, {name: decode(each.value, each.unit) for name, each in current.items()})
    entered_on = {name: in_zone(each.at, row.zone).date() for name, each in current.items()}
    found = {
        code: could_be_met_from(protocol, protocol.criterion_by_code[code], facts, entered_on)
        for code in failed
    }
    return Healed(
        {code: healing for code, healing in found.items() if healing is not None},
        could_be_screened_again_from(protocol, facts, entered_on),
    )
