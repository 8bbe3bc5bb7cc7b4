"""What the readings of all kinds of lines share: how parts are joined, and the moments that are asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from lark import Token, Transformer

from dialogs.drafting.proposals.conditions import Condition, Question, all_of, any_of, own_id, simple
from dialogs.drafting.proposals.limits import Bound, Limit, Number, Unsure
from dialogs.drafting.proposals.phrases import narrower

Join = Callable[..., Condition]
Joining = dict[tuple[bool, frozenset[str]], Join]
AGES: Final = ("age_years", "age_months")

WHOLE: Final[Joining] = {
    (True, frozenset({"AND"})): all_of,
    (True, frozenset()): all_of,
    (True, frozenset({"OR"})): any_of,
    (False, frozenset({"OR"})): any_of,
    (False, frozenset({"EITHER"})): any_of,
}
"""Whether it is an inclusion, and the joints beside commas -> how conditions are joined.

*And* in an exclusion may mean either."""
NAMES: Final[Joining] = {
    (True, frozenset({"AND"})): all_of,
    (True, frozenset({"SLASH"})): all_of,
    (True, frozenset()): all_of,
    (False, frozenset({"OR"})): any_of,
    (False, frozenset({"EITHER"})): any_of,
    (False, frozenset({"SLASH"})): any_of,
}
"""The same for names that share one limit; *or* in an inclusion may mean either."""


COMMAS: Final = frozenset({"COMMA", "SEMICOLON"})


@dataclass(frozen=True, slots=True)
class Joint:
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Names:
    entries: tuple[str, ...]
    joints: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class When:
    """The moments that are asked about, each a question of its own."""

    moments: tuple[str, ...]


def joints(parts: Sequence[Any]) -> frozenset[str]:
    """Return the kinds of what stands between parts; a comma before others is punctuation: *a, b or c*.

    *A or b, c* may be two lists: refused, but where *and* joins all of it.
    """
    between = [part.kinds - COMMAS for part in parts if isinstance(part, Joint)]
    kinds = frozenset().union(*between) | {each.type for each in tokens(parts, "SLASH")}
    if kinds != {"AND"} and any(before and not after for before, after in pairwise(between)):
        raise Unsure
    return frozenset(kinds)


def each(kind: type[Any], parts: Sequence[Any]) -> list[Any]:
    """Return the parts of a kind."""
    return [part for part in parts if isinstance(part, kind)]


def when_of(parts: Sequence[Any]) -> When | None:
    """Return the moments that parts ask about, if they name any."""
    return next(iter(each(When, parts)), None)


def tokens(parts: Sequence[Any], *kinds: str) -> list[Token]:
    """Return the phrases of some kinds, as the grammar calls these."""
    return [part for part in parts if isinstance(part, Token) and part.type in kinds]


class Reader(Transformer[Token, Condition]):
    """Turns a tree into a condition, from its leaves up; raises `Unsure` where it has no clear meaning."""

    def __init__(self, *, inclusion: bool) -> None:
        super().__init__()
        self.inclusion = inclusion

    def join(self, table: Joining, kinds: frozenset[str]) -> Join:
        join = table.get((self.inclusion, kinds))
        if join is None:
            raise Unsure
        return join

    def at(self, when: When | None, condition: Callable[..., Condition], names: Names) -> Condition:
        """Return a condition for each name and each moment that it is asked about."""
        join = self.join(NAMES, names.joints) if len(names.entries) > 1 else all_of
        if when is None:
            return join(*(condition(entry) for entry in names.entries))
        if len(when.moments) > 1 and not self.inclusion:
            raise Unsure
        return join(
            *(
                all_of(*(condition(entry, **_at_moment(entry, moment)) for moment in when.moments))
                for entry in names.entries
            )
        )

    def refuse_in_exclusion(self) -> None:
        """Refuse a negation in an exclusion, where authors mean either."""
        if not self.inclusion:
            raise Unsure


def state_of(token: str) -> Condition:
    """Return the condition that a phrase stands for, as the table of phrases writes it."""
    said = str(token)
    questions = own_questions(said.removeprefix("not ").partition(" ")[0])
    if said.startswith("not "):
        return simple(said, said.removeprefix("not "), questions)
    for sign, opposite in ((" in ", " not in "), (" == ", " != "), (" != ", " == ")):
        if sign in said:
            return simple(said, said.replace(sign, opposite), questions)
    return simple(said, f"not {said}", questions)


def own_questions(name: str) -> tuple[Question, ...]:
    """Return the question of the file's own that a name stands for, where it is none of the catalogue."""
    own = narrower()
    return ({"id": name, **own[name]},) if name in own else ()


def inside(parts: Sequence[Any]) -> Limit:
    """Return the limit of *18 <= name <= 75*."""
    (low, high), (first, second) = each(Number, parts), map(relation_of, tokens(parts, "COMPARED"))
    turned = {"<=": ">=", "<": ">"}.get(first)
    if turned is None or second not in ("<=", "<"):
        raise Unsure
    return Limit((Bound(turned, low), Bound(second, high)))


def relation_of(said: str) -> str:
    """Return a relation as it stands in rules."""
    return "==" if said == "=" else str(said)


def _at_moment(entry: str, moment: str) -> dict[str, Any]:
    """Return what asks an entry for one moment: a question of the file's own."""
    called = own_id(entry, moment)
    own = narrower().get(entry, {"use": entry})
    return {"called": called, "questions": ({"id": called, **own, "at": moment},)}
