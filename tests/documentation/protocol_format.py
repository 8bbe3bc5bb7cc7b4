"""The generated part of ``docs/protocol-format.md``: every key that a protocol file may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dialogs.loading.keys import PROTOCOL, TABLES
from dialogs.loading.tables import NEEDED, Key, Table


def keys() -> str:
    return "\n".join(_table(table) for table in TABLES)


def _table(table: Table) -> str:
    title = "The top of the file" if table is PROTOCOL else f"`{table.name}`"
    rows = "".join(
        f"| `{key.name}` | {key.kind.said} | {_default(key)} | {key.meaning} |\n" for key in table.keys
    )
    head = "| key | value | if left out | what it says |\n| --- | --- | --- | --- |\n"
    return f"## {title}\n\n{table.meaning}\n\n{head}{rows}"


def _default(key: Key) -> str:
    """What a key that may be left out is then; nothing for one that is then empty."""
    if key.default is NEEDED:
        return "**needed**" + (f"; {key.otherwise}" if key.otherwise else "")
    return key.otherwise


PARTS: Final[Mapping[str, Callable[[], str]]] = {"protocol-keys": keys}
