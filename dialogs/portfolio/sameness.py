"""Which questions of several trials are the same: a person is asked the same, and rules use the same of them.

What a question refers to must be the same too: the limit of normal that a value is divided by, the numbers that another
one is worked out from. So questions are told apart by their own words and answers first, then by the classes of what
they refer to, until no class falls apart any more. Of a criterion that is asked as it stands the lines of the record
above it are words of its question: *Major surgery* may be within 4 weeks in one trial and within 6 months in the other.
Help, who supplies an answer, the word for none and what an option implies do not tell them apart: they say how a trial
uses the answer, and each trial keeps its own. Two trials are compared in every language that both have.

Where it is not certain, two questions are two: what is asked twice costs a moment, what is shared falsely a verdict.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import chain

from dialogs.headings import headings
from dialogs.loading.catalogue import entries
from dialogs.loading.ruleless import AROUND, id_of, is_asked_as_it_stands
from dialogs.of_one_trial import is_of_one_trial, names_a_trial, says_more
from dialogs.parts import whom
from dialogs.protocol import Protocol, Question
from dialogs.texts import Text
from dialogs.units import Unit

InLanguages = Mapping[str, Hashable]
"""What a question is told apart by, in each language of its trial."""


def classes(protocols: Sequence[Protocol]) -> list[list[int]]:
    """Return, for each question of each protocol, the number of its class; no two of one protocol share one."""
    labels = _alike([_own_keys(protocol) for protocol in protocols])
    while True:
        finer = _numbered(
            [_with_references(protocol, own) for protocol, own in zip(protocols, labels, strict=True)]
        )
        if _count(finer) == _count(labels):
            return finer
        labels = finer


def _alike(keys: Sequence[Sequence[InLanguages]]) -> list[list[int]]:
    """Return the class of each question by what it is told apart by in each language of its trial.

    One joins a class that is worded alike in every language that both have, if it is the only such class: a trial in
    English does not say which of two it means that differ in Chinese. Trials of more languages come first. What is
    worded alike in the same languages is one class, whatever else is on offer.
    """
    labels = [[0] * len(own) for own in keys]
    found: list[dict[str, Hashable]] = []
    placed: dict[frozenset[tuple[str, Hashable]], int] = {}
    having = defaultdict[tuple[str, Hashable], list[int]](list)
    for trial in sorted(range(len(keys)), key=lambda place: -max(map(len, keys[place]), default=0)):
        for place, own in enumerate(keys[trial]):
            pairs = frozenset(own.items())
            if pairs not in placed:
                like = {number for pair in pairs for number in having[pair] if _agree(found[number], own)}
                placed[pairs] = like.pop() if len(like) == 1 else len(found)
            label = labels[trial][place] = placed[pairs]
            if label == len(found):
                found.append({})
            for pair in pairs - found[label].items():
                having[pair].append(label)
            found[label].update(own)
    return labels


def _agree(one: InLanguages, other: InLanguages) -> bool:
    return all(one[language] == key for language, key in other.items() if language in one)


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
    if question.formula is not None:
        yield from (protocol.questions[place].id for place in question.formula.places)


def _own_keys(protocol: Protocol) -> list[InLanguages]:
    """Return what a question is told apart by in itself; by its id, too, where a trial asks the same twice."""
    above = _above(protocol)
    keys = [
        {language: (lines, _own_key(protocol, place, language)) for language in protocol.languages}
        for place, lines in enumerate(map(above.get, range(len(protocol.questions))))
    ]
    often = Counter(pair for own in keys for pair in own.items())
    return [
        {language: (key, question.id) if often[language, key] > 1 else key for language, key in own.items()}
        for own, question in zip(keys, protocol.questions, strict=True)
    ]


def _above(protocol: Protocol) -> dict[int, Hashable]:
    """For each question of a criterion that is asked as it stands, the lines above it that say more of it.

    Lines that name the trial are its own.
    """
    found: dict[int, Hashable] = {}
    for criterion, above in zip(protocol.criteria, headings(protocol), strict=True):
        lines = tuple(line.casefold().strip(AROUND) for line in above if says_more(line))
        if lines and is_asked_as_it_stands(criterion):
            place = protocol.position[id_of(criterion.code)]
            found[place] = (lines, protocol.id if any(map(names_a_trial, lines)) else None)
    return found


def _own_key(protocol: Protocol, place: int, language: str) -> Hashable:
    """Return all of a question but its id, its codes in exports, its help, and what it refers to; in one language."""
    question = protocol.questions[place]

    def said(text: Text | None) -> str | None:
        return text[language] if text else None

    formula, once = question.formula, _of_a_person_once(question)
    texts = (question.short, question.name, question.at, None if once else question.ask)
    return (
        protocol.id if is_of_one_trial(question) else None,
        tuple(said(each) for each in whom(protocol, place) if each),
        once,
        *(question.kind, question.bounds, question.judgement, question.site_fact, question.unit_of is None),
        *map(said, texts),
        tuple((each.code, said(each.text)) for each in question.options),
        tuple((each.code, said(each.text), each.means) for each in question.shortcuts),
        tuple((said(unit.label), *_measure(unit, question)) for unit in question.units),
        formula and (formula.text, formula.unit, formula.decimals, formula.rounds, formula.possible),
    )


def _of_a_person_once(question: Question) -> str | None:
    """Return the SDTM code of a choice of the demographics, such as the sex, however it is asked for.

    SDTM has one record of them for each subject: no wording can mean the answer of another time. What has neither the
    name nor the words of the catalogue may be somebody else's: the sex of the donor.
    """
    coded = question.sdtm
    if coded is None or coded.domain != "DM" or not question.options:
        return None
    is_ours = question.id in entries() or any(
        question.ask.items() <= entry["ask"].items() for entry in entries().values()
    )
    return coded.code if is_ours else None


def _measure(unit: Unit, question: Question) -> tuple[Hashable, ...]:
    """Return what a number in a unit may be and means; not what is usual of it, nor the example that is shown.

    The only unit of a question is its first one, whether its scale is written down or not.
    """
    scale = 1 if unit.scale is None and len(question.units) == 1 else unit.scale
    return (
        *(unit.code, unit.possible, scale, unit.offset, unit.per is None, unit.gives),
        tuple(unit.spellings),
    )
