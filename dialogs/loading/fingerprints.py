"""Fingerprints of criteria as they stand in a file, by which a review is known to be of what is there now."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from dialogs.headings import headings_of
from dialogs.loading.catalogue import OWN, entries, without_copies
from dialogs.loading.defaults import SIDES
from dialogs.loading.formats import in_newest
from dialogs.loading.ruleless import names_in, question_name
from dialogs.loading.short_forms import entry_written_out, with_codes
from dialogs.protocol import Criterion, Protocol

OF_REVIEWS: Final = frozenset({"review", "reviewed", "ask_in_words"})
"""Keys of a criterion that say nothing of what it asks for."""
DIGITS: Final = 8
_WITH_CODES, _WITHOUT_LINES, _NEWEST = range(3)
"""Forms of fingerprints, by what is in them: the criterion's code, and later the lines that it stands under."""

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
    which such a number is worked out or by which it is divided or in whose unit it is given, the entries of the file's
    own catalogue that these are or use, and its option and unit sets that they name; further what answers of other
    questions imply for them, the parts that the criterion belongs to and the criterion that it requires. The order of
    keys and questions, comments and layout do not matter; nor does what a stored file has copied of our catalogue.
    """
    raw = read(without_copies(text))
    return _fingerprint(criterion_of(raw, code), _own(raw))


def fits(of: str, text: str, code: str) -> bool:
    """Say whether a review is of a criterion as it stands, also by a fingerprint of an earlier form."""
    raw = read(without_copies(text))
    return of in _fitting(criterion_of(raw, code), _own(raw))


def _fitting(criterion: Raw, own: Mapping[_Name, Any]) -> list[str]:
    """Return the fingerprints of a criterion in all forms, which files of before have."""
    return [_fingerprint(criterion, own, form) for form in (_WITH_CODES, _WITHOUT_LINES, _NEWEST)]


def _fingerprint(criterion: Raw, own: Mapping[_Name, Any], form: int = _NEWEST) -> str:
    rule = criterion.get("rule")
    named = [*names_in(rule)] if isinstance(rule, str) else []
    used = dict(_used(named, own))
    asked = {*named, *(name for _, name in used)}
    # before, the last line was taken for what is required by whatever requires nothing
    if form > _WITHOUT_LINES:
        own = {name: table for name, table in own.items() if name != ("criterion", str(None))}
    around = [*_around(criterion, own)]
    keys = _judged(criterion)
    if form > _WITH_CODES:
        keys = {key: value for key, value in keys.items() if key != "code"}
        if ("criterion", str(keys.get("requires"))) in own:
            keys = {**keys, "requires": ""}  # what stands there is listed
        around = [*map(_without_code, around)]
    if form > _WITHOUT_LINES:
        around.append((("headings", ""), own.get(("headings", str(criterion.get("code"))), ())))
    listed = sorted([*used.items(), *around, *_implied(asked, own)], key=itemgetter(0))
    written = json.dumps([keys, listed], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:DIGITS]


def _judged(criterion: Raw) -> Raw:
    return {key: value for key, value in criterion.items() if key not in OF_REVIEWS}


def _around(criterion: Raw, own: Mapping[_Name, Any]) -> Iterator[tuple[_Name, Any]]:
    """Yield the parts of a criterion, and the criterion that it requires: what a code stands for may change.

    One of all parts is asked about all persons whom these name.
    """
    parts = criterion.get("parts") or [
        name for (kind, name), table in own.items() if kind == "part" and "person" in table
    ]
    names = [("part", str(each)) for each in (parts if isinstance(parts, list) else ())]
    for name in (*names, ("criterion", str(criterion.get("requires")))):
        if name in own:
            yield name, own[name]


def _without_code(named: tuple[_Name, Any]) -> tuple[_Name, Any]:
    (kind, _), table = named
    if kind != "criterion":
        return named
    return (kind, ""), {key: value for key, value in table.items() if key != "code"}


def _implied(asked: Set[str], own: Mapping[_Name, Any]) -> Iterator[tuple[_Name, Any]]:
    """Yield what answers of the file's questions imply for those that are asked about."""
    for (kind, name), table in own.items():
        options = (
            table.get("options") if isinstance(table, dict) else table if kind == "option_sets" else None
        )
        for option in options if isinstance(options, list) else ():
            implied = option.get("implies") if isinstance(option, dict) else None
            said = {each: code for each, code in (implied or {}).items() if each in asked}
            if said:
                yield (f"{kind} implies", f"{name} {option.get('code')}"), said


def _own(raw: Raw) -> dict[_Name, Any]:
    """Return what rules and questions can name of a file, by the table that it stands in and its name."""
    own: dict[_Name, Any] = {
        (kind, name): entry_written_out(each) for kind in _NAMED for name, each in raw.get(kind, {}).items()
    }
    own |= {("question", name): each for each in raw.get("question", ()) if (name := question_name(each))}
    own |= {("part", str(each.get("code"))): each for each in raw.get("part", ())}
    own |= {("criterion", str(each.get("code"))): _judged(each) for each in raw.get("criterion", ())}
    codes = [str(each["code"]) for each in raw.get("criterion", ()) if "line" not in each]
    return own | {
        ("headings", code): above for code, above in zip(codes, headings_of(_entries(raw)), strict=True)
    }


def _entries(raw: Raw) -> Iterator[tuple[str | None, str, str]]:
    """Yield the sides, codes and words of criteria, and lines that are none, as `headings_of` takes them."""
    for each in raw.get("criterion", ()):
        side = next((key for key in SIDES if key in each), None)
        yield side, "" if side is None else str(each["code"]), str(each[side or "line"])


def _used(names: Sequence[str], own: Mapping[_Name, Any]) -> Iterator[tuple[_Name, Any]]:
    """Yield what is named of a file, and what this names."""
    waiting, seen = [*map(_questions, names)], set[_Name]()
    while waiting:
        for name in waiting.pop():
            if name in own and name not in seen:
                seen.add(name)
                waiting.append(_named_by(own[name]))
                yield name, own[name]
            elif name not in seen and name[0] == "catalogue" and name[1] in entries():
                seen.add(name)  # of ours: what it is worked out from may be worded by the file
                waiting.append(_named_by(entries()[name[1]]))


def _questions(name: str) -> list[_Name]:
    return [("question", name), ("catalogue", name)]


def _named_by(table: Any) -> list[_Name]:
    """Return what a question, an entry of the catalogue or a set of units names."""
    if isinstance(table, list):  # of units, or of options, which name nothing
        return [name for each in table if isinstance(each, dict) for name in _questions(str(each.get("per")))]
    if not isinstance(table, dict):
        return []
    named = [name for part in names_in(str(table.get("formula", ""))) for name in _questions(part)]
    named += [("catalogue", str(table.get("use"))), ("option_sets", str(table.get("options")))]
    named += _questions(str(table.get("unit_of")))
    units = table.get("units")
    return [*named, *(_named_by(units) if isinstance(units, list) else [("unit_sets", str(units))])]


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
