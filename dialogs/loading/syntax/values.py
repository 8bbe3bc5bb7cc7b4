"""Slips of a value: quotes that are missing or doubled, numbers, true and false."""

from __future__ import annotations

import re
from typing import Final

from dialogs.loading.meant import TYPED, without_commas
from dialogs.loading.syntax.slip import KEY_VALUE, Mended, Slip, short, typed_as

_END: Final = rf"""["']?({TYPED})["']?"""

_FROM_TO: Final = rf"{_END}[ \t]*(?:-|–|—|~|～|\.\.+|[^\W\d]{{1,3}})[ \t]*{_END}"

_ITEM: Final = re.compile(r"([ \t]*)([^\n#]*?[^\s#])(?=[ \t]*[,\]}\n])")

_WHOLE: Final = re.compile(r"([ \t]*)([^\n]*?\S)(?=[ \t]*(?:#|\n|\Z))")

_FLAGS: Final = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


def _flag(text: str, at: int) -> Mended | None:
    match = re.fullmatch(r"([ \t]*[\w.-]+[ \t]*=[ \t]*)([A-Za-z]+)([ \t]*(?:#[^\n]*)?\n*)", text)
    if match is None or match[2].lower() not in _FLAGS:
        return None
    flag = _FLAGS[match[2].lower()]
    said = (
        "true and false are written in small letters"
        if match[2].lower() == flag
        else "yes and no are true and false here"
    )
    return Mended(match[1] + flag + match[3], said, f"Please write {match[1].strip()} {flag}")


def _range(text: str, at: int) -> Mended | None:
    match = re.fullmatch(rf"([ \t]*[\w.-]+[ \t]*=[ \t]*)[\[(]?{_FROM_TO}[\])]?([ \t]*(?:#[^\n]*)?\n*)", text)
    if match is None:
        return None
    value = f'["{without_commas(match[2])}", "{without_commas(match[3])}"]'
    fault = "a range is two numbers in brackets"
    return Mended(match[1] + value + match[4], fault, f"Please write {match[1].strip()} {value}")


def _with_unit(text: str, at: int) -> Mended | None:
    """A unit behind a number where a number stands alone."""
    match = re.match(r"[ \t]*(possible|usual|scale|offset|example|decimals)[ \t]*=", text)
    if match is None:
        return None
    number = re.compile(r"(?<![\w.\"'])(-?\d+(?:\.\d+)?)[ \t]*([^\W\d][^,\]\n\"']*|%)(?=[,\]\n]|\Z)")
    first = number.search(text)
    if first is None:
        return None
    mended = number.sub(r'"\1"', text)
    fault = f"{short(first[0])} is more than a number"
    return Mended(mended, fault, f'Please write "{first[1]}", without a unit', first.start())


def _unended(text: str, at: int) -> Mended | None:
    """A text whose quote is opened and not closed."""
    match = KEY_VALUE.fullmatch(text)
    if match is None or not re.fullmatch(r"('(?!'')[^'\n]*|\"(?!\"\")[^\"\n]*)", match[2]):
        return None
    value = typed_as(match[2][1:])
    fault = f"the text that begins with {match[2][0]} is not closed"
    return Mended(match[1] + value + match[3], fault, f"Please write {short(value, 60)}")


def _inner_quotes(text: str, at: int) -> Mended | None:
    """Quotes inside of the same quotes."""
    match = KEY_VALUE.fullmatch(text)
    if match is None or "\n" in match[2] or not re.fullmatch(r"(['\"]).+\1", match[2]):
        return None
    value = typed_as(match[2][1:-1])
    fault = f"there are {match[2][0]} inside of text that stands in {match[2][0]}"
    return Mended(match[1] + value + match[3], fault, f"Please write {match[1].strip()} {short(value, 60)}")


_OF_A_REGISTRY: Final = re.compile(r"\\[<>\[\]()*_~#+.!|-]")
"""Before a sign that would lay out a text, as registries write it: nothing that is to be shown."""
_REMOVE: Final = "Please remove it, or put the text in single quotes: '...'"


def _backslash(text: str, at: int) -> Mended | None:
    match = KEY_VALUE.fullmatch(text)
    if "\\" not in text or (match is not None and match[2].startswith("'")):
        return None
    mended = re.sub(r'\\(?![btnfr"\\])', r"\\\\", text)
    return Mended(
        mended,
        "there is a backslash, \\, which has a meaning of its own inside of double quotes",
        "Please remove it" if _OF_A_REGISTRY.search(text) else _REMOVE,
        text.find("\\"),
    )


def _unquoted(text: str, at: int) -> Mended | None:
    """A value without quotes, alone or inside of brackets: it begins at the last sign before where reading stopped."""
    sign = max((text.rfind(sign, 0, at) for sign in "=,[{"), default=-1)
    inside = text[text.find("=") + 1 :].lstrip().startswith(("[", "{"))
    match = (_ITEM if inside else _WHOLE).match(text, sign + 1)
    if sign < 0 or match is None or match[2][0] in "[]{}\"'":
        return None
    value = typed_as(_spelled(match[2].rstrip(",;")))
    mended = text[: match.start(2)] + value + text[match.end(2) :]
    return Mended(
        mended, f"{short(match[2])} is text without quotes", f"Please write {value}", match.start(2)
    )


def _spelled(value: str) -> str:
    """Return a number as it is written here, and anything else as it stands."""
    return without_commas(value) if re.fullmatch(TYPED, value) else value


VALUES: Final[tuple[Slip, ...]] = (_flag, _range, _with_unit, _unended)
QUOTES: Final[tuple[Slip, ...]] = (_backslash, _inner_quotes)
UNQUOTED: Final = _unquoted
