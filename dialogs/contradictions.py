"""Answers of one patient that cannot both be true: one implies another than was given, or than a third one implies.

Of several trials, too, what one trial's answer implies of a question that only another one asks.
Neither is taken for the right one: a list is refused, and in a conversation whoever screens says which stands. Else a
verdict would depend on which was answered first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dialogs.answers import UNKNOWN, Answer, Choice
from dialogs.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The answer to ``question`` cannot be true beside that to ``other``: of ``about`` it says ``code``.

    ``about`` is one of both, or a third question, of which both imply something else: it may be one of the catalogue
    that nobody asks.
    """

    question: str
    other: str
    about: str
    code: str

    @property
    def meant(self) -> Answer:
        """What the other answer would have to be; *unknown* where that does not follow."""
        return Choice(self.code) if self.other == self.about else UNKNOWN


def contradictions(protocol: Protocol, answers: Mapping[str, Answer]) -> Iterator[Contradiction]:
    """Yield what contradicts what, seen from both sides."""
    if _telling(protocol).isdisjoint(answers):
        return
    claims = list(_claims(protocol, answers))
    for question, about, code in claims:
        for other, its_about, its_code in claims:
            if its_about == about and its_code != code:
                yield Contradiction(question, other, about, code)


def _claims(protocol: Protocol, answers: Mapping[str, Answer]) -> Iterator[tuple[str, str, str]]:
    """Yield what each answer says: its question, which question it is about, and the code of what that would be."""
    for question, answer in answers.items():
        if isinstance(answer, Choice) and answer != UNKNOWN:
            yield question, question, answer.code
        for option in protocol.question(question).chosen(answer):
            for other, code in {**option.beyond, **option.implies}.items():
                yield question, other, code


@lru_cache(maxsize=256)
def _telling(protocol: Protocol) -> frozenset[str]:
    """The questions of which an answer says something of another one; of most none does."""
    telling = (any(option.implies or option.beyond for option in each.options) for each in protocol.questions)
    return frozenset(each.id for each, tells in zip(protocol.questions, telling, strict=True) if tells)


def contradicted(
    protocol: Protocol, answers: Mapping[str, Answer], given: Mapping[str, Answer]
) -> dict[str, Answer]:
    """Return the earlier answers that those which are given now contradict, each as it would have to be beside them."""
    found: dict[str, Answer] = {}
    for each in contradictions(protocol, {**answers, **given}):
        if each.question in given and each.other not in given and found.get(each.other) != UNKNOWN:
            found[each.other] = each.meant
    return found
