"""Whatever is changed of a question or criterion: a saved screening that rests on it is asked anew or looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from decimal import Decimal
from typing import Final

import pytest

from dialogs.amendments.matching import Matching
from dialogs.amendments.rejudging import rejudged
from dialogs.answers import COMPUTED, Answer, Choice, Measurement, Selection
from dialogs.assessment import NOT_JUDGED, judge
from dialogs.dialogue import EXCLUDED, Dialogue, Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Criterion, Protocol, Question
from state.amended import Amended, amended
from state.database import open_database
from state.lookup import Lookup
from state.people import People
from state.screenings import Screenings
from tests.dialogs.test_amendments_named import PATHS, TRIAL, Path, at, effect, versions

OLD: Final = parse_protocol(TRIAL, "trial.toml")
OLD_LANGUAGES: Final = [*OLD.languages]
FREE: Final = {
    "id": "what it is called in rules",
    "short": "what it is called",
    "name": "what it is called",
    "unknown": "what leaves it open",
    "supplier": "who has the answer",
    "judgement": "who may answer",
    "effort": "how it is come by",
    "lasting": "whether it is offered again",
    "site_fact": "whether it is asked again",
    "loinc": "for exports only",
    "sdtm": "for exports only",
    "in_log": "for exports only",
    "measures": "which other answers serve a formula",
    "bounds": "an answer that is none any more is needed; any other means the same",
}
"""Of a question, what gives no answer another meaning, and why."""
OF_ANSWERS: Final = frozenset({"options", "shortcuts", "units", "unit_of", "formula"})
"""What depends on the answer that was given."""
OF_UNITS: Final = ("label", "scale", "offset", "per", "gives")


def _number(value: str, unit: str) -> Measurement:
    return Measurement("=", Decimal(value), unit)


SMOKER: Final = Choice("yes")
FIT: Final[dict[str, Answer]] = {
    "pregnant": Choice("no"),
    "stage": Choice("a"),
    "drugs": Selection(("a",)),
    "weight": _number("70", "kg"),
    "dose": _number("1", "mg/kg/d"),
    "warmth": _number("39", "Cel"),
    "count": _number("0.01", "g"),
    "ratio": COMPUTED,
    "limit": _number("0.1", "g"),
    "alt": _number("20", "U/L"),
    "alt_uln": _number("40", "U/L"),
    "surgery": _number("2", "a"),
    "smoker": Choice("no"),
    "e3": Choice("no"),
    "e4": Choice("no"),
}
PATIENTS: Final[tuple[dict[str, Answer], ...]] = (
    {},
    {"dose": Choice("never"), "smoker": SMOKER},
    {"dose": _number("100", "mg/d"), "surgery": Choice("never"), "smoker": SMOKER},
    {"dose": _number("4", "mg/kg/d"), "warmth": _number("312", "K"), "ratio": _number("3", "1")},
    {
        "dose": _number("4", "mg/kg/d"),
        "warmth": _number("37", "Cel"),
        "count": _number("0.6", "g"),
        "limit": _number("0.9", "g"),
        "smoker": SMOKER,
    },
    {"stage": Choice("c")},
    {"drugs": Selection(("c",))},
    {"pregnant": Choice("yes")},
    {"e3": Choice("yes")},
)


@pytest.fixture(scope="module")
def lookup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookup]:
    with closing(open_database(tmp_path_factory.mktemp("site") / "site.db")) as db:
        People(db).add("clinician", "S01", "terminal", "1", "en")
        screenings = Screenings(db)
        for patient in PATIENTS:
            _save(screenings, {**FIT, **patient})
        yield Lookup(db)


def _save(screenings: Screenings, answers: dict[str, Answer]) -> None:
    person = "S01-P01"
    screening = screenings.start(OLD, person, "S01", zone="+08:00", channel="terminal")
    while screening.state in OLD.position:
        screenings.take(screening, [Step("answer", screening.state, answers[screening.state])], person)
    for step in [Step("finish"), Step("save")] if screening.state == EXCLUDED else [Step("save")]:
        screenings.take(screening, [step], person)


def _answers(dialogue: Dialogue) -> dict[str, Answer]:
    return {question: dialogue.answers[question] for question in dialogue.applied}


def test_every_question_is_answered_and_every_verdict_comes_of_it(lookup: Lookup) -> None:
    saved = [lookup.as_saved(f"S01-{number:04}").dialogue for number in range(1, len(PATIENTS) + 1)]
    assert {name for each in saved for name in _answers(each)} == {each.id for each in OLD.questions} - {
        "sex"
    }
    assert {each.verdict for each in saved} == {"eligible", "ineligible"}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_a_screening_that_rests_on_what_a_change_gives_another_meaning_is_named(
    lookup: Lookup, path: Path
) -> None:
    for raw, new in versions(path):
        if raw["languages"] != OLD_LANGUAGES or not _complete(new):
            continue
        matching = Matching(OLD, new)
        for each in amended(lookup, new):
            saved = lookup.as_saved(each.number).dialogue
            rests = [*_questions(matching, _answers(saved)), *_criteria(matching, saved)]
            assert not rests or _is_named(each), (each.number, rests, at(raw, path[:-1]))


def _complete(protocol: Protocol) -> bool:
    """Say whether what criteria require is there, without which the loader refuses a file."""
    return all(each.requires in (None, *protocol.criterion_by_code) for each in protocol.criteria)


def _is_named(each: Amended) -> bool:
    return each.open or each.differs or bool(each.by_old_words or each.by_old_answers)


def _questions(matching: Matching, answers: dict[str, Answer]) -> Iterator[str]:
    """Yield the questions by whose answers the new version comes to what it does, and that mean something else now."""
    for now, before in matching.former.items():
        if before in answers and _means_another(
            matching, matching.old.question(before), matching.new.question(now), answers[before]
        ):
            without = {name: given for name, given in answers.items() if name != before}
            if now in rejudged(matching, without).needed:
                yield now


def _means_another(matching: Matching, before: Question, after: Question, answer: Answer) -> bool:
    plain = (each.name for each in fields(Question) if each.name not in FREE and each.name not in OF_ANSWERS)
    if any(effect(getattr(before, name)) != effect(getattr(after, name)) for name in plain):
        return True
    if matching.former.get(after.unit_of or "", None) != before.unit_of:
        return True
    old, new = before.option_by_code, after.option_by_code
    if any(code not in old or _option(matching, code, before, after) for code in new):
        return True
    if isinstance(answer, Measurement) and answer.unit in after.unit_by_code:
        units = before.unit_by_code[answer.unit], after.unit_by_code[answer.unit]
        return any(getattr(units[0], name) != getattr(units[1], name) for name in OF_UNITS)
    if isinstance(answer, Choice) and answer.code in before.shortcut_by_code:
        return before.shortcut_by_code[answer.code] != after.shortcut_by_code.get(answer.code)
    formulas = [each.formula.meaning if each.formula else None for each in (before, after)]
    return formulas[0] != formulas[1]


def _option(matching: Matching, code: str, before: Question, after: Question) -> bool:
    one, other = before.option_by_code[code], after.option_by_code[code]
    implied = {matching.former.get(name): said for name, said in other.implies.items()}
    reworded = any(one.text[each].casefold() != other.text[each].casefold() for each in one.text)
    return reworded or dict(one.implies) != implied


def _criteria(matching: Matching, saved: Dialogue) -> Iterator[str]:
    """Yield the criteria of other words and the same rule by which the verdict is what it is."""
    for one, other in matching.criteria:
        before, after = matching.old.criteria[one], matching.new.criteria[other]
        same_rule = matching.in_new_names(before.rule.text) == after.rule.text
        decides = saved.verdict != "ineligible" or saved.failed_codes == (before.code,)
        judged = judge(matching.old, one, saved.facts) is not NOT_JUDGED
        if same_rule and decides and judged and _words(matching, before) != _words(matching, after):
            yield after.code


def _words(matching: Matching, criterion: Criterion) -> object:
    return criterion.source, criterion.reading
