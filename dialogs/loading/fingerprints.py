"""Fingerprints of criteria as they stand in a file, by which a review is known to be of what is there now."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from dialogs.headings import headings_of
from dialogs.loading.catalogue import OWN, without_copies
from dialogs.loading.defaults import SIDES
from dialogs.loading.formats import in_newest
from dialogs.loading.named import ASKED, Name, named_by, named_by_before, questions, reached, used
from dialogs.loading.ruleless import entries_of, id_of, names_in, question_name
from dialogs.loading.short_forms import entry_written_out, with_codes
from dialogs.protocol import Criterion, Protocol

OF_REVIEWS: Final = frozenset({"review", "reviewed", "ask_in_words"})
"""Keys of a criterion that say nothing of what it asks for."""
DIGITS: Final = 8
_WITH_CODES, _WITHOUT_CODES, _WITH_HEADINGS, _WITH_SHOWN, _NEWEST = range(5)
"""Forms of fingerprints: with the criterion's code; without it; with what `_NEWER`, `named_by`, `_about` and
`_around_it_further` say of this one; with what is shown beside its questions; and with what `_of_the_whole` says.

What is added goes into the newest alone: files have reviews that were recorded by the others, and are as they were.
"""
_NEWER: Final = frozenset({"headings", "asked"})
"""What no form before that with headings can name: the lines above a criterion, and criteria that rules ask about."""
SHOWN: Final = ("site_item", "alert")
"""Tables of what is shown where answers call for it, and decides nothing."""

_NAMED: Final = (*OWN, "option_sets")

Raw = Mapping[str, Any]


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
    imply for them, the parts that the criterion belongs to, whether these are all, the criteria that it requires, one
    by another, and the alerts and points to ask the site about that depend on these questions; of a criterion of all
    parts, which there are, and of the first one how many criteria there are of each kind. The order of keys and
    questions, comments and layout do not matter; nor does what a stored file has copied of our catalogue.
    """
    raw = read(without_copies(text))
    return _fingerprint(criterion_of(raw, code), _own(raw))


def fits(of: str, text: str, code: str) -> bool:
    """Say whether a review is of a criterion as it stands, also by a fingerprint of an earlier form."""
    raw = read(without_copies(text))
    return of in _fitting(criterion_of(raw, code), _own(raw))


def _fitting(criterion: Raw, own: Mapping[Name, Any]) -> dict[str, int]:
    """Return the forms of a criterion's fingerprints, in which files of before have them, by what these are."""
    return {_fingerprint(criterion, own, form): form for form in range(_NEWEST + 1)}


def _listed(criterion: Raw, own: Mapping[Name, Any], form: int) -> list[tuple[Name, Any]]:
    """Return what a fingerprint is of beside the criterion's own keys."""
    own = _named_in(form, own)
    listed = [*_about(criterion, own, form), *_around(criterion, own)]
    if form >= _WITH_HEADINGS:
        listed += _around_it_further(criterion, own)
    if form >= _WITH_SHOWN:
        listed += [own["shown", code] for code in [str(criterion.get("code"))] if ("shown", code) in own]
    if form == _NEWEST:
        listed += _of_the_whole(criterion, own)
    return listed


def _fingerprint(criterion: Raw, own: Mapping[Name, Any], form: int = _NEWEST) -> str:
    listed = _listed(criterion, own, form)
    keys = _judged(criterion)
    if form != _WITH_CODES:
        keys = {key: value for key, value in keys.items() if key != "code"}
        if ("criterion", str(keys.get("requires"))) in _named_in(form, own):
            keys = {**keys, "requires": ""}  # what stands there is listed
        listed = [*map(_without_code, listed)]
    listed.sort(key=itemgetter(0))
    written = json.dumps([keys, listed], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:DIGITS]


def _named_in(form: int, own: Mapping[Name, Any]) -> Mapping[Name, Any]:
    """Return what a form can name of a file.

    Before that with headings, the last line was taken for what is required by whatever requires nothing.
    """
    if form >= _WITH_HEADINGS:
        return {name: table for name, table in own.items() if name != ("criterion", str(None))}
    return {name: table for name, table in own.items() if name[0] not in _NEWER}


def _about(criterion: Raw, own: Mapping[Name, Any], form: int) -> Iterator[tuple[Name, Any]]:
    """Yield what a criterion's rule names, or a criterion without a rule itself, and what answers imply for these."""
    rule = criterion.get("rule")
    named = [*names_in(rule)] if isinstance(rule, str) else []
    begin = [questions(name) for name in named]
    if form >= _WITH_HEADINGS and not isinstance(rule, str):
        begin = [named_by(criterion)]
    found = dict(used(begin, own, named_by if form >= _WITH_HEADINGS else named_by_before))
    yield from found.items()
    asked = {name: name for name in (*named, *(name for _, name in found))}
    if form >= _WITH_HEADINGS and rule is None:
        asked[id_of(str(criterion["code"]))] = ""  # it may be renumbered
    yield from _implied(asked, own)


def _judged(criterion: Raw) -> Raw:
    return {key: value for key, value in criterion.items() if key not in OF_REVIEWS}


def _around(criterion: Raw, own: Mapping[Name, Any]) -> Iterator[tuple[Name, Any]]:
    """Yield the parts of a criterion, and the criterion that it requires: what a code stands for may change.

    One of all parts is asked about all persons whom these name; files of the forms before that with headings name none.
    """
    parts = criterion.get("parts") or [
        name for (kind, name), table in own.items() if kind == "part" and "person" in table
    ]
    names = [("part", str(each)) for each in (parts if isinstance(parts, list) else ())]
    for name in (*names, ("criterion", str(criterion.get("requires")))):
        if name in own:
            yield name, own[name]


def _around_it_further(criterion: Raw, own: Mapping[Name, Any]) -> Iterator[tuple[Name, Any]]:
    """Yield what no form before that with headings has of that which is around a criterion."""
    yield from _required_further(criterion, own)
    if _names_every_part(criterion, own):
        yield ("every part", ""), True
    yield ("headings", ""), own.get(("headings", str(criterion.get("code"))), ())


def _required_further(criterion: Raw, own: Mapping[Name, Any]) -> Iterator[tuple[Name, Any]]:
    """Yield what the criterion that is required requires itself, and so on."""
    seen = [str(criterion.get("requires"))]
    while "requires" in (required := own.get(("criterion", seen[-1]), {})):
        if (code := str(required["requires"])) in seen or ("criterion", code) not in own:
            return
        seen.append(code)
        yield ("criterion", code), own["criterion", code]


def _names_every_part(criterion: Raw, own: Mapping[Name, Any]) -> bool:
    """Say whether who fails a criterion fits no part, though it names parts: one more of them would stay."""
    parts = [name for (kind, name), table in own.items() if kind == "part" and not table.get("required")]
    named = criterion.get("parts")
    return bool(parts) and isinstance(named, list) and {*map(str, named)} >= {*parts}


def _of_the_whole(criterion: Raw, own: Mapping[Name, Any]) -> Iterator[tuple[Name, Any]]:
    """Yield which parts a criterion of all parts is of, and of the first one how many criteria there are.

    Else nobody would look at a part without criteria of its own, nor at what is there no more. The parts are listed
    where there are none, too: what is reviewed without any is no review of a form before.
    """
    yield ("parts", ""), {} if criterion.get("parts") else own["parts", ""]
    if criterion.get("code") == own["first", ""]:
        yield ("number", ""), own["number", ""]


def _parts_at_all(raw: Raw) -> Raw:
    """Return the parts of a file by their codes; those that no criterion names, whole."""
    named = {str(code) for each in raw.get("criterion", ()) for code in each.get("parts", ())}
    parts = {str(each.get("code")): each for each in raw.get("part", ())}
    return {code: {} if code in named else each for code, each in parts.items()}


def _without_code(named: tuple[Name, Any]) -> tuple[Name, Any]:
    (kind, _), table = named
    if kind != "criterion":
        return named
    return (kind, ""), {key: value for key, value in table.items() if key != "code"}


def _implied(asked: Mapping[str, str], own: Mapping[Name, Any]) -> Iterator[tuple[Name, Any]]:
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


def _own(raw: Raw) -> dict[Name, Any]:
    """Return what rules and questions can name of a file, by the table that it stands in and its name."""
    own: dict[Name, Any] = {
        (kind, name): entry_written_out(each) for kind in _NAMED for name, each in raw.get(kind, {}).items()
    }
    own |= {("question", name): each for each in raw.get("question", ()) if (name := question_name(each))}
    own |= {("part", str(each.get("code"))): each for each in raw.get("part", ())}
    criteria = raw.get("criterion", ())
    own |= {("criterion", str(each.get("code"))): _judged(each) for each in criteria}
    judged = [each for each in criteria if "line" not in each]
    own["parts", ""] = _parts_at_all(raw)
    own["first", ""] = next((each["code"] for each in judged), None)
    own["number", ""] = {side: sum(side in each for each in judged) for side in SIDES}
    for each, above in zip(judged, headings_of(entries_of(criteria)), strict=True):
        own["headings", str(each["code"])] = above
        if "rule" not in each:
            own["asked", id_of(str(each["code"]))] = _asked(each, above)
    texts = {(kind, str(each["id"])): each for kind in SHOWN for each in raw.get(kind, ())}
    for code, names in (_shown_with(judged, texts, own) if texts else {}).items():
        own["shown", code] = ("shown", ""), sorted(_shown(name, texts[name]) for name in names)
    return own


def shown_with(text: str) -> dict[str, list[Name]]:
    """Return the alerts and points of a file by the criteria whose reviews are of them, too: each as table and id."""
    raw = read(without_copies(text))
    texts = {(kind, str(each["id"])): each for kind in SHOWN for each in raw.get(kind, ())}
    return _shown_with([each for each in raw["criterion"] if "line" not in each], texts, _own(raw))


def _shown_with(
    criteria: Iterable[Raw], texts: Mapping[Name, Raw], own: Mapping[Name, Any]
) -> dict[str, list[Name]]:
    """Return what is shown where answers to a criterion's questions call for it; of no criterion's is of all."""
    asked = {str(each["code"]): _questions_under(each, own) for each in criteria}
    found: dict[str, list[Name]] = {}
    for name, each in texts.items():
        needed = {*names_in(str(each["when"]))}
        codes = [code for code, names in asked.items() if names & needed] or [*asked]
        for code in codes:
            found.setdefault(code, []).append(name)
    return found


def _questions_under(criterion: Raw, own: Mapping[Name, Any]) -> set[str]:
    """Return the questions of a criterion, and those that these are worked out from or name otherwise."""
    rule = criterion.get("rule")
    if not isinstance(rule, str):
        return {id_of(str(criterion["code"]))}
    begin = [questions(name) for name in names_in(rule)]
    return {name for kind, name in reached(begin, own, named_by) if kind in ASKED}


def _shown(name: Name, table: Raw) -> str:
    """Return what a person reads of it, and when: what it is called in the file says nothing."""
    return json.dumps([name[0], {key: each for key, each in table.items() if key != "id"}], sort_keys=True)


def _asked(criterion: Raw, headings: Sequence[str]) -> Raw:
    """Return a criterion without a rule as another's rule asks about it."""
    keys = {key: value for key, value in _judged(criterion).items() if key != "code"}
    return {**keys, "headings": headings}


def with_fitting_reviews(protocol: Protocol) -> Protocol:
    """Return the protocol, in which each review says whether it is of what stands in the file now."""
    if not any(criterion.reviewed for criterion in protocol.criteria):
        return protocol
    raw = read(without_copies(protocol.text))
    tables = {each["code"]: each for each in raw["criterion"] if "code" in each}
    own = _own(raw)
    criteria = (
        _compared(each, tables[each.code], own) if each.reviewed else each for each in protocol.criteria
    )
    return replace(protocol, criteria=tuple(criteria))


def _compared(criterion: Criterion, raw: Raw, own: Mapping[Name, Any]) -> Criterion:
    forms = _fitting(raw, own)
    reviewed = tuple(
        replace(each, fits=each.of in forms, less=each.of in forms and _is_of_less(raw, own, forms[each.of]))
        for each in criterion.reviewed
    )
    return replace(criterion, reviewed=reviewed)


def _is_of_less(criterion: Raw, own: Mapping[Name, Any], form: int) -> bool:
    """Say whether a form leaves out anything that there is of a criterion, and that the newest is of."""
    names = {name for name, _ in _listed(criterion, own, form)}
    return any(table and name not in names for name, table in _listed(criterion, own, _NEWEST))
