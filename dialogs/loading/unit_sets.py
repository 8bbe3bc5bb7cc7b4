"""Finds the set of units that was meant by a name that is none, or by a list of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from dialogs.likely import likely
from dialogs.loading.catalogue import unit_sets
from dialogs.loading.writing import value_of

_NAMED: Final = 3
"""Sets that are named where it may be one of several."""
_LISTED: Final = "prescreen protocol questions --units lists what there is"


def set_meant(named: str) -> str:
    """Return which set to name instead of one that there is not: by its name, or by a unit that it begins with."""
    sets = unit_sets()
    near = likely(named, sets)
    having = [] if near else [name for name in sets if named.casefold() in _called(sets[name][0])]
    if near or len(having) == 1:
        return f"Please write {near or having[0]}"
    if having:
        return f"Please use one of the sets with {named}: {', '.join(having)}"
    close = get_close_matches(named.casefold(), sets, _NAMED, 0.75)
    if not close and not named.isascii():
        return f"{_table_of(named)}, or look for a set with prescreen protocol questions --units"
    return f"Please write {' or '.join(close)}" if close else _LISTED


def _table_of(named: str) -> str:
    table = f"{{ code = {value_of(_code_for(named))}, label = {value_of(named)} }}"
    return f"Please write [{table}], with a code in Latin letters"


def _code_for(unit: str) -> str:
    """Return a unit as its own code, or, in Chinese, a count of UCUM."""
    return unit if unit.isascii() else "{count}"


def set_of(units: Sequence[str]) -> str:
    """Return what to write instead of units that are listed as texts: the sets that have all of them, or tables."""
    typed = {each.casefold() for each in units}
    named = [name for name in unit_sets() if name in units[:1]]
    having = named or [name for name in unit_sets() if typed <= typed_in(name)]
    if having:
        return f"Please write {' or '.join(map(value_of, having[:_NAMED]))}"
    first, *others = (f"code = {value_of(_code_for(each))}, label = {value_of(each)}" for each in units)
    tables = [f"{{ {first} }}", *(f"{{ {other}, scale = ... }}" for other in others)]
    return f"Please write [{', '.join(tables)}]"


def _called(unit: Mapping[str, Any]) -> set[str]:
    """Return the code and the labels of a unit, in small letters."""
    return {each.casefold() for each in (unit["code"], *unit["label"].values())}


def typed_in(name: str) -> set[str]:
    """Return every way of typing a unit of a set, in small letters."""
    units = unit_sets()[name]
    spelled = (each.casefold() for unit in units for each in unit.get("spellings", ()))
    return set().union(spelled, *map(_called, units))
