"""How long ago something was: what is understood of it, how it is compared and said, and that no date is taken."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Relation, encode
from dialogs.assessment import effective, judge, status
from dialogs.carried import carried
from dialogs.dialogue import Step, begin
from dialogs.errors import ProtocolError
from dialogs.examples import example
from dialogs.loading import load, parse_protocol
from dialogs.loading.rules.parsing import RuleError, parse
from dialogs.proofs import representatives
from dialogs.reading import Proposal, Refused, Understood, propose_again, read, with_unit
from dialogs.reading_back import read_back
from dialogs.reasons import what_failed
from dialogs.since import DAYS
from dialogs.wording import compared, describe

PROTOCOL = load(str(Path(__file__).parent.parent / "data" / "washouts.toml"))
MI = PROTOCOL.question("last_mi")

UNDERSTOOD = [
    ("3 weeks ago", "3 wk"), ("3 wk", "3 wk"), ("3wk ago", "3 wk"), ("3 w", "3 wk"), ("1 week", "1 wk"), ("１２ weeks ago", "12 wk"),
    ("10 days ago", "10 d"), ("0 d", "0 d"), ("2 months back", "2 mo"), ("2 mo", "2 mo"), ("1.5 years ago", "1.5 a"), ("1,5 y", "1.5 a"),
    ("2个月前", "2 mo"), ("3周前", "3 wk"), ("３周前", "3 wk"), ("3个星期以前", "3 wk"), ("2年前", "2 a"), ("10天之前", "10 d"), ("12个月", "12 mo"),
    ("today", "0 d"), ("yesterday", "1 d"), ("the day before yesterday", "2 d"), ("今天", "0 d"), ("昨天", "1 d"), ("前天", "2 d"),
    ("a week ago", "1 wk"), ("two months ago", "2 mo"), ("twelve days", "12 d"), ("half a year ago", "0.5 a"),
    ("一个月前", "1 mo"), ("两周前", "2 wk"), ("半年前", "0.5 a"), ("十二个月前", "12 mo"),
    (">6 months ago", ">6 mo"), ("more than 6 months ago", ">6 mo"), ("over two years", ">2 a"), ("less than a week ago", "<1 wk"),
    ("within the last 3 months", "<=3 mo"), ("6 months or more ago", ">=6 mo"), ("at least 2 years ago", ">=2 a"),
    ("不到3周", "<3 wk"), ("近3个月", "<=3 mo"), ("最近3个月内", "<=3 mo"), ("6个月以上", ">=6 mo"), ("超过两年", ">2 a"), ("至少半年前", ">=0.5 a"),
    ("almost 5 years ago", "<5 a"), ("nearly 5 years", "<5 a"), ("just under 5 years ago", "<5 a"), ("将近5年前", "<5 a"), ("接近三个月", "<3 mo"), ("快5年", "<5 a"),
    ("just over 5 years ago", ">5 a"), ("5+ years", ">5 a"), ("5 years+", ">5 a"), ("5＋年", ">5 a"), ("5年多前", ">5 a"), ("5年余", ">5 a"),
    ("半年多前", ">0.5 a"), ("三个多月前", ">3 mo"), ("十多天前", ">10 d"), ("半个多月", ">0.5 mo"),
    ("six months", "6 mo"), ("一年半前", "1.5 a"), ("1年半", "1.5 a"), ("两个半月前", "2.5 mo"), ("一个半星期", "1.5 wk"),
    ("a year and a half ago", "1.5 a"), ("two and a half years ago", "2.5 a"), ("不到一年半", "<1.5 a"),
    ("5 years and 2 months", "62 mo"), ("1 year 6 months", "18 mo"), ("1 year, 6 months ago", "18 mo"), ("一年零三个月", "15 mo"), ("1年3个月前", "15 mo"),
    ("2 weeks and 3 days ago", "17 d"), ("more than 5 years and 2 months", ">62 mo"), ("exactly 5 years ago", "5 a"), ("正好5年前", "5 a"),
    ("never", "never"), ("Never", "never"), ("none", "never"), ("no", "never"), ("从未", "never"), ("无", "never"),
    ("ongoing", "ongoing"), ("still ongoing", "ongoing"), ("currently", "ongoing"), ("仍在持续", "ongoing"), ("目前", "ongoing"),
    ("unknown", "unknown"), ("不详", "unknown"),
]  # fmt: skip
DATES = [
    "2026-08-12", "12.8.2026", "12/08/26", "8/2026", "12/8", "12.8", "12.8.", "2024", "in 2024", "since 2019", "Aug 2026", "August",
    "12 Aug", "on Monday", "last summer", "9 months ago (May)", "20260812", "2024年", "2024年8月", "8月", "八月", "8月12日", "12日", "12号",
    "周三", "星期一", "去年8月",
]  # fmt: skip
REFUSED = [
    ("", "empty", []), ("0", "zero_ago", ["never", "ongoing", "0 d"]),
    ("last week", "vague_ago", []), ("上周", "vague_ago", []), ("last month", "vague_ago", []),
    ("上个月", "vague_ago", []), ("last year", "vague_ago", []), ("去年", "vague_ago", []), ("recently", "vague_ago", []),
    ("about 3 weeks ago", "how_long_ago", ["3 wk"]), ("3周左右", "how_long_ago", ["3 wk"]), ("大约两个月前", "how_long_ago", ["2 mo"]),
    ("a", "how_long_ago", []), ("half a", "how_long_ago", []), ("yes", "how_long_ago", []), ("not yet", "how_long_ago", []), ("a few weeks ago", "unknown_unit", []), ("几周前", "how_long_ago", []),
    ("at least 3 weeks or less", "how_long_ago", []), ("two or three weeks", "unknown_unit", []), ("3-4 weeks", "one_number", []),
    ("1 year 14 months", "unknown_unit", []), ("1 month 3 days", "unknown_unit", []), ("nearly more than 5 years", "not_a_number", []), ("3 m", "unknown_unit", []), ("8月前", "unknown_unit", []),
    ("decades ago", "how_long_ago", []), ("-3 weeks", "sign", []), ("½ year", "digits", []), ("200 years ago", "impossible", ["200 d", "200 wk", "200 mo"]),
    ("x" * 90, "too_long", []),
]  # fmt: skip


def written(answer: Answer) -> str:
    return " ".join(filter(None, encode(answer)))


def ago(value: str, unit: str) -> Measurement:
    return Measurement("=", Decimal(value), unit)


@pytest.mark.parametrize(("typed", "meant"), UNDERSTOOD)
def test_what_can_mean_one_time_is_understood(typed: str, meant: str) -> None:
    reading = read(PROTOCOL, MI, typed)
    assert isinstance(reading, Understood)
    assert [written(answer) for _, answer in reading.given] == [meant]


@pytest.mark.parametrize("typed", DATES)
def test_a_date_is_refused_in_full_or_in_part(typed: str) -> None:
    assert read(PROTOCOL, MI, typed) == Refused("typed_date")


@pytest.mark.parametrize(("typed", "code", "likely"), REFUSED)
def test_what_can_mean_several_times_is_refused_with_what_is_likely(
    typed: str, code: str, likely: list[str]
) -> None:
    reading = read(PROTOCOL, MI, typed)
    assert isinstance(reading, Refused)
    assert reading.code == code
    assert [written(answer) for given in reading.likely for _, answer in given] == likely


@given(
    st.sampled_from(["=", "<", "<=", ">", ">="]),
    st.decimals("0.25", 70, places=2),
    st.sampled_from(sorted(DAYS)),
    st.sampled_from(["en", "zh"]),
)
def test_what_is_said_is_understood_as_the_same(
    relation: Relation, value: Decimal, unit: str, language: str
) -> None:
    answer = Measurement(relation, value, unit)
    assert read(PROTOCOL, MI, describe(MI, answer, language)) == Understood((("last_mi", answer),))


def test_a_number_without_a_unit_is_proposed_in_each() -> None:
    reading = read(PROTOCOL, MI, "3")
    assert isinstance(reading, Proposal)
    assert [describe(MI, given[0][1], "en") for given in reading.candidates] == [
        "3 days ago", "3 weeks ago", "3 months ago", "3 years ago",
    ]  # fmt: skip
    assert propose_again(PROTOCOL, MI, reading.entered) == reading
    assert with_unit(PROTOCOL, MI, reading.entered, "weeks ago") == Understood((("last_mi", ago("3", "wk")),))


def test_a_long_time_is_asked_again() -> None:
    reading = read(PROTOCOL, MI, "99 years ago")
    assert isinstance(reading, Proposal)
    assert reading.why == "unusual"


SAID = [
    (ago("1", "wk"), "1 week ago", "1周前"), (ago("3", "wk"), "3 weeks ago", "3周前"), (ago("2", "mo"), "2 months ago", "2个月前"),
    (ago("1.5", "a"), "1.5 years ago", "1.5年前"), (ago("0", "d"), "0 days ago", "0天前"), (Measurement("<", Decimal(1), "mo"), "<1 months ago", "<1个月前"),
    (Choice("never"), "Never", "从未"), (Choice("ongoing"), "Still ongoing", "仍在持续"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "english", "chinese"), SAID)
def test_it_is_said_as_a_time_ago(answer: Answer, english: str, chinese: str) -> None:
    assert describe(MI, answer, "en") == english
    assert describe(MI, answer, "zh") == chinese


def test_the_example_is_one_that_is_understood() -> None:
    for language in ("en", "zh"):
        for unit in (None, *DAYS):
            assert isinstance(read(PROTOCOL, MI, example(PROTOCOL, MI, unit, language)), Understood)


COMPARED = [
    ("E2", {"last_vaccine": ago("27", "d")}, "failed"), ("E2", {"last_vaccine": ago("4", "wk")}, "met"),
    ("E2", {"last_vaccine": ago("1", "mo")}, "met"), ("E2", {"last_vaccine": Choice("never")}, "met"),
    ("E2", {"last_vaccine": Choice("ongoing")}, "failed"), ("E2", {"last_vaccine": UNKNOWN}, "unknown"),
    ("E2", {"last_vaccine": Measurement("<", Decimal(3), "wk")}, "failed"), ("E2", {"last_vaccine": Measurement("<", Decimal(5), "wk")}, "unknown"),
    ("E2", {"last_vaccine": Measurement(">", Decimal(4), "wk")}, "met"),
    ("E1", {"last_mi": Choice("never"), "last_stroke": ago("5", "mo")}, "failed"), ("E1", {"last_mi": ago("26", "wk"), "last_stroke": ago("6", "mo")}, "failed"),
    ("E1", {"last_mi": ago("6", "mo"), "last_stroke": ago("0.5", "a")}, "met"),
    ("I2", {"last_relapse": Choice("never")}, "failed"), ("I2", {"last_relapse": Choice("ongoing")}, "met"), ("I2", {"last_relapse": ago("2", "a")}, "met"),
    ("I2", {"last_relapse": ago("731", "d")}, "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "answers", "expected"), COMPARED)
def test_never_is_infinitely_long_ago_and_ongoing_is_now(
    code: str, answers: dict[str, Answer], expected: str
) -> None:
    index = PROTOCOL.criteria.index(PROTOCOL.criterion_by_code[code])
    assert status(judge(PROTOCOL, index, effective(PROTOCOL, answers))) == expected


def test_never_has_no_number_and_ongoing_is_0_days() -> None:
    assert compared(MI, Choice("never")) is None
    assert compared(MI, Choice("ongoing")) == (Decimal(0), "d")
    assert compared(MI, ago("3", "wk")) == (Decimal(21), "d")


FAILED = [
    ("E1", {"last_mi": ago("3", "mo")}, "last MI less than 6 months ago", "最近一次心梗距今不足6个月"),
    ("E2", {"last_vaccine": Choice("ongoing")}, "last live vaccine less than 4 weeks ago", "最近一次活疫苗距今不足4周"),
    ("I2", {"last_relapse": ago("3", "a")}, "last relapse at most 24 months (2 years) ago", "最近一次复发距今不超过24个月（2年）"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "answers", "english", "chinese"), FAILED)
def test_what_failed_is_said_with_the_limit(
    code: str, answers: dict[str, Answer], english: str, chinese: str
) -> None:
    criterion, facts = PROTOCOL.criterion_by_code[code], effective(PROTOCOL, answers)
    assert what_failed(PROTOCOL, criterion, facts, "en") == english
    assert what_failed(PROTOCOL, criterion, facts, "zh") == chinese


NAMED = [
    ('last_mi == "never"', "exclusion", Choice("never"), "last MI: Never", "最近一次心梗：从未"),
    ('last_mi != "never"', "inclusion", Choice("never"), "last MI other than Never", "最近一次心梗并非从未"),
    ('last_mi == "ongoing"', "exclusion", Choice("ongoing"), "last MI: Still ongoing", "最近一次心梗：仍在持续"),
    ('last_mi in ("never", "ongoing")', "inclusion", ago("0", "d"), "last MI: Never or Still ongoing", "最近一次心梗：从未或仍在持续"),
    ('last_mi not in ("never", "ongoing")', "exclusion", Measurement(">", Decimal(3), "a"), "last MI other than Never or Still ongoing", "最近一次心梗并非从未或仍在持续"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "kind", "answer", "english", "chinese"), NAMED)
def test_a_rule_may_name_never_and_ongoing(
    rule: str, kind: str, answer: Answer, english: str, chinese: str
) -> None:
    questions = {question.id: question for question in PROTOCOL.questions}
    criterion = replace(PROTOCOL.criterion_by_code["E1"], kind=kind, rule=parse(rule, questions))  # type: ignore[arg-type]
    protocol = replace(PROTOCOL, criteria=(criterion,))
    facts = effective(protocol, {"last_mi": answer})
    assert status(judge(protocol, 0, facts)) == "failed"
    assert what_failed(protocol, criterion, facts, "en") == english
    assert what_failed(protocol, criterion, facts, "zh") == chinese
    assert status(judge(protocol, 0, effective(protocol, {"last_mi": UNKNOWN}))) == "unknown"


def test_only_equality_names_them() -> None:
    questions = {question.id: question for question in PROTOCOL.questions}
    with pytest.raises(RuleError, match="cannot be compared by <"):
        parse('last_mi < "never"', questions)


def test_representatives_stand_on_both_sides_of_the_limit() -> None:
    place = PROTOCOL.position["last_vaccine"]
    index = PROTOCOL.criteria.index(PROTOCOL.criterion_by_code["E2"])
    reached = {
        status(judge(PROTOCOL, index, effective(PROTOCOL, {"last_vaccine": answer})))
        for answer in representatives(PROTOCOL, place)
    }
    assert reached == {"met", "failed", "unknown"}


def test_what_was_so_long_ago_then_is_not_offered_to_a_later_screening() -> None:
    questions = tuple(replace(question, lasting=True) for question in PROTOCOL.questions)
    protocol = replace(PROTOCOL, questions=questions)
    dialogue = begin(protocol)
    for answer in (ago("45", "a"), ago("8", "mo")):
        dialogue.take(Step("answer", dialogue.state, answer))
    assert carried(protocol, {"S01-0001": dialogue}).keys() == {"age"}


REFUSED_KEYS = [
    'possible = ["0", "9"]', 'units = "time"', "example = 3", 'sdtm = { domain = "LB", code = "MI" }', "decimals = 1",
]  # fmt: skip


@pytest.mark.parametrize("line", REFUSED_KEYS)
def test_its_units_and_ranges_are_its_own(line: str) -> None:
    with pytest.raises(ProtocolError, match="which has its units, never and ongoing"):
        parse_protocol(PROTOCOL.text.replace('id = "last_mi"', f'id = "last_mi"\n{line}'), "washouts.toml")


def test_it_is_no_fact_of_a_site() -> None:
    text = PROTOCOL.text.replace('id = "last_mi"', 'id = "last_mi"\nsite_fact = true')
    with pytest.raises(ProtocolError, match="which another day makes longer"):
        parse_protocol(text, "washouts.toml")


SLIPS = {
    'last_vaccine < "never"': 'Please write last_vaccine == "never"',
    'last_vaccine == "Never"': 'Please write last_vaccine == "never"',
    "last_vaccine == never": 'Please write last_vaccine == "never"',
    "last_vaccine": 'Please write, for example, last_vaccine < "6 mo"',
    'last_vaccine < "4 weeks ago"': 'Please write "4 wk"',
    'last_vaccine < "4 m"': "Please use one of: d, wk, mo, a",
    'last_vaccine < "2026-08-12"': 'Please ask how long ago: kind = "since", "6 mo"',
}


@pytest.mark.parametrize(("rule", "remedy"), SLIPS.items(), ids=SLIPS)
def test_a_slip_in_a_rule_is_told_with_what_to_write(rule: str, remedy: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(PROTOCOL.text.replace('last_vaccine < "4 wk"', rule), "washouts.toml")
    assert [fault.remedy for fault in refused.value.faults] == [remedy]


DIAGNOSED = """format = 2
id = "EX-SINCE"
title = "Fictional"
[[question]]
id = "diagnosed"
kind = "since"
ask = "Diagnosed how long ago?"
{}
[[criterion]]
code = "I1"
inclusion = "Diagnosed over a year ago"
rule = '{}'
"""
LONG_AGO = 'diagnosed >= "1 a"'


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ("", ["never", "ongoing"]),
        ("never = false", ["ongoing"]),
        ("ongoing = false", ["never"]),
        ("never = false\nongoing = false", []),
    ],
)
def test_never_and_ongoing_are_answers_unless_the_file_says_that_they_are_none(
    keys: str, codes: list[str]
) -> None:
    protocol = parse_protocol(DIAGNOSED.format(keys, LONG_AGO), "trial.toml")
    asked = protocol.question("diagnosed")
    assert list(asked.shortcut_by_code) == codes
    for word, code in (("never", "never"), ("仍在持续", "ongoing")):
        said = read(protocol, asked, word)
        assert isinstance(said, Understood if code in codes else Refused)
    zero = read(protocol, asked, "0")
    assert isinstance(zero, Refused)
    assert [written(given[0][1]) for given in zero.likely] == [*codes, "0 d"]


def test_a_rule_cannot_name_an_answer_that_is_none() -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(DIAGNOSED.format("never = false", 'diagnosed == "never"'), "trial.toml")
    (fault,) = refused.value.faults
    assert fault.fault == "never is no answer of diagnosed"


def test_what_is_no_time_has_neither() -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(
            DIAGNOSED.replace('"since"', '"yes_no"').format("never = false", "diagnosed"), "trial.toml"
        )
    assert [fault.place for fault in refused.value.faults] == ["question diagnosed: never"]


TWO = """format = 2
id = "EX-TWO"
title = {{ en = "Fictional", zh = "虚构" }}
languages = ["en", "zh"]
[[criterion]]
code = "E1"
exclusion = "Words"
rule = 'last_exacerbation {} last_chemotherapy'
"""
OF_TWO = {
    "<": ("more recent than", "晚于"),
    "<=": ("at most as long ago as", "不早于"),
    ">": ("longer ago than", "早于"),
    ">=": ("at least as long ago as", "不晚于"),
    "==": ("as long ago as", "距今一样久"),
    "!=": ("not as long ago as", "距今不一样久"),
}


@pytest.mark.parametrize("sign", OF_TWO)
def test_of_two_times_it_is_said_which_was_later_and_nothing_is_below_another(sign: str) -> None:
    trial = parse_protocol(TWO.format(sign), "two.toml")
    (criterion,) = trial.criteria
    facts = [ago("2" if q.id == "last_exacerbation" else "1", "mo") for q in trial.questions]
    for language, said in zip(("en", "zh"), OF_TWO[sign], strict=True):
        one, other = (
            trial.question(f"last_{each}").name[language] for each in ("exacerbation", "chemotherapy")
        )
        for told in (
            what_failed(trial, criterion, facts, language),
            read_back(trial, criterion, language).text,
        ):
            assert said in told
            assert told.index(one) < told.index(other)
            assert "below" not in told
