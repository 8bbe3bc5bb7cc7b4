"""FHIR R4: a ResearchStudy a trial, a Questionnaire a version of its protocol with the CodeSystems of our own codes,
a QuestionnaireResponse and a ResearchSubject a screening.

One Bundle (``collection``), or NDJSON. Numbers are written from their decimal text, never through a float. A number's
kind (value, ratio, a shortcut, unknown) is a choice of its own, ``<question>.mode``, so that unknown is a code and
never a number. No code here says *eligible*: the R4 code is ``potential-candidate``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

from dialogs.answers import NONE, UNKNOWN, Answer, Measurement, decode
from dialogs.healing import Healing
from dialogs.languages import DEFAULT
from dialogs.protocol import Protocol, Question
from dialogs.verdicts import MET
from state.exports.codings import (
    MODE,
    SYSTEM,
    VALUE,
    code_systems,
    coding,
    mode_coding,
    mode_of,
    relation_coding,
    resource_id,
    unknown_coding,
)
from state.exports.comparing import AnswerRow, as_number, current_of
from state.exports.healing import Healed, healed
from state.exports.questionnaire import RELATION, UCUM, item_text, item_type, questionnaire, questionnaire_url
from state.exports.snapshot import PartRow, Row, Snapshot

Resource = dict[str, Any]
Refer = Callable[[str, str], str]
"""Makes of a resource's type and id what refers to it: its ``fullUrl`` in a Bundle, ``type/id`` in NDJSON."""

SUBJECT_STATUS: Final = {
    "eligible": "potential-candidate",
    "ineligible": "ineligible",
    "undetermined": "screening",
}
PART_STATUS: Final = {**SUBJECT_STATUS, MET: "criteria-met"}
"""The last one is ours: of a part that is not enough by itself."""
REGISTRY: Final = "https://clinicaltrials.gov"
_REGISTERED: Final = re.compile(r"NCT\d{8}")
_NUMBER: Final = re.compile(r'"\\u0000(-?\d+(?:\.\d+)?)"')


def write_bundle(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write one Bundle; returns the number of its entries."""
    head = {"identifier": {"system": f"{SYSTEM}:head", "value": snapshot.head}} if snapshot.head else {}
    about = {"resourceType": "Bundle", **head, "type": "collection", "timestamp": as_of}
    entries = 0
    with target.open("wb") as file:
        file.write(encoded(about)[:-1])
        for resource in resources(snapshot, step, full_url):
            file.write(b",\n" if entries else b',"entry":[\n')
            file.write(
                encoded({"fullUrl": full_url(resource["resourceType"], resource["id"]), "resource": resource})
            )
            entries += 1
        file.write(b"\n]}\n" if entries else b"}\n")
    return entries


def full_url(kind: str, resource: str) -> str:
    return f"{SYSTEM}:{kind}:{resource}"


def write_lines(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write NDJSON, a resource a line; returns the number of lines."""
    with target.open("wb") as file:
        return sum(_write_line(file, resource) for resource in resources(snapshot, step, "{}/{}".format))


def _write_line(file: IO[bytes], resource: Resource) -> int:
    file.write(encoded(resource) + b"\n")
    return 1


def encoded(value: object) -> bytes:
    """Write JSON; a `Decimal` becomes the number that it is, every digit as it stands."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_marked)
    return _NUMBER.sub(r"\1", text).encode()


def _marked(value: object) -> str:
    """Mark a number's text with a character that no other text of ours has, for `encoded` to unquote."""
    if not isinstance(value, Decimal):
        raise TypeError(f"not JSON: {value!r}")
    return f"\0{value:f}"


def resources(snapshot: Snapshot, step: Callable[[int], None], refer: Refer) -> Iterator[Resource]:
    """Yield all resources, what is referred to first."""
    trials = {protocol.id: protocol for protocol in snapshot.protocols.values()}
    yield from map(research_study, trials.values())
    for protocol in snapshot.protocols.values():
        yield from code_systems(protocol)
        yield questionnaire(protocol)
    for row in snapshot.rows():
        protocol = snapshot.protocols[row.protocol]
        yield response(protocol, row, snapshot.answers(row))
        if row.verdict in SUBJECT_STATUS:
            yield research_subject(protocol, row, healed(snapshot, row), refer)
        step(1)


def research_study(protocol: Protocol) -> Resource:
    """Return the trial as a ResearchStudy.

    FHIR asks for a status and has no *unknown*: *approved* says least, and that is by a review board. Whether the
    trial recruits today is not ours to say; what the record says stands in the notes.
    """
    return {
        "resourceType": "ResearchStudy",
        "id": resource_id(protocol.id),
        "identifier": [_study_number(protocol)],
        "title": protocol.title[DEFAULT],
        "status": "approved",
        **({"note": [{"text": notice[DEFAULT]} for notice in protocol.notices]} if protocol.notices else {}),
    }


def _study_number(protocol: Protocol) -> Resource:
    """The trial's id, as the registry's only where it has the form of one: a fictional trial is in no registry."""
    system = REGISTRY if _REGISTERED.fullmatch(protocol.id) else f"{SYSTEM}:study"
    return {"system": system, "value": protocol.id}


# a screening -------------------------------------------------------------------------------------


def response(protocol: Protocol, row: Row, answers: Iterable[AnswerRow]) -> Resource:
    """Return the answers that apply, as a QuestionnaireResponse."""
    current = current_of(answers)
    given = ((question, current[question.id]) for question in protocol.questions if question.id in current)
    filled = [item for question, answer in given for item in items(protocol, question, answer)]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": row.screening,
        "identifier": {"system": f"{SYSTEM}:session", "value": row.screening},
        "questionnaire": f"{questionnaire_url(protocol)}|{protocol.version}",
        "status": response_status(row),
        "subject": _subject(row),
        "authored": row.saved_at,
        "author": {
            "type": "Practitioner",
            "identifier": {"system": f"{SYSTEM}:person", "value": row.saved_by},
        },
        **({"item": filled} if filled else {}),
    }


def response_status(row: Row) -> str:
    """Say how a response stands; one that was saved again with another outcome is *amended*."""
    if row.verdict == "cancelled":
        return "stopped"
    if row.verdict == "undetermined":
        return "in-progress"
    return "amended" if row.saves > 1 else "completed"


def _subject(row: Row) -> Resource:
    """Refer to the subject, who is the same in all of the linked screenings."""
    return {"type": "Patient", "identifier": {"system": f"{SYSTEM}:subject", "value": row.subject}}


def items(protocol: Protocol, question: Question, answer: AnswerRow) -> Iterator[Resource]:
    """Yield an answer as items: what is chosen as one; a number as its kind, its relation if a bound, and itself."""
    given = decode(answer.value, answer.unit)
    number = as_number(answer)
    if question.options:
        yield _item(
            protocol, question, "", *({"valueCoding": code} for code in _chosen(protocol, question, given))
        )
        return
    mode = mode_of(question, given)
    code = unknown_coding() if mode == "unknown" else mode_coding(protocol, question, mode)
    yield _item(protocol, question, MODE, {"valueCoding": code})
    given = decode(number.value, number.unit)
    if isinstance(given, Measurement):
        if given.relation != "=":
            yield _item(protocol, question, RELATION, {"valueCoding": relation_coding(given.relation)})
        yield _item(protocol, question, VALUE, _number(question, given))


def _chosen(protocol: Protocol, question: Question, given: Answer) -> Iterator[Resource]:
    """Yield a coding for each option that was chosen; *none of these* and *unknown* have their own."""
    if given == UNKNOWN:
        yield unknown_coding()
        return
    codes = [option.code for option in question.chosen(given)] or [NONE]
    yield from (coding(protocol, question, code) for code in codes)


def _item(protocol: Protocol, question: Question, part: str, *values: Resource) -> Resource:
    """Return an item with the text that it has in the Questionnaire."""
    link = question.id if part in ("", VALUE) else f"{question.id}.{part}"
    return {"linkId": link, "text": item_text(protocol, question, part)[DEFAULT], "answer": [*values]}


def _number(question: Question, given: Measurement) -> Resource:
    if item_type(question) == "integer":
        return {"valueInteger": int(given.value)}
    comparator = {} if given.relation == "=" else {"comparator": given.relation}
    unit = question.unit_by_code[given.unit]
    return {
        "valueQuantity": {
            "value": given.value,
            **comparator,
            "unit": unit.label[DEFAULT],
            "system": UCUM,
            "code": given.unit,
        }
    }


def research_subject(protocol: Protocol, row: Row, healing: Healed, refer: Refer) -> Resource:
    """Return the verdict as a ResearchSubject, with the criteria behind it and the version of the rules."""
    return {
        "resourceType": "ResearchSubject",
        "id": row.screening,
        "extension": [*_extensions(protocol, row), *_healing_extensions(healing)],
        "identifier": [{"system": f"{SYSTEM}:screening", "value": row.screening}],
        "status": SUBJECT_STATUS[row.verdict],
        "study": {
            "reference": refer("ResearchStudy", resource_id(protocol.id)),
            "type": "ResearchStudy",
            "identifier": _study_number(protocol),
        },
        "individual": _subject(row),
    }


def _extensions(protocol: Protocol, row: Row) -> Iterator[Resource]:
    if row.first_failed:
        yield {"url": f"{SYSTEM}:first-failed-criterion", "valueCode": row.first_failed}
    yield from ({"url": f"{SYSTEM}:failed-criterion", "valueCode": code} for code in row.all_failed)
    yield from ({"url": f"{SYSTEM}:unresolved-criterion", "valueCode": code} for code in row.unresolved)
    yield from map(_part, row.parts)
    yield {"url": f"{SYSTEM}:protocol-version", "valueString": protocol.version}
    yield {"url": f"{SYSTEM}:protocol-sha256", "valueString": row.protocol}
    yield {"url": f"{SYSTEM}:saved-at", "valueDateTime": row.saved_at}
    if row.earlier:
        earlier = {"system": f"{SYSTEM}:screening", "value": row.earlier}
        yield {"url": f"{SYSTEM}:earlier-screening", "valueIdentifier": earlier}


def _part(part: PartRow) -> Resource:
    """Return the verdict of a part of the trial, with the criteria behind it, as an extension of extensions."""
    failed = ({"url": "failed-criterion", "valueCode": code} for code in part.failed)
    unresolved = ({"url": "unresolved-criterion", "valueCode": code} for code in part.unresolved)
    known = [
        {"url": "code", "valueCode": part.part},
        {"url": "status", "valueCode": PART_STATUS[part.verdict]},
    ]
    return {"url": f"{SYSTEM}:part", "extension": [*known, *failed, *unresolved]}


def _healing_extensions(healing: Healed) -> Iterator[Resource]:
    """Yield from when time alone could change a failed criterion, and all of them."""
    for code, each in healing.criteria.items():
        parts = [{"url": "criterion", "valueCode": code}, _day("", each)]
        yield {"url": f"{SYSTEM}:could-be-met", "extension": parts}
    if healing.again is not None:
        yield _day(f"{SYSTEM}:screen-again-", healing.again)


def _day(url: str, healing: Healing) -> Resource:
    return {"url": f"{url}{'by' if healing.at_the_latest else 'from'}", "valueDate": str(healing.day)}
