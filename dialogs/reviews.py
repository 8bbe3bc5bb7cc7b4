"""Reviews of criteria: who accepted what, and how many persons are still to accept it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Review:
    """A person accepted a criterion: who, on which day (ISO 8601), and the fingerprint of what was accepted.

    It no longer ``fits`` where the criterion, or a question of its rule, was changed after it. ``rule`` is that which
    was accepted, empty of a criterion that is asked as it stands; ``None`` where the file does not say. ``proposed`` is
    what the machine said of its proposal, if it was one that was accepted. ``less`` says of one that was recorded when
    fingerprints were of less that there is more here: it fits whatever is changed of that.
    """

    by: str
    on: str
    of: str
    proposed: str = ""
    fits: bool = True
    rule: str | None = None
    less: bool = False


_IN_LATIN: Final = str.maketrans(
    "авекмнорстухіјѕлαβεζηικλμνορτυχ",
    "abekmhopctyxijslabezhiklmnoptyx",
)
"""Cyrillic and Greek letters, in lower case, whose capitals look like Latin ones; and those that stand for L."""


def person(by: str) -> str:
    """Return by what a person is known, however it is written: ``LW``, ``lw``, ``L.W.``, and full-width letters.

    Letters that look alike are one, as two persons cannot be told apart by them; vowel signs are letters.
    """
    folded = unicodedata.normalize("NFKC", by).casefold().translate(_IN_LATIN)
    return (
        "".join(each for each in folded if each.isalnum() or unicodedata.category(each)[0] == "M") or folded
    )


def awaited(why: str | None, reviews: Iterable[Review], required: int) -> int:
    """Return how many persons are still to accept a criterion; 0 if it can be used.

    `why` is the remark by which a machine asks for a review. Where a file does not say how many are `required` (0),
    a criterion that was proposed, or accepted once, needs one.
    """
    listed = tuple(reviews)
    needed = required or int(why is not None or bool(listed))
    accepted = {person(each.by) for each in listed if each.fits}
    return max(needed - len(accepted), int(why is not None))
