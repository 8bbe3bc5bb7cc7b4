"""A line as it is written, cut outside of its brackets: what of it is read, and what is asked in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dialogs.drafting.of_some import concerns_some
from dialogs.drafting.proposals.conditions import Condition, Question, one_of, own_id, simple
from dialogs.drafting.proposals.phrases import phrases
from dialogs.drafting.proposals.reading import read
from dialogs.loading.ruleless import options_of_some

_EITHER: Final = re.compile(r"\beither\b(?! of\b| sex| gender)(?!.*\bor\b)", re.IGNORECASE)
"""*Either* without *or*: a list of alternatives that would pass for one of conditions."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a record, the side that it stands on, and the headings that it stands under."""

    text: str
    inclusion: bool
    above: str = ""

    def read(self, text: str) -> Condition | None:
        """Return what a part of the line means as if it were all of it; ``None`` if that is not certain."""
        return _read(text, inclusion=self.inclusion)

    def asked(self, words: str, *, of_all: bool = False) -> Condition:
        """Return that words of the line are true of the patient: a question of the file's own.

        What an inclusion asks of some patients leaves out none of the others: there is an answer for these, unless it
        concerns all who are asked.
        """
        said = " ".join(filter(None, (self.above, words)))
        name = own_id("words", said)
        if self.inclusion and not of_all and concerns_some(words, self.above):
            question: Question = {
                "id": name,
                "kind": "choice",
                "words": said,
                "short": words,
                "options": options_of_some(),
            }
            return one_of(name, ("yes", "not_concerned"), (question,))
        return simple(name, f"not {name}", ({"id": name, "words": said, "short": words},))

    def whole(self) -> Condition:
        return self.asked(self.text)


@lru_cache(maxsize=1024)
def _read(text: str, *, inclusion: bool) -> Condition | None:
    if _EITHER.search(text):
        return None
    condition: Condition | None = read(phrases(text), inclusion=inclusion)
    return condition


def outside(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield where a pattern is found in a text outside of brackets."""
    return (found for found in pattern.finditer(text) if not _depth(text[: found.start()]))


def without_brackets(text: str) -> str:
    """Return a text without what stands in brackets."""
    kept, depth = [], 0
    for sign in text:
        depth = max(0, depth + (sign in "([") - (sign in "])"))
        if not depth and sign not in ")]":
            kept.append(sign)
    return "".join(kept)


def _depth(before: str) -> int:
    return sum(map(before.count, "([")) - sum(map(before.count, ")]"))


def brackets(text: str) -> list[str]:
    """Return what stands in brackets in a text."""
    return re.findall(r"\(([^()]*)\)", text)
