"""Made-up patients stand on either side of a rule's limits, and come to what is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from dialogs.assessment import effective
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.made_up import MOST, patients
from dialogs.rules.judgement import FALSE, TRUE
from dialogs.wording import describe
from tests.dialogs.every_kind import files
from tests.dialogs.test_every_kind import built
from tests.dialogs.test_reading_back import HEAD


@given(files())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_they_come_to_what_is_said_of_them(raw: dict[str, Any]) -> None:
    protocol = built(raw)
    for criterion in protocol.criteria:
        found = patients(protocol, criterion)
        assert len(found) <= MOST
        assert {patient.fulfils for patient in found} in (set(), {True, False})
        for patient in found:
            for name, answer in patient.answers:
                protocol.question(name).check(answer)
            judged = criterion.rule.judge(effective(protocol, dict(patient.answers)))
            assert judged.low == judged.high == (TRUE if patient.fulfils else FALSE)


RULES = {
    "a number": ('hemoglobin >= "90 g/L"', ["haemoglobin 90 g/L"], ["haemoglobin 89 g/L"]),
    "above": ('hemoglobin > "9.0 g/dL"', ["haemoglobin 9.1 g/dL"], ["haemoglobin 9.0 g/dL"]),
    "both ends": ('"90 g/L" <= hemoglobin <= "100 g/L"', ["haemoglobin 90 g/L", "haemoglobin 100 g/L"],
                  ["haemoglobin 89 g/L", "haemoglobin 101 g/L"]),
    "exactly": ('hemoglobin == "90 g/L"', ["haemoglobin 90 g/L"], ["haemoglobin 89 g/L"]),
    "times the limit of normal": ('alt <= "2.5 {xULN}"', ["ALT 2.5 × ULN"], ["ALT 2.6 × ULN"]),
    "how long ago": ('last_dose >= "4 wk"', ["last dose 4 weeks ago"], ["last dose 3 weeks ago"]),
    "the next option": ('stage in ("one", "two")', ["stage Stage 2"], ["stage Stage 3"]),
    "ticked": ('"copd" in history', ["history COPD"], ["history none of these"]),
    "where it depends on it": (
        'stage == "two" and hemoglobin < "90 g/L"',
        ["stage Stage 2; haemoglobin 89 g/L"],
        ["stage Stage 1; haemoglobin 89 g/L", "stage Stage 2; haemoglobin 90 g/L"],
    ),
    "nobody knows": ("unclear", [], []),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "inside", "outside"), RULES.values(), ids=RULES)
def test_they_stand_on_either_side(rule: str, inside: list[str], outside: list[str]) -> None:
    protocol = parse_protocol(f"{HEAD}inclusion = \"x\"\nrule = '{rule}'\n", "trial.toml")
    told: dict[bool, list[str]] = {True: [], False: []}
    for patient in patients(protocol, protocol.criteria[0]):
        questions = ((protocol.question(name), answer) for name, answer in patient.answers)
        said = (f"{question.name['en']} {describe(question, answer, 'en')}" for question, answer in questions)
        told[patient.fulfils].append("; ".join(said))
    assert (told[True], told[False]) == (inside, outside)


@pytest.mark.parametrize("name", shipped_protocols())
def test_every_criterion_of_a_shipped_trial_has_some(name: str) -> None:
    protocol = load(name)
    assert [each.code for each in protocol.criteria if len(patients(protocol, each)) < 2] == []


def test_no_answer_of_theirs_contradicts_another() -> None:
    """Who is pregnant is no man, by what the trial says of that answer."""
    protocol = load("NCT04420494")
    told = patients(protocol, protocol.criterion_by_code["E4"])
    assert told
    for patient in told:
        implied = effective(protocol, dict(patient.answers))
        assert all(implied[protocol.position[name]] == answer for name, answer in patient.answers)
