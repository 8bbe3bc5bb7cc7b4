"""What is taken of a registry record, whatever it lacks or has too much of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dialogs.drafting.draft import drafted_file
from dialogs.drafting.file import duration
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record, RecordError, read_record
from dialogs.loading import parse_protocol

TEXT = {"eligibilityModule": {"eligibilityCriteria": "* Fever"}}


def record_of(**modules: Any) -> Record:
    study = {"protocolSection": {"identificationModule": {"nctId": "NCT99990099"}} | TEXT | modules}
    return read_record(json.dumps(study), "any")


def file_of(record: Record, *languages: str) -> str:
    text = drafted_file(record, languages or ("en",), propose, "a test")
    parse_protocol(text, "draft")
    return text


DATES: dict[str, tuple[dict[str, Any], str]] = {
    "posted": ({"lastUpdatePostDateStruct": {"date": "2026-05-07"}, "lastUpdateSubmitDate": "2026-05-01"}, "2026-05-07"),
    "submitted": ({"lastUpdateSubmitDate": "2026-05-01", "statusVerifiedDate": "2026-04"}, "2026-05-01"),
    "verified": ({"statusVerifiedDate": "2026-04"}, "2026-04"),
    "none": ({"overallStatus": "RECRUITING"}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("status", "date"), DATES.values(), ids=DATES)
def test_the_version_is_the_record_s_date(status: dict[str, Any], date: str) -> None:
    record = record_of(statusModule=status)
    assert record.date == date
    trial = parse_protocol(file_of(record), "draft")
    assert (trial.version, trial.record_version) == (date or "1", date)


@pytest.mark.parametrize(
    ("sponsors", "named"),
    [
        pytest.param(
            {"leadSponsor": {"name": "An Institute", "class": "OTHER"}}, "An Institute", id="an institute"
        ),
        pytest.param({"leadSponsor": {"name": "Doe, Jane", "class": "INDIV"}}, "", id="a person alone"),
        pytest.param({}, "", id="nobody"),
    ],
)
def test_a_sponsor_who_is_a_person_is_not_named(sponsors: dict[str, Any], named: str) -> None:
    record = record_of(sponsorCollaboratorsModule=sponsors)
    assert record.sponsor == named
    assert "Doe" not in file_of(record)


def test_of_many_sites_and_countries_people_choose_theirs() -> None:
    places = [
        {"facility": f"Hospital {n}", "city": "Nowhere", "country": country}
        for n, country in enumerate(["China", "France"])
    ]
    text = file_of(record_of(contactsLocationsModule={"locations": places}), "zh", "en")
    assert 'site = { zh = "共2个中心：Hospital 0等", en = "2 sites: Hospital 0 and others" }' in text
    assert "China, France" in text


def test_a_status_that_is_new_to_us_is_written_out() -> None:
    assert '"Recruitment status: On the moon."' in file_of(
        record_of(statusModule={"overallStatus": "ON_THE_MOON"})
    )


@pytest.mark.parametrize(
    ("age", "iso"),
    [("18 Years", "P18Y"), ("1 Year", "P1Y"), ("6 Months", "P6M"), ("2 Weeks", "P2W"), ("12 Hours", "PT12H"), ("N/A", ""), ("", "")],
)  # fmt: skip
def test_ages_are_durations_in_the_facts(age: str, iso: str) -> None:
    assert duration(age) == iso


@pytest.mark.parametrize(
    "odd",
    [
        {"identificationModule": "none"},
        {"identificationModule": {"nctId": 7, "briefTitle": ["a"]}},
        {"statusModule": {"lastUpdatePostDateStruct": "2026"}},
        {"contactsLocationsModule": {"locations": [None, {"facility": 7}]}},
        {"armsInterventionsModule": {"armGroups": [{"label": "A\u0007\n[[criterion]]"}, {"label": "B"}]}},
        {"sponsorCollaboratorsModule": {"leadSponsor": {"name": "\ud800\u0000"}}},
        {"identificationModule": {"nctId": "NCT99990099", "briefTitle": 'A "quoted" \\ title\n# no remark'}},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_an_odd_record_makes_a_file_all_the_same(odd: dict[str, Any]) -> None:
    assert [each.source for each in parse_protocol(file_of(record_of(**odd)), "draft").criteria] == ["Fever"]


def test_an_answer_with_one_study_is_that_study_and_one_with_two_is_none() -> None:
    study = {"protocolSection": {"identificationModule": {"nctId": "NCT99990099"}} | TEXT}
    assert read_record(json.dumps({"studies": [study]}), "any").id == "NCT99990099"
    with pytest.raises(RecordError, match="one study"):
        read_record(json.dumps({"studies": [study, study]}), "any")


@pytest.mark.parametrize(
    ("name", "called"), [("NCT99990099-v2", "NCT99990099"), ("my trial", "my-trial"), ("试验", "TRIAL")]
)
def test_a_text_is_called_as_its_file(name: str, called: str) -> None:
    assert parse_protocol(file_of(read_record("* Fever", name)), "draft").id == called


TILDES = {
    "for the ends of lines": (
        "A:~~* Aged 18~* Fond of lamps~1. Weight",
        "A:\n\n* Aged 18\n* Fond of lamps\n1. Weight",
    ),
    "at the ends of lines": ("A:~\n* Aged 18~\n* Lamps ~ 5", "A:\n* Aged 18\n* Lamps ~ 5"),
    "for about": ("Weight ~5 kg, height ~ 1.5 m", "Weight ~5 kg, height ~ 1.5 m"),
    "one alone": ("Weight a ~ b", "Weight a ~ b"),
    "of both kinds": ("A:~* Weight ~5 kg~* Lamps", "A:\n* Weight ~5 kg\n* Lamps"),
}


@pytest.mark.parametrize(("written", "read"), TILDES.values(), ids=TILDES)
def test_a_tilde_that_stands_for_the_end_of_a_line_is_one(written: str, read: str) -> None:
    assert read_record(written, "made-up").text == read
