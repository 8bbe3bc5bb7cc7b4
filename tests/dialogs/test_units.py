"""A value means the same in whichever of its units it is given, and whatever unit its divisor is in."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import Answer, Choice, Measurement
from dialogs.assessment import effective, judge
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from dialogs.wording import echo

FORMAT_1 = Path(__file__).parent.parent / "data" / "format1.toml"
POUND = Decimal("0.45359237")
KILOGRAM = (
    '{ code = "kg", label = { en = "kg", zh = "kg" }, spellings = ["kg", "公斤", "千克"], example = 62 },'
)
WITH_POUNDS = parse_protocol(
    FORMAT_1.read_text(encoding="utf-8").replace(
        KILOGRAM,
        KILOGRAM.replace("spellings", 'scale = "1", spellings')
        + f'\n  {{ code = "[lb_av]", label = {{ en = "lb", zh = "磅" }}, scale = "{POUND}" }},',
    ),
    "pounds.toml",
)


def _facts(dose: Decimal, weight: Measurement) -> list[Answer | None]:
    answers: dict[str, Answer] = {
        "diagnosis": Choice("aiha"),
        "steroid_duration": Choice("never"),
        "csa_duration": Measurement("=", Decimal(12), "mo"),
        "csa_dose": Measurement("=", dose, "mg/d"),
        "body_weight": weight,
        "csa_pr": Choice("no"),
    }
    return effective(WITH_POUNDS, answers)


def _refractory(protocol: Protocol) -> int:
    return list(protocol.criterion_by_code).index("I2c")


@given(st.integers(50, 600), st.integers(70, 400))
def test_a_dose_for_a_weight_is_judged_alike_in_pounds_and_kilograms(dose: int, pounds: int) -> None:
    in_pounds = _facts(Decimal(dose), Measurement("=", Decimal(pounds), "[lb_av]"))
    in_kilograms = _facts(Decimal(dose), Measurement("=", pounds * POUND, "kg"))
    index = _refractory(WITH_POUNDS)
    assert judge(WITH_POUNDS, index, in_pounds) == judge(WITH_POUNDS, index, in_kilograms)


def test_what_is_shown_of_a_dose_counts_the_weight_in_its_unit() -> None:
    question = WITH_POUNDS.question("csa_dose")
    facts = _facts(Decimal(300), Measurement("=", Decimal(154), "[lb_av]"))
    dose = Measurement("=", Decimal(300), "mg/d")
    assert echo(WITH_POUNDS, question, dose, facts, "en") == "300 mg/day ≈ 4.29 mg/kg/day"
