"""A matching while an administrator pauses a trial, its file changes or goes, or the person moves: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from bot.conversation import Conversation
from bot.exchange import Turn
from bot.wording.phrases import plain
from dialogs.loading import parse_protocol
from state.trials import STATES, enter
from tests.conversation.office import buttons, labels, offering, said, staffed
from tests.conversation.test_matching import TRIALS, at_review, begin, begun, is_sound, press, standing
from tests.conversation.test_matching import site as site
from tests.conversation.test_trials import Site

DM2 = "EXAMPLE-DM2"
NEWER = parse_protocol(TRIALS[0].text.replace('version = "1', 'version = "2', 1), "EXAMPLE-DM2.toml")


def _offered(*trials: object) -> Callable[[Site], None]:
    def change(site: Site) -> None:
        site.ward.conversation.setup.protocols = trials  # type: ignore[assignment]

    return change


def _refused(site: Site, state: str) -> str:
    return site.words(f"not_begun_{state}", id=DM2, site="S01", day="2026-11-23", by="S01-P03")


CHANGES: dict[str, Callable[[Site], object]] = {
    "closed": lambda site: site.change(DM2, "trial_close"),
    "paused": lambda site: site.change(DM2, "trial_pause"),
    "removed": _offered(*TRIALS[1:]),
    "changed": _offered(NEWER, *TRIALS[1:]),
}
SAYS: dict[str, Callable[[Site], str]] = {
    "closed": lambda site: _refused(site, "closed"),
    "paused": lambda site: _refused(site, "paused"),
    "removed": lambda site: site.words("trial_not_offered", number="S01-M0001", trial=DM2),
    "changed": lambda site: site.words(
        "named", name=DM2, what=site.words("own_version", version=TRIALS[0].version, newest=NEWER.version)
    ),
}
BACK: dict[str, Callable[[Site], object]] = {
    "closed": lambda site: site.change(DM2, "trial_open"),
    "paused": lambda site: site.change(DM2, "trial_open"),
    "removed": _offered(*TRIALS),
    "changed": _offered(*TRIALS),
}


def _told(turn: Turn) -> str:
    return plain(said(turn))


@pytest.mark.parametrize("what", ["removed", "changed"])
def test_it_is_said_wherever_the_matching_is_looked_at_and_the_questions_go_on(site: Site, what: str) -> None:
    shown = standing(site)
    CHANGES[what](site)
    for turn in (
        press(site, press(site, shown, "back_to_question"), "where_we_stand"),
        site.ward.do(site.ward.clinician, "/resume"),
    ):
        assert SAYS[what](site) in _told(turn)
    site.ward.do(site.ward.clinician, site.words("unknown"))
    assert is_sound(site)
    BACK[what](site)
    assert SAYS[what](site) not in _told(site.ward.do(site.ward.clinician, "/resume"))


@pytest.mark.parametrize("what", ["closed", "paused", "removed"])
def test_what_was_left_out_of_saving_is_opened_out_of_the_saved_matching_later(site: Site, what: str) -> None:
    turn = at_review(site)
    CHANGES[what](site)
    done = press(site, turn, "save_all", n=2)
    assert SAYS[what](site) in _told(done)
    assert done.saved == ["S01-0001"]
    refused = press(site, done, "go_on_with", id=DM2)
    assert SAYS[what](site) in _told(refused)
    BACK[what](site)
    press(site, done, "go_on_with", id=DM2)
    assert ("S01-0002", DM2) in site.begun()
    assert is_sound(site)


def test_a_version_that_was_changed_meanwhile_is_said_where_it_is_saved(site: Site) -> None:
    turn = at_review(site)
    CHANGES["changed"](site)
    done = press(site, turn, "save_all", n=2)
    assert SAYS["changed"](site) in _told(done)
    (version,) = site.ward.conversation.screenings.db.execute(
        "SELECT protocol_version FROM screening_log WHERE protocol = ?", [DM2]
    ).fetchone()
    assert version == TRIALS[0].version


def test_where_every_trial_was_paused_meanwhile_each_is_said_and_all_can_be_opened_later(site: Site) -> None:
    turn = at_review(site)
    for trial in TRIALS:
        site.change(trial.id, "trial_pause")
    done = press(site, turn, "save_all", n=2)
    assert done.saved == []
    assert all(trial in _told(done) for trial in (DM2, "NCT04420494"))
    for trial in TRIALS:
        site.change(trial.id, "trial_open")
        press(site, done, "go_on_with", id=trial.id)
    assert begun(site) == ["S01-0001", "S01-0002", "S01-0003", "S01-M0001"]
    assert is_sound(site)


def test_a_screening_that_came_out_of_it_goes_on_though_its_trial_was_closed(site: Site) -> None:
    press(site, standing(site), "go_on_with", id=DM2)
    site.change(DM2, "trial_close")
    before = site.ward.conversation.screenings.load("S01-0001").entries
    site.ward.do(site.ward.clinician, site.words("unknown"))
    assert site.ward.conversation.screenings.load("S01-0001").entries > before


def _moved(site: Site, to: str) -> None:
    people, clinician = site.ward.conversation.people, site.ward.clinician
    people.change(clinician.code, role="clinician", site=to, by=site.administrator.code)


def test_who_moved_to_another_site_leaves_it_where_it_was(site: Site) -> None:
    turn = at_review(site)
    _moved(site, "S02")
    assert press(site, turn, "save_all", n=2).toast
    assert "M0001" not in str(labels(site.ward.do(site.ward.clinician, "/recent")))
    assert begun(site) == ["S01-M0001"]
    begin(site)
    assert begun(site) == ["S01-M0001", "S02-M0001"]
    _moved(site, "S01")
    press(site, turn, "save_all", n=2)
    assert sorted(number for number, _ in site.ward.verdicts()) == ["S01-0001", "S01-0002", "S01-M0001"]
    assert is_sound(site)


# whatever happens -----------------------------------------------------------------------------------

TYPED = ("45", "15", "yes", "no", "unknown", "back", "1", "/new", "/resume", "/recent", "/open", "/cancel")


def _something(site: Site, turns: list[Turn], chance: Random) -> None:
    """Type or press something, newly or long shown; or let an administrator change something."""
    pressed = [each.press for turn in turns[-6:] for each in buttons(turn) if each.press]
    happens = chance.choice(["typed", "pressed", "pressed", "opened or closed", "its file"])
    if happens == "opened or closed":
        screenings, trial = site.ward.conversation.screenings, chance.choice(TRIALS)
        enter(screenings.db, trial.id, "S01", chance.choice(STATES), None, screenings.clock)
        return
    if happens == "its file":
        chance.choice([CHANGES["removed"], CHANGES["changed"], BACK["removed"]])(site)
        return
    said_now = chance.choice(TYPED) if happens == "typed" else f"!{chance.choice(pressed)}"
    turns.append(site.ward.do(site.ward.clinician, said_now))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pressed_while_trials_change_all_is_answered_and_every_screening_replays(
    conversation: Conversation, seed: int
) -> None:
    ward = staffed(offering(conversation, *TRIALS), "en")
    site, chance = (
        Site(ward, conversation.people.add("administrator", "S01", "telegram", "7", "en")),
        Random(seed),
    )
    turns = [at_review(site)]
    for _ in range(40):
        _something(site, turns, chance)
    assert all(turn.actions or turn.toast for turn in turns), "each is answered"
    assert is_sound(site)
