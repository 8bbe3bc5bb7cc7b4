"""What the office of a site finds of its matchings: who was ruled out of which trial, and why; nobody else finds it."""

from __future__ import annotations

import pytest

from bot.conversation.site_matchings import LISTED
from bot.exchange import Turn
from bot.wording.phrases import plain
from dialogs.dialogue import Step
from dialogs.portfolio.merging import merged
from state.screenings import Screening
from tests.conversation.office import buttons, labels, presses, said
from tests.conversation.test_matching import OLD, TRIALS, begin, is_sound, press, saved, standing
from tests.conversation.test_matching import site as site
from tests.conversation.test_trials import Site

OUT = {"en": "0 of 3 possible; ruled out: EXAMPLE-DM2 (I1), EXAMPLE-MDD (I1), NCT04420494 (I1)"}
OUT["zh"] = "3项中0项可能；已排除：EXAMPLE-DM2（I1）、EXAMPLE-MDD（I1）、NCT04420494（I1）"


def _office(site: Site, *what: str) -> Turn:
    return site.ward.do(site.ward.coordinator, *what)


def _listed(site: Site, n: int) -> Turn:
    return site.press(site.ward.coordinator, _office(site, "/recent"), site.words("button_matchings", n=n))


def _log(site: Site) -> list[tuple[object, ...]]:
    return site.ward.conversation.screenings.db.execute("SELECT * FROM log").fetchall()


def test_who_was_ruled_out_of_which_trial_is_found_with_the_first_reason(site: Site) -> None:
    saved(site)
    before, listed = _log(site), _listed(site, 1)
    assert f"S01-M0001 2026-11-23 {OUT[site.ward.clinician.language]}" in plain(said(listed))
    card = site.press(site.ward.coordinator, listed, "S01-M0001")
    for trial in TRIALS:
        beside = plain(said(card)).partition(f"{trial.id} ")[2]
        required = site.words("of_part_inclusion", code="I1", what="")
        assert beside.split("\n")[2].startswith(required[:-1])
    assert not {each.split(":")[0] for each in presses(card)} - {"matchings", "matching"}, (
        "nothing to be done"
    )
    assert _log(site) == before


@pytest.mark.parametrize("typed", ["S01-M0001", "/subject m1", "/recent M0001", "/open s01-m1"])
def test_its_number_leads_to_it(site: Site, typed: str) -> None:
    saved(site)
    assert "I1" in plain(said(_office(site, typed)))
    assert "I1" in plain(said(site.ward.do(site.administrator, typed))) or not typed.startswith("/")


def test_a_trial_with_a_screening_of_its_own_stands_there_and_not_among_the_ruled_out(site: Site) -> None:
    turn = saved(site)
    press(site, press(site, turn, "go_on_with", id="NCT04420494"), "finish_save")
    listed = plain(said(_listed(site, 1)))
    assert "EXAMPLE-MDD" in listed
    assert "NCT04420494" not in listed
    became = site.words("noted", what=site.words("verdict_ineligible"), note="I1")
    assert site.words("named", name="S01-0001", what=became) in plain(said(_office(site, "m1")))


def test_what_is_in_progress_is_said_so_and_what_was_cancelled_is_not_listed(site: Site) -> None:
    standing(site)
    running = site.words("office_running", numbers="S01-M0001")
    assert running in plain(said(_office(site, "/open")))
    assert f"S01-M0001 2026-11-23 {site.words('state_open')}" in plain(said(_listed(site, 1)))
    assert site.words("stands_open", n=11) in plain(said(_office(site, "m1")))
    shown = site.ward.do(site.ward.clinician, "/cancel")
    site.ward.do(site.ward.clinician, f"!{buttons(shown)[0].press}")
    assert running not in plain(said(_office(site, "/open")))
    assert labels(_office(site, "/recent")) == []
    assert site.words("stands_open", n=11) not in plain(said(_office(site, "m1")))


def test_a_matching_that_is_revised_stands_as_it_was_saved(site: Site) -> None:
    shown = press(site, saved(site), "correct_answer")
    site.press(site.ward.clinician, shown, next(each for each in labels(shown) if "5" in each))
    press(site, site.ward.do(site.ward.clinician, "45"), "amend_misread")
    assert OUT[site.ward.clinician.language] in plain(said(_listed(site, 1)))
    card = plain(said(_office(site, "m1")))
    assert site.words("subject_revised") in card
    assert card.count("I1") == 3
    assert is_sound(site)


def _matching(site: Site) -> Screening:
    screenings, person = site.ward.conversation.screenings, site.ward.clinician.code
    made = screenings.start(merged(TRIALS), person, "S01", zone="UTC", channel="telegram")
    screenings.take(made, [Step("answer", made.state, OLD)], person)
    screenings.take(made, [Step("save")], person)
    return made


def test_of_many_each_is_found_by_turning_over(site: Site) -> None:
    made = [_matching(site).number for _ in range(3 * LISTED)]
    page, found = _listed(site, len(made)), list[str]()
    while True:
        found += [each for each in labels(page) if each.startswith("S01-M")]
        later = [each for each in buttons(page) if each.label.endswith("▶")]
        if not later:
            break
        page = _office(site, f"!{later[0].press}")
    assert sorted(found) == made
    assert len(found) == len(set(found))


def test_nobody_else_finds_it(site: Site) -> None:
    saved(site)
    begin(site)
    other = site.ward.conversation.people.add(
        "clinician", "S01", "telegram", "9", site.ward.clinician.language
    )
    for person in (site.ward.stranger_office, other):
        for what in ("!matchings", "!matching:S01-M0001:1", "S01-M0001", "/recent", "/open", "/recent m1"):
            told = site.ward.do(person, what)
            assert "I1" not in plain(said(told)), what
            assert not [each for each in buttons(told) if "M0" in each.label or "matching" in each.press], (
                what
            )
