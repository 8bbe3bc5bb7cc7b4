"""A number typed against its own parts is told at once and at the review; either can be corrected, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.exchange import Turn
from bot.terminal import Terminal
from dialogs.answers import COMPUTED, Answer, Measurement
from dialogs.candidates import read_candidates
from dialogs.dialogue import REVIEW
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Protocol
from state.database import path_of
from state.verify import verify
from tests.conversation.office import Ward, labels, offering, press_of, presses, said, staffed
from tests.conversation.playing import Clock, new_conversation
from tests.dialogs.test_format import HEAD

EGFR = """
[[question]]
use = "age_years"
[[question]]
use = "sex"
[[question]]
use = "egfr"
[[question]]
use = "creatinine"
[[question]]
use = "pregnant_or_lactating"
[[criterion]]
code = "I1"
inclusion = "Adults"
rule = "age_years >= 18"
[[criterion]]
code = "E1"
exclusion = "eGFR below 60"
rule = 'egfr < "60 mL/min/{1.73_m2}"'
[[criterion]]
code = "E2"
exclusion = "Creatinine above 133"
rule = 'creatinine > "133 umol/L"'
[[criterion]]
code = "E3"
exclusion = "Pregnancy"
rule = 'sex == "female" and pregnant_or_lactating == "pregnant"'
"""
TRIAL = parse_protocol(HEAD + EGFR, "egfr.toml")
TYPED = ("65", "female", "85 mL/min/1.73m2", "130 umol/L")
TOLD = "85 mL/min/1.73 m² was entered, but it comes to 39 mL/min/1.73 m² from creatinine 130 µmol/L"


@pytest.fixture
def ward(conversation: Conversation) -> Ward:
    return staffed(offering(conversation, TRIAL))


def _answers(ward: Ward) -> dict[str, Answer]:
    return dict(ward.conversation.screenings.load("S01-0001").dialogue.answers)


def test_it_is_told_at_the_answer_and_at_the_review_as_a_list_is_refused(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", *TYPED)
    assert TOLD in said(turn)
    assert "By that E1 would be judged otherwise" in said(turn)
    turn = ward.do(ward.clinician, "neither")
    assert said(turn).count(TOLD) == 1
    assert "potentially eligible as entered" in said(turn)
    assert labels(turn)[:5] == [
        *("Correct: eGFR", "Correct: Creatinine", "Correct: Sex", "Correct: Age"),
        "Save with the contradiction",
    ]
    columns = "age_years,sex,egfr,creatinine,pregnant_or_lactating"
    (row,) = read_candidates(TRIAL, f"name,{columns}\nx,{','.join(TYPED)},neither\n")
    assert [fault.code for fault in row.faults] == ["worked_out"]


def test_the_parts_stand_if_the_number_is_worked_out(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", *TYPED, "neither")
    before = _answers(ward)
    turn = ward.tap(turn, "Correct: eGFR")
    turn = ward.tap(turn, "Work it out")
    assert "Not eligible as entered: exclusion E1" in said(turn)
    assert TOLD not in said(turn)
    assert "Finish and save" in labels(turn)
    assert _answers(ward) == {**before, "egfr": COMPUTED}


def test_the_number_stands_if_a_part_is_corrected(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", *TYPED, "neither")
    before = _answers(ward)
    turn = ward.tap(turn, "Correct: Creatinine")
    turn = ward.do(ward.clinician, "62 umol/L")
    assert "was entered, but" not in said(turn)
    assert "Confirm and save" in labels(turn)
    assert {q: a for q, a in _answers(ward).items() if before[q] != a}.keys() == {"creatinine"}


def test_a_yes_at_the_review_does_not_save_a_contradiction(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", *TYPED, "neither", "yes")
    assert ward.verdicts() == []
    assert "eGFR" in said(turn)
    assert ward.conversation.screenings.load("S01-0001").state == REVIEW, "nothing was opened to be corrected"


def test_a_bound_that_the_parts_come_to_contradicts_nothing(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "65", "female", ">30 mL/min/1.73m2", "60 umol/L", "neither")
    assert "was entered, but" not in said(turn)
    turn = ward.do(ward.clinician, "/new", "65", "female", ">70 mL/min/1.73m2", "130 umol/L", "neither")
    assert "was entered, but" in said(turn)


def test_what_is_saved_all_the_same_says_so_and_verifies(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", *TYPED, "neither")
    saved = ward.tap(turn, "Save with the contradiction")
    assert TOLD in said(saved)
    assert ward.verdicts() == [("S01-0001", "eligible")]
    assert verify(path_of(ward.conversation.screenings.db)).problems == ()
    assert isinstance(_answers(ward)["egfr"], Measurement)
    assert TOLD in said(ward.do(ward.coordinator, "S01-0001"))


def test_what_excludes_by_the_number_typed_says_so_before_it_is_saved(ward: Ward) -> None:
    """Found before by its parts: 62 µmol/L at 65 years is no eGFR of 39."""
    turn = ward.do(ward.clinician, "/new", "65", "female", "85 mL/min/1.73m2", "62 umol/L", "neither")
    assert "was entered, but" not in said(turn)
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'correct_which:')}")
    turn = ward.do(ward.clinician, "eGFR", "39 mL/min/1.73m2")
    assert "Not eligible as entered: exclusion E1" in said(turn)
    assert "39 mL/min/1.73 m² was entered, but it comes to 96 mL/min/1.73 m²" in said(turn)
    assert labels(turn)[0] == "Correct: eGFR"
    assert presses(turn).count(press_of(turn, "correct:")) == 1
    assert "Save with the contradiction" in labels(turn)


def test_a_number_corrected_over_one_that_was_worked_out_is_told(conversation: Conversation) -> None:
    trial = load(str(Path(__file__).parent.parent / "data" / "worked_out.toml"))
    ward = staffed(offering(conversation, trial))
    turn = ward.tap(ward.do(ward.clinician, "/new"), "Work it out")
    turn = ward.do(ward.clinician, "60.5 kg", "181 cm")  # 18.47
    turn = ward.tap(turn, "Correct: BMI")
    turn = ward.do(ward.clinician, "19 kg/m2")
    assert "BMI: 19 kg/m² was entered, but it comes to 18.47 kg/m²" in said(turn)


@pytest.mark.parametrize("last", ["s", "save with the contradiction"])
def test_a_pipe_saves_it_only_where_its_writer_says_so(tmp_path: Path, last: str) -> None:
    conversation = offering(new_conversation(tmp_path / "pipe.db", Clock()), TRIAL)
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    printed: list[str] = []
    done = Terminal(conversation, person, printed.append).run([*TYPED, "neither", last], piped=True)
    assert done is (last != "s")
    assert ("two answers contradict each other" in " ".join(printed)) is (last == "s")
    conversation.screenings.db.close()


def test_a_matching_tells_it_before_it_is_saved(conversation: Conversation) -> None:
    other = parse_protocol(HEAD.replace("EX-1", "EX-2") + EGFR, "other.toml")
    ward = staffed(offering(conversation, TRIAL, other))
    turn = ward.tap(ward.do(ward.clinician, "/new"), "All our trials")
    for _ in range(6):
        answer = next((each for word, each in MATCHED.items() if word in said(turn)), None)
        if answer is None:
            break
        turn = ward.do(ward.clinician, answer)
    assert TOLD in said(turn)
    assert labels(turn)[0] == "Correct: eGFR"


MATCHED = {
    "Age in completed": "65",
    "Sex?": "female",
    "eGFR (CKD": "85 mL/min/1.73m2",
    "Serum creatinine?": "130 umol/L",
    "Currently pregnant": "neither",
}


# over several trials, none of which asks all of it -----------------------------------------------------


def apart(name: str, question: str, kind: str, rule: str) -> Protocol:
    text = (
        f'\n[[question]]\nuse = "{question}"\n[[criterion]]\ncode = "C1"\n{kind} = "x"\nrule = \'{rule}\'\n'
    )
    return parse_protocol(HEAD.replace("EX-1", name) + text, f"{name}.toml")


BMI = apart("FIC-BMI", "bmi", "inclusion", 'bmi >= "18.5 kg/m2"')
WEIGHT = apart("FIC-KG", "body_weight", "exclusion", 'body_weight > "150 kg"')
HEIGHT = apart("FIC-CM", "height", "exclusion", 'height < "150 cm"')
APART = {"bmi": "22 kg/m2", "body_weight": "50 kg", "height": "180 cm"}  # 15.4
ALSO_TOLD = "22 kg/m² was entered, but it comes to 15.4 kg/m²"


def matched(ward: Ward, **given: str) -> Turn:
    """Answer all that a matching asks."""
    turn = ward.tap(ward.do(ward.clinician, "/new"), "All our trials")
    while (state := ward.conversation.screenings.load("S01-M0001").state) in APART:
        turn = ward.do(ward.clinician, {**APART, **given}[state])
    return turn


@pytest.fixture
def several(conversation: Conversation) -> Ward:
    return staffed(offering(conversation, BMI, WEIGHT, HEIGHT))


def test_it_is_saved_over_several_trials_by_a_button_that_says_so_and_told_where_it_was_saved(
    several: Ward,
) -> None:
    turn = matched(several)
    assert ALSO_TOLD in said(turn)
    assert "By that FIC-BMI/C1 would be judged otherwise" in said(turn)
    assert labels(turn)[:4] == [
        *("Correct: BMI", "Correct: Body weight", "Correct: Height"),
        "Save 3 screenings with the contradiction",
    ]
    saved = several.tap(turn, "Save 3 screenings with the contradiction")
    assert ALSO_TOLD in said(saved)
    numbers = ("S01-0001", "S01-0002", "S01-0003")
    assert [ALSO_TOLD in said(several.do(several.coordinator, each)) for each in numbers] == [
        True,
        False,
        False,
    ]
    own = several.conversation.screenings.load("S01-0001")
    assert own.dialogue.applied == ["bmi"]
    assert {*own.dialogue.set_aside} == {"body_weight", "height"}
    assert verify(path_of(several.conversation.screenings.db)).problems == ()


@pytest.mark.parametrize(("bmi", "verdict"), [("22 kg/m2", "eligible"), ("18 kg/m2", "ineligible")])
def test_a_screening_that_goes_on_by_itself_tells_it_before_it_is_saved_and_after(
    several: Ward, bmi: str, verdict: str
) -> None:
    turn = matched(several, bmi=bmi, body_weight="50 kg" if verdict == "eligible" else "70 kg")
    turn = several.tap(turn, "Go on with FIC-BMI")
    assert "was entered, but it comes to" in said(turn)
    saved = several.tap(turn, "Save with the contradiction")
    assert "was entered, but it comes to" in said(saved)
    assert several.verdicts() == [("S01-0001", verdict)]
    assert verify(path_of(several.conversation.screenings.db)).problems == ()


KIDNEY = parse_protocol(
    HEAD.replace("EX-1", "FIC-EGF")
    + EGFR.replace('[[question]]\nuse = "creatinine"\n', "")
    .partition('[[criterion]]\ncode = "E2"')[0]
    .replace('[[question]]\nuse = "pregnant_or_lactating"\n', "")
    + '[[criterion]]\ncode = "I2"\ninclusion = "Women"\nrule = \'sex == "female"\'\n',
    "FIC-EGF.toml",
)
MULTIPLE = apart("FIC-UL", "creatinine", "inclusion", 'creatinine < "9 {xULN}"')
"""Asks for a creatinine of its own: with the limit of normal."""


def test_a_part_that_another_trial_asks_with_its_limit_is_told_in_the_screening_and_to_the_office(
    conversation: Conversation,
) -> None:
    ward = staffed(offering(conversation, KIDNEY, MULTIPLE))
    turn = ward.tap(ward.do(ward.clinician, "/new"), "All our trials")
    given = {"egfr": "90", "age_years": "50", "sex": "female", "creatinine_uln": "90 umol/L"}
    while (state := conversation.screenings.load("S01-M0001").state) != "review":
        turn = ward.do(ward.clinician, given.get(state.rpartition("/")[2], "300 umol/L"))
    told = "90 mL/min/1.73 m² was entered, but it comes to 16 mL/min/1.73 m² from creatinine 300 µmol/L"
    assert told in said(turn)
    assert told in said(ward.tap(turn, "Save 2 screenings with the contradiction"))
    assert [told in said(ward.do(ward.coordinator, each)) for each in ("S01-0001", "S01-0002", "m1")] == [
        True,
        False,
        True,
    ]
    own = conversation.screenings.load("S01-0001").dialogue
    assert ({*own.applied}, [*own.set_aside]) == ({"sex", "age_years", "egfr"}, ["serum_creatinine"])
    assert verify(path_of(conversation.screenings.db)).problems == ()


def test_what_only_a_trial_that_was_left_out_would_judge_otherwise_is_not_told(several: Ward) -> None:
    turn = matched(several)
    turn = several.tap(several.tap(turn, "Leave a trial out"), "Leave out FIC-BMI")
    assert "was entered, but" not in said(turn)
    assert "Save 2 screenings and finish" in labels(turn)


def test_without_a_screening_to_save_the_end_says_so_too(several: Ward) -> None:
    turn = matched(several)
    for name in ("FIC-BMI", "FIC-KG", "FIC-CM"):
        several.tap(turn, f"Go on with {name}")
        turn = several.do(several.clinician, "/resume m1")
    assert "Save with the contradiction" in labels(turn)
    assert "Save and finish" not in labels(turn)
