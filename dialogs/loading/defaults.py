"""What keys that a file leaves out are then, where that follows from others: names, SDTM codes, short questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from dialogs.languages import in_every_language
from dialogs.texts import Text

SIDES: Final = ("inclusion", "exclusion")
LONGEST_NAME: Final = 60
"""Characters of a name that is made of the record's words."""
_PART: Final = re.compile(r"(.*\d)[a-z]+")
_NUMBER: Final = re.compile(r"\d{1,2}(?!.*\d)")
_END_OF_QUESTION: Final = re.compile(r"\s*[?？(（].*", re.DOTALL)


def shipped_text(key: str) -> Text:
    """Return a text of ours, in every language of ours."""
    return Text(in_every_language("dialogs", "shipped", key))


def shortened(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text of at most so many characters, shortened at a word where it has any; of a list's item no comma."""
    flat = " ".join(text.split())
    flat = flat.rstrip(" ,;，；、") or flat
    if len(flat) <= longest:
        return flat
    cut = flat[: longest - 1]
    whole, _, _ = cut.rpartition(" ")
    kept = whole if len(whole) > longest // 2 else cut
    return f"{kept.rstrip(' ,;:.，；：。')}…"


def short_question(ask: Text) -> Text:
    """Return what a question asks for, as inside of a sentence: *most recent haemoglobin*."""
    return Text({language: _inside(_END_OF_QUESTION.sub("", text) or text) for language, text in ask.items()})


def _inside(text: str) -> str:
    small = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return shortened(small)


def group_of(code: str) -> str:
    """Return the criterion of the record that a criterion is part of: ``I2`` of ``I2b``."""
    part = _PART.fullmatch(code)
    return part[1] if part else code


def sdtm_codes(criteria: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the SDTM code of each criterion: its own, or one that follows from its group: ``INCL02`` for ``I2``.

    A number that the group has not, or that another one has, is the first that is free. Criteria come with their
    ``kind``, ``group`` and ``ietestcd``.
    """
    codes: dict[tuple[str, str], str] = {
        _whose(each): each["ietestcd"] for each in criteria if each["ietestcd"]
    }
    numbered = sorted(criteria, key=lambda each: _NUMBER.search(each["group"]) is None)
    for each in numbered:
        taken = set(codes.values())
        if _whose(each) not in codes:
            codes[_whose(each)] = next(code for code in _candidates(each) if code not in taken)
    return [each["ietestcd"] or codes[_whose(each)] for each in criteria]


def _whose(criterion: Mapping[str, Any]) -> tuple[str, str]:
    return criterion["kind"], criterion["group"]


def _candidates(criterion: Mapping[str, Any]) -> Iterator[str]:
    prefix = "INCL" if criterion["kind"] == "inclusion" else "EXCL"
    number = _NUMBER.search(criterion["group"])
    if number:
        yield f"{prefix}{int(number[0]):02}"
    yield from (f"{prefix}{place:02}" for place in range(1, 10_000))
