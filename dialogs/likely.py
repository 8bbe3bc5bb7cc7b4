"""The name that was clearly meant by one that there is not: no guess where it could be another."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LISTED: Final = 12
"""Names that are listed where none is likely, and there may be any number."""
_LIKE: Final = 0.6
"""Names that share so much of their letters with what was written are listed first."""
_NEAR: Final = 0.7
"""One that shares so much is asked about."""
_SHORTEST: Final = 5
"""Letters of a name in which one wrong letter is a slip: of fewer it makes another test, as of `alc` and `alt`."""
_SHORTEST_EXCHANGED: Final = 3
"""Letters of a name in which two that are exchanged are a slip."""


def likely(name: str, names: Iterable[str]) -> str | None:
    """Return the one name that another one is clearly meant to be; ``None`` if it is none, or may be several.

    That is the same in other letters (``Body-weight``, ``bodyweight``), as the words that it ends in (``weight`` of
    ``body_weight``), or with one letter wrong, missing or too much (``pregnent``), or two exchanged (``aeg``).
    """
    plain = {_plain(each): each for each in names}
    typed = _plain(name)
    if typed in plain:
        return plain[typed]
    for is_meant in (_joined, _end, _slip):
        found = [each for each in plain if is_meant(typed, each)]
        if found:
            return plain[found[0]] if len(found) == 1 else None
    return None


def instead(name: str, names: Iterable[str], most: int | None = LISTED) -> str:
    """Return what to write instead of a name that there is not: the likely one, or the names that there are.

    Those that resemble it stand first, the others in their order; ``most`` are listed, without it all.
    """
    names = list(names)
    found = likely(name, names)
    if found is not None:
        return f"Please write {found}"
    listed = list(dict.fromkeys([*get_close_matches(name.casefold(), names, cutoff=_LIKE), *names]))[:most]
    more = f" ... and {len(names) - len(listed)} more" if len(names) > len(listed) else ""
    return f"Please use one of: {', '.join(listed)}{more}"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that another one resembles most, to ask whether it was meant; ``None`` if none resembles it."""
    folded = {each.casefold(): each for each in names}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=_NEAR)
    return folded[found[0]] if found else None


def _joined(typed: str, name: str) -> bool:
    return typed.replace("_", "") == name.replace("_", "")


def _end(typed: str, name: str) -> bool:
    return bool(typed) and name.endswith(f"_{typed}")


def _slip(typed: str, name: str) -> bool:
    """Say whether two names differ in one letter, which is no digit, or in two neighbours that are exchanged."""
    begin = _same(typed, name)
    end = _same(typed[begin:][::-1], name[begin:][::-1])
    one, other = typed[begin : len(typed) - end], name[begin : len(name) - end]
    if any(sign.isdigit() for sign in one + other):
        return False
    if len(one) == len(other) == 2 and one == other[::-1]:
        return len(name) >= _SHORTEST_EXCHANGED
    return max(len(one), len(other)) == 1 and min(len(typed), len(name)) >= _SHORTEST


def _same(one: str, other: str) -> int:
    """Return how many signs two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _plain(name: str) -> str:
    return name.casefold().strip('"').replace("-", "_").replace(" ", "_")
