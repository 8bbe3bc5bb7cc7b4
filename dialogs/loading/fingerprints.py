"""Fingerprints of criteria as they stand in a file, by which a review is known to be of what is there now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dialogs.loading.ruleless import names_in, question_name
from dialogs.protocol import Criterion, Protocol

OF_REVIEWS: Final = frozenset({"review", "reviewed"})
"""Keys of a criterion that say nothing of what it asks for."""
DIGITS: Final = 8

Raw = Mapping[str, Any]


def fingerprint(criterion: Raw, raw: Raw) -> str:
    """Return the first digits of a SHA-256 over a criterion's own keys and the file's own questions in its rule.

    These are the questions that the rule names, those from which such a number is worked out or by which it is
    divided, and the option sets that they use. The order of keys and questions, comments and layout do not matter.
    """
    return _fingerprint(criterion, raw, _own_questions(raw))


def _fingerprint(criterion: Raw, raw: Raw, questions: Mapping[str, Raw]) -> str:
    own = {key: value for key, value in criterion.items() if key not in OF_REVIEWS}
    rule = criterion.get("rule")
    used = dict(sorted(_used(names_in(rule) if isinstance(rule, str) else [], questions)))
    sets = raw.get("option_sets", {})
    named = {name: sets.get(name) for question in used.values() if (name := _option_set(question))}
    written = json.dumps([own, used, named], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:DIGITS]


def _own_questions(raw: Raw) -> dict[str, Raw]:
    return {name: each for each in raw.get("question", ()) if (name := question_name(each)) is not None}


def _used(names: Sequence[str], own: Mapping[str, Raw]) -> Iterator[tuple[str, Raw]]:
    """Yield the file's own questions that are named, and those that these name."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in own and name not in seen:
            seen.add(name)
            waiting += _named_by(own[name])
            yield name, own[name]


def _named_by(question: Raw) -> Iterator[str]:
    yield from names_in(str(question.get("formula", "")))
    units = question.get("units")
    for unit in units if isinstance(units, list) else ():
        yield str(unit.get("per", ""))


def _option_set(question: Raw) -> str | None:
    options = question.get("options")
    return options if isinstance(options, str) else None


def with_fitting_reviews(protocol: Protocol, raw: Raw) -> Protocol:
    """Return the protocol, in which each review says whether it is of what stands in the file now."""
    if not any(criterion.reviewed for criterion in protocol.criteria):
        return protocol
    tables = {each["code"]: each for each in raw["criterion"] if "code" in each}
    questions = _own_questions(raw)
    criteria = (
        _compared(each, _fingerprint(tables[each.code], raw, questions)) if each.reviewed else each
        for each in protocol.criteria
    )
    return replace(protocol, criteria=tuple(criteria))


def _compared(criterion: Criterion, now: str) -> Criterion:
    reviewed = tuple(replace(review, fits=review.of == now) for review in criterion.reviewed)
    return replace(criterion, reviewed=reviewed)
