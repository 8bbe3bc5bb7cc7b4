"""A protocol file with a mistake is refused: file, place, fault, remedy; all mistakes at once."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN
from dialogs.candidates import play
from dialogs.errors import Fault, ProtocolError
from dialogs.loading import load, parse_protocol, parse_stored
from dialogs.loading.keys import CRITERION, SITE_ITEM, TABLES
from dialogs.loading.kinds import Report
from dialogs.loading.question_keys import OPTION, SDTM, SHORTCUT, UNIT
from dialogs.loading.ruleless import OF_THE_QUESTION
from dialogs.loading.tables import Key, Table, read_table
from dialogs.protocol import Criterion, Option, Protocol, Shortcut, SiteItem
from dialogs.tabulation import Tabulation
from dialogs.units import Unit

TOY = Path(__file__).parent.parent / "data" / "toy.toml"
TEXT = (TOY.parent / "format1.toml").read_text(encoding="utf-8")
"""A whole trial of format 1, as it was released."""

MISTAKES = {
    "unknown question in a rule": ('rule = \'\'\'cardiac_abnormal == "no"\'\'\'', 'rule = \'\'\'heart == "no"\'\'\'', "criterion I3a: rule", "there is no question heart"),
    "option that the question lacks": ('other_cause == "no"', 'other_cause == "none"', "criterion I5: rule", 'has no option "none"'),
    "comparison in a wrong unit": ('hemoglobin < "100 g/L"\nor', 'hemoglobin < "100 U/L"\nor', "criterion I2b: rule", "hemoglobin has no unit U/L"),
    "comparison without a unit": ('hemoglobin < "100 g/L"\nor', "hemoglobin < 100\nor", "criterion I2b: rule", "has no unit"),
    "limit for one of several units only": (' = 26 wk = 182 d"', '"', "criterion I2c: rule", "cannot be compared with the limit 6 mo"),
    "text in no language of the file": ('ask = { en = "Sex? (used only for the pregnancy question)", zh = "性别？（仅用于妊娠/哺乳问题）" }', "ask = {}", "question sex: ask", "is in no language of the file"),
    "empty translation": ('zh = "性别？（仅用于妊娠/哺乳问题）" }', 'zh = " " }', "question sex: ask", "zh = \" \" is not a text"),
    "criterion that can never fail": ('18 <= age_years <= 80', "age_years >= 0", "criterion I1: rule", "can never be failed"),
    "criterion that can never be met": ('18 <= age_years <= 80', "80 < age_years < 18", "criterion I1: rule", "can never be met"),
    "duplicate criterion": ('code = "E1"', 'code = "I1"', "criterion I1", "stands 2 times"),
    "duplicate question": ('id = "csa_pr"\n', 'id = "steroid_pr"\n', "question steroid_pr", "stands 2 times"),
    "duplicate option": ('{ code = "male"', '{ code = "female"', "question sex: option female", "stands 2 times"),
    "bad TOML": ("[disclaimer]", "[disclaimer", "disclaimer", "is not how a table begins"),
    "unknown key": ("judgement = true", "judgment = true", "question", "there is no key judgment"),
    "missing key": ('id = "NCT04420494"\n', "", "protocol", "id is missing"),
    "usual outside possible": ('usual = ["30", "180"]', 'usual = ["3", "180"]', "question hemoglobin: usual", "not inside"),
    "inexact number": ('scale = "16.114"', "scale = inf", "question hemoglobin: units[3]: scale", "not an exact number"),
    "broken rule": ('ecog in ("0", "1", "2")', 'ecog in ("0", "1", "2"', "criterion I4: rule", "the bracket ( is not closed"),
    "empty rule": ("rule = '''18 <= age_years <= 80'''", "rule = ''", "criterion I1: rule", "there is nothing in it"),
    "arithmetic in a rule": ('ecog in ("0", "1", "2")', "ecog + 1", "criterion I4: rule", "is arithmetic"),
    "call in a rule": ('ecog in ("0", "1", "2")', "print(ecog)", "criterion I4: rule", "is not a condition"),
    "order on a choice": ('ecog in ("0", "1", "2")', 'ecog < "3"', "criterion I4: rule", "is a choice, whose options have no order"),
    "unknown requirement": ('requires = "I2a"', 'requires = "I9"', "criterion I2b: requires", "there is no criterion I9"),
    "unknown divisor": ('per = "body_weight"', 'per = "height"', "question csa_dose", "there is no question height"),
    "implied option that is none": ('implies = { sex = "female" } },\n  { code = "lactating"', 'implies = { sex = "f" } },\n  { code = "lactating"', "question pregnant_or_lactating", "no option 'f'"),
    "text for a flag": ("bounds = false", 'bounds = "false"', "question age_years: bounds", "is not true or false"),
    "domain that nothing exports": ('domain = "DM", code = "AGE"', 'domain = "ZZ", code = "AGE"', "question age_years: sdtm: domain", "\"ZZ\" is not known"),
    "age in another unit than it says": ('test = "YEARS"', 'test = "MONTHS"', "question age_years: sdtm: test", "does not name the first unit"),
    "age in units that do not convert": ('units = [\n  { code = "a", label', 'units = [\n  { code = "a", label = { en = "y", zh = "年" } },\n  { code = "mo", label', "question age_years", "does not turn into a"),
    "divisor in a unit without a scale": ('spellings = ["kg", "公斤", "千克"], example = 62 },', 'spellings = ["kg"] },\n  { code = "[lb_av]", label = { en = "lb", zh = "磅" } },', "question csa_dose: unit mg/d: per", "do not turn into its first"),
    "one spelling of two units": ('spellings = ["kg", "公斤", "千克"], example = 62 },', 'spellings = ["kg", "磅"] },\n  { code = "[lb_av]", label = { en = "lb", zh = "磅" }, scale = "0.45359237" },', "question body_weight: units", "means"),
    "shortcut of a choice": ('judgement = true\noptions =', 'judgement = true\nunits = [{ code = "d", label = { en = "d", zh = "天" } }]\nshortcuts = [{ code = "a", text = { en = "A", zh = "甲" }, means = "1 d" }]\noptions =', "question", "they stand for numbers"),
    "example that would be asked about": ("example = 62", "example = 18", "question body_weight: unit kg: example", "is not usual"),
    "example that is no whole number": ("example = 45", 'example = "45.5"', "question age_years: unit a: example", "is not a whole number"),
    "name kept for states": ('id = "ecog"', 'id = "review"', "question review: id", "cannot be used"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "fault"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused_with_its_place_and_a_remedy(old: str, new: str, place: str, fault: str) -> None:
    assert old in TEXT
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(TEXT.replace(old, new, 1), "trial.toml")
    found = [f for f in refused.value.faults if fault in f.fault]
    assert found, refused.value.faults
    assert found[0].place.startswith(place)
    assert found[0].remedy
    assert str(refused.value).startswith("trial.toml:")


def test_all_mistakes_are_told_at_once() -> None:
    text = TEXT
    for name in (
        "unknown question in a rule",
        "empty translation",
        "usual outside possible",
        "unknown key",
    ):
        old, new, _, _ = MISTAKES[name]
        text = text.replace(old, new, 1)
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(text, "trial.toml")
    assert len(refused.value.faults) >= 4


def only_fault(text: str) -> Fault:
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(text, "trial.toml")
    (fault,) = refused.value.faults
    return fault


def test_a_list_inside_of_a_table_is_asked_for_as_it_is_written_there() -> None:
    told = only_fault(re.sub(r"options = \[\n(  .*\n)+\]", "options = 1", TEXT, count=1))
    assert told.remedy == "Please write [{ ... }, { ... }]"


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("[[question]]", '[option_sets]\nold = [{ code = "a" }]\n\n'),
        ('kind = "choice"', "possible = 3\n"),
        ('kind = "choice"', "units = [1]\n"),
        ('kind = "quantity"', "options = [1]\n"),
    ],
)
def test_a_stored_trial_is_read_in_spite_of_what_no_question_uses(before: str, added: str) -> None:
    toy = TOY.read_text(encoding="utf-8")
    assert before in toy
    text = toy.replace(before, added + before, 1)
    with pytest.raises(ProtocolError):
        parse_protocol(text, "toy.toml")
    stored, read = parse_stored(text, "toy.toml"), parse_protocol(toy, "toy.toml")
    assert [each.id for each in stored.questions] == [each.id for each in read.questions]
    assert [each.rule.text for each in stored.criteria] == [each.rule.text for each in read.criteria]


def test_a_remark_in_a_rule_is_refused_but_for_a_trial_that_is_stored() -> None:
    toy = TOY.read_text(encoding="utf-8")
    remark = toy.replace(
        "rule = 'temperature > \"40 Cel\"'", "rule = '''temperature > \"40 Cel\" # axillary\n'''"
    )
    assert remark != toy
    assert only_fault(remark).fault == "a remark inside of a rule would end it"
    assert parse_stored(remark, "toy.toml").criteria[0].code == "X1"


def test_options_without_a_comma_are_never_read_as_another_one() -> None:
    """Python makes one text of two that stand side by side, and "I" "II" would be stage III."""
    stages = 'format = 2\nid = "X-1"\ntitle = "Made up"\n[[question]]\nuse = "cancer_stage"\n'
    rule = '[[criterion]]\ncode = "I1"\ninclusion = "x"\nrule = """cancer_stage in ("I"{}"II")"""\n'
    fault = only_fault(stages + rule.format("\n "))
    assert (fault.fault, fault.remedy) == ('there is no comma between "I" and "II"', 'Please write "I", "II"')
    assert parse_protocol(stages + rule.format(", "), "x.toml").criteria[0].code == "I1"
    scored = '[[question]]\nid = "k"\nask = "K?"\nunits = "points"\npossible = [0, 9]\nusual = [0, 9]\n'
    formula = 'formula = \'1 if cancer_stage in ("I" "II") else 0\'\n'
    assert only_fault(stages + scored + formula + rule.format(", ")).fault == fault.fault


def test_a_question_of_no_known_kind_is_told_of_that_alone() -> None:
    assert "is not known" in only_fault(TEXT.replace('kind = "choice"', 'kind = "number"', 1)).fault


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfe", id="utf16"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00" * 10, id="nul"),
        pytest.param(b"x" * 2_000_000, id="huge"),
        pytest.param(b"id = " + b"9" * 10_000, id="an integer without end"),
        pytest.param(b"id = 0x" + b"f" * 10_000, id="a hexadecimal integer without end"),
        pytest.param(b"id = " + b"[" * 10_000, id="lists without end"),
    ],
)
def test_what_is_no_protocol_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "trial.toml"
    file.write_bytes(content)
    with pytest.raises(ProtocolError):
        load(str(file))


def test_a_file_that_is_not_there_names_what_is(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="NCT04420494"):
        load(str(tmp_path / "missing.toml"))


def loads_or_is_refused(text: str) -> bool:
    try:
        return bool(parse_protocol(text, "trial.toml").questions)
    except ProtocolError as error:
        return bool(error.faults)


LINES = TEXT.splitlines()


@given(
    st.integers(0, len(LINES) - 1),
    st.sampled_from(["", "x", "[[question]]", 'id = "z"', "units = 1", "rule = 1", "text = []"]),
)
def test_any_damaged_line_loads_or_is_refused_and_nothing_else(at: int, line: str) -> None:
    assert loads_or_is_refused("\n".join([*LINES[:at], line, *LINES[at + 1 :]]))


@given(
    st.sampled_from(re.findall(r'"[^"\n]*"', TEXT)),
    st.sampled_from(["1", "true", "[]", "{}", '""', '"\\u0000"']),
)
def test_any_replaced_value_loads_or_is_refused_and_nothing_else(old: str, new: str) -> None:
    assert loads_or_is_refused(TEXT.replace(old, new, 1))


def test_the_shipped_trial_is_the_reviewed_list_of_questions(protocol: Protocol) -> None:
    listed = json.loads((TOY.parent / "questions.json").read_text(encoding="utf-8"))
    assert [q.id for q in protocol.questions] == listed["order"]
    for entry in listed["questions"]:
        question = protocol.question(entry["id"])
        assert (question.ask["en"], question.ask["zh"]) == (entry["en"], entry["zh"])
        helps = [entry[key].strip() for key in ("help_en", "help_zh") if key in entry]
        assert [question.help[code] for code in ("en", "zh") if question.help] == helps
        options = {o["code"]: (o["en"], o["zh"]) for o in entry.get("options", ()) if o["code"] != "unknown"}
        assert {o.code: (o.text["en"], o.text["zh"]) for o in question.options} == options
        assert [u.code for u in question.units] == [
            u["ucum"] for u in entry.get("units", ())
        ] or question.kind == "integer"


def test_any_other_trial_is_one_more_file() -> None:
    toy = load(str(TOY))
    assert play(toy, {}).verdict == "undetermined"
    assert play(toy, {"temperature": toy.question("temperature").shortcuts[0].means}).first_failed == "X1"
    assert play(toy, {"temperature": UNKNOWN}).unresolved == ("X1", "N1")


def test_every_text_of_the_trial_is_in_both_languages(protocol: Protocol) -> None:
    for question in protocol.questions:
        texts = [question.ask, question.short, question.help, question.supplier, question.unknown]
        assert all(set(text) == {"en", "zh"} for text in texts if text)


KEYS = [(table, key) for table in TABLES for key in table.keys]


@pytest.mark.parametrize(("table", "key"), KEYS, ids=[f"{table.name}.{key.name}" for table, key in KEYS])
def test_a_value_of_the_wrong_kind_is_refused_at_its_place(table: Table, key: Key) -> None:
    report = Report(("en",))
    entry = read_table(table, {key.name: 0.5}, "here", report)
    (fault,) = (fault for fault in report.faults if fault.place == f"here: {key.name}")
    assert fault.remedy
    assert key.meaning
    assert key.name not in entry
    assert not entry.whole


@pytest.mark.parametrize(
    ("table", "part"),
    [
        (OPTION, Option),
        (UNIT, Unit),
        (SHORTCUT, Shortcut),
        (SDTM, Tabulation),
        (CRITERION, Criterion),
        (SITE_ITEM, SiteItem),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_a_key_is_called_as_the_attribute_that_it_becomes(table: Table, part: type[Any]) -> None:
    attributes = {field.name for field in fields(part)}
    if part is Criterion:
        attributes = {
            *attributes - {"kind", "source", "below"},
            "inclusion",
            "exclusion",
            "line",
            *OF_THE_QUESTION,
        }
        attributes |= {"of_some", "ask_in_words"}
    if part is Option:
        attributes -= {"beyond"}  # of what is written as implies, that of other trials
    assert {key.name for key in table.keys} == attributes
