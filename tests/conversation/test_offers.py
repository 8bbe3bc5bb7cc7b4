"""What only offers buttons, whatever led to it: nothing typed below is kept for a screening that is open."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from bot.conversation import Conversation
from bot.conversation.commands import COMMANDS, commands_for
from bot.conversation.presses import PRESSES
from bot.exchange import Button, Message, MessageKind, Reply, Turn, read_press
from bot.wording.lists import reminder
from bot.wording.phrases import phrases
from state.errors import NotKept
from state.people import Person
from tests.conversation.office import press_of
from tests.conversation.playing import Clock, new_conversation

TRIALS = "EXAMPLE-DM2 EXAMPLE-MDD NCT04420494"
OPENED = {"a screening": ["new:"], "a matching": ["match"], "both": ["new:", "match"]}
"""What is open -> the buttons of *For which trial?* that were pressed, one after the other."""


@dataclass
class Desk:
    """One person who screens."""

    conversation: Conversation
    person: Person

    def do(self, text: str) -> Turn:
        kind: MessageKind = "command" if text.startswith("/") else "press" if text.startswith("!") else "text"
        person = self.conversation.people.get(self.person.code)
        return self.conversation.handle(person, Message(kind, text.lstrip("!")))

    def kept(self) -> list[tuple[str, int]]:
        return self.conversation.screenings.db.execute(
            "SELECT screening, max(entry) FROM log GROUP BY 1"
        ).fetchall()


@pytest.fixture(params=["clinician", "administrator"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    conversation = new_conversation(tmp_path / "offers.db", Clock(), "telegram", TRIALS)
    return Desk(conversation, conversation.people.add(request.param, "S01", "telegram", "1", "en"))


def offer(turn: Turn) -> Reply | None:
    """Return the message that a turn ends with, if that has buttons and asks nothing of a screening."""
    last = next((each for each in reversed(turn.actions) if isinstance(each, Reply)), None)
    is_offer = (
        last is not None and any(pressed(last)) and (last.prompt is None or last.prompt.kind == "offer")
    )
    return last if is_offer else None


def pressed(reply: Reply) -> list[Button]:
    return [each for row in reply.buttons for each in row if each.press]


def looks(button: Button) -> bool:
    """Whether a button shows something and changes nothing."""
    press = read_press(button.press)
    return press is not None and PRESSES[press.verb].effect == "looks"


def begin(desk: Desk, opened: list[str]) -> str:
    """Open screenings, each with its first question before the person; return an answer to the last one."""
    for data in opened:
        desk.do(f"!{press_of(desk.do('/new'), data)}")
    return "45 y"


def test_the_table_of_commands_is_walked_whole(desk: Desk) -> None:
    begin(desk, OPENED["both"])
    found = {name for name in commands_for(desk.person.role) if offer(desk.do(f"/{name}"))}
    assert {"new", "resume", "open", "recent", "language"} <= found


@pytest.mark.parametrize("opened", OPENED.values(), ids=OPENED)
def test_nothing_typed_below_buttons_is_kept_for_what_stood_before_them(
    desk: Desk, opened: list[str]
) -> None:
    """Each screen that a command leads to, and each that is looked at from there."""
    answer = begin(desk, opened)
    walked, left = set[str](), [f"/{each.name}" for each in COMMANDS if desk.person.role in each.roles]
    while left:
        way = left.pop()
        shown = offer(desk.do(way))
        walked.add(way)
        if shown is None:
            continue
        left += [f"!{b.press}" for b in pressed(shown) if looks(b) and f"!{b.press}" not in walked]
        labels = {each.label.casefold() for each in pressed(shown)}
        for text in {answer, "yes", "keep", "back", "none", "45"} - labels:
            before = desk.kept()
            turn = desk.do(text)
            assert turn.untaken, (way, text)
            assert desk.kept() == before, (way, text)
            again = offer(turn)
            assert again is not None, (way, text)
            assert again.buttons == shown.buttons, (way, text)
            assert phrases("en")("kept_nothing_buttons") in again.shown()
            assert again.text == shown.text
    assert len(walked) > len(opened) + 8


@pytest.mark.parametrize("opened", OPENED.values(), ids=OPENED)
def test_a_button_that_is_typed_as_it_is_labelled_is_pressed(desk: Desk, opened: list[str]) -> None:
    begin(desk, opened)
    for name in ("new", "resume", "open", "recent", "language"):
        shown = offer(desk.do(f"/{name}"))
        for button in pressed(shown) if shown is not None else ():
            if not looks(button) and name != "language":
                continue
            desk.do(f"/{name}")
            typed = desk.do(button.label.upper())
            desk.do(f"/{name}")
            assert told(typed) == told(desk.do(f"!{button.press}")), (name, button.label)


def told(turn: Turn) -> list[str]:
    return [each.shown() for each in turn.actions if isinstance(each, Reply)]


def test_a_trial_is_chosen_in_words_for_the_next_patient(desk: Desk) -> None:
    begin(desk, OPENED["a matching"])
    before = desk.kept()
    choice = offer(desk.do("/new"))
    assert choice is not None
    desk.do(pressed(choice)[1].label)
    assert [number for number, _ in desk.kept()] == ["S01-0001", *[number for number, _ in before]]


def test_what_is_not_remembered_after_a_restart_is_not_kept_either(desk: Desk, tmp_path: Path) -> None:
    answer = begin(desk, OPENED["both"])
    desk.do("/new")
    desk.conversation.screenings.db.close()
    desk.conversation = new_conversation(tmp_path / "offers.db", Clock(), "telegram", TRIALS)
    before = desk.kept()
    turn = desk.do(answer)
    assert turn.untaken
    assert desk.kept() == before
    assert phrases("en")("kept_nothing_buttons") in "".join(told(turn))


def test_a_note_with_a_button_keeps_nothing_typed_below_it_either(tmp_path: Path) -> None:
    """A reminder of one patient comes below the question about another."""
    conversation = new_conversation(tmp_path / "offers.db", Clock(), "telegram", TRIALS)
    desk = Desk(conversation, conversation.people.add("clinician", "S01", "telegram", "1", "en"))
    answer = begin(desk, OPENED["both"])
    conversation.offering(desk.person, reminder("S01-0001", "S01-0001", phrases("en")))
    before = desk.kept()
    assert desk.do(answer).untaken
    assert desk.kept() == before


# a file that cannot be written -------------------------------------------------------------------


@contextmanager
def unwritable(desk: Desk) -> Iterator[None]:
    db = desk.conversation.screenings.db
    db.execute("PRAGMA query_only=ON")
    yield
    db.execute("PRAGMA query_only=OFF")


LOOKS = ("/recent", "/help", "/open", "/about", "/new", "/recent", "/resume", "/help")


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("look", ["/recent", "/new", "/open"])
def test_buttons_that_the_file_could_not_number_are_offered_and_nothing_below_is_kept(
    desk: Desk, tmp_path: Path, look: str, is_restarted: bool
) -> None:
    """Neither while the file cannot be written nor once it can be, nor after an orderly restart."""
    answer = begin(desk, OPENED["both"])
    before = desk.kept()
    with unwritable(desk):
        for each in LOOKS:
            assert told(desk.do(each)), each
        assert offer(desk.do(look)) is not None
        assert desk.do(answer).untaken
    if is_restarted:
        desk.conversation.screenings.keep_prompts()
        desk.conversation.screenings.db.close()
        desk.conversation = new_conversation(tmp_path / "offers.db", Clock(), "telegram", TRIALS)
    turn = desk.do(answer)
    assert turn.untaken
    assert phrases("en")("kept_nothing_buttons") in "".join(told(turn))
    assert desk.kept() == before


def test_a_question_that_is_shown_again_below_such_buttons_is_answered(desk: Desk) -> None:
    answer = begin(desk, OPENED["a screening"])
    ((number, entry),) = desk.kept()
    with unwritable(desk):
        desk.do("/recent")
        desk.do("/help")
        with pytest.raises(NotKept):
            desk.do(answer)
    assert not desk.do(answer).untaken
    assert desk.kept() == [(number, entry + 1)]


TYPED = ("/recent", "/open", "/resume", "/cancel", "/help", "/new", "45 y", "no", "yes")


def everything(desk: Desk) -> list[object]:
    """What acts add to."""
    db = desk.conversation.screenings.db
    return [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("log", "register")]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_committed_is_said_whatever_becomes_of_the_number_of_its_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The disk fills up right after the act, now and then: whatever can be pressed and typed, at random."""

    def full(_db: object) -> NoReturn:
        raise NotKept("full")

    begin(desk, OPENED["both"])
    dice, buttons, committed = random.Random(seed), list[str](), 0
    for _ in range(200):
        act = f"!{dice.choice(buttons[-12:])}" if buttons and dice.random() < 0.8 else dice.choice(TYPED)
        before = everything(desk)
        with monkeypatch.context() as patched:
            if is_full := dice.random() < 0.5:
                patched.setattr("state.prompting.writing", full)
            try:
                turn = desk.do(act)
            except NotKept:
                assert everything(desk) == before, act
                continue
        committed += is_full and everything(desk) != before
        buttons += [b.press for each in turn.actions if isinstance(each, Reply) for b in pressed(each)]
    assert committed > 10
