"""Why something is proposed, or asked as it is: notes that are said in the language of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dialogs.languages import numbered, words

LINE: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""In a value: the words of the line itself."""


@dataclass(frozen=True, slots=True)
class Note:
    """A phrase of ``why`` in the words, with its values; ``n`` is what it counts."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    n: int = 0


def told(notes: Sequence[Note], language: str) -> str:
    """Return notes as one text."""
    forms = words("dialogs.drafting", language)["why"]
    said = (numbered(forms[each.key], each.n, language).format(n=each.n, **each.values) for each in notes)
    text: str = forms["joint"].join(said)
    return text.replace(LINE, forms["these_words"])
