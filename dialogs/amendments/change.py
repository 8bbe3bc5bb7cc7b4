"""A change of one thing, as it will be said: its phrase, and the words that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dialogs.changed_words import changed_words

About = Literal["trial", "part", "criterion", "line", "question"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it is about, by code or id of the new version, and which phrase says it with which values.

    ``language`` is the code of that whose texts changed, where it is another one than the changes are told in.
    """

    about: About
    name: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


def differing(about: About, name: str, pairs: Iterable[tuple[str, str, str]]) -> Iterator[Change]:
    """Yield a change for each (phrase, before, after) that differs, with the changed words."""
    for key, before, after in pairs:
        if before != after:
            yield Change(about, name, key, {"changed": changed_words(before, after)})


def listed(about: About, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Yield what is new, dropped and reworded of things that have a code."""
    for code, text in after.items():
        if code not in before:
            yield Change(about, code, "added", {"words": text})
        elif text != before[code]:
            yield Change(about, code, "reworded", {"changed": changed_words(before[code], text)})
    for code, text in before.items():
        if code not in after:
            yield Change(about, code, "dropped", {"words": text})
