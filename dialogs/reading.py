"""Reads what a clinician typed as an answer to a question: `Understood`, a `Proposal`, or `Refused`.

Taken only if exact: a code, a label, a listed spelling, or a number that can mean only one thing. What begins or
resembles an option is named as likely and never taken; a number that can mean two things is proposed as both. A unit is
never guessed: a number without one is taken only where there is a single unit; otherwise the possible units are
proposed. Nothing that is refused is kept by anyone; what is proposed is kept only as numbers and a unit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import product
from typing import Final, Literal

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Relation, encode, plain
from dialogs.languages import LANGUAGES, words
from dialogs.numerals import fold, has_foreign_digits, meanings
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
    """A number that needs one more tap: its unit, which number it is, or a yes to an unusual value.

    ``entered`` holds numbers and a unit only; `propose_again` gives the proposal back from it.
    """

    entered: str
    why: Literal["unit", "number", "unusual"]
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
    r"(?P<relation><=|>=|=<|=>|[<>=≤≥≦≧⩽⩾])?\s*(?P<number>[0-9][0-9.,]*)"
    r"(?:\s*/\s*(?P<divisor>[0-9][0-9.,]*))?\s*(?P<unit>.*)"
)
_STORED: Final = re.compile(
    r"(?P<relation>[<>]=?)?(?P<number>[0-9.|]+)(?:/(?P<divisor>[0-9.|]+))?(?: (?P<unit>.+))?"
)
"""What a proposal keeps: a point is decimal there, and ``|`` stands between what may be meant."""
_GROUP: Final = re.compile(r"(?:\s|['’_])[0-9]{3}(?![0-9])")
_EXPONENT: Final = re.compile(r"(?:e|\^|\*\*)\s*[+\-]?[0-9].*")
_POINT_TEN: Final = re.compile(r"[.,]10$")
_POWER: Final = re.compile(r"e\s*[0-9]")
"""``25.10e9/L`` is 25 times a power of ten to one who writes the point for *times*, and 25.10 to another."""
_FRACTION: Final = re.compile(r"([1-9])/([2-9])")
_LONG_NUMBER: Final = re.compile(rf"(?:\d[ \-]?){{{IDENTIFIER_DIGITS},}}")


def _spelled(key: str, *always: str) -> str:
    """Return a regular expression for what any language's words have under a key, or any of `always`."""
    found = (words("dialogs", code)["patterns"][key] for code in LANGUAGES)
    return "|".join(filter(None, (*always, *found)))


@cache
def _another_number() -> re.Pattern[str]:
    return re.compile(rf"(?:{_spelled('between_numbers', '[-–—~〜,;:+&|/]')})?\s*[<>=≤≥]?\s*[0-9]")


@cache
def _dates() -> re.Pattern[str]:
    year, month = _spelled("year", "[-/.]"), _spelled("month", "[-/.]")
    return re.compile(
        rf"(?<!\d)(?:(?:19|20)\d\d\s*(?:{year})\s*\d{{1,2}}\s*(?:{month})\s*\d{{1,2}}"
        r"|\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(?:19|20)?\d\d)(?!\d)"
    )


def looks_like_identifier(text: str) -> bool:
    """Say whether a text may hold a date of birth, or a phone, identity or record number."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_dates().search(plain) or _LONG_NUMBER.search(plain))


def read(protocol: Protocol, question: Question, text: str, unit: str | None = None) -> Reading:
    """Read `text` as an answer to `question`.

    `unit` is the only unit that can be meant, where the dialogue knows it (a ULN has its value's unit).
    """
    said = fold(text)
    if not said:
        return Refused("empty")
    if looks_like_identifier(said):
        return Refused("identifier")
    if len(said) > MAX_TEXT:
        return Refused("too_long")
    codes = [code for code, spellings in _names(question).items() if said in spellings]
    if len(codes) == 1:
        return Understood(((question.id, Choice(codes[0])),))
    if codes or question.kind == "choice" or not any(c.isnumeric() for c in said):
        likely = tuple(((question.id, Choice(code)),) for code in codes or _likely(question, said))
        return Refused("not_an_option" if question.kind == "choice" else "not_a_number", likely=likely)
    return _read_number(protocol, question, said, unit)


def accept(protocol: Protocol, given: Given) -> Reading:
    """Weigh a number whose unit is known: understood, proposed if unusual, refused if impossible."""
    given = tuple(
        (question_id, _whole(protocol.question(question_id), answer)) for question_id, answer in given
    )
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
    return Proposal(_written([given]), "unusual", (given,))


def _whole(question: Question, answer: Answer) -> Answer:
    """A whole number is kept without decimals: ``65.0`` years are 65."""
    if question.kind != "integer" or not isinstance(answer, Measurement):
        return answer
    whole = answer.value.to_integral_value()
    return replace(answer, value=whole) if whole == answer.value else answer


def propose_again(
    protocol: Protocol, question: Question, entered: str, unit: str | None = None
) -> Proposal | None:
    """Rebuild a stored proposal from its ``entered`` text; ``None`` if it no longer is one."""
    match = _STORED.fullmatch(fold(entered))
    if match is None:
        return None
    numbers = [
        tuple(Decimal(one) for one in match[part].split("|")) if match[part] else ()
        for part in ("number", "divisor")
    ]
    reading = _weigh_number(protocol, question, match, numbers[0], numbers[1], unit)
    return reading if isinstance(reading, Proposal) else None


def with_unit(
    protocol: Protocol, question: Question, entered: str, text: str, unit: str | None = None
) -> Reading | None:
    """Read `text` as the unit that a proposal waits for; ``None`` if it is not a unit of this question."""
    spelled = fold(text)
    if not spelled or isinstance(_units(question, spelled, unit), Refused):
        return None
    match = _STORED.fullmatch(f"{entered} {spelled}")
    if match is None or "|" in entered:
        return None
    divisor = (Decimal(match["divisor"]),) if match["divisor"] else ()
    return _weigh_number(protocol, question, match, (Decimal(match["number"]),), divisor, unit)


# words -------------------------------------------------------------------------------------------


@cache
def _spellings(section: str) -> Mapping[str, frozenset[str]]:
    """Spellings of all languages by the code of an answer: those that are understood, or those only offered."""
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, spellings in words("dialogs", language)[section].items():
            found.setdefault(code, set()).update(map(fold, spellings))
    return {code: frozenset(spellings) for code, spellings in found.items()}


def _listed(section: str, code: str) -> frozenset[str]:
    return _spellings(section).get(code, frozenset())


@lru_cache(maxsize=1024)
def _names(question: Question) -> Mapping[str, frozenset[str]]:
    """Every spelling that is taken, by the code that it means: option, shortcut, or *unknown*."""
    texts = {UNKNOWN.code: question.unknown}
    texts |= {option.code: option.text for option in question.options}
    texts |= {shortcut.code: shortcut.text for shortcut in question.shortcuts}
    return {
        code: frozenset(
            {
                fold(code),
                fold(code.replace("_", " ")),
                *map(fold, text.values()),
                *_listed("understood", code),
            }
        )
        for code, text in texts.items()
    }


_CLOSE: Final = 0.8
"""Spellings that share so much of their letters differ by a slip: a letter missing, added or exchanged."""
_LONG_WORD: Final = 4


def _likely(question: Question, said: str) -> list[str]:
    """Name the options that a word begins, resembles or may mean. They are offered, never taken.

    A word that also stands for something worse is not offered as the harmless option alone.
    """
    names = {code: spelled for code, spelled in _names(question).items() if code != UNKNOWN.code}
    wider = {code: _listed("offered", code) for code in names}
    part_of_one = any(said in name for spelled in names.values() for name in spelled)
    if part_of_one and not any(said in words for words in wider.values()):
        wider = dict.fromkeys(names, frozenset())
    return [
        code
        for code, spelled in names.items()
        if said in wider[code] or any(_resembles(said, name) for name in spelled | wider[code])
    ]


@cache
def _negations() -> re.Pattern[str]:
    return re.compile(_spelled("negation"))


def _resembles(said: str, name: str) -> bool:
    if len(said) < 2 or any(map(str.isnumeric, said + name)):
        return False
    if bool(_negations().search(said)) != bool(_negations().search(name)):
        return False
    shared = set(re.findall(r"\w+", said)) & set(re.findall(r"\w+", name))
    return (
        name.startswith(said)
        or any(len(word) >= _LONG_WORD for word in shared)
        or (not name.isascii() and (said in name or name in said))
        or _share(said, name) >= _CLOSE
    )


def _share(one: str, other: str) -> float:
    """Say how much of their letters two spellings share, in their order; 0 where their lengths forbid it."""
    if 2 * min(len(one), len(other)) < _CLOSE * (len(one) + len(other)):
        return 0
    return SequenceMatcher(None, one, other).ratio()


# numbers -----------------------------------------------------------------------------------------


def _read_number(protocol: Protocol, question: Question, said: str, only: str | None) -> Reading:
    if unicodedata.category(said[0]) in ("Pd", "Sm") and said[0] not in _RELATIONS:
        return Refused("sign")
    match = _NUMBER.fullmatch(said)
    if match is None:
        return Refused("digits" if has_foreign_digits(said) else "not_a_number")
    digits, divisor = match["number"], match["divisor"] or ""
    if max(sum(map(str.isdigit, number)) for number in (digits, divisor)) > MAX_DIGITS:
        return Refused("too_many_digits")
    if _POINT_TEN.search(digits) and _POWER.match(match["unit"]):
        return Refused("exponent")
    if _FRACTION.fullmatch(f"{digits}/{divisor}") and digits < divisor:
        return Refused("fraction")
    values, divisors = meanings(digits), meanings(divisor) if divisor else ()
    if not values or (divisor and not divisors):
        return Refused("not_a_number")
    return _weigh_number(protocol, question, match, values, divisors, only)


def _weigh_number(
    protocol: Protocol,
    question: Question,
    match: re.Match[str],
    values: Sequence[Decimal],
    divisors: Sequence[Decimal],
    only: str | None,
) -> Reading:
    """Weigh every answer that the numbers can mean in every unit that can be meant."""
    relation, spelled = _RELATIONS[match["relation"] or ""], match["unit"] or ""
    if relation != "=" and not question.bounds:
        return Refused("no_bounds")
    units = _units(question, spelled, only)
    if isinstance(units, Refused):
        return units
    if len(values) == 1 and not values[0] and relation == "=" and not spelled:
        for shortcut in question.shortcuts:
            if shortcut.means.value == 0:
                return Understood(((question.id, Choice(shortcut.code)),))
    given: list[Given] = []
    for value, divisor, unit in product(values, divisors or (None,), units):
        first: tuple[str, Answer] = (question.id, Measurement(relation, value, unit.code))
        if divisor is None:
            given.append((first,))
        elif unit.per is not None and unit.code in protocol.question(unit.per).unit_by_code:
            given.append((first, (unit.per, Measurement("=", divisor, unit.code))))
    if not given:
        return Refused("one_number")
    known = spelled != "" or len(units) == 1
    if len(values) > 1 or len(divisors) > 1:
        return _proposed(protocol, given, "number", known)
    return accept(protocol, given[0]) if known else _proposed(protocol, given, "unit", known)


def _proposed(
    protocol: Protocol, given: Sequence[Given], why: Literal["unit", "number"], known: bool
) -> Proposal | Refused:
    """Propose what is possible; all that was meant stands in ``entered``, so that it can be read again."""
    possible: list[Given] = []
    refused: list[Refused] = []
    for candidate in given:
        reading = accept(protocol, candidate)
        if isinstance(reading, Refused):
            refused.append(reading)
        else:
            possible.append(reading.given if isinstance(reading, Understood) else reading.candidates[0])
    return Proposal(_written(given, unit=known), why, tuple(possible)) if possible else refused[0]


def unit_called(question: Question, spelled: str, only: str | None) -> Unit | Refused | None:
    """Find the unit of a number that a file holds as a number; ``None`` if none is named and several can be meant."""
    units = _units(question, fold(spelled), only)
    if isinstance(units, Refused):
        return units
    return units[0] if spelled or len(units) == 1 else None


def _units(question: Question, spelled: str, only: str | None) -> list[Unit] | Refused:
    allowed = [unit for unit in question.units if only in (None, unit.code)]
    if not spelled:
        return allowed
    unit = _unit_spellings(question).get(_spelling(spelled))
    if unit is None:
        return Refused(_no_unit(spelled))
    return [unit] if unit in allowed else Refused("unit_must_match", {"unit": only or ""})


@lru_cache(maxsize=1024)
def _unit_spellings(question: Question) -> Mapping[str, Unit]:
    """The unit that each spelling means; a spelling that two units claim means neither, unless it is a code."""
    claims: dict[str, list[Unit]] = {}
    for unit in question.units:
        for spelling in {_spelling(fold(s)) for s in (unit.code, *unit.label.values(), *unit.spellings)}:
            claims.setdefault(spelling, []).append(unit)
    codes = [_spelling(fold(unit.code)) for unit in question.units]
    sure = {spelling: units[0] for spelling, units in claims.items() if len(units) == 1}
    named = zip(codes, question.units, strict=True)
    return sure | {code: unit for code, unit in named if codes.count(code) == 1}


def _no_unit(rest: str) -> str:
    """Say what stands after a number and is no unit."""
    if has_foreign_digits(rest):
        return "digits"
    if _GROUP.match(f" {rest}") or _GROUP.match(rest):
        return "grouped"
    if _EXPONENT.fullmatch(rest):
        return "exponent"
    return "one_number" if _another_number().match(rest) else "unknown_unit"


_POWERS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _spelling(text: str) -> str:
    """One way of writing a unit: ``×10⁹ / L``, ``x10^9/L`` and ``x 10*9/L.`` are the same."""
    starred = re.sub(r"10[⁰¹²³⁴⁵⁶⁷⁸⁹]", lambda power: f"10*{power[0][2].translate(_POWERS)}", text)
    starred = re.sub(r"(?<=10)(?:\^|\*\*)(?=[0-9])", "*", re.sub(r"^[·.](?=10\*)", "x", starred))
    return re.sub(r"\s(?![0-9])|(?<=x)\s(?=10\*)", "", starred).removesuffix(".")


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


def _written(given: Sequence[Given], *, unit: bool = True) -> str:
    """Write numbers so that `propose_again` gives them back: ``28/21 umol/L``, ``1500|1.500 /uL``."""
    measured = [[answer for _, answer in one if isinstance(answer, Measurement)] for one in given]
    first = measured[0][0]
    relation = "" if first.relation == "=" else first.relation
    columns = (
        "|".join(dict.fromkeys(plain(m.value) for m in column)) for column in zip(*measured, strict=True)
    )
    return f"{relation}{'/'.join(columns)}{f' {first.unit}' if unit else ''}"


def unit_for(protocol: Protocol, question: Question, facts: Sequence[Answer | None]) -> str | None:
    """Return the unit that an answer must have: that of the value whose limit it is, if it is known."""
    if question.unit_of is None:
        return None
    value = facts[protocol.position[question.unit_of]]
    return value.unit if isinstance(value, Measurement) else None
