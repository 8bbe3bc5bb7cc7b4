"""Units of the catalogue, held against a reader of UCUM that others wrote, atomic weights and published tables."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from ucumvert import PintUcumRegistry

from dialogs.loading import catalogue

SETS = catalogue.unit_sets()
WEIGHTS = {
    "H": "1.008", "C": "12.011", "N": "14.007", "O": "15.999", "P": "30.974", "S": "32.06", "Mg": "24.305",
    "Ca": "40.078", "Co": "58.933", "I": "126.904",
}  # fmt: skip
"""IUPAC 2021, abridged (https://iupac.qmul.ac.uk/AtWt/)."""
MOLECULES = {
    "bilirubin": "C33H36N4O6",
    "bilirubin_direct": "C33H36N4O6",  # as bilirubin, though it is conjugated: so laboratories count
    "bnp": "C143H244N50O42S4",
    "c_peptide": "C129H211N35O48",
    "calcium": "Ca",
    "calcium_corrected": "Ca",
    "cholesterol": "C27H46O",
    "cortisol": "C21H30O5",
    "creatinine": "C4H7N3O",
    "glucose": "C6H12O6",
    "glucose_fasting": "C6H12O6",
    "glucose_after_load": "C6H12O6",
    "lactate": "C3H6O3",
    "magnesium": "Mg",
    "per_creatinine": "C4H7N3O",
    "phosphate": "P",
    "testosterone": "C19H28O2",
    "thyroxine": "C15H11I4NO4",
    "triglycerides": "C57H104O6",
    "urate": "C5H4N4O3",
    "vitamin_b12": "C63H88CoN14O14P",
    "vitamin_d": "C27H44O2",
}
"""What a mole is of, where a set turns masses into moles."""
MASSES = {
    "hemoglobin": Decimal(64458)
    / 4,  # ICSH, of one iron; Davis and Jungerius 2010, doi:10.1258/acb.2010.010012
    "nt_probnp": Decimal(8457),  # amino acids 1 to 76 of proBNP
}
NITROGEN_OF_UREA, UREA = "N2", "CH4N2O"
CHARGES = {"calcium": 2, "magnesium": 2}
AGREED: dict[tuple[str, str], str] = {
    ("alcohol", "{UK_units}/wk"): "8",  # NHS: 10 mL or 8 g
    ("alcohol", "{US_drinks}/wk"): "14",  # NIAAA
    ("hba1c", "mmol/mol"): "0.09148",  # NGSP = 0.09148 * IFCC + 2.152, https://ngsp.org/ifccngsp.asp
}


def mass(formula: str) -> Decimal:
    """The molar mass of a chemical formula, in g/mol."""
    found = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    return sum((Decimal(WEIGHTS[element]) * int(count or 1) for element, count in found), Decimal(0))


@cache
def registry() -> Any:
    return PintUcumRegistry()


UNITS = [(name, unit) for name, listed in SETS.items() for unit in listed]
SCALED = [(name, unit) for name, unit in UNITS if "scale" in unit and name != "temperature"]


def called(value: Any) -> str:
    return value["code"] if isinstance(value, dict) else str(value)


def worked_out(name: str, unit: dict[str, Any]) -> Decimal:
    """What a value is multiplied by to come to the first unit of its set: by UCUM, and the molar mass where needed."""
    if (name, unit["code"]) in AGREED:
        return Decimal(AGREED[name, unit["code"]])
    value, first, molar = (
        registry().from_ucum(code) for code in (unit["code"], SETS[name][0]["code"], "g/mol")
    )
    ratio = (1 * value / (1 * first)).to_base_units()
    moles = ratio.dimensionality.get("[substance]", 0)
    if moles:  # a mole of it against grams, or grams against a mole
        ratio = ratio * (float(molar_mass(name, unit)) * molar) ** moles
    magnitude = Decimal(repr(float(ratio.to("").magnitude)))
    return magnitude / CHARGES.get(name, 1) if unit["code"] == "meq/L" else magnitude


def molar_mass(name: str, unit: dict[str, Any]) -> Decimal:
    if name == "urea":
        return mass(NITROGEN_OF_UREA if "{N}" in unit["code"] else UREA)
    return MASSES.get(name) or mass(MOLECULES[name])


def agrees(written: str, number: Decimal) -> bool:
    """Say whether a scale is a number exactly, or that number rounded to the three digits or more that are written."""
    digits = len(written.replace(".", "").lstrip("0"))
    half = Decimal("0.5").scaleb(int(Decimal(written).as_tuple().exponent))
    return abs(Decimal(written) - number) <= (half if digits > 2 else number * Decimal("1e-9"))


@pytest.mark.parametrize(("name", "unit"), UNITS, ids=called)
def test_every_code_is_ucum(name: str, unit: dict[str, Any]) -> None:
    registry().from_ucum(unit["code"])


@pytest.mark.parametrize(("name", "unit"), SCALED, ids=called)
def test_every_scale_follows_from_ucum_and_molar_masses(name: str, unit: dict[str, Any]) -> None:
    assert agrees(unit["scale"], worked_out(name, unit))


def test_a_wrong_scale_is_noticed() -> None:
    glucose, enzyme = worked_out("glucose", SETS["glucose"][1]), worked_out("enzyme", SETS["enzyme"][1])
    assert [agrees(scale, glucose) for scale in ("0.05551", "0.0555", "0.05555", "18.02")] == [
        True,
        True,
        False,
        False,
    ]
    assert [agrees(scale, enzyme) for scale in ("60", "59", "60.1")] == [True, False, False]
    nitrogen, whole = (worked_out("urea", unit) for unit in SETS["urea"][1:])
    assert not agrees("0.1665", nitrogen)
    assert not agrees("0.3570", whole)


def test_a_set_begins_with_the_unit_that_the_others_turn_into() -> None:
    for name, listed in SETS.items():
        first, *others = listed
        assert Decimal(first.get("scale", 1)) == 1, name
        assert "offset" not in first, name
        assert all("scale" in other for other in others), name
        assert len({unit["code"] for unit in listed}) == len(listed), name


def test_every_set_is_used() -> None:
    used = {entry.get("units") for entry in catalogue.entries().values()}
    assert used <= {*SETS, None}
    assert set(SETS) - used == {"time", "kg", "xULN", "xLLN"} - used


NGSP = [
    (31, "5.0"),
    (42, "6.0"),
    (48, "6.5"),
    (53, "7.0"),
    (64, "8.0"),
    (75, "9.0"),
    (86, "10.0"),
    (108, "12.0"),
]
"""IFCC in mmol/mol and NGSP in %, as the NGSP publishes them side by side."""


def into_first(name: str, value: str) -> Fraction:
    """Return a value in the second unit of a set in its first."""
    unit = SETS[name][1]
    return Fraction(value) * Fraction(unit["scale"]) + Fraction(unit["offset"])


@pytest.mark.parametrize(("ifcc", "ngsp"), NGSP)
def test_hba1c_turns_into_percent_as_published(ifcc: int, ngsp: str) -> None:
    percent = into_first("hba1c", str(ifcc))
    assert round(percent * 10) == Fraction(ngsp) * 10


@pytest.mark.parametrize(
    ("fahrenheit", "celsius"), [("32", "0"), ("98.6", "37"), ("100.4", "38"), ("104", "40")]
)
def test_a_temperature_turns_into_degrees_celsius_exactly(fahrenheit: str, celsius: str) -> None:
    assert into_first("temperature", fahrenheit) == Fraction(celsius)
    read = registry().Quantity(float(fahrenheit), registry().from_ucum("[degF]").units).to("degC")
    assert abs(read.magnitude - float(celsius)) < 1e-9


AMA = [
    ("creatinine", "mg/dL", "1.0", "88.4"),
    ("bilirubin", "mg/dL", "1.0", "17.1"),
    ("glucose", "mg/dL", "100", "5.551"),
    ("cholesterol", "mg/dL", "200", "5.17"),
    ("triglycerides", "mg/dL", "150", "1.69"),
    ("calcium", "mg/dL", "10", "2.50"),
    ("urea", "mg{N}/dL", "14", "5.0"),
    ("urate", "mg/dL", "6.8", "404.5"),
    ("testosterone", "ng/dL", "50", "1.73"),
    ("thyroxine", "ng/dL", "1.0", "12.87"),
    ("cortisol", "ug/dL", "10", "275.9"),
    ("vitamin_d", "ng/mL", "20", "49.9"),
    ("hemoglobin", "g/dL", "12", "120"),
]
"""As by the conversion table of the AMA Manual of Style."""


@pytest.mark.parametrize(("name", "code", "value", "si"), AMA, ids=called)
def test_a_value_turns_into_si_as_published(name: str, code: str, value: str, si: str) -> None:
    (unit,) = (unit for unit in SETS[name] if unit["code"] == code)
    assert abs(Decimal(value) * Decimal(unit["scale"]) / Decimal(si) - 1) < Decimal("0.005")
