"""What the catalogue works out from other answers, held against published values."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import Answer, Choice, Measurement
from dialogs.assessment import effective
from dialogs.loading import catalogue, parse_protocol
from dialogs.loading.samples import sample
from dialogs.protocol import Protocol

HEAD = 'format = 2\nid = "FICTIONAL"\ntitle = "A fictional trial"\n'
FORMULAS = [name for name, entry in catalogue.entries().items() if "formula" in entry]
PROTOCOLS = {name: parse_protocol(HEAD + sample(name), f"{name}.toml") for name in FORMULAS}

PUBLISHED = {
    # CDC, Calculating BMI, both of its examples: 24.98 and 24.96
    "body mass index, metric": ("bmi", {"body_weight": "68 kg", "height": "165 cm"}, "25.0"),
    "body mass index, imperial": ("bmi", {"body_weight": "150 [lb_av]", "height": "65 [in_i]"}, "25.0"),
    # Mosteller, N Engl J Med 1987;317:1098: the square root of cm times kg over 3600
    "body surface": ("body_surface", {"body_weight": "80 kg", "height": "180 cm"}, "2.00"),
    "body surface of a child": ("body_surface", {"body_weight": "20 kg", "height": "1.12 m"}, "0.79"),
    # Cockcroft and Gault, Nephron 1976;16:31: (140 - age) * kg / (72 * mg/dL), of women 15 % less
    "clearance of a man": (
        "creatinine_clearance",
        {"age_years": "60 a", "sex": "male", "body_weight": "72 kg", "serum_creatinine": "1 mg/dL"},
        "80",
    ),
    "clearance of a woman": (
        "creatinine_clearance",
        {"age_years": "60 a", "sex": "female", "body_weight": "72 kg", "serum_creatinine": "88.4 umol/L"},
        "68",
    ),
    # Inker and others, N Engl J Med 2021;385:1737; 95.2 and 68.6 by the R package tabletools
    "eGFR below the knot": ("egfr", {"age_years": "70 a", "sex": "male", "serum_creatinine": "0.8 mg/dL"}, "95"),
    "eGFR above the knot": ("egfr", {"age_years": "50 a", "sex": "female", "serum_creatinine": "1.0 mg/dL"}, "69"),
    # Schwartz and others, J Am Soc Nephrol 2009;20:629: 0.413 * cm / mg/dL
    "eGFR of a child": ("egfr_child", {"height": "120 cm", "serum_creatinine": "0.5 mg/dL"}, "99"),
    # Fridericia, Acta Med Scand 1920;53:469: at 60 beats nothing is corrected; 360 / 0.6 ** (1/3) is 426.8
    "QTcF at 60 beats": ("qtcf", {"qt": "400 ms", "heart_rate": "60 /min"}, "400"),
    "QTcF at 100 beats": ("qtcf", {"qt": "0.36 s", "heart_rate": "100 /min"}, "427"),
    # Payne and others, BMJ 1973;4:643, with 40 g/L: 0.02 mmol/L for each g/L of albumin, 0.8 mg/dL for each g/dL
    "corrected calcium": ("calcium_corrected", {"calcium": "2.10 mmol/L", "albumin": "28 g/L"}, "2.34"),
    "corrected calcium, mg/dL": ("calcium_corrected", {"calcium": "8 mg/dL", "albumin": "2 g/dL"}, "2.40"),
    # NCI Dictionary of Cancer Terms: a pack a day for a year, or two a day for half a year, are one
    "a pack-year": ("pack_years", {"cigarettes_per_day": "20 {cigarettes}/d", "smoking_years": "1 a"}, "1.0"),
    "also a pack-year": ("pack_years", {"cigarettes_per_day": "40 {cigarettes}/d", "smoking_years": "0.5 a"}, "1.0"),
    # Sterling and others, Hepatology 2006;43:1317: age * AST / (platelets * sqrt(ALT))
    "FIB-4": ("fib4", {"age_years": "50 a", "serum_ast": "60 U/L", "serum_alt": "36 U/L", "platelets": "150 10*9/L"}, "3.33"),
    # Matthews and others, Diabetologia 1985;28:412: 5 mU/L at 4.5 mmol/L is the normal person, 1
    "HOMA-IR": ("homa_ir", {"fasting_insulin": "5 m[IU]/L", "fasting_glucose": "4.5 mmol/L"}, "1.00"),
    "mean pressure": ("mean_pressure", {"systolic_pressure": "120 mm[Hg]", "diastolic_pressure": "80 mm[Hg]"}, "93"),
    # NCEP ATP III: total less HDL; 200 - 40 mg/dL are 160 mg/dL, 4.14 mmol/L
    "non-HDL": ("non_hdl", {"cholesterol": "200 mg/dL", "hdl": "40 mg/dL"}, "4.14"),
    # Kroenke and others, J Gen Intern Med 2001;16:606: nine items of 0 to 3
    "PHQ-9": ("phq9", {f"phq9_{item}": "nearly_every_day" for item in range(1, 10)}, "27"),
    "PHQ-9, mixed": (
        "phq9",
        {f"phq9_{item}": f"{points} {{score}}" for item, points in enumerate([3, 2, 1, 0, 0, 1, 2, 0, 1], 1)},
        "10",
    ),
    # BAPEN, the weight loss charts of MUST: 5 % of 80 kg are 4 kg, 10 % of 50 kg are 5 kg
    "weight lost": ("weight_change", {"body_weight": "76 kg", "weight_before": "80 kg"}, "-5.000"),
    "weight lost, more": ("weight_change", {"body_weight": "45 kg", "weight_before": "50 kg"}, "-10.000"),
    "weight gained, just above 5 %": ("weight_change", {"body_weight": "52.52 kg", "weight_before": "50 kg"}, "5.040"),
    # Spitzer and others, Arch Intern Med 2006;166:1092: seven items of 0 to 3
    "GAD-7": ("gad7", {f"gad7_{item}": "several_days" for item in range(1, 8)}, "7"),
}  # fmt: skip


def answer(said: str) -> Answer:
    value, _, unit = said.partition(" ")
    return Measurement("=", Decimal(value), unit) if unit else Choice(said)


def worked_out(name: str, parts: dict[str, str]) -> Decimal | None:
    """What an entry comes to, from answers that its questions can have."""
    protocol = PROTOCOLS[name]
    answers = {part: answer(said) for part, said in parts.items()}
    for part, given_answer in answers.items():
        protocol.question(part).check(given_answer)
    formula = protocol.question(name).formula
    assert formula is not None
    number = formula.work_out(effective(protocol, answers))
    return number.value if isinstance(number, Measurement) else None


@pytest.mark.parametrize(("name", "parts", "comes_to"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_formula_comes_to_what_was_published(name: str, parts: dict[str, str], comes_to: str) -> None:
    assert str(worked_out(name, parts)) == comes_to


def test_every_formula_has_a_published_value() -> None:
    assert {name for name, _, _ in PUBLISHED.values()} == set(FORMULAS)


def names(protocol: Protocol) -> set[str]:
    return {question.id for question in protocol.questions}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_trial_that_uses_one_has_its_parts_before_it(name: str) -> None:
    protocol = PROTOCOLS[name]
    for published, parts, _ in PUBLISHED.values():
        if published == name:
            assert set(parts) <= names(protocol)
            assert all(protocol.position[part] < protocol.position[name] for part in parts)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_examples_of_its_parts_come_to_a_usual_number(name: str) -> None:
    entries = catalogue.entries()
    (parts,) = [parts for published, parts, _ in PUBLISHED.values() if published == name][:1]
    usual = {part: example(part) for part in parts}
    number = worked_out(name, usual)
    low, high = entries[name]["usual"]
    assert number is not None
    assert Decimal(low) <= number <= Decimal(high)


def example(part: str) -> str:
    entry = catalogue.entries()[part]
    if "units" not in entry:
        return str(entry["options"][0]["code"])
    return f"{entry['example']} {catalogue.unit_sets()[entry['units']][0]['code']}"


@given(st.integers(18, 100), st.integers(5, 3000), st.sampled_from(["female", "male"]))
def test_egfr_is_that_of_floating_numbers(age: int, creatinine: int, sex: str) -> None:
    """The CKD-EPI equation as it is printed, written once more and otherwise."""
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
    ratio = creatinine / 88.4 / kappa
    expected = 142 * (ratio**alpha if ratio < 1 else ratio**-1.2) * 0.9938**age * factor
    said = {"age_years": f"{age} a", "sex": sex, "serum_creatinine": f"{creatinine} umol/L"}
    number = worked_out("egfr", said)
    assert number is not None
    assert abs(float(number) - expected) < 0.5001
