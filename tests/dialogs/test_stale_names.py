"""A name that says a number of before is told by `check` and by `compare`; one that says another thing is not."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.amendments import told_only
from dialogs.amendments.sentences import Sentences
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.loading.catalogue import entries
from dialogs.loading.samples import sample
from dialogs.stale_names import stale_names
from dialogs.warnings import warnings
from tests.dialogs.test_format import HEAD

_TRIAL: Final = """
[[question]]
id = "few_platelets"
ask = {ask}
short = {short}

[[criterion]]
code = "E1"
name = {name}
exclusion = {source}
rule = {rule}
"""
_OF_A_LIMIT: Final = """
[[question]]
use = "{use}"
short = "{short}"

[[criterion]]
code = "E1"
exclusion = "As in the protocol"
rule = '{rule}'
"""


def _asked(
    number: object, short: str = "few platelets", name: str = "Few platelets", rule: str = "few_platelets"
) -> str:
    values = {"ask": f"Platelets below {number}?", "source": f"Platelets below {number}"}
    values |= {"short": short, "name": name, "rule": rule}
    return HEAD + _TRIAL.format(**{key: f'"{value}"' for key, value in values.items()})


def _told(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.name, each.numbers) for each in stale_names(parse_protocol(text, "trial.toml"))]


@pytest.mark.parametrize(
    ("short", "numbers"),
    [
        ("Platelets < 50", ("50",)),
        ("Platelets < 30", ()),
        ("platelets below thirty", ()),
        ("Platelets <50 ×10⁹/L (or 20)", ("50", "20")),
        ("血小板<５０", ("50",)),
        ("Platelets < 50,000", ("50,000",)),
        ("PLT-50 after 5-FU, HbA1c and 3TC, 10^9/L, 10*9/L", ()),
    ],
)
def test_a_number_of_a_name_that_nothing_else_has_is_found(short: str, numbers: tuple[str, ...]) -> None:
    assert _told(_asked(30, short)) == ([("few_platelets", numbers)] if numbers else [])


def test_so_is_one_of_the_name_of_a_criterion() -> None:
    assert _told(_asked(30, name="Platelets below 50")) == [("E1", ("50",))]
    assert _told(_asked("30 (50 in children)", name="Platelets below 50")) == []


def test_so_is_one_of_our_reading_of_it() -> None:
    read = _asked(30, name="Platelets below 50") + 'reading = "Fewer than 50 by the newest count."\n'
    assert _told(read) == [("E1", ("50",)), ("E1", ("50",))], "neither is known by the other"
    assert _told(_asked(30) + 'reading = "Fewer than 30 by the newest count."\n') == []


def test_a_name_says_nothing_else_than_words_without_numbers() -> None:
    assert _told(_asked("the limit", "Platelets < 50")) == []


LIMITS: Final = {
    "hemoglobin, as written": ("hemoglobin", "Hb < 80", 'hemoglobin < "80 g/L"', ()),
    "hemoglobin in another unit": ("hemoglobin", "Hb < 8 g/dL", 'hemoglobin < "80 g/L"', ()),
    "hemoglobin of before": ("hemoglobin", "Hb < 9 g/dL", 'hemoglobin < "80 g/L"', ("9",)),
    "creatinine, rounded": ("creatinine", "Creatinine > 106", 'creatinine > "1.2 mg/dL"', ()),
    "creatinine, more exactly than it is": ("creatinine", "Creatinine > 106.5", 'creatinine > "1.2 mg/dL"', ("106.5",)),
    "a time in weeks": ("last_major_surgery", "Surgery < 26 weeks", 'last_major_surgery < "6 mo"', ()),
    "a time of before": ("last_major_surgery", "Surgery < 3 months", 'last_major_surgery < "6 mo"', ("3",)),
}  # fmt: skip


@pytest.mark.parametrize(("use", "short", "rule", "numbers"), LIMITS.values(), ids=LIMITS)
def test_a_limit_is_known_in_every_unit(use: str, short: str, rule: str, numbers: tuple[str, ...]) -> None:
    found = _told(HEAD + _OF_A_LIMIT.format(use=use, short=short, rule=rule))
    assert found == ([(use, numbers)] if numbers else [])


def test_nothing_of_ours_is_named_by_numbers_of_before() -> None:
    catalogue = [parse_protocol(HEAD + sample(name), f"{name}.toml") for name in entries()]
    assert len(catalogue) > 100
    for trial in (*map(load, shipped_protocols()), *catalogue):
        assert [*stale_names(trial)] == []


def test_check_says_what_to_do() -> None:
    trial = parse_protocol(_asked(30, "Platelets < 50", "Platelets below 50"), "trial.toml")
    told = [str(each) for each in warnings(trial, 100, 4096) if "nowhere" in each.fault]
    end = "but what is asked and judged has 30, and 50 nowhere. Please write there what holds now"
    assert told == [
        f'question few_platelets: short: is "Platelets < 50", {end}',
        f'criterion E1: name: is "Platelets below 50", {end}',
    ]


def test_compare_says_which_reading_an_amendment_left_as_it_was() -> None:
    reading = 'reading = "Fewer than 50 by the newest count."\n'
    old, new = (parse_protocol(_asked(number) + reading, "t.toml") for number in (50, 30))
    said = "The reading is still “Fewer than 50 by the newest count.”, and nothing else says 50 now."
    assert said in Sentences(told_only(old, new, "en"), "en").told()["E1"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The name is still “Platelets < 50”, and nothing else says 50 now."),
        ("zh", "名称仍为“Platelets < 50”，而别处已没有50。"),
    ],
)
def test_compare_says_which_name_an_amendment_left_as_it_was(language: str, said: str) -> None:
    old, new = (parse_protocol(_asked(number, "Platelets < 50"), "t.toml") for number in (50, 30))
    heading = "Question few_platelets" if language == "en" else "问题few_platelets"
    assert said in Sentences(told_only(old, new, language), language).told()[heading]
    assert Sentences(told_only(new, new, language), language).told() == {}, "it was so before"
