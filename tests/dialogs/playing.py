"""Plays a dialogue through with answers to every question, as a patient who has them all."""

from __future__ import annotations

from collections.abc import Mapping

from dialogs.answers import UNKNOWN, Answer
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin
from dialogs.errors import AnswerError
from dialogs.protocol import Protocol


def fitting(dialogue: Dialogue, answers: Mapping[str, Answer]) -> Answer:
    """The answer to the current question; unknown where its unit does not fit the value's."""
    answer = answers[dialogue.state]
    try:
        dialogue.check(dialogue.state, answer)
    except AnswerError:
        return UNKNOWN
    return answer


def played(protocol: Protocol, answers: Mapping[str, Answer]) -> tuple[Dialogue, list[Step]]:
    """Answer what is asked, further reasons too, until nothing is left to ask."""
    dialogue, steps = begin(protocol), list[Step]()
    while dialogue.state != REVIEW:
        if dialogue.state == EXCLUDED:
            step = Step("continue" if dialogue.can("continue") else "finish")
        else:
            step = Step("answer", dialogue.state, fitting(dialogue, answers))
        dialogue.take(step)
        steps.append(step)
    return dialogue, steps
