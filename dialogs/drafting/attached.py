"""Lines of a record that belong to the one above: what it allows, what it excepts, a limit for some.

They stand below it, as remarks on it: what surely judges nobody is its help, anything else is asked with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialogs.drafting.remarks import (
    belongs_above,
    excepts,
    is_harmless,
    is_limit_of_some,
    permits,
    says_allowed,
)
from dialogs.drafting.tree import Node
from dialogs.drafting.why import Note

ALLOWED: Final = Note("allowed_below")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is remarked on a line, or on the list that it stands in: ``own`` stand below it."""

    said: tuple[str, ...]
    help: tuple[str, ...]
    own: tuple[str, ...]
    of_list: tuple[str, ...]
    beside: bool
    """Whether one of those to be asked stands beside the line in its record, so that no rule reads both as one."""
    notes: tuple[Note, ...]
    """On those below it: that they are asked with it, that they judge nobody, or that one may judge by itself."""

    @property
    def asked(self) -> str:
        """What is to be asked with the line, in lines of their own."""
        return _listed((*self.of_list, *self.own))

    @property
    def asked_of_list(self) -> str:
        return _listed(self.of_list)


def _listed(texts: Iterable[str]) -> str:
    return "".join(f"\n- {line}" for each in texts for line in each.splitlines())


def with_remarks(nodes: Sequence[Node], within: Node | None = None) -> list[Node]:
    """Return lines side by side, with those that belong to the line above, or to their whole list, as its remarks."""
    kept: list[Node] = []
    is_list = within is not None and within.line.role != "line"
    goes_on = any(not _belongs(each, []) for each in nodes)
    for node in nodes:
        node.below = with_remarks(node.below, node)
        if not _belongs(node, kept):
            kept.append(node)
            continue
        home = None
        if (is_list and goes_on) or (within is not None and is_harmless(node.words(), node.role)):
            home = kept
        if not is_list and kept and kept[-1].role == node.role:
            home = kept[-1].below
        if home is not None:
            for each in node.walk():
                each.line = replace(each.line, role="line")
        (kept if home is None else home).append(node)
    return kept


def _belongs(node: Node, above: Sequence[Node]) -> bool:
    text, side = node.line.text, node.role
    if side == "line":
        return False
    if side == "inclusion" and above and is_limit_of_some(text, above[-1].line.text):
        return True
    return belongs_above(text, side) and (
        side == "exclusion" or excepts(text) or is_harmless(node.words(), side)
    )


def remarks_on(node: Node, of_list: Iterable[str] = ()) -> Remarks:
    """Return what is remarked on a line that is a criterion."""
    side, own = node.role, {each.words(): each for each in node.below if each.role == "line"}
    said = (*of_list, *own)
    judging = [each for each in said if not is_harmless(each, side)]
    beside = any(excepts(each) if each not in own else _is_beside(node, own[each]) for each in judging)
    return Remarks(
        said,
        tuple(each for each in said if each not in judging),
        tuple(each for each in judging if each in own),
        tuple(each for each in judging if each not in own),
        beside,
        tuple(_notes(said, [each for each in judging if each in own], side)),
    )


def _notes(said: Sequence[str], asked: Sequence[str], side: str) -> Iterator[Note]:
    first = [each.splitlines()[0] for each in said]
    if asked:
        yield Note("with_lines", n=len(asked))
    if any(says_allowed(each, side) and not excepts(each) and not permits(each, side) for each in first):
        yield Note("may_judge")
    if any(permits(each, side) for each in first):
        yield ALLOWED


def _is_beside(node: Node, remark: Node) -> bool:
    return node.line.text not in remark.line.headings
