"""Which criteria of several versions count as one reason: those with the same code, unless it was given to another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from dialogs.amendments.matching import Matching
from dialogs.changed_words import same_words
from dialogs.protocol import Protocol


def holders(versions: Sequence[Protocol]) -> dict[tuple[str, str], int]:
    """Say by SHA-256 and code the how-manieth criterion it is that has this code, from 0.

    The versions are of one trial, the oldest first. A criterion that was reworded is the same one, as for `compare`.
    """
    matching = cache(Matching)
    found: dict[tuple[str, str], int] = {}
    seen: dict[str, int] = {}
    for place, now in enumerate(versions):
        for code in now.criterion_by_code:
            before = (each for each in reversed(versions[:place]) if code in each.criterion_by_code)
            same = next((each for each in before if _is_same(each, now, code, matching(each, now))), None)
            if same is None:
                found[now.sha256, code] = seen.get(code, 0)
                seen[code] = seen.get(code, 0) + 1
            else:
                found[now.sha256, code] = found[same.sha256, code]
    return found


def _is_same(before: Protocol, now: Protocol, code: str, matching: Matching) -> bool:
    """Say whether a code is the same criterion's; the two are only matched where its words differ."""
    one, other = before.criterion_by_code[code], now.criterion_by_code[code]
    if one.kind == other.kind and same_words(one.source, other.source):
        return True
    return any(
        before.criteria[was].code == now.criteria[becomes].code == code for was, becomes in matching.criteria
    )
