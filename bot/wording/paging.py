"""Lists of buttons that are longer than a screen likes are turned over by pages. Telegram takes 100 at most."""

from __future__ import annotations

from math import ceil
from typing import Final

from bot.exchange import Button
from bot.wording.buttons import button
from state.screenings import Screening

LONGEST: Final = 40
"""A list of so many is not divided."""
ON_A_PAGE: Final = 30
"""Of a longer list, so many at most stand below a message at once."""


def page_at(count: int, place: int) -> range:
    """Return the places that stand below a message together with one of them; the first ones for a place beyond.

    Pages are as long as each other, so that the last one is worth turning to.
    """
    if count <= LONGEST:
        return range(count)
    length = ceil(count / ceil(count / ON_A_PAGE))
    first = place - place % length if 0 <= place < count else 0
    return range(first, min(first + length, count))


def turning(count: int, shown: range, screening: Screening, before: str, after: str) -> list[Button]:
    """Return the ways to what stands before and after a page, by the verbs `before` and `after`."""
    pages = [(before, page_at(count, shown.start - 1))] if shown.start else []
    pages += [(after, page_at(count, shown.stop))] if shown.stop < count else []
    return [
        button(_named(page, after=page.start > shown.start), verb, screening, page.start)
        for verb, page in pages
    ]


def _named(page: range, *, after: bool) -> str:
    numbers = f"{page.start + 1}–{page.stop}"
    return f"{numbers} ▶" if after else f"◀ {numbers}"
