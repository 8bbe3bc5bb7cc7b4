"""What a failed criterion is said to be, from its rule: the limit beside the answer, in both languages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Relation, Selection
from dialogs.assessment import effective, judge, status
from dialogs.dialogue import Step, begin
from dialogs.errors import AnswerError
from dialogs.loading import load
from dialogs.loading.rules.parsing import parse
from dialogs.proofs import representatives
from dialogs.protocol import Protocol
from dialogs.reasons import what_failed
from dialogs.texts import Text
from dialogs.wording import echo
from tests.dialogs.strategies import PROTOCOL, tables
from tests.dialogs.test_format import criterion as written
from tests.dialogs.test_format import question
from tests.dialogs.test_format import trial as trial_of


def _number(value: str, unit: str, relation: Relation = "=") -> Measurement:
    return Measurement(relation, Decimal(value), unit)


CASES: dict[str, tuple[str, dict[str, Answer], str, str]] = {
    "one of several limits applies to the diagnosis": ("I2b", {"diagnosis": Choice("aiha"), "hemoglobin": _number("101", "g/L")}, "haemoglobin below 100 g/L", "血红蛋白低于100 g/L"),
    "two limits apply": ("I2b", {"diagnosis": Choice("evans"), "hemoglobin": _number("10.1", "g/dL"), "platelets": _number("30", "10*9/L")}, "haemoglobin below 100 g/L, or platelets below 30 ×10⁹/L", "血红蛋白低于100 g/L，或血小板低于30 ×10⁹/L"),
    "age below": ("E1", {"age_years": _number("17", "a")}, "age below 18 years", "年龄不足18岁"),
    "age above": ("I1", {"age_years": _number("81", "a")}, "age at most 80 years", "年龄不超过80岁"),
    "a choice": ("I5", {"other_cause": Choice("yes")}, "no other cause", "无其他病因"),
    "an exclusion by a choice": ("E2", {"tumour": Choice("current")}, "tumour: Current malignancy", "肿瘤：现患恶性肿瘤"),
    "two routes that failed": ("I2c", {"steroid_duration": _number("42", "d"), "steroid_pr": Choice("yes"), "csa_duration": _number("25", "wk")}, "no PR after steroids, or ciclosporin duration at least 26 weeks", "无激素后PR，或环孢素疗程至少26周"),
    "a multiple of a limit": ("I3b", {"bilirubin_total": _number("40", "umol/L"), "bilirubin_uln": _number("21", "umol/L"), "alt": Choice("within_normal"), "ast": Choice("within_normal")}, "total bilirubin at most 1.5 × ULN", "总胆红素不高于1.5 × ULN"),
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


SAID = {
    "I1": [("age at least 18 years", "年龄至少18岁"), ("age at most 80 years", "年龄不超过80岁")],
    "E1": [("age below 18 years", "年龄不足18岁"), ("age above 80 years", "年龄超过80岁")],
    "E4": [
        ("pregnancy or breastfeeding: Pregnant", "妊娠或哺乳：妊娠"),
        ("pregnancy or breastfeeding: Breastfeeding", "妊娠或哺乳：哺乳"),
    ],
    "I2a": [
        (
            "diagnosis: AIHA (autoimmune haemolytic anaemia), Acquired PRCA (pure red cell aplasia), Evans syndrome"
            " or Secondary to an immune disease",
            "诊断：AIHA（自身免疫性溶血性贫血）、获得性PRCA（纯红细胞再生障碍）、Evans综合征或继发于免疫性疾病的血细胞减少",
        )
    ],
    "I2b": [
        ("haemoglobin below 100 g/L", "血红蛋白低于100 g/L"),
        (
            "haemoglobin below 100 g/L, or platelets below 30 ×10⁹/L",
            "血红蛋白低于100 g/L，或血小板低于30 ×10⁹/L",
        ),
        (
            "haemoglobin below 100 g/L, platelets below 30 ×10⁹/L, or neutrophils below 0.5 ×10⁹/L",
            "血红蛋白低于100 g/L、血小板低于30 ×10⁹/L，或中性粒细胞低于0.5 ×10⁹/L",
        ),
    ],
    "I2c": [
        (f"{steroids}, or {ciclosporin}", f"{after}，或{then}")
        for steroids, after in (
            ("steroid course at least 28 days", "激素疗程至少28天"),
            ("no PR after steroids", "无激素后PR"),
        )
        for ciclosporin, then in (
            ("ciclosporin duration at least 182 days", "环孢素疗程至少182天"),
            ("ciclosporin dose at least 3 mg/kg/day", "环孢素剂量不低于3 mg/kg/d"),
            ("no PR after ciclosporin", "无环孢素后PR"),
        )
    ],
    "I5": [("no other cause", "无其他病因")],
    "E2": [("tumour: Current malignancy", "肿瘤：现患恶性肿瘤")],
    "E3a": [("uncontrolled infection", "未控制的感染")],
    "E3b": [("other serious disease", "其他严重疾病")],
    "E5": [("mental illness", "精神疾病")],
    "I4": [("ECOG 0, ECOG 1 or ECOG 2", "ECOG：0分、1分或2分")],
    "I3a": [("no abnormal cardiac function", "无心功能异常")],
    "I3b": [
        ("total bilirubin at most 1.5 × ULN", "总胆红素不高于1.5 × ULN"),
        ("ALT at most 3 × ULN", "ALT不高于3 × ULN"),
        ("AST at most 3 × ULN", "AST不高于3 × ULN"),
    ],
    "I3c": [("creatinine at most 1 × ULN", "肌酐不高于1 × ULN")],
    "I6": [("willing to take part", "参加意愿")],
}
"""For each criterion of the shipped trial, all that can be said of its failing; as a haematologist reads it."""


def failures(seed: int) -> Iterator[tuple[str, tuple[str, str]]]:
    """Play a dialogue of random answers to its end; yield what is said of each criterion that failed."""
    dice, dialogue = random.Random(seed), begin(PROTOCOL)
    while dialogue.state in PROTOCOL.position or dialogue.can("continue"):
        if dialogue.can("continue"):
            dialogue.take(Step("continue"))
            continue
        options = map(Choice, PROTOCOL.question(dialogue.state).option_by_code)
        answer = dice.choice([*representatives(PROTOCOL, PROTOCOL.position[dialogue.state]), *options])
        try:
            dialogue.take(Step("answer", dialogue.state, answer))
        except AnswerError:
            dialogue.take(Step("answer", dialogue.state, UNKNOWN))
    for reason in dialogue.reasons:
        said = [what_failed(PROTOCOL, reason.criterion, dialogue.facts, code) for code in ("en", "zh")]
        yield reason.criterion.code, (said[0], said[1])


def test_whatever_way_a_criterion_fails_it_is_said_as_it_was_read() -> None:
    found: dict[str, set[tuple[str, str]]] = {criterion.code: set() for criterion in PROTOCOL.criteria}
    for seed in range(600):
        for code, said in failures(seed):
            found[code].add(said)
    assert found == {code: set(said) for code, said in SAID.items()}


DENIED = {
    "a yes that is not to be": ("not other_cause", "inclusion", Choice("yes"), "no other cause", "无其他病因"),
    "a yes that is to be": ("other_cause", "inclusion", Choice("no"), "other cause", "其他病因"),
    "a no that excludes": ("not other_cause", "exclusion", Choice("no"), "no other cause", "无其他病因"),
    "a number that is not to be": ('age_years != "18 a"', "inclusion", _number("18", "a"), "age other than 18 years", "年龄不是正好18岁"),
    "a number that is to be above": ('age_years > "18 a"', "inclusion", _number("18", "a"), "age above 18 years", "年龄超过18岁"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "kind", "answer", "english", "chinese"), DENIED.values(), ids=DENIED)
def test_what_is_not_to_be_there_is_said_as_it_is_asked_for(
    protocol: Protocol,
    rule: str,
    kind: Literal["inclusion", "exclusion"],
    answer: Answer,
    english: str,
    chinese: str,
) -> None:
    parsed = parse(rule, {question.id: question for question in protocol.questions})
    criterion = replace(protocol.criteria[0], kind=kind, rule=parsed)
    facts = effective(protocol, {rule.removeprefix("not ").split()[0]: answer})
    assert what_failed(protocol, criterion, facts, "en") == english
    assert what_failed(protocol, criterion, facts, "zh") == chinese


def test_what_another_word_joins_stands_in_brackets() -> None:
    trial = load("EXAMPLE-NSCLC")
    rule = '(brain_metastases == "none" or gilbert or liver_metastases) and egfr_tki'
    criterion = replace(trial.criteria[0], rule=parse(rule, {each.id: each for each in trial.questions}))
    no = dict.fromkeys(("gilbert", "liver_metastases", "egfr_tki"), Choice("no"))
    facts = effective(trial, {**no, "brain_metastases": Choice("active")})
    either = "brain metastases: None, Gilbert's syndrome, or liver metastases"
    assert what_failed(trial, criterion, facts, "en") == f"({either}) and progression on an EGFR inhibitor"
    assert what_failed(trial, criterion, facts, "zh").startswith("（脑转移：无、Gilbert综合征，或肝转移）且")


def test_labels_that_read_as_conditions_stand_in_quotation_marks() -> None:
    harmless = "childbearing_potential in ['postmenopausal', 'sterile', 'premenarchal']"
    trial = trial_of(
        question('use = "childbearing_potential"'),
        written(f"code = 'I1'\ninclusion = 'x'\nrule = \"{harmless}\""),
    )
    facts = effective(trial, {"childbearing_potential": Choice("yes")})
    said = what_failed(trial, trial.criteria[0], facts, "en")
    assert said.startswith("childbearing potential: “No: after menopause”, “No:")


DRUGS = '"sulfonylurea" in diabetes_drugs, "dpp4" in diabetes_drugs, "sglt2" in diabetes_drugs'


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (f"not at_least(2, {DRUGS})", "fewer than 2 of: glucose-lowering drugs: Sulfonylurea, DPP-4 inhibitor"),
        (f"at_least(3, {DRUGS}, diabetes == 'none')", "at least 3 of: glucose-lowering drugs: Sulfonylurea, DPP-4 inhibitor, SGLT2 inhibitor; diabetes: None"),
        (f"at_least(3, {DRUGS}, diabetes_drugs == 'none')", "at least 3 of: glucose-lowering drugs: Sulfonylurea; glucose-lowering drugs: DPP-4 inhibitor; glucose-lowering drugs: SGLT2 inhibitor; glucose-lowering drugs: none of these"),
    ],
    ids=["too many ticks", "ticks beside another question", "none of these is no option"],
)  # fmt: skip
def test_ticks_of_one_question_that_are_counted_name_it_once(rule: str, said: str) -> None:
    trial = load("EXAMPLE-DM2")
    criterion = replace(
        trial.criterion_by_code["I5"], rule=parse(rule, {each.id: each for each in trial.questions})
    )
    answers: dict[str, Answer] = {
        "diabetes_drugs": Selection(("sulfonylurea", "dpp4")),
        "diabetes": Choice("type_2"),
    }
    told = what_failed(trial, criterion, effective(trial, answers), "en")
    assert told == said


@given(tables)
def test_every_failed_criterion_has_words_in_every_language(answers: dict[str, Answer]) -> None:
    """Also for answers that no dialogue asks for together."""
    facts = effective(PROTOCOL, answers)
    for index, criterion in enumerate(PROTOCOL.criteria):
        if status(judge(PROTOCOL, index, facts)) == "failed":
            for language in PROTOCOL.languages:
                assert what_failed(PROTOCOL, criterion, facts, language).strip()


@pytest.mark.parametrize(
    ("written", "begun"),
    [("haemoglobin", "Haemoglobin"), ("PR after", "PR after"), ("eGFR", "eGFR"), ("肌酐", "肌酐")],
)
def test_a_name_begins_a_line_with_a_capital_letter(written: str, begun: str) -> None:
    assert Text({"en": written}).at_the_beginning() == {"en": begun}


def test_a_ratio_just_above_a_limit_is_not_shown_as_the_limit(protocol: Protocol) -> None:
    facts = effective(protocol, {"bilirubin_uln": _number("21", "umol/L")})
    question = protocol.question("bilirubin_total")
    shown = echo(protocol, question, _number("31.6", "umol/L"), facts, "en")
    assert shown == "31.6 µmol/L ≈ 1.505 × ULN"
