"""In a few words, as on buttons: an answer, a number by what it comes to, and how a screening stands."""

from __future__ import annotations

from bot.wording.parts import title
from bot.wording.phrases import Phrases, joined, named
from dialogs.answers import COMPUTED, Answer
from dialogs.dialogue import CANCELLED, Dialogue
from dialogs.protocol import Question
from dialogs.wording import describe
from dialogs.working_out import comes_to
from state.screenings import Listed


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
    return named(title(dialogue.protocol, question, say), what, say)


def stands_in_short(item: Listed, say: Phrases) -> str:
    """The verdict in words, with the first failed criterion or the parts of which it is true; or that there is none."""
    if item.verdict is None:
        return say.plain("verdict_cancelled" if item.state == CANCELLED else "state_open")
    shown = say.plain(f"verdict_{item.verdict}")
    note = item.first_failed or joined(item.parts, say)
    return say.plain("noted", what=shown, note=note) if note else shown
