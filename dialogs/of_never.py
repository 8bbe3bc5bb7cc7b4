"""Limits of time that *Never* passes, where a rule does not say whether it should.

*Never* is infinitely long ago: who never had a stroke had none for 6 months. That is right of a washout, and wrong
where the patient must have had what is asked about: *stroke at least 6 months ago*. A rule that names ``"never"`` has
decided it; so has one that is false of *never*, or a trial that leaves out whoever answers so by another criterion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dialogs.answers import Choice, plain
from dialogs.assessment import judge
from dialogs.errors import Fault
from dialogs.protocol import Criterion, Protocol
from dialogs.reasons import OPPOSITE
from dialogs.rules.choices import Membership
from dialogs.rules.comparisons import Comparison, Contrast
from dialogs.rules.judgement import FALSE, Facts
from dialogs.rules.tree import Junction, Negation, Node
from dialogs.since import NEVER

_LONGER: Final = (">", ">=")
_SHORTER: Final = ("<", "<=")


def never_passes(protocol: Protocol) -> Iterator[Fault]:
    """Yield a note for each such limit, and for two times that are compared, with both ways to write it."""
    for criterion in protocol.criteria:
        found = _limits(protocol, criterion.rule.node, negated=False)
        told = {place: said for place, said in found if _is_open(protocol, criterion, place)}
        for place, (text, fits) in told.items():
            name = protocol.questions[place].id
            fault = (
                f'{text} also holds where {name} is "{NEVER}", and the rule does not say whether it should'
            )
            had = f'({text} and {name} != "{NEVER}")'
            remedy = (
                f"Please write ({text} or {fits}) if it should, as of a washout, or {had} if it should not"
            )
            yield Fault(f"criterion {criterion.code}: rule", fault, remedy)


_Said = tuple[str, str]
"""A comparison as it would be written, and what stands behind *or* where *never* fits: all are judged as before."""


def _limits(protocol: Protocol, node: Node, *, negated: bool) -> Iterator[tuple[int, _Said]]:
    """Yield the questions that can be *never* with the comparisons that are true then."""
    match node:
        case Negation():
            yield from _limits(protocol, node.node, negated=not negated)
        case Junction():
            for part in node.nodes:
                yield from _limits(protocol, part, negated=negated)
        case Comparison():
            operator = OPPOSITE[node.operator] if negated else node.operator
            if operator in _LONGER and _can_be_never(protocol, node.place):
                name = protocol.questions[node.place].id
                limit = " = ".join(f"{plain(limit)} {code}" for code, limit in node.limits.items())
                yield node.place, (f'{name} {operator} "{limit}"', f'{name} == "{NEVER}"')
        case Contrast():
            yield from _of_two(protocol, node, OPPOSITE[node.operator] if negated else node.operator)


def _of_two(protocol: Protocol, leaf: Contrast, operator: str) -> Iterator[tuple[int, _Said]]:
    """Yield the one of two times that may be *never* where the other is more recent; where both are, it is not."""
    shorter, longer = reversed(leaf.places) if operator in _LONGER else leaf.places
    if operator not in _LONGER + _SHORTER or not _can_be_never(protocol, longer):
        return
    one, other = (protocol.questions[place].id for place in leaf.places)
    fits = f'{protocol.questions[longer].id} == "{NEVER}"'
    if operator in ("<", ">") and _can_be_never(protocol, shorter):
        fits += f' and {protocol.questions[shorter].id} != "{NEVER}"'
    yield longer, (f"{one} {operator} {other}", fits)


def _can_be_never(protocol: Protocol, place: int) -> bool:
    question = protocol.questions[place]
    return question.kind == "since" and NEVER in question.shortcut_by_code


def _is_open(protocol: Protocol, criterion: Criterion, place: int) -> bool:
    """Say whether nothing says what a criterion comes to for whoever answers *never*."""
    named = (leaf for leaf in criterion.rule.node.leaves() if isinstance(leaf, Membership))
    if any(leaf.place == place and NEVER in leaf.codes for leaf in named):
        return False
    nothing: list[Choice | None] = [None] * len(protocol.questions)
    facts = [*nothing[:place], Choice(NEVER), *nothing[place + 1 :]]
    return criterion.rule.judge(facts).high != FALSE and not _is_out(protocol, criterion, facts)


def _is_out(protocol: Protocol, criterion: Criterion, facts: Facts) -> bool:
    """Say whether another criterion leaves out whoever answers so, from every part that this one belongs to."""
    indexed = list(enumerate(protocol.criteria))
    own = next(protocol.parts_of[index] for index, each in indexed if each is criterion)
    others = (index for index, each in indexed if each is not criterion)
    return any(
        not own & ~protocol.parts_of[index] and judge(protocol, index, facts).high == FALSE
        for index in others
    )
