"""Warnings: each on a fictional trial that calls for it, and on the like of it that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogs.errors import Fault
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.loading.catalogue import entries
from dialogs.protocol import Protocol
from dialogs.untranslated import lacking
from dialogs.warnings import warnings

HEAD = """format = 2
id = "EX-WARN"
title = "A fictional trial"
"""
QUESTIONS = """
[[question]]
id = "age"
ask = "Age?"
kind = "quantity"
units = [{ code = "a", label = "years" }]
possible = [0, 120]
usual = [18, 90]
[[question]]
id = "fever"
ask = "Fever?"
[[question]]
id = "cough"
ask = "Cough?"
[[criterion]]
code = "I1"
inclusion = "Adults"
rule = 'age >= "18 a"'
[[criterion]]
code = "E1"
exclusion = "Ill"
rule = 'fever or cough'
"""
MANY = ", ".join(f'{{ code = "o{number}", text = "Option {number}" }}' for number in range(12))
BMI = '[[question]]\nuse = "bmi"\nformula = "{}"\n'
AGE_THEN = '[catalogue]\nage_then = { use = "age_years", at = "at screening" }\n'
PROTEIN = """
[[question]]
id = "protein"
ask = "M protein?"
kind = "quantity"
units = [{{ code = "g/L", label = "g/L" }}, {{ code = "g/dL", label = "g/dL", scale = "{}" }}]
possible = [0, 150]
usual = [0, 100]
"""
RISE = """
[catalogue]
then = {{ use = "hba1c", at = "at screening" }}
now = {{ use = "hba1c", at = "in week 0" }}
[[question]]
id = "rise"
ask = "Rise of HbA1c?"
kind = "quantity"
units = {}
possible = [-20, 20]
usual = [-5, 15]
formula = "{}"
"""
UNUSED = '[[question]]\nid = "rash"\nask = "Rash?"\n'


def warned(*tables: str, head: str = HEAD) -> list[Fault]:
    return warnings(parse_protocol("\n".join((head + QUESTIONS, *tables)), "trial.toml"), 10, 300)


EGFR = "mL/min/{1.73_m2}"


def criterion(rule: str, kind: str = "exclusion", words: str = "Words") -> str:
    return f'[[criterion]]\ncode = "X1"\n{kind} = "{words}"\nrule = \'{rule}\'\n'


DOSES = """
[catalogue]
dose_now = {{ use = "prednisone_dose", ask = "Prednisone now?" }}
dose_before = {{ use = "prednisone_dose", ask = "Prednisone before?"{} }}
"""
NITROSOUREA = '[[question]]\nuse = "last_nitrosourea"\nask = "Last nitrosourea{}: how long ago?"\n'
PARTS = """[[part]]
code = "A"
name = "Adolescents"
required = true
[[part]]
code = "P"
name = "Parents"
{}
[[criterion]]
inclusion = "Sleepless"
parts = ["A"]
[[criterion]]
inclusion = "Reads"
parts = ["P"]
"""
CASES: dict[str, tuple[str, str, str]] = {
    "one part that is not required": (
        PARTS.format(""),
        PARTS.format("required = true"),
        "part P: is the only part that is not required",
    ),
    "a question that nothing needs": (
        UNUSED,
        UNUSED + '[[alert]]\nid = "A"\ntext = "Look."\nwhen = "rash"\n',
        "question rash: is needed by no rule",
    ),
    "a part of a formula": (
        UNUSED
        + '[[question]]\nid = "kg"\nask = "kg?"\nkind = "quantity"\nunits = [{ code = "kg", label = "kg" }]\n'
        "possible = [1, 300]\nusual = [40, 120]\n",
        '[[question]]\nid = "kg"\nask = "kg?"\nkind = "quantity"\nunits = [{ code = "kg", label = "kg" }]\n'
        'possible = [1, 300]\nusual = [40, 120]\n[[question]]\nid = "dose"\nask = "dose?"\nkind = "quantity"\n'
        'units = [{ code = "mg", label = "mg" }]\npossible = [1, 3000]\nusual = [40, 1200]\nformula = "kg * 2"\n'
        + criterion('dose > "100 mg"'),
        "question kg: is needed by no rule",
    ),
    "two criteria that always agree": (
        criterion("not (not fever and not cough)"),
        criterion("fever and cough") + '[[criterion]]\ncode = "X2"\nexclusion = "Words"\n',
        "criterion X1: rule: leaves out the same patients as E1",
    ),
    "a criterion that another one implies": (
        criterion('age >= "16 a"', "inclusion"),
        criterion('age <= "65 a"', "inclusion"),
        "criterion X1: rule: is met wherever I1 is met",
    ),
    "an exclusion that another one implies": (
        criterion("fever and cough"),
        criterion('fever and age > "65 a"'),
        "criterion X1: rule: does not apply wherever E1 does not apply",
    ),
    "the complement that the file says it is": (
        criterion('age < "18 a"'),
        criterion('age < "18 a"') + 'counts_as = "I1"\n',
        "criterion X1: rule: leaves out the same patients as I1",
    ),
    "a limit outside of what is usual": (
        criterion('age > "100 a"'),
        criterion('age > "80 a"'),
        "criterion X1: rule: 100 a is outside of what is usual for age, 18 to 90 a",
    ),
    "limits that contradict each other": (
        '[[question]]\nuse = "hemoglobin"\n' + criterion('hemoglobin < "9 g/dL = 80 g/L"'),
        '[[question]]\nuse = "hemoglobin"\n' + criterion('hemoglobin < "9 g/dL = 90 g/L"'),
        "criterion X1: rule: 9 g/dL is 90 g/L, and not 80",
    ),
    "a criterion that follows from one that the record leaves open": (
        criterion('age > "65 a" or age < "18 a"'),
        criterion('age > "65 a" or unclear'),
        "criterion I1: rule: is met wherever X1 does not apply",
    ),
    "limits of a time that are alike": (
        criterion('last_stroke < "3 mo = 12 d"'),
        criterion('last_stroke < "3 mo = 12 wk = 90 d"'),
        "criterion X1: rule: 3 mo is 91.312 d, and not 12",
    ),
    "limits that are further apart than lab sheets round": (
        criterion('hba1c > "7.0 % = 58 mmol/mol"'),
        criterion('hba1c > "7.0 % = 53 mmol/mol"')
        + criterion('creatinine > "1.5 mg/dL = 133 umol/L"', "inclusion").replace("X1", "X2"),
        "criterion X1: rule: 7.0 % is 52.995 mmol/mol, and not 58",
    ),
    "a unit that turns into another one otherwise than it does": (
        PROTEIN.format("0.1") + criterion('protein > "30 g/L"'),
        PROTEIN.format("10") + criterion('protein > "30 g/L"'),
        "question protein: units: 1 g/dL counts as 1/10 g/L, and is 10. Please write scale: what 1 g/dL is in g/L",
    ),
    "a difference in units of which one begins elsewhere at zero": (
        RISE.format('"hba1c"', "then - now") + criterion('rise > "5 mmol/mol"'),
        RISE.format('[{ code = "%", label = "%" }]', "then - now") + criterion('rise > "0.5 %"'),
        "question rise: units: comes to a difference, and mmol/mol turns into % as a value does, not a difference. "
        'Please give it units of its own: units = [{ code = "%", label = "%" }]',
    ),
    "a difference that is worked on, and a mean": (
        RISE.format('"hba1c"', "(then - now) * 1") + criterion('rise > "2 %"'),
        RISE.format('"hba1c"', "(then + now) / 2") + criterion('rise > "7 %"'),
        "question rise: units: comes to a difference",
    ),
    "an age of a visit, and another one for a formula": (
        criterion('age_then < "18 a" or egfr < "60 mL/min/{1.73_m2}"') + AGE_THEN,
        criterion('age_then < "18 a" or age_years > "80 a" or egfr < "60 mL/min/{1.73_m2}"') + AGE_THEN,
        "question age_then: at: age_years is asked beside it, for the formula of egfr: the two answers may contradict. "
        "Please write age_years in the rules instead, or give egfr a formula with age_then",
    ),
    "a formula over another unit": (
        BMI.format("body_weight / height ** 2") + criterion("bmi > 30"),
        BMI.format("body_weight / (height / 100) ** 2") + criterion("bmi > 30"),
        "question bmi: formula: comes to 0.0 kg/m2 from usual answers (body_weight 62 kg, height 168 cm)",
    ),
    "a formula that divides by nothing": (
        BMI.format("body_weight / (height - 168)") + criterion("bmi > 30"),
        BMI.format("23 if sex == 'female' else 0") + criterion("bmi > 30"),
        "question bmi: formula: comes to no number from usual answers",
    ),
    "more options than buttons": (
        f'[[question]]\nid = "drug"\nask = "Drug?"\nkind = "choice"\noptions = [{MANY}]\n'
        + criterion('drug == "o1"'),
        f'[[question]]\nid = "drug"\nask = "Drug?"\nkind = "choice"\noptions = [{MANY[: MANY.index("}, ", 300) + 1]}]\n'
        + criterion('drug == "o1"'),
        "question drug: options: has 12 options, more than the 10 buttons below one message",
    ),
    "a name that is cut off": (
        UNUSED.replace(
            "Rash?", "Rash, eczema, urticaria or another disease of the skin in the last twelve months?"
        ),
        UNUSED.replace(
            "Rash?",
            'Rash, eczema, urticaria or another disease of the skin in the last twelve months?"\nshort = "rash',
        ),
        'question rash: short: is called "rash, eczema, urticaria or another disease of the skin in…" in reviews and',
    ),
    "two questions that are called alike": (
        UNUSED.replace("Rash?", "Cough (dry)?"),
        UNUSED.replace("Rash?", 'Cough (dry)?"\nshort = "dry cough'),
        'question rash: short: is called "cough" in reviews and reasons, like cough',
    ),
    "an entry of the file's own, called like another one": (
        criterion("dose_now > 10 or dose_before > 10") + DOSES.format(""),
        criterion("dose_now > 10 or dose_before > 10") + DOSES.format(', short = "former dose"'),
        'question dose_before: short: is called "prednisone dose" in reviews and reasons, like dose_now',
    ),
    "an entry of the catalogue in words that ask for less than its name": (
        criterion('last_nitrosourea < "6 wk"') + NITROSOUREA.format(""),
        criterion('last_nitrosourea < "6 wk"') + NITROSOUREA.format(" or mitomycin C"),
        'question last_nitrosourea: short: is called "last nitrosourea or mitomycin C" in reviews and reasons',
    ),
    "a question of the catalogue, called like one of the file's own": (
        criterion("fever or mental_illness")
        + '[[question]]\nid = "own"\nask = "?"\nshort = "mental illness"\n'
        + criterion("own").replace("X1", "X2"),
        criterion("fever or mental_illness"),
        'question own: short: is called "mental illness" in reviews and reasons, like mental_illness',
    ),
    "two entries of the catalogue that are called alike, neither in the file": (
        criterion(f'egfr < "60 {EGFR}" or egfr_child < "60 {EGFR}"'),
        criterion(f'egfr < "60 {EGFR}" or creatinine > "133 umol/L"'),
        'question egfr_child: short: is called "eGFR" in reviews and reasons, like egfr. Please add a [[question]] with '
        'use = "egfr_child" and a short = "..." of its own',
    ),
    "a question of the file's own catalogue with a name that is cut off": (
        criterion("asthma") + f'[catalogue]\nasthma = "{"Asthma that was diagnosed " * 3}?"\n',
        criterion("asthma") + f'[catalogue]\nasthma = {{ ask = "{"Asthma " * 20}?", short = "asthma" }}\n',
        "question asthma: short: is called",
    ),
    "a name that asks how long ago": (
        criterion('dose < "5 d"')
        + '[catalogue]\ndose = { kind = "since", ask = "Last dose: how long ago?" }\n',
        criterion('dose < "5 d"') + '[catalogue]\ndose = { kind = "since", ask = "Last dose?" }\n',
        'question dose: short: is called "last dose: how long ago" in reviews and reasons. Please name it in a few words',
    ),
    "a name that is a question": (
        criterion("walks") + '[catalogue]\nwalks = "Is the patient able to walk?"\n',
        criterion("walks") + '[catalogue]\nwalks = "Able to walk?"\n',
        'question walks: short: is called "is the patient able to walk" in reviews and reasons. Please name it in a few words',
    ),
    "a name that is a question in Chinese": (
        criterion("walks") + '[catalogue]\nwalks = "患者能行走吗？"\n',
        criterion("walks") + '[catalogue]\nwalks = "患者是否能行走？"\n',
        'question walks: short: is called "患者能行走吗" in reviews and reasons. Please name it in a few words',
    ),
    "a criterion that is asked as it stands, called like another one": (
        '[[criterion]]\ncode = "X1"\nexclusion = "Fever"\n',
        '[[criterion]]\ncode = "X1"\nexclusion = "Fever"\nshort = "fever at home"\n',
        'criterion X1: short: is called "Fever" in reviews and reasons, like fever',
    ),
    "backslashes of a registry": (
        criterion('age > "80 a"', words=r"Age \\> 80 \\[years\\]"),
        criterion('age > "80 a"', words=r"Age > 80 [years], C:\\data"),
        r"criterion X1: exclusion: has \>, \[, \], and a backslash is shown as it stands. Please write >, [, ]",
    ),
    "a backslash in a line of the record": (
        "[[criterion]]\nline = 'One of \\[these\\]:'\n",
        "[[criterion]]\nline = 'One of [these]:'\n",
        r"[[criterion]] number 3: line: has \[, \], and a backslash is shown as it stands. Please write [, ]",
    ),
    "a text longer than a message": (
        criterion('age > "80 a"', words="W" * 301),
        criterion('age > "80 a"', words="W" * 300),
        "criterion X1: exclusion: has 301 characters, more than the 300 of one message",
    ),
}


@pytest.mark.parametrize(("called_for", "fine", "said"), CASES.values(), ids=CASES)
def test_a_warning_is_given_where_it_is_called_for_only(called_for: str, fine: str, said: str) -> None:
    assert [str(each) for each in warned(called_for) if str(each).startswith(said)]
    assert not [str(each) for each in warned(fine) if str(each).startswith(said)]


def test_a_name_whose_words_the_catalogue_does_not_ask_either_is_fine() -> None:
    asked = '[[question]]\nuse = "platelets"\nask = "Platelet count of today?"\n'
    assert not [
        each for each in warned(criterion('platelets < "50 10*9/L"') + asked) if "is called" in str(each)
    ]


def test_no_warning_names_a_line_that_the_file_has_not() -> None:
    """What a stored trial keeps of the catalogue stands behind the file, whose author never saw it."""
    wide = criterion(f'egfr < "190 {EGFR}" or egfr_child < "190 {EGFR}" or creatinine > "20 umol/L"')
    found, lines = warned(wide), (HEAD + QUESTIONS + wide).count("\n") + 2
    assert len(found) > 2
    assert [str(each) for each in found if each.line is not None and each.line > lines] == []
    assert len([each for each in found if 'is called "eGFR"' in each.fault]) == 1


def test_a_warning_names_the_line_and_what_to_do() -> None:
    (found,) = warned(UNUSED)
    assert found.line == (HEAD + QUESTIONS).count("\n") + 2
    assert found.remedy == "Please use it in a rule, or leave it out: it is never asked"


@pytest.mark.parametrize("name", [*shipped_protocols(), "the whole catalogue"])
def test_what_we_ship_is_worked_out_from_usual_answers_to_usual_numbers(name: str) -> None:
    whole = "".join(f'[[question]]\nuse = "{each}"\n' for each in entries())
    text = HEAD + whole + '[[criterion]]\ncode = "I1"\ninclusion = "Words"\nrule = "age_years > 18"\n'
    protocol = load(name) if name in shipped_protocols() else parse_protocol(text, "whole.toml")
    assert [str(each) for each in warnings(protocol, 200, 10_000) if "usual answers" in each.fault] == []


def test_a_part_that_is_usually_a_fraction_is_not_taken_for_0() -> None:
    part, number = (
        f'[[question]]\nid = "{name}"\nask = "{name}?"\nkind = "quantity"\nunits = [{{ code = "1", label = "1" }}]\n'
        f"possible = [0, 20]\nusual = {usual}\n"
        for name, usual in (("share", '["0.2", "0.4"]'), ("inverse", '["2.5", "5"]'))
    )
    found = warned(part, number + 'formula = "1 / share"\n', criterion("inverse > 3"))
    assert [str(each) for each in found if "usual answers" in each.fault] == []


def test_a_language_that_lacks_texts_is_told_once() -> None:
    two = HEAD + 'languages = ["en", "zh"]\n'
    (found,) = [each for each in warned(head=two) if "has no text in zh" in each.fault]
    assert found.place == "title"
    assert "others" in found.fault
    assert not [each for each in warned() if "has no text" in each.fault]


LEFT_OUT = {
    "format": (
        HEAD.replace("format = 2\n", ""),
        "format: is missing, which stands for format 1; the file is written in format 2. "
        "Please write format = 2 at the top",
    ),
    "the language of Chinese texts": (
        f"{HEAD}notices = ['试验仅供示例。', '招募已结束。']\ncontact = '王医生'\n".replace(
            "A fictional trial", "虚构试验"
        ),
        'languages: is missing, so that the texts count as en; most are in zh. Please write languages = ["zh"] at the top',
    ),
}


@pytest.mark.parametrize(("head", "said"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_left_out_at_the_top_and_counts_as_something_else_is_told(head: str, said: str) -> None:
    text = f'{head}[[criterion]]\ncode = "E1"\nexclusion = "ECOG 3 分"\n'
    assert [str(each) for each in warnings(parse_protocol(text, "trial.toml"), 10, 300)] == [said]


@pytest.mark.parametrize("name", ["format1.toml", "toy.toml"])
def test_a_file_of_format_1_lacks_no_format(name: str) -> None:
    file = Path(__file__).parent.parent / "data" / name
    assert not [each for each in warnings(load(str(file)), 100, 4096) if "is missing" in each.fault]


def test_nothing_is_said_of_the_shipped_trial() -> None:
    assert warnings(load("NCT04420494"), 100, 4096) == []


def test_a_limit_in_a_unit_in_which_it_is_not_usual_is_told_with_the_unit_that_is_likely() -> None:
    (said,) = [str(each) for each in warned(criterion('lymphocytes < "500 10*9/L"')) if "lymph" in str(each)]
    assert said.endswith("Please check the number and its unit: 500 /uL would be usual")


def lacks_chinese(questions: int) -> Protocol:
    asked = "".join(f'[[question]]\nid = "q{n}"\nask = "Ill {n}?"\n' for n in range(questions))
    rule = criterion(" or ".join(f"q{n}" for n in range(questions)))
    head = 'format = 2\nid = "EX-WARN"\ntitle = "A fictional trial"\nlanguages = ["en", "zh"]\n'
    return parse_protocol(f"{head}{asked}{rule}", "trial.toml")


def test_all_texts_that_a_language_lacks_are_named() -> None:
    (told,) = [each for each in warnings(lacks_chinese(2), 20, 4096) if "in zh" in each.fault]
    others = "question q0: ask, short; question q1: ask, short"
    assert (told.place, told.fault) == ("title", f"has no text in zh, nor have 4 others ({others})")


def test_of_very_many_each_is_told_to_editors() -> None:
    protocol = lacks_chinese(25)
    (told,) = [each for each in warnings(protocol, 20, 4096) if "in zh" in each.fault]
    assert told.fault.endswith("question q19: ask, short; and in 5 more: --format json lists all)")
    each = [one.place for one in warnings(protocol, 20, 4096, in_short=False) if "in zh" in one.fault]
    assert sorted(each) == sorted(lacking(protocol)["zh"])
