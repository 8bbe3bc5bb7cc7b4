"""The generated part of ``docs/questions.md``: the catalogue, by subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dialogs.languages import DEFAULT, LANGUAGES
from dialogs.loading import catalogue
from dialogs.loading.samples import answers


def questions() -> str:
    return "\n".join(_table(subject, names) for subject, names in catalogue.subjects().items())


def _table(subject: str, names: tuple[str, ...]) -> str:
    rows = "".join(f"| `{name}` | {_asks(name)} | {_answers(name)} |\n" for name in names)
    return f"## {subject}\n\n| use | asks | answers |\n| --- | --- | --- |\n{rows}"


def _asks(name: str) -> str:
    ask = catalogue.entries()[name]["ask"]
    return "<br>".join(ask[language] for language in LANGUAGES)


def _answers(name: str) -> str:
    entry = catalogue.entries()[name]
    formula = f"<br>or `{' '.join(entry['formula'].split())}`" if "formula" in entry else ""
    return answers(entry, DEFAULT) + formula


PARTS: Final[Mapping[str, Callable[[], str]]] = {"questions": questions}
