"""A saved screening judged by a new version of its trial, with the answers that it has; nothing is asked."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final

from dialogs.amendments.answered import (
    answers_it_may_be,
    answers_no_more,
    is_asked_otherwise,
    times_it_may_be,
)
from dialogs.amendments.matching import Matching
from dialogs.answers import Answer
from dialogs.assessment import NOT_JUDGED, Verdict, effective, follow_up, judge
from dialogs.parts import PartVerdict, open_questions, part_verdicts, ruled_out, that_matter, whole
from dialogs.protocol import Protocol
from dialogs.rules.judgement import FALSE, TRUE, Facts, Judgement, members, union

_TOGETHER: Final = 64
"""Possible answers to several questions, at most, that are held against each other."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What answers come to by the new version: the verdict, of the whole and of parts, what fails, what does not.

    ``needed`` are the questions that could still change something: new ones, those that were never asked, those whose
    answer is none to what the new version asks, or a time that is at a limit now, and those that were answered by
    *unknown* or by a bound where that matters now and did not before. ``needed_in`` has the parts of those that are not
    needed for every part.
    ``by_old_words`` are criteria whose words changed and that are judged as before, ``by_old_answers`` questions that
    are asked in other words: the verdict rests on them, and a person must look. ``doubtful`` are all criteria that ask
    any such question.
    """

    verdict: Verdict
    failed: tuple[str, ...]
    needed: tuple[str, ...]
    by_old_words: tuple[str, ...] = ()
    by_old_answers: tuple[str, ...] = ()
    doubtful: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    parts: tuple[PartVerdict, ...] = ()
    needed_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def rejudged(
    matching: Matching, answers: Mapping[str, Answer], decided: Container[str] = frozenset()
) -> Rejudged:
    """Judge answers to the questions of the old version by the new one; ``decided`` are times meant to the day."""
    new = matching.new
    taken = kept(matching, answers)
    times = dict(_vague_times(matching, answers, taken, decided))
    answered = {name: answer for name, answer in taken.items() if name not in times}
    facts = effective(new, answered)
    may_be = times | dict(_other_options(matching, answers, taken))
    judged = _settled(_judged(new, facts), [*_as_it_may_be(new, answered, may_be)])
    failed = tuple(_codes(new, [each.high == FALSE for each in judged]))
    wanted = _wanted(matching, answers, facts, judged)
    needed = union(wanted)
    doubted = _doubted(matching, answers, answered)
    return Rejudged(
        whole(new, judged),
        failed,
        tuple(new.questions[place].id for place in members(needed)),
        tuple(_by_old_words(matching, judged)),
        tuple(_by_old_answers(new, answered, doubted)),
        frozenset(_codes(new, [bool(used & _places(new, doubted)) for used in new.used])),
        frozenset(_codes(new, [each.low == TRUE for each in judged])),
        part_verdicts(new, judged, failed),
        dict(_needed_in(new, judged, wanted)),
    )


def kept(matching: Matching, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers that the new version takes, by its own questions."""
    found: dict[str, Answer] = {}
    for question in matching.new.questions:
        given = answers.get(matching.former.get(question.id, ""))
        answer = question.own(given) if given is not None else None
        if answer is not None and not answers_no_more(matching, question):
            found[question.id] = answer
    return found


def _judged(protocol: Protocol, facts: Facts) -> list[Judgement]:
    return [judge(protocol, index, facts) for index in range(len(protocol.criteria))]


def _settled(judged: Sequence[Judgement], possible: Sequence[Sequence[Judgement]]) -> list[Judgement]:
    """Settle the criteria that come to the same, whichever of some possible answers was meant."""
    return [
        of_all[0] if of_all and of_all[0].settled and len({*of_all}) == 1 else each
        for each, *of_all in zip(judged, *possible, strict=True)
    ]


def _as_it_may_be(
    new: Protocol, answered: Mapping[str, Answer], may_be: Mapping[str, Sequence[Answer]]
) -> Iterator[list[Judgement]]:
    """Yield what criteria come to with each of the answers that questions may have to which none is taken."""
    if may_be and prod(map(len, may_be.values())) <= _TOGETHER:
        for meant in product(*may_be.values()):
            yield _judged(new, effective(new, {**answered, **dict(zip(may_be, meant, strict=True))}))


def _other_options(
    matching: Matching, answers: Mapping[str, Answer], taken: Mapping[str, Answer]
) -> Iterator[tuple[str, Sequence[Answer]]]:
    """Yield the answers that questions which offer more now may have, if these are few."""
    for now, was in matching.former.items():
        if was in answers and now not in taken:
            before, after = matching.old.question(was), matching.new.question(now)
            few = answers_it_may_be(matching, before, after, answers[was])
            if few:
                yield now, few


def _vague_times(
    matching: Matching, answers: Mapping[str, Answer], taken: Mapping[str, Answer], decided: Container[str]
) -> Iterator[tuple[str, Sequence[Answer]]]:
    """Yield the times that the conversation would ask about by the new version, with what each may be."""
    before, now = effective(matching.old, answers), effective(matching.new, taken)
    for name, answer in taken.items():
        if matching.former[name] not in decided:
            few = times_it_may_be(matching, name, answer, before, now)
            if few:
                yield name, few


def _codes(protocol: Protocol, chosen: Sequence[bool]) -> Iterator[str]:
    return (each.code for each, is_so in zip(protocol.criteria, chosen, strict=True) if is_so)


# what is needed ----------------------------------------------------------------------------------


def _wanted(
    matching: Matching, answers: Mapping[str, Answer], facts: Facts, judged: Sequence[Judgement]
) -> list[int]:
    """Return for each criterion the questions by which it could still change what counts."""
    new = matching.new
    if whole(new, judged) == "ineligible":
        return [0] * len(judged)
    before = effective(matching.old, answers)
    known = _vague(matching.old, before, _judged(matching.old, before)).values()
    of_old = {name for names in known for name in names}
    vague = _vague(new, facts, judged)
    matter = that_matter(new, ruled_out(new, judged))
    return [
        each.residual | _places(new, (n for n in vague.get(code, ()) if matching.former.get(n) not in of_old))
        if parts & matter
        else 0
        for code, parts, each in zip(new.criterion_by_code, new.parts_of, judged, strict=True)
    ]


def _places(protocol: Protocol, names: Iterable[str]) -> int:
    return union(1 << protocol.position[name] for name in names)


def _vague(protocol: Protocol, facts: Facts, judged: Sequence[Judgement]) -> dict[str, tuple[str, ...]]:
    """Return the questions whose answer, *unknown* or a bound, leaves a criterion open that counts, by its code."""
    if whole(protocol, judged) == "ineligible":
        return {}
    matter = that_matter(protocol, ruled_out(protocol, judged))
    counting = dict(zip(protocol.criterion_by_code, protocol.parts_of, strict=True))
    return {code: names for code, names in follow_up(protocol, facts).items() if counting[code] & matter}


def _needed_in(
    protocol: Protocol, judged: Sequence[Judgement], wanted: Sequence[int]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the parts for which a question is needed, if that are not all of them."""
    matter = that_matter(protocol, ruled_out(protocol, judged))
    for place in members(union(wanted)):
        parts = union(
            each & matter for each, mask in zip(protocol.parts_of, wanted, strict=True) if mask >> place & 1
        )
        if parts != protocol.every_part:
            codes = (protocol.alternatives[part].code for part in members(parts))
            yield protocol.questions[place].id, tuple(codes)


# what a person must look at ----------------------------------------------------------------------


def _by_old_words(matching: Matching, judged: Sequence[Judgement]) -> Iterator[str]:
    """Yield the codes of criteria of which only the words changed, if the verdict could be another one by them.

    Who is excluded without them, too, stays so; else those that exclude may let pass, and the others may exclude.
    """
    new, places = matching.new, matching.only_words
    out = whole(new, judged) == "ineligible"
    without = [NOT_JUDGED if place in places else each for place, each in enumerate(judged)]
    if out and whole(new, without) == "ineligible":
        return
    for place in sorted(places):
        if judged[place] is not NOT_JUDGED and (not out or judged[place].high == FALSE):
            yield new.criteria[place].code


def _doubted(
    matching: Matching, answers: Mapping[str, Answer], answered: Mapping[str, Answer]
) -> frozenset[str]:
    """Return the questions that were answered in other words than theirs."""
    old, new, former = matching.old, matching.new, matching.former
    asked = ((old.question(former[name]), new.question(name)) for name in answered)
    return frozenset(
        after.id for before, after in asked if is_asked_otherwise(matching, before, after, answers[before.id])
    )


def _by_old_answers(new: Protocol, answered: Mapping[str, Answer], doubted: Collection[str]) -> Iterator[str]:
    """Yield the questions in other words that would be needed if what was answered to those of before did not count."""
    without = {name: answer for name, answer in answered.items() if name not in doubted}
    yield from _open(new, without, doubted)


def _open(protocol: Protocol, answers: Mapping[str, Answer], among: Collection[str]) -> Iterator[str]:
    """Yield those of some questions that could still change what some answers come to, in the protocol's order."""
    judged = _judged(protocol, effective(protocol, answers))
    if not among or whole(protocol, judged) == "ineligible":
        return
    still_open = open_questions(protocol, judged, ruled_out(protocol, judged))
    names = (protocol.questions[place].id for place in members(still_open))
    yield from (name for name in names if name in among)
