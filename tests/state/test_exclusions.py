"""How often criteria excluded among saved screenings: each candidate once, by the codes of the version asked about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialogs.ordering import Seen
from state.database import open_database
from state.exclusions import exclusions
from state.lookup import Lookup
from tests.dialogs.test_amendments import NEW_E2
from tests.dialogs.test_amendments import amended as new_version
from tests.state.test_amended import OLD, make_file

COUNTED = {"I1": Seen(6, 1), "I2": Seen(5, 0), "E1": Seen(5, 2), "E2": Seen(5, 0), "E3": Seen(2, 0)}


@pytest.fixture
def lookup(tmp_path: Path) -> Iterator[Lookup]:
    db = open_database(make_file(tmp_path))
    yield Lookup(db)
    db.close()


def test_saved_screenings_count_once_for_each_candidate(lookup: Lookup) -> None:
    found = exclusions(lookup, OLD)
    assert (found.screenings, found.criteria) == (6, COUNTED)


def test_another_version_is_told_of_the_criteria_that_it_still_has(lookup: Lookup) -> None:
    new = new_version(
        ('[[criterion]]\ncode = "E3"', '[[criterion]]\ncode = "E4"'),
        ('[[criterion]]\ncode = "E2"\nexclusion = "Stage', NEW_E2),
    )
    found = exclusions(lookup, new).criteria
    assert found == {**COUNTED, "E2": Seen(0, 0), "E3": COUNTED["E2"], "E4": COUNTED["E3"]}


@pytest.mark.parametrize(("site", "screenings"), [("S01", 6), ("S02", 0)])
def test_they_are_counted_at_one_site(lookup: Lookup, site: str, screenings: int) -> None:
    assert exclusions(lookup, OLD, site=site).screenings == screenings


def test_another_trial_has_none(lookup: Lookup) -> None:
    other = new_version(("EX-AMENDED", "EX-OTHER"))
    assert exclusions(lookup, other).screenings == 0
