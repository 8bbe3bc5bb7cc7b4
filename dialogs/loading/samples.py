"""What to write to use an entry of the catalogue: its question, and a criterion with a rule to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogs.loading import catalogue

Entry = Mapping[str, Any]


def sample(name: str) -> str:
    """Return the lines that use an entry, as they can be pasted at the end of a file of one language."""
    return (
        f'[[question]]\nuse = "{name}"\n\n'
        f'[[criterion]]\ncode = "I1"\ninclusion = "the record\'s own words"\nrule = \'{rule(name)}\'\n'
    )


def rule(name: str) -> str:
    """Return a rule over one entry, in the form that rules over it mostly have."""
    entry = catalogue.entries()[name]
    if entry.get("kind", "yes_no") == "since":
        return f'{name} >= "4 wk"'
    if "units" in entry:
        return f"{name} {_limit(entry)}"
    codes = [option["code"] for option in entry.get("options", ({"code": "yes"},))]
    return f'{name} in ("{codes[0]}", "{codes[1]}")' if len(codes) > 2 else f'{name} == "{codes[0]}"'


def _limit(entry: Entry) -> str:
    units = units_of(entry)
    if "uln" in entry:
        return '<= "1.5 {xULN}"'
    if "lln" in entry:
        return '>= "1 {xLLN}"'
    bare = len(units) == 1 and isinstance(entry["example"], int)
    return f">= {entry['example']}" if bare else f'>= "{entry["example"]} {units[0]["code"]}"'


def units_of(entry: Entry) -> list[dict[str, Any]]:
    """Return the units of an entry that is a number, without those that its limits of normal add."""
    named = entry["units"]
    return catalogue.unit_sets()[named] if isinstance(named, str) else named
