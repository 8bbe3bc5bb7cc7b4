"""What Datasette is told of the file: which views are shown, how they are sorted and filtered, which queries are ready.

The words of their pages are in `bot.serve.pages`.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.serve.cells import NAME
from dialogs.protocol import Protocol
from state import browsing

ORDERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "screening_log": {
        "facets": ["protocol", "verdict", "state", "site", "first_failed", "protocol_version"],
        "sort_desc": "started_at",
        "size": 50,
    },
    "open_items": {
        "facets": ["protocol", "site", "criterion", "person"],
        "sort": "undetermined_since",
        "size": 50,
    },
    "answers": {"facets": ["question", "status"], "size": 50},
}
"""How the views that are shown are filtered and sorted, in the order of the pages."""


def metadata(names: Iterable[str], protocols: Iterable[Protocol]) -> dict[str, Any]:
    """Describe what is shown, and deny the rest of what the file holds."""
    denied = {name: {"allow": False} for name in sorted(names) if name not in ORDERS}
    tables = {**denied, **{name: dict(order) for name, order in ORDERS.items()}}
    return {
        "allow_sql": False,
        "databases": {NAME: {"allow_sql": False, "tables": tables, "queries": queries(protocols)}},
    }


def queries(protocols: Iterable[Protocol]) -> dict[str, dict[str, Any]]:
    """Return the ready-made queries by their names in addresses."""
    counted = browsing.counted_criterion(protocols)
    return {
        name: {"sql": string.Template(sql).substitute(counted=counted), "hide_sql": True}
        for name, sql in browsing.QUERIES.items()
    }
