"""What the interface says: the phrases of a language, from its file in ``words/``.

Phrases are Telegram's HTML; values are escaped when they are put in, unless they are `Safe` already.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from bot.exchange import Safe
from dialogs.languages import LANGUAGES, in_every_language, numbered, or_default, words


@dataclass(frozen=True)
class Phrases:
    """The phrases of one language; called with a key and the values of its placeholders.

    A phrase that counts has a text for each plural form of its language; its ``n`` says which.
    """

    language: str
    texts: Mapping[str, str | Mapping[str, str]]
    words: Mapping[str, frozenset[str]]

    def __call__(self, key: str, **values: object) -> Safe:
        escaped = {name: escape(value) for name, value in values.items()}
        return Safe(self._text(key, values).format_map(escaped))

    def plain(self, key: str, **values: object) -> str:
        """Return a phrase without markup or escaping, for buttons and files."""
        return self._text(key, values).format_map(values)

    def _text(self, key: str, values: Mapping[str, Any]) -> str:
        text = self.texts[key]
        return text if isinstance(text, str) else numbered(text, values["n"], self.language)


def escape(value: object) -> Safe:
    """Escape a value for HTML; invisible direction marks and control characters are dropped."""
    if isinstance(value, Safe):
        return value
    text = "".join(c for c in str(value) if c in "\n\t" or (c.isprintable() and c not in _BIDI))
    return Safe(html.escape(text, quote=False))


_BIDI: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def lines(*parts: Safe | None) -> Safe:
    """Join the parts that are there, one a line."""
    return Safe("\n".join(part for part in parts if part))


def joined(names: Iterable[str], say: Phrases) -> str:
    """Join names with the comma of the language."""
    return say.plain("list").join(names)


def named(name: str, what: str, say: Phrases) -> str:
    """Say what something is behind its name, unless it begins with that: *ECOG 1* is no *ECOG: ECOG 1*."""
    return what if what.startswith(name) else say.plain("named", name=name, what=what)


def gap(part: Safe) -> Safe:
    """Set a part off from what stands before it by an empty line."""
    return Safe(f"\n{part}")


def quoted(text: Safe) -> Safe:
    """Set what need not be read each time as a quotation: three lines of it are shown, a tap shows the rest.

    Raises `ValueError` for a text with a quotation in it: Telegram knows none inside another.
    """
    if "<blockquote" in text:
        raise ValueError("a quotation in a quotation")
    return Safe(f"<blockquote expandable>{text}</blockquote>")


def plain(markup: str) -> str:
    """Turn Telegram's HTML into plain text.

    A quotation inside of a line stands in quotation marks, others in lines of their own.
    """
    text = _QUOTATION.sub(lambda found: _plain_quotation(found[1], found[2]), markup)
    return html.unescape(re.sub(r"</?\w+[^>]*>", "", text))


def _plain_quotation(before: str, text: str) -> str:
    return f"\n{text}" if "\n" in before or "\n" in text else f' "{text}"'


_QUOTATION: Final = re.compile(r"(\s*)<blockquote(?: expandable)?>(.*?)</blockquote>", re.DOTALL)


@cache
def phrases(language: str) -> Phrases:
    """Load the phrases of a language; English for one that there is no file for.

    Verdicts (``verdict_eligible``) and punctuation (``list``) are those of `dialogs`, which says them too.
    """
    code = or_default(language)
    texts, shared = dict(words("bot.wording", code)), words("dialogs", code)
    typed = {word: frozenset(spellings) for word, spellings in texts.pop("words").items()}
    texts |= shared["punctuation"] | {f"verdict_{key}": said for key, said in shared["verdict"].items()}
    # whoever cannot read the language of the chat must find the way to another
    texts["command_language"] = " / ".join(in_every_language("bot.wording", "command_language").values())
    return Phrases(code, texts, typed)


@lru_cache
def means(word: str, text: str) -> bool:
    """Say whether a typed text is one of the words for an action, in any language."""
    said = text.strip().casefold().lstrip("/")
    return any(said in phrases(language).words.get(word, ()) for language in LANGUAGES)
