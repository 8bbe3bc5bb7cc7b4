"""A matching while an administrator pauses a trial, its file changes or goes, or the person moves: nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest

from bot.conversation import Conversation
from bot.exchange import Turn
from bot.wording.phrases import plain
from dialogs.loading import parse_protocol
from dialogs.steps import BY_HAND
from state.trials import STATES, enter
from tests.conversation.office import buttons, labels, offering, said, staffed
from tests.conversation.test_matching import (
    TRIALS,
    at_review,
    begin,
    begun,
    is_sound,
    left_out,
    press,
    standing,
)
from tests.conversation.test_matching import site as site
from tests.conversation.test_matching_revised import assert_asks_for_open_trials
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
    "removed": lambda site: site.words("not_begun_not_offered", id=DM2),
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


def test_a_changed_version_is_said_wherever_the_matching_is_looked_at_and_the_questions_go_on(
    site: Site,
) -> None:
    shown = standing(site)
    CHANGES["changed"](site)
    for turn in (
        press(site, press(site, shown, "back_to_question"), "where_we_stand"),
        site.ward.do(site.ward.clinician, "/resume"),
    ):
        assert SAYS["changed"](site) in _told(turn)
    site.ward.do(site.ward.clinician, site.words("unknown"))
    assert is_sound(site)
    BACK["changed"](site)
    assert SAYS["changed"](site) not in _told(site.ward.do(site.ward.clinician, "/resume"))


GONE = pytest.mark.parametrize("what", ["closed", "paused", "removed"])


def _left(site: Site) -> dict[str, str]:
    return dict(site.ward.conversation.screenings.load("S01-M0001").dialogue.left)


@GONE
def test_what_takes_no_new_screening_is_left_out_and_taken_in_again_when_it_does(
    site: Site, what: str
) -> None:
    shown = standing(site)
    CHANGES[what](site)
    told = _told(press(site, shown, "back_to_question"))
    assert SAYS[what](site) in told
    assert site.words("trial_left_over", id=DM2) in told
    assert site.words("open_go_on") not in told, "it does not, in what is open here"
    assert list(_left(site)) == [DM2]
    shown = press(site, site.ward.do(site.ward.clinician, site.words("unknown")), "where_we_stand")
    assert not [each for each in labels(shown) if DM2 in each], "neither to go on with nor to take in"
    BACK[what](site)
    back = press(site, shown, "back_to_question")
    assert site.words("trial_offered_again", id=DM2) in _told(back)
    assert _left(site) == {}
    assert site.words("go_on_with", id=DM2) in labels(press(site, back, "where_we_stand"))
    assert is_sound(site)


@GONE
def test_what_was_left_by_hand_is_taken_in_by_hand_alone_and_only_while_it_takes_new_screenings(
    site: Site, what: str
) -> None:
    shown = press(site, left_out(site, standing(site), DM2), "where_we_stand")
    take_in = site.words("take_in", id=DM2)
    assert take_in in labels(shown)
    CHANGES[what](site)
    stale = press(site, shown, "take_in", id=DM2)
    assert SAYS[what](site) in _told(stale)
    assert take_in not in labels(stale)
    state = {"removed": "not_offered"}.get(what, what)
    assert site.words(f"takes_none_{state}") in _told(stale)
    assert list(_left(site).values()) == [BY_HAND]
    BACK[what](site)
    again = press(site, stale, "back_to_question")
    assert site.words("trial_offered_again", id=DM2) not in _told(again)
    assert take_in in labels(press(site, again, "where_we_stand"))


@GONE
@pytest.mark.parametrize("midway", [False, True], ids=["all was asked", "finished midway"])
def test_what_takes_no_new_screening_at_the_end_is_left_out_of_what_is_saved_without_screenings(
    site: Site, what: str, midway: bool
) -> None:
    turn = press(site, standing(site), "finish_save") if midway else at_review(site)
    CHANGES[what](site)
    done = press(site, turn, "finish_without")
    assert SAYS[what](site) in _told(done)
    assert site.words("trial_left_over", id=DM2) in _told(done)
    assert not [each for each in labels(done) if DM2 in each]
    assert site.ward.verdicts() == [("S01-M0001", "undetermined")]
    screenings = site.ward.conversation.screenings
    (parts,) = screenings.db.execute("SELECT parts FROM verdicts").fetchone()
    assert DM2 not in parts
    assert is_sound(site)
    assert begun(site) == ["S01-M0001"]


@GONE
def test_what_comes_back_at_the_end_is_not_put_into_what_was_seen_and_saved(site: Site, what: str) -> None:
    begin(site)
    CHANGES[what](site)
    turn = at_review(site)
    BACK[what](site)
    done = press(site, turn, "save_all", n=1)
    assert done.saved == ["S01-0001"]
    assert list(_left(site)) == [DM2]
    assert site.words("open_left_out", id=DM2) in labels(done), "it can be opened out of the saved matching"


@GONE
def test_what_comes_back_before_the_end_is_looked_at_again_is_asked_for(site: Site, what: str) -> None:
    begin(site)
    CHANGES[what](site)
    at_review(site)
    BACK[what](site)
    again = site.ward.do(site.ward.clinician, "/resume")
    assert site.words("trial_offered_again", id=DM2) in _told(again)
    assert press(site, at_review(site), "save_all", n=2).saved == ["S01-0001", "S01-0002"]
    assert is_sound(site)


def test_a_trial_that_was_saved_before_an_end_that_failed_is_not_left_out_because_it_was_closed(
    site: Site,
) -> None:
    at_review(site)
    screenings = site.ward.conversation.screenings
    matching, person = screenings.load("S01-M0001"), site.ward.clinician.code
    screenings.open_trial(matching, DM2, person, channel="telegram", save=True)
    site.change(DM2, "trial_close")
    shown = site.ward.do(site.ward.clinician, "/resume m1")
    assert site.words("trial_left_over", id=DM2) not in _told(shown)
    assert _left(site) == {}
    assert [each for each in labels(shown) if "S01-0001" in each]


@GONE
def test_what_was_left_out_of_saving_is_opened_out_of_the_saved_matching_later(site: Site, what: str) -> None:
    turn = at_review(site)
    CHANGES[what](site)
    done = press(site, turn, "save_all", n=2)
    assert SAYS[what](site) in _told(done)
    assert done.saved == ["S01-0001"]
    assert not [each for each in labels(done) if each.endswith(DM2) or f"{DM2} (" in each]
    BACK[what](site)
    press(site, site.ward.do(site.ward.clinician, "/open m1"), "go_on_with", id=DM2)
    assert ("S01-0002", DM2) in site.begun()
    assert is_sound(site)


def _parts(site: Site) -> dict[str, str]:
    """The verdict of each trial, as the matching was saved last."""
    (parts,) = site.ward.conversation.screenings.db.execute(
        "SELECT parts FROM verdicts WHERE screening = 'S01-M0001' ORDER BY entry DESC"
    ).fetchone()
    return {each["part"]: each["verdict"] for each in json.loads(parts)}


def _corrected(site: Site, age: str) -> Turn:
    """The saved matching, with another age, before it is saved again."""
    listed = press(site, site.ward.do(site.ward.clinician, "/open m1"), "correct_answer")
    site.press(site.ward.clinician, listed, next(each for each in labels(listed) if "45" in each))
    return press(site, site.ward.do(site.ward.clinician, age), "amend_misread")


@GONE
@pytest.mark.parametrize("midway", [False, True], ids=["all was asked", "finished midway"])
def test_what_takes_no_new_screening_keeps_its_verdict_when_a_saved_matching_is_corrected(
    site: Site, what: str, midway: bool
) -> None:
    press(site, press(site, standing(site), "finish_save") if midway else at_review(site), "finish_without")
    before = _parts(site)
    CHANGES[what](site)
    end = _corrected(site, "46")
    assert _left(site) == {}
    state = {"removed": "not_offered"}.get(what, what)
    assert site.words(f"takes_none_{state}") in _told(end)
    done = press(site, end, "save_all", n=1)
    assert (done.saved, _parts(site)) == (["S01-0001"], before)
    assert DM2 in before
    assert ("S01-0001", DM2) not in site.begun()
    assert is_sound(site)


@GONE
def test_what_takes_no_new_screening_is_judged_by_what_is_corrected_in_a_saved_matching(
    site: Site, what: str
) -> None:
    press(site, at_review(site), "finish_without")
    CHANGES[what](site)
    press(site, _corrected(site, "5"), "finish_matching")
    assert _parts(site)[DM2] == "ineligible"
    assert is_sound(site)


@GONE
def test_what_takes_no_new_screening_at_the_end_of_a_revision_is_said_and_not_saved(
    site: Site, what: str
) -> None:
    press(site, at_review(site), "finish_without")
    end, before = _corrected(site, "46"), _parts(site)
    CHANGES[what](site)
    done = press(site, end, "save_all", n=2)
    assert (done.saved, _parts(site)) == (["S01-0001"], before)
    assert _told(done).count(SAYS[what](site)) == 1
    assert ("S01-0001", DM2) not in site.begun()
    assert is_sound(site)


def test_a_version_that_was_changed_meanwhile_is_said_where_it_is_saved(site: Site) -> None:
    turn = at_review(site)
    CHANGES["changed"](site)
    done = press(site, turn, "save_all", n=2)
    saved = site.words("saved_version", version=TRIALS[0].version, newest=NEWER.version)
    assert site.words("named", name=DM2, what=saved) in _told(done)
    assert SAYS["changed"](site) not in _told(done), "it goes on no more"
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
        press(site, site.ward.do(site.ward.clinician, "/open m1"), "go_on_with", id=trial.id)
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


@pytest.mark.parametrize("kind", ["all_trials", DM2])
def test_who_moved_is_told_where_it_stays_and_who_can_go_on_with_it_a_matching_like_a_screening(
    site: Site, kind: str
) -> None:
    clinician, do = site.ward.clinician, site.ward.do
    label = site.words(kind) if kind == "all_trials" else kind
    shown = site.press(clinician, do(clinician, "/new"), label)
    ((number, _),) = site.begun()
    _moved(site, "S02")
    stays = site.words("stays_with_site", site="S01", now="S02")
    before = site.ward.conversation.screenings.load(number).entries
    for typed in ("45", number, f"/open {number}", f"/recent {number}", f"/resume {number}", "/resume"):
        assert stays in _told(do(clinician, typed)), typed
    for button in buttons(shown):
        assert do(clinician, f"!{button.press}").toast == stays
    assert site.ward.conversation.screenings.load(number).entries == before
    site.press(clinician, do(clinician, "/new"), label)
    assert [each for each, _ in site.begun()] == [number, number.replace("S01", "S02")]
    assert stays not in _told(do(clinician, "/resume")), "what is open here is shown"
    _moved(site, "S01")
    assert number in _told(do(clinician, f"/resume {number}"))
    other = site.ward.conversation.people.add("clinician", "S02", "telegram", "9", clinician.language)
    assert stays not in _told(do(other, f"/open {number}")), "nobody else is told"


# whatever happens -----------------------------------------------------------------------------------

TYPED = ("45", "15", "yes", "no", "unknown", "back", "1", "/new", "/resume", "/recent", "/open", "/cancel")


def _something(site: Site, turns: list[Turn], chance: Random) -> None:
    """Type or press something, newly or long shown; or let an administrator change something.

    What is pressed is of the newest turns with buttons: the first one has some.
    """
    shown = [pressed for turn in turns if (pressed := [each.press for each in buttons(turn) if each.press])]
    pressed = [each for newer in shown[-6:] for each in newer]
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
    for number in {number for number, trial in site.begun() if trial == "portfolio"}:
        assert_asks_for_open_trials(site.ward.conversation.screenings.load(number))


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
