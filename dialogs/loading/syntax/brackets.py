"""Slips of brackets, braces and the commas between them."""

from __future__ import annotations

import re
from typing import Final

from dialogs.loading.meant import TYPED, without_commas
from dialogs.loading.syntax.slip import QUOTED, Mended, Slip, blanked, changed, outside, short


def _colons(text: str, at: int) -> Mended | None:
    """Colons between keys and values, or round brackets for braces."""
    mended = outside(text, lambda part: re.sub(r"([\w-]+)[ \t]*[:：][ \t]*$", r"\1 = ", part))
    if mended != text:
        return Mended(mended, "a key is followed by :", "Please write = after it", changed(text, mended))
    braces = str.maketrans("()", "{}" if "=" in text[text.find("=") + 1 :] else "[]")
    mended = outside(text, lambda part: part.translate(braces))
    offset = changed(text, mended)
    fault, remedy = (
        "lists and tables do not stand in ( )",
        f"Please write {mended[offset]} for {text[offset]}",
    )
    return Mended(mended, fault, remedy, offset)


def _one_line(text: str, at: int) -> Mended | None:
    """Braces over several lines, or a comma before one that closes."""
    mended = re.sub(r",(\s*\})", r"\1", text)
    if mended != text:
        fault, remedy = "there is a comma before }", "Please delete it"
        if "\n" not in text.strip():
            return Mended(mended, fault, remedy, changed(text, mended))
    joined = re.sub(
        r"\{[^{}]*\}", lambda braces: re.sub(r"(?<!,)[ \t]*\n\s*", " ", braces[0]).replace("\n", " "), mended
    )
    if joined == text:
        return None
    if joined == mended:
        return Mended(mended, fault, remedy, changed(text, mended))
    return Mended(
        joined, "what stands in braces { } is spread over several lines", "Please write it in one line"
    )


def _decimal(text: str, at: int) -> Mended | None:
    """A number with a decimal comma inside of braces, where a comma ends it."""
    numbers = re.finditer(rf"(?<==)[ \t]*(-?{TYPED})(?=[ \t]*[,}}])", text)
    found = next((number for number in numbers if "," in number[1]), None)
    if found is None:
        return None
    number = without_commas(found[1])
    mended = f"{text[: found.start(1)]}{number}{text[found.end() :]}"
    return Mended(mended, f"{found[1]} has a comma", f"Please write {number}", found.start())


def _comma(text: str, at: int) -> Mended | None:
    head, rest = text[:at].rstrip(), text[at:]
    gap = text[len(head) : at]
    if not rest.strip() or head.endswith((",", "[", "{")) or rest[0] in ",]}":
        return None
    return Mended(
        f"{head},{gap}{rest}",
        "a comma is missing",
        f"Please write a comma after {short(head[-20:])}",
        len(head) - 1,
    )


def _row(text: str, at: int) -> Mended | None:
    """A brace or bracket that one of several lines lacks."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        row = line.rstrip().rstrip(",")
        missing = _missing(row)
        if not row or not missing or (number == 0 and missing == "]"):
            continue
        missing = missing.removesuffix("]") if number == 0 else missing
        mended = "\n".join([*lines[:number], f"{row}{missing}{line[len(row) :]}", *lines[number + 1 :]])
        offset = len("\n".join(lines[:number])) + 1
        return Mended(
            mended, f"{missing} is missing at the end of this line", f"Please add {missing}", offset
        )
    return None


def _unclosed(text: str, at: int) -> Mended | None:
    """Something is opened and not closed: it is closed after the last line that has text, or at the end of its own."""
    whole = text.rstrip()
    if _missing(whole) in ('"', "'"):  # these end with their line
        whole = whole.split("\n")[0]
    for head in (whole, whole.rstrip(",")):
        missing = _missing(head)
        if missing:
            mended = head + missing + blanked(text[len(head) :])
            fault = f"{missing} is missing: what is opened here is never closed"
            return Mended(mended, fault, _closing(missing), guess=True)
    return None


def _closing(missing: str) -> str:
    if missing in ('"', "'"):
        return f"Please add {missing} in the same line, or put ''' around text of several lines"
    return f"Please add {missing}"


def _missing(text: str) -> str:
    """Return the quotes and brackets that would close a text."""
    opened: list[str] = []
    at = 0
    while at < len(text):
        if (match := QUOTED.match(text, at)) is not None:
            at = match.end()
            continue
        for quote in ('"""', "'''", '"', "'"):
            if text.startswith(quote, at):
                return quote + "".join(reversed(opened))
        if text[at] in "[{":
            opened.append("]" if text[at] == "[" else "}")
        elif opened and text[at] == opened[-1]:
            opened.pop()
        at += 1
    return "".join(reversed(opened))


BRACKETS: Final[tuple[Slip, ...]] = (_one_line, _decimal, _comma, _row)
COLONS: Final = _colons
UNCLOSED: Final = _unclosed
