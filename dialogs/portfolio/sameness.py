"""Which questions of several trials are the same: a person is asked the same, and rules use the same of them.

What a question refers to must be the same too: the limit of normal that a value is divided by, the numbers that another
one is worked out from, what an option implies. So questions are told apart by their own words and answers first, then
by the classes of what they refer to, until no class falls apart any more. Help, who supplies an answer and the word for
none do not tell them apart: they say how a trial uses the answer, and each trial's own can be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from itertools import chain

from dialogs.of_one_trial import is_of_one_trial
from dialogs.parts import whom
from dialogs.protocol import Protocol, Question
from dialogs.texts import Text
from dialogs.units import Unit


def classes(protocols: Sequence[Protocol]) -> list[list[int]]:
    """Return, for each question of each protocol, the number of its class; no two of one protocol share one."""
    languages = set.intersection(*(set(protocol.languages) for protocol in protocols))
    labels = _numbered([_own_keys(protocol, languages) for protocol in protocols])
    while True:
        finer = _numbered(
            [_with_references(protocol, own) for protocol, own in zip(protocols, labels, strict=True)]
        )
        if _count(finer) == _count(labels):
            return finer
        labels = finer


def _numbered(keys: Sequence[Sequence[Hashable]]) -> list[list[int]]:
    numbers: dict[Hashable, int] = {}
    return [[numbers.setdefault(key, len(numbers)) for key in own] for own in keys]


def _count(labels: Sequence[Sequence[int]]) -> int:
    return len(set(chain.from_iterable(labels)))


def _with_references(protocol: Protocol, labels: Sequence[int]) -> list[Hashable]:
    return [
        (label, *(labels[protocol.position[other]] for other in _references(protocol, question)))
        for label, question in zip(labels, protocol.questions, strict=True)
    ]


def _references(protocol: Protocol, question: Question) -> Iterator[str]:
    """Yield the questions that one refers to, always in the same order."""
    if question.unit_of is not None:
        yield question.unit_of
    yield from (unit.per for unit in question.units if unit.per is not None)
    for option in question.options:
        yield from sorted(option.implies)
    if question.formula is not None:
        yield from (protocol.questions[place].id for place in question.formula.places)


def _own_keys(protocol: Protocol, languages: Collection[str]) -> list[Hashable]:
    """Return what a question is told apart by in itself; by its id, too, where a trial asks the same twice."""
    keys = [
        (
            _own_key(question, languages),
            _said_of_people(protocol, place),
            protocol.id if is_of_one_trial(question) else None,
        )
        for place, question in enumerate(protocol.questions)
    ]
    often = Counter(keys)
    return [
        (key, question.id) if often[key] > 1 else key
        for key, question in zip(keys, protocol.questions, strict=True)
    ]


def _said_of_people(protocol: Protocol, place: int) -> Hashable:
    """Return whom a question is about, if not the patient: the age of a parent is not the patient's."""
    return tuple(tuple(sorted(each.items())) for each in whom(protocol, place) if each)


def _own_key(question: Question, languages: Collection[str]) -> Hashable:
    """Return all of a question but its id, its codes in exports, its help, and what it refers to."""

    def said(text: Text | None) -> Hashable:
        return tuple(sorted((code, text[code]) for code in languages or text)) if text else None

    formula, once = question.formula, _of_a_person_once(question)
    texts = (question.short, question.name, question.at, None if once else question.ask)
    return (
        once,
        *(question.kind, question.bounds, question.judgement, question.site_fact, question.unit_of is None),
        *map(said, texts),
        tuple((each.code, said(each.text), _implied(each.implies)) for each in question.options),
        tuple((each.code, said(each.text), each.means) for each in question.shortcuts),
        tuple((said(unit.label), *_measure(unit)) for unit in question.units),
        formula and (formula.text, formula.unit, formula.decimals, formula.rounds, formula.possible),
    )


def _of_a_person_once(question: Question) -> str | None:
    """Return the SDTM code of a choice of the demographics, such as the sex, however it is asked for.

    SDTM has one record of them for each subject: no wording can mean the answer of another time.
    """
    coded = question.sdtm
    return coded.code if coded is not None and coded.domain == "DM" and question.options else None


def _implied(implies: Mapping[str, str]) -> Hashable:
    return tuple(code for _, code in sorted(implies.items()))


def _measure(unit: Unit) -> tuple[Hashable, ...]:
    """Return what a number in a unit may be and means; not what is usual of it, nor the example that is shown."""
    return (
        *(unit.code, unit.possible, unit.scale, unit.offset, unit.per is None, unit.gives),
        tuple(unit.spellings),
    )
