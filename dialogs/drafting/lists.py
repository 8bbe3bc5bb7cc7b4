"""What the heading of a list makes of its items: only where each of its words is surely understood.

*At least two of the following criteria:* is; *absence of any of the following:*, *any cancer, save for:* and whatever
else has a word that may turn its sense is not, and a reader has to tell. What is known stands in the words of each
language: who, what of them (*history of*, *use of*), when, and how many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.spoken import patterns
from dialogs.languages import LANGUAGES, words

_NUMBERS: Final = {
    spelling: int(number)
    for language in LANGUAGES
    for number, spellings in words("dialogs", language)["ago"]["numbers"].items()
    if number.isdecimal()
    for spelling in spellings
}
_BETWEEN: Final = r"[\s,.:;，。：；、()（）\[\]*_/–-]"
"""Signs that change nothing of what words mean."""
_LONGEST: Final = 200
"""Characters of a heading that is looked at."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a heading says of its items.

    ``any`` (so many), ``all``, ``needs`` (what all must meet), ``of`` (what a patient has), ``out`` (each excludes).
    """

    kind: str
    count: int = 0


def said_of(heading: str) -> Said | None:
    """Return what a heading says of its items; ``None`` where one of its words is not known."""
    text = heading.strip()
    found = (said for language in _LANGUAGES if (said := language.said(text)) is not None)
    return next(found, None) if len(text) <= _LONGEST else None


def counts(heading: str) -> bool:
    """Say whether a heading, understood or not, speaks of how many of its items it takes."""
    return takes_several(heading) or any(
        pattern.search(heading) for each in _LANGUAGES for pattern in (each.any, each.points)
    )


def takes_several(heading: str) -> bool:
    """Say whether a heading, understood or not, takes several of its items together."""
    return not any(each.excludes(heading) for each in _LANGUAGES) and any(
        pattern.search(heading) for each in _LANGUAGES for pattern in (each.all, each.count)
    )


def wants(heading: str) -> bool:
    """Say whether a heading has a word of what is wanted: *adequate organ function:* excludes nobody."""
    return any(each.good.search(heading) for each in _LANGUAGES)


class _Language:
    """The patterns of one language."""

    def __init__(self, place: int) -> None:
        part = {
            key: patterns(f"list_{key}")[place]
            for key in ("any", "count", "all", "out", "points", "words", "needs", "good", "join", "of")
        }
        whose = f"(?:{part['words']}|{part['needs']}|{part['of']}|{_BETWEEN})*"
        required = f"(?:{part['words']}|{part['needs']}|{part['good']}|{part['join']}|{_BETWEEN})*"
        self.any, self.count, self.all, self.points, self.needs, self.good = (
            re.compile(part[key], re.IGNORECASE) for key in ("any", "count", "all", "points", "needs", "good")
        )
        self.out = re.compile(rf"\W*(?:{part['out']})\W*", re.IGNORECASE)
        self.forms = tuple(
            (kind, re.compile(form, re.IGNORECASE))
            for kind, form in (
                ("count", f"{whose}(?:{part['count']}){whose}"),
                ("any", f"{whose}(?:{part['any']}){whose}"),
                ("all", f"{whose}(?:{part['all']}){whose}|{required}(?:{part['all']}){required}"),
                ("needs", required),
                ("of", whose),
            )
        )

    def excludes(self, heading: str) -> bool:
        """Say whether all items are what is excluded, each by itself: *all of the following are excluded:*."""
        return self.out.fullmatch(heading) is not None

    def said(self, text: str) -> Said | None:
        if self.excludes(text):
            return Said("out")
        for kind, form in self.forms:
            found = form.fullmatch(text)
            if found is None or (kind == "needs" and not self.needs.search(text)):
                continue
            if kind == "count":
                return Said("any", _number(next(filter(None, found.groups()))))
            return Said(kind, 1 if kind == "any" else 0)
        return None


def _number(said: str) -> int:
    return _NUMBERS.get(said.lower()) or int(said)


_LANGUAGES: Final = tuple(map(_Language, range(len(patterns("list_words")))))
