"""Which lines of the record a criterion stands under, and that reviews and comparisons rest on these."""

from __future__ import annotations

import pytest

from dialogs.amendments import told_only
from dialogs.amendments.rejudging import rejudged
from dialogs.answers import Answer, Choice
from dialogs.headings import headings_of
from dialogs.loading import parse_protocol
from dialogs.loading.fingerprints import fingerprint

LAYOUTS = {
    "down to the next line": (
        ["Within 6 months:", "E1", "E2", "Within 4 weeks:", "E3"],
        {"E1": "Within 6 months:", "E2": "Within 6 months:", "E3": "Within 4 weeks:"},
    ),
    "several lines": (["Exclusions", "Within 4 weeks:", "E1"], {"E1": "Exclusions Within 4 weeks:"}),
    "one of several by the code": (
        ["Within 4 weeks:", "E1a", "of these drugs:", "E1b", "E1c", "E2", "Known:", "E3.1", "E4"],
        {
            "E1a": "Within 4 weeks:",
            "E1b": "Within 4 weeks: of these drugs:",
            "E1c": "Within 4 weeks: of these drugs:",
            "E2": "",
            "E3.1": "Known:",
            "E4": "",
        },
    ),
    "of its side": (
        ["In:", "I1", "Out:", "E1", "I2", "E2"],
        {"I1": "In:", "E1": "Out:", "I2": "In:", "E2": "Out:"},
    ),
    "not the list of the criterion above": (
        ["In:", "I1:", "Fever", "Cough", "I2", "Within 4 weeks:", "I3"],
        {"I1:": "In:", "I2": "In:", "I3": "Within 4 weeks:"},
    ),
    "below the last criterion": (["I1", "The end."], {"I1": ""}),
}


@pytest.mark.parametrize(("lines", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_criterion_stands_under_the_lines_above_it(lines: list[str], expected: dict[str, str]) -> None:
    entries = [
        (each[0] if each in expected else None, each if each in expected else "", each) for each in lines
    ]
    assert dict(zip(expected, map(" ".join, headings_of(entries)), strict=True)) == expected


TRIAL = """
format = 2
id = "EX-HEADED"
version = "1"
title = "Made up"

[[criterion]]
line = "Within 4 weeks before enrolment:"

[[criterion]]
code = "E1a"
exclusion = "major surgery"
rule = 'surgery < "4 wk"'

[[criterion]]
code = "E1b"
exclusion = "a live vaccine"

[[criterion]]
code = "E2"
exclusion = "Gout"

[[question]]
id = "surgery"
kind = "since"
ask = "Last major surgery?"
"""
CODES = ("E1a", "E1b", "E2")
LATER = TRIAL.replace("4 weeks", "12 weeks")
MOVED = TRIAL.replace("E2", "E0").replace("E1a", "E2a").replace("E1b", "E2b")


def test_a_fingerprint_is_also_of_the_lines_that_a_criterion_stands_under() -> None:
    before, later = ([fingerprint(text, code) for code in CODES] for text in (TRIAL, LATER))
    assert [one == other for one, other in zip(before, later, strict=True)] == [False, False, True]
    assert fingerprint(MOVED, "E2a") == fingerprint(TRIAL, "E1a"), "only renumbered"
    bare = TRIAL.replace('[[criterion]]\nline = "Within 4 weeks before enrolment:"\n', "")
    assert fingerprint(bare, "E1a") != fingerprint(TRIAL, "E1a"), "a line that is new"


@pytest.mark.parametrize("of", ["ec289a37", "402baab6"])
def test_a_review_of_an_earlier_form_is_still_one(of: str) -> None:
    reviewed = TRIAL.replace(
        'code = "E1b"', f'code = "E1b"\nreviewed = [{{ by = "LW", on = "2026-11-26", of = "{of}" }}]'
    )
    reviewed = reviewed.replace("title", "reviews = 1\ntitle", 1)
    waiting = [each.code for each in parse_protocol(reviewed, "trial.toml").open_reviews]
    assert waiting == ["E1a", "E2"]


def test_a_heading_that_changed_is_told_of_each_criterion_below_it_and_its_screenings_are_to_be_looked_at() -> (
    None
):
    amendment = told_only(parse_protocol(TRIAL, "old"), parse_protocol(LATER, "new"), "en")
    told = {(each.about, each.name, each.key): each.values for each in amendment.changes}
    changed = {"changed": "Within [4 → 12] weeks before enrolment:"}
    assert told == {
        ("criterion", "E1a", "heading"): changed,
        ("criterion", "E1a", "rule_stayed"): {},
        ("criterion", "E1b", "heading"): changed,
        ("criterion", "E1b", "question_stayed"): {},
        ("line", "", "reworded"): changed,
    }
    fit: dict[str, Answer] = {"surgery": Choice("never"), "e1b": Choice("no"), "e2": Choice("no")}
    assert rejudged(amendment.matching, fit).by_old_words == ("E1a", "E1b")
    assert rejudged(amendment.matching, fit | {"e2": Choice("yes")}).by_old_words == ()
