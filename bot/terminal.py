"""The conversation on standard input and output: for a console, SSH, a script or a pipe.

Plain text in 80 columns, no escape codes. Choices have keys; anything else typed is the answer itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from wcwidth import wcwidth

from bot.conversation import Conversation
from bot.conversation.answering import completes
from bot.conversation.presses import PRESSES
from bot.exchange import Button, Document, Fetch, Message, Press, Reply, Turn, Work, at, read_press
from bot.wording import against_parts
from bot.wording.asked import question_of, words_that_answer
from bot.wording.option_keys import TYPED, WORKED_OUT, answer_keys
from bot.wording.paging import KEYS
from bot.wording.phrases import means, phrases, plain
from bot.wording.wrapping import wrap
from dialogs.protocol import Question
from dialogs.reading.numerals import fold
from state.errors import NotKept
from state.people import Person
from state.screenings import Screening

COLUMNS: Final = 80
BULLET_INDENT: Final = "  "
KEY_INDENT: Final = "     "
OPTIONS: Final = ("answer", "tick", "untick")
"""Buttons of these verbs are the options of a question."""
SAVING: Final = ("save", "finish_save", "save_all", "save_without")
"""Buttons of these verbs save. Of answers that contradict each other that cannot be foreseen by who writes a pipe."""
_LETTERS: Final = frozenset({TYPED, WORKED_OUT, *(kind.key for kind in PRESSES.values())})
"""Keys that press the same in every question, so that none of them is an option's."""


@dataclass(slots=True)
class Terminal:
    """One person at one terminal. ``write`` takes a line."""

    conversation: Conversation
    person: Person
    write: Callable[[str], None]
    keys: dict[str, Button] = field(default_factory=dict)
    answers: Collection[str] = frozenset()
    """What the answers are called to the question whose buttons have the keys: that presses nothing else."""

    def run(self, lines: Iterable[str], *, piped: bool = False) -> bool:
        """Converse until the input or the screening ends; say whether nothing was left unfinished.

        What is `piped` was written without seeing the questions: after a line that is not taken, the next one
        would answer the wrong question, so nothing more is read.
        """
        self.begin()
        for number, line in enumerate(lines, 1):
            text = line.strip()
            quits = means("quit", text) and not self._answers(text)
            if quits or (not text and self._current() is None):
                break
            refused = self._refused(text) if piped else None
            if refused is None and not self.handle(text) and piped:
                refused = "line_not_taken"
            if refused is not None:
                self._print(phrases(self.person.language).plain(refused, line=number))
                break
        return self.leave()

    def begin(self) -> None:
        current = self._current()
        if current is not None:
            self._show(self.conversation.prompt(self.person, current))
        else:
            self._show(self.conversation.handle(self.person, Message("command", "/new")))

    def _current(self) -> Screening | None:
        return self.conversation.current(self.person)

    def handle(self, text: str) -> bool:
        """Do what a line says; say whether it was taken."""
        button = self._button(text.casefold())
        if button is not None and button.copy is not None:
            self._print(button.copy)
            return True
        try:
            answers = button is None and self._answers(text)
            turn = self.conversation.handle(
                self.person, Message("text", text) if answers else _message(text, button)
            )
        except NotKept as error:
            say = phrases(self.person.language)
            self._print(say.plain("not_kept_full" if error.why == "full" else "not_kept"))
            return False
        self.person = self.conversation.people.get(self.person.code)
        self._show(turn)
        return not turn.untaken

    def _button(self, typed: str) -> Button | None:
        """Find a button by its key, in letters and digits of any width, or as it is shown, if only one is shown so.

        What an answer is called is a key of nothing else, and no other button's label.
        """
        by_key = self.keys.get(unicodedata.normalize("NFKC", typed))
        if by_key is not None:
            return by_key
        labelled = [button for button in self.keys.values() if button.label.casefold() == typed]
        if self._answers(typed):
            labelled = [button for button in labelled if _verb(button) in OPTIONS]
        return labelled[0] if len(labelled) == 1 else None

    def _answers(self, typed: str) -> bool:
        return fold(typed) in self.answers

    def _meant_for_later(self, text: str) -> bool:
        """Say whether a piped number would choose what came unasked: a unit, a correction, another screening.

        It answers a question that was foreseen. Any of these can be piped as it is labelled.
        """
        button = self._button(text)
        kind = PRESSES.get(_verb(button)) if button is not None else None
        return text.isdecimal() and kind is not None and kind.unforeseen

    def _refused(self, text: str) -> str | None:
        """Return the phrase that says why a piped line is not for what is asked, which its writer did not see."""
        if self._meant_for_later(text):
            return "line_not_in_words"
        current, button = self._current(), self._button(text.casefold())
        if (
            current is not None
            and button is not None
            and _saves(button)
            and against_parts.contradicts(current.dialogue)
        ):
            return None if button.label.casefold() == text.casefold() else "line_contradicts"
        question = question_of(current) if current is not None else None
        if current is None or question is None or (button is not None and _verb(button) == "candidate"):
            return None
        return None if completes(current, question, text) else "line_not_completing"

    def leave(self) -> bool:
        """Say what is kept of an unfinished screening, and how to go on; say whether there was none."""
        unfinished = self._current()
        if unfinished is not None:
            say = phrases(self.person.language)
            self.write("")
            self._print(say.plain("left_open", number=unfinished.number))
        return unfinished is None

    def _show(self, turn: Turn) -> None:
        if turn.toast:
            self._print(turn.toast)
        for action in turn.actions:
            if isinstance(action, Work):
                self._show(action.run())
                continue
            if isinstance(action, Fetch):
                continue  # nobody sends files here
            self.write("")
            if isinstance(action, Document):
                self._print(plain(action.caption))
                continue
            self._print(plain(action.shown()))
            self._offer(action)

    def _offer(self, reply: Reply) -> None:
        """List the buttons with the keys that press them."""
        buttons = [button for row in reply.buttons for button in row]
        if not buttons:
            return
        self.keys = self._keyed(buttons)
        line = ""
        for key, button in self.keys.items():
            item = f"{key}) {button.label}"
            if line and columns_of(line) + 3 + columns_of(item) > COLUMNS:
                self._write_keys(line)
                line = ""
            line = f"{line}   {item}" if line else f"  {item}"
        self._write_keys(line)

    def _write_keys(self, line: str) -> None:
        """Write a line of keys; one key whose label alone is too long for it goes on below."""
        for wrapped in wrap(line, COLUMNS, columns_of, KEY_INDENT):
            self.write(wrapped)

    def _keyed(self, buttons: Sequence[Button]) -> dict[str, Button]:
        """Return the buttons by their keys: an option's own, that of its verb, of a page, or else a number.

        No two have the same one, and a number is no option's.
        """
        presses = {button: read_press(button.press) for button in buttons}
        screening = self._screening_of(presses.values())
        asked = question_of(screening) if screening is not None else None
        self.answers = words_that_answer(screening, asked) if screening and asked else frozenset()
        options, verbs = _options_among(presses, asked), [_verb(button) for button in buttons]
        taken, offered = {*options.values(), *self.answers}, dict[str, Button]()
        for button, verb in zip(buttons, verbs, strict=True):
            key = options.get(button)
            if key is None:
                key = _free(_turning(button) or (_key_of(verb) if verbs.count(verb) == 1 else ""), taken)
                taken.add(key)
            offered[key] = button
        return offered

    def _screening_of(self, presses: Iterable[Press | None]) -> Screening | None:
        """Return the screening whose question these buttons answer."""
        answering = (*OPTIONS, "candidate")
        number = next((press.screening for press in presses if press and press.verb in answering), None)
        return self.conversation.screenings.load(number) if number is not None else None

    def _print(self, text: str) -> None:
        for line in text.split("\n"):
            indent = BULLET_INDENT if line.startswith("• ") else ""
            for wrapped in wrap(line, COLUMNS, columns_of, indent):
                self.write(wrapped)


def _options_among(presses: Mapping[Button, Press | None], asked: Question | None) -> dict[Button, str]:
    """Return the keys of those buttons that are options of the question which is asked."""
    keys = answer_keys(asked, _LETTERS) if asked is not None else ()
    found = {
        button: at(keys, press.place) for button, press in presses.items() if press and press.verb in OPTIONS
    }
    return {button: key for button, key in found.items() if key is not None}


def _message(text: str, button: Button | None) -> Message:
    if button is not None:
        return Message("press", button.press)
    command = text.startswith("/") or text.casefold() == "new"
    return Message("command" if command else "text", text)


def columns_of(text: str) -> int:
    """Count the columns of a text: two a Chinese character, none for what does not print."""
    return sum(max(wcwidth(character), 0) for character in text)


def _verb(button: Button) -> str:
    press = read_press(button.press)
    return press.verb if press is not None else "copy"


def _saves(button: Button) -> bool:
    return _verb(button) in SAVING


def _turning(button: Button) -> str:
    """Return the key of a button that turns over to another page of a list."""
    press = read_press(button.press)
    return KEYS.get(press.name or "", "") if press is not None else ""


def _key_of(verb: str) -> str:
    return PRESSES[verb].key if verb in PRESSES else verb


def _free(wanted: str, taken: Collection[str]) -> str:
    """Return the key that is wanted, twice or more where it is taken; without one the first number that is no key."""
    if wanted:
        return next(key for key in (wanted * times for times in count(1)) if key not in taken)
    return next(number for number in map(str, count(1)) if number not in taken)
