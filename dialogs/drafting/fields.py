"""Ages and sex, which a record has as fields beside its text: a criterion for each that no line of the text says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from dialogs.drafting.criteria import Drafted
from dialogs.drafting.record import Record
from dialogs.drafting.spoken import either
from dialogs.drafting.why import Note

_AGE: Final = re.compile(r"(\d{1,3}) (Year|Month)s?")
_QUESTIONS: Final = {"Year": ("age_years", "years"), "Month": ("age_months", "months")}
_SAYS_AGE: Final = re.compile(either("age"), re.IGNORECASE)
_ONE_SEX: Final = {
    sex: re.compile(rf"\W*(?:(?:adult|pregnant|healthy)\s+)*{either(sex.lower())}", re.IGNORECASE)
    for sex in ("FEMALE", "MALE")
}
_SOME_ONLY: Final = re.compile(r"child|potential|partner|must|should|agree", re.IGNORECASE)
"""What a line says of the patients of one sex, while others may take part."""


def of_fields(record: Record, drafted: Sequence[Drafted]) -> Iterator[Drafted]:
    """Yield a criterion for each field that says who may take part and that no line says; the field is its source."""
    said = [each for each in drafted if each.role != "line" or each.whose]
    numbers = max((int(found[1]) for each in drafted if (found := re.match(r"I(\d+)", each.code))), default=0)
    fields = {
        name: value for name, value in record.fields().items() if not _is_said(name, value, record, said)
    }
    others = any(each.of_another for each in drafted)
    for number, (name, value) in enumerate(fields.items(), numbers + 1):
        made = _criterion(name, value, f"I{number}")
        yield replace(made, parts=_of_patients(drafted)) if others else made


def _of_patients(drafted: Sequence[Drafted]) -> tuple[str, ...]:
    """Return the parts that a patient may belong to, and no parent or donor."""
    return tuple(dict.fromkeys(part for each in drafted if not each.of_another for part in each.parts))


def _is_said(name: str, value: str, record: Record, drafted: Sequence[Drafted]) -> bool:
    """Say whether criteria say it to everybody: one of no part, or some of each part."""
    saying = [each for each in drafted if _says(each, name, value, record.sex)]
    of_parts = {*_of_patients(drafted)}
    return (
        any(not each.parts for each in saying)
        or {part for each in saying for part in each.parts} >= of_parts > set()
    )


def _says(drafted: Drafted, name: str, value: str, sex: str) -> bool:
    if name == "Sex":
        return _says_sex(drafted, sex)
    number, text = re.match(r"\d+", value), drafted.asked or drafted.source
    if number is None:
        return True
    return bool(_SAYS_AGE.search(text) and re.search(rf"(?<![\d.]){number[0]}(?![\d.]*\d)", text))


def _says_sex(drafted: Drafted, sex: str) -> bool:
    if drafted.rule == f'sex == "{sex.lower()}"':
        return True
    text = drafted.source
    return drafted.role == "inclusion" and bool(_ONE_SEX[sex].match(text)) and not _SOME_ONLY.search(text)


def _criterion(name: str, value: str, code: str) -> Drafted:
    source = f"{name}: {value}"
    if name == "Sex":
        sex = value.lower()
        return Drafted(source, "inclusion", code, rule=f'sex == "{sex}"', review=(Note(f"sex_{sex}"),))
    age = _AGE.fullmatch(value)
    if age is None:
        return Drafted(source, "inclusion", code)
    question, unit = _QUESTIONS[age[2]]
    sign, key = (">=", "age_from") if name == "Minimum Age" else ("<=", "age_to")
    return Drafted(
        source,
        "inclusion",
        code,
        rule=f"{question} {sign} {age[1]}",
        review=(Note(f"{key}_{unit}", n=int(age[1])),),
    )
