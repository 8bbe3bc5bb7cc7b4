"""What a matching says of each trial: what the cards of a screening for that trial alone say, in fewer words."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Final

import pytest

from bot.wording.phrases import phrases
from dialogs.dialogue import REVIEW
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from tests.conversation.office import labels, said
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import MATCHING, do, told

SAY: Final = phrases("en")
_HEAD: Final = 'format = 2\nversion = "1"\nlanguages = ["en"]\ntitle = "A trial (fictional)"\n'


def trial(name: str, *criteria: tuple[str, str], more: str = "", **parts: str) -> Protocol:
    """Return a trial of criteria, each with its code and rule; ``parts`` are the criteria of each."""
    text = [
        f'id = "{name}"\n{_HEAD}',
        *(f'[[part]]\ncode = "{part}"\nname = "Cohort {part}"' for part in parts),
    ]
    for code, rule in criteria:
        kind = "inclusion" if code.startswith("I") else "exclusion"
        of = [part for part, codes in parts.items() if code in codes.split()]
        text.append(f'[[criterion]]\ncode = "{code}"\n{kind} = "Line {code}"\nrule = \'{rule}\'')
        text += [f"parts = {of}"] if of else []
    return parse_protocol("\n".join([*text, more]), f"{name}.toml")


_CALL: Final = '[[alert]]\nid = "a"\ntext = "{text}"\nwhen = \'hemoglobin < "60 g/L"\'\n'
_ASK: Final = (
    '[[site_item]]\nid = "s"\ntext = "Does {name} take who is that young?"\nwhen = "age_years < 30"\n'
)
_NOTE: Final = 'note = "If it is being treated, ask the site."'
_OLDER: Final = ("I1", "age_years >= 18")
WOMEN: Final = trial(
    "FIC-W",
    *(_OLDER, ("I2", 'sex == "female"'), ("I3", 'hemoglobin < "120 g/L"')),
    more=_CALL.format(text="Call the haematologist"),
)
COHORTS: Final = trial(
    "FIC-C",
    _OLDER,
    ("I2", 'hemoglobin < "100 g/L"'),
    ("I3", 'hemoglobin < "80 g/L"'),
    ("E1", 'bmi > "35 kg/m2"'),
    more=_CALL.format(text="No blood before the first dose") + _ASK.format(name="FIC-C"),
    A="I2 E1",
    B="I3",
)
YOUNG: Final = trial(
    "FIC-Y",
    ("I1", "age_years >= 12"),
    ("E1", 'hemoglobin > "150 g/L"'),
    ("E2", 'ecog == "4"'),
    more=_NOTE + "\n" + _CALL.format(text="Call the haematologist") + _ASK.format(name="FIC-Y"),
)
TRIALS: Final = (WOMEN, COHORTS, YOUNG)
ANSWERS: Final = {
    "age_years": ("15", "20", "45", "unknown"),
    "sex": ("male", "female", "unknown"),
    "hemoglobin": ("50 g/L", "90 g/L", "110 g/L", "160 g/L", "unknown"),
    "bmi": ("20 kg/m2", "40 kg/m2", "unknown"),
    "ecog": ("ECOG 1", "ECOG 4", "unknown"),
}


def run(at: Desk, **answers: str) -> str:
    """Answer all that a matching asks; return what was said meanwhile."""
    heard = list[str]()
    while (state := at.load(MATCHING).state) in ANSWERS:
        do(at, answers[state])
        heard.append(told(at))
    assert at.load(MATCHING).state == REVIEW
    return "\n".join(heard)


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    begun = desk(tmp_path / "a.db", *TRIALS)
    begun.do("/new", "All our trials")
    return begun


def of_trial(card: str, name: str) -> str:
    """What a card says of a trial."""
    return card.split(f"\n{name} A trial (fictional)\n")[1].split("\n\n")[0]


# each trial -----------------------------------------------------------------------------------------


def test_no_day_is_told_where_an_answer_to_another_trial_rules_the_patient_out_for_good(at: Desk) -> None:
    again = "Could be screened again from 23 November 2029 at the latest."
    run(at, age_years="15", hemoglobin="110 g/L", ecog="1")
    assert again in of_trial(told(at), "FIC-W")
    assert SAY("not_listed") in said(at.turn)
    do(at, "Correct an answer", "Haemoglobin: 110 g/L", "140 g/L")
    assert again not in of_trial(told(at), "FIC-W")
    assert again not in of_trial(told(at), "FIC-C")
    assert SAY("not_listed") not in said(at.turn)
    do(at, "Go on with FIC-W", "Finish and save", "/open m1")
    assert again not in of_trial(told(at), "FIC-W"), "nor where its own screening knows the age only"


def test_of_a_trial_that_is_ruled_out_each_limit_is_told_with_its_part(at: Desk) -> None:
    heard = run(at, age_years="45", sex="male", hemoglobin="110 g/L", ecog="1")
    both = [
        "Not met, I2 (Cohort A); required: haemoglobin below 100 g/L",
        "Not met, I3 (Cohort B); required: haemoglobin below 80 g/L",
    ]
    assert "\n".join(["FIC-C is ruled out:", *both]) in heard
    assert of_trial(told(at), "FIC-C").split("\n")[1:] == both


def test_what_excludes_from_every_part_is_told_alone(tmp_path: Path) -> None:
    limits = (("I1", "age_years >= 50"), ("I2", "age_years >= 60"), ("E1", 'hemoglobin > "150 g/L"'))
    at = desk(tmp_path / "a.db", trial("FIC-D", *limits, A="I1", B="I2"), YOUNG)
    at.do("/new", "All our trials")
    heard = run(at, age_years="55", hemoglobin="160 g/L", ecog="1")
    assert "FIC-D: Cohort B is ruled out" in heard
    assert "FIC-D is ruled out: E1 applies, haemoglobin above 150 g/L." in heard
    stands = of_trial(told(at), "FIC-D").split("\n")
    assert stands == ["not eligible as entered", "Applies, E1: haemoglobin above 150 g/L"]


def test_what_is_noted_of_a_criterion_is_told_where_it_rules_a_trial_out(at: Desk) -> None:
    run(at, age_years="15", hemoglobin="90 g/L", ecog="4")
    assert of_trial(told(at), "FIC-Y").split("\n") == [
        "not eligible as entered",
        "Applies, E2: ECOG 4",
        "If it is being treated, ask the site.",
    ]


def test_a_part_that_is_ruled_out_is_told_at_once_and_where_the_trial_stands(at: Desk) -> None:
    do(at, "45", "90 g/L")
    assert "FIC-C: Cohort B is ruled out: I3 not met, required: haemoglobin below 80 g/L." in told(at)
    do(at, "Where we stand")
    stands = of_trial(told(at), "FIC-C").split("\n")
    assert stands[1:] == ["Cohort B: not eligible as entered (I3)"]
    do(at, "Back to the question", "Back", "70 g/L")
    assert "FIC-C: Cohort B is open again." in told(at)


def test_what_is_missing_of_a_part_is_told_where_another_one_fits(at: Desk) -> None:
    run(at, age_years="20", sex="female", hemoglobin="70 g/L", bmi="unknown", ecog="1")
    assert of_trial(told(at), "FIC-C").split("\n") == [
        "potentially eligible as entered",
        "For: Cohort B",
        "Cohort A: undetermined as entered (E1)",
        "Missing: BMI (medical record)",
        "Ask the site: Does FIC-C take who is that young?",
    ]


# warnings -------------------------------------------------------------------------------------------


def test_a_warning_names_its_trials_and_is_told_once(at: Desk) -> None:
    heard = run(at, age_years="20", sex="female", hemoglobin="50 g/L", bmi="20", ecog="1")
    assert re.findall("⚠ .*", heard) == [
        "⚠ FIC-W, FIC-Y: Call the haematologist",
        "⚠ FIC-C: No blood before the first dose",
    ]


def test_a_trial_that_was_ruled_out_warns_of_nothing_any_more(at: Desk) -> None:
    heard = run(at, age_years="15", hemoglobin="50 g/L", ecog="1")
    assert re.findall("⚠ .*", heard) == ["⚠ FIC-Y: Call the haematologist"]


def test_what_rules_a_trial_out_calls_for_its_warning_all_the_same(tmp_path: Path) -> None:
    low = trial("FIC-L", ("E1", 'hemoglobin < "70 g/L"'), more=_CALL.format(text="Call the haematologist"))
    at = desk(tmp_path / "a.db", low, YOUNG)
    at.do("/new", "All our trials")
    heard = run(at, age_years="45", hemoglobin="50 g/L", ecog="1")
    assert "⚠ FIC-L, FIC-Y: Call the haematologist" in heard


def test_a_warning_is_given_also_by_what_its_trial_did_not_need(tmp_path: Path) -> None:
    either = ("I1", 'ecog == "1" or platelets < "30 10*9/L"')
    low = '[[alert]]\nid = "a"\ntext = "Very low"\nwhen = \'platelets < "10 10*9/L"\'\n'
    trials = trial("FIC-L", either, more=low), trial("FIC-P", ("E1", 'platelets > "400 10*9/L"'))
    at = desk(tmp_path / "a.db", *trials)
    at.do("/new", "All our trials")
    do(at, "1", "5 10*9/L")
    assert at.load(MATCHING).state == REVIEW
    assert "⚠ FIC-L: Very low" in told(at)


# counts ---------------------------------------------------------------------------------------------


def _possible(at: Desk) -> list[str]:
    at.do("/recent")
    return [label.split(" · ")[2] for label in labels(at.turn) if label.startswith(MATCHING)]


@pytest.mark.parametrize("midway", [True, False])
def test_what_goes_on_by_itself_counts_as_it_stands_there(at: Desk, midway: bool) -> None:
    do(at, "45")
    if not midway:
        run(at, sex="female", hemoglobin="90 g/L", bmi="20", ecog="1")
    at.do("/open m1")
    do(at, *(["Where we stand"] if midway else []), "Go on with FIC-W")
    assert _possible(at) == ["in progress (3 of 3 possible)"]
    if midway:
        at.do("/open m1")
        assert told(at).startswith("S01-M0001 · 3 of 3 still possible")
    at.do("/open 1")
    do(at, *(["male"] if midway else ["Correct an answer", "Sex: Female", "male"]))
    assert _possible(at) == ["in progress (2 of 3 possible)"], "it is ruled out, though not saved yet"
    at.do("/open 1")
    do(at, "Finish and save")
    assert _possible(at) == ["in progress (2 of 3 possible)"]


def test_what_was_left_out_or_is_cancelled_stands_in_no_count(at: Desk) -> None:
    do(
        at,
        "45",
        "Where we stand",
        "Leave a trial out",
        "Leave out FIC-Y",
        "Where we stand",
        "Go on with FIC-W",
    )
    assert _possible(at) == ["in progress (2 of 2 possible)"]
    at.do("/open 1", "/cancel")
    do(at, "Yes, cancel it")
    assert _possible(at) == ["in progress (1 of 1 possible)"]


def test_help_on_an_answer_that_is_corrected_names_the_trials_that_ask_it(at: Desk) -> None:
    do(at, "45")
    for number, each in enumerate(TRIALS, 1):
        at.do("/open m1")
        do(at, *(["Where we stand"] if at.load(MATCHING).state != REVIEW else []), f"Go on with {each.id}")
        assert at.load(f"S01-000{number}").protocol.id == each.id
    at.do("/open m1")
    do(at, "Correct an answer", "Age: 45 years", "Help")
    assert told(at).startswith("S01-M0001 · 3 of 3 still possible")
    assert "Asked for 3 of 3 trials." in told(at)
    assert all(f"{each.id}/I1" in told(at) for each in TRIALS)


# as alone -------------------------------------------------------------------------------------------


def _lines(start: str, text: str) -> list[str]:
    return re.findall(f"^{start}(.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("seed", range(12))
def test_all_that_the_card_of_a_trial_alone_says_stands_in_the_matching(at: Desk, seed: int) -> None:
    chance = Random(seed)
    run(at, **{question: chance.choice(answers) for question, answers in ANSWERS.items()})
    here = told(at)
    for number, each in enumerate(TRIALS, 1):
        do(at, f"Go on with {each.id}")
        card, stands, own = told(at), of_trial(here, each.id), at.load(f"S01-000{number}").dialogue
        verdict = SAY.plain("part_as_entered", verdict=SAY.plain(f"verdict_{own.verdict}"))
        assert stands.split("\n")[0] == verdict
        at.do("/open m1")
        if own.excluded:
            ruling = [reason.criterion for reason, _ in own.rulings]
            codes = [each.code for each in ruling if not each.parts] or [each.code for each in ruling]
            assert re.findall("(?:Not met|Applies), (I.|E.)", stands) == codes
            continue
        assert f"Review: {verdict}" in card
        assert _lines("Ask the site: ", stands) == _lines("• (?=Does)", card)
        assert {line for line in _lines("(?=Cohort .:)", card) if verdict not in line} == {
            *_lines("(?=Cohort .:)", stands)
        }
        follow_up = [line.split(":")[0] for line in _lines("• (?!Does)", card)]
        missing = _lines("Missing: ", stands)
        assert [name.split(" (")[0] for each in missing for name in each.split(", ")] == follow_up
