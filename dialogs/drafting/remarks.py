"""Which lines of a record are no criteria, but belong to the one above: only what surely judges nobody is its help.

*Inhaled steroids are permitted* judges nobody. An exception (*unless ...*) is asked with what it excepts. A denial or a
limit (*no more than one prior regimen is allowed*) is a criterion of its own, whatever else its line says.
"""

from __future__ import annotations

import re
from typing import Final

from dialogs.drafting.spoken import either
from dialogs.drafting.titles import CLAUSES, allows, is_remark, says_nothing

_LIMITS: Final = re.compile(either("limits"), re.IGNORECASE)
_NOT_EXCLUDED: Final = re.compile(either("not_excluded"), re.IGNORECASE)
"""A denial that allows."""
_IN_FRONT: Final = re.compile(rf"\W*{either('limits_in_front')}", re.IGNORECASE)
_EXCEPTS: Final = re.compile(rf"\W*{either('excepts')}", re.IGNORECASE)
_ALLOWING: Final = re.compile(either("allowing"), re.IGNORECASE)
_LIMIT_ALONE: Final = re.compile(either("limit_alone"), re.IGNORECASE)
_OF_SOME: Final = re.compile(either("limit_of_some"), re.IGNORECASE)
_COMPARED: Final = re.compile(either("limited"), re.IGNORECASE)
_NAME: Final = re.compile(r"[^\W\d_]{3,}")
_COMMON: Final = re.compile(either("common"), re.IGNORECASE)


def says_allowed(text: str, side: str) -> bool:
    """Say whether a line speaks of what is allowed, or who may take part: with a limit, too, or as a denial."""
    if _IN_FRONT.match(text) and _ALLOWING.search(text):
        return True
    return allows(text, side) or (side == "inclusion" and allows(text, "exclusion"))


def permits(text: str, side: str) -> bool:
    """Say whether a line surely says no more than what is allowed: *inhaled steroids are permitted*."""
    return allows(text, side) and not _is_limited(text)


def is_harmless(remark: str, side: str) -> bool:
    """Say whether a remark, with the lines below it, surely judges nobody."""
    first, *below = remark.splitlines()
    if is_remark(first) or says_nothing(first):
        return not below
    return permits(first, side) and not any(map(_is_limited, below))


def belongs_above(text: str, side: str) -> bool:
    """Say whether a line changes the one above it and can be no criterion beside it."""
    if _IN_FRONT.match(text) and not _EXCEPTS.match(text):
        return False
    if _EXCEPTS.match(text) or permits(text, side):
        return True
    return side == "exclusion" and allows(text, side)


def excepts(text: str) -> bool:
    """Say whether a line is an exception: *unless Child-Pugh A*."""
    return _EXCEPTS.match(text) is not None


def ends_in_what_is_allowed(text: str, side: str) -> bool:
    """Say whether a line goes on to what is allowed: *steroids within 4 weeks. The following are permitted:*."""
    last = CLAUSES.split(text)[-1]
    return allows(last, side) or excepts(last)


def is_limit_of_some(text: str, above: str) -> bool:
    """Say whether a line sets another limit for some than the one above it: *ALT up to 5 x ULN with metastases*."""
    if not (_COMPARED.search(above) and re.search(r"\d", above)):
        return False
    if _LIMIT_ALONE.match(text):
        return True
    return _OF_SOME.match(text) is not None and bool(_names(text) & _names(above))


def _names(text: str) -> set[str]:
    return {each.lower() for each in _NAME.findall(_COMMON.sub(" ", text))}


def _is_limited(text: str) -> bool:
    return _LIMITS.search(_NOT_EXCLUDED.sub(" ", text)) is not None
