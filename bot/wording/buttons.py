"""Buttons: what they say and carry, and how they stand in rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from wcwidth import wcswidth

from bot.exchange import Button, Press, Rows
from bot.wording.phrases import Phrases
from dialogs.protocol import Question, Text
from state.screenings import Screening

SHORT_LABEL: Final = 14
"""Buttons up to this many columns stand two in a row on a 40-column screen."""


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


def new_screening(say: Phrases) -> Button:
    return Button(say.plain("button_new"), str(Press("new")))


def choices(question: Question) -> list[tuple[str, Text]]:
    """Return the codes and texts of a question's option buttons, in the order of their places."""
    return [(option.code, option.text) for option in question.options] + [
        (shortcut.code, shortcut.text) for shortcut in question.shortcuts
    ]


def arrange(buttons: Sequence[Button]) -> Rows:
    """Two short buttons a row, long ones alone."""
    rows: list[tuple[Button, ...]] = []
    for each in buttons:
        short = wcswidth(each.label) <= SHORT_LABEL
        if short and rows and len(rows[-1]) == 1 and wcswidth(rows[-1][0].label) <= SHORT_LABEL:
            rows[-1] = (rows[-1][0], each)
        else:
            rows.append((each,))
    return tuple(rows)
