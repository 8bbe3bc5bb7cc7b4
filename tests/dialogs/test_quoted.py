"""Questions that quote words which were changed at their criteria: said, and asked again."""

from __future__ import annotations

import re

import pytest

from dialogs.amendments import Matching, compare
from dialogs.amendments.rejudging import kept
from dialogs.answers import Choice
from dialogs.drafting.anew import drafted_anew
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import read_record
from dialogs.loading import parse_protocol
from dialogs.quoted import asked_with, outdated
from dialogs.warnings import warnings
from tests.dialogs.drafting.test_draft import LISTS, RECORDS

RECORD = """Inclusion Criteria:
* Haemoglobin >= 10 g/dL
* One of the following:
  * A cough for 3 weeks
  * A fever for 3 days
Exclusion Criteria:
In the past 21 days:
* Systemic steroids for any reason
* Cancer
Women must have used a pill for 2 months
"""


def drafted(text: str = RECORD) -> str:
    return drafted_file(read_record(text, "made-up"), ["en"], propose, "made-up.txt")


CHANGED = {
    "the words of a heading": ('line = "In the past 21', 'line = "In the past 7', {"e1": "In the past [21 → 7] days:", "e2": "In the past [21 → 7] days:", "e3": "In the past [21 → 7] days:"}),
    "the criterion's own": ('exclusion = "Systemic steroids', 'exclusion = "Topical steroids', {"e1": "[Systemic → Topical] steroids for any reason"}),
    "an item of a list": ('line = "A fever for 3', 'line = "A fever for 5', {"i2_2": "A fever for [3 → 5] days"}),
    "words that were left out": ('steroids for any reason"\nask', 'steroids"\nask', {"e1": "Systemic steroids[- for any reason]"}),
    "words that were added": ('exclusion = "Cancer"', 'exclusion = "Cancer or a tumour"', {"e2": "Cancer [+ or a tumour]"}),
    "one that a rule judges": ('Haemoglobin >= 10', 'Haemoglobin >= 9', {}),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CHANGED.values(), ids=CHANGED)
def test_words_that_changed_at_the_criterion_only_are_found(old: str, new: str, said: dict[str, str]) -> None:
    before = drafted()
    assert old in before
    protocol = parse_protocol(before.replace(old, new), "trial.toml")
    assert {each.question: each.changed for each in outdated(protocol)} == said
    noted = [each for each in warnings(protocol, 10, 4000) if "words of before" in each.fault]
    assert len(noted) == len(said)


IN_PART = """Inclusion Criteria:
* ECOG score of 0 or 1 (solid tumors) or KPS score >= 70 (glioma)
For adolescent participants:
* Age under 18 years, able to give assent
Exclusion Criteria:
* Any bleeding diathesis, or must take anticoagulants that cannot be stopped for a biopsy.
* History of pancreatitis, gout and/or liver disease;
"""
"""Lines of which a question quotes some words only."""
DRAFTED = {
    "lines that are quoted in part": IN_PART,
    **{name: text for name, (text, _) in LISTS.items()},
    **{path.name: path.read_text("utf-8") for path in RECORDS},
}


@pytest.mark.parametrize("text", DRAFTED.values(), ids=DRAFTED)
def test_nothing_that_was_just_drafted_is_outdated(text: str) -> None:
    record = read_record(text, "made-up")
    for languages in (["en"], ["zh", "en"]):
        file = drafted_file(record, languages, propose, "made-up.txt")
        assert outdated(parse_protocol(file, "trial.toml")) == ()


def test_words_that_changed_of_a_part_that_is_quoted_are_found() -> None:
    protocol = parse_protocol(drafted(IN_PART).replace("for a biopsy.", "for a puncture."), "trial.toml")
    (found,) = outdated(protocol)
    assert (found.criterion, found.said[-20:]) == ("E1", "stopped for a biopsy")


def test_an_answer_to_words_that_changed_is_needed_again() -> None:
    before = drafted()
    old = parse_protocol(before, "trial.toml")
    given = {"e1": Choice("no"), "e2": Choice("no"), "i2_1": Choice("yes"), "i2_2": Choice("yes")}
    now = before.replace('line = "In the past 21', 'line = "In the past 7')
    assert {*kept(Matching(old, parse_protocol(now, "trial.toml")), given)} == {"i2_1", "i2_2"}
    asked_anew = before.replace("fever for 3 days", "fever for 5 days")
    assert {*kept(Matching(old, parse_protocol(asked_anew, "trial.toml")), given)} == {"i2_1", "e1", "e2"}
    assert {*kept(Matching(old, old), given)} == {*given}


def test_a_word_in_quotes_is_no_quotation_of_the_record() -> None:
    asked = (
        'format = 2\nid = "T"\nversion = "1"\ntitle = "A made-up trial"\n'
        '[catalogue]\nkidneys = "Kidneys: “normal”, or impaired?"\n'
        '[[criterion]]\nexclusion = "Kidneys not normal"\nrule = "not kidneys"\n'
    )
    versions = [parse_protocol(each, "trial.toml") for each in (asked, asked.replace(": “n", " “n"))]
    assert kept(Matching(*versions), {"kidneys": Choice("no")})


def test_a_comparison_says_what_was_left_as_it_was() -> None:
    before = drafted()
    now = before.replace("Haemoglobin >= 10", "Haemoglobin >= 9").replace(
        '"Cancer"', '"Cancer or a tumour"', 1
    )
    changes = compare(parse_protocol(before, "a.toml"), parse_protocol(now, "b.toml"), "en").changes
    told = [(each.name, each.key) for each in changes]
    assert told == [("I1", "reworded"), ("I1", "rule_stayed"), ("E2", "reworded"), ("E2", "outdated")]


REMARK = re.compile(r"^line = .*?(?:# asked about with (\w+))?$", re.MULTILINE)
TEXTS = {
    **{file.name: file.read_text("utf-8") for file in RECORDS},
    **{name: text for name, (text, _) in LISTS.items()},
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_line_is_asked_with_the_criterion_that_its_remark_in_a_draft_names(text: str) -> None:
    draft = drafted(text)
    protocol = parse_protocol(draft, "trial.toml")
    for remark, line, codes in zip(REMARK.findall(draft), protocol.lines, asked_with(protocol), strict=True):
        assert not remark or codes == (remark,) or line.text == "OR"


OF_RECORD = {
    "In the past 21 days:": ("E1", "E2", "E3"),
    "A cough for 3 weeks": ("I2",),
    "A fever for 3 days": ("I2",),
}
FEVER, PAST = "A fever for 3 days", "In the past 21 days:"
ASKED_WITH = {
    "as drafted": ("", "", OF_RECORD),
    "a line that a criterion further below has as its own words": (f'line = "{FEVER}"', f'line = "{FEVER}"\n\n[[criterion]]\nline = "Cancer"', OF_RECORD),
    "only the first words are quoted": (f'line = "{PAST}"', f'line = "A cough"\n\n[[criterion]]\nline = "{PAST}"', OF_RECORD),
    "an item that stands again elsewhere": (f'line = "{PAST}"', f'code = "I3"\ninclusion = "Age"\n\n[[criterion]]\nline = "{FEVER}"\n\n[[criterion]]\nline = "{PAST}"', OF_RECORD),
    "more is quoted than the line": (f"{FEVER}”", f"{FEVER} and a rash”", {each: OF_RECORD[each] for each in OF_RECORD if each != FEVER}),
    "quoted in words of before": (f'line = "{FEVER}"', 'line = "A fever for 5 days"', {each: OF_RECORD[each] for each in OF_RECORD if each != FEVER}),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), ASKED_WITH.values(), ids=ASKED_WITH)
def test_a_line_is_asked_with_criteria_whose_questions_quote_it(
    old: str, new: str, expected: dict[str, tuple[str, ...]]
) -> None:
    before = drafted()
    assert old in before
    protocol = parse_protocol(before.replace(old, new, 1), "trial.toml")
    found = [
        (line.text, codes) for line, codes in zip(protocol.lines, asked_with(protocol), strict=True) if codes
    ]
    assert sorted(found) == sorted(expected.items())


ANEW = {
    "as it stands": ("", "", None),
    "another number": ("Haemoglobin >= 10", "Haemoglobin >= 9", 'hemoglobin >= "9 g/dL"'),
    "another relation": ("Haemoglobin >= 10", "Haemoglobin > 10", 'hemoglobin > "10 g/dL"'),
    "written otherwise": ('hemoglobin >= "10 g/dL"', 'hemoglobin >= "100 g/L"', None),
    "other questions are somebody's work": ('rule = \'hemoglobin >= "10 g/dL"', 'rule = \'platelets >= "75 10*9/L"', None),
    "more in the rule is somebody's work": ('hemoglobin >= "10 g/dL"', 'hemoglobin >= "10 g/dL" or hemoglobin < "3 g/dL"', None),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule"), ANEW.values(), ids=ANEW)
def test_the_rule_is_named_that_would_be_drafted_anew(old: str, new: str, rule: str | None) -> None:
    protocol = parse_protocol(drafted().replace(old, new, 1), "trial.toml")
    assert drafted_anew(protocol, protocol.criterion_by_code["I1"]) == rule
