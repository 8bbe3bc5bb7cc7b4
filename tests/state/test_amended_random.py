"""Random amendments of random trials: a saved screening comes to what a second, plain evaluator comes to.

The screenings are stored in a file. Where nothing is needed, the new version comes to the same, of the whole and of
each part, whatever is answered to all that a screening does not answer; and what is needed is not known already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Selection
from dialogs.dialogue import EXCLUDED, Step
from dialogs.loading import parse_stored
from dialogs.protocol import Protocol
from state.amended import Amended, amended
from state.database import open_database
from state.lookup import Lookup
from state.people import People
from state.screenings import Screening, Screenings
from tests.dialogs.every_kind import QUESTIONS, files, patients
from tests.dialogs.obvious import Obvious
from tests.dialogs.playing import fitting
from tests.dialogs.test_amendments_random import _both, _divisible

Raw = dict[str, Any]
Answers = Mapping[str, Answer]
EACH: Final = 4
"""Screenings of one trial."""
PERSON: Final = "S01-P01"
SLOW: Final = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=60,
)
_NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
def screenings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screenings]:
    with closing(open_database(tmp_path_factory.mktemp("site") / "site.db")) as db:
        People(db).add("clinician", "S01", "terminal", "1", "en")
        yield Screenings(db)


@given(data=st.data())
@SLOW
def test_a_saved_screening_comes_to_what_its_answers_come_to_by_the_new_version(
    screenings: Screenings, data: st.DataObject
) -> None:
    trial = f"T{next(_NUMBERS)}"
    more, other = data.draw(st.tuples(st.booleans(), st.booleans()))
    old = _with_options(data, data.draw(files())) | {"id": trial, "version": "1"}
    new = _amended(data, old, wholly=other and not more) | {"version": "2"}
    new = _offering_more(new) if more else new
    before, after = _protocol(old), _protocol(new)
    saved = {
        each.number: each
        for each in (_saved(screenings, before, data.draw(patients(_both(old, new)))) for _ in range(EACH))
    }
    found = amended(Lookup(screenings.db), after)
    assert [each.number for each in found] == [*saved]
    for each in found:
        dialogue = saved[each.number].dialogue
        answers = {name: dialogue.answers[name] for name in dialogue.applied}
        holding = _holding(old, new, answers)
        assert not [name for name in each.now.needed if _is_known(holding.get(name))]
        anybody = {**data.draw(patients(new)), **holding, **_chosen(data, old, new, answers)}
        if _divisible(anybody):
            _holds(each, Obvious(new, anybody))


def _protocol(raw: Raw) -> Protocol:
    text = "\n".join(f"{key} = {_toml(value)}" for key, value in raw.items())
    return parse_stored(text, raw["id"])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


def _with_options(data: st.DataObject, raw: Raw) -> Raw:
    """Return a file with a rule over options more, first of all."""
    rule = data.draw(st.sampled_from(['"b" in drugs', 'stage == "b"', '"b" in drugs and stage != "b"']))
    about = [each for each in QUESTIONS if each["id"] in ("stage", "drugs")]
    others = [each for each in raw["question"] if each not in about]
    criterion = {"code": "K9", "exclusion": "Words of the record, 9", "rule": rule}
    return raw | {"question": [*about, *others], "criterion": [criterion, *raw["criterion"]]}


def _amended(data: st.DataObject, old: Raw, *, wholly: bool) -> Raw:
    """Return a file with some rules of another one, or that one, and with questions that ask or offer others."""
    other = data.draw(files())
    rules = [each["rule"] for each in other["criterion"] if "rule" in each]
    criteria = [
        each | {"rule": data.draw(st.sampled_from(rules))}
        if rules and "rule" in each and data.draw(st.booleans())
        else each
        for each in old["criterion"]
    ]
    mixed = old | {"criterion": criteria, "question": _both(old, other)["question"]}
    new = other | {"id": old["id"]} if wholly else mixed
    return new | {"question": [_asked_otherwise(data, each) for each in new["question"]]}


def _offering_more(raw: Raw) -> Raw:
    """Return a file with an option more wherever there are any, of which its rules speak."""
    return raw | {
        "question": [
            each | {"options": [*each["options"], {"code": "d", "text": "D"}]} if "options" in each else each
            for each in raw["question"]
        ],
        "criterion": [
            each | {"rule": each["rule"].replace('"b"', '"d"')} if "rule" in each else each
            for each in raw["criterion"]
        ],
    }


def _asked_otherwise(data: st.DataObject, question: Raw) -> Raw:
    words = f"{question['ask']} Please say."
    return question | {"ask": data.draw(st.sampled_from([question["ask"], question["ask"], words]))}


def _saved(screenings: Screenings, protocol: Protocol, answers: Answers) -> Screening:
    screening = screenings.start(protocol, PERSON, "S01", zone="+08:00", channel="terminal")
    while screening.state in protocol.position:
        answer = fitting(screening.dialogue, answers)
        screenings.take(screening, [Step("answer", screening.state, answer)], PERSON)
    for step in [Step("finish"), Step("save")] if screening.state == EXCLUDED else [Step("save")]:
        screenings.take(screening, [step], PERSON)
    return screening


def _is_known(answer: Answer | None) -> bool:
    vague = isinstance(answer, Measurement) and answer.relation != "="
    return answer not in (None, UNKNOWN, Choice("computed")) and not vague


# by the tables of both files ---------------------------------------------------------------------


def _questions(raw: Raw) -> dict[str, Any]:
    """The questions, those that stand for criteria, too, and limits of normal; by what makes them other ones."""
    found = {each["id"]: each.get("options") for each in raw["question"]}
    found |= {f"{each['id']}_uln": None for each in raw["question"] if "uln" in each}
    asked = (each for each in raw["criterion"] if "rule" not in each and "line" not in each)
    return found | {each["code"].lower(): each.get("inclusion", each.get("exclusion")) for each in asked}


def _holding(old: Raw, new: Raw, answers: Answers) -> dict[str, Answer]:
    """The answers to questions that take the same answers in both versions."""
    before, after = _questions(old), _questions(new)
    return {name: each for name, each in answers.items() if name in after and before[name] == after[name]}


def _chosen(data: st.DataObject, old: Raw, new: Raw, answers: Answers) -> dict[str, Answer]:
    """What may have been meant where an option is new: that, or what was answered; ticked besides."""
    after, found = _questions(new), dict[str, Answer]()
    for name, answer in answers.items():
        if name in after and isinstance(after[name], list) and name not in _holding(old, new, answers):
            if isinstance(answer, Selection):
                found[name] = data.draw(st.sampled_from([answer, Selection((*answer.codes, "d"))]))
            elif answer != UNKNOWN:
                found[name] = data.draw(st.sampled_from([answer, Choice("d")]))
    return found


def _holds(each: Amended, plain: Obvious) -> None:
    if not each.open:
        assert each.now.verdict == plain.whole()
    if each.now.verdict != "ineligible":
        verdicts, told = plain.verdicts(), {found.part.code: found.verdict for found in each.now.parts}
        settled = told.keys() - each.open_parts
        assert {code: told[code] for code in settled} == {code: verdicts[code] for code in settled}
