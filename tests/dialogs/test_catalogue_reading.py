"""Numbers of the catalogue are read as lab sheets of both worlds print them; a unit is never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dialogs.answers import Measurement
from dialogs.loading import parse_protocol
from dialogs.loading.samples import sample
from dialogs.reading import Proposal, Reading, Refused, Understood, read

HEAD = 'format = 2\nid = "FICTIONAL"\ntitle = "A fictional trial"\n'
PRINTED = [
    ("hemoglobin", "12.1 g/dL", "12.1", "g/dL"),
    ("hemoglobin", "121 克/升", "121", "g/L"),
    ("platelets", "150×10^9/L", "150", "10*9/L"),
    ("platelets", "150 K/µL", "150", "10*3/uL"),
    ("platelets", "150 G/L", "150", "10*9/L"),
    ("leukocytes", "6.2×10⁹/L", "6.2", "10*9/L"),
    ("eosinophils", "0.32 x10e9/l", "0.32", "10*9/L"),
    ("cd4", "350个/µL", "350", "/uL"),
    ("hematocrit", "0.41 L/L", "0.41", "L/L"),
    ("hba1c", "7.2%", "7.2", "%"),
    ("hba1c", "53 mmol/mol", "53", "mmol/mol"),
    ("glucose", "7.8mmol/L", "7.8", "mmol/L"),
    ("fasting_glucose", "126 mg/dl", "126", "mg/dL"),
    ("c_peptide", "1.9 ng/mL", "1.9", "ng/mL"),
    ("ldl", "2,9 mmol/l", "2.9", "mmol/L"),
    ("triglycerides", "150mg/dL", "150", "mg/dL"),
    ("calcium", "9.4 mg/dL", "9.4", "mg/dL"),
    ("potassium", "4.1 mEq/L", "4.1", "meq/L"),
    ("urea", "14 mg/dL BUN", "14", "mg{N}/dL"),
    ("urea", "5.4 mmol/L", "5.4", "mmol/L"),
    ("albumin", "4.1 g/dL", "4.1", "g/dL"),
    ("crp", "5.2 mg/L", "5.2", "mg/L"),
    ("ldh", "3.1 µkat/L", "3.1", "ukat/L"),
    ("ggt", "32 IU/L", "32", "U/L"),
    ("troponin", "0.012ng/mL", "0.012", "ng/mL"),
    ("nt_probnp", "125 pg/ml", "125", "pg/mL"),
    ("d_dimer", "0.42 mg/L FEU", "0.42", "mg{FEU}/L"),
    ("tsh", "2.1 uIU/mL", "2.1", "u[IU]/mL"),
    ("fsh", "6.5 mIU/mL", "6.5", "m[IU]/mL"),
    ("testosterone", "45 ng/dL", "45", "ng/dL"),
    ("creatinine", "1.02 mg/dL", "1.02", "mg/dL"),
    ("albumin_creatinine", "30mg/g", "30", "mg/g"),
    ("albumin_creatinine", "3 mg/mmol", "3", "mg/mmol"),
    ("hbv_dna", "2000 IU/mL", "2000", "[IU]/mL"),
    ("temperature", "38.2℃", "38.2", "Cel"),
    ("temperature", "100.4 °F", "100.4", "[degF]"),
    ("body_weight", "62公斤", "62", "kg"),
    ("body_weight", "154 lbs", "154", "[lb_av]"),
    ("height", "1.68 m", "1.68", "m"),
    ("systolic_pressure", "126 mmHg", "126", "mm[Hg]"),
    ("systolic_pressure", "126", "126", "mm[Hg]"),
    ("heart_rate", "72次/分", "72", "/min"),
    ("qt", "0.39 s", "0.39", "s"),
    ("inr", "1.1 INR", "1.1", "{INR}"),
    ("mmse", "24分", "24", "{score}"),
    ("edss", "3.5", "3.5", "{score}"),
    ("bone_density_t", "-2.5", "-2.5", "{SD}"),
    ("life_expectancy", "6个月", "6", "mo"),
    ("alcohol", "20 g/day", "20", "g/d"),
    ("urine_protein_daily", "0.3 g/24h", "0.3", "g/d"),
]
DOUBTFUL = {
    "BUN or urea": ("urea", "14 mg/dL", Refused),
    "fibrinogen equivalents or D-dimer units": ("d_dimer", "0.5 mg/L", Refused),
    "kilograms or pounds": ("body_weight", "154", Proposal),
    "a ratio or a multiple of its limit": ("inr", "1.1", Proposal),
    "millimoles or milligrams": ("cholesterol", "5", Proposal),
    "for 1.73 square metres or for this patient": ("egfr_child", "58 mL/min", Refused),
}


def typed(name: str, text: str) -> Reading:
    protocol = parse_protocol(HEAD + sample(name), f"{name}.toml")
    return read(protocol, protocol.question(name), text)


@pytest.mark.parametrize(("name", "text", "value", "unit"), PRINTED)
def test_a_number_is_read_as_it_is_printed(name: str, text: str, value: str, unit: str) -> None:
    assert typed(name, text) == Understood(((name, Measurement("=", Decimal(value), unit)),))


LASTING = {
    "半年": ("=", "0.5", "a"),
    "six months": ("=", "6", "mo"),
    "half a year": ("=", "0.5", "a"),
    "一年半": ("=", "1.5", "a"),
    "1 year and 6 months": ("=", "18", "mo"),
    "3个月以上": (">=", "3", "mo"),
    "at least 6 months": (">=", "6", "mo"),
    "more than a year": (">", "1", "a"),
    "不到三个月": ("<", "3", "mo"),
    ">12 months": (">", "12", "mo"),
}


@pytest.mark.parametrize("text", LASTING)
def test_how_long_something_lasts_is_said_as_how_long_ago_something_was(text: str) -> None:
    relation, value, unit = LASTING[text]
    meant = Measurement(relation, Decimal(value), unit)  # type: ignore[arg-type]
    assert typed("life_expectancy", text) == Understood((("life_expectancy", meant),))


@pytest.mark.parametrize(
    "text", ["three months ago", "within the last 3 months", "近三个月", "about six months", "six", "半"]
)
def test_what_is_no_length_of_time_is_not_taken_as_one(text: str) -> None:
    assert isinstance(typed("life_expectancy", text), Refused)


@pytest.mark.parametrize(("name", "text", "kind"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_can_mean_two_things_is_not_taken(name: str, text: str, kind: type[Reading]) -> None:
    assert isinstance(typed(name, text), kind)
