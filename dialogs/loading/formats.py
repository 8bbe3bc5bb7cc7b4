"""Reads a file of an earlier format as one of today's: everything else of the loader knows today's only.

A file without ``format`` is of format 1, in which a criterion has ``kind`` and ``source`` where it now has its words
as ``inclusion`` or ``exclusion``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dialogs.loading.defaults import SIDES

NEWEST: Final = 2


def in_newest(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in a file as format 2 has it."""
    if "format" in raw:
        return dict(raw)
    criteria = raw.get("criterion")
    turned = [_criterion(each) for each in criteria] if isinstance(criteria, list) else criteria
    return {**raw, "format": NEWEST} | ({"criterion": turned} if "criterion" in raw else {})


def is_of_the_first(raw: Mapping[str, Any]) -> bool:
    """Say whether a file is written in format 1; one that lacks ``format`` alone is not.

    That needed a ``kind`` of every question and a ``source`` of every criterion, and knew no catalogue.
    """
    needed = ((raw.get("question"), "kind"), (raw.get("criterion"), "source"))
    if "format" in raw or "catalogue" in raw:
        return False
    return all(isinstance(listed, list) and all(key in each for each in listed) for listed, key in needed)


def _criterion(raw: Any) -> Any:
    if not isinstance(raw, dict) or "source" not in raw or raw.get("kind") not in SIDES:
        return raw
    others = {key: value for key, value in raw.items() if key not in ("kind", "source")}
    return {raw["kind"]: raw["source"], **others}
