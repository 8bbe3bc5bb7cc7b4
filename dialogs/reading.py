"""Reads what a clinician typed as an answer to a question: `Understood`, a `Proposal`, or `Refused`.

A unit is never guessed: a number without one is taken only where there is a single unit; otherwise the
possible units are proposed. Nothing that is refused is kept by anyone; what is proposed is kept only as a
number and a unit.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Relation, encode
from dialogs.protocol import Protocol, Question, Unit

MAX_TEXT: Final = 80
"""Longer texts are no answers."""
MAX_DIGITS: Final = 10
"""More digits than any laboratory prints."""
IDENTIFIER_DIGITS: Final = 8
"""A run of so many digits is a telephone, identity or record number, not a result."""

Given = tuple[tuple[str, Answer], ...]
"""Answers by question id: one, or a value with its ULN."""


@dataclass(frozen=True, slots=True)
class Understood:
    given: Given


@dataclass(frozen=True, slots=True)
class Proposal:
    """A number that needs one more tap: its unit, or a yes to an unusual value. ``entered`` can be read again."""

    entered: str
    why: Literal["unit", "unusual"]
    candidates: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A code for the phrase that says what to do, and what the phrase needs."""

    code: str
    details: Mapping[str, str] = field(default_factory=dict)
    likely: tuple[Given, ...] = ()


Reading = Understood | Proposal | Refused

_RELATIONS: Final[Mapping[str, Relation]] = {
    "": "=", "=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=",
    "≦": "<=", "≧": ">=", "⩽": "<=", "⩾": ">=",
}  # fmt: skip
_NUMBER: Final = re.compile(
    r"(?P<relation><=|>=|=<|=>|[<>=≤≥≦≧⩽⩾])?\s*(?P<number>\d[\d.,]*)"
    r"(?:\s*/\s*(?P<divisor>\d[\d.,]*))?\s*(?P<unit>.*)"
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3},\d{3}\.\d+")
_DATE: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}|\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(?:19|20)?\d\d)(?!\d)"
)
_LONG_NUMBER: Final = re.compile(rf"(?:\d[ \-]?){{{IDENTIFIER_DIGITS},}}")


def looks_like_identifier(text: str) -> bool:
    """Say whether a text may hold a date of birth, or a phone, identity or record number."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_DATE.search(plain) or _LONG_NUMBER.search(plain))


def read(protocol: Protocol, question: Question, text: str, unit: str | None = None) -> Reading:
    """Read `text` as an answer to `question`.

    `unit` is the only unit that can be meant, where the dialogue knows it (a ULN has its value's unit).
    """
    plain = _normal(text)
    if not plain:
        return Refused("empty")
    if looks_like_identifier(plain):
        return Refused("identifier")
    if len(plain) > MAX_TEXT:
        return Refused("too_long")
    if plain in _words("unknown") or plain in map(_normal, question.unknown.values()):
        return Understood(((question.id, UNKNOWN),))
    code = _matching_code(question, plain)
    if code is not None:
        return Understood(((question.id, Choice(code)),))
    if question.kind == "choice":
        return Refused("not_an_option")
    return _read_number(protocol, question, plain, unit)


def accept(protocol: Protocol, given: Given) -> Reading:
    """Weigh a number whose unit is known: understood, proposed if unusual, refused if impossible."""
    for question_id, answer in given:
        asked = protocol.question(question_id)
        if not isinstance(answer, Measurement):
            continue
        unit = asked.unit_by_code[answer.unit]
        if asked.kind == "integer" and answer.value != answer.value.to_integral_value():
            return Refused("not_whole")
        if answer.relation != "=" and not asked.bounds:
            return Refused("no_bounds")
        if not unit.admits(answer):
            return _impossible(asked, answer)
    if all(_usual(protocol, question_id, answer) for question_id, answer in given):
        return Understood(given)
    return Proposal(_written(given), "unusual", (given,))


def propose_again(
    protocol: Protocol, question: Question, entered: str, unit: str | None = None
) -> Proposal | None:
    """Rebuild a stored proposal from its ``entered`` text; ``None`` if it no longer is one."""
    reading = read(protocol, question, entered, unit)
    return reading if isinstance(reading, Proposal) else None


# words -------------------------------------------------------------------------------------------


def _normal(text: str) -> str:
    """Full-width to ASCII, one kind of µ and ×, no invisible characters, small letters, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(c for c in folded if unicodedata.category(c) not in ("Cc", "Cf") or c in "\t\n")
    visible = re.sub(r"(?<=\d)[。、](?=\d)", ".", visible)
    return " ".join(visible.translate(_SAME).split())


_SAME: Final = str.maketrans({"μ": "u", "×": "x", "✕": "x", "⁄": "/", "∕": "/", "，": ","})


@lru_cache
def _word_lists() -> Mapping[str, frozenset[str]]:
    raw = tomllib.loads((resources.files("dialogs") / "words.toml").read_text(encoding="utf-8"))
    lists: dict[str, set[str]] = {}
    for language in raw.values():
        for code, spellings in language.items():
            lists.setdefault(code, set()).update(map(_normal, spellings))
    return {code: frozenset(spellings) for code, spellings in lists.items()}


def _words(code: str) -> frozenset[str]:
    return _word_lists().get(code, frozenset())


def _matching_code(question: Question, plain: str) -> str | None:
    """Find the option or shortcut that a word means: exactly, or as the only one that begins so."""
    named = [(option.code, option.text) for option in question.options]
    named += [(shortcut.code, shortcut.text) for shortcut in question.shortcuts]
    names = {
        code: {code, code.replace("_", " "), *map(_normal, text.values()), *_words(code)}
        for code, text in named
    }
    exact = [code for code, spellings in names.items() if plain in spellings]
    if len(exact) == 1:
        return exact[0]
    if exact or len(plain) < 2 or plain[0].isdigit():
        return None
    starts = [code for code, spellings in names.items() if any(name.startswith(plain) for name in spellings)]
    return starts[0] if len(starts) == 1 else None


# numbers -----------------------------------------------------------------------------------------


def _read_number(protocol: Protocol, question: Question, plain: str, only: str | None) -> Reading:
    if plain[0] in "+-−–":
        return Refused("sign")
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return Refused("not_a_number")
    value = _decimal(match["number"])
    divisor = _decimal(match["divisor"]) if match["divisor"] else None
    for number in (value, divisor):
        if isinstance(number, Refused):
            return number
    relation = _RELATIONS[match["relation"] or ""]
    if relation != "=" and not question.bounds:
        return Refused("no_bounds")
    if not isinstance(value, Decimal):
        return Refused("not_a_number")
    units = _units(question, match["unit"], only)
    if isinstance(units, Refused):
        return units
    if value == 0 and relation == "=" and not match["unit"]:
        for shortcut in question.shortcuts:
            if shortcut.means.value == 0:
                return Understood(((question.id, Choice(shortcut.code)),))
    given: list[Given] = []
    for unit in units:
        first: tuple[str, Answer] = (question.id, Measurement(relation, value, unit.code))
        if not isinstance(divisor, Decimal):
            given.append((first,))
        elif unit.per is not None and unit.code in protocol.question(unit.per).unit_by_code:
            given.append((first, (unit.per, Measurement("=", divisor, unit.code))))
    if not given:
        return Refused("one_number")
    return _weigh(protocol, given, match["unit"] != "" or len(units) == 1)


def _weigh(protocol: Protocol, given: Sequence[Given], unit_known: bool) -> Reading:
    if unit_known:
        return accept(protocol, given[0])
    readings = [accept(protocol, candidate) for candidate in given]
    possible = [c for c, reading in zip(given, readings, strict=True) if not isinstance(reading, Refused)]
    if not possible:
        return readings[0]
    return Proposal(_written(possible[0], unit=False), "unit", tuple(possible))


def _decimal(digits: str) -> Decimal | Refused:
    """Read digits with a decimal point or comma; a comma that could be either is not guessed."""
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    elif digits.count(",") + digits.count(".") > 1:
        return Refused("not_a_number")
    elif re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        whole = digits.replace(",", "")
        return Refused("ambiguous_comma", {"large": whole, "small": digits.replace(",", ".")})
    digits = digits.replace(",", ".")
    digits = digits.removesuffix(".")
    if sum(c.isdigit() for c in digits) > MAX_DIGITS or not digits.isascii():
        return Refused("too_many_digits")
    return Decimal(digits)


def _units(question: Question, spelled: str, only: str | None) -> list[Unit] | Refused:
    allowed = [unit for unit in question.units if only in (None, unit.code)]
    if not spelled:
        return allowed
    wanted = _spelling(spelled)
    for unit in question.units:
        spellings = {unit.code, *unit.label.values(), *unit.spellings}
        if wanted in {_spelling(_normal(spelling)) for spelling in spellings}:
            if unit in allowed:
                return [unit]
            return Refused("unit_must_match", {"unit": only or ""})
    if spelled[0].isdigit() or re.search(r"\d\s+\d", spelled):
        return Refused("one_number")
    if re.fullmatch(r"e[+\-]?\d+", wanted):
        return Refused("exponent")
    return Refused("unknown_unit")


def _spelling(text: str) -> str:
    return re.sub(r"[\s*^·.]", "", text)


def _usual(protocol: Protocol, question_id: str, answer: Answer) -> bool:
    if not isinstance(answer, Measurement):
        return True
    return protocol.question(question_id).unit_by_code[answer.unit].expects(answer.value)


def _impossible(question: Question, answer: Measurement) -> Refused:
    """Say what is possible, and in which unit the number would be a usual one."""
    unit = question.unit_by_code[answer.unit]
    scale = unit.scale or Decimal(1)
    details = {
        "value": encode(answer)[0],
        "unit": unit.code,
        "low": _short(unit.possible[0] / scale),
        "high": _short(unit.possible[1] / scale),
    }
    likely = tuple(
        ((question.id, Measurement(answer.relation, answer.value, other.code)),)
        for other in question.units
        if other is not unit and other.expects(answer.value)
    )
    return Refused("impossible", details, likely)


def _short(number: Decimal) -> str:
    rounded = number.quantize(Decimal("0.01")) if number < 100 else number.quantize(Decimal(1))
    return format(rounded.normalize(), "f")


def _written(given: Given, *, unit: bool = True) -> str:
    """Write numbers so that `read` gives them again: ``28/21 umol/L``."""
    values = [encode(answer) for _, answer in given]
    text = "/".join(value for value, _ in values)
    return f"{text} {values[0][1]}" if unit else text


def unit_for(protocol: Protocol, question: Question, facts: Sequence[Answer | None]) -> str | None:
    """Give the unit that an answer must have: that of the value whose limit it is, if it is known."""
    if question.unit_of is None:
        return None
    value = facts[protocol.position[question.unit_of]]
    return value.unit if isinstance(value, Measurement) else None
