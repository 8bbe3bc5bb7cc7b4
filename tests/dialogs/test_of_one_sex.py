"""What men are asked that concerns women only, or women that concerns men: told, and mended by what is told."""

from __future__ import annotations

import re

import pytest

from dialogs.answers import Choice
from dialogs.candidates import play
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.of_one_sex import asked_of_the_other_sex
from dialogs.protocol import Protocol

HEAD = 'format = 2\nid = "EX-SEX"\ntitle = "A fictional trial"\n'
ADULTS = '[[criterion]]\ncode = "I1"\ninclusion = "Adults"\nrule = \'age_years >= 18\'\n'
SEX = '[[question]]\nuse = "sex"\n'
AT_VISIT = '[catalogue]\ntest_now = { use = "pregnancy_test", at = "at screening" }\n'
PARTS = '[[part]]\ncode = "A"\nname = "Mothers"\n[[part]]\ncode = "B"\nname = "All"\n'


def criterion(rule: str, kind: str = "exclusion", code: str = "X1", more: str = "") -> str:
    return f'[[criterion]]\ncode = "{code}"\n{kind} = "Words"\nrule = \'{rule}\'\n{more}'


def trial(*tables: str) -> Protocol:
    return parse_protocol(HEAD + ADULTS + "".join(tables), "trial.toml")


def told(*tables: str) -> list[str]:
    return [str(each) for each in asked_of_the_other_sex(trial(*tables))]


WOMEN_ONLY = criterion('sex == "female"', "inclusion", "I2")
ASKED: dict[str, tuple[str, str, str]] = {
    "an exclusion": (
        SEX + criterion('pregnant_or_lactating == "pregnant"'),
        "asks men, too, for pregnant_or_lactating, which concerns women only",
        """rule = 'sex == "female" and pregnant_or_lactating == "pregnant"'""",
    ),
    "an inclusion": (
        SEX + criterion('pregnancy_test == "negative"', "inclusion"),
        "asks men, too, for pregnancy_test, which concerns women only",
        """rule = 'sex == "male" or pregnancy_test == "negative"'""",
    ),
    "a rule of several comparisons": (
        SEX + criterion('pregnancy_test == "positive" or pregnant_or_lactating == "pregnant"'),
        "asks men, too, for pregnancy_test, pregnant_or_lactating",
        """rule = 'sex == "female" and (pregnancy_test == "positive" or pregnant_or_lactating == "pregnant")'""",
    ),
    "a rule that asks something else, too": (
        SEX + criterion('age_years > 80 or pregnancy_test == "positive"'),
        "asks men, too, for pregnancy_test",
        'write sex == "female" and (...) around',
    ),
    "an inclusion that asks something else, too": (
        SEX + criterion('childbearing_potential != "yes" or contraception', "inclusion"),
        "asks men, too, for childbearing_potential",
        'write sex == "male" or (...) around',
    ),
    "a comparison with its not": (
        SEX + criterion('age_years > 80 or not pregnancy_test == "negative"'),
        "asks men, too, for pregnancy_test",
        'write sex == "female" and (...) around',
    ),
    "what is turned round": (
        SEX + criterion('not (age_years < 80 and pregnancy_test == "negative")'),
        "asks men, too, for pregnancy_test",
        'write sex == "male" or (...) around',
    ),
    "a question of a visit": (
        SEX + criterion('test_now == "positive"') + AT_VISIT,
        "asks men, too, for test_now",
        """rule = 'sex == "female" and test_now == "positive"'""",
    ),
    "what concerns men": (
        SEX + criterion('psa > "4 ug/L"'),
        "asks women, too, for psa, which concerns men only",
        """rule = 'sex == "male" and psa > "4 ug/L"'""",
    ),
    "a trial that does not ask for sex": (
        criterion('gestational_age >= "28 wk"', "inclusion"),
        "asks men, too, for gestational_age",
        """or, if no men take part, a criterion above it with rule = 'sex == "female"'""",
    ),
    "a trial that asks for sex later": (
        criterion('pregnancy_test == "positive" and sex == "female"'),
        "asks men, too, for pregnancy_test, before sex",
        'or put [[question]] with use = "sex" above the others',
    ),
    "a part that takes men": (
        PARTS
        + criterion('sex == "female"', "inclusion", "I2", 'parts = ["A"]\n')
        + criterion('pregnancy_test == "positive"', more='parts = ["B"]\n'),
        "asks men, too, for pregnancy_test",
        "Please write rule",
    ),
}


@pytest.mark.parametrize(("tables", "fault", "remedy"), ASKED.values(), ids=ASKED)
def test_what_somebody_is_asked_who_is_not_concerned_is_told(tables: str, fault: str, remedy: str) -> None:
    (said,) = told(tables)
    assert said.startswith(f"criterion X1: rule: {fault}")
    assert remedy in said


NOT_ASKED: dict[str, str] = {
    "for women only by the rule": criterion('sex == "female" and pregnancy_test == "positive"'),
    "as drafts have it": criterion('sex != "male" and pregnancy_test == "positive"'),
    "met by men": criterion('sex == "male" or pregnancy_test == "negative"', "inclusion"),
    "a trial of women": WOMEN_ONLY + criterion('pregnancy_test == "positive"'),
    "a part of women": PARTS
    + criterion('sex == "female"', "inclusion", "I2", 'parts = ["A"]\n')
    + criterion('pregnancy_test == "positive"', more='parts = ["A"]\n')
    + criterion("age_years > 80", code="X2", more='parts = ["B"]\n'),
    "required of women": criterion('sex == "female"', "inclusion", "I2")
    + criterion('pregnancy_test == "positive"', more='requires = "I2"\n'),
    "of both": SEX + criterion('contraception or testosterone > "8 nmol/L"'),
    "a sex of the file's own": '[[question]]\nid = "sex"\nask = "Sex?"\noptions = ["F", "M"]\n'
    + criterion('sex == "f" and last_menstrual_period < "4 wk"'),
}


@pytest.mark.parametrize("tables", NOT_ASKED.values(), ids=NOT_ASKED)
def test_nothing_is_told_where_only_those_are_asked_who_are_concerned(tables: str) -> None:
    assert told(tables) == []


def test_what_is_told_to_be_written_mends_it_and_leaves_nobody_out() -> None:
    mended = 0
    for tables, _, _ in ASKED.values():
        (said,) = told(tables)
        written = re.search("Please write rule = '([^']+)'", said)
        if written is not None:
            mended += 1
            before = re.search("code = \"X1\"\n.*\nrule = '([^']+)'", tables)
            assert before is not None
            now = tables.replace(before[1], written[1])
            assert told(now) == []
            other = "male" if "asks men" in said else "female"
            found = play(trial(now), {"sex": Choice(other)})
            assert "X1" not in (*found.failed, *found.unresolved)
    assert mended == 7


@pytest.mark.parametrize("name", shipped_protocols())
def test_what_we_ship_asks_only_those_who_are_concerned(name: str) -> None:
    assert [*asked_of_the_other_sex(load(name))] == []
