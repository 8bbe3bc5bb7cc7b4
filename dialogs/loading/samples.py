"""What an entry of the catalogue takes for an answer, and what to write to use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dialogs.loading import catalogue

Entry = Mapping[str, Any]
YES_OR_NO: Final = ({"code": "yes"}, {"code": "no"})


def sample(name: str) -> str:
    """Return the lines that use an entry, as they can be pasted at the end of a file of one language."""
    return (
        f'[[question]]\nuse = "{name}"\n\n'
        f'[[criterion]]\ncode = "I1"\ninclusion = "the record\'s own words"\nrule = \'{rule(name)}\'\n'
    )


def rule(name: str) -> str:
    """Return a rule over one entry, in the form that rules over it mostly have."""
    entry = catalogue.entries()[name]
    if kind(entry) == "since":
        return f'{name} >= "4 wk"'
    if "units" in entry:
        return f"{name} {_limit(entry)}"
    codes = options(entry)
    if kind(entry) == "several":
        return f'"{codes[0]}" in {name}'
    return f'{name} in ("{codes[0]}", "{codes[1]}")' if len(codes) > 2 else f'{name} == "{codes[0]}"'


def _limit(entry: Entry) -> str:
    if "uln" in entry:
        return '<= "1.5 {xULN}"'
    units = units_of(entry)
    example = entry["example"]
    return f">= {example}" if len(units) == 1 else f'>= "{example} {units[0]["code"]}"'


def answers(entry: Entry, language: str) -> str:
    """Say in short what an entry takes: codes of options, units with what is usual, how long ago."""
    if kind(entry) == "since":
        return "how long ago, `never`, `ongoing`"
    if "units" not in entry:
        all_that_apply = "all that apply: " if kind(entry) == "several" else ""
        return all_that_apply + ", ".join(f"`{code}`" for code in options(entry))
    low, high = entry["usual"]
    first, *others = (unit["label"][language] for unit in units_of(entry))
    others += ["× ULN"] if "uln" in entry else []
    return f"{low} to {high} {first}" + (f"; also {', '.join(others)}" if others else "")


def kind(entry: Entry) -> str:
    return str(entry.get("kind", "yes_no"))


def options(entry: Entry) -> list[str]:
    """Return the codes that rules compare a choice with."""
    return [option["code"] for option in entry.get("options", YES_OR_NO)]


def units_of(entry: Entry) -> list[dict[str, Any]]:
    """Return the units of a number, without those that its limits of normal add."""
    named = entry["units"]
    return catalogue.unit_sets()[named] if isinstance(named, str) else named
