"""Lists of buttons that are longer than a screen likes are turned over by pages. Telegram takes 100 at most."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from math import ceil
from typing import Final

from bot.exchange import Button, Press, Safe
from bot.wording.buttons import button
from bot.wording.phrases import Phrases
from state.screenings import Screening

ON_A_PAGE: Final = 30
"""Of a longer list, so many at most stand below a message at once."""
_LABELS: Final = {"first": "◀◀ {}", "earlier": "◀ {}", "later": "{} ▶", "last": "{} ▶▶"}
KEYS: Final = {"first": "<<", "earlier": "<", "later": ">", "last": ">>"}
"""What is typed at the terminal to turn over, by the name that the button carries."""


def longest(most: int = ON_A_PAGE) -> int:
    """Return how long a list may be that is not divided, though a page has ``most``: a few more are no second page."""
    return most * 4 // 3


def page_at(count: int, place: int, most: int = ON_A_PAGE) -> range:
    """Return the places that stand below a message together with one of them; the first ones for a place beyond.

    Pages are as long as each other, or by one longer, so that the last one is worth turning to.
    """
    if count <= longest(most):
        return range(count)
    firsts = _firsts(count, most)
    page = bisect_right(firsts, place) - 1 if 0 <= place < count else 0
    return range(firsts[page], firsts[page + 1] if page + 1 < len(firsts) else count)


def _firsts(count: int, most: int) -> list[int]:
    """Return the first place of each page of a list that is divided."""
    pages = ceil(count / most)
    return [page * count // pages for page in range(pages)]


def turning(
    count: int, shown: range, screening: Screening, before: str, after: str, most: int = ON_A_PAGE
) -> list[Button]:
    """Return the ways to the first page, those beside the one that is shown, and the last.

    ``before`` and ``after`` are the verbs of what stands before and after it.
    """
    return [
        button(label, before if place < shown.start else after, screening, place, name=way)
        for way, label, place in _ways(count, shown, most)
    ]


def turning_over(count: int, shown: range, verb: str, most: int = ON_A_PAGE) -> list[Button]:
    """Return the same ways in a list that is about no screening."""
    return [
        Button(label, str(Press(verb, place=place, name=way)))
        for way, label, place in _ways(count, shown, most)
    ]


def _ways(count: int, shown: range, most: int) -> Iterator[tuple[str, str, int]]:
    """Yield the name of each way, its label and the place that it leads to."""
    first, last = page_at(count, 0, most), page_at(count, count - 1, most)
    ways: list[tuple[str, range]] = []
    if shown.start:
        beside = page_at(count, shown.start - 1, most)
        ways += [("first", first)] if beside != first else []
        ways.append(("earlier", beside))
    if shown.stop < count:
        beside = page_at(count, shown.stop, most)
        ways.append(("later", beside))
        ways += [("last", last)] if beside != last else []
    for way, page in ways:
        yield way, _LABELS[way].format(f"{page.start + 1}–{page.stop}"), page.start


def page_line(count: int, shown: range, say: Phrases, most: int = ON_A_PAGE) -> Safe | None:
    """Say which page of a list is shown; nothing where it is not divided."""
    if len(shown) == count:
        return None
    firsts = _firsts(count, most)
    return say("page", page=firsts.index(shown.start) + 1, of=len(firsts))
