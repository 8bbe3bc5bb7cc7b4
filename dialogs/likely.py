"""The name that was most likely meant by one that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LISTED: Final = 12
"""Names that are listed where none is likely."""
_SHORT: Final = 4
_ALIKE: Final = 0.75
_ALIKE_AND_SHORT: Final = 0.65
"""How alike names must be, also those of few letters, of which one is much."""


def likely(name: str, names: Iterable[str]) -> str | None:
    """Return the name that another one is most like; ``None`` if it is like none.

    That is the same in other letters (``Body-weight``), with letters exchanged (``aeg``), as one of its words
    (``weight`` of ``body_weight``), or nearly the same.
    """
    plain = {_plain(each): each for each in names}
    typed = _plain(name)
    if typed in plain:
        return plain[typed]
    alike = [each for each in plain if sorted(each) == sorted(typed)]
    alike += [each for each in plain if typed in each.split("_")]
    alike += get_close_matches(typed, plain, 1, _ALIKE if len(typed) > _SHORT else _ALIKE_AND_SHORT)
    return plain[alike[0]] if alike else None


def instead(name: str, names: Iterable[str]) -> str:
    """Return what to write instead of a name that there is not: the likely one, or the names that there are."""
    names = list(names)
    found = likely(name, names)
    if found is not None:
        return f"Please write {found}"
    more = f" ... and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"Please use one of: {', '.join(names[:LISTED])}{more}"


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
