"""Random small portfolios whose trials ask apart what contradicts each other, and one trial that asks all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from hypothesis import strategies as st

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, Relation
from dialogs.loading import parse_protocol
from dialogs.portfolio.merging import Portfolio, merged
from dialogs.protocol import Protocol


def _number(value: str, unit: str, relation: Relation = "=") -> Measurement:
    return Measurement(relation, Decimal(value), unit)


HISTORY: Final = """[[question]]
id = "history"
kind = "several"
ask = "Which of these has the patient ever had?"
options = [
  { code = "asthma", text = "Asthma" },
  { code = "prostate", text = "Prostate cancer", implies = { sex = "male" } },
  { code = "ovarian", text = "Ovarian cancer", implies = { sex = "female" } },
]
"""
PIECES: Final = {
    "sex": ('[[question]]\nuse = "sex"\n', 'sex == "male"'),
    "pregnant_or_lactating": (
        '[[question]]\nuse = "pregnant_or_lactating"\n',
        'pregnant_or_lactating == "pregnant"',
    ),
    "pregnancy_test": ('[[question]]\nuse = "pregnancy_test"\n', 'pregnancy_test == "positive"'),
    "childbearing_potential": (
        '[[question]]\nuse = "childbearing_potential"\n',
        'childbearing_potential == "yes"',
    ),
    "history": (HISTORY, '"asthma" in history'),
    "age_years": ('[[question]]\nuse = "age_years"\n', "age_years > 70"),
    "body_weight": ('[[question]]\nuse = "body_weight"\n', 'body_weight > "100 kg"'),
    "height": ('[[question]]\nuse = "height"\n', 'height < "150 cm"'),
    "smoker": (
        '[[question]]\nid = "smoker"\nask = "Does the patient smoke?"\n',
        'smoker and body_weight > "100 kg"',
    ),
    "bmi": ('[[question]]\nuse = "bmi"\n', 'bmi > "30 kg/m2"'),
    "creatinine": ('[[question]]\nuse = "creatinine"\n', 'creatinine > "120 umol/L"'),
    "egfr": ('[[question]]\nuse = "egfr"\n', 'egfr < "60 mL/min/{1.73_m2}"'),
}
"""Questions by name, each with a rule that uses it."""
SUBJECTS: Final = (
    ("sex", "pregnant_or_lactating", "pregnancy_test", "childbearing_potential", "history"),
    ("body_weight", "height", "bmi", "smoker"),
    ("creatinine", "egfr", "age_years", "sex"),
)
"""Questions of which answers can contradict each other."""
OF_OWN_WORDS: Final = {
    "sex": ("", 'ask = "Sex? (for the other question)"\n', 'help = "At birth."\n'),
    "body_weight": ("", "possible = [1, 500]\n", "usual = [30, 200]\n"),
    "creatinine": ("", "uln = { possible = [40, 210], usual = [60, 130] }\n"),
}
"""What a trial may add to a question without asking something else."""
NUMBERS: Final[dict[str, list[Answer]]] = {
    "age_years": [_number(each, "a") for each in ("20", "65", "80")],
    "body_weight": [_number(each, "kg") for each in ("45", "80", "120")],
    "height": [_number("149", "cm"), _number("180", "cm"), _number("1.8", "m")],
    "bmi": [*(_number(each, "kg/m2") for each in ("29", "31")), _number("30", "kg/m2", ">"), COMPUTED],
    "creatinine": [_number("62", "umol/L"), _number("200", "umol/L"), _number("1.5", "{xULN}")],
    "creatinine_uln": [_number("100", "umol/L")],
    "serum_creatinine": [_number("62", "umol/L"), _number("200", "umol/L"), _number("0.7", "mg/dL")],
    "egfr": [*(_number(each, "mL/min/{1.73_m2}") for each in ("40", "90")), COMPUTED],
}
"""Answers to questions for a number."""
Ask = tuple[tuple[str, str], ...]
"""The questions of a trial by name, each with what is added to it."""


@lru_cache(maxsize=2048)
def trial(name: str, asked: Ask) -> Protocol:
    """Return a trial that asks these, each for a criterion of its own."""
    questions = [f"{PIECES[each][0]}{added}" for each, added in asked]
    criteria = [
        f'[[criterion]]\ncode = "E{place}"\nexclusion = "About {each}"\nrule = \'{PIECES[each][1]}\'\n'
        for place, (each, _) in enumerate(asked, 1)
    ]
    head = f'format = 2\nid = "{name}"\ntitle = "{name} (fictional)"\n'
    return parse_protocol("".join([head, *questions, *criteria]), f"{name}.toml")


@st.composite
def asked_apart(draw: st.DrawFn) -> tuple[Portfolio, Protocol]:
    """Draw two to four trials about one subject, and one trial that asks all that they do."""
    asking = st.lists(st.sampled_from(draw(st.sampled_from(SUBJECTS))), min_size=1, max_size=3, unique=True)
    asked = draw(st.lists(asking, min_size=2, max_size=4))
    trials = [trial(f"T{index}", _worded(draw, names)) for index, names in enumerate(asked)]
    every = tuple((name, "") for name in sorted({name for names in asked for name in names}))
    return merged(trials), trial("ALL", every)


def _worded(draw: st.DrawFn, names: Sequence[str]) -> Ask:
    return tuple((name, draw(st.sampled_from(OF_OWN_WORDS.get(name, ("",))))) for name in names)


def answers(protocol: Protocol) -> st.SearchStrategy[dict[str, Answer]]:
    """Draw an answer to each question of a trial."""
    drawn: dict[str, st.SearchStrategy[Answer]] = {}
    for question in protocol.questions:
        codes = list(question.option_by_code)
        if question.kind == "several":
            sets = st.lists(st.sampled_from(codes), unique=True)
            drawn[question.id] = sets.map(question.selection)
        elif codes:
            drawn[question.id] = st.sampled_from([*map(Choice, codes), UNKNOWN])
        else:
            drawn[question.id] = st.sampled_from([*NUMBERS[question.id], *NUMBERS[question.id], UNKNOWN])
    return st.fixed_dictionaries(drawn).map(_of_one_creatinine)


def _of_one_creatinine(table: dict[str, Answer]) -> dict[str, Answer]:
    """Return answers of which a creatinine that is known is not given once more."""
    value = table.get("creatinine", UNKNOWN)
    is_exact = isinstance(value, Measurement) and value.relation == "=" and value.unit == "umol/L"
    return {**table, "serum_creatinine": UNKNOWN} if is_exact and "serum_creatinine" in table else table


def given_apart(portfolio: Portfolio, table: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers to the questions of a portfolio: none to a mere part where another trial has a criterion."""
    asked = [_is_asked_for_itself(portfolio, place) for place in range(len(portfolio.questions))]
    names = [name_of(each.id) for each in portfolio.questions]
    known = {name for name, is_asked in zip(names, asked, strict=True) if is_asked}
    return {
        each.id: table[name] if is_asked or name not in known else UNKNOWN
        for each, name, is_asked in zip(portfolio.questions, names, asked, strict=True)
    }


def _is_asked_for_itself(portfolio: Portfolio, place: int) -> bool:
    """Say whether a criterion of one of the trials that ask it is about a question, not only what is worked out of it."""
    trials = (portfolio.trials[index].protocol for index in portfolio.asking[place])
    about = f"About {name_of(portfolio.questions[place].id)}"
    return any(criterion.source == about for trial_ in trials for criterion in trial_.criteria)


def name_of(question: str) -> str:
    """Return what a question of a portfolio is called in the trials."""
    return question.rpartition("/")[2]
