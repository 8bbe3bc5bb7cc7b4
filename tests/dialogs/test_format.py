"""Format 2: what a file may leave out, and what stands there then."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import effective, judge, status
from dialogs.candidates import play
from dialogs.errors import Fault, ProtocolError
from dialogs.loading import catalogue, load, parse_protocol, parse_stored
from dialogs.protocol import Line, Protocol
from dialogs.untranslated import lacking
from dialogs.wording import describe
from tests.dialogs.strategies import tables

HEAD = 'format = 2\nid = "EX-1"\ntitle = "A fictional trial"\n'
PREGNANCY = 'code = "E1"\nexclusion = "Pregnancy"\n'


def trial(*tables: str) -> Protocol:
    return parse_protocol(HEAD + "\n".join(tables), "trial.toml")


def faults(*tables: str) -> tuple[Fault, ...]:
    with pytest.raises(ProtocolError) as refused:
        trial(*tables)
    return refused.value.faults


def question(text: str) -> str:
    return f"[[question]]\n{text}\n"


def criterion(text: str) -> str:
    return f"[[criterion]]\n{text}\n"


def test_the_smallest_file_is_a_criterion_in_the_records_words() -> None:
    protocol = trial(criterion(PREGNANCY))
    assert (protocol.version, protocol.languages, protocol.record_version) == ("1", ("en",), "")
    (asked,) = protocol.questions
    assert asked.id == "e1"
    assert "Pregnancy" in asked.ask["en"]
    assert asked.ask["zh"] != asked.ask["en"]
    assert [option.code for option in asked.options] == ["yes", "no"]
    assert describe(asked, None, "zh") == "未知"
    assert play(protocol, {"e1": Choice("yes")}).verdict == "ineligible"
    assert play(protocol, {"e1": Choice("no")}).verdict == "eligible"
    assert play(protocol, {"e1": Choice("unknown")}).verdict == "undetermined"


def test_a_file_may_word_and_order_yes_and_no() -> None:
    options = '{ code = "no", text = "Never" }, { code = "yes", text = "Yes" }'
    (asked,) = trial(f"option_sets = {{ yes_no = [{options}] }}", criterion(PREGNANCY)).questions
    assert [(each.code, each.text["en"]) for each in asked.options] == [("no", "Never"), ("yes", "Yes")]


def test_what_lacks_its_format_alone_is_stored_as_it_was_accepted() -> None:
    sides = question('id = "side"\nask = "Which side?"\noptions = ["Left", "Right"]')
    text = (
        HEAD.replace("format = 2\n", "") + sides + criterion('inclusion = "Left"\nrule = \'side == "left"\'')
    )
    accepted = parse_protocol(text, "trial.toml")
    stored = parse_stored(accepted.text, "stored")
    assert stored.questions[0].options == accepted.questions[0].options
    assert play(stored, {"side": Choice("left")}).verdict == "eligible"


def test_an_inclusion_criterion_in_the_records_words_is_met_by_yes() -> None:
    protocol = trial(criterion('code = "I1"\ninclusion = "Fit for surgery"'))
    assert play(protocol, {"i1": Choice("no")}).first_failed == "I1"
    assert play(protocol, {"i1": Choice("yes")}).verdict == "eligible"


def test_a_criterion_may_word_its_own_question() -> None:
    protocol = trial(criterion(PREGNANCY + 'ask = "Pregnant?"\nhelp = "By a test."\njudgement = true'))
    (asked,) = protocol.questions
    assert (asked.ask["zh"], asked.help, asked.judgement) == ("Pregnant?", {"en": "By a test."}, True)


def test_what_words_a_question_is_refused_beside_a_rule() -> None:
    hot = question('id = "hot"\nask = "Fever?"')
    (fault,) = faults(hot, criterion(PREGNANCY + "rule = 'hot == \"yes\"'\njudgement = true"))
    assert fault.place == "criterion E1: judgement"


def test_a_criterion_without_a_rule_is_asked_after_those_above_it() -> None:
    protocol = trial(
        question('id = "first"\nask = "First?"'),
        question('id = "dose"\nask = "Dose?"\nunits = [{ code = "mg", label = "mg", per = "weight", gives = "mg/kg" }, '
                 '{ code = "mg/kg", label = "mg/kg" }]\npossible = [0, 99]\nusual = [0, 99]'),
        question('id = "last"\nask = "Last?"'),
        question('id = "weight"\nask = "Weight?"\nunits = [{ code = "kg", label = "kg" }]\nbounds = false\n'
                 "possible = [1, 99]\nusual = [1, 99]"),
        criterion('code = "E1"\nexclusion = "Zeroth"'),
        criterion("code = \"E2\"\nexclusion = \"One\"\nrule = 'first == \"yes\"'"),
        criterion('code = "E3"\nexclusion = "Two"'),
        criterion('code = "E4"\nexclusion = "Dose"\nrule = \'dose > "5 mg/kg"\''),
        criterion('code = "E5"\nexclusion = "After the weight"'),
        criterion("code = \"E6\"\nexclusion = \"Last\"\nrule = 'last == \"yes\"'"),
    )  # fmt: skip
    assert [each.id for each in protocol.questions] == ["e1", "first", "e3", "dose", "last", "weight", "e5"]


def test_an_option_that_is_called_as_a_later_question_does_not_stand_for_it() -> None:
    protocol = trial(
        question(
            'id = "drug"\nask = "Drug?"\noptions = [{ code = "dose", text = "d" }, { code = "x", text = "x" }]'
        ),
        question('id = "dose"\nask = "Was the dose kept?"'),
        criterion('code = "E1"\nexclusion = "One"\nrule = \'drug == "dose"\''),
        criterion('code = "E2"\nexclusion = "Two"'),
    )
    assert [each.id for each in protocol.questions] == ["drug", "e2", "dose"]


@pytest.mark.parametrize(("code", "name"), [("E9", "e9"), ("I2b", "i2b"), ("3.1", "c_3_1"), ("in", "c_in")])
def test_a_criterions_code_becomes_a_name_for_rules(code: str, name: str) -> None:
    assert trial(criterion(f'code = "{code}"\nexclusion = "x"')).questions[0].id == name


CODES = {
    "as in the record": (["I1", "I2a", "I2b", "E10"], ["INCL01", "INCL02", "INCL02", "EXCL10"], ["I1", "I2", "I2", "E10"]),
    "without a number": (["AGE", "I1"], ["INCL02", "INCL01"], ["AGE", "I1"]),
    "numbers twice": (["I1", "A-1"], ["INCL01", "INCL02"], ["I1", "A-1"]),
}  # fmt: skip


@pytest.mark.parametrize(("codes", "sdtm", "groups"), CODES.values(), ids=CODES)
def test_sdtm_codes_and_groups_follow_from_the_code(
    codes: list[str], sdtm: list[str], groups: list[str]
) -> None:
    sides = {code: "exclusion" if code.startswith("E") else "inclusion" for code in codes}
    criteria = [criterion(f'code = "{code}"\n{sides[code]} = "Words of {code}"') for code in codes]
    protocol = trial(*criteria)
    assert [each.ietestcd for each in protocol.criteria] == sdtm
    assert [each.group for each in protocol.criteria] == groups


def test_a_name_is_the_records_words_shortened_at_a_word() -> None:
    words = "Any condition that in the investigator's opinion makes participation in the study unsafe"
    (long,) = trial(criterion(f'code = "E1"\nexclusion = "{words}"')).criteria
    assert long.name == {"en": "Any condition that in the investigator's opinion makes…"}
    assert (long.source, long.reading) == (words, None)


def test_a_line_of_the_record_is_kept_in_its_place_and_never_judged() -> None:
    protocol = trial(
        criterion('line = "Inclusion Criteria:"'),
        criterion('code = "I1"\ninclusion = "Fit"'),
        criterion('line = "Exclusion Criteria:"'),
        criterion('code = "E1"\nexclusion = "Pregnancy"'),
    )
    assert protocol.lines == (Line(0, "Inclusion Criteria:"), Line(1, "Exclusion Criteria:"))
    assert [each.code for each in protocol.criteria] == ["I1", "E1"]


WRONG = {
    "two sides": ('code = "E1"\nexclusion = "x"\ninclusion = "x"', "has inclusion and exclusion"),
    "no words": ('code = "E1"', "has none of the record's words"),
    "a line with a code": ('line = "x"\ncode = "E1"', "is a line of the record, and has code"),
    "only a line": ('line = "Inclusion:"', "there is none"),
    "the words of format 1": ('code = "E1"\nkind = "exclusion"\nsource = "x"', "there is no key kind here"),
}


@pytest.mark.parametrize(("text", "fault"), WRONG.values(), ids=WRONG)
def test_a_criterion_says_one_thing(text: str, fault: str) -> None:
    assert any(fault in each.fault for each in faults(criterion(text)))


def test_a_question_says_little() -> None:
    protocol = trial(
        question('id = "hb"\nask = "Most recent haemoglobin (HGB)?"\npossible = [10, 250]\nusual = [30.5, 180]\n'
                 'units = [{ code = "g/L", label = "g/L" }, { code = "g/dL", label = "g/dL", scale = 10 }]'),
        question('id = "ph"\nask = "pH?"'),
        criterion('code = "E1"\nexclusion = "x"\nrule = \'hb < "100 g/L" or ph == "yes"\''),
    )  # fmt: skip
    hb, ph = protocol.questions
    assert (hb.kind, ph.kind) == ("quantity", "choice")
    assert hb.name == {"en": "most recent haemoglobin"}
    assert hb.short == {"en": "Most recent haemoglobin"}
    assert ph.short == {"en": "pH"}
    assert (hb.help, hb.supplier["zh"]) == (None, "病历")
    assert hb.units[0].usual[0] == Decimal("30.5")
    assert play(protocol, {"hb": Measurement("=", Decimal("9.8"), "g/dL")}).first_failed == "E1"


def test_a_plain_text_is_in_the_first_language_and_stands_for_the_others() -> None:
    both = parse_protocol(
        'format = 2\nid = "EX"\nlanguages = ["zh", "en"]\ntitle = "试验"\n' + criterion(PREGNANCY),
        "trial.toml",
    )
    assert both.title == {"zh": "试验"}
    assert both.title["en"] == "试验"


def test_what_a_language_lacks_is_no_mistake_and_can_be_named() -> None:
    file = 'format = 2\nid = "EX"\nlanguages = ["en", "zh"]\ntitle = { en = "A trial", zh = "试验" }\n'
    known = question('use = "alt"') + question(
        'id = "hot"\nask = { en = "Fever?" }\nshort = { en = "fever", zh = "发热" }'
    )
    rule = 'name = { zh = "怀孕" }\nrule = \'hot or alt > "3 {xULN}"\''
    protocol = parse_protocol(file + known + criterion(PREGNANCY + rule), "trial.toml")
    assert lacking(protocol) == {"en": ("criterion E1: name",), "zh": ("question hot: ask",)}
    assert protocol.question("hot").ask["zh"] == "Fever?"
    assert protocol.criteria[0].name["en"] == "怀孕"
    assert lacking(load("NCT04420494")) == lacking(trial(criterion(PREGNANCY))) == {}


def test_a_file_of_a_newer_format_is_refused() -> None:
    with pytest.raises(ProtocolError, match="format: 3 is not format 2"):
        parse_protocol(HEAD.replace("2", "3", 1) + criterion(PREGNANCY), "trial.toml")


def test_a_question_of_the_catalogue_is_used_by_its_name_and_what_is_given_wins() -> None:
    protocol = trial(
        question('use = "hemoglobin"\nhelp = "Before transfusion."'),
        question('use = "hemoglobin"\nid = "hb_later"\nask = "Haemoglobin, a week later?"'),
        criterion('code = "E1"\nexclusion = "x"\nrule = \'hemoglobin < "100 g/L" or hb_later < "10 g/dL"\''),
    )
    first, later = protocol.questions
    assert (first.id, later.id) == ("hemoglobin", "hb_later")
    assert first.ask["zh"] == "最近一次血红蛋白？（数值+单位）"
    assert first.help == {"en": "Before transfusion."}
    assert (later.ask["zh"], later.units) == ("Haemoglobin, a week later?", first.units)
    assert first.units[0].example is not None


def test_a_stored_file_keeps_what_it_took_of_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = 'rule = \'hemoglobin < "100 g/L" or alt > "3 {xULN}"\''
    read = trial(question('use = "hemoglobin"'), question('use = "alt"'), criterion(PREGNANCY + rule))
    monkeypatch.setattr(catalogue, "entries", dict)
    monkeypatch.setattr(catalogue, "unit_sets", dict)
    again = parse_stored(read.text, "stored")
    assert (again.text, again.sha256) == (read.text, read.sha256)
    assert [repr(each) for each in again.questions] == [repr(each) for each in read.questions]


@pytest.mark.parametrize(
    "own", ["catalogue = { x = { ask = 'X?' } }", 'unit_sets = { x = [{ code = "d", label = "d" }] }']
)
def test_what_nothing_can_be_added_to_is_refused_since_the_stored_file_could_not_be_read(own: str) -> None:
    uses = [question('use = "hemoglobin"'), criterion(PREGNANCY + "rule = 'hemoglobin < \"9 g/dL\"'")]
    (fault,) = {each.fault for each in faults(own, *uses)}
    assert fault == "is written in one line"
    alone = f"{HEAD}{own}\n{criterion(PREGNANCY)}"
    assert parse_protocol(alone, "trial.toml").text == alone
    tables = '[catalogue.x]\nask = "X?"\n[unit_sets]\nx = [{ code = "d", label = "d" }]'
    again = parse_stored(trial(*uses, tables).text, "stored")
    assert [each.id for each in again.questions] == ["hemoglobin"]


def test_a_file_that_uses_nothing_is_stored_as_it_stands() -> None:
    assert trial(criterion(PREGNANCY)).text == HEAD + criterion(PREGNANCY)


def test_a_file_may_bring_its_own_questions_and_units() -> None:
    protocol = trial(
        question('use = "hemoglobin"'),
        criterion(PREGNANCY + "rule = 'hemoglobin < \"5 {drops}\"'"),
        '[unit_sets]\nours = [{ code = "{drops}", label = "drops" }]\n'
        '[catalogue.hemoglobin]\nask = "Ours?"\nunits = "ours"\npossible = [0, 9]\nusual = [0, 9]',
    )
    (asked,) = protocol.questions
    assert (asked.ask, [unit.code for unit in asked.units]) == ({"en": "Ours?"}, ["{drops}"])


TSH = """
id = "tsh"
ask = "TSH?"
units = [{ code = "mU/L", label = "mU/L" }]
possible = [0, 100]
usual = [0, 50]
uln = { possible = [1, 10], usual = [3, 6] }
lln = { id = "low", possible = [0.1, 1], usual = [0.2, 0.6], example = 0.4 }
"""


@pytest.mark.parametrize(
    ("value", "verdict"), [("0.3", "ineligible"), ("0.4", "eligible"), ("4.1", "ineligible")]
)
def test_with_both_limits_of_normal_a_value_is_divided_by_one_and_compared_with_the_other(
    value: str, verdict: str
) -> None:
    rule = "rule = 'tsh >= low and tsh <= \"1 {xULN}\"'"
    protocol = trial(question(TSH), criterion('code = "I1"\ninclusion = "Normal TSH"\n' + rule))
    tsh, uln, lln = protocol.questions
    assert (uln.ask["en"], lln.ask["en"]) == (
        "Upper limit of normal (ULN) of TSH at that laboratory?",
        "Lower limit of normal (LLN) of TSH at that laboratory?",
    )
    assert [unit.code for unit in tsh.units] == ["mU/L", "{xULN}"]
    given = {"tsh": value, "tsh_uln": "4", "low": "0.4"}
    answers = {name: Measurement("=", Decimal(number), "mU/L") for name, number in given.items()}
    assert play(protocol, answers).verdict == verdict


def test_a_limit_of_normal_of_no_unit_is_refused_in_words() -> None:
    (fault, *_) = faults(
        question(TSH.replace("{ code", "").replace(' = "mU/L", label = "mU/L" }', "")), criterion(PREGNANCY)
    )
    assert "a number needs a unit" in fault.fault


def test_what_the_catalogue_has_not_is_told() -> None:
    (fault, *_) = faults(question('use = "haemoglobine"'), criterion(PREGNANCY))
    assert (fault.place, fault.fault) == (
        "question haemoglobine: use",
        '"haemoglobine" is not in the catalogue',
    )


def test_units_are_a_set_of_the_catalogue() -> None:
    protocol = trial(
        question('id = "eos"\nask = "Eosinophils?"\nunits = "cells"\npossible = [0, 99]\nusual = [0, 9]\nexample = 0.3'),
        criterion('code = "E1"\nexclusion = "x"\nrule = \'eos > "0.5 10*9/L"\''),
    )  # fmt: skip
    (eos,) = protocol.questions
    assert eos.kind == "quantity"
    assert [unit.code for unit in eos.units] == ["10*9/L", "10*3/uL", "/uL"]
    assert [unit.example for unit in eos.units] == [Decimal("0.3"), Decimal("0.3"), Decimal(300)]


PLAIN = 'id = "grade"\nask = "Grade?"\noptions = {}'


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ('["Mild", "Very severe"]', ["mild", "very_severe"]),
        ('["0", "1", "2"]', ["0", "1", "2"]),
        ('["Grade 1-2", "Grade 3 (or more)"]', ["grade_1_2", "grade_3_or_more"]),
        ('["Mild", { code = "worse", text = "Moderate or severe" }]', ["mild", "worse"]),
    ],
    ids=["words", "digits", "signs", "beside a table"],
)
def test_options_may_be_plain_texts_whose_codes_follow_from_them(options: str, codes: list[str]) -> None:
    """Screenings are stored by these codes: a change of any of them would make stored ones unreadable."""
    rule = f"rule = 'grade == \"{codes[1]}\"'"
    protocol = trial(question(PLAIN.format(options)), criterion(f'code = "E1"\nexclusion = "Grade"\n{rule}'))
    assert list(protocol.question("grade").option_by_code) == codes
    assert protocol.question("grade").kind == "choice"


@pytest.mark.parametrize("option", ["<5", ">10", ">= 3 months", "= 5", "-1", "T -1", "2+", "A-", "A+ or B+"])
def test_a_text_that_is_another_answer_without_its_signs_needs_a_code(option: str) -> None:
    """Its code would be that other answer: 10, typed, would be taken as >10."""
    with pytest.raises(ProtocolError, match="with a code in English letters"):
        trial(
            question(PLAIN.format(f'["x", "{option}"]')),
            criterion('code = "E1"\nexclusion = "Grade"\nrule = \'grade == "x"\''),
        )


def test_an_option_set_may_be_plain_texts() -> None:
    rule = "rule = '\"severe\" in grade'"
    several = question(PLAIN.format('"grades"') + '\nkind = "several"')
    sets = '[option_sets]\ngrades = ["Mild", "Severe"]\n'
    protocol = trial(sets, several, criterion(f'code = "E1"\nexclusion = "Grade"\n{rule}'))
    assert [option.text["en"] for option in protocol.question("grade").options] == ["Mild", "Severe"]


@pytest.mark.parametrize("options", ['["3 mo", "3 mo."]', '["Mild", "mild"]'])
def test_plain_texts_that_come_to_one_code_are_refused(options: str) -> None:
    (fault,) = faults(question(PLAIN.format(options)), criterion('code = "E1"\nexclusion = "Grade"'))
    assert "stands 2 times" in fault.fault


def test_what_an_option_of_the_catalogue_implies_is_dropped_with_its_question() -> None:
    rule = 'rule = \'pregnant_or_lactating in ("pregnant", "lactating")\''
    pregnancy = question('use = "pregnant_or_lactating"')
    alone = trial(pregnancy, criterion(PREGNANCY + rule))
    assert all(not option.implies for option in alone.questions[0].options)
    male = criterion('code = "E2"\nexclusion = "Men"\nrule = \'sex == "male"\'')
    both = trial(pregnancy, question('use = "sex"'), criterion(PREGNANCY + rule), male)
    assert both.questions[0].option_by_code["pregnant"].implies == {"sex": "female"}


def test_a_limit_of_normal_makes_its_unit_its_shortcut_and_its_question() -> None:
    protocol = trial(
        question('use = "alt"'),
        criterion('code = "E1"\nexclusion = "x"\nrule = \'alt > "3 {xULN}"\''),
        criterion('code = "E2"\nexclusion = "Anything else"'),
    )
    assert [each.id for each in protocol.questions] == ["alt", "alt_uln", "e2"]
    alt, uln = protocol.questions[:2]
    assert alt.units[-1].code == "{xULN}"
    assert {unit.per for unit in alt.units} == {"alt_uln", None}
    assert alt.shortcut_by_code["within_normal"].means == Measurement("<=", Decimal(1), "{xULN}")
    assert (uln.unit_of, uln.bounds, uln.short["zh"]) == ("alt", False, "ALT上限")
    assert [unit.code for unit in uln.units] == ["U/L", "ukat/L"]
    given: dict[str, Answer] = {"alt": Measurement("=", Decimal(130), "U/L"), "e2": Choice("no")}
    assert play(protocol, given | {"alt_uln": Measurement("=", Decimal(40), "U/L")}).first_failed == "E1"
    assert play(protocol, given | {"alt_uln": Measurement("=", Decimal(50), "U/L")}).verdict == "eligible"


def test_the_example_of_the_documentation_loads() -> None:
    text = (Path(__file__).parents[2] / "docs" / "protocol-format.md").read_text(encoding="utf-8")
    example = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[-1]
    assert [each.id for each in parse_protocol(example, "example.toml").questions] == [
        "hemoglobin",
        "e1",
        "smoker",
        "chemotherapy",
    ]


# the shipped trial ---------------------------------------------------------------------------------

SHIPPED = load("NCT04420494")
AS_IT_WAS = load(str(Path(__file__).parents[1] / "data" / "format1.toml"))
"""The same trial in format 1, as it was released."""


@given(tables)
def test_the_shipped_trial_judges_as_it_did_in_format_1(answers: dict[str, Answer]) -> None:
    """But for years, in which a course of steroids was not given."""
    given_in_years = getattr(answers["steroid_duration"], "unit", "") == "a"
    known = answers | ({"steroid_duration": UNKNOWN} if given_in_years else {})
    now, then = (_statuses(protocol, known) for protocol in (SHIPPED, AS_IT_WAS))
    assert now == then


def _statuses(protocol: Protocol, answers: dict[str, Answer]) -> list[str]:
    facts = effective(protocol, answers)
    return [status(judge(protocol, index, facts)) for index in range(len(protocol.criteria))]


def test_the_shipped_trial_keeps_its_names_and_the_records_words() -> None:
    for now, then in zip(SHIPPED.questions, AS_IT_WAS.questions, strict=True):
        assert (now.id, now.option_by_code.keys()) == (then.id, then.option_by_code.keys())
        assert then.unit_by_code.keys() <= now.unit_by_code.keys()
    for new, old in zip(SHIPPED.criteria, AS_IT_WAS.criteria, strict=True):
        for key in (
            "code",
            "kind",
            "name",
            "source",
            "ietestcd",
            "group",
            "requires",
            "counts_as",
            "willingness",
        ):
            assert getattr(new, key) == getattr(old, key)


def test_a_trial_of_format_1_is_stored_byte_for_byte_as_it_was() -> None:
    """So that its screenings, which name the text by its SHA-256, find it."""
    text = (Path(__file__).parents[1] / "data" / "format1.toml").read_text(encoding="utf-8")
    stored = parse_stored(text, "stored")
    assert stored.text == AS_IT_WAS.text == text
    assert stored.sha256 == AS_IT_WAS.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert [repr(each) for each in stored.questions] == [repr(each) for each in AS_IT_WAS.questions]


def test_the_shipped_trial_has_under_300_lines() -> None:
    file = Path(__file__).parents[2] / "dialogs" / "protocols" / "NCT04420494.toml"
    assert len(file.read_text(encoding="utf-8").splitlines()) < 300


# damage ---------------------------------------------------------------------------------------------

BEGUN = (Path(__file__).parents[2] / "dialogs" / "protocols" / "new" / "en.toml").read_text(encoding="utf-8")
DAMAGED = BEGUN + question(TSH)
PIECES = sorted(set(re.findall(r'"[^"\n]*"|\[[^\n]*\]|\{[^\n]*\}|\d+', DAMAGED)))


def loads_or_is_refused(text: str) -> bool:
    try:
        return bool(parse_protocol(text, "trial.toml").criteria)
    except ProtocolError as error:
        return bool(error.faults)


@given(
    st.sampled_from(PIECES),
    st.sampled_from(
        ["1", "-0.5", "true", "[]", "[1]", "[[]]", "{}", "{ en = 1 }", '{ zh = "x" }', '""', '"a b"', '"in"']
    ),
)
def test_any_damaged_value_loads_or_is_refused_and_nothing_else(old: str, new: str) -> None:
    assert loads_or_is_refused(DAMAGED.replace(old, new, 1))
    assert loads_or_is_refused(DAMAGED.replace(old, new))


@given(
    st.integers(0, len(DAMAGED.splitlines()) - 1),
    st.sampled_from(["", "x", "[[question]]", 'use = "alt"', "units = 1", 'units = "x"', "uln = []", "uln = {}", "rule = 1", "ask = []",
                     "criterion = 3", "unit_sets = []", "catalogue = 1", "languages = []", "option_sets = 1", 'kind = "since"']),
)  # fmt: skip
def test_any_damaged_line_loads_or_is_refused_and_nothing_else(at: int, line: str) -> None:
    lines = DAMAGED.splitlines()
    assert loads_or_is_refused("\n".join([*lines[:at], line, *lines[at + 1 :]]))


NAMED = """
[[question]]
id = "smoker"
ask = "Smoker?"

[[criterion]]
code = "I1"
inclusion = "Adults with a platelet count below 30"
rule = 'age_years >= 18 and platelets < "30 10*9/L"'

[[criterion]]
code = "E1"
exclusion = "Whatever the investigator thinks"

[[criterion]]
code = "E2"
exclusion = "Smokers of age"
rule = 'smoker and age_years > 60 or hba1c > "9 %"'
"""


def test_a_rule_may_name_a_question_of_the_catalogue_that_the_file_does_not_list() -> None:
    protocol = parse_protocol(HEAD + NAMED, "file.toml")
    assert [question.id for question in protocol.questions] == [
        "age_years",
        "platelets",
        "e1",
        "smoker",
        "hba1c",
    ]
    assert parse_stored(protocol.text, "stored").sha256 == protocol.sha256


def test_what_a_number_is_worked_out_from_is_asked_at_its_criterion_and_not_at_a_later_one() -> None:
    criteria = (("I1", "egfr > 30"), ("I2", 'hba1c < "9 %"'), ("I3", 'sex == "male"'))
    text = "".join(
        f'[[criterion]]\ncode = "{code}"\ninclusion = "words"\nrule = \'{rule}\'\n' for code, rule in criteria
    )
    names = [question.id for question in parse_protocol(HEAD + text, "file.toml").questions]
    assert names == ["serum_creatinine", "sex", "age_years", "egfr", "hba1c"]


ORDERS: dict[str, tuple[str, list[str]]] = {
    "whether before how long ago": (
        "cancer and last_other_malignancy < 90",
        ["cancer", "last_other_malignancy"],
    ),
    "as the rule has it": ("last_other_malignancy < 90 and cancer", ["last_other_malignancy", "cancer"]),
    "between two of the file": (
        "cancer and last_other_malignancy < 90 and drug",
        ["cancer", "last_other_malignancy", "drug"],
    ),
    "after the second of the file": (
        "drug and cancer and last_other_malignancy < 90",
        ["cancer", "drug", "last_other_malignancy"],
    ),
    "with what it is worked out from": (
        "cancer and bmi > 30",
        ["cancer", "body_weight", "height", "bmi"],
    ),
    "with a part that the rule names itself": (
        "bmi > 30 and cancer and height > 150",
        ["body_weight", "height", "bmi", "cancer"],
    ),
}


@pytest.mark.parametrize(("rule", "order"), ORDERS.values(), ids=ORDERS)
def test_what_a_rule_names_of_the_catalogue_is_asked_in_the_order_of_the_rule(
    rule: str, order: list[str]
) -> None:
    limits = {"90": '"90 d"', "30": '"30 kg/m2"', "150": '"150 cm"'}
    quoted = re.sub(r"\d+", lambda number: limits[number[0]], rule)
    own = "".join(
        f'[[question]]\nid = "{name}"\nask = "{name}?"\n' for name in ("cancer", "drug") if name in order
    )
    criteria = '[[criterion]]\ncode = "I1"\ninclusion = "words"\nrule = "age_years >= 18"\n' + (
        f'[[criterion]]\ncode = "E1"\nexclusion = "words"\nrule = \'{quoted}\'\n'
    )
    protocol = parse_protocol(HEAD + criteria + own, "file.toml")
    assert [question.id for question in protocol.questions] == ["age_years", *order]


def test_a_name_in_quotes_is_no_question_of_the_catalogue() -> None:
    listed = 'rule = \'stage == "ecog"\'\n[[question]]\nid = "stage"\nask = "Stage?"\n'
    options = 'options = [{ code = "ecog", text = "a" }, { code = "other", text = "b" }]\n'
    protocol = parse_protocol(
        f'{HEAD}[[criterion]]\ncode = "I1"\ninclusion = "words"\n{listed}{options}', "file.toml"
    )
    assert [question.id for question in protocol.questions] == ["stage"]
