"""What Datasette is told of the file: which views are shown, what they and their columns are called, which queries
are ready to be asked.

What is on a page of all languages is said in each; a query has a page for each language.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.serve.pages import NAME, ROOM, everywhere, headings
from dialogs.languages import DEFAULT, LANGUAGES, words
from dialogs.protocol import Protocol
from state import browsing

ORDERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "screening_log": {
        "facets": ["site", "state", "verdict", "first_failed", "protocol_version"],
        "sort_desc": "started_at",
        "size": 50,
    },
    "open_items": {
        "facets": ["site", "criterion", "person"],
        "sort": "undetermined_since",
        "size": 50,
    },
    "answers": {"facets": ["question", "status", "unit"], "size": 50},
}
"""How the views that are shown are filtered and sorted, in the order of the page."""


def metadata(names: Iterable[str], protocols: Iterable[Protocol]) -> dict[str, Any]:
    """Describe what is shown, and deny the rest of what the file holds."""
    return {
        "title": everywhere("title"),
        "description": everywhere("about"),
        "allow_sql": False,
        "databases": {
            NAME: {
                "title": everywhere("title"),
                "description": everywhere("caution"),
                "allow_sql": False,
                "tables": {
                    **{name: {"allow": False} for name in sorted(names) if name not in ORDERS},
                    **views(),
                },
                "queries": queries(protocols),
            }
        },
    }


def views() -> dict[str, dict[str, Any]]:
    """Return the views that are shown, with their titles and those of their columns."""
    return {
        name: {
            "title": everywhere(name, "title"),
            "description": everywhere(name, "description"),
            **order,
            "columns": {
                column: everywhere(name, "columns", column)
                for column in words(ROOM, DEFAULT)[name]["columns"]
            },
        }
        for name, order in ORDERS.items()
    }


def queries(protocols: Iterable[Protocol]) -> dict[str, dict[str, Any]]:
    """Return the ready-made queries, each in every language, by their names in addresses."""
    counted = browsing.counted_criterion(protocols)
    made = {}
    for language in LANGUAGES:
        said = _said_in_sql(language)
        for name, titles in words(ROOM, language)["queries"].items():
            made[f"{name}_{language}"] = {
                **titles,
                "sql": string.Template(browsing.QUERIES[name]).substitute(said, counted=counted),
                "hide_sql": True,
            }
    return made


def _said_in_sql(language: str) -> dict[str, str]:
    """The words that stand in queries: names of columns in double quotes, and values in single ones."""
    columns = {key: heading.replace('"', '""') for key, heading in headings(language).items()}
    cells = words(ROOM, language)["cells"]
    statuses = {"current": "current", "superseded": "superseded", "aside": "set aside"}
    return columns | {key: cells[status].replace("'", "''") for key, status in statuses.items()}
