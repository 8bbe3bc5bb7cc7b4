"""A protocol as a FHIR R4 Questionnaire. What enables an item follows from the rules, like the dialogue itself.

A question is enabled unless an earlier answer by itself rules out that it is ever asked; FHIR cannot express the rest
of the three-valued logic, so nothing is required, and what was not asked is not in a response.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import effective, judge
from dialogs.languages import DEFAULT, LANGUAGES, in_every_language, words
from dialogs.protocol import Protocol, Question, Text
from state.exports.loinc import COPYRIGHT, loinc_coding

Resource = dict[str, Any]

SYSTEM: Final = "urn:prescreen"
LONGEST_ID: Final = 64
CODES: Final = f"{SYSTEM}:code"
MODE: Final = "mode"
RELATION: Final = "relation"
UCUM: Final = "http://unitsofmeasure.org"
COMPARATOR: Final = "http://hl7.org/fhir/quantity-comparator"
ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
UNIT_OPTION: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
LIMIT: Final = "http://hl7.org/fhir/StructureDefinition/{}Value"
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


def questionnaire_url(protocol: Protocol) -> str:
    return f"{SYSTEM}:questionnaire:{protocol.id}"


@lru_cache(maxsize=64)
def _ruled_out(protocol: Protocol) -> dict[str, tuple[tuple[Question, Answer], ...]]:
    """Return, for each question, the single earlier answers after which no rule can need it any more."""
    found: dict[str, list[tuple[Question, Answer]]] = {question.id: [] for question in protocol.questions}
    for earlier in protocol.questions:
        for answer in _named_answers(earlier):
            needed = _needed(protocol, earlier, answer)
            for place in range(protocol.position[earlier.id] + 1, len(protocol.questions)):
                if not needed >> place & 1:
                    found[protocol.questions[place].id].append((earlier, answer))
    return {question: tuple(pairs) for question, pairs in found.items()}


def _needed(protocol: Protocol, question: Question, answer: Answer) -> int:
    facts = effective(protocol, {question.id: answer})
    mask = 0
    for index in range(len(protocol.criteria)):
        mask |= judge(protocol, index, facts).residual
    return mask


def _named_answers(question: Question) -> Iterator[Answer]:
    """Yield the answers that have a code: options, shortcuts, unknown."""
    yield from (Choice(option.code) for option in question.options)
    yield from (Choice(shortcut.code) for shortcut in question.shortcuts)
    yield UNKNOWN


def questionnaire(protocol: Protocol) -> Resource:
    """Return the Questionnaire of a protocol version."""
    return {
        "resourceType": "Questionnaire",
        "id": resource_id(protocol.id, protocol.version),
        "url": questionnaire_url(protocol),
        "identifier": [{"system": f"{SYSTEM}:protocol-sha256", "value": protocol.sha256}],
        "version": protocol.version,
        "title": protocol.title[DEFAULT],
        "status": "active",
        "subjectType": ["Patient"],
        "description": protocol.disclaimer[DEFAULT],
        "copyright": COPYRIGHT,
        "item": [item for question in protocol.questions for item in _items(protocol, question)],
    }


def _items(protocol: Protocol, question: Question) -> Iterator[Resource]:
    """Yield the items of a question: a choice as one; a number as its kind, its relation and itself."""
    enabled = _enabled(protocol, question)
    if question.kind == "choice":
        options = [coding(protocol, question, option.code) for option in question.options]
        yield _choice(question, "", enabled, [*options, unknown_coding()])
        return
    kinds = [mode_coding(protocol, question, mode) for mode in modes(question)]
    yield _choice(question, MODE, enabled, [*kinds, unknown_coding()])
    link = f"{question.id}.{MODE}"
    numbers = [(link, "=", _bare_mode(protocol, mode)) for mode in modes(question) if mode in (VALUE, RATIO)]
    if question.bounds:
        yield _choice(question, RELATION, _when(numbers, "any"), list(map(relation_coding, COMPARATORS)))
    yield {
        **_limits(question),
        "linkId": question.id,
        **_codes(question),
        **_text(item_text(question, VALUE)),
        "type": item_type(question),
        "required": False,
        **_when(numbers, "any"),
    }


def _choice(question: Question, part: str, enabled: Resource, options: list[Resource]) -> Resource:
    """Return an item that takes one of these codings; `part` is what of a number it is, empty for a whole answer."""
    return {
        "linkId": f"{question.id}.{part}" if part else question.id,
        **({} if part else _codes(question)),
        **_text(item_text(question, part)),
        "type": "choice",
        **enabled,
        "required": False,
        "answerOption": [{"valueCoding": option} for option in options],
    }


def item_text(question: Question, part: str = "") -> Text:
    """Return an item's text: the question for what is chosen, its short name for a number. A response has the same."""
    if part == VALUE:
        return question.short
    if part == RELATION:
        return Text(
            {
                language: words(ROOM, language)["bound"].format(name=short)
                for language, short in question.short.items()
            }
        )
    return question.ask


def _enabled(protocol: Protocol, question: Question) -> Resource:
    """Say when a question may be asked: a divisor only after a value that it divides, others by the rules."""
    value_of = next((q for q in protocol.questions for unit in q.units if unit.per == question.id), None)
    if value_of is not None:
        return _when([(f"{value_of.id}.{MODE}", "=", _bare_mode(protocol, VALUE))], "any")
    conditions = []
    for earlier, answer in _ruled_out(protocol)[question.id]:
        code = answer.code if isinstance(answer, Choice) else ""
        coded = unknown_coding() if answer == UNKNOWN else _bare(protocol, earlier, code)
        link = earlier.id if earlier.kind == "choice" else f"{earlier.id}.{MODE}"
        conditions.append((link, "!=", coded))
    return _when(conditions, "all")


def _when(conditions: list[tuple[str, str, Resource]], behavior: str) -> Resource:
    if not conditions:
        return {}
    when = [
        {
            "question": link,
            "operator": operator,
            "answerCoding": {"system": code["system"], "code": code["code"]},
        }
        for link, operator, code in conditions
    ]
    return {"enableWhen": when, **({"enableBehavior": behavior} if len(when) > 1 else {})}


def _limits(question: Question) -> Resource:
    """Return the units as options; of an integer, the possible range."""
    if item_type(question) == "integer":
        low, high = question.units[0].possible
        pairs = (("min", low), ("max", high))
        return {"extension": [{"url": LIMIT.format(end), "valueInteger": int(limit)} for end, limit in pairs]}
    return {
        "extension": [
            {
                "url": UNIT_OPTION,
                "valueCoding": {"system": UCUM, "code": unit.code, "display": unit.label[DEFAULT]},
            }
            for unit in question.units
        ]
    }


def item_type(question: Question) -> str:
    """Name the type of an item; an integer that may be a bound is a quantity."""
    if question.kind == "choice":
        return "choice"
    return "integer" if question.kind == "integer" and not question.bounds else "quantity"


def modes(question: Question) -> tuple[str, ...]:
    """Return the kinds of number that a question takes, unknown apart."""
    divided = [unit.per is not None for unit in question.units]
    ratio = (RATIO,) if any(divided) and not all(divided) else ()
    return (VALUE, *ratio, *(shortcut.code for shortcut in question.shortcuts))


def mode_of(question: Question, answer: Answer) -> str:
    """Say which kind of number an answer is."""
    if isinstance(answer, Measurement):
        unit = question.unit_by_code[answer.unit]
        return RATIO if RATIO in modes(question) and unit.per is None else VALUE
    return answer.code


def code_system(protocol: Protocol, name: str) -> str:
    """Name the system of our own codes: one for each question of a trial, and one for the kinds of numbers."""
    return f"{CODES}:{protocol.id}:{name}"


def coding(protocol: Protocol, question: Question, code: str) -> Resource:
    """Return an option as a coding of the question's own code system."""
    option = question.option_by_code.get(code)
    return {**_bare(protocol, question, code), **({"display": option.text[DEFAULT]} if option else {})}


def _bare(protocol: Protocol, question: Question, code: str) -> Resource:
    if question.kind != "choice":
        return _bare_mode(protocol, code)
    return {"system": code_system(protocol, question.id), "code": code}


def _bare_mode(protocol: Protocol, mode: str) -> Resource:
    return {"system": code_system(protocol, MODE), "code": mode}


def mode_coding(protocol: Protocol, question: Question, mode: str) -> Resource:
    return {**_bare_mode(protocol, mode), "display": mode_words(question, mode)[DEFAULT]}


def mode_words(question: Question, mode: str) -> Text:
    """What a kind of number is called: the shortcut's words, or ours for a value and a ratio."""
    shortcut = question.shortcut_by_code.get(mode)
    return shortcut.text if shortcut else Text(in_every_language(ROOM, mode))


def relation_coding(relation: str) -> Resource:
    return {"system": COMPARATOR, "code": relation, "display": COMPARATORS[relation]}


def unknown_coding() -> Resource:
    return {"system": ABSENT, "code": "unknown", "display": "Unknown"}


def code_systems(protocol: Protocol) -> Iterator[Resource]:
    """Yield the code systems that the Questionnaire of a protocol version draws on, with all their words."""
    for question in protocol.questions:
        if question.kind == "choice":
            texts = {option.code: option.text for option in question.options}
            yield _code_system(protocol, question.id, question.short[DEFAULT], texts)
    numbers = [question for question in protocol.questions if question.kind != "choice"]
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
        {"language": _tag(language), "value": words}
        for language, words in text.items()
        if language != DEFAULT
    ]
    return {"designation": others} if others else {}


def _tag(language: str) -> str:
    """The BCP 47 tag of a language of the trial; its code, where it is none of ours."""
    return LANGUAGES[language].tag if language in LANGUAGES else language


def _codes(question: Question) -> Resource:
    codes = [question.loinc, *(unit.loinc for unit in question.units)]
    found = list(dict.fromkeys(code for code in codes if code))
    return {"code": [loinc_coding(code) for code in found]} if found else {}


def _text(text: Text) -> Resource:
    """Return a text in English with its translations beside it."""
    translations = [
        {
            "url": TRANSLATION,
            "extension": [
                {"url": "lang", "valueCode": _tag(language)},
                {"url": "content", "valueString": translated},
            ],
        }
        for language, translated in text.items()
        if language != DEFAULT
    ]
    return {"text": text[DEFAULT], **({"_text": {"extension": translations}} if translations else {})}
