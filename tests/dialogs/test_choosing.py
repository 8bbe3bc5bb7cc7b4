"""Which question of a matching comes next."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dialogs.answers import Choice, Measurement
from dialogs.dialogue import Step
from dialogs.portfolio.merging import merged
from dialogs.protocol import Protocol
from tests.dialogs.portfolios import begin
from tests.dialogs.test_merging import (
    ALT,
    ALT_RULE,
    HEMOGLOBIN,
    HEMOGLOBIN_RULE,
    PAIN,
    PAIN_RULE,
    SMOKER,
    trial,
)

AGE = '[[question]]\nuse = "age_years"\n'
AGE_RULE = '[[criterion]]\ncode = "I0"\ninclusion = "Adult"\nrule = "age_years >= 18"\n'
CONSENT = '[[criterion]]\ncode = "I8"\ninclusion = "Agrees"\n'

CASES = {
    "what three ask, before what one asks alone": ([(CONSENT, SMOKER), (SMOKER,), (SMOKER,)], "e9"),
    "what is known at the bedside, before a result": ([(HEMOGLOBIN, AGE, HEMOGLOBIN_RULE, AGE_RULE)], "age_years"),
    "what must be so, before what must not": ([(SMOKER, CONSENT)], "i8"),
    "a number, before yes or no": ([(CONSENT.replace("\n", '\neffort = "result"\n', 1), HEMOGLOBIN, HEMOGLOBIN_RULE)], "hemoglobin"),
    "what the trial must be explained for, last": ([(CONSENT, "willingness = true\n", SMOKER)], "e9"),
    "of equals the first": ([(PAIN, PAIN_RULE, SMOKER)], "pain"),
}  # fmt: skip


def trials(files: list[tuple[str, ...]]) -> list[Protocol]:
    return [trial(name, *tables) for name, tables in zip("ABC", files, strict=False)]


@pytest.mark.parametrize(("files", "first"), CASES.values(), ids=CASES)
def test_what_likely_rules_out_most_for_its_effort_comes_first(
    files: list[tuple[str, ...]], first: str
) -> None:
    assert begin(merged(trials(files))).state == first


def test_a_limit_of_normal_follows_its_value_though_another_question_above_it_is_worth_as_much() -> None:
    either = """[[criterion]]
code = "I2"
inclusion = "Either"
rule = 'alt <= "30 U/L" or hemoglobin < "100 g/L"'
"""
    matching = begin(merged(trials([(HEMOGLOBIN, ALT, ALT_RULE, either)])))
    assert matching.state == "alt"
    matching.take(Step("answer", "alt", Measurement("=", Decimal(50), "U/L")))
    assert matching.state == "alt_uln"


def test_what_only_a_trial_that_is_ruled_out_asks_is_needed_by_none() -> None:
    matching = begin(merged(trials([(PAIN, PAIN_RULE, SMOKER), (SMOKER,)])))
    assert [
        matching.needs.by.get(matching.protocol.position[question], 0) for question in ("pain", "e9")
    ] == [1, 2]
    matching.take(Step("answer", "e9", Choice("yes")))
    assert [
        matching.needs.by.get(matching.protocol.position[question], 0) for question in ("pain", "e9")
    ] == [0, 0]
