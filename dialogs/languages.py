"""The languages of the product, and the words of each room in each of them.

A language is one row of `LANGUAGES` and one file beside each room that speaks, ``<room>/words/<code>.toml``.
``python -m tests.languages`` names what a language still lacks. Trials bring their own texts, in their own files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import getitem
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Plural:
    """How a language counts: the forms that a counting phrase has, and which of them a number takes.

    Forms are named as in CLDR: zero, one, two, few, many, other.
    https://cldr.unicode.org/index/cldr-spec/plural-rules
    """

    forms: tuple[str, ...]
    form: Callable[[float], str]


ONE_OR_OTHER: Final = Plural(("one", "other"), lambda number: "one" if number == 1 else "other")
ALWAYS_OTHER: Final = Plural(("other",), lambda number: "other")


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its name in itself, its BCP 47 tag in FHIR, and how it counts."""

    name: str
    tag: str
    plural: Plural


LANGUAGES: Final[Mapping[str, Language]] = {
    "en": Language("English", "en", ONE_OR_OTHER),
    "zh": Language("简体中文", "zh-CN", ALWAYS_OTHER),
}
"""Languages by ISO 639-1 code, as Telegram has it; in this order they are offered."""
DEFAULT: Final = next(iter(LANGUAGES))
"""The language of the command line and of exports, and for whom no language of ours fits."""


def typed_by_authors(what: str) -> tuple[str, ...]:
    """Return what people write for something in the file of a trial, in any language of ours."""
    return tuple(word for code in LANGUAGES for word in words("dialogs", code)["typed_by_authors"][what])


def or_default(language: str) -> str:
    """Return a language that is one of ours, else the default one."""
    return language if language in LANGUAGES else DEFAULT


def fitting(tag: str | None) -> str | None:
    """Return the language of ours that fits a tag such as ``zh-hans`` or ``en-GB``; ``None`` if none does."""
    code = (tag or "").lower().replace("_", "-").split("-")[0]
    return code if code in LANGUAGES else None


def language_of(tag: str | None) -> str:
    """Return the language of ours that fits a tag, or the default one."""
    return fitting(tag) or DEFAULT


@cache
def words(room: str, language: str) -> Mapping[str, Any]:
    """Load a room's words in a language; in the default one for a language that is none of ours.

    `room` is the package beside whose modules the words lie: ``bot.wording``.
    """
    import tomllib
    from importlib import resources

    file = resources.files(room).joinpath("words", f"{or_default(language)}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def in_every_language(room: str, *keys: str) -> dict[str, str]:
    """Return a text of a room by language; `keys` lead to it through the tables of the room's words."""
    return {code: reduce(getitem, keys, words(room, code)) for code in LANGUAGES}  # type: ignore[misc]


def numbered(forms: str | Mapping[str, str], number: object, language: str) -> str:
    """Return the form of a counting phrase for a number; what is no number (a dash) takes the form *other*.

    A language with one form may have it as a plain text.
    """
    if isinstance(forms, str):
        return forms
    if not isinstance(number, int | float):
        return forms["other"]
    return forms[LANGUAGES[or_default(language)].plural.form(number)]


def counted(number: float, one: str, other: str) -> str:
    """Return a number with what it counts, in the English of the command line: ``1 screening``, ``2 screenings``."""
    shown = f"{number:g}" if isinstance(number, float) else str(number)
    return f"{shown} {one if ONE_OR_OTHER.form(number) == 'one' else other}"
