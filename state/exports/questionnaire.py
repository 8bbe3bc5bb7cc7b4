"""A protocol as a FHIR R4 Questionnaire. What enables an item follows from the rules, like the dialogue itself.

A question is enabled unless an earlier answer by itself rules out that it is ever asked; FHIR cannot express the rest
of the three-valued logic, so nothing is required, and what was not asked is not in a response.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import effective, judge
from dialogs.protocol import Protocol, Question, Text

Resource = dict[str, Any]

SYSTEM: Final = "urn:prescreen"
CODES: Final = f"{SYSTEM}:code"
MODE: Final = "mode"
UCUM: Final = "http://unitsofmeasure.org"
LOINC: Final = "http://loinc.org"
ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
UNIT_OPTION: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
LIMIT: Final = "http://hl7.org/fhir/StructureDefinition/{}Value"
LANGUAGE_TAGS: Final = {"zh": "zh-CN"}
VALUE, RATIO = "value", "ratio"
MODE_WORDS: Final = {
    VALUE: {"en": "Value", "zh": "数值"},
    RATIO: {"en": "Relative value", "zh": "相对值"},
}


def questionnaire_url(protocol: Protocol) -> str:
    return f"{SYSTEM}:questionnaire:{protocol.id}"


@lru_cache(maxsize=64)
def _ruled_out(protocol: Protocol) -> dict[str, tuple[tuple[Question, Answer], ...]]:
    """For each question, the single earlier answers after which no rule can need it any more."""
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
    """Give the answers that have a code: options, shortcuts, unknown."""
    yield from (Choice(option.code) for option in question.options)
    yield from (Choice(shortcut.code) for shortcut in question.shortcuts)
    yield UNKNOWN


def questionnaire(protocol: Protocol) -> Resource:
    """Give the Questionnaire of a protocol version."""
    return {
        "resourceType": "Questionnaire",
        "id": f"{protocol.id}-{protocol.version}",
        "url": questionnaire_url(protocol),
        "identifier": [{"system": f"{SYSTEM}:protocol-sha256", "value": protocol.sha256}],
        "version": protocol.version,
        "title": protocol.title["en"],
        "status": "active",
        "subjectType": ["Patient"],
        "description": protocol.disclaimer["en"],
        "item": [item for question in protocol.questions for item in _items(protocol, question)],
    }


def _items(protocol: Protocol, question: Question) -> Iterator[Resource]:
    enabled = _enabled(protocol, question)
    if question.kind == "choice":
        codes = [*(option.code for option in question.options)]
        options = [{"valueCoding": coding(question, code)} for code in codes]
        yield {
            "linkId": question.id, **_codes(question), **_text(question.ask), "type": "choice", **enabled,
            "required": False, "answerOption": [*options, {"valueCoding": unknown_coding()}],
        }  # fmt: skip
        return
    options = [{"valueCoding": _mode_coding(question, mode)} for mode in modes(question)]
    yield {
        "linkId": f"{question.id}.{MODE}", **_text(question.ask), "type": "choice", **enabled, "required": False,
        "answerOption": [*options, {"valueCoding": unknown_coding()}],
    }  # fmt: skip
    link, codes = f"{question.id}.{MODE}", [mode for mode in modes(question) if mode in (VALUE, RATIO)]
    numbers = [(link, "=", {"system": f"{CODES}:{MODE}", "code": mode}) for mode in codes]
    yield {
        **_limits(question), "linkId": question.id, **_codes(question), **_text(question.short),
        "type": item_type(question), "required": False,
        **_when(numbers, "any"),
    }  # fmt: skip


def _enabled(protocol: Protocol, question: Question) -> Resource:
    """Say when a question may be asked: a divisor only after a value that it divides, others by the rules."""
    value_of = next((q for q in protocol.questions for unit in q.units if unit.per == question.id), None)
    if value_of is not None:
        return _when([(f"{value_of.id}.{MODE}", "=", {"system": f"{CODES}:{MODE}", "code": VALUE})], "any")
    conditions = []
    for earlier, answer in _ruled_out(protocol)[question.id]:
        code = answer.code if isinstance(answer, Choice) else ""
        coded = unknown_coding() if answer == UNKNOWN else _bare(earlier, code)
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
    """Give the units as options; of an integer, the possible range."""
    if item_type(question) == "integer":
        low, high = question.units[0].possible
        pairs = (("min", low), ("max", high))
        return {"extension": [{"url": LIMIT.format(end), "valueInteger": int(limit)} for end, limit in pairs]}
    return {
        "extension": [
            {
                "url": UNIT_OPTION,
                "valueCoding": {"system": UCUM, "code": unit.code, "display": unit.label["en"]},
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
    """Give the kinds of number that a question takes, unknown apart."""
    divided = [unit.per is not None for unit in question.units]
    ratio = (RATIO,) if any(divided) and not all(divided) else ()
    return (VALUE, *ratio, *(shortcut.code for shortcut in question.shortcuts))


def mode_of(question: Question, answer: Answer) -> str:
    """Say which kind of number an answer is."""
    if isinstance(answer, Measurement):
        unit = question.unit_by_code[answer.unit]
        return RATIO if RATIO in modes(question) and unit.per is None else VALUE
    return answer.code


def coding(question: Question, code: str) -> Resource:
    """Give an option as a coding of the question's own code system."""
    option = question.option_by_code.get(code)
    return {**_bare(question, code), **({"display": option.text["en"]} if option else {})}


def _bare(question: Question, code: str) -> Resource:
    system = f"{CODES}:{question.id}" if question.kind == "choice" else f"{CODES}:{MODE}"
    return {"system": system, "code": code}


def _mode_coding(question: Question, mode: str) -> Resource:
    shortcut = question.shortcut_by_code.get(mode)
    words = shortcut.text if shortcut else MODE_WORDS[mode]
    return {"system": f"{CODES}:{MODE}", "code": mode, "display": words["en"]}


def unknown_coding() -> Resource:
    return {"system": ABSENT, "code": "unknown"}


def _codes(question: Question) -> Resource:
    codes = [question.loinc, *(unit.loinc for unit in question.units)]
    found = list(dict.fromkeys(code for code in codes if code))
    return {"code": [{"system": LOINC, "code": code} for code in found]} if found else {}


def _text(text: Text) -> Resource:
    """Give a text in English with its translations beside it."""
    translations = [
        {
            "url": TRANSLATION,
            "extension": [
                {"url": "lang", "valueCode": LANGUAGE_TAGS.get(language, language)},
                {"url": "content", "valueString": translated},
            ],
        }
        for language, translated in text.items()
        if language != "en"
    ]
    return {"text": text["en"], **({"_text": {"extension": translations}} if translations else {})}
