"""Raised digits of a record: a power behind ten or a unit (*10⁹/L*, *m²*), else the mark of a footnote: *75¹ years*.

A footnote may say anything of what bears its mark: no rule is proposed for it, and it is asked with the footnote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

_DIGITS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2)
_RAISED: Final = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+|(?<=\d)[₀₁₂₃₄₅₆₇₈₉]+|\^\d{1,2}(?!\d)|[†‡]")
_OF_TEN: Final = re.compile(r"(?<![\d.])10$")
_TIMES: Final = re.compile(r"[x×X*·∙⋅]\s*10$|\d\s+10$")
_OF_A_UNIT: Final = re.compile(r"(?<![A-Za-z])[cdkmμµ]?m$|⁻$")
_OF_AN_ISOTOPE: Final = re.compile(r"[A-Z]")
_BEGINS: Final = re.compile(r"\W{0,2}([⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^\d{1,2}|[†‡])\W*(?=\w)")


def marks(text: str) -> tuple[str, ...]:
    """Return the numbers of the footnotes that a line bears the marks of."""
    found = (each for each in _RAISED.finditer(text) if not _is_power(text, each))
    return tuple(dict.fromkeys(each[0].lstrip("^").translate(_DIGITS) for each in found))


def _is_power(text: str, raised: re.Match[str]) -> bool:
    """Say whether raised digits are a power, or the mass of an isotope: *¹³¹I*."""
    before, behind = text[: raised.start()], text[raised.end() :]
    if _OF_TEN.search(before):
        return _TIMES.search(before) is not None or re.match(r"\s*(?:/|per\b)", behind) is not None
    if raised[0] in "†‡":
        return False
    if not before[-1:].isalnum() and _OF_AN_ISOTOPE.match(behind):
        return True
    return _OF_A_UNIT.search(before) is not None


def footnotes_of(texts: Sequence[str]) -> Mapping[str, str]:
    """Return the lines that are footnotes, by their numbers: a line above bears the mark that they begin with."""
    found, borne = dict[str, str](), set[str]()
    for text in texts:
        begun = _BEGINS.match(text)
        number = begun[1].lstrip("^").translate(_DIGITS) if begun else ""
        if number in borne:
            found.setdefault(number, text)
        borne.update(marks(text))
    return found


def with_footnotes(said: str, footnotes: Mapping[str, str]) -> str:
    """Return words with the footnotes that they bear the marks of."""
    return "\n".join((said, *(footnotes[each] for each in marks(said) if each in footnotes)))
