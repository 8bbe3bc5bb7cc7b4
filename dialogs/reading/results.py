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
