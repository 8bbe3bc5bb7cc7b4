"""Lists of buttons that are longer than a screen likes are turned over by pages. Telegram takes 100 at most."""

from __future__ import annotations

from math import ceil
from typing import Final

from bot.exchange import Button, Safe
from bot.wording.buttons import button
from bot.wording.phrases import Phrases
from state.screenings import Screening

LONGEST: Final = 40
"""A list of so many is not divided."""
ON_A_PAGE: Final = 30
"""Of a longer list, so many at most stand below a message at once."""
_LABELS: Final = {"first": "◀◀ {}", "earlier": "◀ {}", "later": "{} ▶", "last": "{} ▶▶"}
KEYS: Final = {"first": "<<", "earlier": "<", "later": ">", "last": ">>"}
"""What is typed at the terminal to turn over, by the name that the button carries."""


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
    """Return the ways to the first page, those beside the one that is shown, and the last.

    ``before`` and ``after`` are the verbs of what stands before and after it.
    """
    first, last = page_at(count, 0), page_at(count, count - 1)
    ways: list[tuple[str, range, str]] = []
    if shown.start:
        beside = page_at(count, shown.start - 1)
        ways += [("first", first, before)] if beside != first else []
        ways.append(("earlier", beside, before))
    if shown.stop < count:
        beside = page_at(count, shown.stop)
        ways.append(("later", beside, after))
        ways += [("last", last, after)] if beside != last else []
    return [
        button(_LABELS[way].format(f"{page.start + 1}–{page.stop}"), verb, screening, page.start, name=way)
        for way, page, verb in ways
    ]


def page_line(count: int, shown: range, say: Phrases) -> Safe | None:
    """Say which page of a list is shown; nothing where it is not divided."""
    if len(shown) == count:
        return None
    length = len(page_at(count, 0))
    return say("page", page=shown.start // length + 1, of=ceil(count / length))
