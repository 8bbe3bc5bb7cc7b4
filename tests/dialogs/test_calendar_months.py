"""Limits in months: the note on a fictional trial that calls for it, and what it proposes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reviewing.facts import Telling
from dialogs.answers import Answer, Measurement
from dialogs.calendar_months import limits_of_time
from dialogs.loading import parse_protocol
from dialogs.loading.editing import accepted
from dialogs.rules.judgement import FALSE
from tests.dialogs.test_warnings import HEAD, QUESTIONS, criterion, warned

TIMED = """
[[question]]
id = "ill"
ask = "Ill: how long ago?"
kind = "since"
"""


MONTH, YEAR = "month counts as 30.4375 d", "year counts as 365.25 d"
DAYS = {"d": Decimal(1), "wk": Decimal(7), "mo": Decimal("30.4375"), "a": Decimal("365.25")}


def told(*rules: str) -> list[tuple[str, str, str]]:
    criteria = (criterion(rule).replace("X1", f"X{number}") for number, rule in enumerate(rules, 1))
    said = ("counts as less", "judged differently")
    found = warned(TIMED, *criteria)
    return [
        (each.place, each.fault, each.remedy) for each in found if any(part in each.fault for part in said)
    ]


def test_each_limit_in_months_is_told_once_with_what_to_write_for_it() -> None:
    assert told('ill < "6 mo" or ill >= "5 a"', 'ill < "4 mo"', 'ill < "6 mo"', 'ill < "5 a = 60 mo"') == [
        (
            f"criterion {code}: rule",
            f'{short} counts as less than "{limit}", as a {counts}{also}',
            f'Please write "{instead}" if that is meant to be as long',
        )
        for code, limit, short, counts, instead, also in (
            ("X1", "6 mo", "26 wk", MONTH, "6 mo = 26 wk = 182 d", "; so in X3"),
            ("X1", "5 a", "1826 d", YEAR, "5 a = 1826 d", ""),
            ("X2", "4 mo", "121 d", MONTH, "4 mo = 121 d", ""),
            ("X4", "5 a", "1826 d", YEAR, "5 a = 60 mo = 1826 d", ""),
        )
    ]


@pytest.mark.parametrize(
    "rule",
    [
        'ill < "26 wk"',
        'ill < "6 mo = 26 wk = 182 d"',
        'ill < "180 d = 26 wk = 6 mo"',
        'ill < "4 wk = 28 d = 1 mo"',
        'ill <= "6 mo"',
        'ill < "5 a = 1826 d"',
        'ill < "4 a"',
        'ill > "6 mo"',
        'age >= "18 a"',
    ],
)
def test_nothing_is_said_of_limits_that_mean_what_they_say(rule: str) -> None:
    assert not told(rule)


@pytest.mark.parametrize(
    ("limit", "weeks", "instead"),
    [
        ("4 mo = 17 wk = 121 d", 17, "4 mo = 121 d"),
        ("1 a = 52 wk = 365 d", 52, "1 a = 365 d"),
        ("5 a = 260 wk = 1826 d", 260, "5 a = 1826 d"),
        ("5 a = 260 wk", 260, "5 a = 1826 d"),
        ("260 wk = 1826 d", 260, "1826 d"),
        ("5 wk = 28 d", 4, "35 d"),
        ("6 mo = 180 d", 26, "6 mo = 26 wk = 180 d"),
        ("6 mo = 26 wk", 26, "6 mo = 26 wk = 182 d"),
    ],
)
def test_limits_by_which_the_same_time_is_judged_in_two_ways_are_told(
    limit: str, weeks: int, instead: str
) -> None:
    fault = f"{weeks} wk and {weeks * 7} d are as long, and are judged differently"
    assert told(f'ill < "{limit}"') == [("criterion X1: rule", fault, f'Please write "{instead}"')]
    assert not told(f'ill < "{instead}"')


@given(
    number=st.integers(1, 60),
    unit=st.sampled_from(["mo", "a"]),
    operator=st.sampled_from(["<", ">="]),
    own=st.sampled_from(["", " = {} d", " = {} wk"]),
    given_in=st.integers(1, 9000),
)
@settings(max_examples=60, deadline=None)
def test_by_what_is_proposed_the_same_time_comes_to_the_same(
    number: int, unit: str, operator: str, own: str, given_in: int
) -> None:
    """Whatever a note proposes, of months alone or of limits that do not agree, is told no more when it is pasted."""
    near = int(number * DAYS[unit]) // (7 if "wk" in own else 1)
    found = told(f'ill {operator} "{number} {unit}{own.format(max(near - given_in % 4, 1))}"')
    if not found:
        return
    proposed = found[0][2].split('"')[1]
    rule = f'ill {operator} "{proposed}"'
    assert not told(rule)
    judged: dict[Decimal, set[object]] = {}
    protocol = parse_protocol("\n".join((HEAD + QUESTIONS, TIMED, criterion(rule))), "trial.toml")
    for days, answer in answers_around(number * DAYS[unit]):
        facts: list[Answer | None] = [None] * len(protocol.questions)
        facts[protocol.position["ill"]] = answer
        judged.setdefault(days, set()).add(protocol.criterion_by_code["X1"].rule.judge(facts).high)
    assert max(map(len, judged.values())) == 1
    assert len(judged) < len(list(answers_around(number * DAYS[unit])))


def answers_around(limit: Decimal) -> Iterator[tuple[Decimal, Measurement]]:
    """Yield whole numbers of each unit within a few months of a limit, with the days that they come to."""
    for unit, days in DAYS.items():
        middle = int(limit / days)
        for number in range(max(middle - 70, 0), middle + 70):
            yield number * days, Measurement("=", Decimal(number), unit)


LIMITS = [
    *(f"{number} a" for number in range(1, 11)),
    *(f"{number} mo" for number in range(1, 25)),
    *(f"{number} wk" for number in range(1, 27)),
]


def test_whoever_writes_what_a_note_proposes_lets_in_nobody_who_is_short_of_the_limit_by_a_day() -> None:
    """Years, months and weeks, alone and beside weeks and days that are near them; the longest of them counts."""
    proposed = 0
    for limit in LIMITS:
        number, unit = limit.split()
        days = int(number) * DAYS[unit]
        weeks, whole = int(days / 7), int(days)
        beside = ["", f" = {weeks} wk", f" = {whole} d", f" = {weeks} wk = {whole} d", f" = {whole + 3} d"]
        for own in beside if unit != "wk" else ["", *(f" = {whole + more} d" for more in range(-3, 4))]:
            found = told(f'ill < "{limit}{own}"')
            if found:
                proposed += 1
                instead = found[0][2].split('"')[1]
                shortest = min(int(each.split()[0]) * DAYS[each.split()[1]] for each in instead.split(" = "))
                assert shortest > days - 1, f"{limit}{own}"
                assert not told(f'ill < "{instead}"')
    assert proposed > len(LIMITS)


@pytest.mark.parametrize("limit", ["1 mo", "3 mo", "6 mo", "1 a", "5 a"])
def test_what_the_note_proposes_is_as_long_as_the_limit(limit: str) -> None:
    ((_, _, remedy),) = told(f'ill < "{limit}"')
    proposed = remedy.split('"')[1]
    text = "\n".join((HEAD + QUESTIONS, TIMED, criterion(f'ill < "{proposed}"')))
    protocol = parse_protocol(text, "trial.toml")
    rule, ill = protocol.criterion_by_code["X1"].rule, protocol.position["ill"]
    for each in proposed.split(" = "):
        number, unit = each.split()
        facts: list[Measurement | None] = [None] * len(protocol.questions)
        facts[ill] = Measurement("=", Decimal(number), unit)
        assert rule.judge(facts).high == FALSE


def test_a_limit_of_a_draft_is_settled_by_writing_it_out_or_by_a_review() -> None:
    draft = criterion('ill < "6 mo"') + 'review = "read as a time"\n'
    text = "\n".join((HEAD + QUESTIONS, TIMED, draft))
    (note,) = limits_of_time(parse_protocol(text, "x"))
    assert note.remedy == (
        'Please write "6 mo = 26 wk = 182 d" if that is meant to be as long, '
        "or else accept the rule in `prescreen protocol review`"
    )
    reviewed = accepted(text, "X1", "LW", "2026-11-26")
    assert not [*limits_of_time(parse_protocol(reviewed, "x"))]
    changed = reviewed.replace("'ill < \"6 mo\"'", "'ill < \"8 mo\"'")
    assert changed != reviewed
    assert [each.remedy.split('"')[1] for each in limits_of_time(parse_protocol(changed, "x"))] == [
        "8 mo = 243 d"
    ]


def test_who_reviews_such_a_limit_reads_it_in_every_unit() -> None:
    protocol = parse_protocol("\n".join((HEAD + QUESTIONS, TIMED, criterion('ill < "6 mo"'))), "x")
    limits = [
        line
        for fact in Telling(protocol, "en").facts(protocol.criterion_by_code["X1"], ["limits"])
        for line in fact.lines
    ]
    assert limits == ["Ill: how long ago: 6 months = 182.625 days ≈ 26.09 weeks"]
