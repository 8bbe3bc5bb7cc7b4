"""The JSON Schema of a protocol file, made from the tables of keys: by it an editor completes and explains keys.

It holds what a schema can say: which keys there are, which are needed, and of what kind a value is. What a rule says,
and what the parts of a file say about each other, only `prescreen protocol check` looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from dialogs.loading.catalogue import entries, unit_sets
from dialogs.loading.defaults import SIDES
from dialogs.loading.keys import PROTOCOL, TABLES
from dialogs.loading.tables import NEEDED, Key, Table

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
"""The newest that editors for TOML read."""

_NEEDED_WITH: Final[Mapping[str, Mapping[str, Any]]] = {
    "question": {"anyOf": [{"required": ["use"]}, {"required": ["id", "ask"]}]},
    "criterion": {
        "oneOf": [
            *({"required": [side]} for side in SIDES),
            {"required": ["line"], "not": {"required": ["code"]}},
        ]
    },
}
"""Of tables in which it depends on one key which others are needed."""
_NAMES: Final[Mapping[tuple[str, str], Callable[[], Iterable[str]]]] = {
    ("question", "use"): entries,
    ("question", "units"): unit_sets,
}
"""Keys whose values are names of the catalogue."""


def schema() -> dict[str, Any]:
    """Return the schema of a whole file of today's format."""
    parts = {table.name: _table(table) for table in TABLES if table is not PROTOCOL}
    return {"$schema": DRAFT, "title": "A trial for prescreen", **_table(PROTOCOL), "definitions": parts}


def _table(table: Table) -> dict[str, Any]:
    needed = [key.name for key in table.keys if key.default is NEEDED]
    return {
        "description": table.meaning,
        "type": "object",
        "properties": {key.name: _key(key, table) for key in table.keys},
        "additionalProperties": False,
        **(_NEEDED_WITH.get(table.name) or {"required": needed}),
    }


def _key(key: Key, of: Table) -> dict[str, Any]:
    """Return a key's kind with its meaning; beside a reference that would not be read, so it stands in ``allOf``."""
    said = f"{key.meaning} If left out: {key.otherwise}." if key.otherwise else key.meaning
    kind = {"allOf": [key.kind.schema]} if "$ref" in key.kind.schema else key.kind.schema
    names = _NAMES.get((of.name, key.name))
    if names is not None:  # offered first; a file may bring others of its own
        kind = {"anyOf": [{"enum": sorted(names())}, kind]}
    return {"description": said, **kind}
