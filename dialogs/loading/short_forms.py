"""What a file may write in short: the words of a question alone, criteria without their code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from dialogs.loading.defaults import SIDES

_NUMBERED: Final = {side: re.compile(rf"{side[0]}(\d+)", re.IGNORECASE | re.ASCII) for side in SIDES}


def with_codes(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a file with a code for each criterion that has none: ``I1``, ``I2``, ``E1``; after ``I6c``, ``I7``."""
    criteria = raw.get("criterion")
    if not isinstance(criteria, list):
        return raw
    last = dict.fromkeys(SIDES, 0)
    return {**raw, "criterion": [_with_code(each, last) for each in criteria]}


def _with_code(criterion: Any, last: dict[str, int]) -> Any:
    """Return a criterion with its code; `last` is the number that each side has come to."""
    sides = [side for side in SIDES if isinstance(criterion, Mapping) and side in criterion]
    if len(sides) != 1:
        return criterion
    (side,) = sides
    if "code" not in criterion:
        last[side] += 1
        return {"code": f"{side[0].upper()}{last[side]}", **criterion}
    found = _NUMBERED[side].match(str(criterion["code"]))
    last[side] = int(found[1]) if found else last[side] + 1
    return criterion


def entry_written_out(entry: Any) -> Any:
    """Return an entry of a file's own catalogue: a text is what a question of yes or no asks."""
    return {"ask": entry} if isinstance(entry, str) else entry
