"""What was most likely meant by a key or a value that a file cannot have there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from dialogs.likely import instead, likely

_KEYS: Final[Mapping[str, str]] = {
    "answers": "options",
    "choices": "options",
    "comment": "note",
    "condition": "rule",
    "criterion": "inclusion",
    "exclude": "exclusion",
    "expression": "rule",
    "hint": "help",
    "include": "inclusion",
    "label": "text",
    "logic": "rule",
    "max": "possible",
    "maximum": "possible",
    "min": "possible",
    "minimum": "possible",
    "name": "id",
    "number": "code",
    "prompt": "ask",
    "question": "ask",
    "range": "possible",
    "remark": "note",
    "synonyms": "spellings",
    "text": "ask",
    "type": "kind",
    "unit": "units",
    "value": "code",
    "values": "options",
    "visit": "at",
    "when": "at",
    "wording": "ask",
}
"""Words that people write for a key -> the key, where a table has it."""
_WORDS_OF_THE_RECORD: Final = 'Please write the record\'s words as inclusion = "..." or exclusion = "..."'
KNOWN_SLIPS: Final[Mapping[tuple[str, str], str]] = {
    ("criterion", "kind"): _WORDS_OF_THE_RECORD,
    ("criterion", "source"): _WORDS_OF_THE_RECORD,
    ("criterion", "text"): _WORDS_OF_THE_RECORD,
    ("criterion", "type"): _WORDS_OF_THE_RECORD,
    ("criterion", "id"): "Please write code",
}
"""A table and a key that it has not -> what to write."""
_KINDS: Final[Mapping[str, str]] = {
    "bool": "yes_no",
    "boolean": "yes_no",
    "checkbox": "several",
    "checkboxes": "several",
    "date": "since",
    "decimal": "quantity",
    "dropdown": "choice",
    "duration": "since",
    "float": "quantity",
    "int": "integer",
    "list": "choice",
    "measurement": "quantity",
    "multiple": "several",
    "multiple_choice": "several",
    "number": "quantity",
    "numeric": "quantity",
    "radio": "choice",
    "select": "choice",
    "single": "choice",
    "yesno": "yes_no",
}
"""Words that people write for a kind of question."""
_FLAGS: Final = {
    "true": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "no": False,
    "n": False,
    "0": False,
}
TYPED: Final = r"(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
"""A number as people type it, with commas of thousands or a decimal one."""
_THOUSANDS: Final = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_FROM_TO: Final = re.compile(rf"\s*(-?{TYPED})\s*(?:\D{{1,4}}?)\s*({TYPED})\D*")


def key_meant(name: str, keys: Collection[str]) -> str | None:
    """Return the key that was meant by a name that is none."""
    word = _KEYS.get(name.casefold())
    near = next(iter(get_close_matches(name.casefold(), keys, 1, 0.75)), None)
    return word if word in keys else likely(name, keys) or near


def one_meant(raw: Any, names: Collection[str]) -> str:
    """Return what to write instead of a value that is none of some names."""
    said = str(raw).casefold().replace("-", "_").replace(" ", "_")
    word = _KINDS.get(said) or next(iter(get_close_matches(said, names, 1, 0.75)), None)
    return f'Please write "{word}"' if word in names else instead(str(raw), [f'"{name}"' for name in names])


def text_meant(raw: Any) -> str | None:
    """Return the text that a number, a date or a list of one text stands for."""
    if isinstance(raw, int | Decimal | date | datetime | time) and not isinstance(raw, bool):
        return str(raw)
    return raw[0] if isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], str) else None


def flag_meant(raw: Any) -> bool | None:
    return _FLAGS.get(str(raw).casefold())


def list_meant(raw: Any) -> list[Any] | None:
    """Return the list that one item, or text with commas in it, stands for."""
    if isinstance(raw, str):
        return [part.strip() for part in raw.split(",") if part.strip()]
    return [raw] if isinstance(raw, dict) else None


def without_commas(number: str) -> str:
    """Return a number as it is written here: without commas of thousands, and a decimal one as a point."""
    return number.replace(",", "" if _THOUSANDS.fullmatch(number) else ".")


def range_meant(raw: Any) -> list[Decimal] | None:
    """Return the two numbers that a text such as ``60-180`` stands for."""
    match = _FROM_TO.fullmatch(raw) if isinstance(raw, str) else None
    return [Decimal(without_commas(end)) for end in match.groups()] if match else None


def number_meant(raw: Any) -> Decimal | None:
    """Return the number that a text with a comma or a unit in it stands for."""
    match = re.match(rf"\s*(-?{TYPED})(?!\d)", raw) if isinstance(raw, str) else None
    return Decimal(without_commas(match[1])) if match else None
