"""Random amendments of random trials: what is said of patients holds for a second, plain evaluator of both files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.amendments import Difference, compare
from dialogs.amendments.sentences import Sentences
from dialogs.answers import Answer, Measurement
from tests.dialogs.every_kind import files, patients
from tests.dialogs.obvious import Obvious
from tests.dialogs.test_every_kind import built

Raw = dict[str, Any]
SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)


@given(st.data())
@SLOW
def test_a_trial_compared_with_itself_gives_nothing(data: st.DataObject) -> None:
    raw = data.draw(files())
    found = compare(built(raw), built(raw), "en")
    assert (found.changes, found.rules, found.trial) == ((), (), ())


@given(st.data())
@SLOW
def test_who_is_found_differs_and_where_nobody_is_nobody_does(data: st.DataObject) -> None:
    old, new = data.draw(files()), data.draw(files())
    found = compare(built(old), built(new), "en")
    anybody = data.draw(patients(_both(old, new)))
    for rule in found.rules:
        before, after = (
            found.matching.old.criteria[rule.before].code,
            found.matching.new.criteria[rule.after].code,
        )
        for each in rule.differences:
            if "unclear" not in (each.was, each.becomes):
                _holds(each, old, new, before, after, anybody)
    for each in found.trial:
        _holds_of_the_whole(each, old, new, anybody)
    assert list(Sentences(found, "en").all())


def _holds(each: Difference, old: Raw, new: Raw, before: str, after: str, anybody: dict[str, Answer]) -> None:
    def differs(one: dict[str, Answer], other: dict[str, Answer]) -> bool:
        return _status(old, before, one) == each.was and _status(new, after, other) == each.becomes

    if each.patient is not None and _divisible(each.patient.after) and _divisible(each.patient.before):
        assert differs(_complete(each.patient.before, anybody), _complete(each.patient.after, anybody))
    elif each.finding == "none":
        assert not differs(anybody, anybody)


def _holds_of_the_whole(each: Difference, old: Raw, new: Raw, anybody: dict[str, Answer]) -> None:
    def turns(one: dict[str, Answer], other: dict[str, Answer]) -> bool:
        said = {True: "excluded", False: "not excluded"}
        return said[_excluded(old, one)] == each.was and said[_excluded(new, other)] == each.becomes

    if each.patient is not None and _divisible(each.patient.after) and _divisible(each.patient.before):
        assert turns(_complete(each.patient.before, anybody), _complete(each.patient.after, anybody))
    elif each.finding == "none":
        was, becomes = _verdict(old, anybody), _verdict(new, anybody)
        opposite = ("eligible", "ineligible") if each.becomes == "excluded" else ("ineligible", "eligible")
        assert (was, becomes) != opposite


def _both(old: Raw, new: Raw) -> Raw:
    """The questions and criteria of two files in one, for a patient who answers both."""
    questions = {each["id"]: each for raw in (old, new) for each in raw["question"]}
    return {"question": [*questions.values()], "criterion": [*old["criterion"], *new["criterion"]]}


def _divisible(answers: Mapping[str, Answer]) -> bool:
    """Say whether no limit of normal is 0, which these files allow and the plain evaluator cannot divide by."""
    limits = (answer for name, answer in answers.items() if name.endswith("_uln"))
    return all(not isinstance(each, Measurement) or each.value for each in limits)


def _complete(answers: Mapping[str, Answer], anybody: dict[str, Answer]) -> dict[str, Answer]:
    """Whoever was found is that one whatever else is answered."""
    return {**anybody, **answers}


def _status(raw: Raw, code: str, answers: dict[str, Answer]) -> str:
    criterion = next(each for each in raw["criterion"] if each.get("code") == code)
    return Obvious(raw, answers).status(criterion)


def _verdict(raw: Raw, answers: dict[str, Answer]) -> str:
    return Obvious(raw, answers).whole()


def _excluded(raw: Raw, answers: dict[str, Answer]) -> bool:
    return _verdict(raw, answers) == "ineligible"
