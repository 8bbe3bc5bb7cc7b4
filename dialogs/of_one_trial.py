"""Questions that mean one trial only, and those that its patient can answer only once it has been explained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from dialogs.languages import LANGUAGES, in_every_language
from dialogs.protocol import YES_OR_NO, Protocol, Question
from dialogs.rules.judgement import union

_NAMES: Final = (
    "of_one_trial",
    "of_its_own",
    "says_nothing_else",
    "as_it_says",
    "of_the_criteria",
    "only_inclusion",
    "only_exclusion",
)
_PATTERNS: Final[Mapping[str, Mapping[str, re.Pattern[str]]]] = {
    name: {
        code: re.compile(pattern, re.IGNORECASE)
        for code, pattern in in_every_language("dialogs", "patterns", name).items()
    }
    for name in _NAMES
}
_PLAIN: Final = {*YES_OR_NO, "not_concerned"}
"""Options that say nothing of what is asked."""


def speaks_of_one_trial(question: Question) -> bool:
    """Say whether it is asked about one trial: a visit of it, words such as *the trial*, or what each trial defines.

    A prohibited drug is one of the trial's list, *the disease* the one that it treats. Options that name what is meant
    say it of every trial alike.
    """
    if question.at is not None or _has_words_of_one(question):
        return True
    if question.site_fact or question.option_by_code.keys() - _PLAIN:
        return False
    return _has("of_its_own", question.ask, question.short) or _has("says_nothing_else", question.ask)


def _has_words_of_one(question: Question) -> bool:
    return _has("of_one_trial", question.ask, question.short)


def says_more(line: str) -> bool:
    """Say whether a line above criteria says anything of them: *Exclusion criteria:* does not."""
    return not any(_found("of_the_criteria", code, line) for code in LANGUAGES)


def only_says_the_side(line: str, side: str) -> bool:
    """Say whether a line above criteria says that these must be, or must not be: *must not have any of:*."""
    return any(_found(f"only_{side}", code, line) for code in LANGUAGES)


def names_a_trial(line: str) -> bool:
    """Say whether a line above criteria has words of one trial: *Within 4 weeks before enrolment:*."""
    return any(_found("of_one_trial", code, line) for code in LANGUAGES)


def is_of_one_trial(question: Question) -> bool:
    """Say whether two trials may mean another thing by it, also by its help: *fasting or not, as the trial says*."""
    return speaks_of_one_trial(question) or _has("as_it_says", question.help or {})


def _has(name: str, *texts: Mapping[str, str]) -> bool:
    return any(_found(name, code, words) for text in texts for code, words in text.items())


@lru_cache(maxsize=8192)  # trials on offer together have many words in common
def _found(name: str, code: str, words: str) -> bool:
    pattern = _PATTERNS[name].get(code)
    return pattern is not None and pattern.search(words) is not None


@lru_cache(maxsize=256)
def explained_first(protocol: Protocol) -> int:
    """Return the questions that can be answered only once the trial has been explained, as a bit mask.

    They are asked last: those of willingness and nothing else, and what the patient is asked of the trial.
    """
    pairs = list(zip(protocol.criteria, protocol.used, strict=True))
    willing = union(used for criterion, used in pairs if criterion.willingness)
    others = union(used for criterion, used in pairs if not criterion.willingness)
    asked = union(
        1 << place for place, question in enumerate(protocol.questions) if _asks_the_patient(question)
    )
    return willing & ~others | asked


def _asks_the_patient(question: Question) -> bool:
    """Say whether it is answered at the bedside and names the trial; at a visit of it something is found out."""
    return question.effort == "bedside" and question.at is None and _has_words_of_one(question)
