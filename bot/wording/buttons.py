"""Buttons: what they say and carry, and how they stand in rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from math import ceil
from typing import Final

from wcwidth import wcswidth

from bot.exchange import BUTTONS, Button, Press, Rows
from bot.wording.phrases import Phrases
from dialogs.protocol import Question
from dialogs.texts import Text
from state.screenings import Screening

OPTIONS_A_PAGE: Final = 30
"""Of a longer list of options, so many stand below a message at once."""
MOST_OPTIONS: Final = 40
"""A list of so many options is not divided into pages."""
SHORT_LABEL: Final = 14
"""Buttons up to this many columns stand two in a row on a 40-column screen."""
TINY_LABEL: Final = 8
"""Up to this many, three."""


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


def page_of(question: Question, place: int) -> int:
    """Return the first place of the page of options on which a place stands."""
    count = len(choices(question))
    return place - place % OPTIONS_A_PAGE if count > MOST_OPTIONS and 0 <= place < count else 0


def on_page(question: Question, first: int) -> range:
    """Return the places of the options that stand below a message together."""
    count = len(choices(question))
    return range(first, min(first + OPTIONS_A_PAGE, count)) if count > MOST_OPTIONS else range(count)


def page_buttons(question: Question, first: int, screening: Screening) -> list[Button]:
    """Return the ways to the options before and after those on a page."""
    before, after = first - OPTIONS_A_PAGE, on_page(question, first).stop
    buttons = []
    if first:
        buttons.append(button(f"◀ {_numbers(question, before)}", "earlier", screening, before))
    if after < len(choices(question)):
        buttons.append(button(f"{_numbers(question, after)} ▶", "later", screening, after))
    return buttons


def _numbers(question: Question, first: int) -> str:
    shown = on_page(question, first)
    return f"{shown.start + 1}–{shown.stop}"


def newest(questions: Sequence[str]) -> list[tuple[int, str]]:
    """Return the questions for which a message has buttons, with their places; the way back stands below them."""
    return list(enumerate(questions))[1 - BUTTONS :]


def arrange(buttons: Sequence[Button]) -> Rows:
    """Short buttons share rows of the same length, three a row where all are very short; long ones stand alone."""
    rows: list[tuple[Button, ...]] = []
    for is_short, neighbours in groupby(buttons, lambda each: wcswidth(each.label) <= SHORT_LABEL):
        run = tuple(neighbours)
        most = (3 if all(wcswidth(each.label) <= TINY_LABEL for each in run) else 2) if is_short else 1
        length = ceil(len(run) / ceil(len(run) / most))
        rows += (run[at : at + length] for at in range(0, len(run), length))
    return tuple(rows)
