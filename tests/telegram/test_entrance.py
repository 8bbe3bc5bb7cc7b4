"""Who may come in, over a real file: members, who was invited, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.telegram.entrance import REDEMPTIONS_AN_HOUR, STRANGER_PAUSE, Arrival, Entrance
from state.database import open_database
from state.people import NOT_KNOWN, People
from tests.telegram.conftest import Clock

ACCOUNT = 7


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(open_database(tmp_path / "people.db"))


@pytest.fixture
def entrance(people: People, clock: Clock) -> Entrance:
    clock.now = 1_700_000_000.0
    return Entrance(people, clock)


def test_a_stranger_is_nobody_and_told_so_once_an_hour(entrance: Entrance, clock: Clock) -> None:
    assert entrance.admit(ACCOUNT, None, "en") is None
    assert [entrance.is_told(ACCOUNT) for _ in range(3)] == [False, True, True]
    clock.now += STRANGER_PAUSE.total_seconds()
    assert not entrance.is_told(ACCOUNT)


def test_an_invitation_lets_one_account_in(people: People, entrance: Entrance) -> None:
    secret = people.invite("clinician", "S01")
    arrival = entrance.admit(ACCOUNT, secret, "zh-hans")
    assert arrival is not None
    assert (arrival.invited, arrival.person.role, arrival.person.language) == ("joined", "clinician", "zh")
    assert entrance.admit(ACCOUNT + 1, secret, "en") is None
    assert entrance.admit(ACCOUNT, secret, "en") == Arrival(arrival.person, "member")
    assert entrance.admit(ACCOUNT, None, "en") == Arrival(arrival.person)


def test_secrets_cannot_be_guessed_on_and_on(people: People, entrance: Entrance) -> None:
    secret = people.invite("clinician", "S01")
    entrance.is_told(ACCOUNT)
    for number in range(REDEMPTIONS_AN_HOUR):
        assert entrance.admit(ACCOUNT, f"guess-{number}", "en") is None
    assert entrance.admit(ACCOUNT, secret, "en") is None


def test_who_is_suspended_is_a_stranger(people: People, entrance: Entrance) -> None:
    person = people.add("clinician", "S01", "telegram", str(ACCOUNT))
    people.suspend(person.code)
    assert entrance.admit(ACCOUNT, None, "en") is None


def test_a_language_that_is_not_known_is_that_of_the_phone(people: People, entrance: Entrance) -> None:
    people.add("clinician", "S01", "telegram", str(ACCOUNT), NOT_KNOWN)
    arrival = entrance.admit(ACCOUNT, None, "zh-hans")
    assert arrival is not None
    assert arrival.person.language == "zh"


@pytest.mark.parametrize("phone", ["fr", "", None])
def test_a_phone_in_none_of_our_languages_leaves_it_to_be_asked(
    people: People, entrance: Entrance, phone: str | None
) -> None:
    people.add("clinician", "S01", "telegram", str(ACCOUNT), NOT_KNOWN)
    invited = entrance.admit(ACCOUNT + 1, people.invite("clinician", "S01"), phone)
    for arrival in (entrance.admit(ACCOUNT, None, phone), invited):
        assert arrival is not None
        assert arrival.person.language == NOT_KNOWN
