"""Limits in months: the note on a fictional trial that calls for it, and what it proposes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dialogs.answers import Measurement
from dialogs.loading import parse_protocol
from dialogs.rules.judgement import FALSE
from dialogs.warnings import warnings
from tests.dialogs.test_warnings import HEAD, QUESTIONS, criterion, warned

TIMED = """
[[question]]
id = "ill"
ask = "Ill: how long ago?"
kind = "since"
"""


def test_limits_in_months_are_told_once_with_what_to_write() -> None:
    two = criterion('ill < "6 mo" or ill >= "1 a"') + criterion('ill < "3 mo"').replace("X1", "X2")
    (found,) = [each for each in warned(TIMED, two) if "30.4375" in each.fault]
    assert found.place == "criterion X1: rule"
    assert found.fault == '26 wk counts as less than "6 mo", as a month counts as 30.4375 d; so in X2'
    assert found.remedy == 'Please write "6 mo = 26 wk = 182 d" to compare each unit by itself'


@pytest.mark.parametrize("rule", ['ill < "26 wk"', 'ill < "6 mo = 26 wk = 182 d"', 'age >= "18 a"'])
def test_nothing_is_said_of_limits_that_mean_what_they_say(rule: str) -> None:
    assert not [each for each in warned(TIMED, criterion(rule)) if "30.4375" in each.fault]


@pytest.mark.parametrize("limit", ["1 mo", "3 mo", "6 mo", "1 a", "5 a"])
def test_what_the_note_proposes_is_understood_and_says_no_more(limit: str) -> None:
    (found,) = [each for each in warned(TIMED, criterion(f'ill < "{limit}"')) if "30.4375" in each.fault]
    proposed = found.remedy.split('"')[1]
    text = "\n".join((HEAD + QUESTIONS, TIMED, criterion(f'ill < "{proposed}"')))
    protocol = parse_protocol(text, "trial.toml")
    assert not [each for each in warnings(protocol, 10, 300) if "30.4375" in each.fault]
    rule, ill = protocol.criterion_by_code["X1"].rule, protocol.position["ill"]
    for each in proposed.split(" = "):
        number, unit = each.split()
        facts: list[Measurement | None] = [None] * len(protocol.questions)
        facts[ill] = Measurement("=", Decimal(number), unit)
        assert rule.judge(facts).high == FALSE
