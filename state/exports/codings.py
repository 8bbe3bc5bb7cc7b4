"""The codes of a protocol's answers in FHIR: codings, the systems that they are from, and those systems as resources.

A number is coded by its kind (``mode``): a value, a ratio, a shortcut, or unknown, which is a code and never a number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dialogs.answers import NONE, Answer, Choice, Measurement
from dialogs.languages import DEFAULT, LANGUAGES, in_every_language, words
from dialogs.protocol import Protocol, Question
from dialogs.texts import Text

Resource = dict[str, Any]

SYSTEM: Final = "urn:prescreen"
LONGEST_ID: Final = 64
CODES: Final = f"{SYSTEM}:code"
MODE: Final = "mode"
COMPARATOR: Final = "http://hl7.org/fhir/quantity-comparator"
ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
VALUE, RATIO = "value", "ratio"
ROOM: Final = "state.exports"
COMPARATORS: Final = {
    "<": "Less than",
    "<=": "Less or Equal to",
    ">=": "Greater or Equal to",
    ">": "Greater than",
}
"""FHIR's own words for the relation of a bound. Forms leave a Quantity's comparator out, so an item shows it too."""


def resource_id(*parts: str) -> str:
    """Join parts into an id as FHIR allows it: letters, digits, hyphens and dots, 64 at most."""
    name = re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(parts))
    if len(name) <= LONGEST_ID:
        return name
    return f"{name[: LONGEST_ID - 13]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def modes(question: Question) -> tuple[str, ...]:
    """Return the kinds of number that a question takes, unknown apart."""
    divided = [unit.per is not None for unit in question.units]
    ratio = (RATIO,) if any(divided) and not all(divided) else ()
    return (VALUE, *ratio, *question.buttons)


def mode_of(question: Question, answer: Answer) -> str:
    """Say which kind of number an answer is."""
    if isinstance(answer, Measurement):
        unit = question.unit_by_code[answer.unit]
        return RATIO if RATIO in modes(question) and unit.per is None else VALUE
    return answer.code if isinstance(answer, Choice) else ""


def concepts(question: Question) -> dict[str, Text]:
    """Return the words of a question's options by code; of one that takes several, also those for none of them."""
    none = {NONE: Text(in_every_language("dialogs", "selection", NONE))} if question.kind == "several" else {}
    return {option.code: option.text for option in question.options} | none


def code_system(protocol: Protocol, name: str) -> str:
    """Name the system of our own codes: one for each question of a trial, and one for the kinds of numbers."""
    return f"{CODES}:{protocol.id}:{name}"


def coding(protocol: Protocol, question: Question, code: str) -> Resource:
    """Return an option as a coding of the question's own code system."""
    text = concepts(question).get(code)
    return {**bare_coding(protocol, question, code), **({"display": text[DEFAULT]} if text else {})}


def bare_coding(protocol: Protocol, question: Question, code: str) -> Resource:
    if not question.options:
        return bare_mode(protocol, code)
    return {"system": code_system(protocol, question.id), "code": code}


def bare_mode(protocol: Protocol, mode: str) -> Resource:
    return {"system": code_system(protocol, MODE), "code": mode}


def mode_coding(protocol: Protocol, question: Question, mode: str) -> Resource:
    return {**bare_mode(protocol, mode), "display": mode_words(question, mode)[DEFAULT]}


def mode_words(question: Question, mode: str) -> Text:
    """What a kind of number is called: the shortcut's words, or ours for a value and a ratio."""
    return question.buttons.get(mode) or Text(in_every_language(ROOM, mode))


def relation_coding(relation: str) -> Resource:
    return {"system": COMPARATOR, "code": relation, "display": COMPARATORS[relation]}


def unknown_coding() -> Resource:
    return {"system": ABSENT, "code": "unknown", "display": "Unknown"}


def code_systems(protocol: Protocol) -> Iterator[Resource]:
    """Yield the code systems that the Questionnaire of a protocol version draws on, with all their words."""
    for question in protocol.questions:
        if question.options:
            yield _code_system(protocol, question.id, question.short[DEFAULT], concepts(question))
    numbers = [question for question in protocol.questions if not question.options]
    found = {
        mode: mode_words(question, mode)
        for question in reversed(numbers)
        for mode in reversed(modes(question))
    }
    if found:
        yield _code_system(protocol, MODE, words(ROOM, DEFAULT)["numbers"], dict(reversed(found.items())))


def _code_system(protocol: Protocol, name: str, title: str, texts: Mapping[str, Text]) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": resource_id(protocol.id, protocol.version, name),
        "url": code_system(protocol, name),
        "version": protocol.version,
        "name": "".join(part.capitalize() for part in name.split("_")),
        "title": title,
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "count": len(texts),
        "concept": [
            {"code": code, "display": text[DEFAULT], **_designations(text)} for code, text in texts.items()
        ],
    }


def _designations(text: Text) -> Resource:
    others = [
        {"language": language_tag(language), "value": words}
        for language, words in text.items()
        if language != DEFAULT
    ]
    return {"designation": others} if others else {}


def language_tag(language: str) -> str:
    """The BCP 47 tag of a language of the trial; its code, where it is none of ours."""
    return LANGUAGES[language].tag if language in LANGUAGES else language
