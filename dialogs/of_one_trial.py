"""Questions that mean one trial only, and those that its patient can answer only once it has been explained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from dialogs.languages import in_every_language
from dialogs.protocol import Protocol, Question
from dialogs.rules.judgement import union


def _patterns(name: str) -> dict[str, re.Pattern[str]]:
    said = in_every_language("dialogs", "patterns", name)
    return {code: re.compile(pattern, re.IGNORECASE) for code, pattern in said.items()}


_SPEAKS_OF_ONE: Final = _patterns("of_one_trial")
_AS_IT_SAYS: Final = _patterns("as_it_says")


def speaks_of_one_trial(question: Question) -> bool:
    """Say whether it is asked about one trial: a visit of it, or words such as *the trial* or *take part*."""
    return question.at is not None or _has_words_of_one(question)


def _has_words_of_one(question: Question) -> bool:
    return _has(_SPEAKS_OF_ONE, question.ask, question.short)


def is_of_one_trial(question: Question) -> bool:
    """Say whether two trials may mean another thing by it, also by its help: *fasting or not, as the trial says*."""
    return speaks_of_one_trial(question) or _has(_AS_IT_SAYS, question.help or {})


def _has(patterns: Mapping[str, re.Pattern[str]], *texts: Mapping[str, str]) -> bool:
    said = [(code, words) for text in texts for code, words in text.items()]
    return any(code in patterns and patterns[code].search(words) for code, words in said)


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
