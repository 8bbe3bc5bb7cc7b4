"""The keys of a question's options at the terminal: places, or grades, or letters where a number would mislead.

Where a number is typed as the answer, no number is a key of anything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product
from string import ascii_lowercase
from typing import Final

from bot.wording.buttons import shown_places
from dialogs.answers import COMPUTED, compact
from dialogs.protocol import Option, Question
from dialogs.reading.grades import grade, numbers_in
from dialogs.reading.options import spellings_taken
from dialogs.since import ONGOING

TYPED: Final = "n"
"""The key of the first button beside a number that is typed, as *Normal* or *Never*; never that of *Still ongoing*."""
WORKED_OUT: Final = "w"
"""The key of *Work it out*: whoever is used to *n* for *Never* or *Normal* does not press it for that."""
_NUMERALS: Final = frozenset("ivxlcdm")


def answer_keys(question: Question, taken: Collection[str]) -> Sequence[str]:
    """Return the keys of the buttons that answer a question, in their order; none is one of those that are `taken`."""
    return option_keys(question, taken) if question.options else _keys_beside_a_number(question, taken)


def _keys_beside_a_number(question: Question, taken: Collection[str]) -> Sequence[str]:
    """Return the number that a button stands for where that is typed as it is; else *n*, or a letter of its code.

    None is what another button is called.
    """
    used: list[str] = []
    for code in question.buttons:
        wanted = _wanted(question, code, [TYPED] if not used and code != ONGOING else [], taken)
        others = {word for each, words in spellings_taken(question).items() if each != code for word in words}
        used.append(next(key for key in wanted if key not in used and key not in others))
    return used


def _wanted(question: Question, code: str, first: Sequence[str], taken: Collection[str]) -> Iterator[str]:
    """Yield the keys that a button can have, the best one first."""
    if code == COMPUTED.code:
        yield WORKED_OUT
        return
    means = question.shortcut_by_code[code].means
    if question.kind == "integer" and means.relation == "=":
        yield compact(means.value)
    yield from first
    yield from (letter for letter in code if letter.isalpha() and letter not in taken)
    yield from _letters(question, taken)


def option_keys(question: Question, taken: Collection[str]) -> Sequence[str]:
    """Return the key of each option; none is one of those that are `taken` by other buttons.

    Where no label holds a number, it is the place at which it is shown. Else the number that is typed is the one that
    is read: options that have a grade have it as their key, and letters are those of the others. Where one number
    could mean two options, no digit is a key.
    """
    grades = [grade(option) for option in question.options]
    if not any(map(numbers_in, question.options)):
        places = shown_places(question)
        return [str(places.index(place) + 1) for place, _ in enumerate(question.options)]
    letters = _letters(question, taken)
    if not _are_clear(question.options, grades):
        grades = [None] * len(grades)
    return [next(letters) if each is None else str(each) for each in grades]


def _are_clear(options: Sequence[Option], grades: Sequence[int | None]) -> bool:
    """Say whether each grade stands in one option only."""
    numbers = [numbers_in(option) for option in options]
    return all(sum(each in held for held in numbers) == 1 for each in grades if each is not None)


def _letters(question: Question, taken: Collection[str]) -> Iterator[str]:
    """Yield what can be read neither as another button or option nor as a numeral."""
    read = {
        word
        for spellings in spellings_taken(question).values()
        for each in spellings
        for word in each.split()
    }
    free = [letter for letter in ascii_lowercase if letter not in _NUMERALS and letter not in taken]
    for length in (1, 2):
        keys = map("".join, product(free, repeat=length))
        yield from (key for key in keys if key not in read and key not in taken)
