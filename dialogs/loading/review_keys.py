"""The keys of a file by which criteria are reviewed: who accepted what, when, and how many persons must."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from dialogs.loading.kinds import WORDS, KindError, as_it_stands, shown, simple
from dialogs.loading.tables import Key, Table

_PERSON: Final = re.compile(r"\S(?:[^\n]{0,38}\S)?")


def is_person(raw: Any) -> bool:
    return isinstance(raw, str) and _PERSON.fullmatch(raw) is not None


def _day(raw: Any) -> str:
    """Read a day as a text in quotes, or as a date of TOML."""
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError as error:
        raise KindError(f"{shown(raw)} is not a day", 'Please write it as in "2026-11-26"') from error


PERSONS: Final = as_it_stands(
    "a whole number from 1 to 9",
    lambda raw: type(raw) is int and 1 <= raw <= 9,
    {"type": "integer", "minimum": 1, "maximum": 9},
)
PERSON: Final = as_it_stands(
    'initials or a code, such as "LW"',
    is_person,
    {"type": "string", "pattern": f"^{_PERSON.pattern}$"},
)
DAY: Final = simple('a day, such as "2026-11-26"', _day, {"type": "string", "format": "date"})
FINGERPRINT: Final = as_it_stands(
    "8 digits that `prescreen protocol review` writes",
    lambda raw: isinstance(raw, str) and re.fullmatch("[0-9a-f]{8}", raw),
    {"type": "string", "pattern": "^[0-9a-f]{8}$"},
)
RULE: Final = as_it_stands("a rule", lambda raw: isinstance(raw, str), {"type": "string"})
REVIEW: Final = Table(
    "review",
    "A person accepted a criterion. `prescreen protocol review` writes these; one whose criterion, or a question of "
    "whose rule, was changed after it does not count.",
    (
        Key("by", PERSON, 'Who: initials or a code, such as `"LW"`.'),
        Key("on", DAY, 'When: `"2026-11-26"`.'),
        Key(
            "of",
            FINGERPRINT,
            "Of what: the first 8 digits of a SHA-256 over the criterion, but for its code, and its questions.",
        ),
        Key(
            "rule",
            RULE,
            "The rule that was accepted, empty where there was none: whoever reviews a change of it sees both.",
            None,
        ),
        Key(
            "proposed",
            WORDS,
            "What was said of the proposal that was accepted: its `review` then. Not kept once its rule was changed.",
            "",
        ),
    ),
)
