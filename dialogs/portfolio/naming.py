"""Names the trials at questions that mean theirs only, and at those that are worded like another one of another trial.

So nobody takes one for the other: where it is asked, in the review, where an answer is corrected.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dialogs.languages import words
from dialogs.of_one_trial import speaks_of_one_trial
from dialogs.parts import persons
from dialogs.protocol import Protocol, Question
from dialogs.texts import Text

MOST_NAMED: Final = 2
"""Of the trials that ask one question."""

Asking = Mapping[int, Sequence[str]]
"""For each question, by its place in the portfolio, the trials that ask it, by their ids."""


def named(
    questions: Mapping[int, Question], protocols: Sequence[Protocol], places: Sequence[Sequence[int]]
) -> tuple[Question, ...]:
    """Return the questions in order of their places, with the trials that ask them where it is to be said which.

    What an earlier version took for the same question is asked for all who ask it, whatever its words mean.
    """
    asking = _asking(protocols, places)
    alike = _worded_alike(protocols, places, asking)
    return tuple(
        _with_trials(questions[place], trials)
        if place in alike or (len(trials) == 1 and speaks_of_one_trial(questions[place]))
        else questions[place]
        for place, trials in sorted(asking.items())
    )


def _asking(protocols: Sequence[Protocol], places: Sequence[Sequence[int]]) -> Asking:
    found: dict[int, list[str]] = {}
    for protocol, own in zip(protocols, places, strict=True):
        for place in own:
            found.setdefault(place, []).append(protocol.id)
    return found


def _worded_alike(protocols: Sequence[Protocol], places: Sequence[Sequence[int]], asking: Asking) -> set[int]:
    """Return the questions that are asked, or called in lists, like another one that other trials ask.

    Those that the same trials ask are told apart by what these call them, or by whom they are about.
    """
    alike: dict[Hashable, set[int]] = {}
    for protocol, own in zip(protocols, places, strict=True):
        for at, place in enumerate(own):
            question = protocol.questions[at]
            about = tuple(each and tuple(each.items()) for each in persons(protocol, at))
            for text in (question.ask, question.short):
                for code, said in text.items():
                    alike.setdefault((code, said.casefold(), about), set()).add(place)
    several = (each for each in alike.values() if len({tuple(asking[place]) for place in each}) > 1)
    return set().union(*several)


def _with_trials(question: Question, trials: Sequence[str]) -> Question:
    return replace(question, ask=behind(trials, question.ask), short=behind(trials, question.short))


def behind(trials: Sequence[str], text: Text) -> Text:
    """Return a text behind the names of trials."""
    return Text(
        {code: _said(trials, what, words("dialogs", code)["punctuation"]) for code, what in text.items()}
    )


def _said(trials: Sequence[str], what: str, marks: Mapping[str, str]) -> str:
    name = marks["list"].join(trials)
    if len(trials) > MOST_NAMED:
        name = marks["and_others"].format(name=trials[0], count=len(trials) - 1)
    return marks["named"].format(name=name, what=what)
