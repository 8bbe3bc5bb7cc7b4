"""What rules, questions and entries of the catalogue name of a file, one by another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from dialogs.loading.catalogue import entries
from dialogs.loading.ruleless import OF_SOME, names_in

Raw = Mapping[str, Any]
Name = tuple[str, str]
"""The table that something stands in, and its name there."""
ASKED: Final = ("question", "catalogue", "asked")
"""Where what is asked stands: a criterion without a rule is ``asked`` as it stands."""


def used(
    begin: Sequence[list[Name]], own: Mapping[Name, Any], named_by: Callable[[Any], list[Name]]
) -> Iterator[tuple[Name, Any]]:
    """Yield what is named of a file, and what this names."""
    return ((name, own[name]) for name in reached(begin, own, named_by) if name in own)


def reached(
    begin: Sequence[list[Name]], own: Mapping[Name, Any], named_by: Callable[[Any], list[Name]]
) -> Iterator[Name]:
    """Yield the names of what is named of a file and of our catalogue, and of what this names."""
    waiting, seen = [*begin], set[Name]()
    while waiting:
        for name in waiting.pop():
            if name in own and name not in seen:
                seen.add(name)
                waiting.append(named_by(own[name]))
                yield name
            elif name not in seen and name[0] == "catalogue" and name[1] in entries():
                seen.add(name)  # of ours: what it is worked out from may be worded by the file
                waiting.append(named_by(entries()[name[1]]))
                yield name
            elif name[0] == "measures" and name not in seen:
                seen.add(name)
                waiting.append([*_that_measure(_measured(name[1], own), own)])


def _that_measure(what: Any, own: Mapping[Name, Any]) -> Iterator[Name]:
    """Yield the questions that the file words itself and that measure the same: an answer of theirs may serve."""
    for (kind, name), table in own.items():
        words_it = (
            kind in ("question", "catalogue") and isinstance(table, dict) and table.keys() - {"id", "use"}
        )
        if words_it and what is not None and _measured(name, {(kind, name): table}) == what:
            yield kind, name


def _measured(name: str, own: Mapping[Name, Any]) -> Any:
    """Return what a question says that it measures: itself, or by its entry of ours where it is asked as that."""
    table = own.get(("question", name)) or own.get(("catalogue", name)) or {"use": name}
    entry = {} if {"ask", "at"} & table.keys() else entries().get(str(table.get("use")), {})
    return table.get("measures", entry.get("measures"))


def questions(name: str) -> list[Name]:
    return [(kind, name) for kind in ASKED]


def named_by(table: Any) -> list[Name]:
    """Return what a question, an entry of the catalogue or a set of units names."""
    named = named_by_before(table)
    if isinstance(table, dict):
        named += [("measures", part) for part in names_in(str(table.get("formula", "")))]
        named += [("option_sets", "yes_no")] if _is_answered_by_yes_or_no(table) else []
    return named


def named_by_before(table: Any) -> list[Name]:
    """Return what the forms before that with headings took such a table to name."""
    if isinstance(table, list):  # of units, or of options, which name nothing
        return [name for each in table if isinstance(each, dict) for name in questions(str(each.get("per")))]
    if not isinstance(table, dict):
        return []
    named = [name for part in names_in(str(table.get("formula", ""))) for name in questions(part)]
    named += [("catalogue", str(table.get("use"))), ("option_sets", str(table.get("options")))]
    named += questions(str(table.get("unit_of")))
    units = table.get("units")
    return [*named, *(named_by_before(units) if isinstance(units, list) else [("unit_sets", str(units))])]


def _is_answered_by_yes_or_no(table: Raw) -> bool:
    """Say so of a question or criterion that gives no other kind; one that uses an entry is of the entry's kind."""
    if {"use", "options", "units"} & table.keys() or table.get(OF_SOME) is True:
        return False
    return bool(table.get("kind", "yes_no") == "yes_no")
