"""A matching and the screenings that came out of it, each of which goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final, cast

import pytest

from bot.wording.phrases import phrases, plain
from dialogs.dialogue import COMPLETED
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state.database import path_of
from state.trials import enter
from state.verify import verify
from tests.conversation.office import buttons, labels, opening, said
from tests.conversation.playing import Clock
from tests.conversation.test_contradictions import Desk, desk

SAY: Final = phrases("en")
_QUESTIONS: Final = {
    "relapse": '[[question]]\nid = "relapse"\nkind = "since"\nask = "Most recent relapse?"\nshort = "Relapse"\n',
    "history": """
[[question]]
id = "history"
kind = "several"
lasting = true
ask = "Which of these has the patient ever had?"
short = "History"
options = [{ code = "asthma", text = "Asthma" }, { code = "copd", text = "COPD" }]
""",
    "hemoglobin": '[[question]]\nuse = "hemoglobin"\n',
    "ecog": '[[question]]\nuse = "ecog"\n',
}


def trial(name: str, *criteria: tuple[str, str, str]) -> Protocol:
    """Return a trial of criteria, each with its questions, its kind and its rule."""
    head = f'format = 2\nid = "{name}"\nversion = "1"\nlanguages = ["en"]\ntitle = "{name} (fictional)"\n'
    rules = [
        f'[[criterion]]\ncode = "{kind[0].upper()}{place}"\n{kind} = "About {questions}"\nrule = \'{rule}\'\n'
        for place, (questions, kind, rule) in enumerate(criteria, 1)
    ]
    asked = dict.fromkeys(question for questions, _, _ in criteria for question in questions.split())
    return parse_protocol("\n".join([head, *(_QUESTIONS[each] for each in asked), *rules]), f"{name}.toml")


_RELAPSE: Final = ("relapse", "exclusion", 'relapse < "3 mo"')
_HISTORY: Final = ("history", "exclusion", '"asthma" in history and "copd" in history')
_BLOOD: Final = ("hemoglobin", "exclusion", 'hemoglobin < "90 g/L"')
ONE: Final = trial("FIC-1", ("relapse", "inclusion", 'relapse <= "24 mo"'), _HISTORY, _BLOOD)
TWO: Final = trial("FIC-2", _RELAPSE, _HISTORY, _BLOOD)
THREE: Final = trial("FIC-3", ("ecog", "exclusion", 'ecog == "4"'), _BLOOD)
ANSWERS: Final = {"relapse": "20 mo", "history": "asthma", "hemoglobin": "120 g/L", "ecog": "1"}
MATCHING: Final = "S01-M0001"


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    begun = desk(tmp_path / "a.db", ONE, TWO, THREE)
    begun.do("/new", "All our trials")
    return begun


def run(at: Desk, number: str, until: str | None = None, **answers: str) -> None:
    """Answer what is asked, up to a question or the end."""
    for _ in ANSWERS:
        state = at.load(number).state
        if state == until or state not in ANSWERS:
            return
        if at.load(number).dialogue.proposal is not None:
            do(at, "Done")
        else:
            do(at, {**ANSWERS, **answers}[state])


def do(at: Desk, *texts: str) -> None:
    """Press the buttons that are labelled so, or else type it; all is taken."""
    for text in texts:
        trial = text.removeprefix("Go on with ")
        label = text if trial == text else opening(at.turn, trial, phrases("en"))
        found = next((each.press for each in buttons(at.turn) if each.label == label), None)
        at.do(f"!{found}" if found else text)
        assert not at.turn.untaken, text


def wait(at: Desk, days: int) -> None:
    cast("Clock", at.conversation.screenings.clock).now += timedelta(days=days)


def told(at: Desk) -> str:
    return plain(said(at.turn))


def go_on_and_save(at: Desk, name: str, number: str = "S01-0001") -> None:
    do(at, "Where we stand", f"Go on with {name}")
    run(at, number)
    do(at, "Confirm and save")
    assert at.load(number).state == COMPLETED


def is_sound(at: Desk) -> bool:
    return verify(path_of(at.conversation.screenings.db)).problems == ()


# what is offered to be kept --------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 60])
def test_what_changes_with_time_is_offered_on_the_day_of_its_answer_only(at: Desk, days: int) -> None:
    go_on_and_save(at, "FIC-2")
    wait(at, days)
    do(at, f"Back to {MATCHING}")
    offered = dict[str, bool]()
    while (state := at.load(MATCHING).state) in ANSWERS and state not in offered:
        offered[state] = any(each.startswith("Keep") for each in labels(at.turn))
        do(at, ANSWERS[state])
    assert offered == {"relapse": not days, "history": True, "hemoglobin": not days, "ecog": False}
    assert is_sound(at)


# what waits ------------------------------------------------------------------------------------------


def _pause(at: Desk, name: str) -> None:
    enter(at.conversation.screenings.db, name, "S01", "paused", "S01-P02", at.conversation.screenings.clock)
    do(at, "/resume")


def _leave(at: Desk, name: str) -> None:
    do(at, "Where we stand", "Leave a trial out", f"Leave out {name}")


LEFT: Final[dict[str, Callable[[Desk, str], None]]] = {"paused": _pause, "by hand": _leave}


@pytest.mark.parametrize("way", LEFT)
@pytest.mark.parametrize(
    ("question", "typed", "then"), [("history", "☐ Asthma", "Done"), ("hemoglobin", "120", "g/L")]
)
def test_what_waits_stands_when_a_trial_is_left_out(
    at: Desk, way: str, question: str, typed: str, then: str
) -> None:
    run(at, MATCHING, question)
    do(at, typed)
    before = at.load(MATCHING).dialogue.proposal
    assert before is not None
    LEFT[way](at, "FIC-1")
    assert (at.load(MATCHING).state, at.load(MATCHING).dialogue.proposal) == (question, before)
    do(at, then)
    assert question in at.load(MATCHING).dialogue.answers
    assert is_sound(at)


@pytest.mark.parametrize("way", LEFT)
def test_of_what_no_trial_asks_any_more_it_is_said_that_it_is_not_kept(at: Desk, way: str) -> None:
    run(at, MATCHING, "history")
    do(at, "☐ Asthma")
    LEFT[way](at, "FIC-1")
    assert SAY("waits_no_more", question="History") not in told(at)
    LEFT[way](at, "FIC-2")
    assert SAY("waits_no_more", question="History") in told(at)
    assert at.load(MATCHING).dialogue.proposal is None
    run(at, MATCHING)
    assert is_sound(at)


def test_what_waits_stands_when_a_trial_is_taken_in_again(at: Desk) -> None:
    run(at, MATCHING, "history")
    _leave(at, "FIC-3")
    do(at, "☐ Asthma", "Where we stand", "Take in FIC-3 again")
    assert at.load(MATCHING).state == "history"
    assert "☑ Asthma" in labels(at.turn)


# corrected here and there ----------------------------------------------------------------------------


def test_a_screening_that_has_the_answer_already_is_not_named_to_be_corrected(at: Desk) -> None:
    run(at, MATCHING, "ecog", relapse="5 mo")
    go_on_and_save(at, "FIC-2")
    do(
        at,
        "Correct an answer",
        "Relapse",
        "4 mo",
        "Copied wrongly",
        "Confirm and save",
        f"Back to {MATCHING}",
    )
    not_changed = SAY("not_changed_in", numbers="S01-0001")
    do(at, "Where we stand", "Correct an answer", "Relapse", "4 mo")
    assert not_changed not in told(at)
    do(at, "Where we stand", "Correct an answer", "Relapse", "6 mo")
    assert not_changed in told(at)


def test_what_cancelling_a_revision_brings_back_was_answered_when_it_was(at: Desk) -> None:
    run(at, MATCHING, relapse="2 mo")
    do(at, labels(at.turn)[0])
    first = at.load(MATCHING).entered["relapse"]
    wait(at, 20)
    for typed in ("4 mo", "2 mo"):
        do(at, "Correct an answer", "Relapse", typed)
        if "Copied wrongly" in labels(at.turn):
            do(at, "Copied wrongly")
    do(at, "/cancel", "yes", "Go on with FIC-2")
    (own,) = (each for each in at.load(MATCHING).opened.items() if each[0] == "FIC-2")
    assert at.load(own[1]).entered["relapse"] == first
    assert is_sound(at)


def test_the_rest_is_not_offered_where_all_that_is_open_goes_on_by_itself(at: Desk) -> None:
    run(at, MATCHING, "ecog")
    do(at, "Where we stand", "Finish and save")
    assert SAY.plain("ask_the_rest") in labels(at.turn)
    do(at, labels(at.turn)[0], "Correct an answer", "Haemoglobin", "121 g/L", "Copied wrongly")
    assert SAY.plain("ask_the_rest") not in labels(at.turn)
    assert not at.load(MATCHING).ended


def corrected(at: Desk, days: int = 0) -> None:
    """Correct in a screening that came out of the matching what stands there, too, and come back."""
    run(at, MATCHING, "ecog", relapse="5 mo")
    go_on_and_save(at, "FIC-2")
    do(at, "Correct an answer", "Relapse: 5 months ago", "30 mo", "Copied wrongly", "Confirm and save")
    wait(at, days)
    do(at, f"Back to {MATCHING}")


def test_another_answer_of_a_screening_that_came_out_is_said_and_taken_over_by_one_tap(at: Desk) -> None:
    corrected(at)
    another = SAY("answered_elsewhere", number="S01-0001", named="Relapse: 30 months ago")
    assert another in told(at)
    do(at, "Where we stand")
    assert another in told(at)
    do(at, "Relapse: 30 months ago")
    assert str(at.load(MATCHING).dialogue.answers["relapse"]) == str(
        at.load("S01-0001").dialogue.answers["relapse"]
    )
    assert SAY("not_changed_in", numbers="S01-0001") not in told(at)
    run(at, MATCHING)
    assert another not in told(at)
    assert "FIC-1" in told(at)
    assert is_sound(at)


def test_at_the_end_it_is_said_too_and_on_another_day_it_is_to_be_typed(at: Desk) -> None:
    corrected(at, days=9)
    run(at, MATCHING)
    assert SAY("answered_elsewhere", number="S01-0001", named="Relapse: 30 months ago") in told(at)
    assert "Relapse: 30 months ago" not in labels(at.turn)


@pytest.mark.parametrize("version", ["2", "1"])
def test_a_trial_that_an_earlier_version_ruled_out_is_told_there_and_at_the_end(
    at: Desk, version: str
) -> None:
    run(at, MATCHING, "ecog", relapse="30 mo")
    newer = ONE.text.replace('version = "1"', f'version = "{version}"').replace('"24 mo"', '"36 mo"')
    at.conversation.setup.protocols = (parse_protocol(newer, "FIC-1.toml"), TWO, THREE)
    key = "ruled_out_by_version" if version == "2" else "ruled_out_by_text"
    another = SAY(key, id="FIC-1", version="1", newest=version)
    at.do("/resume")
    assert another in told(at)
    do(at, "Where we stand")
    assert another in told(at)
    do(at, "Back to the question")
    run(at, MATCHING)
    assert another in told(at)
    do(at, labels(at.turn)[0])
    assert at.load(MATCHING).ended
    assert another in told(at)
    at.do("/resume m1")
    assert another not in told(at)
