"""Says why something is asked that was answered before: as a number now, or more exactly."""

from __future__ import annotations

from bot.exchange import Safe
from bot.wording.parts import title
from bot.wording.phrases import Phrases, joined
from dialogs.asked_again import beside
from dialogs.dialogue import Dialogue
from dialogs.protocol import Question
from dialogs.wording import describe


def as_number(dialogue: Dialogue, question: Question, say: Phrases) -> Safe | None:
    """Say why what was answered without a value, as *normal* or a multiple of a limit, is asked for one."""
    protocol, place = dialogue.protocol, dialogue.protocol.position[question.id]
    same = [
        each.id for each in protocol.questions if question.measures and each.measures == question.measures
    ]
    if not any(name != question.id and name in dialogue.answers for name in same):
        return None
    wholes = (protocol.questions[at] for at, formula in protocol.formulas.items() if place in formula.places)
    return say("asked_as_number", wholes=joined((each.name[say.language] for each in wholes), say))


def beside_another(dialogue: Dialogue, question: Question, say: Phrases) -> Safe | None:
    """Say beside which time the one that was answered may be longer ago, or less."""
    other = beside(dialogue, question)
    if other is None:
        return None
    known, time = (describe(each, dialogue.answers[each.id], say.language) for each in (question, other))
    return say("asked_more_exactly", known=known, other=title(dialogue.protocol, other, say), time=time)
