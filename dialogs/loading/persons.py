"""Whose answer a question asks for, where a trial asks about another person than the patient: its name says so.

Every list of answers, reasons and what is missing calls a question by its name: *age (the parent)* beside *age*. What
is about the patient alone stays as it is: other trials may ask the same.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from dialogs.languages import in_every_language
from dialogs.loading.defaults import shipped_text
from dialogs.parts import whom
from dialogs.protocol import Protocol, Question
from dialogs.texts import Text


def with_persons(protocol: Protocol) -> Protocol:
    """Return the protocol, each question of which names whom it is about; as it is, where no part names anybody.

    A name that says it itself stays, and so does that of a question about the site.
    """
    if not any(part.person for part in protocol.parts):
        return protocol
    questions = tuple(_named(protocol, place) for place in range(len(protocol.questions)))
    return replace(protocol, questions=questions)


def asked_of(protocol: Protocol, question: Question) -> Text:
    """Return the question in full, with whom it is about behind it where it names another person only so."""
    return _with(question.ask, _people(protocol, question, protocol.position[question.id]))


def _named(protocol: Protocol, place: int) -> Question:
    question = protocol.questions[place]
    people = _people(protocol, question, place)
    return replace(question, short=_with(question.short, people), name=_with(question.name, people))


def _people(protocol: Protocol, question: Question, place: int) -> list[Text]:
    """Return whom a question is about, if that is anybody else than the patient."""
    about = [] if question.site_fact else whom(protocol, place)
    return [each or shipped_text("the_patient") for each in about] if any(about) else []


def _with(text: Text, people: list[Text]) -> Text:
    """Return a name with whom it is about behind it, in each language that either has."""
    if not people:
        return text
    noted, comma = (Text(in_every_language("dialogs", "punctuation", key)) for key in ("noted", "list"))
    named = {}
    for language in {**text, **dict.fromkeys(chain.from_iterable(people))}:
        said = text[language]
        names_them = all(each[language] in said for each in people)
        told = comma[language].join(each[language] for each in people)
        named[language] = said if names_them else noted[language].format(what=said, note=told)
    return Text(named)
