"""Ages and sex, which a record has as fields beside its text: a criterion for each that no rule takes up.

A rule takes a field up if it leaves out whoever the field leaves out, whatever else is answered. A line that says an
age in words alone does not: *in grades 9 to 12 (13-20 years)* is answered by yes at any age.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from dialogs.answers import Answer, Choice, Measurement
from dialogs.assessment import judge
from dialogs.drafting.criteria import Drafted
from dialogs.drafting.persons import persons_in
from dialogs.drafting.record import Record
from dialogs.drafting.why import Note
from dialogs.healing import is_age
from dialogs.parts import ruled_out
from dialogs.protocol import Protocol, Question
from dialogs.rules.judgement import Facts
from dialogs.since import DAYS

_AGE: Final = re.compile(r"(\d{1,3}) (Year|Month|Week|Day)s?")
_UNITS: Final = {"Year": "a", "Month": "mo", "Week": "wk", "Day": "d"}
_QUESTIONS: Final = {"Year": ("age_years", "years"), "Month": ("age_months", "months")}
_OLDEST: Final = 120
"""In years."""
_SEXES: Final = ("female", "male")


def of_fields(fields: Mapping[str, str], drafted: Sequence[Drafted]) -> Iterator[Drafted]:
    """Yield a criterion for each of some fields of a record, which is its source, to stand before what was drafted."""
    numbers = max((int(found[1]) for each in drafted if (found := re.match(r"I(\d+)", each.code))), default=0)
    others, patients = any(each.of_another for each in drafted), _of_patients(drafted)
    for number, (name, value) in enumerate(fields.items(), numbers + 1):
        made = _criterion(name, value, f"I{number}")
        yield _of_whom(made, patients) if others else made


def _of_whom(made: Drafted, patients: tuple[str, ...]) -> Drafted:
    """Take a field as said of the patient beside other persons; where nobody is the patient, ask of all of them."""
    if not patients:
        return replace(made.in_words(), review=(Note("of_field"),))
    return replace(made, parts=patients, review=(*made.review, Note("of_field")))


def _of_patients(drafted: Sequence[Drafted]) -> tuple[str, ...]:
    """Return the parts that a patient may belong to, and no parent or donor."""
    return tuple(dict.fromkeys(part for each in drafted if not each.of_another for part in each.parts))


def _criterion(name: str, value: str, code: str) -> Drafted:
    source = f"{name}: {value}"
    if name == "Sex":
        sex = value.lower()
        return Drafted(source, "inclusion", code, rule=f'sex == "{sex}"', review=(Note(f"sex_{sex}"),))
    age = _AGE.fullmatch(value)
    if age is None or age[2] not in _QUESTIONS:
        return Drafted(source, "inclusion", code)
    (question, unit), number = _QUESTIONS[age[2]], int(age[1])
    sign, key = (">=", "age_from") if name == "Minimum Age" else ("<=", "age_to")
    rule = f"{question} {sign} {number}"
    if (sign, unit) == (">=", "months"):  # an adult's age in months is none that can be answered
        rule = f"age_years >= {number // 12 + 1} or {rule}"
    return Drafted(source, "inclusion", code, rule=rule, review=(Note(f"{key}_{unit}", n=number),))


# what the rules of a trial take up ------------------------------------------------------------------


def not_taken_up(record: Record, trial: Protocol) -> dict[str, str]:
    """Return the fields of a record that leave out somebody whom the rules of a trial do not."""
    return {name: value for name, value in record.fields().items() if not _takes_up(trial, name, value)}


def _takes_up(trial: Protocol, name: str, value: str) -> bool:
    outside = _of_the_other_sex(trial, value) if name == "Sex" else _of_other_ages(trial, name, value)
    wanted = _parts_of_patients(trial)
    return all(_closed(trial, facts) & wanted == wanted for facts in outside)


def _closed(trial: Protocol, facts: Facts) -> int:
    """Return the parts that somebody is left out of, whatever else is answered."""
    return ruled_out(trial, [judge(trial, index, facts) for index in range(len(trial.criteria))])


def _parts_of_patients(trial: Protocol) -> int:
    """Return the parts of a trial that are not of parents or donors alone."""
    parts = enumerate(trial.alternatives)
    own = (1 << at for at, part in parts if not any(map(_is_of_another, part.name.values())))
    return sum(own) or trial.every_part


def _is_of_another(name: str) -> bool:
    kinds = {each.kind for each in persons_in(name)}
    return kinds == {"another"}


def _of_the_other_sex(trial: Protocol, value: str) -> Iterator[Facts]:
    for sex in _SEXES:
        if sex != value.lower():
            yield [Choice(sex) if _is_sex(each) else None for each in trial.questions]


def _is_sex(question: Question) -> bool:
    return question.sdtm is not None and (question.sdtm.domain, question.sdtm.code) == ("DM", "SEX")


def _of_other_ages(trial: Protocol, name: str, value: str) -> Iterator[Facts]:
    """Yield what people of ages that a field leaves out answer: those next to it, and one for each year."""
    age = _AGE.fullmatch(value)
    if age is None:
        yield [None] * len(trial.questions)
        return
    number, unit = Decimal(age[1]), DAYS[_UNITS[age[2]]]
    years = (DAYS["a"] * year + 1 for year in range(_OLDEST))
    if name == "Minimum Age":
        ages = [number * unit - 1, *(each for each in years if each < number * unit)]
    else:
        ages = [(number + 1) * unit + 1, *(each for each in years if each > (number + 1) * unit)]
    for days in ages:
        if days >= 0:
            yield [_answered(each, days) for each in trial.questions]


def _answered(question: Question, days: Decimal) -> Answer | None:
    """Return an age in completed years, months or whatever a question asks for it in."""
    if not is_age(question):
        return None
    unit = question.units[0].code
    return Measurement("=", days // DAYS[unit], unit)
