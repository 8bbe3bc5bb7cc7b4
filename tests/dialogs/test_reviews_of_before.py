"""Reviews that were recorded before the newest form of fingerprints count in a file that was not changed since."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.headings import headings
from dialogs.loading import load, parse_protocol
from dialogs.loading.editing import accepted
from dialogs.loading.fingerprints import fingerprint, fits, shown_with

EACH_KIND: Final = """
format = 2
id = "MADE-UP"
version = "1"
title = "A made-up trial"

[option_sets]
yes_no = [{ code = "yes", text = "Yes" }, { code = "no", text = "No" }]

[unit_sets]
shared = [{ code = "1", label = "times", possible = [0, 100], usual = [1, 50] }]

[[question]]
id = "smoker"
ask = "Smoker?"

[[question]]
id = "count"
ask = "Count?"
measures = "count"
units = "shared"

[[question]]
id = "count_or_none"
ask = "Count, if there is one?"
measures = "count"
units = "shared"

[[question]]
id = "half"
ask = "Half of the count?"
kind = "quantity"
formula = "count / 2"
units = "shared"

[[question]]
id = "state"
ask = "State?"
options = [{ code = "a", text = "A", implies = { e1 = "yes" } }, { code = "b", text = "B" }]

[[part]]
code = "A"
name = "Cohort A"

[[part]]
code = "B"
name = "Cohort B"

[[criterion]]
code = "I1"
inclusion = "A state"
rule = 'state == "a"'

[[criterion]]
code = "I2"
inclusion = "No smoker"
rule = "not smoker"
requires = "I1"

[[criterion]]
code = "I3"
inclusion = "Woman"
requires = "I2"

[[criterion]]
code = "I4"
inclusion = "Half of the count below 9"
rule = "half < 9"

[[criterion]]
line = "Within 4 weeks before enrolment:"

[[criterion]]
code = "E1"
exclusion = "Consent withdrawn"
parts = ["A", "B"]

[[criterion]]
code = "E2"
exclusion = "Smoker who withdrew"
rule = "e1 and smoker"

[[question]]
id = "mood"
ask = "Mood?"

[[alert]]
id = "low"
text = "Low spirits."
when = "mood"
"""
"""Has of each kind that only the newest form is also of."""
ASKED_BY_NONE: Final = """[[question]]
id = "mood"
ask = "Mood?"

"""

WITH_CODES: Final = "with codes"
WITHOUT_CODES: Final = "without codes"
WITH_HEADINGS: Final = "with headings"
WITH_SHOWN: Final = "with what is shown"
BEFORE: Final = {
    ("made up", WITH_CODES): ("I1 056d6e0f  I2 a6d42705  I3 db9aecd6  I4 5ad32537  E1 55c80a4d  E2 d61b3568"),
    ("made up", WITHOUT_CODES): (
        "I1 fb032730  I2 00749c71  I3 70068ed8  I4 8bc1f528  E1 db2e3aa0  E2 99499b36"
    ),
    ("made up", WITH_HEADINGS): (
        "I1 bfdc282b  I2 5256da8d  I3 d8c58898  I4 9ae9133b  E1 c7732e2f  E2 d457d456"
    ),
    ("made up", WITH_SHOWN): ("I1 9959add4  I2 290727f8  I3 0f5bf5cb  I4 b91dd748  E1 f5085ec7  E2 7667ab24"),
    ("shipped", WITHOUT_CODES): (
        "I1 87453909  E1 84a08c3f  E4 a523abe1  I2a 65d306f5  I2b 40ee010d  I2c c21564a8  "
        "I5 c2b0e0f0  E2 6069bffc  E3a 3b06da04  E3b 66966226  E5 b3646f30  I4 66e50349  "
        "I3a 2a8e12e4  I3b fddb074b  I3c a2437930  I6 6dbfe494"
    ),
}
"""Codes and fingerprints as these were recorded: they stand in files, and are not made anew."""
TEXTS: Final = {"made up": EACH_KIND, "shipped": load("NCT04420494").text}


@pytest.mark.parametrize("case", BEFORE, ids=" ".join)
def test_a_review_of_before_is_of_what_stands_there_unchanged(case: tuple[str, str]) -> None:
    text, words = TEXTS[case[0]], BEFORE[case].split()
    recorded = dict(zip(words[::2], words[1::2], strict=True))
    assert {*recorded} == {*parse_protocol(text, "trial.toml").criterion_by_code}
    assert [code for code, of in recorded.items() if not fits(of, text, code)] == []
    assert [code for code, of in recorded.items() if fits(of, text, "I1")] == ["I1"]


def test_a_review_is_recorded_in_the_newest_form() -> None:
    before = {word for words in BEFORE.values() for word in words.split()}
    for text in TEXTS.values():
        for code in parse_protocol(text, "trial.toml").criterion_by_code:
            assert (now := fingerprint(text, code)) not in before
            assert f'of = "{now}"' in accepted(text, code, "LW", "2026-11-26")


_E2: Final = EACH_KIND[EACH_KIND.index('[[criterion]]\ncode = "E2"') : EACH_KIND.index(ASKED_BY_NONE)]
CHANGES: Final = {
    "options of yes or no": ('text = "Yes"', 'text = "Right"', {"I2", "I3", "E1", "E2"}),
    "a question that measures the same": ("if there is one", "if any", {"I4"}),
    "what is required by what is required": ("""state == "a\"""", """state == "b\"""", {"I1", "I2", "I3"}),
    "the criterion that a rule asks about": ("Consent withdrawn", "Consent not given", {"E1", "E2"}),
    "the line above": ("4 weeks", "6 weeks", {"E1", "E2"}),
    "what is implied for one without a rule": ('e1 = "yes"', 'e1 = "no"', {"I1", "E1", "E2"}),
    "what is shown besides": ("Low spirits", "Good spirits", {"I1", "I2", "I3", "I4", "E1", "E2"}),
    "when it is shown": ('when = "mood"', 'when = "not mood"', {"I1", "I2", "I3", "I4", "E1", "E2"}),
    "what it is called in the file": ('id = "low"', 'id = "high"', set()),
    "one part more": (
        '[[part]]\ncode = "A"',
        '[[part]]\ncode = "C"\nname = "C"\n[[part]]\ncode = "A"',
        {"I1", "I2", "I3", "I4", "E1", "E2"},
    ),
    "a criterion that is taken out": (_E2, "", {"I1"}),
    "a criterion that is made a line": (_E2, '[[criterion]]\nline = "Smoker who withdrew"\n', {"I1"}),
}


@pytest.mark.parametrize(("old", "new", "anew"), CHANGES.values(), ids=CHANGES)
def test_the_newest_form_is_of_each_of_these(old: str, new: str, anew: set[str]) -> None:
    after = EACH_KIND.replace(old, new, 1)
    assert after != EACH_KIND
    assert opened(EACH_KIND, after) == anew


def test_a_part_without_criteria_of_its_own_is_reviewed_with_those_of_all_parts() -> None:
    """Also the first parts of a file, and what such a part is called; of one that is named, its own criteria are."""
    named = EACH_KIND.replace('parts = ["A", "B"]', 'parts = ["A"]')
    assert opened(named, named.replace("Cohort B", "Cohort C")) == {"I1", "I2", "I3", "I4", "E2"}
    assert opened(named, named.replace("Cohort A", "Cohort C")) == {"E1"}
    parts = named[named.index("[[part]]") : named.index("[[criterion]]")]
    without = named.replace(parts, "").replace('parts = ["A"]', "")
    with_parts = without.replace("[[criterion]]", f"{parts}[[criterion]]", 1)
    assert opened(without, with_parts) == {"I1", "I2", "I3", "I4", "E1", "E2"}


def opened(before: str, after: str) -> set[str]:
    """The criteria of a file whose reviews, given in the newest form before a change, count no more after it."""
    codes = parse_protocol(after, "trial.toml").criterion_by_code
    return {code for code in codes if not fits(fingerprint(before, code), after, code)}


def test_what_is_shown_where_a_criterion_is_asked_about_is_of_that_alone() -> None:
    of_state = EACH_KIND.replace('when = "mood"', """when = 'state == "b"'""").replace(ASKED_BY_NONE, "")
    after = of_state.replace("Low spirits", "Good spirits")
    codes = parse_protocol(of_state, "trial.toml").criterion_by_code
    assert {code for code in codes if not fits(fingerprint(of_state, code), after, code)} == {"I1"}


def test_which_reviews_of_before_are_of_less_is_told() -> None:
    """Of each, where there is more of it in the file: of the newest form none."""
    less = {case: with_reviews(*case) for case in BEFORE}
    assert less["made up", WITH_HEADINGS] == ["I1", "I2", "I3", "I4", "E1", "E2"]
    assert less["made up", WITH_SHOWN] == ["I1", "I2", "I3", "I4", "E2"]
    without = EACH_KIND.replace(EACH_KIND[EACH_KIND.index("[[alert]]") :], "").replace(ASKED_BY_NONE, "")
    assert less_in(without, BEFORE["made up", WITHOUT_CODES]) == ["I1", "I2", "I3", "I4", "E1", "E2"]
    assert less_in(without, BEFORE["made up", WITH_HEADINGS]) == ["I1", "I2", "I3", "I4", "E2"]
    now = " ".join(f"{code} {fingerprint(EACH_KIND, code)}" for code in ("I1", "I2", "E2"))
    assert less_in(EACH_KIND, now) == []
    shipped = parse_protocol(TEXTS["shipped"], "trial.toml")
    above = zip(shipped.criteria, headings(shipped), strict=True)
    under = {each.code for each, lines in above if lines} | {*shown_with(shipped.text)}
    assert under < {*less["shipped", WITHOUT_CODES]} < {*shipped.criterion_by_code}


def with_reviews(name: str, form: str) -> list[str]:
    return less_in(TEXTS[name], BEFORE[name, form])


def less_in(text: str, recorded: str) -> list[str]:
    """The criteria whose reviews, which were recorded as given, are said to be of less."""
    protocol = parse_protocol(with_recorded(text, recorded), "trial.toml")
    assert sum(bool(each.reviewed) for each in protocol.criteria) == len(recorded.split()) / 2
    return [each.code for each in protocol.criteria if any(one.less for one in each.reviewed)]


def with_recorded(text: str, recorded: str) -> str:
    """A file with reviews by fingerprints that are given behind the codes."""
    words = recorded.split()
    for code, of in zip(words[::2], words[1::2], strict=True):
        review = f'reviewed = [{{ by = "LW", on = "2026-11-26", of = "{of}" }}]'
        text = text.replace(f'[[criterion]]\ncode = "{code}"', f'[[criterion]]\ncode = "{code}"\n{review}', 1)
    return text
