"""Two screenings of two trials and a matching beside them: every card says whose it is, whatever is pressed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import pytest

from bot.conversation import Conversation
from bot.exchange import Message, Reply, read_press
from bot.wording.phrases import plain
from dialogs.portfolio.merging import PORTFOLIO
from state.people import Person
from tests.conversation.playing import Clock, new_conversation

TRIALS: Final = "EXAMPLE-DM2 EXAMPLE-MDD NCT04420494"
TYPED: Final = (
    "45",
    "unknown",
    "yes",
    "no",
    "help",
    "back",
    "cancel",
    "/resume",
    "/open",
    "/cancel",
    "what?",
)
STEPS: Final = 80


class Walk:
    """One clinician who presses whatever was ever shown."""

    def __init__(self, conversation: Conversation, person: Person) -> None:
        self.conversation, self.person = conversation, person
        self.buttons: list[str] = []
        self.cards = 0

    def do(self, text: str, kind: str = "press") -> None:
        kind = "command" if text.startswith("/") else kind
        before = self._lengths()
        turn = self.conversation.handle(self.person, Message(kind, text))  # type: ignore[arg-type]
        for action in turn.actions:
            if isinstance(action, Reply):
                self.buttons += [button.press for row in action.buttons for button in row if button.press]
                self._names_whose_it_is(action)
        press = read_press(text) if kind == "press" else None
        named = press.screening if press is not None else None
        moved = {number for number, length in self._lengths().items() if length > before.get(number, length)}
        assert named is None or moved <= {named}

    def _lengths(self) -> dict[str, int]:
        rows = self.conversation.screenings.db.execute("SELECT screening, entries FROM positions")
        return dict(rows.fetchall())

    def _names_whose_it_is(self, reply: Reply) -> None:
        """The first lines of a card hold the number of its screening, the trial, and no other trial."""
        if reply.prompt is None or reply.prompt.kind == "offer":
            return
        self.cards += 1
        number = reply.prompt.screening
        trial = self.conversation.screenings.load(number).protocol.id
        head = "\n".join(plain(reply.shown()).splitlines()[:2])
        assert number in head
        others = {*TRIALS.split()} - {trial}
        assert trial == PORTFOLIO or (trial in head and not any(each in head for each in others))
        asked = {
            press.screening for row in reply.buttons for each in row if (press := read_press(each.press))
        }
        elsewhere = {each for each in asked if each is not None and "-M" not in each}
        assert number in asked or not elsewhere, (
            "what was cancelled leads to a new one, and to its matching, alone"
        )


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("seed", range(4))
def test_every_card_says_of_which_screening_and_trial_it_is(tmp_path: Path, seed: int, language: str) -> None:
    dice = random.Random(seed)
    conversation = new_conversation(tmp_path / "several.db", Clock(), "telegram", TRIALS)
    walk = Walk(conversation, conversation.people.add("clinician", "S01", "telegram", "1", language))
    for place in (1, 3, 0):
        walk.do("/new")
        walk.do([press for press in walk.buttons if press.startswith(("new:", "match"))][place - 4])
        walk.do("45", "text")
    for _ in range(STEPS):
        if dice.random() < 0.2:
            walk.do(dice.choice(TYPED), "text")
        else:
            walk.do(dice.choice(walk.buttons[-60:]))
    assert walk.cards > STEPS // 2
    conversation.screenings.db.close()
