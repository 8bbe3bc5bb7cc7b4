"""Regular expressions and spellings that depend on languages; what is typed is understood in all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from dialogs.languages import LANGUAGES, words
from dialogs.reading.numerals import fold


def in_any_language(key: str, *always: str) -> str:
    """Return a regular expression for what any language's words have under a key, or any of `always`."""
    found = (words("dialogs", code)["patterns"][key] for code in LANGUAGES)
    return "|".join(filter(None, (*always, *found)))


def listed(section: str, code: str) -> frozenset[str]:
    """Return how our languages spell an answer: as *understood*, as that something *is there*, or as only *offered*."""
    return _listed(section).get(code, frozenset())


@cache
def _listed(section: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, spellings in words("dialogs", language)[section].items():
            found.setdefault(code, set()).update(map(fold, spellings))
    return {code: frozenset(spellings) for code, spellings in found.items()}
