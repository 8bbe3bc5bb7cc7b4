"""What a typed answer is read as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dialogs.answers import Answer

Given = tuple[tuple[str, Answer], ...]
"""Answers by question id: one, or a value with its ULN."""


@dataclass(frozen=True, slots=True)
class Understood:
    """``exactly`` says that a time was typed as exact: *exactly 5 years ago*, ``=5 years``."""

    given: Given
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A number that needs one more tap: its unit, which number it is, its side of a limit, a yes to an unusual value.

    ``entered`` holds numbers and a unit only; `propose_again` gives the proposal back from it.
    """

    entered: str
    why: Literal["unit", "number", "limit", "unusual"]
    candidates: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A code for the phrase that says what to do, and what the phrase needs."""

    code: str
    details: Mapping[str, str] = field(default_factory=dict)
    likely: tuple[Given, ...] = ()


Reading = Understood | Proposal | Refused
