"""Fingerprints of criteria as they stand in a file, by which a review is known to be of what is there now."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from dialogs.headings import headings_of
from dialogs.loading.catalogue import OWN, entries, without_copies
from dialogs.loading.defaults import SIDES
from dialogs.loading.formats import in_newest
from dialogs.loading.ruleless import OF_SOME, id_of, names_in, question_name
from dialogs.loading.short_forms import entry_written_out, with_codes
from dialogs.protocol import Criterion, Protocol

OF_REVIEWS: Final = frozenset({"review", "reviewed", "ask_in_words"})
"""Keys of a criterion that say nothing of what it asks for."""
DIGITS: Final = 8
_WITH_CODES, _WITHOUT_CODES, _NEWEST = range(3)
"""Forms of fingerprints: with the criterion's code; without it; and with what `_NEWER`, `_named_by`, `_about` and
`_around_it_further` say of the newest.

What is added goes into the newest alone: files have reviews that were recorded by the two others, and are as they were.
"""
_NEWER: Final = frozenset({"headings", "asked"})
"""What only the newest form can name: the lines that a criterion stands under, and criteria that rules ask about."""

_NAMED: Final = (*OWN, "option_sets")

Raw = Mapping[str, Any]
_Name = tuple[str, str]


def read(text: str) -> dict[str, Any]:
    """Return what a file says, with a code for each criterion."""
    return in_newest(with_codes(tomllib.loads(text, parse_float=Decimal)))


def criterion_of(raw: Raw, code: str) -> Raw:
    """Return the table of a criterion. `KeyError` if there is none."""
    for each in raw["criterion"]:
        if each.get("code") == code:
            found: Raw = each
            return found
    raise KeyError(code)


def fingerprint(text: str, code: str) -> str:
    """Return the first digits of a SHA-256 over a criterion's own keys and the file's own questions in its rule.

    Its code is no part of it: a criterion may be renumbered. The questions are those that the rule names, those from
    which such a number is worked out or by which it is divided or in whose unit it is given, those that serve a formula
    as they measure the same, the entries of the file's own catalogue that these are or use, its option and unit sets
    that they name, and the criteria without a rule that are asked as these; further what answers of other questions
    imply for them, the parts that the criterion belongs to, whether these are all, and the criteria that it requires,
    one by another. The order of keys and questions, comments and layout do not matter; nor does what a stored file has
    copied of our catalogue.
    """
    raw = read(without_copies(text))
    return _fingerprint(criterion_of(raw, code), _own(raw))


def fits(of: str, text: str, code: str) -> bool:
    """Say whether a review is of a criterion as it stands, also by a fingerprint of an earlier form."""
    raw = read(without_copies(text))
    return of in _fitting(criterion_of(raw, code), _own(raw))


def _fitting(criterion: Raw, own: Mapping[_Name, Any]) -> list[str]:
    """Return the fingerprints of a criterion in all forms, which files of before have."""
    return [_fingerprint(criterion, own, form) for form in (_WITH_CODES, _WITHOUT_CODES, _NEWEST)]


def _fingerprint(criterion: Raw, own: Mapping[_Name, Any], form: int = _NEWEST) -> str:
    own = _named_in(form, own)
    listed = [*_about(criterion, own, form), *_around(criterion, own)]
    keys = _judged(criterion)
    if form == _NEWEST:
        listed += _around_it_further(criterion, own)
    if form != _WITH_CODES:
        keys = {key: value for key, value in keys.items() if key != "code"}
        if ("criterion", str(keys.get("requires"))) in own:
            keys = {**keys, "requires": ""}  # what stands there is listed
        listed = [*map(_without_code, listed)]
    listed.sort(key=itemgetter(0))
    written = json.dumps([keys, listed], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:DIGITS]


def _named_in(form: int, own: Mapping[_Name, Any]) -> Mapping[_Name, Any]:
    """Return what a form can name of a file.

    Before the newest, the last line was taken for what is required by whatever requires nothing.
    """
    if form == _NEWEST:
        return {name: table for name, table in own.items() if name != ("criterion", str(None))}
    return {name: table for name, table in own.items() if name[0] not in _NEWER}


def _about(criterion: Raw, own: Mapping[_Name, Any], form: int) -> Iterator[tuple[_Name, Any]]:
    """Yield what a criterion's rule names, or a criterion without a rule itself, and what answers imply for these."""
    rule = criterion.get("rule")
    named = [*names_in(rule)] if isinstance(rule, str) else []
    begin = [_questions(name) for name in named]
    if form == _NEWEST and not isinstance(rule, str):
        begin = [_named_by(criterion)]
    used = dict(_used(begin, own, _named_by if form == _NEWEST else _named_by_before))
    yield from used.items()
    asked = {name: name for name in (*named, *(name for _, name in used))}
    if form == _NEWEST and rule is None:
        asked[id_of(str(criterion["code"]))] = ""  # it may be renumbered
    yield from _implied(asked, own)


def _judged(criterion: Raw) -> Raw:
    return {key: value for key, value in criterion.items() if key not in OF_REVIEWS}


def _around(criterion: Raw, own: Mapping[_Name, Any]) -> Iterator[tuple[_Name, Any]]:
    """Yield the parts of a criterion, and the criterion that it requires: what a code stands for may change.

    One of all parts is asked about all persons whom these name; files of the forms before the newest name none.
    """
    parts = criterion.get("parts") or [
        name for (kind, name), table in own.items() if kind == "part" and "person" in table
    ]
    names = [("part", str(each)) for each in (parts if isinstance(parts, list) else ())]
    for name in (*names, ("criterion", str(criterion.get("requires")))):
        if name in own:
            yield name, own[name]


def _around_it_further(criterion: Raw, own: Mapping[_Name, Any]) -> Iterator[tuple[_Name, Any]]:
    """Yield what only the newest form has of that which is around a criterion."""
    yield from _required_further(criterion, own)
    if _names_every_part(criterion, own):
        yield ("every part", ""), True
    yield ("headings", ""), own.get(("headings", str(criterion.get("code"))), ())


def _required_further(criterion: Raw, own: Mapping[_Name, Any]) -> Iterator[tuple[_Name, Any]]:
    """Yield what the criterion that is required requires itself, and so on."""
    seen = [str(criterion.get("requires"))]
    while "requires" in (required := own.get(("criterion", seen[-1]), {})):
        if (code := str(required["requires"])) in seen or ("criterion", code) not in own:
            return
        seen.append(code)
        yield ("criterion", code), own["criterion", code]


def _names_every_part(criterion: Raw, own: Mapping[_Name, Any]) -> bool:
    """Say whether who fails a criterion fits no part, though it names parts: one more of them would stay."""
    parts = [name for (kind, name), table in own.items() if kind == "part" and not table.get("required")]
    named = criterion.get("parts")
    return bool(parts) and isinstance(named, list) and {*map(str, named)} >= {*parts}


def _without_code(named: tuple[_Name, Any]) -> tuple[_Name, Any]:
    (kind, _), table = named
    if kind != "criterion":
        return named
    return (kind, ""), {key: value for key, value in table.items() if key != "code"}


def _implied(asked: Mapping[str, str], own: Mapping[_Name, Any]) -> Iterator[tuple[_Name, Any]]:
    """Yield what answers of the file's questions imply for those that are asked about, by what these are called."""
    for (kind, name), table in own.items():
        options = (
            table.get("options") if isinstance(table, dict) else table if kind == "option_sets" else None
        )
        for option in options if isinstance(options, list) else ():
            implied = option.get("implies") if isinstance(option, dict) else None
            said = {asked[each]: code for each, code in (implied or {}).items() if each in asked}
            if said:
                yield (f"{kind} implies", f"{name} {option.get('code')}"), said


def _own(raw: Raw) -> dict[_Name, Any]:
    """Return what rules and questions can name of a file, by the table that it stands in and its name."""
    own: dict[_Name, Any] = {
        (kind, name): entry_written_out(each) for kind in _NAMED for name, each in raw.get(kind, {}).items()
    }
    own |= {("question", name): each for each in raw.get("question", ()) if (name := question_name(each))}
    own |= {("part", str(each.get("code"))): each for each in raw.get("part", ())}
    criteria = raw.get("criterion", ())
    own |= {("criterion", str(each.get("code"))): _judged(each) for each in criteria}
    judged = [each for each in criteria if "line" not in each]
    for each, above in zip(judged, headings_of(_entries(raw)), strict=True):
        own["headings", str(each["code"])] = above
        if "rule" not in each:
            own["asked", id_of(str(each["code"]))] = _asked(each, above)
    return own


def _asked(criterion: Raw, headings: Sequence[str]) -> Raw:
    """Return a criterion without a rule as another's rule asks about it."""
    keys = {key: value for key, value in _judged(criterion).items() if key != "code"}
    return {**keys, "headings": headings}


def _entries(raw: Raw) -> Iterator[tuple[str | None, str, str]]:
    """Yield the sides, codes and words of criteria, and lines that are none, as `headings_of` takes them."""
    for each in raw.get("criterion", ()):
        side = next((key for key in SIDES if key in each), None)
        yield side, "" if side is None else str(each["code"]), str(each[side or "line"])


def _used(
    begin: Sequence[list[_Name]], own: Mapping[_Name, Any], named_by: Callable[[Any], list[_Name]]
) -> Iterator[tuple[_Name, Any]]:
    """Yield what is named of a file, and what this names."""
    waiting, seen = [*begin], set[_Name]()
    while waiting:
        for name in waiting.pop():
            if name in own and name not in seen:
                seen.add(name)
                waiting.append(named_by(own[name]))
                yield name, own[name]
            elif name not in seen and name[0] == "catalogue" and name[1] in entries():
                seen.add(name)  # of ours: what it is worked out from may be worded by the file
                waiting.append(named_by(entries()[name[1]]))
            elif name[0] == "measures" and name not in seen:
                seen.add(name)
                waiting.append([*_that_measure(_measured(name[1], own), own)])


def _that_measure(what: Any, own: Mapping[_Name, Any]) -> Iterator[_Name]:
    """Yield the questions that the file words itself and that measure the same: an answer of theirs may serve."""
    for (kind, name), table in own.items():
        words_it = (
            kind in ("question", "catalogue") and isinstance(table, dict) and table.keys() - {"id", "use"}
        )
        if words_it and what is not None and _measured(name, {(kind, name): table}) == what:
            yield kind, name


def _measured(name: str, own: Mapping[_Name, Any]) -> Any:
    """Return what a question says that it measures: itself, or by its entry of ours where it is asked as that."""
    table = own.get(("question", name)) or own.get(("catalogue", name)) or {"use": name}
    entry = {} if {"ask", "at"} & table.keys() else entries().get(str(table.get("use")), {})
    return table.get("measures", entry.get("measures"))


def _questions(name: str) -> list[_Name]:
    return [("question", name), ("catalogue", name), ("asked", name)]


def _named_by(table: Any) -> list[_Name]:
    """Return what a question, an entry of the catalogue or a set of units names."""
    named = _named_by_before(table)
    if isinstance(table, dict):
        named += [("measures", part) for part in names_in(str(table.get("formula", "")))]
        named += [("option_sets", "yes_no")] if _is_answered_by_yes_or_no(table) else []
    return named


def _named_by_before(table: Any) -> list[_Name]:
    """Return what the forms before the newest took such a table to name."""
    if isinstance(table, list):  # of units, or of options, which name nothing
        return [name for each in table if isinstance(each, dict) for name in _questions(str(each.get("per")))]
    if not isinstance(table, dict):
        return []
    named = [name for part in names_in(str(table.get("formula", ""))) for name in _questions(part)]
    named += [("catalogue", str(table.get("use"))), ("option_sets", str(table.get("options")))]
    named += _questions(str(table.get("unit_of")))
    units = table.get("units")
    return [*named, *(_named_by_before(units) if isinstance(units, list) else [("unit_sets", str(units))])]


def _is_answered_by_yes_or_no(table: Raw) -> bool:
    """Say so of a question or criterion that gives no other kind; one that uses an entry is of the entry's kind."""
    if {"use", "options", "units"} & table.keys() or table.get(OF_SOME) is True:
        return False
    return bool(table.get("kind", "yes_no") == "yes_no")


def with_fitting_reviews(protocol: Protocol) -> Protocol:
    """Return the protocol, in which each review says whether it is of what stands in the file now."""
    if not any(criterion.reviewed for criterion in protocol.criteria):
        return protocol
    raw = read(without_copies(protocol.text))
    tables = {each["code"]: each for each in raw["criterion"] if "code" in each}
    own = _own(raw)
    criteria = (
        _compared(each, _fitting(tables[each.code], own)) if each.reviewed else each
        for each in protocol.criteria
    )
    return replace(protocol, criteria=tuple(criteria))


def _compared(criterion: Criterion, now: Container[str]) -> Criterion:
    reviewed = tuple(replace(review, fits=review.of in now) for review in criterion.reviewed)
    return replace(criterion, reviewed=reviewed)
