"""What can be taken over from earlier screenings of a subject: answers that may still hold, and what only grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialogs.answers import UNKNOWN, Answer, Measurement, Relation
from dialogs.dialogue import Dialogue
from dialogs.protocol import Protocol, Question


def carried(protocol: Protocol, earlier: Mapping[str, Dialogue]) -> dict[str, tuple[Answer, str]]:
    """Return, by question of `protocol`, the answers of earlier screenings that may still hold, to be offered.

    `earlier` are those of one subject, by number, the oldest first. An answer comes from the newest one that has it,
    and with its number; of a screening that is being revised, from its saved verdict. An answer that decided a failed
    criterion is left out: whoever screens again expects it to have changed, as a course that was too short. So is one
    to a question that another version asked otherwise.
    """
    found: dict[str, tuple[Answer, str]] = {}
    for number, dialogue in earlier.items():
        saved = dialogue.as_saved()
        found |= {
            question: (saved.answers[question], number)
            for question in saved.applied
            if question in protocol.position and asked_alike(dialogue.protocol, protocol.question(question))
        }
        for reason in saved.reasons:
            for question, _ in reason.answers:
                found.pop(question, None)
    held = {question: (holding(protocol, question, answer), of) for question, (answer, of) in found.items()}
    return {question: (answer, of) for question, (answer, of) in held.items() if answer is not None}


def asked_alike(then: Protocol, question: Question) -> bool:
    """Say whether an earlier version of a trial asked a question in the same words: an id alone may mean anything."""
    before = then.question(question.id)
    if before.kind != question.kind or [*before.option_by_code] != [*question.option_by_code]:
        return False
    options = zip(before.options, question.options, strict=True)
    return before.ask.agrees_with(question.ask) and all(
        one.text.agrees_with(other.text) for one, other in options
    )


def holding(protocol: Protocol, question: str, answer: Answer) -> Answer | None:
    """Return the answer as one of this version's, if its question lasts and can have it.

    A ULN is that of one result only, and what was 3 weeks ago then is longer ago now.
    """
    if question not in protocol.position or answer == UNKNOWN:
        return None
    asked = protocol.question(question)
    if not asked.lasting or asked.unit_of is not None or asked.kind == "since":
        return None
    return asked.own(answer)


_FROM_THERE_ON: Final[Mapping[Relation, Relation]] = {"=": ">=", ">=": ">=", ">": ">"}


def at_least(protocol: Protocol, question: str, answer: Answer) -> Measurement | None:
    """Return the lowest number that an answer which only grows can have come to by now; ``None`` of any other.

    That is an age, and how long ago something was that happens once. A last time is none: since then there may have
    been another; nor is *never*.
    """
    if question not in protocol.position or not isinstance(answer, Measurement):
        return None
    asked = protocol.question(question)
    if not _only_grows(asked) or answer.relation not in _FROM_THERE_ON or not asked.takes(answer):
        return None
    return Measurement(_FROM_THERE_ON[answer.relation], answer.value, answer.unit)


def _only_grows(question: Question) -> bool:
    """Say whether time makes a number larger; SDTM tells an age from other numbers."""
    coded = question.sdtm
    is_age = coded is not None and (coded.domain, coded.code) == ("DM", "AGE")
    return is_age or (question.kind == "since" and question.lasting)
