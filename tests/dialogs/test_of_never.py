"""Limits of time that *Never* passes: noted with both ways to write them, and a rule that says it is read as plainly."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import effective, judge, status
from dialogs.loading import parse_protocol
from dialogs.of_never import never_passes
from dialogs.progress import Progress
from dialogs.protocol import Protocol
from dialogs.reading import Understood, read
from dialogs.reading_back import read_back
from dialogs.reasons import what_failed
from dialogs.warnings import warnings

FILE = """format = 2
id = "EX-NEVER"
version = "1"
languages = ["en"]
title = "Fictional"
{parts}
[catalogue]
stroke = {{ kind = "since", ask = "Last stroke: how long ago?", short = "last stroke" }}
drug = {{ kind = "since", ask = "Last drug: how long ago?", short = "last drug" }}
diagnosed = {{ kind = "since", ask = "Diagnosed how long ago?", short = "diagnosed", never = false }}
age = {{ use = "age_years" }}
smoker = {{ ask = "Smoker?", short = "smoker" }}

"""
CRITERION = """
[[criterion]]
code = "{code}"
{kind} = "Words of the record"
rule = '{rule}'
"""


def trial(*criteria: tuple[str, str], parts: str = "") -> Protocol:
    numbered = enumerate(criteria, 1)
    text = (
        CRITERION.format(code=f"{kind[0].upper()}{at}", kind=kind, rule=rule) for at, (kind, rule) in numbered
    )
    return parse_protocol(FILE.format(parts=parts) + "".join(text), "trial.toml")


TIMES: tuple[Answer, ...] = (
    *(Choice(code) for code in ("never", "ongoing")),
    *(Measurement("=", Decimal(value), unit) for value, unit in ((20, "d"), (7, "mo"), (6, "a"))),
)
NOTED = {
    "a washout or an event": ("inclusion", 'stroke >= "6 mo"', 'stroke >= "6 mo"', "stroke"),
    "above": ("inclusion", 'stroke > "100 d"', 'stroke > "100 d"', "stroke"),
    "in each unit": ("inclusion", 'stroke >= "6 mo = 26 wk = 182 d"', 'stroke >= "6 mo = 26 wk = 182 d"', "stroke"),
    "denied": ("inclusion", 'not stroke < "6 mo"', 'stroke >= "6 mo"', "stroke"),
    "in part of a rule": ("inclusion", 'smoker or age > "20 a" and stroke >= "6 mo"', 'stroke >= "6 mo"', "stroke"),
    "of some": ("inclusion", 'at_least(2, smoker, stroke >= "6 mo", age > "20 a")', 'stroke >= "6 mo"', "stroke"),
    "an exclusion": ("exclusion", 'stroke > "5 a"', 'stroke > "5 a"', "stroke"),
    "two times": ("inclusion", "stroke < drug", "stroke < drug", "drug"),
    "two times, turned": ("exclusion", "stroke >= drug", "stroke >= drug", "stroke"),
    "ongoing is named": ("inclusion", 'stroke >= "6 mo" and stroke != "ongoing"', 'stroke >= "6 mo"', "stroke"),
}  # fmt: skip
SILENT = {
    "a washout that says so": ("inclusion", 'stroke >= "6 mo" or stroke == "never"'),
    "an event that says so": ("inclusion", 'stroke >= "6 mo" and stroke != "never"'),
    "with others": ("inclusion", 'smoker and (stroke >= "6 mo" or stroke in ("never", "ongoing"))'),
    "two times that say so": ("inclusion", 'stroke < drug and drug != "never"'),
    "within": ("exclusion", 'stroke < "6 mo"'),
    "an event within": ("inclusion", 'stroke <= "5 a"'),
    "between": ("inclusion", '"6 mo" <= stroke <= "5 a"'),
    "what everybody had": ("inclusion", 'diagnosed >= "1 a"'),
    "an age": ("inclusion", 'age >= "18 a"'),
    "two times, the later of which everybody had": ("inclusion", "stroke < diagnosed"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "rule", "limit", "name"), NOTED.values(), ids=NOTED)
def test_a_limit_that_never_passes_is_noted_with_both_ways_to_write_it(
    kind: str, rule: str, limit: str, name: str
) -> None:
    protocol = trial((kind, rule))
    (note,) = never_passes(protocol)
    fits, event = f'({limit} or {name} == "never"', f'({limit} and {name} != "never")'
    assert note.place == f"criterion {protocol.criteria[0].code}: rule"
    assert event in note.remedy
    washout = note.remedy.partition("Please write ")[2].partition(" if it should")[0]
    assert washout.startswith(fits)
    written = rule.replace("not stroke <", "stroke >=")
    as_before, without = (trial((kind, written.replace(limit, each))) for each in (washout, event))
    assert not [*never_passes(as_before), *never_passes(without)]
    assert any("never" in each.fault for each in warnings(protocol, 100, 4096))
    never = {each: Choice("never") for each in ("stroke", "drug")}
    for one, other in product(TIMES, TIMES):
        facts = effective(protocol, {"stroke": one, "drug": other, "smoker": Choice("yes")})
        assert judge(as_before, 0, facts) == judge(protocol, 0, facts)
        if {"stroke": one, "drug": other}[name] != never[name]:
            assert judge(without, 0, facts) == judge(protocol, 0, facts)


@pytest.mark.parametrize(("kind", "rule"), SILENT.values(), ids=SILENT)
def test_a_rule_that_has_decided_it_is_not_noted(kind: str, rule: str) -> None:
    assert [*never_passes(trial((kind, rule)))] == []


def test_another_criterion_may_have_decided_it() -> None:
    limit = ("inclusion", 'stroke >= "6 mo"')
    assert [*never_passes(trial(limit, ("inclusion", 'stroke != "never"')))] == []
    assert [*never_passes(trial(limit, ("exclusion", 'stroke > "5 a" or stroke == "never"')))] == []
    assert len([*never_passes(trial(limit, ("inclusion", "smoker")))]) == 1


PARTS = '[[part]]\ncode = "A"\nname = "A"\n[[part]]\ncode = "B"\nname = "B"\n'


def test_one_of_another_part_has_not() -> None:
    of_b = ("inclusion", 'stroke != "never"')
    protocol = trial(("inclusion", 'stroke >= "6 mo"'), of_b, ("inclusion", 'age >= "18 a"'), parts=PARTS)
    for its, noted in (("A", 1), ("B", 0)):
        text = protocol.text.replace('code = "I1"', f'code = "I1"\nparts = ["{its}"]')
        text = text.replace('code = "I2"', 'code = "I2"\nparts = ["B"]')
        text = text.replace('code = "I3"', 'code = "I3"\nparts = ["A"]')
        assert len([*never_passes(parse_protocol(text, "trial.toml"))]) == noted


WASHOUT, EVENT = 'drug >= "4 wk" or drug == "never"', 'stroke >= "6 mo" and stroke != "never"'
READ_BACK = {
    'drug >= "4 wk"': ["Met if: last drug at least 4 weeks ago, or “Never”"],
    WASHOUT: ["Met if: last drug at least 4 weeks ago, or “Never”"],
    f"not ({WASHOUT.replace('>=', '<').replace('==', '!=').replace(' or ', ' and ')})": ["Met if: last drug at least 4 weeks ago, or “Never”"],
    EVENT: ["Met if: all of these hold", "  - last stroke at least 6 months ago", "  - last stroke: not “Never”"],
    f"({WASHOUT}) and smoker": ["Met if: all of these hold", "  - last drug at least 4 weeks ago, or “Never”", "  - smoker: “Yes”"],
    'drug < "4 wk" or drug == "never"': ["Met if: at least one of these holds", "  - last drug less than 4 weeks ago, or “Still ongoing”", "  - last drug: “Never”"],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "lines"), READ_BACK.items(), ids=READ_BACK)
def test_it_is_read_back_once(rule: str, lines: list[str]) -> None:
    protocol = trial(("inclusion", rule))
    assert [*read_back(protocol, protocol.criteria[0], "en").lines()] == lines


FAILED = [
    ("inclusion", WASHOUT, "2 wk", "last drug at least 4 weeks (28 days) ago"),
    ("inclusion", WASHOUT, "ongoing", "last drug at least 4 weeks ago"),
    ("inclusion", EVENT, "2 mo", "last stroke at least 6 months ago"),
    ("inclusion", EVENT, "never", "last stroke other than Never"),
    ("exclusion", 'stroke > "5 a" or stroke == "never"', "never", "last stroke: Never"),
    ("exclusion", 'stroke > "5 a" or stroke == "never"', "6 a", "last stroke more than 5 years ago"),
    ("exclusion", 'stroke > "5 a" and stroke != "never"', "6 a", "last stroke more than 5 years ago"),
    ("inclusion", 'drug < "4 wk" or drug == "ongoing"', "never", "last drug less than 4 weeks ago, or last drug: Still ongoing"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rule", "typed", "said"), FAILED)
def test_what_failed_names_the_limit_or_never_and_not_both(
    kind: str, rule: str, typed: str, said: str
) -> None:
    protocol = trial((kind, rule))
    name = "drug" if "drug" in rule else "stroke"
    reading = read(protocol, protocol.question(name), typed)
    assert isinstance(reading, Understood)
    facts = effective(protocol, dict(reading.given))
    assert status(judge(protocol, 0, facts)) == "failed"
    assert what_failed(protocol, protocol.criteria[0], facts, "en").replace(" (28 days)", "") == said.replace(
        " (28 days)", ""
    )


PLAIN = (("inclusion", 'drug >= "4 wk"'), ("exclusion", 'smoker and not drug >= "30 d"'))
STATED = tuple((kind, rule.replace('drug >= "4 wk"', f"({WASHOUT})")) for kind, rule in PLAIN)
ANSWERS: list[Answer] = [Choice("never"), Choice("ongoing"), UNKNOWN]


def test_a_stated_never_of_a_washout_changes_nothing_of_a_dialogue() -> None:
    plain, stated = trial(*PLAIN), trial(*STATED)
    typed = [read(plain, plain.question("drug"), text) for text in ("3 wk", "4 wk", "29 d", ">2 wk", "2 a")]
    drugs = [*ANSWERS, *(reading.given[0][1] for reading in typed if isinstance(reading, Understood))]
    assert len(drugs) == 8
    for drug, smoker in product(drugs, (Choice("yes"), Choice("no"), UNKNOWN)):
        both = [Progress(each, {"drug": drug, "smoker": smoker}) for each in (plain, stated)]
        one, other = (
            (p.verdict, p.failed_codes, p.applied, p.remaining, p.missing, p.follow_up()) for p in both
        )
        assert one == other


def test_a_stated_never_is_no_nuisance_to_the_checks() -> None:
    for rule in (WASHOUT, EVENT, f"smoker or {WASHOUT}", f"smoker and {EVENT}"):
        assert (
            warnings(
                trial(("inclusion", rule.replace("6 mo", "180 d")), ("inclusion", 'age >= "18 a"')), 100, 4096
            )
            == []
        )
