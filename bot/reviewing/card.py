"""A criterion as a reviewer reads it at a terminal."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Final

from wcwidth import wcswidth

from bot.reviewing.facts import Fact, Telling
from bot.wording.wrapping import wrap
from dialogs.protocol import Criterion

COLUMNS: Final = 80
INDENT: Final = "  "


def card(
    telling: Telling, criterion: Criterion, keys: Container[str] | None = None, more: Iterable[Fact] = ()
) -> Iterator[str]:
    """Yield its lines, in so many columns; with `keys`, of these facts only. What there is `more` to say is last."""
    yield telling.heading(criterion)
    facts = [*telling.facts(criterion, keys), *more]
    width = max(wcswidth(fact.label) for fact in facts)
    for fact in facts:
        label = f"{INDENT}{fact.label}{' ' * (width - wcswidth(fact.label))}{INDENT}"
        for line in fact.lines:
            yield from wrapped(label, line)
            label = " " * wcswidth(label)


def wrapped(label: str, text: str) -> Iterator[str]:
    """Set a text beside its label; a line of it that goes on is indented as it begins."""
    within = text[: len(text) - len(text.lstrip(" -"))]
    indent = " " * (wcswidth(label) + len(within))
    first, *others = wrap(
        text.replace("\n", " "), COLUMNS - wcswidth(label), wcswidth, " " * len(within)
    ) or [""]
    yield f"{label}{first}"
    yield from (f"{indent}{line.strip()}" for line in others)
