"""Answers as a clinician reads them off a lab sheet; and everything that is none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import Choice, Measurement, decode, encode
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Question
from dialogs.reading import (
    Given,
    Proposal,
    Reading,
    Refused,
    Understood,
    looks_like_identifier,
    propose_again,
    read,
    with_unit,
)
from dialogs.wording import describe, echo

PROTOCOL = load("NCT04420494")

UNDERSTOOD = [
    ("hemoglobin", "9.8 g/dL", "9.8", "g/dL"), ("hemoglobin", "98 g/L", "98", "g/L"),
    ("hemoglobin", "９８ g/L", "98", "g/L"), ("hemoglobin", "９８．５ｇ／Ｌ", "98.5", "g/L"),
    ("hemoglobin", "98,0 g/L", "98.0", "g/L"), ("hemoglobin", "98G/L", "98", "g/L"),
    ("hemoglobin", "6,1 mmol/l", "6.1", "mmol/L"), ("hemoglobin", "98克/升", "98", "g/L"),
    ("hemoglobin", "<30 g/L", "<30", "g/L"), ("hemoglobin", "＜30 g/L", "<30", "g/L"),
    ("hemoglobin", "≥100 g/L", ">=100", "g/L"), ("hemoglobin", "=< 90 g/L", "<=90", "g/L"),
    ("platelets", "30k", "30", "10*3/uL"), ("platelets", "30 K", "30", "10*3/uL"),
    ("platelets", "150 x10^9/L", "150", "10*9/L"), ("platelets", "150×10⁹/L", "150", "10*9/L"),
    ("platelets", "2 10*9/L", "2", "10*9/L"), ("platelets", "150e9/L", "150", "10*9/L"),
    ("platelets", "29999 /uL", "29999", "/uL"), ("neutrophils", "1234 /µL", "1234", "/uL"),
    ("bilirubin_total", "1.1x", "1.1", "{xULN}"), ("bilirubin_total", "1.1 x ULN", "1.1", "{xULN}"),
    ("bilirubin_total", "1.1倍", "1.1", "{xULN}"), ("bilirubin_total", "28 µmol/L", "28", "umol/L"),
    ("alt", "40 IU/L", "40", "U/L"), ("csa_duration", "6 months", "6", "mo"), ("csa_duration", "26 wk", "26", "wk"),
    ("csa_duration", "6个月", "6", "mo"), ("steroid_duration", "4 周", "4", "wk"), ("steroid_duration", "6 months", "6", "mo"), ("csa_dose", "250 mg", "250", "mg/d"),
    ("age_years", "45", "45", "a"), ("age_years", "４５岁", "45", "a"), ("body_weight", "60", "60", "kg"),
]  # fmt: skip
CHOSEN = [
    ("bilirubin_total", "normal", "within_normal"), ("alt", "正常", "within_normal"), ("csa_duration", "never", "never"),
    ("csa_duration", "0", "never"), ("steroid_duration", "从未使用", "never"), ("diagnosis", "AIHA", "aiha"),
    ("diagnosis", "evans", "evans"), ("diagnosis", "尚未明确", "unknown"), ("ecog", "2", "2"), ("ecog", "２", "2"),
    ("steroid_pr", "Y", "yes"), ("steroid_pr", "否", "no"), ("sex", "男", "male"), ("hemoglobin", "unknown", "unknown"),
    ("hemoglobin", "未知", "unknown"),
    ("tumour", "None, or benign only", "none_or_benign"), ("tumour", "none", "none_or_benign"), ("tumour", "none or benign", "none_or_benign"),
    ("tumour", "仅原位癌", "in_situ_only"), ("csa_duration", "no", "never"), ("ecog", "ECOG 2", "2"),
]  # fmt: skip
REFUSED = [
    ("hemoglobin", "", "empty"), ("hemoglobin", "nan", "not_a_number"), ("hemoglobin", "Infinity", "not_a_number"),
    ("hemoglobin", "-5 g/L", "sign"), ("hemoglobin", "+5 g/L", "sign"), ("hemoglobin", "−5", "sign"),
    ("hemoglobin", "1e5", "exponent"), ("hemoglobin", "9e999 g/L", "exponent"), ("hemoglobin", "98 g/L today", "unknown_unit"),
    ("hemoglobin", "98/120 g/L", "one_number"),
    ("hemoglobin", "98 120", "grouped"), ("hemoglobin", "0.12345678901 g/L", "identifier"),
    ("hemoglobin", "5 g/L", "impossible"), ("hemoglobin", "1200", "impossible"), ("age_years", "45.5", "not_whole"),
    ("age_years", "<40", "no_bounds"), ("age_years", "1962", "impossible"), ("hemoglobin", "98 g/L " + "x" * 90, "too_long"),
    ("hemoglobin", "13812345678", "identifier"), ("sex", "1950-03-02", "identifier"), ("ecog", "5", "not_an_option"),
    ("sex", "perhaps", "not_an_option"), ("steroid_duration", "6 hours", "unknown_unit"),
    # raised digits, fractions, circled digits, digits of other scripts: never flattened into the number
    ("neutrophils", "2.10³/µL", "digits"), ("alt", "10² U/L", "digits"), ("alt", "40¹ U/L", "digits"),
    ("alt", "½ x ULN", "digits"), ("alt", "1½ x ULN", "digits"), ("alt", "⑨ U/L", "digits"), ("alt", "４０² U/L", "digits"),
    ("age_years", "٤٩", "digits"), ("age_years", "४९", "digits"), ("age_years", "𝟒𝟗", "digits"), ("age_years", "4٩", "digits"),
    ("ecog", "²", "not_an_option"), ("ecog", "①", "not_an_option"), ("ecog", "2.0", "not_an_option"), ("ecog", "２²", "not_an_option"),
    ("alt", "1/2 ukat/L", "fraction"), ("bilirubin_total", "3/4 mg/dL", "fraction"), ("alt", "1⁄2 ukat/L", "fraction"),
    # points, commas and groups
    ("alt", "1、2 x", "unknown_unit"), ("alt", "1。2 x", "unknown_unit"), ("alt", "28，21 umol/L", "unknown_unit"), ("alt", "1·2 x", "unknown_unit"),
    ("alt", "1٫2 x", "unknown_unit"), ("alt", ".5 x", "not_a_number"), ("alt", "5. U/L", "not_a_number"), ("alt", "5, U/L", "not_a_number"),
    ("alt", "1..2 x", "not_a_number"), ("alt", "98..", "not_a_number"), ("alt", "9,8,7 U/L", "not_a_number"), ("alt", "1.2.3 x", "not_a_number"),
    ("alt", "1,50,000 U/L", "not_a_number"), ("platelets", "1 500 /uL", "grouped"), ("platelets", "150\u2009000/µL", "grouped"),
    ("platelets", "150\u00a0000/µL", "grouped"), ("platelets", "150'000/µL", "grouped"), ("platelets", "150’000/µL", "grouped"),
    ("platelets", "150_000 /uL", "grouped"), ("platelets", "2 109/L", "grouped"), ("platelets", "2x109/L", "unknown_unit"),
    # several numbers and ranges
    ("alt", "3-5 U/L", "one_number"), ("alt", "3–5 U/L", "one_number"), ("alt", "3 ~ 5 U/L", "one_number"), ("alt", "3至5 U/L", "one_number"),
    ("alt", "3 to 5 U/L", "one_number"), ("alt", "3 or 5", "one_number"), ("alt", "28 21 U/L", "one_number"), ("alt", "28; 21 U/L", "one_number"),
    ("alt", "1 1/2 x", "one_number"), ("alt", "<3 >2 U/L", "one_number"),
    # signs, exponents, other notations
    ("alt", "±5 U/L", "sign"), ("alt", "–5 U/L", "sign"), ("alt", "－5 U/L", "sign"), ("alt", "~5 U/L", "sign"), ("alt", "⁻5 U/L", "sign"),
    ("platelets", "25.10e9/L", "exponent"), ("neutrophils", "2,10 e9/L", "exponent"),
    ("platelets", "10^3", "exponent"), ("platelets", "x10", "not_a_number"), ("platelets", "1e3", "exponent"), ("platelets", "1e3 /uL", "exponent"),
    ("alt", "0x1F U/L", "unknown_unit"), ("alt", "5 %", "unknown_unit"), ("alt", "<\u033830 U/L", "not_a_number"), ("alt", "≈30 U/L", "sign"),
    ("alt", "9\u03368 U/L", "unknown_unit"), ("alt", "\u202e89 U/L", "not_a_number"), ("alt", "8\u202e9 U/L", "unknown_unit"),
    ("alt", "9\x008 U/L", "unknown_unit"), ("alt", "9\u00ad8 U/L", "unknown_unit"), ("alt", "9\ufe0f\u20e3 U/L", "unknown_unit"), ("alt", "9O U/L", "unknown_unit"), ("alt", "l0 U/L", "not_a_number"),
    ("age_years", "1.500", "impossible"), ("age_years", "65.5", "not_whole"),
]  # fmt: skip


EITHER = [
    ("neutrophils", "1.500 /µL", ["1500", "1.500"]), ("neutrophils", "1,500 /µL", ["1500", "1.500"]),
    ("platelets", "150.000/µL", ["150000", "150.000"]), ("platelets", "150,000/µL", ["150000", "150.000"]),
    ("hemoglobin", "1,200 g/dL", ["1.200"]), ("platelets", "29.999 10*9/L", ["29.999"]), ("alt", "<1.500 U/L", ["1500", "1.500"]),
    ("alt", "1.500/40 U/L", ["1500", "1.500"]), ("body_weight", "60.125", ["60.125"]), ("neutrophils", "1.500", ["1500", "1.500", "1.500", "1.500"]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "text", "values"), EITHER, ids=[f"{q}-{t}" for q, t, _ in EITHER])
def test_a_number_that_can_mean_two_things_is_proposed_as_both(
    question: str, text: str, values: list[str]
) -> None:
    asked = PROTOCOL.question(question)
    reading = read(PROTOCOL, asked, text)
    assert isinstance(reading, Proposal)
    assert reading.why == "number"
    found = [str(given[0][1].value) for given in reading.candidates if isinstance(given[0][1], Measurement)]
    assert sorted(found) == sorted(values)
    assert propose_again(PROTOCOL, asked, reading.entered) == reading


LIKELY = [
    ("tumour", "carcinoma", ["in_situ_only", "current", "past_remission"]), ("tumour", "no malignancy", []),
    ("tumour", "ca", ["in_situ_only", "current", "past_remission"]), ("tumour", "no carcinoma", []), ("tumour", "cancer", ["current", "past_remission"]),
    ("tumour", "lung carcinoma", ["in_situ_only", "current", "past_remission"]), ("tumour", "carcinoma in situ", ["in_situ_only"]),
    ("tumour", "癌", ["current", "past_remission"]), ("tumour", "肺癌", ["current", "past_remission"]),
    ("tumour", "malignancy", ["current", "past_remission"]), ("tumour", "原位癌", ["in_situ_only"]), ("tumour", "lymphoma", []),
    ("alt", "no", []), ("alt", "nor", []), ("alt", "norma", ["within_normal"]), ("alt", "not normal", []), ("alt", "abnormal", []), ("alt", "abnormall", []),
    ("csa_duration", "not", ["never"]), ("csa_duration", "nev", []), ("diagnosis", "prca", ["prca_acquired", "other"]), ("diagnosis", "AIHAA", ["aiha"]),
    ("sex", "femal", ["female"]), ("sex", "mal", ["male"]), ("pregnant_or_lactating", "not pregnant", []), ("steroid_pr", "yess", ["yes"]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "text", "codes"), LIKELY, ids=[f"{q}-{t}" for q, t, _ in LIKELY])
def test_a_word_that_begins_or_resembles_an_option_is_offered_and_never_taken(
    question: str, text: str, codes: list[str]
) -> None:
    reading = read(PROTOCOL, PROTOCOL.question(question), text)
    assert isinstance(reading, Refused)
    assert [answer for ((_, answer),) in reading.likely] == [Choice(code) for code in codes]


def test_a_spelling_that_two_units_claim_means_neither() -> None:
    question = PROTOCOL.question("csa_duration")
    months, weeks, *more = question.units
    both = [replace(unit, spellings=(*unit.spellings, "units")) for unit in (months, weeks)]
    reading = read(PROTOCOL, replace(question, units=(*both, *more)), "6 units")
    assert isinstance(reading, Refused)
    assert reading.code == "unknown_unit"


def test_codes_that_differ_in_case_only_are_not_told_apart() -> None:
    question = PROTOCOL.question("body_weight")
    (kg,) = question.units
    reading = read(PROTOCOL, replace(question, units=(kg, replace(kg, code="KG"))), "60 kg")
    assert isinstance(reading, Refused)


WHOLE = ["65", "65.0", "65,0", "65.00 years", "065"]


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_number_is_kept_without_decimals(text: str) -> None:
    reading = read(PROTOCOL, PROTOCOL.question("age_years"), text)
    assert isinstance(reading, Understood)
    assert encode(reading.given[0][1]) == ("65", "a")


def test_a_unit_that_is_typed_after_the_number_is_taken_with_it() -> None:
    question = PROTOCOL.question("platelets")
    assert with_unit(PROTOCOL, question, "98", "×10⁹/L") == read(PROTOCOL, question, "98 10*9/L")
    assert with_unit(PROTOCOL, question, "98", "120") is None
    assert with_unit(PROTOCOL, question, "98", "000 /uL") is None


@pytest.mark.parametrize(
    ("question", "text", "value", "unit"), UNDERSTOOD, ids=[f"{q}-{t}" for q, t, _, _ in UNDERSTOOD]
)
def test_a_number_is_understood(question: str, text: str, value: str, unit: str) -> None:
    reading = read(PROTOCOL, PROTOCOL.question(question), text)
    if isinstance(reading, Proposal):
        assert reading.why == "unusual"
        reading = Understood(reading.candidates[0])
    assert reading == Understood(((question, decode(value, unit)),))


@pytest.mark.parametrize(("question", "text", "code"), CHOSEN, ids=[f"{q}-{t}" for q, t, _ in CHOSEN])
def test_a_word_is_understood(question: str, text: str, code: str) -> None:
    assert read(PROTOCOL, PROTOCOL.question(question), text) == Understood(((question, Choice(code)),))


@pytest.mark.parametrize(
    ("question", "text", "code"), REFUSED, ids=[f"{q}-{c}-{i}" for i, (q, _, c) in enumerate(REFUSED)]
)
def test_what_is_no_answer_is_refused_with_its_reason(question: str, text: str, code: str) -> None:
    reading = read(PROTOCOL, PROTOCOL.question(question), text)
    assert isinstance(reading, Refused)
    assert reading.code == code


def test_a_bare_number_is_never_given_a_unit() -> None:
    for question in PROTOCOL.questions:
        if len(question.units) > 1:
            reading = read(PROTOCOL, question, "9.9")
            assert not isinstance(reading, Understood), question.id


def test_only_units_are_proposed_in_which_the_number_is_possible() -> None:
    reading = read(PROTOCOL, PROTOCOL.question("hemoglobin"), "9.9")
    assert isinstance(reading, Proposal)
    units = [answer.unit for ((_, answer),) in reading.candidates if isinstance(answer, Measurement)]
    assert units == ["g/dL", "mmol/L"]


def test_a_value_over_its_limit_is_two_answers() -> None:
    reading = read(PROTOCOL, PROTOCOL.question("bilirubin_total"), "28/21 umol/L")
    assert isinstance(reading, Understood)
    assert [encode(answer) for _, answer in reading.given] == [("28", "umol/L"), ("21", "umol/L")]


def test_an_impossible_value_names_the_likely_unit() -> None:
    reading = read(PROTOCOL, PROTOCOL.question("hemoglobin"), "9.8 g/L")
    assert isinstance(reading, Refused)
    assert [encode(given[0][1]) for given in reading.likely] == [("9.8", "g/dL"), ("9.8", "mmol/L")]


def test_an_unusual_value_is_asked_about_once() -> None:
    reading = read(PROTOCOL, PROTOCOL.question("hemoglobin"), "20 g/L")
    assert isinstance(reading, Proposal)
    assert reading.why == "unusual"


@pytest.mark.parametrize("text", ["<300 g/L", ">5 g/L", "<=30 g/dL", ">=0.1 mmol/L"])
def test_a_bound_beyond_what_is_possible_is_asked_about_and_then_taken(text: str) -> None:
    question = PROTOCOL.question("hemoglobin")
    reading = read(PROTOCOL, question, text)
    assert isinstance(reading, Proposal)
    question.check(reading.candidates[0][0][1])


@pytest.mark.parametrize("text", ["<9 g/L", ">251 g/L", ">=25.1 g/dL", "<=0.9 g/dL"])
def test_a_bound_that_no_patient_can_have_is_refused(text: str) -> None:
    reading = read(PROTOCOL, PROTOCOL.question("hemoglobin"), text)
    assert isinstance(reading, Refused)
    assert reading.code == "impossible"


def test_a_limit_must_have_the_unit_of_its_value() -> None:
    reading = read(PROTOCOL, PROTOCOL.question("alt_uln"), "0.7 ukat/L", "U/L")
    assert reading == Refused("unit_must_match", {"unit": "U/L"})
    assert isinstance(read(PROTOCOL, PROTOCOL.question("alt_uln"), "40", "U/L"), Understood)


NUMERIC = st.from_regex(
    r"(<|>|<=|≥)? ?[0-9]{1,6}([.,][0-9]{1,3})?( ?/ ?[0-9]{1,3})? ?"
    r"(g/L|g/dL|mmol/L|mg/dL|umol/L|U/L|ukat/L|x|k|/uL|10\*9/L|wk|mo|d|kg|mg/kg/d|mg/d)?",
    fullmatch=True,
)


@settings(max_examples=400)
@given(st.sampled_from(PROTOCOL.questions), st.text(max_size=100) | NUMERIC)
def test_any_text_is_refused_or_becomes_answers_that_can_be_taken_stored_and_read_again(
    question: Question, text: str
) -> None:
    reading = read(PROTOCOL, question, text)
    for given_answers in sets_of_answers(reading):
        for question_id, answer in given_answers:
            asked = PROTOCOL.question(question_id)
            asked.check(answer)
            assert decode(*encode(answer)) == answer
            for language in PROTOCOL.languages:
                assert describe(asked, answer, language)
                assert echo(PROTOCOL, asked, answer, [None] * len(PROTOCOL.questions), language)
    if isinstance(reading, Proposal):
        letters = {letter for q in PROTOCOL.questions for unit in q.units for letter in unit.code}
        assert set(reading.entered) <= {*"0123456789.<>=/| ", *letters}
        assert propose_again(PROTOCOL, question, reading.entered) == reading


def sets_of_answers(reading: Reading) -> tuple[Given, ...]:
    if isinstance(reading, Proposal):
        return reading.candidates
    return reading.likely if isinstance(reading, Refused) else (reading.given,)


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "010-12345678",
        "110101195003021234",
        "1950-03-02",
        "2.3.1950",
        "2.3.50",
        "2/3-50",
        "2.3/1950",
        "1950年3月2日",
        "MRN 00123456",
    ],
)
def test_identifiers_are_recognised(text: str) -> None:
    assert looks_like_identifier(text)


@pytest.mark.parametrize(
    "text",
    [
        "98 g/L",
        "28/21 umol/L",
        "28.4/21 umol/L",
        "0.7/0.58 ukat/L",
        "9.8/1.17",
        "150000 /uL",
        "9.8",
        "6 months",
    ],
)
def test_results_are_no_identifiers(text: str) -> None:
    assert not looks_like_identifier(text)


VIRUS = parse_protocol(
    'format = 2\nid = "EX-VIRUS"\ntitle = "A fictional trial"\n'
    "[[criterion]]\ncode = 'E1'\nexclusion = 'Words'\nrule = 'hbv_dna > \"2000 [IU]/mL\"'\n",
    "virus.toml",
)


@pytest.mark.parametrize("text", ["170000000 IU/mL", "<20000000IU/mL", "1700000000 [IU]/mL"])
def test_so_many_digits_are_a_result_where_the_unit_says_so(text: str) -> None:
    assert isinstance(read(VIRUS, VIRUS.question("hbv_dna"), text), Understood)


@pytest.mark.parametrize(
    "text",
    [
        "170000000",
        "17000-0000 IU/mL",
        "013812345 IU/mL",
        "13812345678 IU/mL",
        "13812345 U",
        "ID 13812345 IU/mL",
    ],
)
def test_so_many_digits_without_that_unit_are_kept_for_an_identifier(text: str) -> None:
    assert read(VIRUS, VIRUS.question("hbv_dna"), text) == Refused("identifier")


def test_so_many_digits_are_no_result_where_none_is_so_high() -> None:
    assert read(PROTOCOL, PROTOCOL.question("hemoglobin"), "13812345 g/L") == Refused("identifier")


IN_FULL = {
    "1.7E+08 IU/mL": "170000000",
    "1.70e8IU/mL": "170000000",
    "2E+03 IU/mL": "2000",
    "9E+99 IU/mL": None,
    "9E+10 IU/mL": None,
    "17E+07 IU/mL": None,
    "1.7E+08": None,
    "1.7E+08 g/L": None,
    "1.7E-08 IU/mL": None,
}


@pytest.mark.parametrize(("text", "number"), IN_FULL.items(), ids=IN_FULL)
def test_an_exponent_is_refused_with_the_number_in_full_where_the_unit_says_of_what(
    text: str, number: str | None
) -> None:
    refused = read(VIRUS, VIRUS.question("hbv_dna"), text)
    assert isinstance(refused, Refused)
    assert refused.code == "exponent"
    meant = ((("hbv_dna", Measurement("=", Decimal(number), "[IU]/mL")),),) if number else ()
    assert refused.likely == meant
