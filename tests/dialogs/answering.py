"""Turns what a clinician types into answers, for tables of cases."""

from __future__ import annotations

from collections.abc import Mapping

from dialogs.answers import Answer, Choice
from dialogs.assessment import effective, judge, status
from dialogs.protocol import Protocol
from dialogs.reading import Proposal, Understood, read


def answer(protocol: Protocol, question_id: str, text: str) -> Answer:
    question = protocol.question(question_id)
    if text == "unknown" or text in question.option_by_code or text in question.shortcut_by_code:
        return Choice(text)
    reading = read(protocol, question, text)
    if isinstance(reading, Proposal) and reading.why in ("unusual", "number"):
        return reading.candidates[-1][0][1]  # of 1000 and 1.000, the decimal one
    assert isinstance(reading, Understood), (question_id, text, reading)
    return reading.given[0][1]


def answers(protocol: Protocol, typed: Mapping[str, str]) -> dict[str, Answer]:
    return {question_id: answer(protocol, question_id, text) for question_id, text in typed.items()}


def status_of(protocol: Protocol, code: str, typed: Mapping[str, str]) -> str:
    facts = effective(protocol, answers(protocol, typed))
    index = list(protocol.criterion_by_code).index(code)
    return status(judge(protocol, index, facts))
