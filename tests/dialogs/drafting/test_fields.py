"""Ages and sex that a record has as fields are never lost: whoever they leave out, a draft leaves out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import Answer, Choice, Measurement
from dialogs.candidates import play
from dialogs.drafting.accounting import differences
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.healing import is_age
from dialogs.loading import parse_protocol
from dialogs.loading.writing import value_of
from dialogs.protocol import Protocol
from dialogs.since import DAYS

OF_TEENAGERS = ("13 Years", "19 Years")


def record_of(text: str, lowest: str = "", highest: str = "", sex: str = "") -> Record:
    return Record("FICT-1", "Fictional", text, minimum_age=lowest, maximum_age=highest, sex=sex)


def drafted(text: str, lowest: str = "", highest: str = "", sex: str = "") -> Protocol:
    record = record_of(text, lowest, highest, sex)
    trial = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    assert differences(trial, record) == []
    return trial


def fields_quoted(trial: Protocol) -> list[str]:
    return [each.source for each in trial.criteria if each.source.startswith(("Minimum", "Maximum", "Sex:"))]


IN_WORDS = {
    "with grades": "Pupils of grades 8-12 (13-19 years)",
    "of a school": "Goes to a secondary school, age 13 to 19",
    "in a remark": "Fond of lamps (usually 13 through 19 years of age)",
    "of some only": "For those under 19 years of age, parents agree; those of 13 years or more agree, too",
    "of a disease": "Fear of the dark for 13 to 19 years",
    "of something else": "13 lamps or more, and at most 19, for years",
    "at another time": "Was 13 to 19 years old at the first lamp",
}


@pytest.mark.parametrize("line", IN_WORDS.values(), ids=IN_WORDS)
def test_an_age_that_a_line_says_in_words_alone_stands_as_a_criterion_with_its_review(line: str) -> None:
    trial = drafted(f"Inclusion Criteria:\n* {line}\n* Sleeps", *OF_TEENAGERS)
    assert fields_quoted(trial) == ["Minimum Age: 13 Years", "Maximum Age: 19 Years"]
    assert all(each.review for each in trial.criteria if each.source.startswith("M"))
    assert play(trial, aged(trial, 45)).verdict == "ineligible"


TAKEN_UP = {
    "whole": "Aged 13 to 19 years",
    "narrower": "Aged 14 to 18 years",
    "with more in words": "Aged 13 to 19 years with fear of the dark",
    "at the screening": "Age 13-19 years at screening",
}


@pytest.mark.parametrize("line", TAKEN_UP.values(), ids=TAKEN_UP)
def test_an_age_that_a_rule_takes_up_does_not_stand_twice(line: str) -> None:
    assert fields_quoted(drafted(f"Inclusion Criteria:\n* {line}", *OF_TEENAGERS)) == []


def test_a_wider_age_of_the_text_takes_up_no_field() -> None:
    trial = drafted("Inclusion Criteria:\n* Aged 12 to 25 years", *OF_TEENAGERS)
    assert fields_quoted(trial) == ["Minimum Age: 13 Years", "Maximum Age: 19 Years"]


@pytest.mark.parametrize("line", ["Men with fear of the dark", "Women must use contraception", "Not pregnant", "Male or female"])  # fmt: skip
def test_a_sex_that_no_rule_takes_up_stands_as_a_criterion(line: str) -> None:
    trial = drafted(f"Inclusion Criteria:\n* {line}", sex="FEMALE")
    assert fields_quoted(trial) == ["Sex: Female"]
    assert play(trial, {"sex": Choice("male")}).verdict == "ineligible"


def test_each_cohort_may_take_a_field_up_by_a_rule_of_its_own() -> None:
    text = "Inclusion Criteria:\nCohort A\n* Age 18 to 60 years\nCohort B\n* Age 20 to 60 years"
    fields = ("18 Years", "60 Years")
    assert fields_quoted(drafted(text, *fields)) == []
    assert fields_quoted(drafted(text.replace("Age 20 to 60 years", "Old enough"), *fields)) == [
        "Minimum Age: 18 Years",
        "Maximum Age: 60 Years",
    ]


def test_a_field_that_is_taken_out_of_the_file_is_told_and_one_that_a_rule_takes_up_instead_is_not() -> None:
    text = f"Inclusion Criteria:\n* {IN_WORDS['with grades']}"
    record = record_of(text, *OF_TEENAGERS)
    raw = tomllib.loads(drafted_file(record, ["en"], propose, "a test"))
    told = ["Not in the file: “Minimum Age: 13 Years”", "Not in the file: “Maximum Age: 19 Years”"]
    words = [each for each in raw["criterion"] if not str(each.get("inclusion")).startswith("M")]
    assert differences(trial_of(raw | {"criterion": words}), record) == told

    ruled = [{**each, "rule": "13 <= age_years <= 19"} if "code" in each else each for each in words]
    assert differences(trial_of(raw | {"criterion": ruled}), record) == []
    wider = [{**each, "rule": "13 <= age_years <= 45"} if "code" in each else each for each in words]
    assert differences(trial_of(raw | {"criterion": wider}), record) == told[1:]


def trial_of(raw: dict[str, object]) -> Protocol:
    return parse_protocol("\n".join(f"{key} = {value_of(value)}" for key, value in raw.items()), "draft")


def aged(trial: Protocol, years: int) -> dict[str, Answer]:
    """The answers of somebody of so many years to each question for an age that they can answer."""
    ages = {
        each.id: (each, Measurement("=", DAYS["a"] * years // DAYS[each.units[0].code], each.units[0].code))
        for each in trial.questions
        if is_age(each)
    }
    return {name: answer for name, (question, answer) in ages.items() if question.takes(answer)}


@pytest.mark.parametrize("line", ["Age 6 months or older", "Sleeps"])
@pytest.mark.parametrize(("answers", "verdict"), [
    ({"age_years": Measurement("=", Decimal(45), "a")}, "eligible"),
    ({"age_years": Measurement("=", Decimal(0), "a"), "age_months": Measurement("=", Decimal(6), "mo")}, "eligible"),
    ({"age_years": Measurement("=", Decimal(0), "a"), "age_months": Measurement("=", Decimal(5), "mo")}, "ineligible"),
])  # fmt: skip
def test_a_least_age_in_months_is_asked_of_nobody_who_is_years_older(
    line: str, answers: dict[str, Answer], verdict: str
) -> None:
    trial = drafted(f"* {line}", lowest="6 Months")
    words = {each.id: Choice("yes") for each in trial.questions if each.kind == "choice"}
    assert play(trial, {**words, **answers}).verdict == verdict


LINES = st.lists(
    st.sampled_from([*IN_WORDS.values(), *TAKEN_UP.values(), "Aged 18 years or older", "Age < 65 years", "Cohort A", "Cohort B", "For parents:", "Exclusion Criteria:", "Age 15 to 17 years", "For adolescents under 18 years of age: assent", "Children", "Adults", "Men", "Women aged 18 to 50 years", "For women: not pregnant"]),
    min_size=1, max_size=8,
)  # fmt: skip


def ages(limit: str) -> Iterator[int]:
    number, _, unit = limit.partition(" ")
    yield int(number) if unit.startswith("Year") else -(-int(number) // 12)


@settings(deadline=None)
@given(
    LINES,
    st.sampled_from(["", "13 Years", "18 Years", "6 Months"]),
    st.sampled_from(["", "19 Years", "65 Years"]),
    st.sampled_from(["ALL", "FEMALE", "MALE"]),
    st.integers(0, 119),
)
def test_whoever_the_fields_leave_out_is_left_out_of_each_part_that_a_patient_can_be_of(
    lines: list[str], lowest: str, highest: str, sex: str, years: int
) -> None:
    text = "Inclusion Criteria:\n* Sleeps\n" + "\n".join(
        f"* {each}" if each[-1] not in ":AB" else each for each in lines
    )
    trial = drafted(text, lowest, highest, sex)
    younger = lowest and any(years < least for least in ages(lowest) if least > 1 or years == 0)
    older = highest and any(years > most for most in ages(highest))
    out = play(trial, aged(trial, years))
    if younger or older:
        assert {each.verdict for each in out.parts if each.part.code != "PARENT"} <= {"ineligible"}
        assert out.parts or out.verdict == "ineligible"
    other = {"FEMALE": "male", "MALE": "female"}.get(sex)
    if other and not out.parts:
        assert play(trial, {"sex": Choice(other)}).verdict == "ineligible"


@pytest.mark.parametrize("none", ["N/A", "n/a", "NA", "None", "No limit", "Not applicable"])
def test_a_field_that_says_no_limit_asks_nothing(none: str) -> None:
    trial = drafted("Inclusion Criteria:\n* Sleeps", "18 Years", none)
    assert fields_quoted(trial) == ["Minimum Age: 18 Years"]
