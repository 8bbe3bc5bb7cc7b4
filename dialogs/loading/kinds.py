"""The kinds of values in a protocol file: how each is called, and how it is read or refused.

A value that is not of its kind is reported and reading goes on, so that all mistakes of a file are told at once.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from dialogs.answers import Measurement, Relation
from dialogs.errors import Fault
from dialogs.languages import DEFAULT, typed_by_authors
from dialogs.loading.meant import flag_meant, list_meant, number_meant, one_meant, range_meant, text_meant
from dialogs.loading.writing import value_of
from dialogs.texts import Text
from dialogs.units import Exact, Range, exact

MAX_SHOWN: Final = 60
"""Characters of a value that a message shows."""
_NAME: Final = re.compile(r"[!-~]+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*")
_EXAMPLES: Final = 'its code in Latin letters, such as "zh"'
_NUMBER: Final = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?")
_MEASURED: Final = re.compile(rf"(<=|>=)?({_NUMBER.pattern}) (\S+)")
_NOT_FOR_QUESTIONS: Final = ("excluded", "review", "completed", "cancelled", "unclear", "unknown")
"""States of a dialogue, and words of the rule language."""


@dataclass(slots=True)
class Report:
    """The faults found in one file, and the languages that its texts must be in.

    What is ``stored`` was accepted before: a check that is newer than that is not made of it.
    """

    languages: tuple[str, ...] = ()
    stored: bool = False
    rounds: bool = False
    """Whether numbers that are worked out are rounded before they are compared."""
    owners: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The tables that have a key, such as ``question``, by its name."""
    at_the_top: Collection[str] = ()
    """The keys that stand outside of any table."""
    faults: list[Fault] = field(default_factory=list)

    @property
    def first_language(self) -> str:
        """The language that a plain text is in."""
        return self.languages[0] if self.languages else DEFAULT

    def fault(self, place: str, fault: str, remedy: str, line: int = 0) -> None:
        """Report a fault; `line` is that of the text at its place, counted from 0."""
        self.faults.append(Fault(place, fault, remedy, within=line))

    def once(self, place: str, fault: str, remedy: str) -> None:
        """Report a fault that is found wherever it matters, and stands at one place."""
        if Fault(place, fault, remedy) not in self.faults:
            self.fault(place, fault, remedy)

    def undeclared(self, place: str, language: str) -> None:
        """Report a language that the file does not name: once, whatever the number of its texts."""
        fault = f"language {language!r} is not declared"
        if not any(each.fault == fault for each in self.faults):
            listed = ", ".join(f'"{each}"' for each in (*self.languages, language))
            self.fault(place, fault, f"Please write languages = [{listed}] at the top, or take it out")

    def by_part(self) -> list[Fault]:
        """Return the faults with those of one question, criterion or other part together."""
        parts = list(dict.fromkeys(fault.place.partition(":")[0] for fault in self.faults))
        return sorted(self.faults, key=lambda fault: parts.index(fault.place.partition(":")[0]))

    def unique(self, what: str, names: Iterable[str]) -> None:
        """Report each name that stands more than once, at its second place."""
        for name, count in Counter(names).items():
            if count > 1:
                self.fault(f"{what} {name} (2)", f"stands {count} times", "Please give each its own")


Schema = Mapping[str, Any]


class KindError(Exception):
    """A value is not of its kind; carries what is wrong and what to write instead."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: how it is called, how one is read, at a place of the file, and its JSON Schema.

    ``reader`` raises `KindError` for a value of which nothing can be used. What is wrong inside of one, it reports.
    """

    said: str
    reader: Callable[[Any, str, Report], Any]
    schema: Schema

    def read(self, raw: Any, place: str, report: Report) -> Any:
        """Return the value; ``None`` for one that is not of this kind, which is reported."""
        try:
            return self.reader(raw, place, report)
        except KindError as error:
            report.fault(place, error.fault, error.remedy)
            return None


def simple(said: str, turn: Callable[[Any], Any], schema: Schema) -> Kind:
    """Return a kind of value that `turn` makes of what stands in the file, or raises `KindError`."""
    return Kind(said, lambda raw, place, report: turn(raw), schema)


def as_it_stands(
    said: str,
    fits: Callable[[Any], object],
    schema: Schema,
    meant: Callable[[Any], Any] = lambda raw: None,
) -> Kind:
    """Return a kind of value that is taken as it stands in the file, if it fits.

    `meant` returns what was likely meant by one that does not fit, or ``None``.
    """

    def turn(raw: Any) -> Any:
        if fits(raw):
            return raw
        likely = meant(raw)
        remedy = f"Please write {said if likely is None else value_of(likely)}"
        raise KindError(f"{shown(raw)} is not {said}", remedy)

    return simple(said, turn, schema)


def shown(raw: Any) -> str:
    """Return a value as it stands in the file, at some length."""
    text = value_of(raw)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def one_of(*names: str) -> Kind:
    def turn(raw: Any) -> Any:
        if raw in names:
            return raw
        raise KindError(f"{shown(raw)} is not known", one_meant(raw, names))

    return simple(f"one of {', '.join(names)}", turn, {"enum": list(names)})


def either(one: Kind, other: Kind) -> Kind:
    """Return the kind of value that is of kind `one` if it is a text, else of kind `other`."""

    def reader(raw: Any, place: str, report: Report) -> Any:
        return (one if isinstance(raw, str) else other).reader(raw, place, report)

    return Kind(f"{one.said}, or {other.said}", reader, {"anyOf": [one.schema, other.schema]})


def _are_words(raw: Any) -> bool:
    return isinstance(raw, list) and all(isinstance(item, str) for item in raw)


def is_question_id(raw: str) -> bool:
    return (
        raw.isascii() and raw.isidentifier() and not keyword.iskeyword(raw) and raw not in _NOT_FOR_QUESTIONS
    )


def _question_id(raw: Any) -> str:
    if isinstance(raw, str) and is_question_id(raw):
        return raw
    plain = (
        re.sub(r"\W+", "_", raw.strip(), flags=re.ASCII).strip("_").lower() if isinstance(raw, str) else ""
    )
    if plain and is_question_id(plain):
        raise KindError(f"{shown(raw)} cannot be used as a name in rules", f'Please write "{plain}"')
    remedy = f"Please use Latin letters (a-z), digits and _, and none of: {', '.join(_NOT_FOR_QUESTIONS)}"
    raise KindError(f"{shown(raw)} cannot be used as a name in rules", remedy)


def _languages(raw: Any) -> tuple[str, ...]:
    if raw and _are_words(raw):
        return tuple(raw)
    raise KindError("is not a list of languages", 'Please write, for example, ["en", "zh"]')


def _declared(raw: Any, place: str, report: Report) -> tuple[str, ...]:
    """Read the languages of a file; what an earlier version stored is read as it stands."""
    listed = _languages(raw)
    for each in () if report.stored else listed:
        if not _LANGUAGE.fullmatch(each):
            called = dict(row.split(": ") for row in typed_by_authors("languages"))
            code = called.get(each.casefold())
            remedy = f"Please write {_EXAMPLES if code is None else shown(code)}"
            report.fault(place, f"{shown(each)} is no code of a language", remedy)
    return listed


def _number(raw: Any) -> Decimal:
    text = format(raw, "f") if isinstance(raw, Decimal) else raw
    if isinstance(text, str | int) and _NUMBER.fullmatch(str(text)):
        return Decimal(str(text))
    meant = number_meant(raw)
    remedy = f"Please write {meant}" if meant is not None else "Please write it in digits, such as 16.114"
    raise KindError(f"{shown(raw)} is not an exact number", remedy)


def _ratio(raw: Any) -> Exact:
    """Read an exact number, or one of two: from °F to °C it is ``5/9``, which no decimals write."""
    above, slash, below = raw.partition("/") if isinstance(raw, str) else (raw, "", "")
    if not slash:
        return _number(raw)
    ratio = Fraction(_number(above)) / (Fraction(_number(below)) or 1)
    return exact(ratio)


def _range(raw: Any) -> Range:
    if isinstance(raw, list) and len(raw) == 2:
        low, high = _number(raw[0]), _number(raw[1])
        if low <= high:
            return low, high
        raise KindError("its lowest number stands second", f"Please write [{high}, {low}]")
    meant = range_meant(raw)
    remedy = "two numbers: [lowest, highest]" if meant is None else value_of(meant)
    raise KindError(f"{shown(raw)} is not a range", f"Please write {remedy}")


def _measurement(raw: Any) -> Measurement:
    match = _MEASURED.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise KindError(f"{shown(raw)} is not a number and a unit", 'Please write it as in "<=1 {xULN}"')
    relation: Relation = match[1] or "="  # type: ignore[assignment]  # the pattern allows no other
    return Measurement(relation, Decimal(match[2]), match[3])


def _facts(raw: Any) -> dict[str, str]:
    if isinstance(raw, dict):
        return {key: str(value) for key, value in raw.items()}
    raise KindError(f"{shown(raw)} is not a table", "Please write key = value pairs")


def _results(raw: Any) -> dict[str, tuple[str, str]]:
    if isinstance(raw, dict) and all(isinstance(pair, list) and len(pair) == 2 for pair in raw.values()):
        return {code: (str(original), str(standard)) for code, (original, standard) in raw.items()}
    remedy = 'Please write, for each option, ["original", "standard"]'
    raise KindError("is not a table of two results an option", remedy)


def _text(raw: Any, place: str, report: Report) -> Text | None:
    """Read a text, in the first language of the file or in some or all of them; one of ours is in all of ours."""
    if isinstance(raw, Text):
        return raw
    if isinstance(raw, str) and raw.strip():
        return Text({report.first_language: raw})
    if not isinstance(raw, dict):
        meant, languages = text_meant(raw), ", ".join(f"{language} = ..." for language in report.languages)
        remedy = f'it in quotes, "...", or {{ {languages} }}' if meant is None else value_of(meant)
        raise KindError(f"{shown(raw)} is not a text in quotes", f"Please write {remedy}")
    for language, text in raw.items():
        if report.languages and language not in report.languages:
            report.undeclared(place, language)
        elif not isinstance(text, str) or not text.strip():
            remedy = "Please write it in quotes, or leave it out"
            report.fault(place, f"{language} = {shown(text)} is not a text", remedy)
    if not any(language in raw for language in report.languages):
        raise KindError("is in no language of the file", f'Please add {report.first_language} = "..."')
    given = {language: raw[language] for language in report.languages if isinstance(raw.get(language), str)}
    return Text(given) if given else None


def _texts(raw: Any, place: str, report: Report) -> tuple[Text, ...]:
    if not isinstance(raw, list):
        raise KindError(f"{shown(raw)} is not a list of texts", "Please write [{ ... }, { ... }]")
    texts = (TEXT.read(text, f"{place}[{index}]", report) for index, text in enumerate(raw, 1))
    return tuple(text for text in texts if text is not None)


_STRING: Final[Schema] = {"type": "string"}
_DIGITS: Final[Schema] = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_NUMBER.pattern}$"}]
}
_RATIO: Final[Schema] = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_NUMBER.pattern}(/{_NUMBER.pattern})?$"}]
}
_TEXT: Final[Schema] = {"anyOf": [_STRING, {"type": "object", "additionalProperties": _STRING}]}
_IN_RULES: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}


def _list(of: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": of, **more}


def _table_of(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


WORDS: Final = as_it_stands("a text in quotes", lambda raw: isinstance(raw, str), _STRING, text_meant)
FLAG: Final = as_it_stands(
    "true or false", lambda raw: isinstance(raw, bool), {"type": "boolean"}, flag_meant
)
LIST: Final = as_it_stands("a list of texts", _are_words, _list(_STRING), list_meant)
CODES: Final = as_it_stands(
    "a table of texts",
    lambda raw: isinstance(raw, dict) and _are_words(list(raw.values())),
    _table_of(_STRING),
)
NAME: Final = as_it_stands(
    "a name of Latin letters (a-z), digits and signs",
    lambda raw: isinstance(raw, str) and _NAME.fullmatch(raw),
    {"type": "string", "pattern": f"^{_NAME.pattern}$"},
    text_meant,
)
QUESTION_ID: Final = simple("a name of letters, digits and _", _question_id, _IN_RULES)
LANGUAGES: Final = Kind("a list of languages", _declared, _list(_STRING, minItems=1))
NUMBER: Final = simple("an exact number", _number, _DIGITS)
DECIMALS: Final = as_it_stands(
    "a whole number from 0 to 12",
    lambda raw: type(raw) is int and 0 <= raw <= 12,
    {"type": "integer", "minimum": 0, "maximum": 12},
)
RATIO: Final = simple('an exact number, or a ratio such as "5/9"', _ratio, _RATIO)
RANGE: Final = simple("two exact numbers: lowest and highest", _range, _list(_DIGITS, minItems=2, maxItems=2))
MEASUREMENT: Final = simple(
    "a number and a unit, in quotes", _measurement, {"type": "string", "pattern": f"^{_MEASURED.pattern}$"}
)
FACTS: Final = simple("a table", _facts, {"type": "object"})
RESULTS: Final = simple(
    "a table: option = [original, standard]", _results, _table_of(_list({}, minItems=2, maxItems=2))
)
TEXT: Final = Kind("a text, or one in every language", _text, _TEXT)
TEXTS: Final = Kind("a list of texts", _texts, _list(_TEXT))
