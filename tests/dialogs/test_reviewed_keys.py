"""Whatever is changed of a file: a review of a criterion does not stay where the change gives it another meaning."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest

from bot.reviewing.facts import Telling
from dialogs.loading.fingerprints import SHOWN, fingerprint, with_fitting_reviews
from dialogs.loading.keys import TABLES
from dialogs.loading.writing import value_of
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.reviews import Review
from dialogs.rules.judgement import members
from tests.dialogs.test_amendments_named import TRIAL, Path, at, effect, leaves, loaded, others

MORE: Final = """
smoked = "Smoked before?"

[[question]]
id = "enzyme"
ask = "Enzyme?"
measures = "enzyme"
units = "shared"

[[question]]
id = "enzyme_or_none"
ask = "Enzyme, if it was measured?"
measures = "enzyme"
units = "shared"
shortcuts = [{ code = "usual", text = "As usual", means = "5 mg" }]

[[question]]
id = "share"
ask = "Share?"
kind = "quantity"
formula = "enzyme / count"
units = [{ code = "1", label = "times", possible = [0, 100], usual = [1, 10], loinc = "8302-2" }]

[[question]]
id = "albumin"
ask = "Albumin?"
possible = [0, 100]
usual = [1, 60]
example = 40
units = [{ code = "g/L", label = "g/L" }]
lln = { id = "albumin_lower", possible = [10, 100], usual = [25, 70] }

[[question]]
id = "state"
ask = "State?"
sdtm = { domain = "RS", code = "STATE", results = { a = ["A", "A"] } }
options = [{ code = "a", text = "A", implies = { e3 = "yes", e4 = "yes" } }, { code = "b", text = "B" }]

[[criterion]]
code = "E5"
exclusion = "Unsafe, and smoked before"
rule = "e3 and smoked"
requires = "I2"
parts = ["A"]

[[criterion]]
code = "E6"
exclusion = "In a state, with a share"
rule = 'state == "a" and share > 5'
parts = ["A", "B"]

[[criterion]]
code = "I3"
inclusion = "Men agree"
of_some = true
effort = "bedside"
in_log = true
ietestcd = "INCL03"
group = "I3"
review = "read as it stands"
reviewed = [{ by = "LW", on = "2026-11-26", of = "3fa9c1d2", rule = "", proposed = "read" }]

[[criterion]]
code = "I4"
inclusion = "Height above 150 cm"
rule = 'body_height > "150 cm" and albumin >= "1 {xLLN}"'
ask_in_words = "Is the patient taller than 150 cm?"

[[question]]
id = "body_height"
use = "height"
effort = "bedside"
loinc = "8302-2"
in_log = true
sdtm = { domain = "LB", code = "HEIGHT", test = "Height", category = "VITALS" }

[[part]]
code = "P"
name = "Parent"
required = true
person = "the parent"

[[alert]]
id = "small"
text = "Small."
when = 'body_height < "100 cm"'
"""
AT_THE_TOP: Final = """reviews = 2
order = ["dose", "sex"]
facts = { sponsor = "A sponsor" }
"""
YES_NO: Final = """[option_sets]
yes_no = [{ code = "no", text = "No" }, { code = "yes", text = "Yes" }]"""
RAW: Final[dict[str, Any]] = tomllib.loads(
    (TRIAL + MORE).replace("[option_sets]", YES_NO, 1).replace("reviews = 2\n", AT_THE_TOP, 1),
    parse_float=Decimal,
)
PATHS: Final = dict(leaves(RAW))
NOT_REVIEWED: Final = {
    "format": "how the file is written",
    "id": "which trial it is: printed, and signed",
    "version": "which file it is: printed, and signed",
    "record_version": "of the trial, not of a criterion: printed, and signed",
    "title": "of the trial, not of a criterion: printed, and signed",
    "site": "of the trial, not of a criterion: printed, and signed",
    "contact": "of the trial, not of a criterion: printed, and signed",
    "notices": "of the trial, not of a criterion: printed, and signed",
    "languages": "in which languages it is offered",
    "unknown": "what the button for all that is open says",
    "disclaimer": "what the assistant is not for",
    "reviews": "how many are to accept each criterion",
    "facts": "for exports only",
    "order": "when something is asked, never whether",
    "criterion.code": "a criterion may be renumbered",
    "criterion.review": "of the review itself: with it, one is open",
    "criterion.reviewed": "the review itself",
    "criterion.ask_in_words": "what would be asked without the rule: shown, and accepted, where that is dropped",
}
"""Keys of which no change opens a review, and why."""
OTHERWISE: Final = {
    "rule": "compared by its text: what it names may stand elsewhere",
    "formula": "compared by its text",
    "requires": "compared by what it names",
    "unknown": "worded for the whole trial",
    "review": "of the review itself",
    "reviewed": "the review itself",
    "ietestcd": "for exports only; told apart from those of the same group",
}
"""Of a question and criterion, what is not compared as it is."""


def changed(path: Path) -> Iterator[dict[str, Any]]:
    """The file with something else at a place, and with nothing there."""
    *above, last = path
    for other in (*others(at(RAW, path)), None):
        raw = deepcopy(RAW)
        holder = at(raw, tuple(above))
        if other is not None:
            holder[last] = other
        else:
            del holder[last]
        yield raw


def text_of(raw: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {value_of(each)}" for key, each in raw.items())


def opened(raw: dict[str, Any], protocol: Protocol) -> set[str]:
    """The criteria whose reviews, of what stood there before, do not count in a changed file."""
    reviewed = (
        replace(each, reviewed=(Review("LW", "2026-11-26", BEFORE[each.code]),))
        for each in protocol.criteria
        if each.code in BEFORE
    )
    found = with_fitting_reviews(replace(protocol, text=text_of(raw), criteria=tuple(reviewed)))
    return {each.code for each in found.criteria if not each.reviewed[0].fits}


def meanings(protocol: Protocol) -> dict[str, Any]:
    """What each criterion comes to: its own words and rule, and all that the answers to it rest on."""
    return {each.code: effect([*_meaning(protocol, each)]) for each in protocol.criteria}


def _meaning(protocol: Protocol, criterion: Criterion) -> Iterator[Any]:
    names = _asked(protocol, criterion)
    yield _plain(criterion), criterion.rule.text, _required(protocol, criterion)
    for name in sorted(names):
        question = protocol.question(name)
        yield _plain(question), question.formula and question.formula.text
    yield sorted(
        (each.id, option.code, name, code)
        for each in protocol.questions
        for option in each.options
        for name, code in option.implies.items()
        if name in names
    )
    yield sorted((part.code, str(part)) for part in protocol.parts if part.code in criterion.parts)
    yield protocol.parts_of[protocol.criteria.index(criterion)] == protocol.every_part


def _plain(value: Criterion | Question) -> dict[str, Any]:
    """What it says itself: what options imply of questions is of these, and of none that the trial does not ask."""
    if isinstance(value, Question):
        value = replace(value, options=tuple((each.code, each.text) for each in value.options))  # type: ignore[misc]
    return {each.name: getattr(value, each.name) for each in fields(value) if each.name not in OTHERWISE}


def _required(protocol: Protocol, criterion: Criterion) -> list[Any]:
    if not criterion.requires:
        return []
    required = protocol.criterion_by_code[criterion.requires]
    return [required.source, required.rule.text, *_required(protocol, required)]


def _asked(protocol: Protocol, criterion: Criterion) -> set[str]:
    """The questions that a rule rests on: also what these are worked out from, divided by, or have the unit of."""
    found, waiting = set[str](), [protocol.questions[place] for place in members(criterion.rule.mask)]
    while waiting:
        question = waiting.pop()
        if question.id not in found:
            found.add(question.id)
            waiting += _rests_on(protocol, question)
    return found


def _rests_on(protocol: Protocol, question: Question) -> Iterator[Question]:
    names = [unit.per for unit in question.units] + [question.unit_of]
    yield from (protocol.question(name) for name in names if name)
    for place in question.formula.places if question.formula else ():
        part = protocol.questions[place]
        yield part
        yield from (each for each in protocol.questions if part.measures and each.measures == part.measures)


def _of(path: Path) -> str:
    """The key that a path is of, and in a criterion the key of that."""
    depth = 2 if path[0] == "criterion" else 1
    return ".".join([str(each) for each in path if not isinstance(each, int)][:depth])


@cache
def versions(path: Path) -> list[tuple[Protocol, set[str]]]:
    """The changed files that load, with whose reviews do not count there."""
    pairs = ((raw, loaded(raw)) for raw in changed(path))
    return [(new, opened(raw, new)) for raw, new in pairs if new is not None and _is_complete(new)]


def _is_complete(protocol: Protocol) -> bool:
    """Say whether what criteria require is there, without which the loader refuses a file."""
    return all(each.requires in (None, *protocol.criterion_by_code) for each in protocol.criteria)


OLD: Final = loaded(RAW)
assert OLD is not None
BEFORE: Final = {each.code: fingerprint(text_of(RAW), each.code) for each in OLD.criteria}
MEANINGS: Final = meanings(OLD)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_a_change_of_what_a_criterion_means_opens_its_review(path: Path) -> None:
    for new, found in (
        versions(path) if path[0] != "languages" else ()
    ):  # in which each text is there, or is not
        if path == ("part",) and new.parts[0].code == RAW["part"][-1]["code"]:
            continue  # the same persons are named in another order
        differ = {code for code, means in meanings(new).items() if means != MEANINGS.get(code, means)}
        assert differ <= found


def test_every_key_of_the_format_is_changed() -> None:
    keys = {key.name for table in TABLES for key in table.keys}
    assert len(keys) > 80
    assert keys <= {part for path in PATHS for part in path}


@pytest.mark.parametrize("table", SHOWN)
def test_a_change_of_what_is_shown_besides_opens_the_reviews_that_showed_it(table: str) -> None:
    assert OLD is not None
    telling = Telling(replace(OLD, text=text_of(RAW)), "en")
    facts = {one.code: str([*telling.facts(one, {"besides"})]) for one in OLD.criteria}
    for place, each in enumerate(OLD.alerts if table == "alert" else OLD.site_items):
        showed = {code for code, told in facts.items() if each.text["en"] in told}
        paths = [path for path in PATHS if path[:2] == (table, place) and len(path) > 2]
        files = [(path, found) for path in paths for _, found in versions(path)]
        assert {path[2] for path, _ in files} >= {"id", "text"}
        for path, found in files:
            assert found >= showed if path[2] == "when" else found == (showed if path[2] == "text" else set())
        assert showed


@pytest.mark.parametrize("key", sorted({_of(path) for path in PATHS}))
def test_a_key_opens_a_review_or_there_is_a_reason_why_not(key: str) -> None:
    files = [each for path in PATHS if _of(path) == key for each in versions(path)]
    assert any(found for _, found in files) == (key not in NOT_REVIEWED)


def test_nothing_is_open_where_nothing_was_changed() -> None:
    assert OLD is not None
    assert opened(RAW, OLD) == set()
    assert sum(len(versions(path)) for path in PATHS) > 600
