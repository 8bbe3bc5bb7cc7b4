"""Keys at the terminal: each that is shown presses the button beside it and nothing else, on whatever card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from bot.terminal import Terminal
from bot.wording.asked import question_of, ticked
from bot.wording.buttons import shown_places
from dialogs.answers import Choice, Measurement
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.loading.catalogue import entries
from dialogs.loading.samples import sample
from dialogs.protocol import Protocol, Question
from state.screenings import Screening
from tests.conversation.office import offering
from tests.conversation.playing import Clock, new_conversation
from tests.dialogs.every_kind import QUESTIONS
from tests.dialogs.long_trials import CRITERIA, long_trial
from tests.dialogs.test_every_kind import built
from tests.dialogs.test_format import HEAD

LANGUAGES: Final = ("en", "zh")
_SHOWN: Final = re.compile(r"(?:^  |   )(\S+)\) ")


class Seat:
    """Somebody at a terminal at which trial after trial is begun."""

    def __init__(self, path: Path, language: str) -> None:
        self.made = new_conversation(path, Clock())
        self.made.screenings.db.execute("PRAGMA synchronous=OFF")
        person = self.made.people.add("clinician", "S01", "terminal", "local", language)
        self.printed: list[str] = []
        self.terminal = Terminal(self.made, person, self.printed.append)

    def begins(self, trial: Protocol) -> Screening:
        while (current := self.made.current(self.terminal.person)) is not None:
            self.types("/cancel")
            self.types("y")
            assert self.made.screenings.load(current.number).ended
        self.terminal.conversation = offering(self.made, trial)
        self.types("/new")
        return self.screening

    def types(self, line: str) -> None:
        self.printed.clear()
        self.terminal.handle(line)

    @property
    def screening(self) -> Screening:
        current = self.made.current(self.terminal.person)
        assert current is not None
        return current

    def shown(self) -> list[str]:
        """Return the keys as they stand on the screen; every one of them is of a button of its own."""
        shown = [key for line in self.printed for key in _SHOWN.findall(line)]
        assert sorted(shown) == sorted(self.terminal.keys)
        presses = [button.press or button.copy for button in self.terminal.keys.values()]
        assert len({*presses}) == len(shown)
        return shown

    def key_of(self, verb: str) -> str:
        return next(key for key, each in self.terminal.keys.items() if each.press.startswith(f"{verb}:"))

    def options(self) -> list[tuple[str, str]]:
        """Return the keys of the options on the screen, each with the option's code."""
        question = question_of(self.screening)
        assert question is not None
        codes = [*question.buttons]
        options = []
        for key, button in self.terminal.keys.items():
            verb, *_, place = button.press.split(":")
            if verb in ("answer", "tick", "untick"):
                options.append((key, codes[int(place)]))
        return options


@pytest.fixture(params=LANGUAGES)
def seat(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Seat]:
    made = Seat(tmp_path / "keys.db", request.param)
    yield made
    made.made.screenings.db.close()


def _taken(screening: Screening, question: Question) -> set[str]:
    """The codes of the options that were taken for a question."""
    if question.kind == "several":
        return {*ticked(screening, question).codes}
    given = screening.dialogue.answers.get(question.id)
    return {given.code} if isinstance(given, Choice) else set()


def _differing() -> Iterator[Protocol]:
    return (trial for trial, _ in _named())


def _named() -> Iterator[tuple[Protocol, str]]:
    """A trial for each entry of the catalogue, with its name, of those whose buttons say the same the first."""
    seen = set()
    for name in sorted(entries()):
        trial = parse_protocol(HEAD + sample(name), f"{name}.toml")
        asked = trial.question(name)
        buttons = (asked.kind, tuple((code, *text.values()) for code, text in asked.buttons.items()))
        if asked.buttons and buttons not in seen:
            seen.add(buttons)
            yield trial, name


def test_every_key_of_the_catalogue_takes_its_option(seat: Seat) -> None:
    looked_at = 0
    for trial in _differing():
        seat.begins(trial)
        question = question_of(seat.screening)
        assert question is not None
        seat.shown()
        for key, code in seat.options():
            screening = seat.begins(trial)
            seat.types(key)
            now = seat.made.screenings.load(screening.number)
            assert _taken(now, question) == {code}, (question.id, key)
            looked_at += 1
    assert looked_at > 100


@pytest.mark.parametrize("name", shipped_protocols())
def test_the_keys_of_every_card_of_a_shipped_trial_are_each_others_and_no_number_stands_for_another(
    seat: Seat, name: str
) -> None:
    """All is unknown, so that as much as possible is asked."""
    trial, asked = load(name), set[str]()
    seat.begins(trial)
    while (question := question_of(seat.screening)) is not None:
        seat.shown()
        asked.add(question.id)
        for key, code in seat.options():
            if not question.options and key.isdecimal():
                assert question.shortcut_by_code[code].means.value == int(key)
        assert all(key in dict(seat.options()) for key in seat.terminal.keys if key.isdecimal())
        seat.types("u")
    assert len(asked) > len(trial.criteria) // 2
    seat.shown()


_LETTERED: Final = """
[[question]]
id = "first"
ask = "First?"
[[question]]
id = "group"
kind = "choice"
ask = "Blood group?"
options = ["A", "B", "AB", "O"]
[[question]]
id = "letter"
kind = "choice"
ask = "Letter?"
options = ["U", "H", "K", "X", "M", "T", "S", "F", "C", "R", "BB", "W", "D"]
[[question]]
id = "word"
kind = "choice"
ask = "Word?"
options = ["Back", "Help", "New", "Quit", "Cancel", "Keep", "Yes", "Unusual"]
[[question]]
id = "ticks"
kind = "several"
ask = "Ticks?"
options = ["B", "D", "N", "U", "H"]
[[question]]
id = "beside"
kind = "integer"
ask = "Beside a number?"
units = [{ code = "{score}", label = "points", possible = [0, 9], usual = [0, 9] }]
shortcuts = [
  { code = "rarely", means = "0 {score}", text = "Rarely" },
  { code = "naught", means = "1 {score}", text = "N" },
]
[[criterion]]
code = "I1"
inclusion = "All of them"
rule = 'first or group == "a" or letter == "u" or word == "back" or "b" in ticks or beside > 3'
"""


def _lettered() -> Iterator[tuple[Protocol, str]]:
    """Questions with options whose letters and words are keys, also those of the random trials."""
    trial = parse_protocol(HEAD + _LETTERED, "lettered.toml")
    yield from ((trial, question.id) for question in trial.questions)
    for raw in QUESTIONS:
        name = raw["id"]
        rule = {"stage": 'stage == "a"', "drugs": '"a" in drugs', "smoker": "smoker"}.get(name)
        if rule is not None:
            criterion = {"code": "I1", "inclusion": "Any", "rule": rule}
            yield (
                built({"format": 2, "id": "R", "title": "R", "question": [raw], "criterion": [criterion]}),
                name,
            )


def _names(question: Question) -> Iterator[tuple[str, str]]:
    """Every label, in both languages, and every code, with the code that is meant; not a code that is one's label."""
    labels = {text: code for code, texts in question.buttons.items() for text in texts.values()}
    yield from labels.items()
    yield from ((code, code) for code in question.buttons if labels.get(code, code) == code)


def test_what_an_option_is_called_is_that_option_and_never_a_key_of_anything_else(seat: Seat) -> None:
    """*B* of *Child-Pugh class?* went back, so that the next line answered the question before."""
    looked_at = doubled = 0
    for trial, name in (*_named(), *_lettered()):
        question = trial.question(name)
        for typed, code in _names(question):
            seat.begins(trial)
            while question_of(seat.screening) != question:
                assert question_of(seat.screening) is not None, (name, seat.printed)
                seat.types("w" if "w" in seat.shown() else seat.key_of("unknown"))
            others = {*seat.shown()} - {key for key, _ in seat.options()}
            assert not others & {each.casefold() for each, _ in _names(question)}, (name, others)
            doubled += any(len(key) == 2 and key[0] == key[1] for key in others)
            screening = seat.screening
            seat.types(typed)
            now = seat.made.screenings.load(screening.number)
            if typed == "positive" and name == "hiv":  # begins a label, too
                assert question_of(now) == question
            else:
                assert _taken(now, question) == {code}, (name, typed)
            looked_at += 1
    assert looked_at > 250
    assert doubled > 20


@pytest.mark.parametrize("typed", ["bb", "back"])
def test_where_a_key_is_an_option_the_next_free_one_presses_its_button(seat: Seat, typed: str) -> None:
    seat.begins(parse_protocol(HEAD + _LETTERED, "lettered.toml"))
    seat.types("no")
    assert "bb" in seat.shown()
    assert "b" not in seat.shown()
    seat.types(typed)
    asked = question_of(seat.screening)
    assert asked is not None
    assert asked.id == "first"


def test_a_unit_that_is_waited_for_is_a_key_of_nothing_else(seat: Seat) -> None:
    seat.begins(parse_protocol(HEAD + _HOURS, "hours.toml"))
    seat.types("30")
    assert "h" not in seat.shown()
    seat.types("h")
    given = seat.screening.dialogue.answers["sleep"]
    assert isinstance(given, Measurement)
    assert given.unit == "h"


_HOURS: Final = """
[[question]]
id = "sleep"
kind = "quantity"
ask = "Sleep?"
help = "In a night."
units = [
  { code = "min", label = "min", scale = 1, possible = [0, 6000], usual = [0, 6000] },
  { code = "h", label = "h", scale = 60, possible = [0, 6000], usual = [0, 6000] },
]
[[criterion]]
code = "I1"
inclusion = "Sleep"
rule = 'sleep > "30 min"'
"""


def test_a_number_that_is_typed_is_the_answer_whatever_else_can_be_pressed(seat: Seat) -> None:
    """The fault as it was found: *Resume* had the key 1 beside a question that a number answers."""
    trial = load("NCT04420494")
    seat.begins(trial)
    seat.types("45")
    seat.types("/new")
    assert "S01-0001" in "\n".join(seat.printed)
    seat.shown()
    seat.types("1")
    assert seat.screening.number == "S01-0002"
    assert seat.screening.dialogue.proposal == "1 a", "so young a patient is asked about"
    seat.types("/new")
    seat.types("go")
    assert seat.screening.number == "S01-0002"


def test_pages_have_keys_of_their_own_and_the_first_and_the_last_are_a_key_away(seat: Seat) -> None:
    seat.begins(long_trial(criteria=100))
    for typed in ("45", "none", *("yes" if number % 2 else "no" for number in range(2, 100))):
        seat.types(typed)
    seat.types("m")
    for typed, ways in (
        ("<<", {">", ">>"}),
        (">", {"<", ">", ">>"}),
        (">", {"<<", "<", ">"}),
        (">>", {"<<", "<"}),
    ):
        seat.types(typed)
        assert {*filter(re.compile("[<>]+").fullmatch, seat.shown())} == ways
    assert any(re.fullmatch("Page 4 of 4|第4页，共4页", line) for line in seat.printed)
    seat.types("b")
    assert question_of(seat.screening) is None
    assert "m" in seat.shown()


def test_the_list_of_answers_opens_at_the_one_that_was_given_last(seat: Seat) -> None:
    seat.begins(long_trial())
    for typed in ("45", "none", *("yes" if number % 2 else "no" for number in range(2, CRITERIA))):
        seat.types(typed)
    for typed in ("m", "<", "i3", "yes", "m"):
        seat.types(typed)
    assert any(button.label.startswith("I3") for button in seat.terminal.keys.values())


@pytest.mark.parametrize("typed", ["１", "Ｕ", "u"])
def test_keys_are_taken_in_letters_and_digits_of_any_width(seat: Seat, typed: str) -> None:
    screening = seat.begins(parse_protocol(HEAD + sample("sex"), "sex.toml"))
    seat.types(typed)
    assert "sex" in seat.made.screenings.load(screening.number).dialogue.answers


def test_no_at_the_question_whether_to_cancel_is_n(seat: Seat) -> None:
    screening = seat.begins(load("NCT04420494"))
    seat.types("/cancel")
    assert {"y", "n"} == {*seat.shown()}
    seat.types("n")
    assert not seat.made.screenings.load(screening.number).ended


OF_SOME: Final = """
[[criterion]]
code = "I1"
inclusion = "If a woman: uses contraception"
of_some = true
"""


def test_no_is_the_first_key_and_yes_the_second_in_whatever_trial(seat: Seat) -> None:
    of_some = parse_protocol(HEAD + OF_SOME, "some.toml")
    asked = set[tuple[str, ...]]()
    for trial in (*_differing(), *map(load, shipped_protocols()), of_some):
        for question in trial.questions:
            codes = [*question.buttons]
            shown = [codes[place] for place in shown_places(question)]
            said = question.buttons["yes"]["en"] if codes[:2] == ["yes", "no"] else ""
            assert shown == (["no", "yes", *codes[2:]] if said == "Yes" else codes), question.id
            asked |= {tuple(shown)} if said == "Yes" else set()
    assert asked == {("no", "yes"), ("no", "yes", "not_concerned")}
    seat.begins(of_some)
    assert seat.options() == [("1", "no"), ("2", "yes"), ("3", "not_concerned")]
