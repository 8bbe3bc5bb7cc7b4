"""``prescreen protocol questions``: any word of a question finds it, and what is printed can be pasted."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.loading import catalogue, parse_protocol, samples, search
from dialogs.warnings import warnings

HEAD = 'format = 2\nid = "FICTIONAL"\ntitle = "A fictional trial"\n'
FOUND = {
    "by its name": ("hba1c", "hba1c"),
    "by a part of its name": ("platel", "platelets"),
    "by an English word": ("chemotherapy", "last_chemotherapy"),
    "by a Chinese word": ("血小板", "platelets"),
    "by an option": ("premenarchal", "childbearing_potential"),
    "by an abbreviation": ("wbc", "leukocytes"),
    "by an abbreviation in capitals": ("ANC", "neutrophils"),
    "by a spelling of elsewhere": ("leucocytes", "leukocytes"),
    "by a plural": ("biologics", "last_biologic"),
    "by a plural that concerns others": ("infections", "last_antibiotics"),
    "by what it is a dose of": ("corticosteroid", "steroid_days"),
    "by the organ that it tells of": ("liver", "child_pugh"),
    "by what a nurse calls it, in Chinese": ("血压", "systolic_pressure"),
    "by another word for it, in Chinese": ("怀孕", "pregnant_or_lactating"),
    "by a short form, in Chinese": ("心梗", "last_mi"),
    "by a word of the ward, in Chinese": ("中风", "last_stroke"),
    "by what a record calls it, in Chinese": ("研究药物", "last_trial_drug"),
    "by what it is asked for, in Chinese": ("洗脱", "last_chemotherapy"),
    "by its kind, in Chinese": ("临床试验", "other_trial"),
    "by what a record calls it": ("investigational", "last_trial_drug"),
    "by two words for one": ("breast feeding", "pregnant_or_lactating"),
    "by a word of the ward": ("ekg", "qtc"),
    "by what patients say": ("blood thinner", "anticoagulation"),
    "by a disease, for its score": ("parkinson", "updrs_motor"),
    "by what patients say, in Chinese": ("抽烟", "smoking"),
    "by a disease, in Chinese": ("贫血", "hemoglobin"),
    "by several words, in any order": ("surgery LAST", "last_major_surgery"),
}


def questions(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["protocol", "questions", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(("typed", "name"), FOUND.values(), ids=FOUND)
def test_a_question_is_found(typed: str, name: str) -> None:
    assert name in questions(*typed.split())


OF_THE_WARD = (
    "a1c|afib|aids|anemia|another study|aspirin|asthma|blood clot|blood pressure|blood sugar|brain mets|breathing|"
    "chemo|chest pain|cirrhosis|clotting|copd|dementia|depression|drinking|drug abuse|dvt|ejection fraction|epilepsy|"
    "experimental drug|fever|flu|heart attack|heart failure|high blood pressure|hospitalized|informed consent|"
    "irregular heartbeat|kidney failure|kidney function|life expectancy|liver enzymes|liver function|lupus|memory|"
    "menopause|nursing|obesity|operation|performance status|period|pneumonia|pulmonary embolism|radiation|"
    "schizophrenia|sepsis|smoker|steroids|stroke|study medication|suicide|able to swallow|tobacco|transfusion|"
    "vaccination|washout|white blood cells"
)
OF_THE_WARD_IN_CHINESE = (
    "哺乳|喂奶|试验用药|在研药物|癌症|化疗|放疗|血糖|糖化|血压|肾功能|肾衰|肝功能|转氨酶|肝硬化|乙肝|丙肝|艾滋|疫苗|心衰|"
    "房颤|心律不齐|心电图|射血分数|哮喘|慢阻肺|抽烟|喝酒|酗酒|吸毒|抑郁|自杀|癫痫|痴呆|记忆|精神分裂|移植|抗凝|阿司匹林|过敏|"
    "肥胖|体力状态|生存期|知情同意|血栓|输血|献血|手术|脑转移|绝经|月经|避孕|贫血|甲状腺|疼痛|失眠|湿疹|狼疮|帕金森|透析|"
    "免疫抑制|新冠|发热|肺炎|结核|住院|支架|蛋白尿|核磁"
)


@pytest.mark.parametrize("said", f"{OF_THE_WARD}|{OF_THE_WARD_IN_CHINESE}".split("|"))
def test_words_of_the_ward_find_something(said: str) -> None:
    assert search.found(*said.split()) or search.meant(said)


FOUND_ALONE = {
    "hb": "hemoglobin",
    "anc": "neutrophils",
    "crcl": "creatinine_clearance",
    "kps": "karnofsky",
    "bp": "systolic_pressure diastolic_pressure mean_pressure",
    "gfr": "egfr egfr_child",
    "alc": "lymphocytes",
    "plt": "platelets",
    "gender": "sex",
}


@pytest.mark.parametrize(("typed", "names"), FOUND_ALONE.items(), ids=FOUND_ALONE)
def test_an_abbreviation_finds_what_it_stands_for_and_nothing_in_whose_words_it_is_a_part(
    typed: str, names: str
) -> None:
    assert search.found(typed) == names.split()


def test_every_abbreviation_stands_for_entries_and_is_none_itself() -> None:
    for word, names in search.CALLED.items():
        assert word not in catalogue.entries()
        assert set(names.split()) <= set(catalogue.entries()), word


def test_words_are_found_inside_of_others_only_where_they_stand_nowhere_as_a_whole() -> None:
    assert search.found("年龄")[0] == "age_years"
    assert "childbearing_potential" not in search.found("age")
    assert search.found("platel")[0] == "platelets"
    assert search.found("hba") == [], "a word so short is no part of another one"


def test_a_short_name_counts_before_other_texts() -> None:
    assert "diabetes" in search.found("妊娠")[2:]  # one of its options is of pregnancy
    assert search.meant("妊娠") == ["pregnant_or_lactating", "pregnancy_test"]


@pytest.mark.parametrize("name", ["platelets", "alt", "nyha", "dialysis", "last_chemotherapy", "mmse"])
def test_what_is_printed_for_one_can_be_pasted(name: str) -> None:
    shown = questions(name)
    criterion, worded = shown[shown.index("[[criterion]]") :].split("\n\nTo word it yourself, add:\n\n")
    worded = worded.partition("\n\n")[0]
    assert parse_protocol(HEAD + criterion, "pasted.toml").question(name).id == name
    own = parse_protocol(f"{HEAD}{criterion}\n{worded}", "pasted.toml").question(name)
    assert own.ask["en"] == "your own words?"


def test_one_that_is_called_so_is_shown_whole_before_others_that_have_the_word() -> None:
    shown = questions("creatinine")
    assert shown.index("[[criterion]]") < shown.index("serum_creatinine")


def test_units_ranges_and_options_are_shown() -> None:
    assert "30 to 180 g/L; others are asked again" in questions("hemoglobin")
    assert "II      NYHA II / II级" in questions("nyha")


def test_all_are_listed_by_subject_in_the_language_asked_for() -> None:
    shown = questions("--lang", "zh")
    assert all(f"\n  {name} " in shown for name in catalogue.entries())
    assert all(subject in shown for subject in catalogue.subjects())
    assert "最近一次血小板计数？" in shown


def test_a_word_that_no_question_has_is_told_with_what_to_try() -> None:
    result = CliRunner().invoke(main, ["protocol", "questions", "xyzzy"])
    assert result.exit_code == 1
    assert "Please try a part of it" in result.stderr


def test_sets_of_units_are_listed_and_those_with_a_unit_shown_with_their_spellings() -> None:
    every = questions("--units")
    assert all(f"\n{name} " in f"\n{every}" for name in catalogue.unit_sets())
    of_cells = questions("--units", "/µL")
    assert "\ncells\n  10*9/L: " in of_cells
    assert "hemoglobin" not in of_cells
    assert 'units = "cells"' in questions("--units", "cells")


def test_a_unit_that_no_set_has_is_told_with_what_to_try() -> None:
    result = CliRunner().invoke(main, ["protocol", "questions", "--units", "furlong"])
    assert (result.exit_code, "without a word" in result.stderr) == (1, True)


PROPOSED = {
    "age_years": "inclusion 18 <= age_years <= 75",
    "hemoglobin": 'inclusion hemoglobin >= "112 g/L"',
    "neutrophils": 'inclusion neutrophils >= "1.8 10*9/L"',
    "qtcf": 'inclusion qtcf <= "418 ms"',
    "alt": 'inclusion alt <= "1.5 {xULN}"',
    "last_mi": 'exclusion last_mi < "4 wk"',
    "diagnosed": 'inclusion diagnosed >= "4 wk"',
    "drug_allergy": "exclusion drug_allergy",
    "able_to_consent": "inclusion able_to_consent",
    "medication": 'exclusion "cyp3a4_inhibitor" in medication',
    "hbsag": 'inclusion hbsag == "negative"',
    "pregnant_or_lactating": 'exclusion sex == "female" and pregnant_or_lactating in ("pregnant", "lactating")',
}


@pytest.mark.parametrize(("name", "proposed"), PROPOSED.items(), ids=PROPOSED)
def test_what_is_printed_to_be_pasted_stands_on_the_side_where_trials_have_it(
    name: str, proposed: str
) -> None:
    side, _, rule = proposed.partition(" ")
    pasted = f"[[criterion]]\n{side} = \"the record's own words\"\nrule = '{rule}'\n"
    assert pasted in questions(name)
    text = HEAD + '[[criterion]]\ncode = "I1"\ninclusion = "Adults"\nrule = "age_years >= 18"\n\n' + pasted
    assert len(parse_protocol(text, "trial.toml").criteria) == 2


@pytest.mark.parametrize("name", catalogue.entries())
def test_what_is_printed_calls_for_no_note(name: str) -> None:
    assert warnings(parse_protocol(HEAD + samples.sample(name), "trial.toml"), 20, 4096) == []


def test_what_is_said_of_entries_is_said_of_some_that_there_are() -> None:
    named = {
        *samples.WANTED,
        *samples.RULES,
        *samples.AT_LEAST,
        *samples.AT_MOST,
        *samples.EXCLUDING,
        *samples.OF_ONE_SEX,
    }
    assert named <= {*catalogue.entries()}
