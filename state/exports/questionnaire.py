"""A protocol as a FHIR R4 Questionnaire. What enables an item follows from the rules, like the dialogue itself.

A question is enabled unless an earlier answer by itself rules out that it is ever asked; FHIR cannot express the rest
of the three-valued logic, so nothing is required, and what was not asked is not in a response.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from dialogs.answers import COMPUTED, NONE, UNKNOWN, Answer, Choice, Selection
from dialogs.assessment import effective, judge
from dialogs.digits import is_whole
from dialogs.languages import DEFAULT, words
from dialogs.loading.persons import asked_of
from dialogs.protocol import Protocol, Question
from dialogs.texts import Text
from dialogs.working_out import parts_to_come
from state.exports.codings import (
    COMPARATORS,
    MODE,
    RATIO,
    ROOM,
    SYSTEM,
    VALUE,
    Resource,
    bare_coding,
    bare_mode,
    coding,
    concepts,
    language_tag,
    mode_coding,
    modes,
    relation_coding,
    resource_id,
    unknown_coding,
)
from state.exports.loinc import COPYRIGHT, loinc_coding

RELATION: Final = "relation"
UCUM: Final = "http://unitsofmeasure.org"
TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
UNIT_OPTION: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
LIMIT: Final = "http://hl7.org/fhir/StructureDefinition/{}Value"


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
    """Return the questions that can still be asked after an answer, parts of a number that is worked out with them."""
    facts = effective(protocol, {question.id: answer})
    mask = 0
    for index in range(len(protocol.criteria)):
        mask |= judge(protocol, index, facts).residual
    return mask | parts_to_come(protocol, mask, facts)


def _named_answers(question: Question) -> Iterator[Answer]:
    """Yield the answers that have a code: options, shortcuts, unknown; of several options, that none applies."""
    if question.kind == "several":
        yield Selection(())
    else:
        yield from map(Choice, question.buttons)
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
    """Yield the items of a question: what is chosen as one; a number as its kind, its relation and itself."""
    enabled = _enabled(protocol, question)
    if question.options:
        options = [coding(protocol, question, code) for code in concepts(question)]
        yield _choice(protocol, question, "", enabled, [*options, unknown_coding()])
        return
    kinds = [mode_coding(protocol, question, mode) for mode in modes(question)]
    yield _choice(protocol, question, MODE, enabled, [*kinds, unknown_coding()])
    link = f"{question.id}.{MODE}"
    given, worked_out = (VALUE, RATIO), COMPUTED.code
    numbers = [(link, "=", bare_mode(protocol, mode)) for mode in modes(question) if mode in given]
    if question.bounds:
        yield _choice(
            protocol, question, RELATION, _when(numbers, "any"), list(map(relation_coding, COMPARATORS))
        )
    if worked_out in modes(question):
        numbers.append((link, "=", bare_mode(protocol, worked_out)))
    yield {
        **_extensions([*_visit(question), *_limits(question)]),
        "linkId": question.id,
        **_codes(question),
        **_text(item_text(protocol, question, VALUE)),
        "type": item_type(question),
        "required": False,
        **_when(numbers, "any"),
    }


def _choice(
    protocol: Protocol, question: Question, part: str, enabled: Resource, options: list[Resource]
) -> Resource:
    """Return an item that takes one of these codings; `part` is what of a number it is, empty for a whole answer."""
    return {
        **_extensions([] if part else _visit(question)),
        "linkId": f"{question.id}.{part}" if part else question.id,
        **({} if part else _codes(question)),
        **_text(item_text(protocol, question, part)),
        "type": "choice",
        **enabled,
        "required": False,
        **({"repeats": True} if question.kind == "several" else {}),
        "answerOption": [{"valueCoding": option} for option in options],
    }


def _visit(question: Question) -> list[Resource]:
    """Name the visit whose answer is asked for."""
    return [{"url": f"{SYSTEM}:visit", "valueString": question.at[DEFAULT]}] if question.at else []


def _extensions(listed: list[Resource]) -> Resource:
    return {"extension": listed} if listed else {}


def item_text(protocol: Protocol, question: Question, part: str = "") -> Text:
    """Return an item's text: the question for what is chosen, its short name for a number. A response has the same.

    Both say whom it is about, if that is another person than the patient.
    """
    if part == VALUE:
        return question.short
    if part == RELATION:
        return Text(
            {
                language: words(ROOM, language)["bound"].format(name=short)
                for language, short in question.short.items()
            }
        )
    return asked_of(protocol, question)


def _enabled(protocol: Protocol, question: Question) -> Resource:
    """Say when a question may be asked: a divisor only after a value that it divides, others by the rules."""
    value_of = next((q for q in protocol.questions for unit in q.units if unit.per == question.id), None)
    if value_of is not None:
        return _when([(f"{value_of.id}.{MODE}", "=", bare_mode(protocol, VALUE))], "any")
    conditions = []
    for earlier, answer in _ruled_out(protocol)[question.id]:
        code = answer.code if isinstance(answer, Choice) else NONE
        coded = unknown_coding() if answer == UNKNOWN else bare_coding(protocol, earlier, code)
        link = earlier.id if earlier.options else f"{earlier.id}.{MODE}"
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


def _limits(question: Question) -> list[Resource]:
    """Return the units as options; of an integer, the possible range."""
    if item_type(question) == "integer":
        low, high = question.units[0].possible
        return [
            {"url": LIMIT.format(end), "valueInteger": int(limit)}
            for end, limit in (("min", low), ("max", high))
        ]
    return [
        {
            "url": UNIT_OPTION,
            "valueCoding": {"system": UCUM, "code": unit.code, "display": unit.label[DEFAULT]},
        }
        for unit in question.units
    ]


def item_type(question: Question) -> str:
    """Name the type of an item; an integer that may be a bound, or a mean of integers, is a quantity."""
    if question.options:
        return "choice"
    return "integer" if is_whole(question) and not question.bounds else "quantity"


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
                {"url": "lang", "valueCode": language_tag(language)},
                {"url": "content", "valueString": translated},
            ],
        }
        for language, translated in text.items()
        if language != DEFAULT
    ]
    return {"text": text[DEFAULT], **({"_text": {"extension": translations}} if translations else {})}
