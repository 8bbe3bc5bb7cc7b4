"""Made-up trials as a ward has them on offer at once, which share their basics, and made-up patients of that ward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Final

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol, Question

CRITERIA: Final = 30
DISEASES: Final = tuple("abcdef")
COMMON: Final = 40
"""Conditions that the trials choose from, each asked in the same words."""

_TOP: Final = """
format = 2
id = "WARD-{number}"
version = "1"
title = "Fictional trial {number}"
"""
_DISEASE: Final = "\n".join(f'  {{ code = "{code}", text = "Disease {code.upper()}" }},' for code in DISEASES)
_MAIN: Final = f"""
[[question]]
id = "disease"
ask = "Which disease?"
kind = "choice"
options = [
{_DISEASE}
]
"""
_LABS: Final[Mapping[str, tuple[str, Sequence[str], str]]] = {
    "hemoglobin": (">=", ("80", "90", "100"), "g/L"),
    "platelets": (">=", ("50", "75", "100"), "10*9/L"),
    "neutrophils": (">=", ("1.0", "1.5"), "10*9/L"),
    "bilirubin_total": ("<=", ("1.5", "2"), "{xULN}"),
    "alt": ("<=", ("2.5", "3"), "{xULN}"),
    "ast": ("<=", ("2.5", "3"), "{xULN}"),
}
_ENTRIES: Final = ("age_years", "ecog", "sex", "pregnant_or_lactating", *_LABS)


def ward(trials: int, seed: int = 1) -> list[Protocol]:
    """Make so many trials of 30 criteria."""
    random = Random(seed)
    return [parse_protocol(_trial(number, random), f"ward-{number}.toml") for number in range(trials)]


def _trial(number: int, random: Random) -> str:
    conditions = sorted(random.sample(range(COMMON), 10))
    criteria = [*_basics(random), *(("exclusion", f"Condition {n}", f"c{n}") for n in conditions)]
    criteria += [_own(number, place) for place in range(CRITERIA - len(criteria))]
    questions = [f'[[question]]\nuse = "{name}"' for name in _ENTRIES]
    questions += [f'[[question]]\nid = "c{n}"\nask = "Condition {n}?"' for n in conditions]
    return (
        _TOP.format(number=number) + _MAIN + "\n".join(questions + list(map(_criterion, enumerate(criteria))))
    )


def _basics(random: Random) -> list[tuple[str, str, str | None]]:
    wanted = ", ".join(f'"{code}"' for code in sorted(random.sample(DISEASES, 3)))
    return [
        ("inclusion", "Has the disease", f"disease in ({wanted})"),
        ("inclusion", "Adult", f"age_years >= 18 and age_years <= {random.choice((65, 75, 85))}"),
        ("inclusion", "Performance status", f"ecog in ({random.choice(_ECOG)})"),
        ("exclusion", "Pregnant", 'sex == "female" and pregnant_or_lactating in ("pregnant", "lactating")'),
        *(
            ("inclusion", name, f'{name} {sign} "{random.choice(limits)} {unit}"')
            for name, (sign, limits, unit) in _LABS.items()
        ),
    ]


_ECOG: Final = ('"0", "1"', '"0", "1", "2"')


def _own(number: int, place: int) -> tuple[str, str, str | None]:
    kind = "inclusion" if place % 3 == 0 else "exclusion"
    return kind, f"What only trial {number} asks, {place}", None


def _criterion(numbered: tuple[int, tuple[str, str, str | None]]) -> str:
    place, (kind, words, rule) = numbered
    ruled = f"\nrule = '{rule}'" if rule else ""
    return f'[[criterion]]\ncode = "{kind[0].upper()}{place}"\n{kind} = "{words}"{ruled}'


def patient(questions: Sequence[Question], random: Random) -> dict[str, Answer]:
    """Make a patient of the ward, with an answer to every question: most is well, little is not known."""
    return {question.id: _answer(question, random) for question in questions}


def _answer(question: Question, random: Random) -> Answer:
    if random.random() < 0.03:
        return UNKNOWN
    name = question.id.rpartition("/")[2]
    if question.units:
        number = Decimal(random.choice(_NUMBERS[name]))
        return Measurement("=", number, question.units[0].code)
    if name in _CHOICES:
        return Choice(random.choice(_CHOICES[name]))
    well, ill = ("yes", "no") if name.startswith("i") else ("no", "yes")
    return Choice(well if random.random() < 0.94 else ill)


_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "disease": DISEASES,
    "ecog": "0011123",
    "sex": ("female", "male"),
    "pregnant_or_lactating": (*("neither",) * 9, "pregnant"),
}
_NUMBERS: Final[Mapping[str, Sequence[str]]] = {
    "age_years": ("17", "25", "40", "52", "60", "68", "72", "80"),
    "hemoglobin": ("70", "85", "95", "110", "120", "130"),
    "platelets": ("30", "60", "90", "120", "200", "250"),
    "neutrophils": ("0.9", "1.2", "2", "3", "4", "5"),
    "bilirubin_total": ("8", "15", "20", "22", "25", "50"),
    "alt": ("20", "30", "35", "40", "60", "150"),
    "ast": ("20", "30", "35", "40", "60", "150"),
    "bilirubin_uln": ("21", "22"),
    "alt_uln": ("35", "40", "50"),
    "ast_uln": ("35", "40", "50"),
}
