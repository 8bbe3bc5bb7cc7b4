"""What is said of time: on the cards, in the open items, and in the list of whom to screen again, by role and site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from bot.conversation import Conversation, Setup
from dialogs.loading import load
from state.database import open_database
from state.people import People, Role
from state.screenings import Screenings
from tests.conversation.office import LANGUAGES, Ward, press_of, presses, said
from tests.conversation.playing import ZONE, Clock

PROTOCOL = load(str(Path(__file__).parent.parent / "data" / "washouts.toml"))
WELL = ["45", "never", "never", "never", "3 weeks ago", "120 g/L"]
RECENT_MI = ["45", "3 months ago"]
"""Entered on 23 November 2026, at 09:30 of the site: half past one in UTC."""


@pytest.fixture(params=LANGUAGES)
def ward(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ward]:
    clock = Clock()
    db = open_database(tmp_path / "washouts.db", clock)
    people = People(db, clock)
    made = Conversation(Screenings(db, clock), people, Setup((PROTOCOL,), ZONE, "terminal"))
    members: list[tuple[Role, str]] = [("clinician", "S01"), ("coordinator", "S01"), ("coordinator", "S02")]
    yield Ward(
        made,
        *(
            people.add(role, site, "telegram", str(account), request.param)
            for account, (role, site) in enumerate(members)
        ),
    )
    db.close()


def excluded(ward: Ward, *answers: str) -> str:
    """Screen until a criterion fails, finish and save; return what the card says."""
    turn = ward.do(ward.clinician, "/new", *answers)
    return said(ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}"))


def later(ward: Ward, **time: int) -> None:
    ward.conversation.screenings.clock.now += timedelta(**time)  # type: ignore[attr-defined]


def has(text: str, english: str, chinese: str) -> bool:
    return english in text or chinese in text


FROM = ("Could cease to apply from 23 February 2027.", "自2027年2月23日起可能不再符合该排除标准。")


def test_the_exclusion_and_every_text_after_it_say_from_when_it_could_be_met(ward: Ward) -> None:
    assert has(said(ward.do(ward.clinician, "/new", *RECENT_MI)), *FROM)
    card = ward.do(ward.clinician, f"!{press_of(ward.do(ward.clinician, '/resume'), 'finish_save:')}")
    assert has(said(card), *FROM)
    record = ward.do(ward.clinician, f"!{press_of(card, 'copy_record:')}")
    assert has(said(record), *FROM)
    assert has(said(ward.do(ward.coordinator, "/subject 1")), *FROM)


def test_where_one_criterion_failed_the_day_is_said_once(ward: Ward) -> None:
    """Not once for the criterion and once more for the whole."""
    turn = ward.do(ward.clinician, "/new", *RECENT_MI)
    card = ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    record = ward.do(ward.clinician, f"!{press_of(card, 'copy_record:')}")
    for text in map(said, (card, record, ward.do(ward.coordinator, "/subject 1"))):
        assert len(re.findall("23 February 2027|2027年2月23日", text)) == 1, text


def test_an_age_could_be_met_on_a_day_at_the_latest(ward: Ward) -> None:
    card = excluded(ward, "17")
    assert has(card, "could be met by 23 November 2027 at the latest", "最迟至2027年11月23日可能满足")


@pytest.mark.parametrize("answer", ["still ongoing", "0 d"])
def test_what_is_ongoing_heals_on_no_day(ward: Ward, answer: str) -> None:
    card = excluded(ward, "45", answer)
    assert has(card, "Could cease to apply from", "起可能不再符合该排除标准") is (answer == "0 d")


def test_the_day_is_the_sites_and_not_that_of_utc(ward: Ward) -> None:
    later(ward, hours=15)  # 24 November at the site, 23 November in UTC
    assert has(excluded(ward, *RECENT_MI), "from 24 February 2027", "自2027年2月24日起")


def test_of_what_was_less_than_so_long_ago_the_earliest_day_is_said(ward: Ward) -> None:
    told = ("from 23 February 2027 at the earliest", "最早自2027年2月23日起")
    assert has(excluded(ward, "45", "less than 3 months ago"), *told)
    assert has(said(ward.do(ward.coordinator, "/again")), *told)


def test_of_several_the_whole_is_said_once_more(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "17")
    turn = ward.do(
        ward.clinician, f"!{press_of(turn, 'continue:')}", *RECENT_MI[1:], "never", "3 wk", "120 g/L"
    )
    assert has(
        said(turn), "screened again from 23 November 2027 at the latest", "最迟自2027年11月23日起可再次预筛"
    )
    card = said(ward.do(ward.clinician, f"!{press_of(turn, 'save:')}"))
    for english, chinese in (
        ("by 23 November 2027", "最迟至2027年11月23日"),
        ("from 23 February 2027", "自2027年2月23日起"),
    ):
        assert has(card, english, chinese)
    assert has(card, "screened again from 23 November 2027 at the latest", "最迟自2027年11月23日起可再次预筛")


def test_a_corrected_answer_counts_from_its_own_day_and_a_dropped_one_from_that_of_the_saved(
    ward: Ward,
) -> None:
    excluded(ward, *RECENT_MI)
    later(ward, days=10)
    ward.do(ward.clinician, "/resume 1")
    card = ward.do(ward.clinician, "/recent 1")
    turn = ward.do(ward.clinician, f"!{press_of(card, 'revise:')}")
    turn = ward.do(ward.clinician, f"!{presses(turn)[1]}", "2 months ago")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'reason:')}")
    assert has(said(turn), "from 4 April 2027", "自2027年4月4日起")
    assert has(said(ward.do(ward.coordinator, "/subject 1")), *FROM)  # the saved verdict stands meanwhile
    ward.do(ward.clinician, f"!{press_of(ward.do(ward.clinician, '/cancel'), 'cancel_yes:')}")
    assert has(said(ward.do(ward.clinician, "/recent 1")), *FROM)
    ward.conversation.screenings._loaded.clear()
    assert has(said(ward.do(ward.clinician, "/recent 1")), *FROM)


# whom to screen again ----------------------------------------------------------------------------


def numbers(text: str) -> list[str]:
    return re.findall(r"^S01-\d{4}", text, re.MULTILINE)


def test_whom_to_screen_again_is_listed_by_day_without_those_who_need_not_be(ward: Ward) -> None:
    excluded(ward, "17")
    excluded(ward, *RECENT_MI)
    excluded(ward, "45", "still ongoing")
    excluded(ward, "45", "never", "never", "never", "3 years ago")
    excluded(ward, "45", "never", "never", "10 days ago")
    ward.do(ward.clinician, "/new", *RECENT_MI)
    ward.do(ward.clinician, f"!{press_of(ward.do(ward.clinician, '/cancel'), 'cancel_yes:')}")
    turn = ward.do(ward.coordinator, "/again")
    assert numbers(said(turn)) == ["S01-0005", "S01-0002", "S01-0001"]
    assert has(said(turn), "S01-0002 from 23 February 2027 (E1)", "S01-0002 自2027年2月23日起（E1）")
    assert presses(turn) == ["subject:S01-0005:0", "subject:S01-0002:0", "subject:S01-0001:0"]
    assert numbers(said(ward.do(ward.coordinator, "/open"))) == ["S01-0005", "S01-0002", "S01-0001"]
    assert numbers(said(ward.do(ward.clinician, "/open"))) == ["S01-0005", "S01-0002", "S01-0001"]


def test_whoever_was_screened_again_is_in_no_list_unless_that_was_cancelled(ward: Ward) -> None:
    excluded(ward, *RECENT_MI)
    later(ward, days=92)
    again = ward.do(ward.clinician, "/new 1")
    assert numbers(said(ward.do(ward.coordinator, "/again"))) == []
    ward.do(ward.clinician, f"!{press_of(ward.do(ward.clinician, '/cancel'), 'cancel_yes:')}")
    assert numbers(said(ward.do(ward.coordinator, "/again"))) == ["S01-0001"]
    assert press_of(again, "unknown:S01-0002")
    ward.do(ward.clinician, "/new 1", "45", "6 months ago", "never", "never", "3 wk", "120 g/L")
    assert numbers(said(ward.do(ward.coordinator, "/again"))) == []


def test_the_list_is_of_the_own_site_and_not_for_clinicians(ward: Ward) -> None:
    excluded(ward, *RECENT_MI)
    assert numbers(said(ward.do(ward.stranger_office, "/again"))) == []
    assert "S01-0001" not in said(ward.do(ward.stranger_office, "/open"))
    assert "S01-0001" not in said(ward.do(ward.clinician, "/again"))


def test_nobody_waits_where_all_is_well(ward: Ward) -> None:
    ward.save(WELL)
    assert has(said(ward.do(ward.coordinator, "/again")), "waiting alone would be enough", "没有仅需等待")


def test_the_command_line_lists_the_same(ward: Ward, tmp_path: Path) -> None:
    excluded(ward, "17")
    excluded(ward, *RECENT_MI)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(main, ["again", "--db", str(tmp_path / "washouts.db"), *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert run().splitlines() == [
        "S01-0002 from 23 February 2027 (E1)",
        "S01-0001 from 23 November 2027 at the latest (I1)",
    ]
    assert [
        (row["screening"], row["from"], row["at_the_latest"]) for row in json.loads(run("--format", "json"))
    ] == [
        ("S01-0002", "2027-02-23", False),
        ("S01-0001", "2027-11-23", True),
    ]
    head, first, _ = run("--format", "csv").splitlines()
    assert head == "screening,site,person,saved_at,failed,from,at_the_latest,protocol,version,at_the_earliest"
    assert first.startswith("S01-0002,S01,S01-P01,2026-11-23T01:30:")
    assert first.endswith(",E1,2027-02-23,False,FICTIONAL-WASHOUT,1,False")
    assert run("--site", "S02") == ""
    assert run("--protocol", "FICTIONAL-WASHOUT") == run() != run("--protocol", "NCT04420494") == ""


REMAIN = (
    "E1 could cease to apply from 23 February 2027; others remain.",
    "自2027年2月23日起可能不再符合E1；其余原因仍在。",
)


def test_a_criterion_that_heals_is_named_where_another_does_not(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", *RECENT_MI)
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'continue:')}", *WELL[2:5], "80 g/L")
    card = said(ward.do(ward.clinician, f"!{press_of(turn, 'save:')}"))
    assert has(card, *REMAIN), card
    assert not has(card, *FROM)
