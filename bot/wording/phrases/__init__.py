"""What the interface says: one file of phrases a language, checked against each other when loaded.

Phrases are Telegram's HTML; values are escaped when they are put in, unless they are `Safe` already.
"""

from __future__ import annotations

import html
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from bot.exchange import Safe

LANGUAGES: Final = ("en", "zh")
LANGUAGE_NAMES: Final = {"en": "English", "zh": "简体中文"}


@dataclass(frozen=True)
class Phrases:
    """The phrases of one language; called with a key and the values of its placeholders."""

    language: str
    texts: Mapping[str, str]
    words: Mapping[str, frozenset[str]]

    def __call__(self, key: str, **values: object) -> Safe:
        escaped = {name: escape(value) for name, value in values.items()}
        return Safe(self.texts[key].format_map(escaped))

    def plain(self, key: str, **values: object) -> str:
        """Give a phrase without markup or escaping, for buttons and files."""
        return self.texts[key].format_map(values)


def escape(value: object) -> str:
    """Escape a value for HTML; invisible direction marks and control characters are dropped."""
    if isinstance(value, Safe):
        return value
    text = "".join(c for c in str(value) if c in "\n\t" or (c.isprintable() and c not in _BIDI))
    return html.escape(text, quote=False)


_BIDI: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def lines(*parts: Safe | None) -> Safe:
    """Join the parts that are there, one a line."""
    return Safe("\n".join(part for part in parts if part))


def gap(part: Safe) -> Safe:
    """Set a part off from what stands before it by an empty line."""
    return Safe(f"\n{part}")


def plain(markup: str) -> str:
    """Turn Telegram's HTML into plain text; a quotation stands in quotation marks."""
    text = re.sub(r"\s*<blockquote>(.*?)</blockquote>", r' "\1"', markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"</?\w+[^>]*>", "", text))


@lru_cache
def phrases(language: str) -> Phrases:
    """Load the phrases of a language; English for one that there is no file for."""
    return _load(language if language in LANGUAGES else "en")


def language_of(code: str | None) -> str:
    """Give the language of ours that fits a tag such as ``zh-hans`` or ``en-GB``."""
    short = (code or "").lower().replace("_", "-").split("-")[0]
    return short if short in LANGUAGES else "en"


@lru_cache
def means(word: str, text: str) -> bool:
    """Say whether a typed text is one of the words for an action, in any language."""
    said = text.strip().casefold().lstrip("/")
    return any(said in phrases(language).words.get(word, ()) for language in LANGUAGES)


def _load(language: str) -> Phrases:
    raw = tomllib.loads(resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    words = {word: frozenset(spellings) for word, spellings in raw.pop("words").items()}
    return Phrases(language, raw, words)


def placeholders(text: str) -> frozenset[str]:
    """Give the names of the placeholders of a phrase."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def differences() -> list[str]:
    """Name every phrase that is missing in a language or has other placeholders there."""
    english = phrases("en")
    found = []
    for language in LANGUAGES[1:]:
        other = phrases(language)
        found += [f"{language}: {key} is missing" for key in english.texts.keys() - other.texts.keys()]
        found += [f"en: {key} is missing" for key in other.texts.keys() - english.texts.keys()]
        found += [
            f"{language}: {key} has other placeholders"
            for key in english.texts.keys() & other.texts.keys()
            if placeholders(english.texts[key]) != placeholders(other.texts[key])
        ]
        found += [f"{language}: no words for {word}" for word in english.words.keys() ^ other.words.keys()]
    return sorted(found)
