"""The terminal: what is shown can be typed as shown, a word answers what was asked last, leaving says how to go on."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.exchange import Message
from bot.terminal import Terminal
from dialogs.loading import parse_protocol
from tests.conversation.office import offering
from tests.conversation.playing import Clock, new_conversation


class Seat:
    """Somebody at a terminal, and what was printed since they last typed."""

    def __init__(self, path: Path, language: str = "en") -> None:
        self.conversation = new_conversation(path, Clock())
        person = self.conversation.people.add("clinician", "S01", "terminal", "local", language)
        self.printed: list[str] = []
        self.terminal = Terminal(self.conversation, person, self.printed.append)
        self.terminal.begin()

    def types(self, *lines: str) -> str:
        for line in lines:
            self.printed.clear()
            self.terminal.handle(line)
        return "\n".join(self.printed)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return list(self.conversation.screenings.db.execute(sql).fetchall())


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    made = Seat(tmp_path / "seat.db")
    yield made
    made.conversation.screenings.db.close()


def test_a_screening_is_saved_by_typing_what_is_shown(seat: Seat) -> None:
    seat.types("17", "yes", "finish and save")
    assert seat.rows("SELECT verdict FROM verdicts") == [("ineligible",)]


def test_a_yes_at_the_review_confirms_it(seat: Seat) -> None:
    seat.types("17", "Yes, 17 years", "Record further reasons", "male", "Finish", "yes")
    assert seat.rows("SELECT verdict FROM verdicts") == [("ineligible",)]


@pytest.mark.parametrize(
    ("word", "state"), [("yes", "cancelled"), ("no", "hemoglobin"), ("71 g/L", "hemoglobin")]
)
def test_what_is_typed_at_cancel_answers_that_and_no_question(seat: Seat, word: str, state: str) -> None:
    asked = seat.types("45", "male", "aiha", "cancel")
    assert "Cancel S01-0001?" in asked
    answers = seat.rows("SELECT * FROM log WHERE kind IN ('answer', 'propose')")
    said = seat.types(word)
    assert seat.rows("SELECT state FROM positions") == [(state,)]
    assert seat.rows("SELECT * FROM log WHERE kind IN ('answer', 'propose')") == answers
    if word == "71 g/L":
        assert "Nothing was kept" in said
        assert "Cancel S01-0001?" in said


def test_a_yes_or_no_question_is_not_answered_by_the_yes_that_cancels(seat: Seat) -> None:
    seat.types("45", "male", "aiha", "72 g/L", "42 d", "cancel", "yes")
    assert seat.rows("SELECT question FROM log WHERE question = 'steroid_pr'") == []
    assert seat.rows("SELECT state FROM positions") == [("cancelled",)]


def test_the_words_for_beginning_are_the_terminals(seat: Seat) -> None:
    said = seat.types("the patient is tired", "cancel", "yes", "hello")
    assert "type new" in said
    assert "/new" not in said
    assert "S01-0002" in seat.types("new")


def test_what_goes_on_by_an_earlier_version_says_so_when_it_is_gone_on_with(seat: Seat) -> None:
    seat.types("45")
    (trial,) = seat.conversation.setup.protocols
    seat.conversation.setup.protocols = (
        parse_protocol(trial.text.replace(trial.version, "next"), "trial.toml"),
    )
    seat.printed.clear()
    seat.terminal.begin()
    assert f"Goes on under version {trial.version}; new screenings are under next." in "\n".join(seat.printed)


def test_an_option_of_a_list_is_typed_as_it_is_shown(seat: Seat) -> None:
    shown = seat.types("/new", "45", "/new", "/open")
    assert "Resume S01-0001" in shown
    assert "S01-0001" in seat.types("resume s01-0001")


def test_a_value_typed_after_back_keep_and_help_is_for_the_screening_on_the_screen(seat: Seat) -> None:
    """The fault as it was found: two patients at haemoglobin, the second one current, the first one acted on."""
    conversation, person = seat.conversation, seat.terminal.person
    seat.types("45", "male", "aiha", "/new", "33", "male", "aiha")
    first, entries = "S01-0001", seat.rows("SELECT entries FROM positions WHERE screening = 'S01-0001'")[0][0]
    conversation.handle(person, Message("press", f"back:{first}:{entries}"))
    conversation.handle(person, Message("press", f"keep:{first}:{int(str(entries)) + 1}"))
    conversation.handle(person, Message("text", "71 g/L"))
    kept = seat.rows("SELECT screening FROM log WHERE question = 'hemoglobin' AND kind = 'answer'")
    assert kept == [(first,)]


def _read(terminal: int, until: str, seconds: float = 30.0) -> str:
    shown, end = "", time.monotonic() + seconds
    while until not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                shown += os.read(terminal, 4096).decode()
            except OSError:
                break
    return shown


def _until_it_waits(pid: int, seconds: float = 30.0) -> None:
    """Wait until a process waits for a key: readline sees a signal that comes before that only at the next key."""
    end = time.monotonic() + seconds
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        assert time.monotonic() < end
        select.select([], [], [], 0.01)


def test_lines_are_edited_and_ctrl_c_says_what_is_kept_and_how_to_go_on(tmp_path: Path) -> None:
    controller, end = pty.openpty()
    chat = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from bot.command import main; main()",
            "chat",
            "--db",
            str(tmp_path / "chat.db"),
        ],
        stdin=end,
        stdout=end,
        stderr=end,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(end)
    try:
        assert "Age in completed years?" in _read(controller, "> ")
        os.write(controller, b"54\x02\x045\n")  # 54, back to the 4, which is deleted, then 5
        shown = _read(controller, "Sex?")
        assert "Age: 55 years" in shown
        if "> " not in shown.partition("Sex?")[2]:
            _read(controller, "> ")  # Ctrl-C is for what is asked
        _until_it_waits(chat.pid)
        os.kill(chat.pid, signal.SIGINT)
        assert "S01-0001 is unfinished; all that was answered is kept." in _read(controller, "go on")
        assert chat.wait(30) == 1
    finally:
        chat.kill()
        chat.wait()
        os.close(controller)


PIPED = {
    "weeks were meant, and 1 for no response": (["71 g/L", "6", "1", "never"], "steroid_duration"),
    "another cause, and 1 for no tumour and no infection": (
        ["71 g/L", "42 d", "1", "2", "1", "1", "1", "1", "1", "1", "1", "1", "normal"],
        "excluded",
    ),
    "a unit as it is labelled": (["71 g/L", "6", "6 weeks", "1", "2", "finish and save"], "completed"),
    "what is corrected as it is labelled": (
        ["71 g/L", "42 d", "1", "2", "Correct: Other cause", "1"],
        "tumour",
    ),
}


@pytest.mark.parametrize(("lines", "state"), PIPED.values(), ids=PIPED)
def test_a_piped_number_answers_only_what_its_writer_foresaw(
    tmp_path: Path, lines: list[str], state: str
) -> None:
    """Taken as a choice of a unit or of a correction, it would keep another answer than was meant."""
    conversation = new_conversation(tmp_path / "piped.db", Clock())
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    printed: list[str] = []
    Terminal(conversation, person, printed.append).run(["45", "male", "aiha", *lines], piped=True)
    assert conversation.screenings.load("S01-0001").state == state
    assert ("please write it in words" in " ".join(printed)) is (state not in ("completed", "tumour"))
    conversation.screenings.db.close()


def test_an_answer_to_be_corrected_is_chosen_by_the_short_name_of_its_question(seat: Seat) -> None:
    seat.types("45", "male", "aiha", *["unknown"] * 20, "correct an answer", "diagnosis")
    assert seat.rows("SELECT state FROM positions") == [("diagnosis",)]


WAITING = {
    "a number for the next question": (["9.8", "6 weeks", "1"], "9.8", False),
    "unknown for the next question": (["9.8", "u", "1"], "9.8", False),
    "a number for the next question, while a yes is awaited": (["11 g/L", "71 g/L"], "11 g/L", False),
    "its unit": (["9.8", "g/dL"], None, True),
    "the number again, with its unit": (["9.8", "9.8 g/dL"], None, True),
    "another number": (["9.8", "9.7 g/dL"], "9.8", False),
}


@pytest.mark.parametrize(("lines", "waiting", "is_taken"), WAITING.values(), ids=WAITING)
def test_a_piped_line_never_replaces_a_number_that_waits_for_its_unit_or_a_yes(
    tmp_path: Path, lines: list[str], waiting: str | None, is_taken: bool
) -> None:
    conversation = new_conversation(tmp_path / "piped.db", Clock())
    person = conversation.people.add("clinician", "S01", "terminal", "local")
    printed: list[str] = []
    Terminal(conversation, person, printed.append).run(["45", "male", "aiha", *lines], piped=True)
    dialogue = conversation.screenings.load("S01-0001").dialogue
    assert dialogue.proposal == waiting
    assert ("hemoglobin" in dialogue.answers) is is_taken
    assert ("still waits" in " ".join(printed)) is not is_taken
    conversation.screenings.db.close()


GRADED = """format = 2
id = "GRADED"
title = "Grades (fictional)"
[[criterion]]
code = "E1"
exclusion = "Heart failure of NYHA class III or IV"
rule = 'nyha in ["III", "IV"]'
[[criterion]]
code = "E2"
exclusion = "Autoimmune disease"
rule = 'autoimmune_disease in ["active"]'
"""


@pytest.mark.parametrize(
    ("typed", "state", "asked_again"),
    [
        (["3"], "excluded", False),
        (["iii"], "excluded", False),
        (["2"], "autoimmune_disease", False),
        (["5"], "nyha", True),
        (["a", "3"], "autoimmune_disease", True),
        (["a", "j"], "excluded", False),
    ],
)
def test_a_typed_grade_is_that_grade_and_any_other_number_is_asked_about(
    tmp_path: Path, typed: list[str], state: str, asked_again: bool
) -> None:
    conversation = new_conversation(tmp_path / "seat.db", Clock())
    conversation = offering(conversation, parse_protocol(GRADED, "graded.toml"))
    person = conversation.people.add("clinician", "S01", "terminal", "local", "en")
    terminal = Terminal(conversation, person, lambda _: None)
    terminal.begin()
    taken = [terminal.handle(line) for line in typed]
    assert conversation.screenings.load("S01-0001").state == state
    assert taken[-1] is not asked_again
    conversation.screenings.db.close()


def test_work_it_out_has_a_key_of_its_own(tmp_path: Path) -> None:
    """*n* is what stands elsewhere beside a number: *Never*, *Normal*."""
    text = (Path(__file__).parent / "data" / "worked_out.toml").read_text("utf-8")
    conversation = new_conversation(tmp_path / "seat.db", Clock())
    conversation = offering(conversation, parse_protocol(text, "worked_out.toml"))
    person = conversation.people.add("clinician", "S01", "terminal", "local", "en")
    printed: list[str] = []
    terminal = Terminal(conversation, person, printed.append)
    terminal.begin()
    assert "w) Work it out" in "\n".join(printed)
    terminal.handle("w")
    assert "to be worked out" in "\n".join(printed)
    conversation.screenings.db.close()
