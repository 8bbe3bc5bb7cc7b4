"""Whatever is pressed and typed, restarts between: at most one card of a screening has buttons that count."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from bot.conversation.presses import PRESSES
from bot.exchange import read_press
from bot.phone.world import Json, buttons_of
from tests.conversation.screens import PROTOCOL, Shown, answer_to, read_screen
from tests.endtoend.ward import TOKEN, Ward, unhurried
from tests.phone.faults import FaultyBotApi
from tests.phone.person import Person

STEPS = 90
TYPED = (
    "/new",
    "/resume",
    "/open",
    "/recent",
    "/help",
    "/cancel",
    "/privacy",
    "5 g/L",
    "104",
    "help",
    "back",
    "which?",
)


def moved_by(message: Json) -> set[str]:
    """The screenings that a press on a message could change."""
    pressed = (read_press(button.get("callback_data", "")) for button in buttons_of(message))
    return {
        press.screening
        for press in pressed
        if press is not None and press.screening is not None and PRESSES[press.verb].effect != "looks"
    }


class Walk:
    """A clinician's phone, used at random, also the buttons that stand further up."""

    def __init__(self, ward: Ward, phone: Person, dice: random.Random) -> None:
        self.ward, self.phone, self.dice = ward, phone, dice

    async def step(self) -> None:
        chance = self.dice.random()
        if chance < 0.5 and self._press():
            pass
        elif chance < 0.65:
            self.phone.send(self.dice.choice(TYPED))
        else:
            self.phone.send(self._answer(), reply_to=self._replied_to())
        await self.ward.quiet()

    def _press(self) -> bool:
        shown = [(m, b) for m in self.phone.messages.values() for b in buttons_of(m) if "callback_data" in b]
        if not shown:
            return False
        message, button = self.dice.choice(shown[-12:] if self.dice.random() < 0.7 else shown)
        self.phone.press_data(message, button["callback_data"])
        return True

    def _replied_to(self) -> int | None:
        return self.dice.choice(list(self.phone.messages)) if self.dice.random() < 0.1 else None

    def _answer(self) -> str:
        told = self.phone.messages.items()
        asked = read_screen([Shown(n, m.get("text", ""), m["from"]["is_bot"]) for n, m in told])
        is_question = asked is not None and asked.what in PROTOCOL.position
        return answer_to(PROTOCOL.question(asked.what)) if asked is not None and is_question else "45"

    def cards(self) -> Counter[str]:
        """How many messages of the chat could change a screening."""
        return Counter(number for message in self.phone.messages.values() for number in moved_by(message))


@pytest.mark.parametrize("seed", [0, 1, 28, 36])
async def test_at_most_one_card_of_a_screening_has_buttons_that_count(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    server = FaultyBotApi(token=TOKEN, kept=5000, clock=unhurried())
    async with Ward(tmp_path / "ward.db", server=server) as ward:
        walk = Walk(ward, ward.member(), dice)
        met: Counter[str] = Counter()
        await ward.says(walk.phone, "/new")
        for step in range(STEPS):
            await walk.step()
            cards = walk.cards()
            assert max(cards.values(), default=0) <= 1, (step, cards, walk.phone.transcript())
            met.update(cards)
            if step % 30 == 29:
                await ward.restart()
                await ward.quiet()
        assert len(met) > 1


async def test_a_card_of_another_account_loses_its_buttons_also_after_a_restart(tmp_path: Path) -> None:
    async with Ward(tmp_path / "ward.db") as ward:
        phone = ward.member()
        await ward.says(phone, "/new", "45")
        ward.service.db.execute(
            "INSERT INTO accounts (channel, account, person) SELECT channel, '2002', person FROM accounts"
        )
        other = ward.server.person(2002, language_code="en")
        await ward.restart()
        await ward.says(other, "/resume")
        assert [moved_by(each.last) for each in (phone, other)] == [set(), {"S01-0001"}]
