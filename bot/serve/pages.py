"""What Datasette's pages show in place of the file's codes: words, and links from numbers.

A plugin of Datasette. What is downloaded as CSV or JSON keeps the codes, as exports do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from urllib.parse import quote

from dialogs.answers import decode
from dialogs.errors import AnswerError
from dialogs.languages import DEFAULT, LANGUAGES, in_every_language, numbered, words
from dialogs.protocol import Protocol
from dialogs.verdicts import IN_FILES, verdict_words
from dialogs.wording import describe

NAME: Final = "prescreen"
"""What the file is called in addresses, whatever its own name."""
ROOM: Final = "bot.serve"
NUMBERS: Final = frozenset({"screening", "earlier_screening"})
CRITERIA: Final = frozenset({"first_failed", "all_failed", "unresolved", "criterion"})
CODED: Final = frozenset({"verdict", "state", "status", "outcome", "reason"})
"""Columns of codes that have words."""


class Pages:
    """The plugin. Words of the trials come from the protocols of the file, the newest last."""

    __name__ = "prescreen"  # Datasette lists plugins, which to it are modules

    def __init__(self, protocols: Sequence[Protocol]) -> None:
        self._criteria = {code: c.name for p in protocols for code, c in p.criterion_by_code.items()}
        self._questions = {question.id: question for p in protocols for question in p.questions}

    def extra_template_vars(self, request: Any, view_name: str) -> dict[str, object]:
        """Hand the pages their words, and leave out how the views are made."""
        return {"view_definition": None, "table_definition": None, "said": everywhere, "noun": _noun}

    def render_cell(self, row: Any, value: object, column: str, table: str | None) -> object:
        """Return a cell's words, or ``None`` for Datasette's own way of showing it."""
        if not isinstance(value, str) or not value:
            return None
        language, meanings = (None, {}) if table else _query_of(tuple(row.keys()))
        meant = meanings.get(column, column)
        if meant in NUMBERS:
            return _link(value)
        if meant in CRITERIA:
            return "; ".join(
                f"{code} {_said(self._criteria.get(code, {}), language)}".strip() for code in value.split()
            )
        if meant == "question" and value in self._questions:
            return _said(self._questions[value].short, language)
        if meant == "value":
            cells = zip(row.keys(), tuple(row), strict=True)
            return self._answer({meanings.get(name, name): cell for name, cell in cells}, value, language)
        coded = _coded(value) if meant in CODED else None
        return _said(coded, language) if coded else None

    def _answer(self, cells: Mapping[str, object], value: str, language: str | None) -> str | None:
        question = self._questions.get(str(cells.get("question")))
        if question is None or cells.get("unit"):
            return None
        try:
            answer = decode(value, None)
            return _said({code: describe(question, answer, code) for code in LANGUAGES}, language)
        except (AnswerError, KeyError):
            return None


@cache
def _query_of(names: tuple[str, ...]) -> tuple[str, Mapping[str, str]]:
    """Tell by the columns of a query in which language it is, and what each column holds."""
    for code in LANGUAGES:
        meanings = {heading: key for key, heading in headings(code).items()}
        if set(names) <= meanings.keys():
            return code, meanings
    return DEFAULT, {}


def headings(language: str) -> dict[str, str]:
    """What the columns of queries are called, by what they hold."""
    return {**words(ROOM, language)["headings"], **words("dialogs", language)["verdict"]}


@cache
def _coded(value: str) -> Mapping[str, str] | None:
    """The words of a code in every language: of a verdict, a state, an outcome; ``None`` for what is none."""
    for verdict, in_file in IN_FILES.items():
        if value == in_file:
            return {code: verdict_words(verdict, code) for code in LANGUAGES}
    if value in words(ROOM, DEFAULT)["cells"]:
        return in_every_language(ROOM, "cells", value)
    return None


def everywhere(*keys: str) -> str:
    """Return a text of this room in every language, for what is shown to everybody alike."""
    return _said(in_every_language(ROOM, *keys), None)


def _noun(key: str, number: int) -> str:
    """Return a counted noun in every language: ``rows · 行``."""
    forms = {code: words(ROOM, code)[key] for code in LANGUAGES}
    return _said({code: numbered(text, number, code) for code, text in forms.items()}, None)


def _said(text: Mapping[str, str], language: str | None) -> str:
    """Return a text in a language, or in all where a page is in all of them."""
    if language in text:
        return text[str(language)]
    return " · ".join(dict.fromkeys(text.values()))


def _link(number: str) -> object:
    from markupsafe import Markup, escape  # comes with Datasette

    return Markup('<a href="/{}/answers?screening={}&amp;_sort=entry">{}</a>').format(
        NAME, quote(number, safe=""), escape(number)
    )
