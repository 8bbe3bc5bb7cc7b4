"""Buttons: what they say and carry, and how they stand in rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from math import ceil
from typing import Final

from wcwidth import wcswidth

from bot.exchange import Button, Press, Rows
from bot.wording.phrases import Phrases
from dialogs.languages import in_every_language
from dialogs.protocol import Question
from dialogs.texts import Text
from state.screenings import Screening

SHORT_LABEL: Final = 14
"""Buttons up to this many columns stand two in a row on a 40-column screen."""
TINY_LABEL: Final = 8
"""Up to this many, three."""
LONGEST_LABEL: Final = 40
"""Of a longer label, in columns, a phone may show the beginning alone: what it says stands in the message, too."""


def button(
    label: str,
    verb: str,
    screening: Screening,
    place: int | None = None,
    *,
    day: date | None = None,
    name: str | None = None,
    query: int | None = None,
) -> Button:
    """Return a button about a screening, which names the log entry that it is shown at; the rest as in `Press`."""
    return Button(label, str(Press(verb, screening.number, screening.entries, place, day, name, query)))


def is_cut(label: str) -> bool:
    """Say whether a label is too long for a button that has a row of its own."""
    return wcswidth(label) > LONGEST_LABEL


def new_screening(say: Phrases) -> Button:
    return Button(say.plain("button_new"), str(Press("new")))


def choices(question: Question) -> list[tuple[str, Text]]:
    """Return the codes and texts of a question's option buttons, in the order of their places."""
    return list(question.buttons.items())


def shown_places(question: Question) -> Sequence[int]:
    """Return the places of a question's option buttons in the order in which they are shown: that of its file.

    Only a mere *No* stands before a mere *Yes* in every trial, as in the shipped one, whatever stands behind them: a
    finger learns the place.
    """
    offered = choices(question)
    first = offered[:2]
    if [code for code, _ in first] == ["yes", "no"] and all(map(_is_mere, first)):
        return (1, 0, *range(2, len(offered)))
    return range(len(offered))


def _is_mere(option: tuple[str, Text]) -> bool:
    """Say whether a button says yes or no, and nothing else, in each language of its trial."""
    code, text = option
    return text.items() <= in_every_language("dialogs", "shipped", code).items()


def arrange(buttons: Sequence[Button]) -> Rows:
    """Short buttons share rows of the same length, three a row where all are very short; long ones stand alone."""
    rows: list[tuple[Button, ...]] = []
    for is_short, neighbours in groupby(buttons, lambda each: wcswidth(each.label) <= SHORT_LABEL):
        run = tuple(neighbours)
        most = (3 if all(wcswidth(each.label) <= TINY_LABEL for each in run) else 2) if is_short else 1
        length = ceil(len(run) / ceil(len(run) / most))
        rows += (run[at : at + length] for at in range(0, len(run), length))
    return tuple(rows)
