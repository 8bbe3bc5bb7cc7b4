"""What a slip is, and what all of them need: quotes, comments, short quotations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dialogs.loading.lines import STRING

ASIDE: Final = "\ue000"
"""Stands in a mended text for what could not be read; a character that no text has."""

QUOTED: Final = re.compile(rf"{STRING.pattern}|#[^\n]*", re.DOTALL)
"""A text in its quotes, or a comment."""

KEY_VALUE: Final = re.compile(r"([ \t]*[\w.-]+[ \t]*=[ \t]*)(.*?)([ \t]*(?:#[^\"'\n]*)?\n*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mended:
    """A statement without a slip that it had. ``offset`` is the character of the statement where the slip is.

    Of a ``guess`` nothing more is said: what was meant is not known well enough.
    """

    text: str
    fault: str
    remedy: str
    offset: int = 0
    guess: bool = False


Slip = Callable[[str, int], Mended | None]
"""Takes a statement and the character where TOML stopped reading it."""


def outside(text: str, mend: Callable[[str], str]) -> str:
    """Change what stands outside of quotes and comments."""
    parts, at = [], 0
    for match in QUOTED.finditer(text):
        parts += [mend(text[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*parts, mend(text[at:])])


def changed(text: str, mended: str) -> int:
    """Return the first character that differs."""
    return next((at for at, (old, new) in enumerate(zip(text, mended, strict=False)) if old != new), 0)


def pattern(pattern: str, put: str | Callable[[re.Match[str]], str], fault: str, remedy: str) -> Slip:
    """Return the slip of a whole statement that matches; ``{0}``, ``{1}`` ... of the texts are its groups."""
    compiled = re.compile(pattern + r"([ \t]*(?:#[^\n]*)?\n*)", re.DOTALL)

    def slip(text: str, at: int) -> Mended | None:
        match = compiled.fullmatch(text)
        if match is None:
            return None
        mended = (match.expand(put) if isinstance(put, str) else put(match)) + match[len(match.groups())]
        groups = [group or "" for group in match.groups()]
        return Mended(mended, fault.format(*groups), remedy.format(*groups, mended=mended.strip()))

    return slip


def typed_as(value: str) -> str:
    """Return a value in the quotes that fit what is in it."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return f"'{value}'" if "'" not in value else f"'''{value}'''"


def blanked(text: str) -> str:
    """Keep the lines of a text, as remarks."""
    return (
        "\n".join(f"# {line}" if line.strip() else line for line in text.split("\n"))
        if text.strip()
        else text
    )


def short(text: str, longest: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[:longest]}..."
