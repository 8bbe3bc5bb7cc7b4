"""What administrators do in the chat: who is in and when they were last seen, suspending, invitations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.exchange import Message, Reply
from bot.wording.phrases import phrases, plain
from state.database import path_of
from state.people import Person
from state.verify import verify
from tests.conversation.office import Ward, press_of, presses, said


@pytest.fixture
def administrator(ward: Ward) -> Person:
    return ward.conversation.people.add("administrator", "S01", "telegram", "7", ward.clinician.language)


def words(ward: Ward, key: str, **values: object) -> str:
    return plain(phrases(ward.clinician.language)(key, **values))


def later(ward: Ward, **time: float) -> None:
    ward.conversation.screenings.clock.now += timedelta(**time)  # type: ignore[attr-defined]  # the ward has a clock to be set


def invited(ward: Ward, administrator: Person, role: int = 0) -> str:
    """Make an invitation, and return its secret."""
    asked = ward.do(administrator, "/invite")
    made = ward.do(administrator, f"!{presses(asked)[role]}")
    return said(made).rpartition(" ")[2]


# who is in -----------------------------------------------------------------------------------------


def test_people_have_role_site_since_when_and_the_day_they_were_last_seen(
    ward: Ward, administrator: Person
) -> None:
    later(ward, days=2)
    ward.do(ward.clinician, "/recent")
    later(ward, days=1)
    told = plain(said(ward.do(administrator, "/people"))).split("\n")
    line = told.index(
        words(
            ward,
            "people_line",
            code="S01-P01",
            role=words(ward, "role_clinician"),
            site="S01",
            status=words(ward, "person_active"),
        )
    )
    assert told[line + 1] == words(ward, "people_seen", since="2026-11-23", day="2026-11-25")
    assert told[line + 3] == words(ward, "people_unseen", since="2026-11-23")


def seen_on(ward: Ward) -> str | None:
    ward.conversation.screenings.keep_prompts()
    return ward.conversation.people.get(ward.coordinator.code).seen_on


def test_the_day_is_the_sites_and_is_written_once_and_beside_what_is_written_anyway(ward: Ward) -> None:
    clock = ward.conversation.screenings.clock
    clock.now = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)  # type: ignore[attr-defined]  # 23:59 at the site
    before = ward.conversation.people.db.conn.total_changes
    ward.do(ward.coordinator, "/recent")
    assert ward.conversation.people.db.conn.total_changes == before
    assert seen_on(ward) == "2026-11-23"
    before = ward.conversation.people.db.conn.total_changes
    ward.do(ward.coordinator, "/recent")
    assert seen_on(ward) == "2026-11-23"
    assert ward.conversation.people.db.conn.total_changes == before
    later(ward, minutes=2)
    ward.do(ward.coordinator, "/recent")
    assert seen_on(ward) == "2026-11-24"


def test_a_suspension_shows_who_it_is_leads_back_and_says_what_came_of_it(
    ward: Ward, administrator: Person
) -> None:
    listed = ward.do(administrator, "/people")
    asked = ward.do(administrator, f"!{press_of(listed, 'suspend:S01-P02')}")
    assert words(ward, "people_unseen", since="2026-11-23") in plain(said(asked))
    assert said(ward.do(administrator, f"!{press_of(asked, 'people')}")) == said(listed)
    done = ward.do(administrator, f"!{press_of(asked, 'suspend_yes:')}")
    assert words(ward, "people_now", code="S01-P02", status=words(ward, "person_suspended")) in said(done)
    assert press_of(done, "restore:S01-P02")
    assert not ward.conversation.people.get("S01-P02").active


@pytest.mark.parametrize("press", ["suspend:S01-P02", "suspend_yes:S09-P01", "suspend:S01-P04"])
def test_a_button_that_does_not_hold_any_more_shows_who_is_in_now(
    ward: Ward, administrator: Person, press: str
) -> None:
    ward.conversation.people.suspend("S01-P02")
    turn = ward.do(administrator, f"!{press}")
    assert turn.toast
    assert press_of(turn, "restore:S01-P02")


def test_lists_and_questions_move_on_in_place(ward: Ward, administrator: Person) -> None:
    invited(ward, administrator)
    turn = ward.do(administrator, "/people")
    for press in ("invitations", "revoke:", "invitations", "people", "suspend:", "suspend_yes:", "restore:"):
        turn = ward.do(administrator, f"!{press_of(turn, press)}")
        (reply,) = turn.actions
        assert isinstance(reply, Reply)
        assert reply.in_place, press


# invitations ---------------------------------------------------------------------------------------


def test_joining_says_role_site_code_and_who_invited(ward: Ward, administrator: Person) -> None:
    person = ward.conversation.people.redeem(
        invited(ward, administrator, 1), "telegram", "8", administrator.language
    )
    assert person is not None
    told = said(ward.conversation.handle(person, Message("command", "/start", invited="joined")))
    assert all(part in told for part in (words(ward, "role_coordinator"), "S01", "S01-P04"))
    assert words(ward, "start_invited_by", person=administrator.code) in told


def test_who_was_invited_on_the_command_line_is_told_of_nobody(ward: Ward) -> None:
    people = ward.conversation.people
    person = people.redeem(people.invite("clinician", "S01"), "telegram", "8", ward.clinician.language)
    assert person is not None
    told = said(ward.conversation.handle(person, Message("command", "/start", invited="joined")))
    assert words(ward, "start_invited_by", person="").rstrip(".。") not in told


def test_open_invitations_are_listed_with_role_site_expiry_and_maker(
    ward: Ward, administrator: Person
) -> None:
    invited(ward, administrator, 2)
    ward.conversation.people.invite("clinician", "S02", hours=1)
    listed = ward.do(administrator, f"!{press_of(ward.do(administrator, '/people'), 'invitations')}")
    for role, site, until, by in (
        ("administrator", "S01", "2026-11-26 09:30 UTC+08:00", administrator.code),
        ("clinician", "S02", "2026-11-23 10:30 UTC+08:00", words(ward, "by_command_line")),
    ):
        mark = next(each.mark for each in ward.conversation.people.invitations() if each.site == site)
        line = words(
            ward,
            "invitation_open",
            mark=mark,
            role=words(ward, f"role_{role}"),
            site=site,
            until=until,
            by=by,
        )
        assert line in plain(said(listed))
    later(ward, hours=2)
    assert len(presses(ward.do(administrator, "!invitations"))) == 2  # one to revoke, and the way back


def test_a_revoked_invitation_lets_nobody_in_and_stands_in_the_register(
    ward: Ward, administrator: Person
) -> None:
    secret = invited(ward, administrator)
    listed = ward.do(administrator, "!invitations")
    asked = ward.do(administrator, f"!{press_of(listed, 'revoke:')}")
    people = ward.conversation.people
    assert [each.state for each in people.invitations()] == ["open"]
    assert said(ward.do(administrator, f"!{press_of(asked, 'invitations')}")) == said(listed)
    yes = press_of(asked, "revoke_yes:")
    done = ward.do(administrator, f"!{yes}")
    assert words(ward, "invitations_none") in said(done)
    assert people.redeem(secret, "telegram", "8") is None
    assert people.db.execute(
        "SELECT person, json_extract(detail, '$.act') FROM register WHERE kind = 'invitation' ORDER BY entry"
    ).fetchall() == [(administrator.code, "made"), (administrator.code, "revoked")]
    before = list(people.db.query("SELECT * FROM register"))
    assert ward.do(administrator, f"!{yes}").toast == words(ward, "invitation_gone")
    assert list(people.db.query("SELECT * FROM register")) == before
    assert verify(path_of(people.db)).problems == ()


def test_an_invitation_that_was_used_cannot_be_revoked(ward: Ward, administrator: Person) -> None:
    secret = invited(ward, administrator)
    asked = ward.do(administrator, f"!{press_of(ward.do(administrator, '!invitations'), 'revoke:')}")
    assert ward.conversation.people.redeem(secret, "telegram", "8") is not None
    turn = ward.do(administrator, f"!{press_of(asked, 'revoke_yes:')}")
    assert turn.toast == words(ward, "invitation_gone")
    assert [each.state for each in ward.conversation.people.invitations()] == ["used"]


def test_an_invitation_that_is_held_back_can_be_revoked_too(ward: Ward, administrator: Person) -> None:
    other = ward.conversation.people.add("administrator", "S01", "telegram", "9", administrator.language)
    secret = invited(ward, other)
    ward.conversation.people.suspend(other.code)
    listed = ward.do(administrator, "!invitations")
    mark = ward.conversation.people.invitations()[0].mark
    assert mark in said(listed)
    ward.do(administrator, f"!revoke_yes:I{mark}")
    ward.conversation.people.restore(other.code)
    assert ward.conversation.people.redeem(secret, "telegram", "8") is None


@pytest.mark.parametrize("press", ["invitations", "revoke:I00000000", "revoke_yes:I00000000", "people"])
def test_nobody_else_lists_or_revokes(ward: Ward, administrator: Person, press: str) -> None:
    invited(ward, administrator)
    mark = ward.conversation.people.invitations()[0].mark
    for person in (ward.clinician, ward.coordinator, ward.stranger_office):
        turn = ward.do(person, f"!{press.replace('00000000', mark)}")
        assert mark not in said(turn)
    assert ward.conversation.people.invitations()[0].state == "open"
