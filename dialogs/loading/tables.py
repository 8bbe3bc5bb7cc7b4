"""Tables of a protocol file: their keys, and how one is read with all its faults told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dialogs.loading.kinds import Kind, KindError, Report

NEEDED: Final = object()
"""The default of a key that may not be left out."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table: its name, kind and meaning, and the value that it has where it is left out.

    ``left_out`` says in words what that is, where the value alone does not.
    """

    name: str
    kind: Kind
    meaning: str
    default: Any = NEEDED
    left_out: str = ""

    @property
    def otherwise(self) -> str:
        """Say what a key that is left out is then; nothing of one that is needed, or then empty."""
        if self.left_out:
            return self.left_out
        return f"`{str(self.default).lower()}`" if isinstance(self.default, bool) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file, such as ``[[question]]``."""

    name: str
    meaning: str
    keys: tuple[Key, ...]


class Entry(dict[str, Any]):
    """A table as it was read: the values that can be used, defaults for keys left out, and its place in the file.

    ``whole`` says whether no key is missing and no value is wrong.
    """

    __slots__ = ("place", "whole")

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.whole = True


def read_table(table: Table, raw: Mapping[str, Any], place: str, report: Report) -> Entry:
    """Read a table. Reports keys that it does not know, those that are missing, and values that are wrong."""
    names = [key.name for key in table.keys]
    for name in raw:
        if name not in names:
            report.fault(place, f"unknown key {name!r}", f"Please use one of: {', '.join(names)}")
    before = len(report.faults)
    entry = Entry(place)
    for key in table.keys:
        if key.name not in raw and key.default is NEEDED:
            report.fault(place, f"{key.name} is missing", "Please add it")
        elif key.name not in raw:
            entry[key.name] = key.default
        elif (value := key.kind.read(raw[key.name], f"{place}: {key.name}", report)) is not None:
            entry[key.name] = value
    entry.whole = len(report.faults) == before
    return entry


def table(of: Table) -> Kind:
    """Return the kind of value that is one table."""

    def reader(raw: Any, place: str, report: Report) -> Entry:
        if isinstance(raw, dict):
            return read_table(of, raw, place, report)
        raise KindError("is not a table", "Please write key = value pairs")

    return Kind(f"a table {of.name}", reader, {"$ref": f"#/definitions/{of.name}"})


def tables(of: Table, *, called_by: str | None = None) -> Kind:
    """Return the kind of value that is a list of tables; `called_by` is the key that names one in messages."""
    one = table(of)

    def reader(raw: Any, place: str, report: Report) -> tuple[Entry, ...]:
        if not isinstance(raw, list):
            remedy = f"Please write [[{of.name}]]" if called_by else "Please write [{ ... }, { ... }]"
            raise KindError(f"{raw!r} is not a list of tables", remedy)
        entries = [one.read(item, placed(item, index, place), report) for index, item in enumerate(raw, 1)]
        return tuple(entry for entry in entries if entry is not None)

    def placed(item: Any, index: int, place: str) -> str:
        if called_by is None:
            return f"{place}[{index}]"
        name = item.get(called_by) if isinstance(item, dict) else None
        return f"{of.name} {name or f'number {index}'}"

    return Kind(f"a list of tables {of.name}", reader, {"type": "array", "items": one.schema})


def named_lists(of: Table) -> Kind:
    """Return the kind of value that is a table of lists of tables."""
    one = tables(of)

    def reader(raw: Any, place: str, report: Report) -> dict[str, tuple[Entry, ...]]:
        if not isinstance(raw, dict):
            raise KindError(f"{raw!r} is not a table", f"Please write name = [ {of.name}, ... ]")
        return {name: one.read(listed, f"{place}: {name}", report) or () for name, listed in raw.items()}

    schema = {"type": "object", "additionalProperties": one.schema}
    return Kind(f"a table: name = list of tables {of.name}", reader, schema)
