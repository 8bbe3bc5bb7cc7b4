"""Texts of a trial, in each of its languages."""

from __future__ import annotations

from collections.abc import Iterable


class Text(dict[str, str]):
    """A text by language. For a language that the trial lacks it is the trial's first one."""

    __slots__ = ()

    def at_the_beginning(self) -> Text:
        """Return it with a capital letter, as it stands at the beginning of a line; pH and eGFR stay as they are."""
        return Text(
            {
                language: text if text[1:2].isupper() else text[:1].upper() + text[1:]
                for language, text in self.items()
            }
        )

    def agrees_with(self, other: Text) -> bool:
        """Say whether two texts are alike in the languages that both have: one more language says nothing else."""
        both = self.keys() & other.keys()
        return bool(both) and all(self[language] == other[language] for language in both)

    def __missing__(self, language: str) -> str:
        return next(iter(self.values()))


def each_once(texts: Iterable[Text | None]) -> list[Text | None]:
    """Return texts in their order, those that are alike once."""
    found: list[Text | None] = []
    for text in texts:
        if text not in found:
            found.append(text)
    return found
