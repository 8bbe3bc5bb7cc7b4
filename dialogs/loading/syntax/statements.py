"""Slips of a whole statement: headers, keys, remarks, what joins a key to its value."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

from dialogs.languages import typed_by_authors
from dialogs.loading.syntax.slip import ASIDE, Mended, Slip, blanked, pattern, short

_LIKE: Final = 0.75
"""How much the name of a table must resemble one that is known."""

LISTS: Final = ("question", "criterion", "part", "site_item", "alert")
"""Tables of which a file has several: their headers have double brackets."""
_CALLED: Final = ("criterion", "question", "part", "alert")
"""Those for which people write other words."""


def listed(name: str) -> str | None:
    """Return the table of which a file has several that a name stands for, exactly or nearly."""
    for table in _CALLED:
        if name.casefold() in typed_by_authors(table):
            return table
    return next(iter(get_close_matches(name.lower(), LISTS, 1, _LIKE)), None)


_VALUE: Final = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[\w.]+|\{[^{}]*\})"


def _header(text: str, at: int) -> Mended | None:
    """A header whose brackets are not right; what follows in other lines is no part of it."""
    match = re.fullmatch(r"[ \t]*[\[{(]+([^\[\](){}=\n]+)[\]})]*[ \t]*(?:#[^\n]*)?(\n.*)?", text, re.DOTALL)
    if match is None:
        return None
    name = re.sub(r"[^\w.]", "", match[1])
    header = f"[[{name}]]" if (name := listed(name) or name) in LISTS else f"[{name}]"
    mended = header + blanked(match[2] or "")
    fault = f"{text.strip().splitlines()[0]} is not how a table begins"
    return Mended(mended, fault, f"Please write {header} in a line of its own")


def _remark(text: str, at: int) -> Mended | None:
    """A line of plain words, or one that begins as remarks do elsewhere."""
    first, *rest = text.split("\n")
    if re.match(r"[ \t]*[\w.-]+[ \t]*[=:]", first) or re.match(r"[ \t]*[\[{]", first):
        return None
    mended = "\n".join([f"# {first}", *(f"# {line}" if line.strip() else line for line in rest)])
    return Mended(mended, f"{short(first)} is neither a table nor key = value", "Please begin remarks with #")


def _misnamed_key(text: str, at: int) -> Mended | None:
    match = re.match(r"[ \t]*([^\n=\"'\[\]{}#]+?)[ \t]*=", text)
    if match is None or re.fullmatch(r"[\w.-]+", match[1], re.ASCII):
        return None
    key = match[1]
    plain = re.sub(r"[^\w.]", "", re.sub(r"[\s-]+", "_", key.lower()))
    if plain.isascii():
        return Mended(text.replace(key, plain, 1), f"{key!r} cannot be a key", f"Please write {plain} =")
    remedy = "Please use the English name of the key"
    return Mended(text.replace(key, f'"{ASIDE}"', 1), f"{key!r} is not a key", remedy)


STATEMENTS: Final[tuple[Slip, ...]] = (
    pattern(
        r"([ \t]*[\w.-]+)[ \t]*(:=|==+|=>|:|：|->)[ \t]*(.*?)[,;]?",
        r"\1 = \3",
        "the key is followed by {1}",
        "Please write =: {mended}",
    ),
    pattern(
        r"([ \t]*[\w.-]+[ \t]*=[ \t]*.*?)[ \t]*([,;；])",
        r"\1",
        "there is a {1} at the end",
        "Please delete it",
    ),
    pattern(
        r"([ \t]*[\w.-]+)[ \t]+([\"'\[{].*?)",
        r"\1 = \2",
        "there is no = after the key",
        "Please write {mended}",
    ),
    pattern(
        r"([ \t]*[\w.-]+[ \t]*=)[ \t]*",
        r'\1 ""',
        "there is no value after =",
        "Please write one, or delete the line",
    ),
    _header,
)
TWO_IN_ONE: Final = pattern(
    rf"([ \t]*[\w.-]+[ \t]*=[ \t]*{_VALUE})[ \t]*[,;]?[ \t]*([\w.-]+[ \t]*=[ \t]*.*?)",
    r"\1\n\2",
    "two keys stand in one line",
    "Please write {1} in a line of its own",
)
KEYS: Final[tuple[Slip, ...]] = (_misnamed_key, _remark)
