"""Tables of a protocol file: their keys, and how one is read with all its faults told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from dialogs.likely import instead
from dialogs.loading.kinds import Kind, KindError, Report, shown
from dialogs.loading.meant import KNOWN_SLIPS, key_meant
from dialogs.loading.writing import value_of

NEEDED: Final = object()
"""The default of a key that may not be left out."""
_MADE: Final = ("kind", "options", "rule")
"""Keys that are made of others, or stand for what is left out, before a table is read."""


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
    before = len(report.faults)
    meant = _unknown_keys(table, raw, place, report)
    entry = Entry(place)
    for key in table.keys:
        if key.name in meant:
            continue  # what stands there is not known, as of a value that is wrong
        if key.name not in raw and key.default is NEEDED:
            report.fault(place, f"{key.name} is missing", "Please add it")
        elif key.name not in raw:
            entry[key.name] = key.default
        elif (value := key.kind.read(raw[key.name], f"{place}: {key.name}", report)) is not None:
            entry[key.name] = value
    entry.whole = len(report.faults) == before
    return entry


def _unknown_keys(table: Table, raw: Mapping[str, Any], place: str, report: Report) -> set[str]:
    """Report the keys that a table has not, and return those that were likely meant."""
    names = [key.name for key in table.keys]
    if raw.keys() <= {*names}:
        return set()
    free = [name for name in names if name not in raw or name in _MADE]
    meant = {name: key_meant(name, free) for name in raw if name not in names}
    for name, key in meant.items():
        owners = ", ".join(f"[[{owner}]]" for owner in report.owners.get(name, ()))
        remedy = instead(name, free, most=None)
        if (table.name, name) in KNOWN_SLIPS:
            remedy = KNOWN_SLIPS[table.name, name]
        elif key is not None:
            remedy = f"Please write {key}"
        elif owners:
            remedy = f"Please move it: it is a key of {owners}"
        elif name in report.at_the_top:
            remedy = "Please move it to the top of the file, above the first [[...]]"
        elif table.name == "protocol" and _are_tables(raw[name]):
            remedy = (
                f'Please write [[criterion]] or [[question]], and what it is called below: code = "{name}"'
            )
        report.fault(f"{place}: {name}", f"there is no key {name} here", remedy)
    return {key for key in meant.values() if key is not None}


def _are_tables(raw: Any) -> bool:
    return isinstance(raw, dict) or (isinstance(raw, list) and all(isinstance(each, dict) for each in raw))


def table(of: Table) -> Kind:
    """Return the kind of value that is one table."""

    def reader(raw: Any, place: str, report: Report) -> Entry:
        if isinstance(raw, dict):
            return read_table(of, raw, place, report)
        raise KindError(f"{shown(raw)} is not a table", f"Please write {_as_table(of, raw)}")

    return Kind(f"a table {of.name}", reader, {"$ref": f"#/definitions/{of.name}"})


def _as_table(of: Table, raw: Any) -> str:
    """Return what to write instead of a number or a text that likely stands for an option."""
    if [key.name for key in of.keys if key.default is NEEDED] != ["code", "text"] or isinstance(raw, bool):
        return "key = value pairs"
    if isinstance(raw, int | Decimal):
        return f'"{raw}"'
    return f'{{ code = "...", text = {value_of(raw)} }}, with a code in English letters'


def tables(of: Table, *, called_by: str | None = None, or_texts: bool = False) -> Kind:
    """Return the kind of value that is a list of tables; `called_by` is the key that names one in messages.

    `or_texts` says that a text may stand for a table, which is made of it before the file is read by its tables.
    """
    one = table(of)

    def reader(raw: Any, place: str, report: Report) -> tuple[Entry, ...]:
        if not isinstance(raw, list):
            meant = f"[{shown(raw)}]" if isinstance(raw, dict) and raw else "[{ ... }, { ... }]"
            remedy = f"Please write [[{of.name}]]" if called_by else f"Please write {meant}"
            raise KindError(f"{shown(raw)} is not a list of tables", remedy)
        places = [*_apart([placed(item, index, place) for index, item in enumerate(raw, 1)])]
        if called_by is not None and raw and not any(isinstance(item, dict) for item in raw):
            raise KindError(f"{shown(raw)} is not a list of tables", f"Please write [[{of.name}]] above each")
        entries = [one.read(item, at, report) for item, at in zip(raw, places, strict=True)]
        if called_by is None:  # one that cannot be read still counts
            entries = [each or _unread(at) for each, at in zip(entries, places, strict=True)]
        return tuple(entry for entry in entries if entry is not None)

    def placed(item: Any, index: int, place: str) -> str:
        if called_by is None:
            return f"{place}[{index}]"
        name = item.get(called_by) if isinstance(item, dict) else None
        return f"{of.name} {name if name and isinstance(name, str) else f'number {index}'}"

    if or_texts:
        items = {"anyOf": [{"type": "string"}, one.schema]}
        return Kind(f"a list of texts, or of tables {of.name}", reader, {"type": "array", "items": items})
    return Kind(f"a list of tables {of.name}", reader, {"type": "array", "items": one.schema})


def _unread(place: str) -> Entry:
    entry = Entry(place)
    entry.whole = False
    return entry


def _apart(places: Sequence[str]) -> Iterator[str]:
    """Tell places of the same name apart: the second one is ``question hb (2)``."""
    seen: Counter[str] = Counter()
    for place in places:
        seen[place] += 1
        yield f"{place} ({seen[place]})" if seen[place] > 1 else place


def named_lists(of: Table) -> Kind:
    """Return the kind of value that is a table of lists of tables, or of texts that stand for them."""
    one = tables(of, or_texts=True)

    def reader(raw: Any, place: str, report: Report) -> dict[str, tuple[Entry, ...]]:
        if not isinstance(raw, dict):
            raise KindError(f"{shown(raw)} is not a table", f"Please write name = [ {of.name}, ... ]")
        return {name: one.read(listed, f"{place}: {name}", report) or () for name, listed in raw.items()}

    schema = {"type": "object", "additionalProperties": one.schema}
    return Kind(f"a table: name = {one.said}", reader, schema)
