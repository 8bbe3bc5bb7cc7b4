"""A rule read back in words says all that the rule says: from the words alone the rule can be written again."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.assessment import effective
from dialogs.languages import LANGUAGES
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.protocol import Protocol
from dialogs.reading_back import Clause, read_back
from tests.dialogs.every_kind import QUESTIONS, files, patients
from tests.dialogs.test_every_kind import built

SIGNS: Final = {
    "below": "<",
    "at most": "<=",
    "above": ">",
    "at least": ">=",
    "exactly": "==",
    "other than": "!=",
}
AGO: Final = {
    "less than": "<",
    "at most": "<=",
    "more than": ">",
    "at least": ">=",
    "exactly": "==",
    "not exactly": "!=",
}
UNITS: Final = {
    "points": "{score}",
    "°C": "Cel",
    "× ULN": "{xULN}",
    "times": "1",
    "days": "d",
    "weeks": "wk",
    "months": "mo",
}


def written(clause: Clause) -> str:
    """Write a rule from its English words, by nothing but these."""
    parts = [written(part) for part in clause.parts]
    if clause.text == "all of these hold":
        return f"({' and '.join(parts)})"
    if clause.text == "at least one of these holds":
        return f"({' or '.join(parts)})"
    if match := re.fullmatch(r"(at least|fewer than) (\d) of these hold", clause.text):
        counted = f"at_least({', '.join([match[2], *parts])})"
        return counted if match[1] == "at least" else f"(not {counted})"
    return (
        "unclear" if clause.text == "the record gives no answer: left to the site" else condition(clause.text)
    )


def condition(text: str) -> str:
    """Write one comparison."""
    if match := re.fullmatch(r"last surgery (.+?) (\d+ \w+) ago(, or “.+”)?", text):
        return f'surgery {AGO[match[1]]} "{limit(match[2])}"'
    if match := re.fullmatch(r"(\w+): (one or more|none of these)", text):
        return f'{match[1]} {"==" if match[2] == "none of these" else "!="} "none"'
    if match := re.fullmatch(r"(\w+): “(.)” (not )?ticked", text):
        return f'"{match[2].lower()}" {"not in" if match[3] else "in"} {match[1]}'
    if match := re.fullmatch(r"(.+): (not )?“(.+)”", text):
        codes = ", ".join(f'"{each.lower()}"' for each in match[3].split("” or “"))
        return f"{'not ' if match[2] else ''}{named(match[1])} in ({codes},)"
    match = re.fullmatch(rf"(\w+) ({'|'.join(SIGNS)}) (.+)", text)
    assert match is not None, text
    other = match[3].lower()
    return f"{match[1].lower()} {SIGNS[match[2]]} {other if other in NAMES else chr(34) + limit(match[3]) + chr(34)}"


def limit(text: str) -> str:
    number, unit = text.split(" ", 1)
    return f"{number} {UNITS.get(unit, unit)}"


NAMES: Final = {question["id"] for question in QUESTIONS}


def named(name: str) -> str:
    """The id of a question: of a criterion in its own words, its code."""
    match = re.fullmatch(r"Words of the record, (\d)", name)
    return f"k{match[1]}" if match else name.lower().removeprefix("last ")


def with_written_rules(raw: dict[str, Any], protocol: Protocol) -> dict[str, Any]:
    """The same file with every rule written anew from its words."""
    rules = {each.code: read_back(protocol, each, "en") for each in protocol.criteria}
    criteria = [
        each | {"rule": written(_bare(rules[each["code"]]))} if "rule" in each else each
        for each in raw["criterion"]
    ]
    return {**raw, "criterion": criteria}


def _bare(clause: Clause) -> Clause:
    return Clause(re.sub(r"^(Met|Applies) if: ", "", clause.text), clause.parts)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_rule_written_from_its_words_judges_every_patient_alike(data: st.DataObject) -> None:
    raw = data.draw(files())
    protocol = built(raw)
    again = built(with_written_rules(raw, protocol))
    patient = data.draw(patients(raw))
    facts, others = effective(protocol, patient), effective(again, patient)
    for one, other in zip(protocol.criteria, again.criteria, strict=True):
        judged, judged_again = one.rule.judge(facts), other.rule.judge(others)
        assert (judged.low, judged.high) == (judged_again.low, judged_again.high), one.rule.text


@given(files())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_differs_in_one_language_differs_in_every_other(raw: dict[str, Any]) -> None:
    protocol = built(raw)
    said = [
        tuple("\n".join(read_back(protocol, each, code).lines()) for code in LANGUAGES)
        for each in protocol.criteria
    ]
    assert all(text.strip() for texts in said for text in texts)
    assert all(len({texts[at] for texts in said}) == len(set(said)) for at in range(len(LANGUAGES)))


HEAD: Final = """
format = 2
id = "MADE-UP"
title = "A made-up trial"
languages = ["en", "zh"]

[[question]]
id = "last_dose"
kind = "since"
ask = { en = "Last dose?", zh = "末次给药？" }

[[question]]
id = "stage"
ask = { en = "Stage?", zh = "分期？" }
options = [
  { code = "one", text = { en = "Stage 1", zh = "1期" } },
  { code = "two", text = { en = "Stage 2", zh = "2期" } },
  { code = "three", text = { en = "Stage 3", zh = "3期" } },
]

[[question]]
id = "history"
kind = "several"
ask = { en = "History?", zh = "病史？" }
options = [
  { code = "asthma", text = { en = "Asthma", zh = "哮喘" } },
  { code = "copd", text = { en = "COPD", zh = "慢阻肺" } },
]

[[question]]
id = "course"
ask = { en = "Course?", zh = "疗程？" }
possible = [0, 9999]
usual = [1, 400]
units = [
  { code = "d", label = { en = "days", zh = "天" } },
  { code = "wk", label = { en = "weeks", zh = "周" }, scale = 7 },
  { code = "mo", label = { en = "months", zh = "个月" }, scale = "30.4375" },
]

[[question]]
id = "platelets_at_baseline"
use = "platelets"

[[question]]
use = "platelets"

[[criterion]]
code = "K1"
"""
SAID = {
    "a number": ('inclusion = "x"', 'hemoglobin >= "90 g/L"', "Met if: haemoglobin at least 90 g/L", "满足条件：血红蛋白不低于90 g/L"),
    "a duration": ('inclusion = "x"', 'course >= "6 mo = 26 wk"', "Met if: course at least 6 months or 26 weeks", "满足条件：疗程至少6个月或26周"),
    "a shorter duration": ('exclusion = "x"', 'course <= "4 wk"', "Applies if: course at most 4 weeks", "适用条件：疗程不超过4周"),
    "an age": ('exclusion = "x"', 'age_years < "18 a"', "Applies if: age below 18 years", "适用条件：年龄不足18岁"),
    "of an exclusion": ('exclusion = "x"', 'hemoglobin < "90 g/L"', "Applies if: haemoglobin below 90 g/L", "适用条件：血红蛋白低于90 g/L"),
    "denied": ('exclusion = "x"', 'not hemoglobin < "90 g/L"', "Applies if: haemoglobin at least 90 g/L", "适用条件：血红蛋白不低于90 g/L"),
    "in several units": (
        'inclusion = "x"',
        'last_dose >= "28 d = 4 wk"',
        "Met if: last dose at least 28 days or 4 weeks ago, or “Never”",
        "满足条件：末次给药距今至少28天或4周，或“从未”",
    ),
    "still going on": (
        'exclusion = "x"',
        'last_dose < "4 wk"',
        "Applies if: last dose less than 4 weeks ago, or “Still ongoing”",
        "适用条件：末次给药距今不足4周，或“仍在持续”",
    ),
    "a button of a time": ('exclusion = "x"', 'last_dose != "never"', "Applies if: last dose: not “Never”", "适用条件：末次给药：不是“从未”"),
    "some options": ('inclusion = "x"', 'stage in ("one", "two")', "Met if: stage: “Stage 1” or “Stage 2”", "满足条件：分期：“1期”或“2期”"),
    "the only other option": ('inclusion = "x"', 'not stage in ("one", "two")', "Met if: stage: “Stage 3”", "满足条件：分期：“3期”"),
    "another option": ('inclusion = "x"', 'stage != "one"', "Met if: stage: not “Stage 1”", "满足条件：分期：不是“1期”"),
    "ticked": ('exclusion = "x"', '"asthma" in history', "Applies if: history: “Asthma” ticked", "适用条件：病史：已勾选“哮喘”"),
    "none ticked": ('inclusion = "x"', 'history == "none"', "Met if: history: none of these", "满足条件：病史：以上均无"),
    "against another number": (
        'exclusion = "x"',
        "platelets < platelets_at_baseline",
        "Applies if: platelets (platelets) below platelets (platelets_at_baseline)",
        "适用条件：血小板（platelets）低于血小板（platelets_at_baseline）",
    ),
    "joined": (
        'inclusion = "x"',
        'hemoglobin >= "90 g/L" and not (stage == "one" and unclear or at_least(2, ecog == "1", "asthma" in history, "copd" in history))',
        """Met if: all of these hold
  - haemoglobin at least 90 g/L
  - all of these hold
    - at least one of these holds
      - stage: not “Stage 1”
      - the record gives no answer: left to the site
    - fewer than 2 of these hold
      - ECOG: “ECOG 1”
      - history: “Asthma” ticked
      - history: “COPD” ticked""",
        """满足条件：以下各项全部成立
  - 血红蛋白不低于90 g/L
  - 以下各项全部成立
    - 以下至少一项成立
      - 分期：不是“1期”
      - 登记信息未作说明，由研究中心判断
    - 以下成立者不足2项
      - ECOG：“1分”
      - 病史：已勾选“哮喘”
      - 病史：已勾选“慢阻肺”""",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("side", "rule", "english", "chinese"), SAID.values(), ids=SAID)
def test_a_rule_is_read_back(side: str, rule: str, english: str, chinese: str) -> None:
    protocol = parse_protocol(f"{HEAD}{side}\nrule = '{rule}'\n", "trial.toml")
    (criterion,) = protocol.criteria
    assert "\n".join(read_back(protocol, criterion, "en").lines()) == english
    assert "\n".join(read_back(protocol, criterion, "zh").lines()) == chinese


@pytest.mark.parametrize("name", shipped_protocols())
def test_every_criterion_of_a_shipped_trial_is_read_back_and_no_two_alike(name: str) -> None:
    protocol = load(name)
    for language in LANGUAGES:
        said = {tuple(read_back(protocol, each, language).lines()) for each in protocol.criteria}
        rules = {(each.rule.text, each.kind) for each in protocol.criteria}
        assert len(said) == len(rules)
