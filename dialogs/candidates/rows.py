"""A candidate as read from a list, and what can be wrong with it or with the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from dialogs.answers import Answer, plain
from dialogs.errors import DialogError

MAX_NAME: Final = 80
SHOWN: Final = 40
"""Of what stands in a list, no more than so many characters are repeated in a message."""
LIKE: Final = 0.7
"""How alike, by difflib, a column must be to one of ours for ours to be offered: *patient* is no *platelets*."""


class BadFile(DialogError):
    """The file as a whole cannot be read. ``code`` names the phrase that says so, ``details`` what it needs."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.details: Mapping[str, str] = details


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell of a workbook that is neither a text nor a number; ``code`` says what it is."""

    code: str


Cell = str | Decimal | Unreadable


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, or with one of its answers; ``code`` names the phrase that says so."""

    code: str
    question: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    against: str | None = None
    """Another question, whose answer it contradicts."""

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions whose answers it makes useless; none, if it is the row that is wrong."""
        return tuple(each for each in (self.question, self.against) if each is not None)


@dataclass(slots=True)
class Row:
    """One candidate: a name that is not a patient's, the answers, and what is wrong with them."""

    number: int
    name: str
    answers: dict[str, Answer] = field(default_factory=dict)
    unusual: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Object(dict[str, Any]):
    """A JSON object that remembers which keys stand in it twice."""

    __slots__ = ("twice",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.twice = sorted({key for key in keys if keys.count(key) > 1}) if len(self) < len(keys) else []


def begin_row(number: int, name: Cell, seen: dict[str, int]) -> Row:
    """Begin a row; its name must tell it from the others in whatever is printed."""
    text = name.strip() if isinstance(name, str) else plain(name) if isinstance(name, Decimal) else ""
    row = Row(number, text)
    if not text:
        row.faults.append(Fault("name_missing"))
    elif len(text) > MAX_NAME or not text.isprintable():
        row.faults.append(Fault("name_unprintable", details={"limit": str(MAX_NAME)}))
    elif text in seen:
        row.faults.append(Fault("name_twice", details={"other": str(seen[text])}))
    seen.setdefault(text, number)
    return row


def require_known(known: Sequence[str], unknown: Sequence[str]) -> None:
    """Raise `BadFile` that names the first unknown column, the nearest known one, and how many more there are."""
    if not unknown:
        return
    told = unknown[0][:SHOWN].lower()
    of_a_trial = [name for name in known if name.endswith(f"/{unknown[0]}")]
    longer = [name for name in known if name.startswith(f"{told}_")]
    near = of_a_trial or get_close_matches(told, known, 1, LIKE)[:1] or longer[:1]
    details = {"likely": ", ".join(near)} if near else {}
    if len(unknown) > 1:
        details["more"] = str(len(unknown) - 1)
    raise BadFile("list_unknown_column", column=shown(unknown[0]), **details)


def shown(text: str, limit: int = SHOWN) -> str:
    """Return the beginning of a text, with what a terminal would not print as it is written out."""
    short = text if len(text) <= limit else f"{text[:limit]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)
