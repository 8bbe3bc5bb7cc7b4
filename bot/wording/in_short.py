"""Answers in a few words, as on buttons: a number that is worked out by what it comes to."""

from __future__ import annotations

from bot.wording.phrases import Phrases, named
from dialogs.answers import COMPUTED, Answer
from dialogs.dialogue import Dialogue
from dialogs.protocol import Question
from dialogs.wording import describe
from dialogs.working_out import comes_to


def in_short(dialogue: Dialogue, question: Question, answer: Answer, say: Phrases) -> str:
    """Say an answer; as long as parts of a number are missing, that it is worked out."""
    place = dialogue.protocol.position[question.id]
    number = comes_to(dialogue.protocol, place, dialogue.facts) if answer == COMPUTED else None
    if number is None:
        return describe(question, answer, say.language)
    return say.plain("worked_out", number=describe(question, number, say.language))


def named_in_short(dialogue: Dialogue, question_id: str, say: Phrases) -> str:
    """Say an answer that was given, behind the name of its question."""
    question = dialogue.protocol.question(question_id)
    what = in_short(dialogue, question, dialogue.answers[question_id], say)
    return named(question.short[say.language], what, say)
