"""Reads phrases by ``grammar.lark`` into conditions; a line that can be read in two ways is not read at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from math import prod
from typing import Any, Final

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, VisitError
from lark.lexer import Lexer
from lark.visitors import CollapseAmbiguities

from dialogs.drafting.proposals.limits import Unsure
from dialogs.drafting.proposals.meaning import Meaning
from dialogs.drafting.proposals.phrases import Phrase

MOST_PHRASES: Final = 40
"""Of a line; a longer one is none that can be read in one way."""

MOST_WAYS: Final = 100
"""Of reading a line; one that has more is not looked at further."""


class _Phrases(Lexer):
    """Hands phrases on as they are: the line is cut already."""

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, data: Iterable[Phrase]) -> Iterator[Token]:  # type: ignore[override]
        for phrase in data:
            yield Token(phrase.kind, f"{phrase.means} {phrase.unit}".strip())


@cache
def _grammar() -> Lark:
    text = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="earley", lexer=_Phrases, ambiguity="explicit", start=["start", "recently"])


def read(phrases: Sequence[Phrase] | None, *, inclusion: bool, rule: str = "start") -> Any:
    """Return the one condition that phrases can mean; ``None`` if there are none, or it is none or more than one.

    `rule` is the rule of the grammar that they are read by; of *recently* it is a relation and a time.
    """
    if not phrases or len(phrases) > MOST_PHRASES:
        return None
    try:
        tree = _grammar().parse(phrases, start=rule)
    except UnexpectedInput:
        return None
    if _ways(tree) > MOST_WAYS:
        return None
    readings = {}
    for each in CollapseAmbiguities().transform(tree):
        meant = _meaning(each, inclusion=inclusion)
        if meant is not None:
            readings[str(meant)] = meant
    return next(iter(readings.values())) if len(readings) == 1 else None


def _ways(tree: Tree[Token]) -> int:
    """Return in how many ways a tree can be read, most of which mean nothing."""
    ways = [_ways(each) for each in tree.children if isinstance(each, Tree)]
    return sum(ways) if tree.data == "_ambig" else prod(ways)


def _meaning(tree: Tree[Token], *, inclusion: bool) -> Any:
    try:
        return Meaning(inclusion=inclusion).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, Unsure):
            return None
        raise
