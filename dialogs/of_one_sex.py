"""Criteria by which men are asked what concerns women only, or women what concerns men only.

What is asked follows from the rules: somebody of the other sex is asked what a criterion still needs once the sex is
known, unless every part of the trial that has the criterion is closed to that sex.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Final

from dialogs.answers import Choice
from dialogs.assessment import judge
from dialogs.errors import Fault
from dialogs.loading.catalogue import without_copies
from dialogs.loading.ruleless import questions_by_name
from dialogs.loading.samples import OF_ONE_SEX
from dialogs.parts import ruled_out
from dialogs.protocol import Criterion, Protocol
from dialogs.rules.judgement import Facts, members, union
from dialogs.rules.tree import Junction, Negation, Node

_OTHER: Final = {"female": "male", "male": "female"}
_PEOPLE: Final = {"female": "women", "male": "men"}


def asked_of_the_other_sex(protocol: Protocol) -> Iterator[Fault]:
    """Yield a note for each criterion that asks somebody what concerns the other sex only, with what to write."""
    at = protocol.position.get("sex")
    if at is not None and not protocol.questions[at].option_by_code.keys() >= _OTHER.keys():
        return
    nothing: list[Choice | None] = [None] * len(protocol.questions)
    for sex, other in _OTHER.items():
        of_one = _concerning(protocol, sex)
        if at is None:
            yield from (_unguarded(protocol, *each, sex) for each in _needing(protocol, nothing, of_one))
            continue
        of_the_other = [*nothing[:at], Choice(other), *nothing[at + 1 :]]
        unguarded = dict(_needing(protocol, of_the_other, of_one))
        yield from (_unguarded(protocol, *each, sex) for each in unguarded.items())
        for criterion, needed in _needing(protocol, nothing, of_one & ((1 << at) - 1)):
            if criterion not in unguarded:
                yield _too_early(protocol, criterion, needed, sex)


def _concerning(protocol: Protocol, sex: str) -> int:
    """Return the questions that use an entry of the catalogue which concerns one sex only."""
    named = questions_by_name(tomllib.loads(without_copies(protocol.text)))
    entries = {name: str(table.get("use", name)) for name, table in named}
    return union(
        1 << place
        for place, each in enumerate(protocol.questions)
        if OF_ONE_SEX.get(entries.get(each.id, each.id)) == sex
    )


def _needing(protocol: Protocol, facts: Facts, wanted: int) -> Iterator[tuple[Criterion, int]]:
    """Yield the criteria that need some of the wanted questions, with those, while a part of theirs is open."""
    judged = [judge(protocol, index, facts) for index in range(len(protocol.criteria))]
    still_open = protocol.every_part & ~ruled_out(protocol, judged)
    for criterion, parts, judgement in zip(protocol.criteria, protocol.parts_of, judged, strict=True):
        if parts & still_open and judgement.residual & wanted:
            yield criterion, judgement.residual & wanted


def _unguarded(protocol: Protocol, criterion: Criterion, needed: int, sex: str) -> Fault:
    other = _OTHER[sex]
    fault = f"asks {_PEOPLE[other]}, too, for {_names(protocol, needed)}, which concerns {_PEOPLE[sex]} only"
    whole = f"; or, if no {_PEOPLE[other]} take part, a criterion above it with rule = 'sex == \"{sex}\"'"
    remedy = f"{_guarded(protocol, criterion, needed, sex)}{'' if 'sex' in protocol.position else whole}"
    return Fault(f"criterion {criterion.code}: rule", fault, remedy)


def _too_early(protocol: Protocol, criterion: Criterion, needed: int, sex: str) -> Fault:
    people, names = _PEOPLE[_OTHER[sex]], _names(protocol, needed)
    remedy = 'Please write what it says of sex first, or put [[question]] with use = "sex" above the others'
    return Fault(f"criterion {criterion.code}: rule", f"asks {people}, too, for {names}, before sex", remedy)


def _names(protocol: Protocol, places: int) -> str:
    return ", ".join(protocol.questions[place].id for place in members(places))


def _guarded(protocol: Protocol, criterion: Criterion, needed: int, sex: str) -> str:
    """Say what to write, so that nobody of the other sex is left out: the whole rule, if it asks nothing else."""
    node, excludes = criterion.rule.node, criterion.kind == "exclusion"
    if criterion.rule.mask == needed:
        text = f"({criterion.rule.text})" if isinstance(node, Junction) else criterion.rule.text
        return f"Please write rule = '{_guard(sex, excludes)} {text}'"
    turned = any(_turned(node, needed))
    return f"Please write {_guard(sex, excludes != turned)} (...) around what asks for it"


def _guard(sex: str, excludes: bool) -> str:
    return f'sex == "{sex}" and' if excludes else f'sex == "{_OTHER[sex]}" or'


def _turned(node: Node, places: int, turned: bool = False) -> Iterator[bool]:
    """Yield for each comparison with one of these questions, its own *not* included, whether a *not* turns it round."""
    if isinstance(node, Negation) and isinstance(node.node, Junction):
        yield from _turned(node.node, places, not turned)
    elif isinstance(node, Junction):
        for part in node.nodes:
            yield from _turned(part, places, turned)
    elif node.mask & places:
        yield turned
