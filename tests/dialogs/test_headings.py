"""Which lines of the record a criterion stands under, and that reviews and comparisons rest on these."""

from __future__ import annotations

import pytest

from dialogs.amendments import told_only
from dialogs.amendments.rejudging import rejudged
from dialogs.answers import Answer, Choice
from dialogs.headings import headings_of
from dialogs.loading import parse_protocol, parse_stored
from dialogs.loading.fingerprints import fingerprint
from dialogs.loading.ruleless import UNDER_LINES

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
        ("line", "", "reworded"): changed,
        ("question", "e1b", "reworded"): {
            "changed": "Is this true of the patient?\n“" + changed["changed"] + " a live vaccine”"
        },
    }
    fit: dict[str, Answer] = {"surgery": Choice("never"), "e1b": Choice("no"), "e2": Choice("no")}
    assert rejudged(amendment.matching, fit).by_old_words == ("E1a",)
    assert rejudged(amendment.matching, fit).needed == ("e1b",), "an answer to other words is none"
    assert rejudged(amendment.matching, fit | {"e2": Choice("yes")}).by_old_words == ()


WEEKS = "Within 4 weeks before enrolment:"
SURGERY = "Is this true of the patient?\n“Major surgery”"
TIMED = f"Is this true of the patient?\n“{WEEKS} Major surgery”"
PERHAPS = f"In the record below “{WEEKS}”, which may hold here, too.\n{SURGERY}"
ASKED = {
    "next below it": (["line " + WEEKS, "exclusion Major surgery"], TIMED),
    "by its letter": (["line " + WEEKS, "exclusion E1a Vaccine", "exclusion E1b Major surgery"], TIMED),
    "further below": (["line " + WEEKS, "exclusion Vaccine", "exclusion Major surgery"], PERHAPS),
    "below a title": (["line Key exclusion criteria:", "exclusion Major surgery"], SURGERY),
    "below a title and a line": (
        ["line Exclusion criteria:", "line " + WEEKS, "exclusion Major surgery"],
        TIMED,
    ),
    "below an item": (["line " + WEEKS, "line gout", "exclusion Major surgery"], SURGERY),
    "below what must not be": (["line Patients must not have:", "exclusion Major surgery"], SURGERY),
    "below what is ruled out": (["line Excluded if any of these:", "exclusion Major surgery"], SURGERY),
    "required below what must not be": (
        ["line Patients must not have had:", "inclusion Major surgery"],
        "Is this true of the patient?\n“Patients must not have had: Major surgery”",
    ),
    "below what is not borne": (
        ["line Cannot tolerate:", "exclusion Major surgery"],
        "Is this true of the patient?\n“Cannot tolerate: Major surgery”",
    ),
    "below what must be": (
        ["line Patients must meet all of the following:", "inclusion Major surgery"],
        SURGERY,
    ),
    "by numbers that count all": (
        ["line Within 6 months:", "exclusion 3.1 Vaccine", "line " + WEEKS, "exclusion 3.2 Major surgery"],
        TIMED,
    ),
    "below a line that names a part": (["line For cohort A:", "exclusion Major surgery"], SURGERY),
    "below the name of a part": (["line Cohort A:", "exclusion Major surgery"], SURGERY),
    "below a Chinese line": (
        ["line 筛选前4周内：", "exclusion Major surgery"],
        "Is this true of the patient?\n“筛选前4周内：Major surgery”",
    ),
    "below a Chinese line of what must not be": (
        ["line 患者不得有以下情况：", "exclusion Major surgery"],
        SURGERY,
    ),
}


def made_of(rows: list[str]) -> str:
    """Return a file with a criterion or line for each row: which it is, perhaps its code, its words."""
    found = 'format = 2\nid = "EX-LINES"\ntitle = "Made up"\n[[part]]\ncode = "A"\nname = "Cohort A"\n'
    for key, words in (row.split(" ", 1) for row in rows):
        code, _, rest = words.partition(" ")
        coded = (f'code = "{code}"\n', rest) if code in ("E1a", "E1b", "3.1", "3.2") else ("", words)
        found += f'[[criterion]]\n{coded[0]}{key} = "{coded[1]}"\n'
    return found


@pytest.mark.parametrize(("rows", "asked"), ASKED.values(), ids=ASKED)
def test_a_criterion_without_a_rule_is_asked_with_the_lines_that_lead_on_to_it(
    rows: list[str], asked: str
) -> None:
    assert parse_protocol(made_of(rows), "new").questions[-1].ask["en"] == asked


def test_what_was_stored_before_is_asked_as_it_was_and_its_answers_are_none_to_the_words_of_now() -> None:
    text = made_of(["line " + WEEKS, "exclusion Major surgery"])
    now, before = parse_protocol(text, "new"), parse_stored(text, "stored")
    assert before.text == text
    assert before.questions[0].ask["en"] == SURGERY
    assert UNDER_LINES in now.text
    stored = parse_stored(now.text, "stored")
    assert (stored.sha256, stored.questions[0].ask) == (now.sha256, now.questions[0].ask)
    assert [fingerprint(each.text, "E1") for each in (now, before)] == [fingerprint(text, "E1")] * 2
    assert rejudged(told_only(before, now, "en").matching, {"e1": Choice("no")}).needed == ("e1",)


def test_words_of_ones_own_stay_as_they_are_and_no_file_without_such_a_question_is_marked() -> None:
    text = made_of(["line " + WEEKS, "exclusion Major surgery"])
    own = parse_protocol(f'{text}ask = "Surgery of late?"\n', "new")
    assert own.questions[0].ask["en"] == "Surgery of late?"
    assert UNDER_LINES not in own.text
