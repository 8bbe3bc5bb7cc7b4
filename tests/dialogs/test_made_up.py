"""Made-up patients stand on either side of a rule's limits, and come to what is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.reviewing.facts import Telling
from dialogs.assessment import effective
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.made_up import MOST, patients
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN
from dialogs.wording import describe
from tests.dialogs.every_kind import files
from tests.dialogs.test_every_kind import built
from tests.dialogs.test_reading_back import HEAD

OUTCOMES = {True: TRUE, False: FALSE, None: UNCERTAIN}


@given(files())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_they_come_to_what_is_said_of_them(raw: dict[str, Any]) -> None:
    protocol = built(raw)
    for criterion in protocol.criteria:
        found = patients(protocol, criterion).shown
        assert len(found) <= MOST
        assert len({patient.fulfils for patient in found}) != 1
        for patient in found:
            for name, answer in patient.answers:
                protocol.question(name).check(answer)
            judged = criterion.rule.judge(effective(protocol, dict(patient.answers)))
            assert judged.low == judged.high == OUTCOMES[patient.fulfils]


RULES = {
    "a number": ('hemoglobin >= "90 g/L"', ["haemoglobin 90 g/L"], ["haemoglobin 89 g/L"]),
    "above": ('hemoglobin > "9.0 g/dL"', ["haemoglobin 9.1 g/dL"], ["haemoglobin 9.0 g/dL"]),
    "both ends": ('"90 g/L" <= hemoglobin <= "100 g/L"', ["haemoglobin 90 g/L", "haemoglobin 100 g/L"],
                  ["haemoglobin 89 g/L", "haemoglobin 101 g/L"]),
    "exactly": ('hemoglobin == "90 g/L"', ["haemoglobin 90 g/L"], ["haemoglobin 89 g/L"]),
    "times the limit of normal": ('alt <= "2.5 {xULN}"', ["ALT 2.5 × ULN"], ["ALT 2.6 × ULN"]),
    "how long ago": ('last_dose >= "4 wk"', ["last dose 4 weeks ago"], ["last dose 3 weeks ago"]),
    "the next option": ('stage in ("one", "two")', ["stage Stage 1", "stage Stage 2"], ["stage Stage 3"]),
    "ticked": ('"copd" in history', ["history COPD"], ["history none of these"]),
    "where it depends on it": (
        'stage == "two" and hemoglobin < "90 g/L"',
        ["stage Stage 2; haemoglobin 89 g/L"],
        ["stage Stage 1; haemoglobin 89 g/L", "stage Stage 2; haemoglobin 90 g/L"],
    ),
    "each branch of a limit": (
        'alt <= "2.5 {xULN}" or stage == "two" and alt <= "5 {xULN}"',
        ["ALT 2.5 × ULN; stage Stage 1", "ALT 2.6 × ULN; stage Stage 2", "ALT 5 × ULN; stage Stage 2"],
        ["ALT 2.6 × ULN; stage Stage 1", "ALT 5.1 × ULN; stage Stage 2"],
    ),
    "so many of what is ticked": (
        'at_least(2, "copd" in history, "asthma" in history)',
        ["history Asthma, COPD"],
        ["history Asthma", "history COPD"],
    ),
    "what the record leaves open": (
        'stage == "one" or stage == "two" and unclear',
        ["stage Stage 1"],
        ["stage Stage 3"],
    ),
    "nobody knows": ("unclear", [], []),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "inside", "outside"), RULES.values(), ids=RULES)
def test_they_stand_on_either_side(rule: str, inside: list[str], outside: list[str]) -> None:
    protocol = parse_protocol(f"{HEAD}inclusion = \"x\"\nrule = '{rule}'\n", "trial.toml")
    told: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for patient in patients(protocol, protocol.criteria[0]).shown:
        questions = ((protocol.question(name), answer) for name, answer in patient.answers)
        said = (f"{question.name['en']} {describe(question, answer, 'en')}" for question, answer in questions)
        told[patient.fulfils].append("; ".join(said))
    assert (told[True], told[False]) == (inside, outside)


@pytest.mark.parametrize("name", shipped_protocols())
def test_every_criterion_of_a_shipped_trial_has_some(name: str) -> None:
    protocol = load(name)
    assert [each.code for each in protocol.criteria if len(patients(protocol, each).shown) < 2] == []


def test_what_the_record_leaves_open_is_shown_as_that() -> None:
    rule = 'rule = \'stage == "one" or stage == "two" and unclear\''
    protocol = parse_protocol(f'{HEAD}inclusion = "x"\n{rule}\n', "trial.toml")
    found = patients(protocol, protocol.criteria[0]).shown
    assert [patient.fulfils for patient in found] == [True, False, None]


def test_of_more_than_are_read_it_is_said_how_many_conditions_are_left_out() -> None:
    rule = " and ".join(f'hemoglobin != "{number} g/L"' for number in range(90, 110, 2))
    protocol = parse_protocol(f"{HEAD}inclusion = \"x\"\nrule = '{rule}'\n", "trial.toml")
    found = patients(protocol, protocol.criteria[0])
    assert (len(found.shown), found.left_out) == (MOST, 4)
    (told,) = Telling(protocol, "en").facts(protocol.criteria[0], ("patients",))
    assert told.lines[-1] == "... and on either side of 4 conditions more"


def test_no_answer_of_theirs_contradicts_another() -> None:
    """Who is pregnant is no man, by what the trial says of that answer."""
    protocol = load("NCT04420494")
    told = patients(protocol, protocol.criterion_by_code["E4"]).shown
    assert told
    for patient in told:
        implied = effective(protocol, dict(patient.answers))
        assert all(implied[protocol.position[name]] == answer for name, answer in patient.answers)
