"""A trial's file is changed while the bot runs: what hangs on screenings of the version before, each walked through."""

from __future__ import annotations

import re

import pytest

from bot.conversation import Conversation
from bot.exchange import Turn
from dialogs.loading import parse_protocol
from tests.conversation.office import LANGUAGES, Ward, offering, press_of, presses, said, staffed

TRIAL = """
format = 2
id = "EX-AMENDED"
version = "1"
title = "Fictional: a trial that is amended"
languages = ["en", "zh"]

[[question]]
id = "scanner"
ask = "Is there a scanner?"
site_fact = true

[[question]]
id = "sex"
use = "sex"
lasting = true

[[question]]
id = "stage"
ask = "Stage?"
lasting = true
options = [{ code = "a", text = "A" }, { code = "b", text = "B" }]

[[question]]
id = "ill"
kind = "since"
ask = "Last infection?"

[[criterion]]
code = "I1"
inclusion = "Sites with a scanner"
rule = "scanner"

[[criterion]]
code = "I2"
inclusion = "Men in stage A"
rule = 'sex == "male" and stage == "a"'

[[criterion]]
code = "E1"
exclusion = "An infection within 4 weeks"
rule = 'ill < "4 wk"'
"""
SECOND = TRIAL.replace('version = "1"', 'version = "2"').replace('ill < "4 wk"', 'ill < "8 wk"')
REASKED = SECOND.replace("Is there a scanner?", "Is there a scanner of 3 T?").replace('"A" }', '"A or B" }')
GOES_ON = {
    "en": "Goes on under version 1; new screenings are under 2.",
    "zh": "继续按版本 1 进行；新的预筛按 2。",
}


@pytest.fixture(params=LANGUAGES)
def ward(conversation: Conversation, request: pytest.FixtureRequest) -> Ward:
    return staffed(offering(conversation, parse_protocol(TRIAL, "trial.toml")), request.param)


def changed(ward: Ward, text: str = SECOND) -> None:
    ward.conversation.setup.protocols = (parse_protocol(text, "trial.toml"),)


def saved(ward: Ward, ill: str = "5 weeks ago") -> None:
    turn = ward.do(ward.clinician, "/new", "yes", "male", "A", ill)
    ward.do(ward.clinician, f"!{next(each for each in presses(turn) if 'save' in each.split(':')[0])}")


def version_of(ward: Ward, number: str) -> str:
    return ward.conversation.screenings.load(number).protocol.version


def goes_on(ward: Ward) -> str:
    return GOES_ON[ward.clinician.language]


def asked_about(ward: Ward, place: int) -> Turn:
    """Ask about an answer of the saved screening; return the card of the query."""
    asked = ward.do(ward.coordinator, "/query 1")
    chosen = ward.do(ward.coordinator, f"!{presses(asked)[place]}")
    return ward.do(ward.coordinator, f"!{presses(chosen)[0]}").others[0][1]


def test_a_query_that_is_open_is_answered_by_the_version_that_was_saved(ward: Ward) -> None:
    saved(ward)
    card = asked_about(ward, 3)
    changed(ward)
    why = ward.do(ward.clinician, f"!{press_of(card, 'query_correct:')}")
    turn = ward.do(ward.clinician, f"!{press_of(why, 'query_reason:')}")
    assert goes_on(ward) in said(turn)
    ward.conversation.screenings._loaded.clear()
    turn = ward.do(ward.clinician, "6 weeks ago")
    ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    assert ward.verdicts() == [("S01-0001", "eligible"), ("S01-0001", "eligible")], (
        "8 weeks are the new version's"
    )
    assert version_of(ward, "S01-0001") == "1"


def test_a_query_that_is_open_can_be_confirmed_after_the_change(ward: Ward) -> None:
    saved(ward)
    card = asked_about(ward, 3)
    changed(ward)
    ward.do(ward.clinician, f"!{press_of(card, 'query_confirm:')}")
    log = ward.conversation.screenings.db.execute(
        "SELECT kind FROM log ORDER BY entry DESC LIMIT 1"
    ).fetchall()
    assert log == [("query_answer",)]


def test_a_query_can_be_asked_about_a_screening_of_the_version_before(ward: Ward) -> None:
    saved(ward)
    changed(ward)
    assert press_of(asked_about(ward, 3), "query_confirm:")


def test_a_revision_that_begins_after_the_change_says_so(ward: Ward) -> None:
    saved(ward)
    changed(ward)
    card = ward.do(ward.clinician, "/recent 1")
    assert goes_on(ward) not in said(card)
    assert goes_on(ward) in said(ward.do(ward.clinician, f"!{press_of(card, 'revise:')}"))


def test_a_revision_that_is_open_goes_on_and_says_so(ward: Ward) -> None:
    saved(ward)
    card = ward.do(ward.clinician, "/recent 1")
    turn = ward.do(ward.clinician, f"!{press_of(card, 'revise:')}")
    changed(ward)
    ward.conversation.screenings._loaded.clear()
    turn = ward.do(ward.clinician, "/resume")
    assert goes_on(ward) in said(turn)
    assert version_of(ward, "S01-0001") == "1"


def test_who_waits_is_listed_by_the_version_that_was_saved_and_screened_again_by_the_new_one(
    ward: Ward,
) -> None:
    saved(ward, "2 weeks ago")
    before = said(ward.do(ward.coordinator, "/again"))
    changed(ward)
    assert "S01-0001" in before
    after = said(ward.do(ward.coordinator, "/again"))
    assert after.startswith(before)
    assert re.search("EX-AMENDED.+1.+2", after.removeprefix(before))
    turn = ward.do(ward.clinician, "/new 1")
    assert (version_of(ward, "S01-0001"), version_of(ward, "S01-0002")) == ("1", "2")
    assert goes_on(ward) not in said(turn)
    assert "S01-0001" not in said(ward.do(ward.coordinator, "/again"))


def test_what_lasts_and_what_is_known_of_the_site_hold_where_they_are_asked_alike(ward: Ward) -> None:
    saved(ward, "2 weeks ago")
    changed(ward)
    ward.do(ward.clinician, "/new 1")
    again = ward.conversation.screenings.load("S01-0002")
    assert (again.taken, set(again.carried)) == ({"scanner": "S01-0001"}, {"sex", "stage"})


def test_what_the_new_version_asks_otherwise_is_asked_anew(ward: Ward) -> None:
    saved(ward, "2 weeks ago")
    changed(ward, REASKED)
    ward.do(ward.clinician, "/new 1")
    again = ward.conversation.screenings.load("S01-0002")
    assert (again.state, again.taken, set(again.carried)) == ("scanner", {}, {"sex"})
