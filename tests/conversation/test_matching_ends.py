"""What is said where a matching makes no screening, or has no other trial, and what its buttons say of each trial."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.wording.counts import as_text
from bot.wording.phrases import phrases
from dialogs.dialogue import REVIEW
from dialogs.loading import load
from state.database import path_of
from state.exports.selection import Selection
from state.stats import stats
from tests.conversation.office import labels
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import MATCHING, do, told
from tests.conversation.test_matching_opened import A, B, C
from tests.conversation.test_parts import COHORTS

SAY = phrases("en")


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    begun = desk(tmp_path / "a.db", A, B, C)
    begun.do("/new", "All our trials")
    return begun


def test_that_no_screening_was_made_is_said_where_every_trial_is_ruled_out(at: Desk) -> None:
    do(at, "15", "Save and finish")
    assert SAY.plain("none_made_all_out") in told(at)
    do(at, "Open FIC-A (ruled out)")
    at.do("/open m1")
    assert "No screening was made" not in told(at)


def test_that_no_screening_was_made_is_said_where_it_was_chosen(at: Desk) -> None:
    do(at, "45", "1", "Finish without screenings")
    assert SAY.plain("none_made") in told(at).split("\n")
    assert SAY.plain("none_made_all_out") not in told(at)


def test_where_a_screening_was_made_nothing_of_that_is_said(at: Desk) -> None:
    do(at, "45", "1", "Save 2 screenings and finish")
    assert "No screening was made" not in told(at)


def test_that_it_goes_on_with_the_other_trials_is_said_as_long_as_there_is_one(at: Desk) -> None:
    do(at, "45", "Where we stand", "Go on with FIC-A")
    assert SAY.plain("matching_stays", number=MATCHING) in told(at)
    at.do("/open m1")
    do(at, "Where we stand", "Go on with FIC-B")
    assert SAY.plain("matching_stays", number=MATCHING) not in told(at)
    assert SAY.plain("matching_stays_open", number=MATCHING) in told(at)


def test_a_button_says_of_a_trial_that_it_is_ruled_out_or_left_out(at: Desk) -> None:
    do(at, "45", "Where we stand")
    assert "Go on with FIC-A" in labels(at.turn)
    assert "Open FIC-C (ruled out)" in labels(at.turn)
    assert "Go on with FIC-C" not in labels(at.turn)
    do(at, "Leave a trial out", "Leave out FIC-B", "1", "Save 1 screening and finish")
    assert [each for each in labels(at.turn) if "FIC-B" in each] == ["Open FIC-B (left out)"]


def test_who_was_ruled_out_without_a_screening_stands_in_one_line_of_the_counts(at: Desk) -> None:
    line = {"en": "Ruled out in a matching, without a screening: ", "zh": "在匹配中已排除、未生成预筛："}
    path = path_of(at.conversation.screenings.db)

    def counted() -> dict[str, int]:
        found = stats(path, Selection(site="S01"))
        for language, words in line.items():
            assert as_text(found, language).count(words) == sum(
                each.ruled_out_in_matchings > 0 for each in found.trials
            )
        return {each.trial: each.ruled_out_in_matchings for each in found.trials}

    do(at, "45", "1", "Save 2 screenings and finish")
    assert counted() == {"FIC-A": 0, "FIC-B": 0}
    at.do("/new", "FIC-C A trial (fictional)", "70", "1", "Save")
    assert counted() == {"FIC-A": 0, "FIC-B": 0, "FIC-C": 1}
    at.do("/new", "All our trials")
    do(at, "15")
    assert counted()["FIC-C"] == 1, "what is open counts nowhere"
    do(at, "Save and finish")
    assert counted() == {"FIC-A": 1, "FIC-B": 1, "FIC-C": 2}
    (chosen,) = stats(path, Selection(protocol="FIC-C", screening="S01-0003")).trials
    assert chosen.ruled_out_in_matchings == 0
    do(at, "Open FIC-C (ruled out)")
    assert counted() == {"FIC-A": 1, "FIC-B": 1, "FIC-C": 1}


@pytest.mark.parametrize(
    ("answers", "out"),
    [({"consent": "no"}, 1), ({"mutation": "no", "brain": "yes"}, 1), ({"mutation": "no", "brain": "no"}, 0)],
)
def test_a_trial_with_cohorts_is_counted_as_ruled_out_once_all_of_them_are(
    tmp_path: Path, answers: dict[str, str], out: int
) -> None:
    at = desk(tmp_path / "a.db", A, load(str(COHORTS)))
    at.do("/new", "All our trials")
    known = {"age_years": "45", "ecog": "1", "consent": "yes", **answers}
    while (state := at.load(MATCHING).state) != REVIEW:
        at.do(known.get(state, "unknown"))
    at.do(next(each for each in labels(at.turn) if each.startswith("Save")))
    at.do("/new", next(each for each in labels(at.do("/new")) if each.startswith("FICTION")), "no")
    at.do("Finish and save")
    found = {each.trial: each.ruled_out_in_matchings for each in stats(tmp_path / "a.db").trials}
    assert found["FICTION-COHORTS"] == out


def test_which_trials_were_not_asked_to_the_end_is_counted(at: Desk) -> None:
    do(at, "45", "Where we stand", "Finish and save")
    assert SAY.plain("not_all_asked", n=2) in told(at)
    assert SAY.plain("not_all_asked", n=2).startswith("2 trials were not asked to the end")
