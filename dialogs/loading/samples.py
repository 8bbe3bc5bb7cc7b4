"""What an entry of the catalogue takes for an answer, and what to write to use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dialogs import since
from dialogs.loading import catalogue

Entry = Mapping[str, Any]
WANTED: Final = frozenset(
    (
        "able_to_consent",
        "able_to_follow",
        "able_to_walk",
        "assent",
        "caregiver",
        "contraception",
        "diabetes_diagnosed",
        "diagnosed",
        "glucose_monitor",
        "guardian_willing",
        "histology",
        "insulin_pump",
        "language",
        "lives_near",
        "measurable_disease",
        "stable_medication",
        "statin",
        "swallowing",
        "symptoms_began",
        "tumour_tissue",
    )
)
"""Questions of yes or no, and of how long ago, that trials ask for; others exclude."""
OF_ONE_SEX: Final = {
    "childbearing_potential": "female",
    "gestational_age": "female",
    "last_menstrual_period": "female",
    "pregnancy_test": "female",
    "pregnant_or_lactating": "female",
    "prostate_symptoms": "male",
    "psa": "male",
}
"""Questions that concern one sex only: of the other one, a rule asks none of them."""
RULES: Final = {
    "age_years": "18 <= age_years <= 75",
    "cancer_stage": 'cancer_stage in ("III", "IV")',
    "childbearing_potential": 'childbearing_potential == "yes"',
    "ecog": 'ecog in ("0", "1")',
    "pregnancy_test": 'pregnancy_test == "positive"',
    "pregnant_or_lactating": 'pregnant_or_lactating in ("pregnant", "lactating")',
}
"""Rules that say more than one end, or another option than the first."""
EXCLUDING: Final = frozenset(("childbearing_potential", "pregnancy_test", "pregnant_or_lactating"))
"""Choices by which trials exclude."""
COUNTED: Final = ("%", "d/mo", "{joints}", "{score}")
"""Units in which trials ask for enough of what they treat."""
AT_LEAST: Final = frozenset(("cd4", "lymphocytes", "neutrophils"))
AT_MOST: Final = frozenset(
    (
        "apache_2",
        "audit",
        "cdr",
        "child_pugh_score",
        "diastolic_pressure",
        "edss",
        "fib4",
        "heart_rate",
        "lactate",
        "meld",
        "modified_rankin",
        "qt",
        "qtc",
        "qtcf",
        "respiratory_rate",
        "serum_alt",
        "serum_ast",
        "serum_creatinine",
        "sofa",
        "systolic_pressure",
        "temperature",
        "toxicity_grade",
        "triglycerides",
        "urate",
        "urea",
    )
)
"""Numbers of which trials mostly limit the other end than their range and unit make likely."""
YES_OR_NO: Final = ({"code": "yes"}, {"code": "no"})


def sample(name: str) -> str:
    """Return a criterion over an entry, as it can be pasted at the end of a file of one language."""
    return f"[[criterion]]\n{_side(name)} = \"the record's own words\"\nrule = '{rule(name)}'\n"


def own_words(name: str) -> str:
    """Return the question that gives an entry other words."""
    return f'[[question]]\nuse = "{name}"\nask = "your own words?"\n'


def _side(name: str) -> str:
    """Return the side on which trials mostly have a rule such as that of an entry's sample."""
    entry = catalogue.entries()[name]
    excludes = kind(entry) in ("since", "several", "yes_no") and name not in WANTED
    return "exclusion" if excludes or name in EXCLUDING else "inclusion"


def rule(name: str) -> str:
    """Return a rule over one entry as trials have them; the limit is the entry's example, and to be replaced."""
    guard = f'sex == "{OF_ONE_SEX[name]}" and ' if name in OF_ONE_SEX else ""
    return f"{guard}{_of_anybody(name)}"


def _of_anybody(name: str) -> str:
    entry = catalogue.entries()[name]
    if name in RULES:
        return RULES[name]
    if kind(entry) == "since":
        return f'{name} {"<" if _side(name) == "exclusion" else ">="} "4 wk"'
    if "units" in entry:
        return f"{name} {_limit(name, entry)}"
    if kind(entry) == "yes_no":
        return name
    first = options(entry)[0]
    return f'"{first}" in {name}' if kind(entry) == "several" else f'{name} == "{first}"'


def _limit(name: str, entry: Entry) -> str:
    if "uln" in entry:
        return '<= "1.5 {xULN}"'
    unit = units_of(entry)[0]["code"]
    never_too_low = entry["usual"][0] == entry["possible"][0] and unit not in COUNTED
    at_most = name in AT_MOST or (never_too_low and name not in AT_LEAST)
    return f'{"<=" if at_most else ">="} "{entry["example"]} {unit}"'


def answers(entry: Entry, language: str) -> str:
    """Say in short what an entry takes: codes of options, units with what is usual, how long ago."""
    if kind(entry) == "since":
        taken = [f"`{each}`" for each in since.ANSWERS if entry.get(each) is not False]
        return ", ".join(["how long ago", *taken])
    if "units" not in entry:
        all_that_apply = "all that apply: " if kind(entry) == "several" else ""
        return all_that_apply + ", ".join(f"`{code}`" for code in options(entry))
    low, high = entry["usual"]
    first, *others = (unit["label"][language] for unit in units_of(entry))
    others += ["× ULN"] if "uln" in entry else []
    return f"{low} to {high} {first}" + (f"; also {', '.join(others)}" if others else "")


def kind(entry: Entry) -> str:
    return str(entry.get("kind", "yes_no"))


def options(entry: Entry) -> list[str]:
    """Return the codes that rules compare a choice with."""
    return [option["code"] for option in entry.get("options", YES_OR_NO)]


def units_of(entry: Entry) -> list[dict[str, Any]]:
    """Return the units of a number, without those that its limits of normal add."""
    named = entry["units"]
    return catalogue.unit_sets()[named] if isinstance(named, str) else named
