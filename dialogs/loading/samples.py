"""What an entry of the catalogue takes for an answer, and what to write to use it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from dialogs import since
from dialogs.loading import catalogue

Entry = Mapping[str, Any]
YES_OR_NO: Final = ({"code": "yes"}, {"code": "no"})


def sample(name: str) -> str:
    """Return a criterion over an entry, as it can be pasted at the end of a file of one language."""
    return f'[[criterion]]\ncode = "I1"\ninclusion = "the record\'s own words"\nrule = \'{rule(name)}\'\n'


def own_words(name: str) -> str:
    """Return the question that gives an entry other words."""
    return f'[[question]]\nuse = "{name}"\nask = "your own words?"\n'


def rule(name: str) -> str:
    """Return a rule over one entry that says how one is written, and nothing that a trial may want."""
    entry = catalogue.entries()[name]
    if kind(entry) == "since":
        return f'{name} >= "4 wk"'
    if "units" in entry:
        return f"{name} {_limit(entry)}"
    first = options(entry)[0]
    return f'"{first}" in {name}' if kind(entry) == "several" else f'{name} == "{first}"'


def _limit(entry: Entry) -> str:
    """Return a comparison with an end of what is usual, which nearly every patient meets, but not all that can be."""
    if "uln" in entry:
        return '<= "1.5 {xULN}"'
    (low, high), (lowest, highest) = (map(Decimal, entry[key]) for key in ("usual", "possible"))
    sign, limit = (">=", entry["usual"][0]) if low > lowest else ("<=", entry["usual"][1])
    if low == lowest and high == highest:
        sign, limit = ">=", entry["example"]
    return f'{sign} "{limit} {units_of(entry)[0]["code"]}"'


def answers(entry: Entry, language: str) -> str:
    """Say in short what an entry takes: codes of options, units with what is usual, how long ago."""
    if kind(entry) == "since":
        taken = [f"`{each}`" for each in since.ANSWERS if entry.get(each) is not False]
        return ", ".join(["how long ago", *taken])
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
