"""What is worked out is compared exactly, and shown with as many digits as leave it on its side of every limit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dialogs.answers import COMPUTED, Answer, Choice, Measurement, WorkedOut
from dialogs.assessment import effective, judge, status
from dialogs.digits import beside, is_whole, roundings
from dialogs.loading import parse_protocol, parse_stored
from dialogs.loading.formulas import EXACT
from dialogs.protocol import Protocol
from dialogs.reading import Refused, read
from dialogs.reasons import what_failed
from dialogs.rules.functions import rounded
from dialogs.wording import echo
from dialogs.working_out import all_worked_out
from tests.dialogs.obvious import Obvious
from tests.dialogs.test_every_kind import built

HEAD: Final = 'format = 2\nid = "FICTIONAL"\ntitle = "A fictional trial"\n'


def trial(rule: str, more: str = "") -> Protocol:
    return parse_protocol(f"{HEAD}{more}\n{criterion(rule)}", "fictional.toml")


def criterion(rule: str) -> str:
    return f"[[criterion]]\ncode = \"E1\"\nexclusion = \"the record's words\"\nrule = '''{rule}'''\n"


def facts_of(protocol: Protocol, **answers: str) -> list[Answer | None]:
    return effective(protocol, {name: _answer(said) for name, said in answers.items()})


def _answer(said: str) -> Answer:
    value, _, unit = said.partition(" ")
    return Measurement("=", Decimal(value), unit) if unit else Choice(said)


def applies(protocol: Protocol, facts: list[Answer | None]) -> bool:
    return status(judge(protocol, 0, facts)) == "failed"


# a number against a limit ------------------------------------------------------------------------

BMI: Final = {"bmi": "computed", "body_weight": "60.5 kg", "height": "181 cm"}
"""18.4671"""
EGFR: Final = {"egfr": "computed", "age_years": "60 a", "sex": "male", "serum_creatinine": "1.36 mg/dL"}
"""59.58"""
PRESSURE: Final = {
    "mean_pressure": "computed",
    "systolic_pressure": "199 mm[Hg]",
    "diastolic_pressure": "110 mm[Hg]",
}
"""139.67"""

AGAINST: Final[dict[str, tuple[str, dict[str, str], bool, str]]] = {
    "below": ('bmi < "18.5 kg/m2"', BMI, True, "18.47"),
    "not at least": ('bmi >= "18.5 kg/m2"', BMI, False, "18.47"),
    "not the same": ('bmi == "18.5 kg/m2"', BMI, False, "18.47"),
    "above, and met either way": ('bmi >= "18.4 kg/m2"', BMI, True, "18.5"),
    "far from any limit": ('bmi < "30 kg/m2"', BMI, True, "18.5"),
    "each of two limits": ('"18.467 kg/m2" < bmi < "18.5 kg/m2"', BMI, True, "18.47"),
    "a whole number": ('egfr < "60 mL/min/{1.73_m2}"', EGFR, True, "59.6"),
    "above no more": ('mean_pressure >= "140 mm[Hg]"', PRESSURE, False, "139.7"),
    "on the limit": ('bmi <= "25 kg/m2"', {"bmi": "computed", "body_weight": "64 kg", "height": "160 cm"}, True, "25.0"),
    "beside it by less than is ever shown": (
        'bmi < "25 kg/m2"', {"bmi": "computed", "body_weight": "63.9999999999999 kg", "height": "160 cm"}, True, "24.999999999999",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "answers", "expected", "shown"), AGAINST.values(), ids=AGAINST)
def test_a_number_is_compared_as_it_is_and_shown_on_its_side(
    rule: str, answers: dict[str, str], expected: bool, shown: str
) -> None:
    protocol = trial(rule)
    facts = facts_of(protocol, **answers)
    (name,) = [name for name, said in answers.items() if said == "computed"]
    assert applies(protocol, facts) is expected
    assert str(all_worked_out(protocol, facts)[name].value) == shown
    assert echo(protocol, protocol.question(name), COMPUTED, facts, "en").startswith(f"{shown} ")


MG: Final = [
    {"code": "mg", "label": "mg", "possible": [-1000, 1000], "usual": [1, 100]},
    {"code": "g", "label": "g", "scale": 1000, "possible": [-1000, 1000], "usual": [1, 100]},
]
_TERMS: Final = st.recursive(
    st.sampled_from(["a", "b", "c", "2", "3", "7"]),
    lambda parts: st.builds("({} {} {})".format, parts, st.sampled_from("+-*/"), parts),
    max_leaves=5,
)
_FORMULAS: Final = _TERMS.filter(lambda formula: set("abc") & set(formula))
_SIGNS: Final = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_PLACES: Final = st.integers(0, 4)


def _number(name: str, **keys: Any) -> dict[str, Any]:
    return {"id": name, "kind": "quantity", "ask": f"{name}?", "units": MG, **keys}


@st.composite
def two_numbers(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Answer]]:
    """Draw a file with two numbers that are worked out, one maybe from the other, with limits near them; a patient."""
    formulas = (
        draw(_FORMULAS),
        draw(_FORMULAS.map(lambda text: text.replace("c", draw(st.sampled_from(["c", "one"]))))),
    )
    names = ("one", "two")
    numbers = [
        _number(name, formula=text, decimals=draw(st.integers(0, 2)))
        for name, text in zip(names, formulas, strict=True)
    ]
    answers: dict[str, Answer] = {
        name: Measurement("=", draw(st.decimals(1, 20, places=1)), "mg") for name in "abc"
    }
    answers |= dict.fromkeys(names, COMPUTED)
    raw = {
        "format": 2,
        "id": "MADE-UP",
        "title": "Made up",
        "question": [*map(_number, "abc"), *numbers],
        "criterion": [],
    }
    spans = [Obvious(raw, answers).number(name) for name in names]
    near = [rounded(Fraction(span.low), draw(_PLACES)) for span in spans if span is not None]
    assume(len(near) == len(names))
    rules = [
        f'one {draw(_SIGNS)} "{near[0]:f} mg"',
        f'two {draw(_SIGNS)} "{near[1] / 1000:f} g"',
        f"one {draw(_SIGNS)} two",
    ]
    rules += [f'one < "{near[1]:f} mg" or two < "{near[0]:f} mg"']
    raw["criterion"] = [
        {"code": f"K{at}", "exclusion": "Words", "rule": rule} for at, rule in enumerate(rules)
    ]
    return raw, answers


def side(one: Fraction | Decimal, other: Fraction | Decimal) -> int:
    return (one > other) - (one < other)


@given(two_numbers())
def test_any_formula_is_judged_as_by_plain_fractions_and_shown_on_its_side_of_every_limit(
    drawn: tuple[dict[str, Any], dict[str, Answer]],
) -> None:
    raw, answers = drawn
    protocol, plain = built(raw), Obvious(raw, answers)
    facts = effective(protocol, answers)
    for index, each in enumerate(raw["criterion"]):
        assert status(judge(protocol, index, facts)) == plain.status(each)
    found = all_worked_out(protocol, facts)
    for name, number in found.items():
        span = plain.number(name)
        assert span is not None
        assert number.exact == span.low
        for limit in limits(raw, name):
            assert side(number.value, limit) == side(number.exact, limit), (number, limit)
    one, other = found["one"], found["two"]
    assert side(one.value, other.value) == side(one.exact, other.exact)


def limits(raw: dict[str, Any], name: str) -> list[Fraction]:
    """The limits of a number in a file's rules, in mg."""
    words = " ".join(each["rule"] for each in raw["criterion"]).replace('"', "").split()
    scales = {"mg": 1, "g": 1000}
    return [
        Fraction(words[at + 2]) * scales[words[at + 3]]
        for at, word in enumerate(words[:-3])
        if word == name and words[at + 3] in scales
    ]


def test_of_two_numbers_that_are_compared_neither_is_shown_as_the_other() -> None:
    raw = {
        "format": 2, "id": "MADE-UP", "title": "Made up",
        "question": [_number("a"), _number("one", formula="a + 0.46", decimals=1), _number("two", formula="a + 0.54", decimals=1)],
        "criterion": [{"code": "E1", "exclusion": "Words", "rule": "one < two"}],
    }  # fmt: skip
    protocol = built(raw)
    found = all_worked_out(protocol, facts_of(protocol, a="1 mg", one="computed", two="computed"))
    assert [str(each.value) for each in found.values()] == ["1.46", "1.54"]


def test_what_another_formula_asks_of_a_number_is_a_limit_too() -> None:
    dose = '[[question]]\nid = "dose"\nask = "Dose?"\nunits = "bmi"\npossible = [0, 300]\nusual = [1, 300]\n'
    protocol = trial('dose > "200 kg/m2"', f'{dose}formula = "2 * bmi if bmi < 30 else 3 * bmi"')
    facts = facts_of(protocol, dose="computed", bmi="computed", body_weight="95.9 kg", height="178.92 cm")
    shown = {name: str(number.value) for name, number in all_worked_out(protocol, facts).items()}
    assert shown == {"bmi": "29.96", "dose": "59.9"}


def test_roots_that_come_together_are_no_less_exact() -> None:
    protocol = trial(
        'body_surface < "2 m2"',
        '[[question]]\nuse = "body_surface"\nformula = "sqrt(height) * sqrt(body_weight) / 60"',
    )
    facts = facts_of(protocol, body_surface="computed", height="180 cm", body_weight="80 kg")
    assert all_worked_out(protocol, facts)["body_surface"].exact == 2
    assert not applies(protocol, facts)


def test_a_result_is_possible_or_not_as_it_is() -> None:
    protocol = trial('bmi > "30 kg/m2"', '[[question]]\nuse = "bmi"\npossible = [5, 60]')
    facts = facts_of(protocol, bmi="computed", body_weight="96.09 kg", height="126.5 cm")  # 60.05
    assert status(judge(protocol, 0, facts)) == "unknown"


def test_what_divides_another_number_is_shown_so_that_this_one_stays_on_its_side() -> None:
    units = '{ code = "mg", label = "mg", per = "body_surface", gives = "mg/m2" }, { code = "mg/m2", label = "mg/m2" }'
    dose = f'[[question]]\nid = "dose"\nask = "Dose?"\nunits = [{units}]\npossible = [0, 10000]\nusual = [1, 1000]\n'
    protocol = trial('dose > "75 mg/m2"', f'{dose}[[question]]\nuse = "body_surface"\nbounds = false\n')
    facts = facts_of(protocol, dose="150 mg", body_surface="computed", height="180 cm", body_weight="79.7 kg")
    assert applies(protocol, facts)  # 150 mg / 1.9962 m2 are 75.1
    assert str(all_worked_out(protocol, facts)["body_surface"].value) == "1.996"
    assert echo(protocol, protocol.question("dose"), _answer("150 mg"), facts, "en") == "150 mg ≈ 75.14 mg/m2"


@pytest.mark.parametrize(
    ("formula", "whole"),
    [
        ("2 * phq9 - min(gad7, 1)", True),
        ("phq9 / 2", False),
        ("phq9 * 0.5", False),
        ("phq9 + albumin", False),
    ],
)
def test_a_whole_number_may_be_worked_out_to_another_one(formula: str, whole: bool) -> None:
    question = '[[question]]\nid = "score"\nkind = "integer"\nask = "Score?"\nunits = "points"\npossible = [0, 90]\nusual = [0, 90]\n'
    protocol = trial("score > 9", f'{question}formula = "{formula}"\n')
    assert is_whole(protocol.question("score")) is whole
    assert is_whole(parse_stored(stored_before(protocol), "stored").question("score"))


# what was stored before --------------------------------------------------------------------------

LEAN: Final = trial('bmi < "18.5 kg/m2"')


def stored_before(protocol: Protocol) -> str:
    """The text as versions stored it that rounded before they compared."""
    assert protocol.text.endswith(f"\n{EXACT}\n")
    return protocol.text.removesuffix(f"\n{EXACT}\n")


def test_a_stored_text_judges_as_it_did() -> None:
    before = parse_stored(stored_before(LEAN), "stored")
    facts = facts_of(before, **BMI)
    assert not applies(before, facts)
    assert all_worked_out(before, facts)["bmi"] == WorkedOut("=", Decimal("18.5"), "kg/m2", Fraction("18.5"))
    assert before.text == stored_before(LEAN)
    now = parse_stored(LEAN.text, "stored")
    assert applies(now, facts)
    assert now.text == LEAN.text == parse_protocol(LEAN.text, "again").text


def test_a_stored_text_rounds_parts_that_are_worked_out_too() -> None:
    double = '[[question]]\nid = "double"\nask = "Twice the BMI?"\nunits = "bmi"\npossible = [1, 300]\nusual = [1, 300]\nformula = "2 * bmi"\n'
    protocol = trial('double < "37 kg/m2"', double)
    answers = {**BMI, "double": "computed"}
    assert applies(protocol, facts_of(protocol, **answers))
    before = parse_stored(stored_before(protocol), "stored")
    assert all_worked_out(before, facts_of(before, **answers))["double"].exact == 37


def test_a_file_without_formulas_is_stored_as_it_stood() -> None:
    assert EXACT not in trial('age_years < "18 a"').text


# numbers that are converted or divided ------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "name", "typed", "shown"),
    [
        ('hemoglobin < "100.25 g/L"', "hemoglobin", "6.22129 mmol/L", "6.22129 mmol/L (Fe) ≈ 100.2499 g/L"),
        ('hemoglobin < "90 g/L"', "hemoglobin", "6.22129 mmol/L", "6.22129 mmol/L (Fe) ≈ 100.25 g/L"),
        ('hemoglobin < "100 g/L"', "hemoglobin", "9.996 g/dL", "9.996 g/dL = 99.96 g/L"),
        ('temperature > "37.78 Cel"', "temperature", "100 [degF]", "100 °F ≈ 37.778 °C"),
    ],
)
def test_a_number_that_is_converted_is_shown_on_its_side(
    rule: str, name: str, typed: str, shown: str
) -> None:
    protocol = trial(rule)
    facts = facts_of(protocol, **{name: typed})
    assert echo(protocol, protocol.question(name), _answer(typed), facts, "en") == shown


@given(st.integers(1, 4000), st.integers(1, 400), st.integers(1, 3))
def test_a_multiple_of_a_limit_of_normal_is_shown_on_its_side(value: int, upper: int, places: int) -> None:
    limit = rounded(Fraction(value, upper), places)
    assume(0 < limit < 100)
    protocol = times_upper(f"{limit:f}")
    answer = Measurement("=", Decimal(value), "U/L")
    facts = effective(protocol, {"alt": answer, "alt_uln": Measurement("=", Decimal(upper), "U/L")})
    told = echo(protocol, protocol.question("alt"), answer, facts, "en")
    shown = Decimal(told.split()[-3])
    assert side(shown, limit) == side(Fraction(value, upper), limit), told


def times_upper(limit: str) -> Protocol:
    raw = {
        "format": 2, "id": "MADE-UP", "title": "Made up",
        "question": [{"use": "alt", "possible": [0, 10000], "uln": {"possible": [1, 10000], "usual": [25, 70]}}],
        "criterion": [{"code": "E1", "exclusion": "Words", "rule": f'alt > "{limit} {{xULN}}"'}],
    }  # fmt: skip
    return built(raw)


def test_a_limit_is_said_in_the_unit_that_was_entered_on_its_side_of_what_was() -> None:
    protocol = trial('hemoglobin >= "10 g/dL"')
    facts = facts_of(protocol, hemoglobin="6.206 mmol/L")  # the limit is 6.20578
    assert (
        what_failed(protocol, protocol.criteria[0], facts, "en")
        == "haemoglobin at least 10 g/dL (≈ 6.2058 mmol/L (Fe))"
    )


@pytest.mark.parametrize("qtcf", ["450.0003 ms", "computed"])
def test_a_limit_is_said_in_the_unit_of_the_number_also_of_one_that_is_worked_out(qtcf: str) -> None:
    protocol = trial('qtcf > "0.45 s"')
    facts = facts_of(protocol, qtcf=qtcf, qt="450.0003 ms", heart_rate="60 /min")
    assert what_failed(protocol, protocol.criteria[0], facts, "en") == "QTcF above 0.45 s (450 ms)"


@given(st.fractions(-100, 100), _PLACES, st.decimals(-100, 100, places=3).map(Fraction))
def test_a_number_is_rounded_on_its_side_of_another(number: Fraction, fewest: int, other: Fraction) -> None:
    shown = beside(number, fewest, other)
    assert side(shown, other) == side(number, other) or shown == rounded(number, fewest)
    assert shown in [*roundings(number, fewest)]


def test_what_is_possible_is_told_rounded_to_the_inside() -> None:
    protocol = trial('body_weight > "100 kg"', '[[question]]\nuse = "body_weight"\npossible = [1, "500.049"]')
    refused = read(protocol, protocol.question("body_weight"), "500.05 kg")
    assert isinstance(refused, Refused)
    assert refused.details["high"] == "500"
