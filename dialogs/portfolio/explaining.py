"""Which questions the patient can answer only once a trial has been explained to them: they are asked last."""

from __future__ import annotations

from functools import lru_cache

from dialogs.portfolio.sameness import has_words_of_one_trial
from dialogs.protocol import Protocol, Question
from dialogs.rules.judgement import union


@lru_cache(maxsize=256)
def explained_first(protocol: Protocol) -> int:
    """Return them as a bit mask: those of willingness and nothing else, and what the patient is asked of the trial."""
    pairs = list(zip(protocol.criteria, protocol.used, strict=True))
    willing = union(used for criterion, used in pairs if criterion.willingness)
    others = union(used for criterion, used in pairs if not criterion.willingness)
    asked = union(
        1 << place for place, question in enumerate(protocol.questions) if _asks_the_patient(question)
    )
    return willing & ~others | asked


def _asks_the_patient(question: Question) -> bool:
    """Say whether it is answered at the bedside and names the trial; at a visit of it something is found out."""
    return question.effort == "bedside" and question.at is None and has_words_of_one_trial(question)
