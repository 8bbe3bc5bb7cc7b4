"""Options that apply are ticked in place: each tick is in the file, stale presses change nothing, *Done* keeps them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.exchange import BUTTONS, Reply, Turn
from bot.terminal import Terminal
from dialogs.answers import UNKNOWN, Choice, Selection
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Protocol
from state.verify import verify
from tests.conversation.office import Ward, buttons, labels, offering, press_of, said, staffed
from tests.conversation.playing import Clock, new_conversation

FILE = Path(__file__).parent.parent / "data" / "several.toml"
PROTOCOL = load(str(FILE))


@pytest.fixture
def ward(conversation: Conversation) -> Ward:
    return staffed(offering(conversation, PROTOCOL))


def answer(ward: Ward) -> object:
    return ward.conversation.screenings.load("S01-0001").dialogue.answers.get("history")


def entries(ward: Ward) -> int:
    return ward.conversation.screenings.load("S01-0001").entries


def test_ticks_toggle_in_place_and_done_keeps_them(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new")
    assert labels(turn)[:6] == [
        *("☐ Asthma", "☐ COPD", "☐ Hepatitis B, chronic", "☐ Prostate cancer", "☐ Seizures"),
        "None of these",
    ]
    turn = ward.tap(turn, "☐ COPD")
    assert "☑ COPD" in labels(turn)
    assert "Done" in labels(turn)
    assert "None of these" not in labels(turn)
    turn = ward.tap(turn, "☐ Asthma")
    turn = ward.tap(turn, "☑ COPD")
    assert answer(ward) is None
    turn = ward.tap(turn, "Done")
    assert answer(ward) == Selection(("asthma",))
    assert "Asthma" in said(turn)


def test_a_tick_is_one_reply_that_takes_the_place_of_the_card(ward: Ward) -> None:
    turn = ward.tap(ward.do(ward.clinician, "/new"), "☐ COPD")
    (reply,) = turn.actions
    assert isinstance(reply, Reply)
    assert reply.card


@pytest.mark.parametrize(("label", "kept"), [("None of these", Selection(())), ("Unknown", UNKNOWN)])
def test_none_of_these_and_unknown_are_answers(ward: Ward, label: str, kept: object) -> None:
    ward.tap(ward.do(ward.clinician, "/new"), label)
    assert answer(ward) == kept


def test_ticks_are_in_the_file_before_they_are_shown(ward: Ward, tmp_path: Path) -> None:
    ward.tap(ward.do(ward.clinician, "/new"), "☐ COPD")
    ward.conversation.screenings.db.close()
    again = offering(new_conversation(tmp_path / "office.db", Clock()), PROTOCOL)
    shown = again.prompt(ward.clinician, again.screenings.load("S01-0001"))
    assert "☑ COPD" in labels(shown)
    again.screenings.db.close()


def test_a_press_that_comes_twice_ticks_once(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new")
    for _ in range(2):
        shown = ward.tap(turn, "☐ COPD")
        assert "☑ COPD" in labels(shown)
    assert entries(ward) == 2


def test_two_quick_taps_on_one_card_are_two_ticks(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new")
    ward.tap(turn, "☐ COPD")
    assert {"☑ COPD", "☑ Asthma"} <= set(labels(ward.tap(turn, "☐ Asthma")))


def test_done_on_a_card_that_shows_other_ticks_keeps_nothing(ward: Ward) -> None:
    """A second phone still shows one tick less."""
    stale = ward.tap(ward.do(ward.clinician, "/new"), "☐ COPD")
    ward.tap(stale, "☐ Seizures")
    shown = ward.tap(stale, "Done")
    assert answer(ward) is None
    assert {"☑ COPD", "☑ Seizures"} <= set(labels(shown))


@pytest.mark.parametrize("label", ["☐ Seizures", "☑ COPD"])
def test_a_tick_of_a_question_that_was_answered_changes_nothing(ward: Ward, label: str) -> None:
    stale = ward.tap(ward.do(ward.clinician, "/new"), "☐ COPD")
    ward.tap(stale, "Done")
    before = entries(ward)
    ward.tap(stale, label)
    assert (answer(ward), entries(ward)) == (Selection(("copd",)), before)


def test_none_of_these_on_a_card_without_ticks_is_stale_once_one_is_ticked(ward: Ward) -> None:
    stale = ward.do(ward.clinician, "/new")
    ward.tap(stale, "☐ COPD")
    ward.tap(stale, "None of these")
    assert answer(ward) is None


def test_a_reason_names_the_options_that_decided_and_all_that_were_entered(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "asthma, copd, hepatitis_b, prostate")
    assert (
        "Applies: history: Asthma and COPD and history: no Seizures\n"
        "Entered: History: Asthma; COPD; Hepatitis B, chronic; Prostate cancer\n" in said(turn)
    )


# typed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["asthma, copd", "Asthma; COPD", "1, 2", "哮喘、慢阻肺"])
def test_a_typed_list_is_the_whole_answer(ward: Ward, text: str) -> None:
    ward.do(ward.clinician, "/new", text)
    assert answer(ward) == Selection(("asthma", "copd"))


def test_what_is_typed_beside_ticks_is_ticked_too_and_waits(ward: Ward) -> None:
    turn = ward.tap(ward.do(ward.clinician, "/new"), "☐ COPD")
    turn = ward.do(ward.clinician, "asthma")
    assert answer(ward) is None
    ward.tap(turn, "Done")
    assert answer(ward) == Selection(("asthma", "copd"))


def test_none_typed_beside_ticks_keeps_nothing_and_says_why(ward: Ward) -> None:
    ward.tap(ward.do(ward.clinician, "/new"), "☐ COPD")
    turn = ward.do(ward.clinician, "none")
    assert answer(ward) is None
    assert "options are ticked" in said(turn)


def test_what_is_no_option_is_refused_and_kept_nowhere(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "asthma, qzqz")
    assert answer(ward) is None
    assert "Those are not the options" in said(turn)
    assert not any("qzqz" in line for line in ward.conversation.screenings.db.iterdump())


# corrected -----------------------------------------------------------------------------------------


def test_a_correction_begins_with_what_was_ticked(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "asthma, hepatitis_b")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'back:')}")
    assert "☑ Asthma" in labels(turn)
    ward.tap(ward.tap(turn, "☑ Hepatitis B, chronic"), "Done")
    assert answer(ward) == Selection(("asthma",))


def test_a_changed_selection_of_a_saved_screening_needs_a_reason(ward: Ward, tmp_path: Path) -> None:
    turn = ward.do(ward.clinician, "/new", "asthma")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'revise:')}")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'correct:')}")
    turn = ward.tap(ward.tap(turn, "☐ COPD"), "Done")
    assert answer(ward) == Selection(("asthma",))
    assert "Why is it changed?" in said(turn)
    assert "Keep: Asthma" in labels(turn), "the way back"
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'reason:')}")
    assert answer(ward) == Selection(("asthma", "copd"))
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    assert ward.verdicts()[-1] == ("S01-0001", "ineligible")
    assert not verify(tmp_path / "office.db").problems


# many options --------------------------------------------------------------------------------------


def _with_options(count: int, question: str) -> Protocol:
    first = {"history": '  { code = "asthma"', "sex": '  { code = "female"'}[question]
    more = "".join(
        f'  {{ code = "o{n}", text = {{ en = "Option {n}", zh = "选项{n}" }} }},\n' for n in range(count)
    )
    return parse_protocol(FILE.read_text(encoding="utf-8").replace(first, more + first), "many.toml")


@pytest.fixture(params=["history", "sex"])
def many(ward: Ward, request: pytest.FixtureRequest) -> tuple[Ward, str]:
    question: str = request.param
    ward.conversation = offering(
        ward.conversation, _with_options({"history": 115, "sex": 118}[question], question)
    )
    return ward, question


def test_a_choice_of_120_options_is_turned_over_by_pages(many: tuple[Ward, str]) -> None:
    ward, question = many
    box = "☐ " if question == "history" else ""
    turn = ward.do(ward.clinician, "/new", *(["asthma, seizures"] if question == "sex" else []))
    assert f"{box}Option 0" in labels(turn)
    for page, option in (
        ("31–60 ▶", 30),
        ("61–90 ▶", 60),
        ("91–120 ▶", 90),
        ("◀ 61–90", 60),
        ("91–120 ▶", 90),
    ):
        assert len(buttons(turn)) < BUTTONS
        turn = ward.tap(turn, page)
        assert f"{box}Option {option}" in labels(turn)
        assert f"{box}Option {option - 1}" not in labels(turn)
    turn = ward.tap(turn, f"{box}Option 99")
    screening = ward.conversation.screenings.load("S01-0001")
    if question == "sex":
        assert screening.dialogue.answers["sex"] == Choice("o99")
        return
    assert "☑ Option 99" in labels(turn), "the page on which it was ticked is still there"
    assert "Ticked: Option 99" in said(turn)
    turn = ward.tap(turn, "◀ 61–90")
    ward.tap(ward.tap(turn, "☐ Option 61"), "Done")
    assert answer(ward) == Selection(("o61", "o99"))


def test_an_option_of_another_page_can_be_typed(many: tuple[Ward, str]) -> None:
    ward, question = many
    ward.do(ward.clinician, "/new", *(["asthma, seizures"] if question == "sex" else []), "Option 114")
    given = ward.conversation.screenings.load("S01-0001").dialogue.answers[question]
    assert given in (Choice("o114"), Selection(("o114",)))


# at a terminal -------------------------------------------------------------------------------------


def test_at_a_terminal_numbers_tick_and_a_list_answers(conversation: Conversation) -> None:
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    written: list[str] = []
    terminal = Terminal(offering(conversation, PROTOCOL), person, written.append)
    terminal.begin()
    for line in ("1", "3", "3", "d"):
        assert terminal.handle(line)
    assert any("1) ☑ Asthma" in line for line in written)
    assert conversation.screenings.load("S01-0001").dialogue.answers["history"] == Selection(("asthma",))
    terminal.handle("new")
    terminal.handle("1, 2")
    assert conversation.screenings.load("S01-0002").dialogue.answers["history"] == Selection(
        ("asthma", "copd")
    )


def test_at_a_terminal_a_long_list_has_keys_for_its_pages(conversation: Conversation) -> None:
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    terminal = Terminal(offering(conversation, _with_options(120, "history")), person, lambda line: None)
    terminal.begin()
    for line in (">", ">", "61", "d"):
        assert terminal.handle(line)
    assert conversation.screenings.load("S01-0001").dialogue.answers["history"] == Selection(("o61",))


# screened again ------------------------------------------------------------------------------------

LASTING = """
format = 2
id = "LAST-1"
title = "Fictional"

[[question]]
id = "history"
kind = "several"
ask = "History?"
lasting = true
options = [{ code = "asthma", text = "Asthma" }, { code = "copd", text = "COPD" }]

[[question]]
id = "smokes"
ask = "Smokes?"

[[criterion]]
code = "E1"
exclusion = "Asthma and smoking, or neither of both"
rule = '"asthma" in history and smokes or history == "none" and not smokes'
"""


@pytest.mark.parametrize(
    ("given", "label"), [("asthma, copd", "Keep: Asthma, COPD"), ("none", "Keep: none of these")]
)
def test_an_earlier_screenings_selection_is_kept_by_one_tap(ward: Ward, given: str, label: str) -> None:
    ward.conversation = offering(ward.conversation, parse_protocol(LASTING, "lasting.toml"))
    turn = ward.do(ward.clinician, "/new", given, "no" if given != "none" else "yes")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'rescreen:')}")
    assert not any(each.startswith("☑") for each in labels(turn)), "nothing is ticked that nobody ticked"
    ward.tap(turn, label)
    screening = ward.conversation.screenings.load("S01-0002")
    assert screening.dialogue.answers["history"] == screening.carried["history"]


# whatever is pressed -------------------------------------------------------------------------------


def _shown_ticks(turn: Turn) -> Selection:
    """What a card shows as ticked."""
    names = {
        f"☑ {option.text['en']}": code for code, option in PROTOCOL.question("history").option_by_code.items()
    }
    return PROTOCOL.question("history").selection([names[each] for each in labels(turn) if each in names])


@pytest.mark.parametrize("seed", range(40))
def test_what_is_kept_is_what_stood_on_the_card_whose_button_was_pressed(ward: Ward, seed: int) -> None:
    """Old cards, two phones, double taps: any button of any card shown so far."""
    dice = random.Random(seed)
    cards = [ward.do(ward.clinician, "/new")]
    while answer(ward) is None:
        turn = dice.choice(cards[-4:])
        pressed = dice.choice([b for b in buttons(turn) if b.press.split(":")[0] in _PRESSED])
        cards.append(ward.do(ward.clinician, f"!{pressed.press}"))
        if answer(ward) is not None:
            assert answer(ward) == _shown_ticks(turn)
            assert pressed.label == ("Done" if _shown_ticks(turn).codes else "None of these")


_PRESSED = ("tick", "untick", "done", "none", "help")
