"""The questions that we ship ready to use, and the units that they are answered in: ``dialogs/catalogue/*.toml``.

A file holds entries by name, each with the keys of a ``[[question]]``; what stands above the first holds for all that
say nothing else. ``units.toml`` holds sets of units. Their texts are in all of our languages, whatever those of the
trial that uses them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Final

from dialogs.languages import DEFAULT
from dialogs.loading.short_forms import entry_written_out
from dialogs.loading.writing import table
from dialogs.protocol import YES_OR_NO
from dialogs.texts import Text

UNITS: Final = "units.toml"
_ENTRY: Final = re.compile(r"^\[(\w+)\]", re.MULTILINE)
_SET: Final = re.compile(r"^(\w+) = \[", re.MULTILINE)
_SHAPES: Final = {"catalogue": dict, "unit_sets": list}
OWN: Final = tuple(_SHAPES)
"""Keys of what a file brings itself."""
_OF_OUR_WORDS: Final = ("help", "measures")
_OUR_COPY: Final = "# Of the catalogue, as it was when this file was read.\n"


class Tables(Mapping[str, Any]):
    """Tables of TOML by name, each read when it is first asked for: a trial uses a few of some hundreds."""

    def __init__(self, texts: Mapping[str, str], of_all: Mapping[str, Mapping[str, Any]] = {}) -> None:
        self._texts = texts
        self._of_all = of_all
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            raw = tomllib.loads(self._texts[name], parse_float=Decimal)
            self._read[name] = self._whole(name, shipped(raw[name]))
        return self._read[name]

    def _whole(self, name: str, value: Any) -> Any:
        """Return a table with the keys under its own of the one that it uses, else those that stand above them all."""
        if not isinstance(value, dict):
            return value
        under = self[value["use"]] if "use" in value else self._of_all.get(name, {})
        return {**under, **{key: each for key, each in value.items() if key != "use"}}

    def with_key(self, key: str) -> Iterator[str]:
        """Yield the names of the tables that have a key themselves, without reading the others."""
        return (name for name, text in self._texts.items() if f"\n{key} = " in text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def entries() -> Tables:
    """Return the entries of the catalogue by name; one that uses another one has its keys under its own."""
    texts: dict[str, str] = {}
    of_all: dict[str, Mapping[str, Any]] = {}
    for file in _files():
        if file != UNITS:
            cut = _cut(file, _ENTRY)
            texts |= cut
            of_all |= dict.fromkeys(cut, _above(file))
    return Tables(texts, of_all)


@cache
def formulas() -> Mapping[str, str]:
    """Return the names of the entries that have a formula, by its text."""
    return {entries()[name]["formula"]: name for name in entries().with_key("formula")}


@cache
def subjects() -> Mapping[str, tuple[str, ...]]:
    """Return the names of entries by the subject of their file, which is the sentence that the file begins with."""
    return {_subject(file): tuple(_cut(file, _ENTRY)) for file in _files() if file != UNITS}


@cache
def unit_sets() -> Mapping[str, list[dict[str, Any]]]:
    """Return the sets of units by name."""
    return Tables(_cut(UNITS, _SET))


class Shelf:
    """What one file takes from the catalogue; of what the file brings itself, its own.

    A stored file brings all that it took when it was first read (`copies`), so that a catalogue which goes on never
    changes a screening of before.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._own = {kind: shipped(raw.get(kind)) for kind in OWN}
        own = self._own["catalogue"]
        if isinstance(own, dict):
            self._own["catalogue"] = {name: entry_written_out(entry) for name, entry in own.items()}
        self._taken: dict[tuple[str, str], Any] = {}
        self.circular: set[str] = set()
        """Entries of the file's own that use themselves, be it by way of others."""
        self.moved = False
        """Whether questions of the file were put before others that are worked out from them."""
        self.under_lines = False
        """Whether criteria without a rule are asked with lines above them."""

    def entry(self, name: Any) -> Mapping[str, Any] | None:
        """Return the entry of this name, if there is one; one that uses another one has its keys under its own."""
        return self._entry(name, ())

    def _entry(self, name: Any, users: tuple[str, ...]) -> Mapping[str, Any] | None:
        entry: Mapping[str, Any] | None = self._find("catalogue", name, entries())
        if entry is None or "use" not in entry:
            return entry
        if entry["use"] in (*users, name):
            self.circular.add(name)
            ours: Mapping[str, Any] = entries().get(name, {"ask": name})
            return ours
        used = self._entry(entry["use"], (*users, name))
        if used is None:  # which the key's kind then says
            return {"ask": name, **entry}
        used = of_whom_it_asks(used, entry)
        return worded(used, entry) | {key: value for key, value in entry.items() if key != "use"}

    def has_option(self, name: str, code: str) -> bool:
        """Say whether an entry has an option of this code, without taking anything of it."""
        return has_option(self._own["catalogue"], name, code)

    def unit_set(self, name: Any) -> Any:
        """Return the units of this name, if there are any."""
        return self._find("unit_sets", name, unit_sets())

    def _find(self, kind: str, name: Any, ours: Mapping[str, Any]) -> Any:
        if not isinstance(name, str):
            return None
        own = self._own[kind]
        if isinstance(own, dict) and isinstance(own.get(name), _SHAPES[kind]):
            return own[name]
        if name not in ours:
            return None
        self._taken[kind, name] = ours[name]
        return ours[name]

    def copies(self) -> str:
        """Return what was taken of ours, as it is written at the end of the file."""
        copies = "".join(table(kind, name, taken) for (kind, name), taken in self._taken.items())
        return f"\n\n{_OUR_COPY}{copies}" if copies else ""


def has_option(own: Any, name: str, code: str) -> bool:
    """Say whether an entry of a file's own catalogue, or else of ours, is a choice with an option of this code."""
    entry = entry_written_out(own.get(name)) if isinstance(own, dict) else None
    entry = entry if isinstance(entry, dict) and "use" not in entry else entries().get(name, {})
    listed = entry.get("options")
    if isinstance(listed, list):
        return any(isinstance(each, dict) and each.get("code") == code for each in listed)
    return (
        bool(entry) and code in YES_OR_NO and entry.get("kind", "yes_no") == "yes_no" and "units" not in entry
    )


def without_copies(text: str) -> str:
    """Return a file's text as its author wrote it."""
    return text.partition(_OUR_COPY)[0]


def worded(entry: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as a file's own words stand over it: what we explain to our question may not fit another one."""
    return {key: value for key, value in entry.items() if key not in _OF_OUR_WORDS or "ask" not in own}


def of_whom_it_asks(entry: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry as it stands under another name: asked in other words, it may be the sex or age of the donor.

    SDTM has one record of the subject's demographics, in which that has no place.
    """
    asked, coded = own.get("ask"), entry.get("sdtm")
    ours = entry.get("ask")
    ours = ours if isinstance(ours, dict) else {DEFAULT: ours}
    in_our_words = (
        asked.items() <= ours.items() if isinstance(asked, dict) else asked is None or asked in ours.values()
    )
    if in_our_words or not isinstance(coded, dict) or coded.get("domain") != "DM":
        return entry
    return {key: value for key, value in entry.items() if key != "sdtm"}


def first_unit(question: Mapping[str, Any], unit_set: Callable[[str], Any]) -> str | None:
    """Return the code of the first unit of a question, or of the set that it names; ``None`` if that is none."""
    units = question.get("units")
    listed = unit_set(units) if isinstance(units, str) else units
    first = listed[0] if isinstance(listed, list) and listed else None
    code = first.get("code") if isinstance(first, dict) else None
    return code if isinstance(code, str) else None


def _files() -> list[str]:
    folder = resources.files("dialogs") / "catalogue"
    return sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))


def _cut(file: str, begin: re.Pattern[str]) -> dict[str, str]:
    """Return the texts of a file's tables by name; each one goes on to where the next begins."""
    text = _text(file)
    found = list(begin.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return {match[1]: text[match.start() : end] for match, end in zip(found, ends, strict=True)}


def _above(file: str) -> Mapping[str, Any]:
    """Return what stands above the first entry of a file."""
    return tomllib.loads(_ENTRY.split(_text(file), maxsplit=1)[0])


def _subject(file: str) -> str:
    return _text(file).splitlines()[0].removeprefix("# ").removesuffix(".")


def _text(file: str) -> str:
    return (resources.files("dialogs") / "catalogue" / file).read_text(encoding="utf-8")


def shipped(raw: Any) -> Any:
    """Return it with every text that is given by language as a `Text`, which no trial's languages are asked of."""
    if isinstance(raw, list):
        return [shipped(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    return Text(raw) if DEFAULT in raw else {key: shipped(value) for key, value in raw.items()}
