"""What a newer version of a record says otherwise than a file beside its criteria is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs.drafting.accounting import differences
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.languages import LANGUAGES, words
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol

TEXT = "Inclusion Criteria:\n\n* Aged 18 to 75 years\n\nExclusion Criteria:\n\n* Snoring"
RECORD = Record(
    "FICT-1",
    "Fictional",
    TEXT,
    date="2026-02-03",
    status="RECRUITING",
    minimum_age="18 Years",
    maximum_age="75 Years",
    sex="ALL",
)


def file_of(record: Record, *languages: str) -> str:
    return drafted_file(record, languages or ("en",), propose, "a test")


def trial(text: str) -> Protocol:
    return parse_protocol(text, "trial.toml")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("date", ["2026-02-03", ""], ids=["dated", "undated"])
def test_another_recruitment_status_is_told_in_each_language(language: str, date: str) -> None:
    known = words("dialogs.drafting", language)["status"]
    record = replace(RECORD, date=date)
    drafts = {status: trial(file_of(replace(record, status=status), language)) for status in known}
    for drafted, file in drafts.items():
        for status, said in known.items():
            told = differences(file, replace(record, status=status))
            notice = file.notices[0][language]
            expected = f"notices: “{notice}” in the file; by the record it is “{said}”"
            assert told == ([] if status == drafted else [expected])


def test_each_language_of_a_file_is_told() -> None:
    told = differences(trial(file_of(RECORD, "zh", "en")), replace(RECORD, status="TERMINATED"))
    assert sum(each.startswith("notices: ") for each in told) == len(told) == 2


@pytest.mark.parametrize(
    "notice",
    [
        pytest.param("Recruitment status: Recruiting in two towns only.", id="with more words"),
        pytest.param("Please ask whether the trial still recruits.", id="another notice"),
    ],
)
def test_a_notice_in_words_of_ones_own_is_no_difference(notice: str) -> None:
    drafted = "Recruitment status: Recruiting (record of 2026-02-03)."
    text = file_of(RECORD)
    assert drafted in text
    assert differences(trial(text.replace(drafted, notice)), RECORD) == []


def test_a_record_without_a_status_says_nothing_of_it() -> None:
    assert differences(trial(file_of(RECORD)), replace(RECORD, status="")) == []


@pytest.mark.parametrize("none", ["", "N/A"])
def test_a_field_that_is_gone_is_told(none: str) -> None:
    file = trial(file_of(RECORD))
    for newer, fact, value in (
        (replace(RECORD, minimum_age=none), "age_minimum", "P18Y"),
        (replace(RECORD, maximum_age=none), "age_maximum", "P75Y"),
        (replace(RECORD, sex=none), "sex_of_participants", "BOTH"),
    ):
        told = f"facts: {fact} is “{value}” in the file, and the record has none"
        assert told in differences(file, newer)


def test_facts_that_a_person_added_and_a_record_that_is_a_mere_text_are_no_difference() -> None:
    text = file_of(RECORD)
    added = text.replace("facts = { ", 'facts = { sponsor = "Made-up", ')
    assert added != text
    assert differences(trial(added), RECORD) == []
    assert differences(trial(text), Record("FICT-1", "Fictional", TEXT)) == []
