"""Writes out what a file says in short: what it takes from the catalogue, unit sets, kinds, limits of normal.

It works on what stands in the file, before that is read by the tables of keys: what is made here is then read and
checked like anything else. What has not the shape that it needs is left as it stands, and refused by the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from dialogs.loading.catalogue import Shelf
from dialogs.loading.defaults import shipped_text
from dialogs.loading.normal import with_normal_limits
from dialogs.loading.ruleless import question_name, with_questions_of_criteria

Raw = dict[str, Any]


def expanded(raw: Raw, shelf: Shelf) -> Raw:
    """Return the file with everything in it that it says in short; what it uses of the catalogue is on `shelf`."""
    raw = _with_yes_and_no(with_questions_of_criteria(raw, shelf))
    listed = raw.get("question")
    return {**raw, "question": list(_questions(listed, shelf))} if isinstance(listed, list) else raw


def _with_yes_and_no(raw: Raw) -> Raw:
    """Return the file with the options of its kind *yes_no*, which it may word and order itself."""
    own = raw.get("option_sets", {})
    if not isinstance(own, dict):
        return raw
    options = [{"code": code, "text": shipped_text(code)} for code in ("yes", "no")]
    return {**raw, "option_sets": {"yes_no": options, **own}}


def _questions(listed: list[Any], shelf: Shelf) -> Iterator[Any]:
    """Yield the questions of the file, each after those that it needs and the file has not."""
    known = {question_name(each) for each in listed}
    for each in listed:
        if not isinstance(each, dict):
            yield each
            continue
        for question in _with_needed(each, known, shelf):
            yield from with_normal_limits(question, shelf)


def _with_needed(raw: Raw, known: set[str | None], shelf: Shelf) -> Iterator[Raw]:
    question = _written_out(_used(raw, shelf), shelf)
    for needed in re.findall(r"[a-z]\w*", str(question.get("formula", ""))):
        if needed not in known and shelf.entry(needed):
            known.add(needed)
            yield from _with_needed({"use": needed}, known, shelf)
    yield _without_unknown_implications(question, known) if "use" in raw else question


_OF_ONE_TIME: Final = ("formula", "decimals")
"""What a question at another visit does not take of its entry: its parts were answered for this one."""


def _used(raw: Raw, shelf: Shelf) -> Raw:
    """Return a question with the catalogue's entry that it uses under what it says itself."""
    if "use" not in raw:
        return raw
    name = raw["use"]
    entry = shelf.entry(name)
    if entry is None:  # which the key's kind then says
        return {"id": name, "ask": name, **raw}
    if "at" in raw:
        entry = {key: value for key, value in entry.items() if key not in _OF_ONE_TIME}
    return {"id": name, **entry, **{key: value for key, value in raw.items() if key != "use"}}


def _without_unknown_implications(question: Raw, known: set[str | None]) -> Raw:
    """Leave out what a catalogue's options say of questions that the file does not ask."""
    options = question.get("options")
    if not isinstance(options, list):
        return question
    kept = [
        {**option, "implies": {name: code for name, code in option["implies"].items() if name in known}}
        if isinstance(option, dict) and isinstance(option.get("implies"), dict)
        else option
        for option in options
    ]
    return {**question, "options": kept}


# kinds -------------------------------------------------------------------------------------------


def _yes_no(raw: Raw) -> Raw:
    return {"options": "yes_no", **raw, "kind": "choice"}


_KINDS: Final[Mapping[str, Callable[[Raw], Raw]]] = {"yes_no": _yes_no}
"""Kinds that are another one in short."""


def _written_out(raw: Raw, shelf: Shelf) -> Raw:
    raw = {"kind": _kind_by_keys(raw), **raw}
    form = _KINDS.get(raw["kind"]) if isinstance(raw["kind"], str) else None
    return _with_units(form(raw) if form else raw, shelf)


def _kind_by_keys(raw: Raw) -> str:
    """Return the kind of a question that gives none."""
    if "units" in raw:
        return "quantity"
    return "choice" if "options" in raw else "yes_no"


def _with_units(raw: Raw, shelf: Shelf) -> Raw:
    """Return a number with the units of the set that it names; what is said of the first one stands there."""
    named = raw.get("units")
    units = shelf.unit_set(named) if isinstance(named, str) else named
    if not isinstance(units, list) or not units or not all(isinstance(unit, dict) for unit in units):
        return raw
    first, *others = units
    if "example" in raw:
        first = {"example": raw["example"], **first}
    if any("scale" in other for other in others):
        first = {"scale": 1, **first}
    kept = {key: value for key, value in raw.items() if key != "example"}
    return {**kept, "units": [first, *others]}
