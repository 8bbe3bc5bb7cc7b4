"""What is not exact is offered by buttons, each naming one meaning; nothing is taken until one is tapped."""

from __future__ import annotations

import re
from pathlib import Path

from bot.terminal import Terminal
from dialogs.answers import Choice, encode
from tests.conversation.office import ELIGIBLE, Ward, buttons, press_of, said
from tests.conversation.playing import Clock, new_conversation

TO_TUMOUR = ELIGIBLE[: ELIGIBLE.index("none")]


def answers(ward: Ward) -> dict[str, tuple[str, str | None]]:
    screening = ward.conversation.screenings.load("S01-0001")
    return {question: encode(answer) for question, answer in screening.dialogue.answers.items()}


def test_a_carcinoma_is_no_carcinoma_in_situ(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", *TO_TUMOUR, "carcinoma")
    assert "tumour" not in answers(ward)
    assert re.search(
        "Did you mean Carcinoma in situ only or [^?]* or |是否为仅原位癌或[^？]*或", said(turn)
    )  # never alone
    (offered,) = [each for each in buttons(turn) if each.label in ("Carcinoma in situ only", "仅原位癌")]
    ward.do(ward.clinician, f"!{offered.press}")
    assert answers(ward)["tumour"] == ("in_situ_only", None)


def test_the_words_that_were_refused_are_kept_nowhere(ward: Ward) -> None:
    ward.do(ward.clinician, "/new", *TO_TUMOUR, "carcinoma qzqz")
    assert not any("qzqz" in line for line in ward.conversation.screenings.db.iterdump())


def test_both_meanings_of_a_number_are_buttons_and_the_tapped_one_is_kept(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "45", "male", "evans", "120 g/L", "12.500 /uL")
    assert "platelets" not in answers(ward)
    offered = [button for button in buttons(turn) if button.press.startswith("candidate:")]
    assert [button.label.split()[0] for button in offered] == ["12500", "12.500"]
    ward.do(ward.clinician, f"!{offered[0].press}")
    assert answers(ward)["platelets"] == ("12500", "/uL")


def test_a_meaning_that_is_unusual_is_asked_about_once_more(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "45", "male", "evans", "120 g/L", "12.500 /uL")
    small = [button for button in buttons(turn) if button.press.startswith("candidate:")][1]
    asked = ward.do(ward.clinician, f"!{small.press}")
    assert "platelets" not in answers(ward)
    ward.do(ward.clinician, f"!{press_of(asked, 'candidate:')}")
    assert answers(ward)["platelets"] == ("12.500", "/uL")


def test_another_number_typed_after_a_question_of_unit_is_another_number(ward: Ward) -> None:
    ward.do(ward.clinician, "/new", "45", "male", "evans", "98")
    turn = ward.do(ward.clinician, "120")
    assert "hemoglobin" not in answers(ward)
    assert all("98" not in button.label for button in buttons(turn))
    ward.do(ward.clinician, "g/L")
    assert answers(ward)["hemoglobin"] == ("120", "g/L")
    assert Choice("evans") == ward.conversation.screenings.load("S01-0001").dialogue.answers["diagnosis"]


def test_an_option_keeps_its_key_when_it_is_offered_again(tmp_path: Path) -> None:
    conversation = new_conversation(tmp_path / "keys.db", Clock())
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    terminal = Terminal(conversation, person, lambda line: None)
    terminal.begin()
    for line in ("45", "male"):
        terminal.handle(line)
    before = dict(terminal.keys)
    terminal.handle("evans syndrom")
    assert terminal.keys == before
    conversation.screenings.db.close()


def test_a_pipe_ends_at_the_first_line_that_is_not_taken(tmp_path: Path) -> None:
    """Else the next lines would answer other questions: 1 would be *no tumour* here."""
    conversation = new_conversation(tmp_path / "pipe.db", Clock())
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    said: list[str] = []
    lines = [*TO_TUMOUR, "carcinoma", "no", "no", "no", "1", "no", *["normal"] * 4, "yes", "s"]
    assert not Terminal(conversation, person, said.append).run(lines, piped=True)
    screening = conversation.screenings.load("S01-0001")
    assert screening.state == "tumour"
    assert screening.saved == []
    assert any(f"Line {len(TO_TUMOUR) + 1} was not taken" in line for line in said)
    conversation.screenings.db.close()
