"""Where a rule stops being readable: brackets, quotes, and words that stand beside each other without a sign."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from dialogs.languages import typed_by_authors
from dialogs.likely import likely
from dialogs.loading.rules.spelling import RuleSlip, outside_only

_OPENING: Final = {")": "(", "]": "[", "}": "{"}
_CLOSING: Final = {opening: closing for closing, opening in _OPENING.items()}
_QUOTED: Final = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_TOKEN: Final = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\d[\w.]*|\w+|<=|>=|==|!=|\*\*|\S")
_JOINING: Final = frozenset({"and", "or"})
_WORDS: Final = frozenset({"and", "or", "not", "in"})
_ADD: Final = "Please add what is missing, or delete what is too much"
_BRANCHING: Final = frozenset({"if", "then", "else", "when", "unless"})

Search = Callable[[str], Sequence[str]]
"""Returns the questions of the catalogue that a name was likely meant to be."""


def unreadable(text: str, names: Iterable[str], search: Search) -> RuleSlip:
    """Say why a rule is none; `names` are those of its questions."""
    for slip in (*_brackets(text), *_beside(text, list(names), search)):
        return slip
    return RuleSlip("the rule cannot be read", "Please write comparisons joined by and, or, not")


def _brackets(text: str) -> Iterator[RuleSlip]:
    left = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    for quote in "\"'":
        if quote in left:
            fault = f"a text that begins with {quote} is not closed"
            yield RuleSlip(fault, f"Please add {quote} at its end", text.count("\n", 0, left.find(quote)))
    opened: list[tuple[str, int]] = []
    for at, sign in enumerate(outside_only(text)):
        line = text.count("\n", 0, at)
        if sign in _CLOSING:
            opened.append((sign, line))
        elif sign in _OPENING and opened and opened[-1][0] == _OPENING[sign]:
            opened.pop()
        elif sign in _OPENING:
            yield RuleSlip(
                f"nothing opens the bracket {sign}", f"Please add {_OPENING[sign]}, or delete it", line
            )
    for sign, line in opened:
        yield RuleSlip(f"the bracket {sign} is not closed", f"Please add {_CLOSING[sign]}", line)


def _beside(text: str, names: list[str], search: Search) -> Iterator[RuleSlip]:
    """Yield the first two words between which a sign is missing, or two signs between which a word is."""
    found = [(match[0], text.count("\n", 0, match.start())) for match in _TOKEN.finditer(text)]
    for token, line in found:
        if token.lower() in _BRANCHING:
            remedy = "Please write the condition alone: the criterion says what follows from it"
            yield RuleSlip(f"{token} is no word of a rule", remedy, line)
    if found and found[-1][0] in _JOINING | {"not"}:
        yield RuleSlip(f"nothing follows {found[-1][0]} at the end", _ADD, found[-1][1])
    if found and found[0][0] in _JOINING:
        yield RuleSlip(f"nothing stands before {found[0][0]}", _ADD, found[0][1])
    for at, ((one, line), (other, _)) in enumerate(pairwise(found)):
        # to leave such a word out would turn the rule round
        if (
            one.casefold() in typed_by_authors("not")
            and _is_value(other, opens=True)
            and not _is_compared(found[:at])
        ):
            yield RuleSlip(f'"{one}" is not written so in a rule', f"Please write not {other}", line)
        elif _is_value(one) and _is_value(other, opens=True):
            yield RuleSlip(
                f"there is no sign between {one} and {other}", _joined(one, other, names, search), line
            )
        elif _need_between(one, other):
            yield RuleSlip(f"nothing stands between {one} and {other}", _ADD, line)


def _need_between(one: str, other: str) -> bool:
    """Say whether two signs cannot stand beside each other."""
    if one in _JOINING:
        return other in _JOINING or _is_sign(other)
    return _is_sign(one) and (_is_sign(other) or other in _JOINING | {")"})


def _is_value(token: str, *, opens: bool = False) -> bool:
    """Say whether a word can stand on one side of a sign."""
    return token == ("(" if opens else ")") or (
        (token[0] in "\"'_" or token[0].isalnum()) and token not in _WORDS
    )


def _is_compared(before: Sequence[tuple[str, int]]) -> bool:
    """Say whether a sign stands last, so that what follows is a value: ``smoker == no``."""
    return bool(before) and _is_sign(before[-1][0])


def _is_sign(token: str) -> bool:
    return token in ("<", "<=", ">", ">=", "==", "!=", "in")


def _joined(one: str, other: str, names: list[str], search: Search) -> str:
    called = f"{one}_{other}"
    whole = likely(called, names) or likely(called, search(called) if other.isalpha() else ())
    if whole is not None and one[0].isalpha():
        return f"Please write {whole}"
    if one[0] in "\"'" and other[0] in "\"'":
        return f"Please write a comma between them: {one}, {other}"
    if one in names and other.casefold() in ("contains", "includes", "has"):
        return f'Please write "..." in {one}'
    if one in names and other[0] in "\"'":
        return f"Please write {one} == {other}"
    return "Please write comparisons joined by and, or, not"
