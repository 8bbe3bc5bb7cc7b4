"""What a failed criterion is said to be, from its rule: the limit beside the answer, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from dialogs.answers import Answer, Choice, Measurement, Relation
from dialogs.assessment import effective, judge, status
from dialogs.protocol import Protocol
from dialogs.wording import echo, what_failed
from tests.dialogs.strategies import PROTOCOL, tables


def _number(value: str, unit: str, relation: Relation = "=") -> Measurement:
    return Measurement(relation, Decimal(value), unit)


CASES: dict[str, tuple[str, dict[str, Answer], str, str]] = {
    "one of several limits applies to the diagnosis": ("I2b", {"diagnosis": Choice("aiha"), "hemoglobin": _number("101", "g/L")}, "Haemoglobin below 100 g/L", "血红蛋白低于100 g/L"),
    "two limits apply": ("I2b", {"diagnosis": Choice("evans"), "hemoglobin": _number("10.1", "g/dL"), "platelets": _number("30", "10*9/L")}, "Haemoglobin below 100 g/L or Platelets below 30 ×10⁹/L", "血红蛋白低于100 g/L或血小板低于30 ×10⁹/L"),
    "age below": ("E1", {"age_years": _number("17", "a")}, "Age below 18 years", "年龄低于18岁"),
    "age above": ("I1", {"age_years": _number("81", "a")}, "Age at most 80 years", "年龄不高于80岁"),
    "a choice": ("I5", {"other_cause": Choice("yes")}, "Other cause: No", "其他病因：否"),
    "an exclusion by a choice": ("E2", {"tumour": Choice("current")}, "Tumour: Current malignancy or thymoma", "肿瘤：现患恶性肿瘤或胸腺瘤"),
    "two routes that failed": ("I2c", {"steroid_duration": _number("42", "d"), "steroid_pr": Choice("yes"), "csa_duration": _number("25", "wk")}, "PR after steroids: No or Ciclosporin duration at least 26 weeks", "激素后PR：否或环孢素疗程不低于26周"),
    "a multiple of a limit": ("I3b", {"bilirubin_total": _number("40", "umol/L"), "bilirubin_uln": _number("21", "umol/L"), "alt": Choice("within_normal"), "ast": Choice("within_normal")}, "Total bilirubin at most 1.5 × ULN", "总胆红素不高于1.5 × ULN"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "answers", "english", "chinese"), CASES.values(), ids=CASES)
def test_what_failed_is_said_from_the_rule(
    protocol: Protocol, code: str, answers: dict[str, Answer], english: str, chinese: str
) -> None:
    facts = effective(protocol, answers)
    criterion = protocol.criterion_by_code[code]
    assert status(judge(protocol, protocol.criteria.index(criterion), facts)) == "failed"
    assert what_failed(protocol, criterion, facts, "en") == english
    assert what_failed(protocol, criterion, facts, "zh") == chinese


@given(tables)
def test_every_failed_criterion_has_words_in_every_language(answers: dict[str, Answer]) -> None:
    facts = effective(PROTOCOL, answers)
    for index, criterion in enumerate(PROTOCOL.criteria):
        if status(judge(PROTOCOL, index, facts)) == "failed":
            for language in PROTOCOL.languages:
                assert what_failed(PROTOCOL, criterion, facts, language).strip()


def test_a_ratio_just_above_a_limit_is_not_shown_as_the_limit(protocol: Protocol) -> None:
    facts = effective(protocol, {"bilirubin_uln": _number("21", "umol/L")})
    question = protocol.question("bilirubin_total")
    shown = echo(protocol, question, _number("31.6", "umol/L"), facts, "en")
    assert shown == "31.6 µmol/L ≈ 1.505 × ULN"
