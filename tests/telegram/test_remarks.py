"""A remark is said once in a minute, once of an album, and again after anything else that the person did."""

from __future__ import annotations

import pytest

from bot.telegram.remarks import SAID_AGAIN_AFTER, Remarks
from tests.telegram.conftest import Clock


@pytest.fixture
def remarks(clock: Clock) -> Remarks:
    return Remarks(clock)


def test_a_remark_is_said_again_after_a_minute(remarks: Remarks, clock: Clock) -> None:
    said = []
    for _ in range(4):
        said.append(not remarks.is_repeated(5, "file", None))
        clock.now += SAID_AGAIN_AFTER.total_seconds() / 2
    assert said == [True, False, True, False]


def test_each_kind_and_each_person_hears_their_own(remarks: Remarks) -> None:
    assert not remarks.is_repeated(5, "file", None)
    assert not remarks.is_repeated(5, "edited", None)
    assert not remarks.is_repeated(6, "file", None)


def test_it_is_said_again_after_something_else_but_not_of_the_same_album(remarks: Remarks) -> None:
    assert not remarks.is_repeated(5, "file", "album")
    remarks.went_on(5)
    assert remarks.is_repeated(5, "file", "album")
    assert not remarks.is_repeated(5, "file", None)


def test_an_album_that_takes_long_is_remarked_on_once(remarks: Remarks, clock: Clock) -> None:
    assert not remarks.is_repeated(5, "file", "album")
    clock.now += 2 * SAID_AGAIN_AFTER.total_seconds()
    assert remarks.is_repeated(5, "file", "album")


def test_a_clock_that_is_set_back_silences_nobody(remarks: Remarks, clock: Clock) -> None:
    assert not remarks.is_repeated(5, "file", None)
    clock.now -= 3600
    assert not remarks.is_repeated(5, "file", None)
