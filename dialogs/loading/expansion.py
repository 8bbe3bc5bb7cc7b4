"""Writes out what a file says in short: what it takes from the catalogue, unit sets, kinds, limits of normal.

It works on what stands in the file, before that is read by the tables of keys: what is made here is then read and
checked like anything else. What has not the shape that it needs is left as it stands, and refused by the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from dialogs.loading.catalogue import Shelf, first_unit, of_whom_it_asks, worded
from dialogs.loading.defaults import shipped_text
from dialogs.loading.formula_parts import parts_before_wholes
from dialogs.loading.normal import with_normal_limits
from dialogs.loading.order import in_order
from dialogs.loading.ruleless import names_in, question_name, with_questions_of_criteria

Raw = dict[str, Any]
_BETWEEN: Final = re.compile("[^a-z0-9]+")
_MEANS_MORE: Final = re.compile(r"[<>=+]|(?<!\w)-(?=\w)|(?<=\w)-(?!\w)")
"""Signs without which a text is another answer: ``<5`` would be the code of 5, and 5, typed, be taken as that."""


def expanded(raw: Raw, shelf: Shelf, *, parts_first: bool = True, under_lines: bool = True) -> Raw:
    """Return the file with everything in it that it says in short; what it uses of the catalogue is on `shelf`.

    With `parts_first` the questions that a number is worked out from are asked before it, whatever the file's order;
    with `under_lines` a criterion without a rule is asked with the lines that lead on to it.
    """
    raw = _with_yes_and_no(with_questions_of_criteria(raw, shelf, under_lines=under_lines))
    listed = raw.get("question")
    if not isinstance(listed, list):
        return raw
    if parts_first:
        ordered = list(parts_before_wholes(listed, shelf))
        shelf.moved, listed = ordered != listed, ordered
    own = {question_name(each) for each in listed if not isinstance(each, dict) or _has_own_options(each)}
    questions = list(_questions(listed, shelf))
    if "order" in raw:
        questions = in_order(questions, raw["order"], shelf)
    return {**raw, "question": _with_implications_that_fit(questions, own, raw.get("option_sets"), shelf)}


def _with_yes_and_no(raw: Raw) -> Raw:
    """Return the file with the options of its kind *yes_no*, which it may word and order itself."""
    own = raw.get("option_sets", {})
    if not isinstance(own, dict):
        return raw
    options = [{"code": code, "text": shipped_text(code)} for code in ("yes", "no")]
    return {
        **raw,
        "option_sets": {"yes_no": options, **{name: _coded(listed) for name, listed in own.items()}},
    }


def _coded(options: Any) -> Any:
    """Return a list of options with a code for each that is a text: it, in small letters, and _ for other signs.

    Screenings are stored by these codes: no text may ever come to another one.
    """
    return [_option_of(each) for each in options] if isinstance(options, list) else options


def _option_of(raw: Any) -> Any:
    if not isinstance(raw, str) or not raw.isascii() or _MEANS_MORE.search(raw):
        return raw
    code = _BETWEEN.sub("_", raw.lower()).strip("_")
    return {"code": code, "text": raw} if code else raw


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
    for needed in names_in(str(question.get("formula", ""))):
        if needed not in known and shelf.entry(needed):
            known.add(needed)
            yield from _with_needed({"use": needed}, known, shelf)
    yield question


_OF_ONE_TIME: Final = ("formula", "decimals", "measures")
"""What a question at another visit does not take of its entry: its parts were answered for this one."""

_IN_THE_FIRST_UNIT: Final = ("possible", "usual", "example", "uln", "lln")
"""What a question that begins with another unit does not take of its entry."""


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
    if "units" in raw and first_unit(raw, shelf.unit_set) != first_unit(entry, shelf.unit_set):
        entry = {key: value for key, value in entry.items() if key not in _IN_THE_FIRST_UNIT}
    if raw.get("id", name) != name:
        entry = {key: _without_id(value) if key in ("uln", "lln") else value for key, value in entry.items()}
        entry = of_whom_it_asks(entry, raw)
    return {"id": name, **worded(entry, raw), **{key: value for key, value in raw.items() if key != "use"}}


def _without_id(limit: Any) -> Any:
    """Return a limit of normal without a name of its own, which the entry's question under another name may have."""
    return {key: value for key, value in limit.items() if key != "id"} if isinstance(limit, dict) else limit


# what options imply ------------------------------------------------------------------------------


def _has_own_options(raw: Raw) -> bool:
    return "use" not in raw or "options" in raw


def _with_implications_that_fit(
    questions: list[Any], own: Collection[str | None], sets: Any, shelf: Shelf
) -> list[Any]:
    """Leave out what the catalogue's options say of questions that the file asks without that option.

    What they say of a question that the file does not ask stays, if it is of the catalogue: another trial may ask it.
    `own` are the questions whose options the file gives itself: what these say is looked at as it stands.
    """
    asked = {question_name(each): _codes(each, sets) for each in questions}
    return [each if question_name(each) in own else _that_fits(each, asked, shelf) for each in questions]


def _that_fits(question: Raw, asked: Mapping[str | None, Collection[str]], shelf: Shelf) -> Raw:
    kept = []
    for option in _options(question):
        implied = option.get("implies", {}).items()
        fits = {
            name: code
            for name, code in implied
            if (code in asked[name] if name in asked else shelf.has_option(name, code))
        }
        kept.append({**option, "implies": fits} if implied else option)
    return {**question, "options": kept} if kept else question


def _codes(question: Any, sets: Any) -> set[str]:
    """Return the options of a question by their codes."""
    listed = question.get("options") if isinstance(question, dict) else None
    if isinstance(listed, str) and isinstance(sets, dict):
        question = {"options": sets.get(listed)}
    codes = (option.get("code") for option in _options(question))
    return {code for code in codes if isinstance(code, str)}


def _options(question: Any) -> list[Raw]:
    listed = question.get("options") if isinstance(question, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


# kinds -------------------------------------------------------------------------------------------


def _yes_no(raw: Raw) -> Raw:
    return {"options": "yes_no", **raw, "kind": "choice"}


_KINDS: Final[Mapping[str, Callable[[Raw], Raw]]] = {"yes_no": _yes_no}
"""Kinds that are another one in short."""


def _written_out(raw: Raw, shelf: Shelf) -> Raw:
    raw = {"kind": _kind_by_keys(raw), **raw}
    if "options" in raw:
        raw["options"] = _coded(raw["options"])
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
