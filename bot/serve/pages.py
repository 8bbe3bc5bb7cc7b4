"""The pages: one language each, that of the browser or the one chosen there; the templates ask here for every word.

A plugin of Datasette, which hands `Page` to its templates as ``page``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from bot.serve.cells import NAME, ROOM, Cells, Row, marks
from dialogs.languages import DEFAULT, LANGUAGES, Language, fitting, numbered, words
from dialogs.protocol import Protocol
from state import browsing

COOKIE: Final = "language"
"""Holds the language that was chosen on a page."""
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "screening_log": (
        *("screening", "verdict", "first_failed", "unresolved", "outcome", "state", "saved_at"),
        *("site", "started_by", "started_at", "earlier_screening", "protocol", "protocol_version"),
    ),
    "open_items": ("screening", "protocol", "criterion", "undetermined_since", "site", "person"),
    "answers": ("screening", "protocol", "question", "value", "compared", "status", "at", "person"),
}
"""Lists -> the columns that their pages show, the first list first; a unit stands behind its value."""
ABOUT: Final = (
    *("verdict", "parts", "all_failed", "unresolved", "outcome", "state", "saved_at", "saved_by", "site"),
    *("started_at", "started_by", "questions_asked", "earlier_screening", "protocol", "protocol_version"),
)
"""What the page of one screening says of it, above its answers."""
LOOKED_UP: Final = frozenset({"outcome", "protocol"})
"""Columns of pages that need not be in the view: they are found by the number of the screening."""
HIDDEN: Final = frozenset({"unit", "compared_unit", "protocol_sha256"})
"""Columns of downloads that no page shows."""

Fetch = Callable[[str, Mapping[str, object]], Any]
"""Runs a query of `state.browsing` without holding up other pages; awaited, it gives the rows."""


class Pages:
    """The plugin. Words of the trials come from the protocols of the file, the newest last.

    Pages say which trials alone they show, if it is ``only`` some.
    """

    __name__ = "prescreen"  # Datasette lists plugins, which to it are modules

    def __init__(self, protocols: Sequence[Protocol], only: Sequence[str] = ()) -> None:
        self._cells, self._only = Cells(protocols), only

    def extra_template_vars(self, request: Any, datasette: Any) -> dict[str, object]:
        """Hand the templates their page."""
        language = language_of_request(dict(request.scope["headers"]))
        return {"page": Page(language, self._cells, datasette.get_database(NAME).execute, self._only)}


def language_of_request(headers: Mapping[bytes, bytes]) -> str:
    """Return the language that was chosen on a page, or else the first of the browser's that is one of ours."""
    try:
        chosen = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE)
    except CookieError:
        chosen = None
    if chosen is not None and chosen.value in LANGUAGES:
        return chosen.value
    wanted = headers.get(b"accept-language", b"").decode("latin-1").split(",")
    return next((code for tag in wanted if (code := fitting(tag.partition(";")[0].strip()))), DEFAULT)


@dataclass(frozen=True, slots=True)
class Page:
    """A page in a language."""

    language: str
    cells: Cells
    fetch: Fetch
    only: Sequence[str] = ()

    @property
    def tag(self) -> str:
        return LANGUAGES[self.language].tag

    @property
    def languages(self) -> Mapping[str, Language]:
        return LANGUAGES

    def word(self, *keys: str) -> Any:
        found: Any = words(ROOM, self.language)
        for key in keys:
            found = found[key]
        return found

    def counted(self, key: str, number: int) -> str:
        return numbered(self.word(key), number, self.language).format(n=f"{number:,}")

    def only_of(self) -> str:
        """The trials that alone are shown; nothing, if all are."""
        trials = marks(self.language)["list"].join(self.only)
        return str(self.word("only_of")).format(trials=trials) if trials else ""

    def titles(self) -> Iterator[tuple[str, str]]:
        """The pages that lead on from everywhere, by name; the answers of one screening are reached by its number."""
        return (
            (name, about["title"]) for name, about in self.word("pages").items() if name != "one_screening"
        )

    def heading(self, column: str) -> str:
        return str(self.word("headings").get(column, column))

    def cell(self, row: Any, column: str) -> object:
        return self.cells.said(column, dict(row), self.language)

    def facet(self, column: str, value: object) -> object:
        """A value to filter by, without a link of its own."""
        return self.cells.said(column, {column: value}, self.language) if value else self.word("none")

    def shown(self, columns: Sequence[str]) -> list[str]:
        return [column for column in columns if column not in HIDDEN]

    def listed(self, view: str, columns: Sequence[str]) -> list[str]:
        """The columns of a list's page, of those that were asked for."""
        there = {*columns, *LOOKED_UP} if "screening" in columns else set(columns)
        return [column for column in LISTS[view] if column in there]

    async def of_trials(self, rows: Sequence[Row], number: str = "") -> Sequence[Row]:
        """Return rows with the trial of each, and the version that its screening, or that of a number, began with."""
        cells: list[dict[str, Any]] = [dict(row) for row in rows]
        numbers = json.dumps([row.get("screening", number) for row in cells])
        found = await self.fetch(browsing.VERSIONS, {"screenings": numbers})
        versions = {row["screening"]: row["protocol"] for row in found}
        for row in cells:
            version = versions.get(row.get("screening", number))
            if version is not None:
                row["protocol_sha256"] = version
                row["protocol"] = self.cells.trial_of(version)
        return cells

    # what is noted beside the log ----------------------------------------------------------------

    async def outcomes(self, rows: Sequence[Row]) -> dict[str, str]:
        """What was noted of the screenings of these rows and stands, by number: ``referred 2026-06-12``."""
        noted: dict[str, list[str]] = {}
        numbers = json.dumps([row["screening"] for row in rows])
        for row in await self.fetch(browsing.NOTED, {"screenings": numbers}):
            noted.setdefault(row["screening"], []).append(self._noted(row))
        return {number: marks(self.language)["then"].join(each) for number, each in noted.items()}

    def _noted(self, row: Row) -> str:
        said = str(self.cell(row, "outcome"))
        if row["reason"]:
            said = marks(self.language)["noted"].format(what=said, note=self.cell(row, "reason"))
        return f"{said} {row['day']}"

    async def about(self, number: str) -> list[tuple[str, object]]:
        """What the log says of one screening, with headings; empty for a number that nobody was given."""
        rows = list(await self.fetch(browsing.ONE, {"screening": number}))
        outcomes = await self.outcomes(rows)
        found: list[tuple[str, object]] = []
        for row in rows:
            # an older file has no column of parts
            cells = {"parts": None, "outcome": outcomes.get(number), **dict(row)}
            found += [(self.heading(column), self.cell(cells, column)) for column in ABOUT]
        return [(heading, said) for heading, said in found if said != ""]
