"""A saved matching that is corrected: each trial comes to what it does alone, and nothing is asked in vain."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Final

import pytest

from dialogs.dialogue import COMPLETED, REVIEW
from dialogs.portfolio.matching import Matching
from dialogs.progress import Progress
from dialogs.protocol import Protocol
from dialogs.steps import BY_HAND, NOT_ASKED
from state.screenings import Screening
from state.trials import STATES, State, enter
from tests.conversation.office import buttons, labels
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import ANSWERS, MATCHING, SAY, do, is_sound, run, told, trial

_BLOOD: Final = ("hemoglobin", "exclusion", 'hemoglobin < "90 g/L"')
ECOG: Final = trial("FIC-E", ("relapse ecog", "exclusion", 'relapse < "3 mo" and ecog == "4"'), _BLOOD)
HISTORY: Final = trial(
    "FIC-H", ("relapse history", "exclusion", 'relapse < "3 mo" and "asthma" in history'), _BLOOD
)
BOTH: Final = trial(
    "FIC-B",
    ("relapse history", "exclusion", 'relapse < "4 mo" and "copd" in history and "asthma" in history'),
    ("relapse ecog", "exclusion", 'relapse < "4 mo" and ecog == "4"'),
)
TRIALS: Final = (ECOG, HISTORY, BOTH)


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    begun = desk(tmp_path / "a.db", *TRIALS)
    begun.do("/new", "All our trials")
    return begun


def _matching(at: Desk) -> Matching:
    dialogue = at.load(MATCHING).dialogue
    assert isinstance(dialogue, Matching)
    return dialogue


def _saved(at: Desk, *opened: Protocol, midway: bool = False) -> None:
    """The matching, saved without screenings, and then those that were opened and saved out of it."""
    if midway:
        do(at, ANSWERS[at.load(MATCHING).state], "Where we stand", "Finish and save")
    else:
        run(at, MATCHING)
    do(at, "Finish without screenings")
    for each in opened:
        do(at, f"Go on with {each.id}")
        run(at, _number_of(at, each))
        do(at, "Confirm and save")
        at.do("/open m1")


def _number_of(at: Desk, of: Protocol) -> str:
    return at.load(MATCHING).opened[of.id]


def _correct(at: Desk, number: str = MATCHING, relapse: str = "2 mo") -> None:
    at.do(f"/open {number}")
    do(at, "Correct an answer", "Relapse: 20 months ago", relapse, "Copied wrongly")


def _stands(at: Desk, of: Protocol, state: State) -> None:
    enter(at.conversation.screenings.db, of.id, "S01", state, None, at.conversation.screenings.clock)


def _asked(at: Desk) -> list[str]:
    """Answer all that the matching asks from here on; return what that was."""
    asked = list[str]()
    while (state := at.load(MATCHING).state) in ANSWERS:
        asked.append(state)
        do(at, *(["☐ COPD", "Done"] if state == "history" else [ANSWERS[state]]))
    assert len(asked) == len(set(asked))
    return asked


def _save(at: Desk) -> dict[str, str]:
    """Save the matching without screenings; return the verdict of each trial as it was saved, all as they are alone."""
    do(at, next(each for each in ("Finish without screenings", "Save and finish") if each in labels(at.turn)))
    assert at.load(MATCHING).state == COMPLETED
    rows = at.conversation.screenings.db.execute(
        "SELECT parts FROM verdicts WHERE screening = ? ORDER BY entry DESC", [MATCHING]
    )
    found = {each["part"]: each["verdict"] for each in json.loads(rows.fetchone()[0])}
    dialogue = _matching(at)
    for each, alone in dialogue.taking_part:
        assert (
            Progress(each.protocol, dict(alone.answers), as_answered=True).verdict == found[each.protocol.id]
        )
    at.conversation.screenings._loaded.clear()
    assert _matching(at).verdict == dialogue.verdict
    assert is_sound(at)
    return found


def assert_asks_for_open_trials(matching: Screening) -> None:
    """What is asked is needed by a trial, and by none that goes on by itself, or took none when it was shown."""
    dialogue, place = matching.dialogue, matching.protocol.position.get(matching.state)
    assert isinstance(dialogue, Matching)
    if place is None or dialogue.editing is not None:
        return
    trials = enumerate(dialogue.protocol.trial_ids)
    asking = [trial for at, trial in trials if place in dialogue.worth[at] and at in dialogue.possible]
    assert asking
    assert not [trial for trial in asking if matching.goes_on(trial) or trial in matching.over]


@pytest.mark.parametrize(
    ("opened", "asked"),
    [
        (TRIALS, []),
        ((ECOG, BOTH), ["history"]),
        ((ECOG, HISTORY), ["history", "ecog"]),
        ((ECOG,), ["history", "ecog"]),
        ((), ["history", "ecog"]),
    ],
    ids=lambda each: "+".join(getattr(one, "id", one) for one in each) or "none",
)
def test_a_trial_with_its_own_screening_is_judged_by_what_is_corrected_and_asked_nothing_for(
    at: Desk, opened: tuple[Protocol, ...], asked: list[str]
) -> None:
    _saved(at, *opened)
    _correct(at)
    found = _asked(at)
    assert sorted(found) == sorted(asked)
    alone = {each.id: _matching(at).alone[TRIALS.index(each)] for each in opened}
    missing = {each for each, own in alone.items() if own.open and not own.excluded}
    parts = _save(at)
    assert parts.keys() == {each.id for each in TRIALS}
    assert {each for each, verdict in parts.items() if verdict == "undetermined"} == missing
    if not opened:
        assert not missing


def test_what_becomes_undetermined_says_what_is_missing_and_which_screening_asks_it(at: Desk) -> None:
    _saved(at, *TRIALS)
    number = _number_of(at, ECOG)
    _correct(at)
    assert SAY("asks_once_corrected", numbers=number) in told(at), "at the end"
    assert "is asked in S01-0001, S01-0002, S01-0003, not here" in told(at)
    assert _save(at)["FIC-E"] == "undetermined"
    beside = told(at).partition("FIC-E")[2].partition("FIC-H")[0].split("\n")
    assert beside[1:5] == [
        f"{number}: potentially eligible",
        "By the answers here: undetermined",
        "Not asked: E1",
        SAY("asks_once_corrected", numbers=number),
    ]
    _correct(at, number)
    assert at.load(number).state == "ecog", "it asks it"
    do(at, "1", "Confirm and save")
    at.do("/open m1")
    assert SAY("asks_once_corrected", numbers=number) not in told(at), "it was corrected there"
    assert is_sound(at)


def test_what_is_ruled_out_by_a_correction_says_so_beside_its_own_screening(at: Desk) -> None:
    _saved(at, *TRIALS)
    at.do("/open m1")
    do(at, "Correct an answer", "Haemoglobin: 120 g/L", "80 g/L", "Copied wrongly")
    assert _save(at) == {"FIC-E": "ineligible", "FIC-H": "ineligible", "FIC-B": "eligible"}
    beside = told(at).partition("FIC-E")[2].partition("FIC-H")[0]
    assert "By the answers here: not eligible\nApplies, E2" in beside
    assert SAY("not_changed_in", numbers=_number_of(at, ECOG)) in beside
    assert "By the answers here" not in told(at).partition("FIC-B")[2].partition("FIC-E")[0]


def test_what_is_opened_in_a_revision_keeps_its_verdict_there(at: Desk) -> None:
    _saved(at)
    _correct(at)
    do(at, "Where we stand", "Go on with FIC-H")
    at.do("/resume m1")
    assert _matching(at).left == {"FIC-H": NOT_ASKED}
    _asked(at)
    assert _save(at).keys() == {each.id for each in TRIALS}


def test_what_was_saved_at_an_end_that_failed_is_judged_by_what_is_corrected_before_the_next(
    at: Desk,
) -> None:
    run(at, MATCHING)
    at.conversation.screenings.open_trial(
        at.load(MATCHING), "FIC-H", at.person.code, channel="telegram", save=True
    )
    do(at, "/resume m1", "Correct an answer", "Relapse: 20 months ago", "2 mo")
    assert "FIC-H is asked in S01-0001, not here" in told(at)
    _asked(at)
    assert _save(at).keys() == {each.id for each in TRIALS}


def test_what_is_asked_nowhere_else_any_more_is_asked_again(at: Desk) -> None:
    _saved(at, ECOG, BOTH)
    _stands(at, HISTORY, "closed")
    _correct(at)
    assert (at.load(MATCHING).state, len(_matching(at).left)) == (REVIEW, 3)
    _stands(at, HISTORY, "open")
    at.do("/resume m1")
    assert SAY("trial_asked_again", id="FIC-H") in told(at)
    assert _asked(at) == ["history"]
    assert _save(at)["FIC-H"] == "eligible"


def test_a_trial_for_which_nothing_more_is_asked_can_be_left_out(at: Desk) -> None:
    _saved(at, *TRIALS)
    _correct(at)
    do(at, "Leave a trial out", "Leave out FIC-E")
    assert _save(at).keys() == {"FIC-H", "FIC-B"}


# closed, and finished midway --------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["closed", "paused"])
def test_the_rest_is_asked_only_of_what_an_open_trial_needs(at: Desk, state: State) -> None:
    _saved(at, midway=True)
    _stands(at, ECOG, state)
    _stands(at, BOTH, state)
    _correct(at)
    do(at, "Ask the rest")
    assert told(at).count("its verdict is by the answers given") == 2
    assert sorted(_asked(at)) == ["hemoglobin", "history"]
    assert SAY.plain("ask_the_rest") not in labels(at.turn)
    assert _save(at) == {"FIC-E": "undetermined", "FIC-H": "eligible", "FIC-B": "undetermined"}
    assert "undetermined as entered\nNot asked: E1\nNo new screening" in told(at)


# whatever happens -------------------------------------------------------------------------------------


def _something(at: Desk, chance: Random) -> None:
    """Press a button, answer, look at the matching again; or let a trial be opened, paused or closed."""
    if not chance.randrange(4):
        _stands(at, chance.choice(TRIALS), chance.choice(STATES))
    pressed = [each.press for each in buttons(at.turn) if each.press and not each.press.startswith("new")]
    state = at.load(MATCHING).state
    if pressed and chance.randrange(4):
        at.do(f"!{chance.choice(pressed)}")
    elif state in ANSWERS:
        at.do("/resume m1", chance.choice(["2 mo", "20 mo"]) if state == "relapse" else ANSWERS[state])
    else:
        at.do("/open m1", "!revise:S01-M0001:1")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_pressed_no_verdict_goes_missing_and_nothing_is_asked_in_vain(
    at: Desk, seed: int
) -> None:
    chance, saved = Random(seed), 1
    _saved(at, *chance.sample(TRIALS, chance.randrange(3)), midway=not seed % 3)
    for _ in range(80):
        _something(at, chance)
        matching = at.load(MATCHING)
        assert_asks_for_open_trials(matching)
        if len(matching.saved) > saved:
            saved = len(matching.saved)
            left = {trial for trial, why in matching.dialogue.left.items() if why != NOT_ASKED}
            parts = {each.part.code for each in matching.dialogue.parts}
            assert parts | left == {each.id for each in TRIALS}
            assert set(matching.dialogue.left.values()) <= {NOT_ASKED, BY_HAND}
    assert saved > 2, "it came to verdicts"
    assert is_sound(at)
