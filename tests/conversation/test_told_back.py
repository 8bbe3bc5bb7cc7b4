"""What was answered in the screenings that came out of a matching is told in it; what is answered in it, of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from bot.wording.phrases import phrases, plain
from dialogs.answers import UNKNOWN, Answer, decode
from dialogs.dialogue import REVIEW
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from tests.conversation.office import buttons, labels
from tests.conversation.test_contradictions import Desk, desk
from tests.conversation.test_matching_apart import do, is_sound, told, wait

SAY: Final = phrases("en")
MATCHING: Final = "S01-M0001"
ANSWERS: Final = {
    "alt": "90 U/L",
    "alt_uln": "60 U/L",
    "hemoglobin": "95 g/L",
    "bmi": "Work it out",
    "body_weight": "70 kg",
    "height": "170 cm",
    "relapse": "20 mo",
}
_RELAPSE: Final = (
    '[[question]]\nid = "relapse"\nkind = "since"\nask = "Most recent relapse?"\nshort = "Relapse"\n'
)


def trial(name: str, *rules: str) -> Protocol:
    head = f'format = 2\nid = "{name}"\nversion = "1"\nlanguages = ["en"]\ntitle = "{name} (fictional)"\n'
    criteria = [
        f'[[criterion]]\ncode = "E{place}"\nexclusion = "{rule.split()[0]} no. {place}"\nrule = \'{rule}\'\n'
        for place, rule in enumerate(rules, 1)
    ]
    own = [_RELAPSE] if "relapse" in "".join(rules) else []
    return parse_protocol("\n".join([head, *own, *criteria]), f"{name}.toml")


ONE: Final = trial("FIC-1", 'alt > "5 {xULN}"', 'bmi > "45 kg/m2"', 'hemoglobin > "130 g/L"')
TWO: Final = trial("FIC-2", 'alt > "2 {xULN}"', 'bmi > "30 kg/m2"', 'hemoglobin > "110 g/L"')
THREE: Final = trial("FIC-3", 'alt > "4 {xULN}"', 'hemoglobin > "120 g/L"')
AGO: Final = (trial("FIC-4", 'relapse < "1 mo"'), trial("FIC-5", 'relapse < "6 mo"'))


def begun(path: Path, *trials: Protocol) -> Desk:
    at = desk(path / "a.db", *trials)
    do(at, "/new", "All our trials")
    return at


def answer_all(at: Desk, number: str = MATCHING) -> None:
    while (state := at.load(number).state) in ANSWERS:
        do(at, ANSWERS[state])


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    """A matching at its end, out of which two screenings came, which rest on the same answers."""
    return at_the_end(tmp_path, ONE, TWO, THREE)


def at_the_end(path: Path, *trials: Protocol) -> Desk:
    ready = begun(path, *trials)
    answer_all(ready)
    for name in ("FIC-1", "FIC-3"):
        do(ready, "/open m1", f"Go on with {name}")
    return ready


def correct(at: Desk, number: str, question: str, answer: str) -> None:
    do(at, f"/open {number}", "Correct an answer", question, answer)


def another(at: Desk) -> list[str]:
    """What is told when one comes back to the matching, with what can be taken over."""
    do(at, "/open m1")
    lines = [line for line in told(at).splitlines() if "has another answer since then" in line]
    offered = [each.label for each in buttons(at.turn) if each.press.startswith("take_over:")]
    assert offered == [line.partition(": ")[2].removesuffix(".") for line in lines]
    return lines


def stands(at: Desk, question: str) -> Answer:
    return at.load(MATCHING).dialogue.answers[question]


def says(number: str, named: str) -> list[str]:
    return [SAY("answered_elsewhere", number=number, named=named)]


CORRECTED: Final[dict[str, tuple[list[tuple[str, str]], str, dict[str, Answer]]]] = {
    "unknown": ([("Haemoglobin", "unknown")], "Haemoglobin: Unknown", {"hemoglobin": UNKNOWN}),
    "a limit": ([("ALT ULN", "40 U/L")], "ALT ULN: 40 U/L", {"alt_uln": decode("40", "U/L")}),
    "typed, not worked out": ([("BMI", "38")], "BMI: 38 kg/m²", {"bmi": decode("38", "kg/m2")}),
    "a part": ([("Body weight", "95 kg")], "Body weight: 95 kg", {"body_weight": decode("95", "kg")}),
    "a value with its limit": (
        [("ALT", "1.5 ukat/L"), ("ALT ULN", "0.6 ukat/L")],
        "ALT: 1.5 µkat/L, ALT ULN: 0.6 µkat/L",
        {"alt": decode("1.5", "ukat/L"), "alt_uln": decode("0.6", "ukat/L")},
    ),
    "a limit, then its value": (
        [("ALT ULN", "40 U/L"), ("ALT", "95 U/L")],
        "ALT: 95 U/L, ALT ULN: 40 U/L",
        {"alt": decode("95", "U/L"), "alt_uln": decode("40", "U/L")},
    ),
}


@pytest.mark.parametrize("what", CORRECTED)
def test_whatever_was_corrected_is_told_and_taken_over_by_one_tap_and_then_told_no_more(
    at: Desk, what: str
) -> None:
    corrections, named, answers = CORRECTED[what]
    assert another(at) == []
    for question, answer in corrections:
        if at.load("S01-0001").state == REVIEW:
            correct(at, "1", question, answer)
        else:
            do(at, answer)
    assert another(at) == says("S01-0001", named)
    do(at, named)
    assert {question: stands(at, question) for question in answers} == answers
    assert "another answer" not in told(at)
    assert another(at) == []
    assert is_sound(at)


def test_of_two_screenings_the_newest_answer_is_told_and_the_other_is_to_be_corrected(at: Desk) -> None:
    correct(at, "2", "Haemoglobin", "87 g/L")
    correct(at, "1", "Haemoglobin", "70 g/L")
    assert another(at) == says("S01-0001", "Haemoglobin: 70 g/L")
    do(at, "Haemoglobin: 70 g/L")
    assert SAY("not_changed_in", numbers="S01-0002") in told(at)
    correct(at, "2", "Haemoglobin", "71 g/L")
    assert another(at) == says("S01-0002", "Haemoglobin: 71 g/L")


def test_a_value_and_its_limit_of_two_screenings_come_to_the_newest_of_both_in_any_order(at: Desk) -> None:
    correct(at, "1", "ALT", "95 U/L")
    correct(at, "2", "ALT ULN", "40 U/L")
    assert another(at) == [*says("S01-0001", "ALT: 95 U/L"), *says("S01-0002", "ALT ULN: 40 U/L")]
    do(at, "ALT ULN: 40 U/L", "ALT: 95 U/L")
    assert (stands(at, "alt"), stands(at, "alt_uln")) == (decode("95", "U/L"), decode("40", "U/L"))
    assert another(at) == []


def test_a_limit_that_does_not_fit_the_value_here_is_told_and_cannot_be_taken_over(at: Desk) -> None:
    correct(at, "1", "ALT", "1.5 ukat/L")
    do(at, "0.6 ukat/L")
    do(at, "/open m1", "Correct an answer", "ALT", "91 U/L")
    do(at, "/open m1")
    assert SAY("answered_elsewhere", number="S01-0001", named="ALT ULN: 0.6 µkat/L") in told(at)
    assert not [each for each in buttons(at.turn) if each.press.startswith("take_over:")]


def test_a_limit_without_which_none_fits_goes_with_its_value_though_it_is_older(at: Desk) -> None:
    correct(at, "1", "ALT", "1.5 ukat/L")
    do(at, "0.6 ukat/L")
    do(at, "/open m1", "Correct an answer", "ALT ULN", "55 U/L")
    named = "ALT: 1.5 µkat/L, ALT ULN: 0.6 µkat/L"
    assert another(at) == says("S01-0001", named)
    do(at, named)
    assert (stands(at, "alt"), stands(at, "alt_uln")) == (decode("1.5", "ukat/L"), decode("0.6", "ukat/L"))


def test_in_a_revision_a_value_and_its_limit_get_their_reasons_and_are_not_told_in_between(at: Desk) -> None:
    do(at, "/open m1", "Save 1 screening and finish")
    correct(at, "1", "ALT", "95 U/L")
    correct(at, "1", "ALT ULN", "40 U/L")
    do(at, "/open m1", "Correct an answer", "Back")
    named = "ALT: 95 U/L, ALT ULN: 40 U/L"
    assert says("S01-0001", named)[0] in told(at)
    do(at, named, "Copied wrongly")
    assert "another answer" not in told(at)
    do(at, "Copied wrongly")
    assert (stands(at, "alt"), stands(at, "alt_uln")) == (decode("95", "U/L"), decode("40", "U/L"))
    assert SAY("not_changed_in", numbers="S01-0003, S01-0002") in told(at)
    assert "another answer" not in told(at)


def test_a_screening_is_not_named_for_what_it_does_not_rest_on(at: Desk) -> None:
    correct(at, "1", "ALT", "unknown")
    do(at, "/open m1", "Correct an answer", "ALT ULN", "55 U/L")
    assert SAY("not_changed_in", numbers="S01-0002") in told(at)


def test_what_is_left_to_take_over_stays_on_the_card(tmp_path: Path) -> None:
    at = begun(tmp_path, ONE, TWO, THREE)
    while at.load(MATCHING).state != "hemoglobin":
        do(at, ANSWERS[at.load(MATCHING).state])
    do(at, "Where we stand", "Go on with FIC-1")
    answer_all(at, "S01-0001")
    correct(at, "1", "ALT", "95 U/L")
    correct(at, "1", "Body weight", "71 kg")
    do(at, "/resume m1", "Body weight: 71 kg")
    assert says("S01-0001", "ALT: 95 U/L")[0] in told(at)
    do(at, "ALT: 95 U/L")
    assert "another answer" not in told(at)
    assert at.load(MATCHING).state == "hemoglobin"


def test_a_button_does_not_take_over_what_another_screening_has_since(at: Desk) -> None:
    """Also where both logs are equally long."""
    correct(at, "1", "Haemoglobin", "70 g/L")
    do(at, "/open m1")
    (shown,) = (each.press for each in buttons(at.turn) if each.label == "Haemoglobin: 70 g/L")
    correct(at, "2", "Haemoglobin", "72 g/L")
    correct(at, "2", "Haemoglobin", "71")
    do(at, "g/L")
    assert at.load("S01-0001").entries == at.load("S01-0002").entries
    do(at, f"!{shown}")
    assert stands(at, "hemoglobin") == decode("95", "g/L")
    assert another(at) == says("S01-0002", "Haemoglobin: 71 g/L")


@pytest.mark.parametrize(
    ("trials", "label"),
    [
        ((ONE, TWO, THREE), "Save 1 screening and finish"),
        ((ONE, TWO, THREE), "Finish without screenings"),
        ((ONE, THREE), "Save and finish"),
    ],
)
def test_nothing_is_saved_before_what_was_answered_since_was_told(
    tmp_path: Path, trials: tuple[Protocol, ...], label: str
) -> None:
    at = at_the_end(tmp_path, *trials)
    do(at, "/open m1")
    (shown,) = (each.press for each in buttons(at.turn) if each.label == label)
    correct(at, "1", "Haemoglobin", "125 g/L")
    do(at, f"!{shown}")
    assert says("S01-0001", "Haemoglobin: 125 g/L")[0] in told(at)
    assert not at.load(MATCHING).ended
    do(at, label)
    assert at.load(MATCHING).ended


def test_nothing_is_saved_by_a_button_from_before_anything_had_come_out_either(tmp_path: Path) -> None:
    """The first of the screenings was saved when the process was killed, and then corrected."""
    at = begun(tmp_path, ONE, TWO, THREE)
    answer_all(at)
    (shown,) = (each.press for each in buttons(at.turn) if each.label == "Save 3 screenings and finish")
    screenings, person = at.conversation.screenings, at.person.code
    screenings.open_trial(at.load(MATCHING), "FIC-1", person, channel="telegram", save=True)
    correct(at, "1", "Haemoglobin", "125 g/L")
    do(at, "Copied wrongly", "Save", f"!{shown}")
    assert says("S01-0001", "Haemoglobin: 125 g/L")[0] in told(at)
    assert set(at.load(MATCHING).opened) == {"FIC-1"}
    do(at, "Save 2 screenings and finish")
    assert at.load(MATCHING).ended


@pytest.mark.parametrize("days", [0, 1])
def test_on_another_day_it_is_told_and_is_to_be_typed(at: Desk, days: int) -> None:
    correct(at, "1", "Haemoglobin", "unknown")
    wait(at, days)
    do(at, "/open m1")
    assert says("S01-0001", "Haemoglobin: Unknown")[0] in told(at)
    assert ("Haemoglobin: Unknown" in labels(at.turn)) == (not days)


# what has no answer in the matching yet --------------------------------------------------------------


def opened_first(path: Path, *trials: Protocol) -> Desk:
    """Screenings for the first two, opened before anything was answered."""
    at = begun(path, *trials)
    for each in trials[:2]:
        do(at, "/resume m1", "Where we stand", f"Go on with {each.id}")
    return at


def answer_up_to(at: Desk, number: str, question: str, *texts: str) -> None:
    do(at, f"/resume {number}")
    while (state := at.load(MATCHING if number == "m1" else f"S01-000{number}").state) != question:
        do(at, ANSWERS[state])
    for each in texts:
        do(at, each)


@pytest.mark.parametrize(("last", "offered"), [("70 g/L", ["Keep: 70 g/L"]), ("unknown", [])])
def test_the_newest_of_two_is_offered_and_nothing_older_where_it_is_unknown(
    tmp_path: Path, last: str, offered: list[str]
) -> None:
    at = opened_first(tmp_path, ONE, TWO, THREE)
    answer_up_to(at, "2", "hemoglobin", "87 g/L")
    answer_up_to(at, "1", "hemoglobin", last)
    answer_up_to(at, "m1", "hemoglobin")
    assert [each for each in labels(at.turn) if each.startswith("Keep")] == offered


def test_a_limit_is_offered_for_the_value_that_it_is_of(tmp_path: Path) -> None:
    at = opened_first(tmp_path, ONE, TWO, THREE)
    answer_up_to(at, "1", "alt", "90 U/L", "60 U/L")
    answer_up_to(at, "m1", "alt", "Keep: 90 U/L")
    assert "Keep: 60 U/L" in labels(at.turn)
    do(at, "Back", "91 U/L")
    assert "Keep: 60 U/L" not in labels(at.turn)


def test_a_screening_that_has_another_answer_than_is_given_here_first_is_named(tmp_path: Path) -> None:
    at = opened_first(tmp_path, ONE, TWO, THREE)
    answer_up_to(at, "1", "hemoglobin", "87 g/L")
    answer_up_to(at, "2", "hemoglobin", "72 g/L")
    answer_up_to(at, "m1", "hemoglobin", "72 g/L")
    assert SAY("not_changed_in", numbers="S01-0001") in told(at)


def test_a_screening_whose_other_answer_was_told_is_named_where_what_stands_is_confirmed(at: Desk) -> None:
    correct(at, "1", "Haemoglobin", "70 g/L")
    do(at, "/open m1", "Correct an answer", "Haemoglobin", "95 g/L")
    assert SAY("not_changed_in", numbers="S01-0001") in told(at)
    assert another(at) == []
    do(at, "Correct an answer", "Haemoglobin", "95 g/L")
    assert SAY("not_changed_in", numbers="S01-0001") not in told(at)


def test_a_time_that_is_at_a_limit_here_is_asked_about_where_it_is_taken_over(tmp_path: Path) -> None:
    at = begun(tmp_path, *AGO)
    answer_all(at)
    do(at, "/open m1", "Go on with FIC-4")
    correct(at, "1", "Relapse", "6 mo")
    do(at, "/open m1", "Relapse: 6 months ago")
    assert plain(SAY("pick_side", answer="6 months ago", question="Relapse")) in told(at)
    do(at, labels(at.turn)[1])
    assert str(stands(at, "relapse")) != str(decode("6", "mo"))
    assert is_sound(at)
