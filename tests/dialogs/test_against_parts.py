"""A number that contradicts its parts is told where a criterion is judged otherwise by them, and only there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from dialogs.against_parts import against_parts
from dialogs.answers import COMPUTED, Answer, Measurement
from dialogs.protocol import Protocol
from tests.dialogs.every_kind import files, patients
from tests.dialogs.obvious import Obvious
from tests.dialogs.test_every_kind import built

FORMULA = {"mean", "half", "ratio"}
LIMITS = ["0.5", "1", "5", "20"]


def _facts(protocol: Protocol, patient: dict[str, Answer]) -> list[Answer | None]:
    return [patient[question.id] for question in protocol.questions]


def _statuses(raw: dict[str, Any], patient: dict[str, Answer]) -> dict[str, str]:
    return {
        each["code"]: Obvious(raw, patient).status(each) for each in raw["criterion"] if "line" not in each
    }


@given(st.data())
@settings(
    max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None
)
def test_a_number_is_told_exactly_where_its_parts_judge_a_criterion_otherwise(data: st.DataObject) -> None:
    raw = data.draw(files().filter(lambda raw: FORMULA & {each["id"] for each in raw["question"]}))
    name = data.draw(st.sampled_from(sorted(FORMULA & {each["id"] for each in raw["question"]})))
    unit = next(each for each in raw["question"] if each["id"] == name)["units"][0]["code"]
    limit = data.draw(st.sampled_from(LIMITS))
    raw["criterion"].append({"code": "K9", "inclusion": "Above it", "rule": f'{name} > "{limit} {unit}"'})
    patient = data.draw(patients(raw))
    number = data.draw(st.sampled_from(["0", "0.5", "0.7", "0.8", "1", "2", "7", "30"]).map(Decimal))
    given_, worked = {**patient, name: Measurement("=", number, unit)}, {**patient, name: COMPUTED}
    protocol = built(raw)
    told = {each.question.id: each for each in against_parts(protocol, _facts(protocol, given_))}.get(name)
    differs = tuple(
        code for code, status in _statuses(raw, given_).items() if status != _statuses(raw, worked)[code]
    )
    known = Obvious(raw, worked).number(name) is not None
    event(f"told: {told is not None}")
    assert (told.judged_otherwise if told is not None else ()) == (differs if known else ())


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_is_worked_out_contradicts_nothing(data: st.DataObject) -> None:
    raw = data.draw(files())
    patient = data.draw(patients(raw))
    protocol = built(raw)
    assert against_parts(protocol, _facts(protocol, patient)) == ()
