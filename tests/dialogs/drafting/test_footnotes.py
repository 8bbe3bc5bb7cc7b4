"""A raised digit is a power only behind ten or a unit: else the mark of a footnote, with which its line is asked."""

from __future__ import annotations

import pytest

from dialogs.drafting.accounting import differences
from dialogs.drafting.criteria import criteria_of
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.footnotes import marks
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.drafting.why import Note
from dialogs.loading import parse_protocol

POWERS = (
    "Platelets ≥ 75 x 10⁹/L", "Platelets ≥ 75 × 10^9/L", "Platelets ≥ 75 10⁹/L", "Platelets ≥ 100,000/mm³", "BMI ≤ 40 kg/m²", "eGFR ≥ 60 mL/min/1.73m²",
    "Neutrophils ≥ 1.5×10⁹/L", "Neutrophils ≥ 1.5*10³/µL", "BMI ≤ 40 kg/m^2", "血小板≥75×10⁹/L", "Earlier ¹³¹I", "10⁻⁹ mol", "10³ per µL",
)  # fmt: skip
FOOTNOTES = (
    "ALT ≤ 3² x ULN", "LVEF ≥ 5¹%", "BMI ≤ 4² kg/m2", "Platelets ≥ 75¹ x 10^9/L", "Age 18-75¹", "Age 18-75^1", "Age 18-75<sup>1</sup>", "Stroke within 6¹ months", "Hemoglobin ≥ 10³ g/dL",
    "Hemoglobin ≥ 10¹", "Age 18 to 75₁ years", "Fever¹", "Age 18-75†", "年龄18-75¹岁", "ALT≤3²×ULN", "6¹个月内卒中",
)  # fmt: skip


@pytest.mark.parametrize("line", POWERS)
def test_a_power_is_no_mark(line: str) -> None:
    assert marks(line) == ()


@pytest.mark.parametrize("side", ["Inclusion", "Exclusion"])
@pytest.mark.parametrize("line", FOOTNOTES)
def test_no_rule_is_proposed_where_a_number_bears_the_mark_of_a_footnote(line: str, side: str) -> None:
    _, made, _ = criteria_of(split(f"{side} criteria:\n* {line}\n* ECOG 0-1"), propose)
    assert (made.rule, Note("footnote") in made.review) == ("", True)


RECORDS = {
    "at the end": "Inclusion:\n* Age 18-75¹\n* Fever\n\n¹ 80 in France",
    "by a lowered number": "Inclusion:\n* Age 18-75₁\n* Fever\n\n¹ 80 in France",
    "in Chinese": "入选标准：\n1. 年龄18-75¹岁\n2. 发热\n¹ 法国为80岁",
    "by a dagger": "Inclusion:\n* Age 18-75†\n* Fever\n\n† 80 in France",
    "of a web page": "Inclusion:<ul><li>Age 18-75<sup>1</sup></li><li>Fever</li></ul><p><sup>1</sup> 80 in France</p>",
    "of a list": "Inclusion:\n* One of:\n  * ALT ≤ 3¹ x ULN\n  * AST ≤ 3 x ULN\n* Fever\n\n¹ 5 with metastases",
    "of lines that or joins": "Inclusion:\n* ALT ≤ 3¹ x ULN, or\n* AST ≤ 3 x ULN\n* Fever\n\n¹ 5 with metastases",
}


@pytest.mark.parametrize("text", RECORDS.values(), ids=RECORDS)
def test_a_footnote_is_no_criterion_and_is_asked_with_what_bears_its_mark(text: str) -> None:
    record = Record("FICT-1", "Fictional", text)
    trial = parse_protocol(drafted_file(record, ["en", "zh"], propose, "a test"), "draft")
    footnote = trial.lines[-1].text
    asked = [each for each in trial.questions if footnote in each.ask["en"]]
    assert differences(trial, record) == []
    assert len(trial.criteria) == 2
    assert len(asked) == 1


def test_a_raised_number_at_the_beginning_of_a_line_is_no_footnote_where_nothing_bears_it() -> None:
    made = criteria_of(split("Inclusion:\n* Fever\n* ² fevers or more"), propose)
    assert [each.code for each in made] == ["", "I1", "I2"]
