"""Reads what a clinician typed as an answer to a question: `Understood`, a `Proposal`, or `Refused`.

Taken only if exact: a code, a label, a listed spelling, or a number that can mean only one thing. What begins or
resembles an option is named as likely and never taken; a number that can mean two things is proposed as both. A unit is
never guessed: a number without one is taken only where there is a single unit; otherwise the possible units are
proposed. Nothing that is refused is kept by anyone; what is proposed is kept only as numbers and a unit.
"""

from __future__ import annotations

from typing import Final

from dialogs.answers import Choice
from dialogs.protocol import Protocol, Question
from dialogs.reading.ago import is_length_of_time, length_in_digits, looks_like_date, read_ago, side_alone
from dialogs.reading.identifiers import looks_like_free_text, looks_like_identifier
from dialogs.reading.numbers import MAX_DIGITS, is_long_result, propose_again, read_number, with_unit
from dialogs.reading.numerals import fold
from dialogs.reading.options import (
    is_mere_yes_or_no,
    likely_options,
    scores_meant,
    spellings_taken,
    words_of_answers,
)
from dialogs.reading.results import Given, Proposal, Reading, Refused, Understood
from dialogs.reading.selections import read_selection
from dialogs.reading.units import unit_called, unit_for
from dialogs.reading.weighing import accept, written

__all__ = [
    "MAX_DIGITS",
    "Given",
    "Proposal",
    "Reading",
    "Refused",
    "Understood",
    "accept",
    "is_mere_yes_or_no",
    "looks_like_free_text",
    "looks_like_identifier",
    "propose_again",
    "read",
    "side_alone",
    "unit_called",
    "unit_for",
    "with_unit",
    "words_of_answers",
    "written",
]

MAX_TEXT: Final = 80
"""Longer texts are no answers."""
MAX_LIST: Final = 1_000
"""Longer texts are no lists of options."""


def read(
    protocol: Protocol, question: Question, text: str, unit: str | None = None, *, in_a_list: bool = False
) -> Reading:
    """Read `text` as an answer to `question`.

    `unit` is the only unit that can be meant, where the dialogue knows it (a ULN has its value's unit). `in_a_list`
    says that the text was written where no question stands above it: there a code is that code whatever the labels
    say, and no option has a number.
    """
    said = fold(text)
    if not said:
        return Refused("empty")
    if question.kind == "since" and looks_like_date(said):
        return Refused("typed_date")
    if looks_like_identifier(said) and not is_long_result(question, said, unit):
        return Refused("identifier")
    if len(said) > (MAX_LIST if question.kind == "several" else MAX_TEXT):
        return Refused("too_long")
    if question.kind == "several":
        return read_selection(question, said, numbered=not in_a_list)
    codes = [code for code in question.buttons if in_a_list and said == fold(code)]
    codes = codes or [code for code, spellings in spellings_taken(question).items() if said in spellings]
    codes = codes or scores_meant(question, said)
    if len(codes) == 1:
        return Understood(((question.id, Choice(codes[0])),))
    if question.kind == "since" and not codes:
        return read_ago(protocol, question, said)
    if not codes and is_length_of_time(question):
        said = length_in_digits(said)
    if codes or question.kind == "choice" or not any(c.isnumeric() for c in said):
        likely = tuple(((question.id, Choice(code)),) for code in codes or likely_options(question, said))
        return Refused("not_an_option" if question.kind == "choice" else "not_a_number", likely=likely)
    return read_number(protocol, question, said, unit)
