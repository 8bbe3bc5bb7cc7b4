"""The fictional trials that ship as examples: marked as such wherever they appear, and right."""

from __future__ import annotations

import click
import pytest

from bot.command import main
from dialogs.answers import Choice
from dialogs.assessment import effective, judge
from dialogs.candidates import play
from dialogs.loading import load, shipped_protocols
from dialogs.parts import whole
from tests.dialogs.answering import answers

FICTIONAL = sorted(name for name in shipped_protocols() if name.startswith("EXAMPLE-"))
SAYS_SO = {"en": "fictional", "zh": "虚构"}
MOST_LINES = 8
"""A criterion with its questions, in one language."""

HEALTHY_DM2 = {
    "age_years": "52",
    "diabetes": "type_2",
    "diabetes_diagnosed": "3 years",
    "hba1c": "8.1 %",
    "bmi": "31.2",
    "diabetes_drugs": "metformin, sglt2",
    "egfr": "64",
    "last_mi": "never",
    "last_stroke": "2 years",
    "sex": "male",
    "e5": "no",
}
FIT_NSCLC = {
    "age_years": "63",
    "tumour_type": "adeno",
    "egfr_mutation": "yes",
    "egfr_tki": "yes",
    "ecog": "1",
    "last_chemotherapy": "5 weeks",
    "last_radiotherapy": "never",
    "last_major_surgery": "3 months",
    "brain_metastases": "stable",
    "neutrophils": "3.1 10*9/L",
    "platelets": "210 10*9/L",
    "hemoglobin": "11.8 g/dL",
    "bilirubin_total": "within_normal",
    "alt": "1.2 x",
    "ast": "1.1 x",
    "creatinine_clearance": "71",
    "qtcf": "430 ms",
    "e4": "no",
}
DEPRESSED = {
    "age_years": "15",
    "depression": "yes",
    "phq9": "14",
    "phq9_week_2": "12",
    "ham_d": "18",
    "suicidal": "no",
    "antidepressant": "never",
    "site_room": "yes",
    "parent_consent": "yes",
    "e3": "no",
}
PATIENTS = [
    ("EXAMPLE-DM2", {}, "eligible"),
    ("EXAMPLE-DM2", {"hba1c": "54 mmol/mol"}, "eligible"),
    ("EXAMPLE-DM2", {"hba1c": "10.6 %"}, "ineligible"),
    ("EXAMPLE-DM2", {"diabetes_diagnosed": "20 weeks"}, "ineligible"),
    ("EXAMPLE-DM2", {"diabetes_drugs": "none"}, "ineligible"),
    ("EXAMPLE-DM2", {"diabetes_drugs": "metformin, insulin"}, "ineligible"),
    ("EXAMPLE-DM2", {"last_mi": "unknown"}, "undetermined"),
    ("EXAMPLE-DM2", {"last_mi": "ongoing"}, "ineligible"),
    ("EXAMPLE-NSCLC", {}, "eligible"),
    ("EXAMPLE-NSCLC", {"egfr_mutation": "no"}, "eligible"),
    ("EXAMPLE-NSCLC", {"egfr_tki": "no"}, "ineligible"),
    ("EXAMPLE-NSCLC", {"bilirubin_total": "2 x", "gilbert": "no"}, "ineligible"),
    (
        "EXAMPLE-NSCLC",
        {"bilirubin_total": "2.4 mg/dL", "bilirubin_uln": "1.2 mg/dL", "gilbert": "yes"},
        "eligible",
    ),
    (
        "EXAMPLE-NSCLC",
        {"bilirubin_total": "2 x", "gilbert": "yes", "bilirubin_uln": "1.6 mg/dL"},
        "ineligible",
    ),
    ("EXAMPLE-NSCLC", {"alt": "3 x", "liver_metastases": "yes"}, "eligible"),
    ("EXAMPLE-NSCLC", {"last_chemotherapy": "13 days"}, "ineligible"),
    ("EXAMPLE-NSCLC", {"last_chemotherapy": "2 weeks"}, "eligible"),
    ("EXAMPLE-MDD", {}, "eligible"),
    ("EXAMPLE-MDD", {"phq9_week_2": "9"}, "ineligible"),
    ("EXAMPLE-MDD", {"antidepressant": "10 days"}, "ineligible"),
    ("EXAMPLE-MDD", {"site_room": "unknown"}, "undetermined"),
]
BASES = {"EXAMPLE-DM2": HEALTHY_DM2, "EXAMPLE-NSCLC": FIT_NSCLC, "EXAMPLE-MDD": DEPRESSED}


def test_three_ship_and_none_is_offered_unless_named() -> None:
    run = main.get_command(click.Context(main), "run")
    assert run is not None
    offered = [parameter.default for parameter in run.params if parameter.name == "protocol_sources"]
    assert (len(FICTIONAL), offered) == (3, [("NCT04420494",)])


@pytest.mark.parametrize("name", FICTIONAL)
def test_it_says_in_every_language_that_it_is_fictional(name: str) -> None:
    trial = load(name)
    assert trial.id == name
    for language in trial.languages:
        for text in (trial.title, trial.site, *trial.notices):
            assert text is not None
            assert SAYS_SO[language] in text[language].casefold(), (language, text)


def test_a_criterion_takes_few_lines() -> None:
    text = shipped_protocols()["EXAMPLE-NSCLC"].read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) / len(load("EXAMPLE-NSCLC").criteria) <= MOST_LINES


@pytest.mark.parametrize(("name", "changed", "expected"), PATIENTS, ids=str)
def test_the_verdict_of_a_patient(name: str, changed: dict[str, str], expected: str) -> None:
    trial = load(name)
    facts = effective(trial, answers(trial, BASES[name] | changed))
    assert whole(trial, [judge(trial, index, facts) for index in range(len(trial.criteria))]) == expected


def test_somebody_without_the_cancer_has_an_answer_of_their_own_that_rules_out() -> None:
    trial = load("EXAMPLE-NSCLC")
    option = trial.question("tumour_type").option_by_code["none"]
    assert option.text["en"] == "No lung cancer"
    outcome = play(trial, {"tumour_type": Choice("none")})
    assert (outcome.verdict, outcome.failed) == ("ineligible", ("I2",))
