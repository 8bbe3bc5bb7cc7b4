"""From when a criterion could be met because time passes: shown by cases, and held against a walk from day to day."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, Relation
from dialogs.assessment import effective, judge, status, verdict
from dialogs.healing import Healing, aged, could_be_met_from, could_be_screened_again_from, is_age, may_heal
from dialogs.loading import load, parse_protocol, parse_stored
from dialogs.loading.formulas import EXACT
from dialogs.loading.rules.parsing import parse
from dialogs.protocol import Protocol
from tests.dialogs.playing import played

PROTOCOL = load(str(Path(__file__).parent.parent / "data" / "washouts.toml"))
ENTERED = date(2026, 9, 8)
ON_THAT_DAY = dict.fromkeys(PROTOCOL.position, ENTERED)


def ago(value: str, unit: str, relation: Relation = "=") -> Measurement:
    return Measurement(relation, Decimal(value), unit)


def failed(protocol: Protocol, code: str, answers: Mapping[str, Answer]) -> bool:
    index = protocol.criteria.index(protocol.criterion_by_code[code])
    return status(judge(protocol, index, effective(protocol, answers))) == "failed"


def healed(
    code: str, answers: Mapping[str, Answer], entered_on: Mapping[str, date] = ON_THAT_DAY
) -> Healing | None:
    criterion = PROTOCOL.criterion_by_code[code]
    return could_be_met_from(PROTOCOL, criterion, effective(PROTOCOL, answers), entered_on)


MET_FROM = {
    "months": ("E1", {"last_mi": ago("3", "mo"), "last_stroke": Choice("never")}, Healing(date(2026, 12, 9))),
    "days": ("E2", {"last_vaccine": ago("10", "d")}, Healing(date(2026, 9, 26))),
    "weeks": ("E2", {"last_vaccine": ago("3", "wk")}, Healing(date(2026, 9, 15))),
    "today": ("E2", {"last_vaccine": ago("0", "d")}, Healing(date(2026, 10, 6))),
    "years": ("E1", {"last_mi": ago("0.25", "a"), "last_stroke": ago("3", "a")}, Healing(date(2026, 12, 9))),
    "the later of two": ("E1", {"last_mi": ago("180", "d"), "last_stroke": ago("100", "d")}, Healing(date(2026, 11, 30))),
    "a bound": ("E2", {"last_vaccine": ago("2", "wk", "<")}, Healing(date(2026, 9, 23), at_the_earliest=True)),
    "one is unknown": ("E1", {"last_mi": ago("180", "d"), "last_stroke": UNKNOWN}, Healing(date(2026, 9, 11))),
    "an age": ("I1", {"age": ago("17", "a")}, Healing(date(2027, 9, 8), at_the_latest=True)),
    "an age of a child": ("I1", {"age": ago("2", "a")}, Healing(date(2042, 9, 8), at_the_latest=True)),
}  # fmt: skip
NEVER = {
    "still ongoing": ("E2", {"last_vaccine": Choice("ongoing")}),
    "one of two is ongoing": ("E1", {"last_mi": Choice("ongoing"), "last_stroke": ago("5", "mo")}),
    "too long ago": ("I2", {"last_relapse": ago("3", "a")}),
    "never": ("I2", {"last_relapse": Choice("never")}),
    "too old": ("I1", {"age": ago("76", "a")}),
    "an age below a bound": ("I1", {"age": ago("10", "a", "<")}),
    "a laboratory result": ("E3", {"hemoglobin": ago("80", "g/L")}),
    "not failed": ("E2", {"last_vaccine": ago("5", "wk")}),
    "unknown": ("E2", {"last_vaccine": UNKNOWN}),
}


@pytest.mark.parametrize(("code", "answers", "expected"), MET_FROM.values(), ids=MET_FROM)
def test_a_criterion_says_from_when_it_could_be_met(
    code: str, answers: dict[str, Answer], expected: Healing
) -> None:
    assert failed(PROTOCOL, code, answers)
    assert healed(code, answers) == expected


@pytest.mark.parametrize(("code", "answers"), NEVER.values(), ids=NEVER)
def test_nothing_heals_that_time_does_not_heal(code: str, answers: dict[str, Answer]) -> None:
    assert healed(code, answers) is None


def test_what_was_how_long_before_another_day_than_that_of_screening_does_not_heal() -> None:
    """How the first dose moves nobody knows: no day is told for it."""
    text = PROTOCOL.text.replace('id = "last_vaccine"', 'id = "last_vaccine"\nat = "at the first dose"')
    protocol = parse_protocol(text, "washouts.toml")
    assert protocol.question("last_vaccine").at is not None
    answers = {"last_vaccine": ago("10", "d")}
    assert failed(protocol, "E2", answers)
    facts = effective(protocol, answers)
    assert could_be_met_from(protocol, protocol.criterion_by_code["E2"], facts, ON_THAT_DAY) is None
    assert not may_heal(protocol, ["E2"])


def test_each_answer_ages_from_the_day_on_which_it_was_entered() -> None:
    answers = {"last_mi": ago("5", "mo"), "last_stroke": ago("5", "mo")}
    on = {"last_mi": ENTERED, "last_stroke": date(2026, 10, 8)}
    assert healed("E1", answers, on) == Healing(date(2026, 11, 8))
    assert healed("E1", answers, {"last_mi": ENTERED}) is None


AGES = [
    (17, date(2026, 9, 8), date(2027, 9, 8)), (17, date(2028, 2, 29), date(2029, 3, 1)), (14, date(2028, 2, 29), date(2032, 2, 29)),
    (17, date(2026, 12, 31), date(2027, 12, 31)),
]  # fmt: skip


@pytest.mark.parametrize(("years", "entered", "expected"), AGES)
def test_an_age_is_reached_at_the_latest_on_the_day_that_completes_the_year(
    years: int, entered: date, expected: date
) -> None:
    found = healed("I1", {"age": ago(str(years), "a")}, {"age": entered})
    assert found == Healing(expected, at_the_latest=True)


def test_an_age_may_be_in_months() -> None:
    text = PROTOCOL.text.replace('use = "age_years"', 'use = "age_months"')
    protocol = parse_protocol(text.replace('"18 a" <= age <= "75 a"', 'age >= "6 mo"'), "washouts.toml")
    facts = effective(protocol, {"age": ago("3", "mo")})
    for entered, expected in ((date(2026, 8, 31), date(2026, 12, 1)), (date(2026, 9, 8), date(2026, 12, 8))):
        found = could_be_met_from(protocol, protocol.criterion_by_code["I1"], facts, {"age": entered})
        assert found == Healing(expected, at_the_latest=True)


def test_what_is_an_age_is_known_by_its_codes_and_counted_in_time() -> None:
    assert is_age(PROTOCOL.question("age"))
    assert is_age(load("NCT04420494").question("age_years"))
    assert not is_age(PROTOCOL.question("hemoglobin"))
    assert not is_age(PROTOCOL.question("last_mi"))
    plain = parse_protocol(
        PROTOCOL.text.replace('id = "age"', 'id = "age"\nloinc = "0000-0"'), "washouts.toml"
    )
    assert is_age(plain.question("age"))  # by its place in DM


CLEARANCE = """
format = 2
id = "FICTIONAL-CLEARANCE"
title = "Fictional"
[[question]]
use = "creatinine_clearance"
[[question]]
id = "last_mi"
ask = "Most recent infarction?"
kind = "since"
[[criterion]]
code = "I1"
inclusion = "An infarction long ago, or not so long ago with a reduced creatinine clearance"
rule = 'last_mi >= "80 a" or last_mi >= "70 a" and creatinine_clearance <= "140 mL/min"'
"""


def test_a_number_that_is_worked_out_from_an_age_is_not_foreseen() -> None:
    """147 mL/min today; ten years older, with the same weight and creatinine, it would be 135."""
    protocol = parse_protocol(CLEARANCE, "fictional.toml")
    answers: dict[str, Answer] = {
        "age_years": ago("20", "a"), "sex": Choice("male"), "body_weight": ago("70", "kg"),
        "serum_creatinine": ago("70", "umol/L"), "creatinine_clearance": COMPUTED, "last_mi": ago("60", "a"),
    }  # fmt: skip
    (criterion,) = protocol.criteria
    facts, on = effective(protocol, answers), dict.fromkeys(protocol.position, ENTERED)
    assert could_be_met_from(protocol, criterion, facts, on) == Healing(date(2046, 9, 8))


IN_MONTHS = """
format = 2
id = "FICTIONAL-MONTHS"
title = "Fictional"
[[question]]
id = "months"
ask = "Months since the last birthday?"
kind = "quantity"
units = [{ code = "mo", label = "months" }]
possible = [0, 12]
usual = [0, 12]
[[question]]
use = "age_months"
formula = "age_years * 12 + months"
[[criterion]]
code = "E1"
exclusion = "Younger than 2 years"
rule = 'age_months < "24 mo"'
"""


@pytest.mark.parametrize("more", ["", "/ 3 * 3"], ids=["as it is", "by way of a fraction"])
def test_an_age_that_is_worked_out_grows_from_the_day_of_its_last_part(more: str) -> None:
    protocol = parse_protocol(IN_MONTHS.replace("+ months", f"+ months {more}"), "fictional.toml")
    facts = effective(
        protocol, {"age_years": ago("1", "a"), "months": ago("4", "mo"), "age_months": COMPUTED}
    )
    on = dict.fromkeys(protocol.position, ENTERED) | {"months": date(2026, 10, 1)}
    (criterion,) = protocol.criteria
    expected = Healing(date(2027, 6, 1), at_the_latest=True)
    assert could_be_met_from(protocol, criterion, facts, on) == expected
    assert could_be_screened_again_from(protocol, facts, on) == expected
    before = parse_stored(protocol.text.replace(EXACT, ""), "stored")
    assert could_be_met_from(before, before.criteria[0], facts, on) == expected


# the verdict as a whole --------------------------------------------------------------------------


def again(answers: Mapping[str, Answer]) -> Healing | None:
    """Answer as given, on through exclusions, and ask from when the screening could be repeated."""
    dialogue, _ = played(PROTOCOL, dict.fromkeys(PROTOCOL.position, UNKNOWN) | dict(answers))
    return could_be_screened_again_from(PROTOCOL, dialogue.facts, ON_THAT_DAY)


AGAIN = {
    "one criterion": ({"age": ago("30", "a"), "last_mi": ago("3", "mo")}, Healing(date(2026, 12, 9))),
    "the latest of several": ({"age": ago("30", "a"), "last_mi": ago("3", "mo"), "last_vaccine": ago("1", "d")}, Healing(date(2026, 12, 9))),
    "an age last": ({"age": ago("17", "a"), "last_mi": ago("3", "mo")}, Healing(date(2027, 9, 8), at_the_latest=True)),
    "an age first": ({"age": ago("17", "a"), "last_mi": ago("0", "d"), "last_vaccine": ago("1", "wk")}, Healing(date(2027, 9, 8), at_the_latest=True)),
    "a bound last": ({"age": ago("30", "a"), "last_mi": ago("3", "mo", "<")}, Healing(date(2026, 12, 9), at_the_earliest=True)),
    "a bound first": ({"age": ago("30", "a"), "last_mi": ago("3", "mo"), "last_vaccine": ago("2", "wk", "<")}, Healing(date(2026, 12, 9), at_the_earliest=True)),
    "an age, and a bound": ({"age": ago("17", "a"), "last_mi": ago("3", "mo", "<")}, Healing(date(2027, 9, 8))),
    "one does not heal": ({"age": ago("30", "a"), "last_mi": ago("3", "mo"), "hemoglobin": ago("80", "g/L")}, None),
    "another fails by then": ({"age": ago("30", "a"), "last_mi": ago("3", "mo"), "last_relapse": ago("23", "mo")}, None),
    "too old by then": ({"age": ago("75", "a"), "last_mi": ago("1", "d")}, Healing(date(2027, 3, 9))),
    "nothing failed": ({"age": ago("30", "a")}, None),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "expected"), AGAIN.values(), ids=AGAIN)
def test_a_screening_can_be_repeated_once_all_of_it_has_healed(
    answers: dict[str, Answer], expected: Healing | None
) -> None:
    assert again(answers) == expected


COHORTS = """
format = 2
id = "FICTIONAL-COHORTS"
title = "Fictional"
[[part]]
code = "A"
name = "Cohort A"
[[part]]
code = "B"
name = "Cohort B"
[[question]]
id = "last_mi"
ask = "Most recent infarction?"
kind = "since"
[[question]]
id = "diabetes"
ask = "Diabetes?"
[[criterion]]
code = "E1"
exclusion = "Infarction within 6 months"
rule = 'last_mi < "6 mo"'
parts = ["A"]
[[criterion]]
code = "E2"
exclusion = "Diabetes"
rule = "diabetes"
parts = ["B"]
"""


def test_of_a_trial_with_parts_it_is_enough_that_one_heals() -> None:
    protocol = parse_protocol(COHORTS, "fictional.toml")
    on = dict.fromkeys(protocol.position, ENTERED)

    def from_when(mi: Answer, diabetes: str) -> Healing | None:
        facts = effective(protocol, {"last_mi": mi, "diabetes": Choice(diabetes)})
        return could_be_screened_again_from(protocol, facts, on)

    assert from_when(ago("3", "mo"), "yes") == Healing(date(2026, 12, 9))
    assert from_when(ago("3", "mo"), "no") is None, "not ineligible"
    assert from_when(Choice("ongoing"), "yes") is None
    assert may_heal(protocol, ["E1", "E2"])
    assert not may_heal(protocol, ["E2"])
    assert not may_heal(PROTOCOL, ["E1", "E3"])


def test_of_a_trial_whose_parts_are_all_required_every_one_must_heal() -> None:
    text = COHORTS.replace('code = "A"', 'code = "A"\nrequired = true', 1).replace(
        'code = "B"', 'code = "B"\nrequired = true', 1
    )
    protocol = parse_protocol(text, "fictional.toml")
    on = dict.fromkeys(protocol.position, ENTERED)
    facts = effective(protocol, {"last_mi": ago("3", "mo"), "diabetes": Choice("yes")})
    assert could_be_screened_again_from(protocol, facts, on) is None
    facts = effective(protocol, {"last_mi": ago("3", "mo"), "diabetes": Choice("no")})
    assert could_be_screened_again_from(protocol, facts, on) == Healing(date(2026, 12, 9))
    assert not may_heal(protocol, ["E1", "E2"])
    assert may_heal(protocol, ["E1"])


SAME_DAY = """
format = 2
id = "FICTIONAL-SAME-DAY"
title = "Fictional"
[[question]]
id = "last_mi"
ask = "Most recent infarction?"
kind = "since"
[[criterion]]
code = "I1"
inclusion = "Adults"
rule = 'age_years >= "18 a"'
[[criterion]]
code = "E1"
exclusion = "Infarction within 400 days and diabetes"
rule = 'last_mi < "400 d" and diabetes'
[[question]]
id = "diabetes"
ask = "Diabetes?"
"""


def test_an_age_may_be_reached_before_a_day_on_which_a_time_turns_too() -> None:
    protocol = parse_protocol(SAME_DAY, "fictional.toml")
    facts = effective(
        protocol, {"age_years": ago("17", "a"), "last_mi": ago("35", "d"), "diabetes": Choice("no")}
    )
    found = could_be_screened_again_from(protocol, facts, dict.fromkeys(protocol.position, ENTERED))
    assert found == Healing(date(2027, 9, 8), at_the_latest=True)


# held against a walk from day to day -------------------------------------------------------------

_MOST = {"d": 60, "wk": 9, "mo": 3, "a": 1}
_DAYS = {"d": Decimal(1), "wk": Decimal(7), "mo": Decimal("30.4375"), "a": Decimal("365.25")}
_SINCE = ("last_mi", "last_stroke", "last_vaccine")


def _limit() -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(_MOST)).flatmap(
        lambda unit: st.integers(0, _MOST[unit]).map(lambda number: f"{number} {unit}")
    )


_comparisons = st.one_of(
    st.builds('{} {} "{}"'.format, st.sampled_from(_SINCE), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _limit()),
    st.just('hemoglobin < "90 g/L"'),
)  # fmt: skip
_rules = st.recursive(
    _comparisons,
    lambda parts: st.one_of(
        st.builds("({} and {})".format, parts, parts),
        st.builds("({} or {})".format, parts, parts),
        st.builds("(not {})".format, parts),
    ),
    max_leaves=4,
)
_times: st.SearchStrategy[Answer] = st.one_of(
    st.sampled_from([UNKNOWN, Choice("never"), Choice("ongoing")]),
    st.builds(
        lambda relation, number: Measurement(relation, Decimal(number[0]) / 4, number[1]),
        st.sampled_from(["=", "=", "=", "<", "<=", ">", ">="]),
        st.sampled_from(sorted(_MOST)).flatmap(lambda unit: st.tuples(st.integers(0, 4 * _MOST[unit]), st.just(unit))),
    ),
)  # fmt: skip


@st.composite
def made_up(draw: st.DrawFn) -> Protocol:
    """The fictional trial with rules that may be anything over what ages and what does not."""
    questions = {question.id: question for question in PROTOCOL.questions}
    criteria = (replace(each, rule=parse(draw(_rules), questions)) for each in PROTOCOL.criteria[1:4])
    return replace(PROTOCOL, criteria=tuple(criteria))


def shifted(answers: Mapping[str, Answer], days: int) -> dict[str, Answer]:
    """The answers so many days later, said in days: an independent, simple account of getting older."""
    if days == 0:
        return dict(answers)
    return {
        question: Measurement(answer.relation, answer.value * _DAYS[answer.unit] + days, "d")
        if isinstance(answer, Measurement) and question.startswith("last_")
        else answer
        for question, answer in answers.items()
    }


WALKED = 800
"""Days: more than two years, beyond the largest limit."""


@given(made_up(), st.fixed_dictionaries(dict.fromkeys(_SINCE, _times)), st.sampled_from(["80", "100"]))
def test_the_day_told_is_the_first_on_which_the_shifted_answers_do_not_fail(
    protocol: Protocol, times: dict[str, Answer], hemoglobin: str
) -> None:
    answers = {**times, "hemoglobin": ago(hemoglobin, "g/L")}
    for criterion in protocol.criteria:
        if not failed(protocol, criterion.code, answers):
            continue
        found = could_be_met_from(protocol, criterion, effective(protocol, answers), ON_THAT_DAY)
        healed = first(lambda days: not failed(protocol, criterion.code, shifted(answers, days)))  # noqa: B023
        assert_told(found, healed, answers)


@given(made_up(), st.fixed_dictionaries(dict.fromkeys(_SINCE, _times)))
def test_a_screening_can_be_repeated_on_the_first_day_on_which_nothing_fails(
    protocol: Protocol, answers: dict[str, Answer]
) -> None:
    def is_open(days: int) -> bool:
        facts = effective(protocol, shifted(answers, days))
        return (
            verdict(judge(protocol, index, facts) for index in range(len(protocol.criteria))) != "ineligible"
        )

    found = could_be_screened_again_from(protocol, effective(protocol, answers), ON_THAT_DAY)
    assert_told(found, None if is_open(0) else first(is_open), answers)


def first(holds: Callable[[int], bool]) -> date | None:
    days = next((days for days in range(1, WALKED) if holds(days)), None)
    return None if days is None else ENTERED + timedelta(days=days)


def assert_told(found: Healing | None, healed: date | None, answers: Mapping[str, Answer]) -> None:
    """The day is that one; it is the earliest possible one at most where something was less than so long ago."""
    assert (found and found.day) == healed
    bounds = [each for each in answers.values() if isinstance(each, Measurement) and each.relation[0] == "<"]
    assert found is None or not found.at_the_latest
    assert bounds or found is None or not found.at_the_earliest


@given(st.integers(0, 30), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 4000))
def test_a_year_of_age_is_completed_on_its_day_and_not_the_day_before(
    years: int, born: date, days: int
) -> None:
    """Whoever was born so many years before the answer is that old on every later day."""
    day = born + timedelta(days=days)
    older = aged(PROTOCOL.question("age"), ago(str(years), "a"), born, day)
    birthdays = sum(1 for each in range(1, days + 1) if is_birthday(born, born + timedelta(days=each)))
    assert older == ago(str(years + birthdays), "a")


def is_birthday(born: date, day: date) -> bool:
    if (born.month, born.day) == (2, 29) and not isleap(day.year):
        return (day.month, day.day) == (3, 1)
    return (day.month, day.day) == (born.month, born.day)
