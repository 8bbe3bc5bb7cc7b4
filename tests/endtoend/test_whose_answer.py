"""The same over HTTP: whatever is pressed, typed and lost in any order, what is kept stood above it on the phone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.exchange import Message
from bot.phone.world import buttons_of
from tests.conversation.screens import (
    PROTOCOL,
    TEXTS,
    Asked,
    Row,
    Sent,
    Shown,
    answer_to,
    fault_of,
    read_message,
    read_screen,
)
from tests.endtoend.ward import TOKEN, Ward
from tests.phone.faults import Fault, FaultyBotApi
from tests.phone.person import Person

STEPS = 120
LOST = 0.2
"""How often an answer of the server to a message gets lost, so that the message comes twice."""
LOG = "SELECT screening, entry, kind, question FROM log ORDER BY screening, entry"


class Walk:
    """One clinician's phone, used at random."""

    def __init__(self, ward: Ward, phone: Person, dice: random.Random) -> None:
        self.ward, self.phone, self.dice = ward, phone, dice
        self.buttons: list[str] = []
        self.kept = 0

    def shown(self) -> list[Shown]:
        return [Shown(n, m.get("text", ""), m["from"]["is_bot"]) for n, m in self.phone.messages.items()]

    def entries(self) -> dict[str, int]:
        return dict(self.ward.rows("SELECT screening, entries FROM positions"))

    async def does_something(self) -> None:
        for message in self.phone.messages.values():
            self.buttons += [b["callback_data"] for b in buttons_of(message) if "callback_data" in b]
        before, sent = self.entries(), self._act()
        if self.dice.random() < LOST:
            self.ward.server.faults.table = [Fault("drop_after", "sendmessage", times=1)]
        await self.ward.quiet()
        self.ward.server.faults.clear()
        log: list[Row] = [(row[0], row[1], row[2], row[3]) for row in self.ward.rows(LOG)]
        new = [row for row in log if row[1] > before.get(row[0], 0) and row[2] != "start"]
        if new:
            self.kept += 1
            assert None in [fault_of(each, new) for each in sent], (sent, new)

    def _act(self) -> list[Sent]:
        """Press, type, reply; now and then a press and a text that cross."""
        chance = self.dice.random()
        if chance < 0.3 and self.buttons:
            pressed = self._press()
            return [pressed, self._type(None)] if self.dice.random() < 0.3 else [pressed]
        if chance < 0.45:
            return [self._type(self.dice.choice(list(self.phone.messages)))]
        return [self._type(None)]

    def _press(self) -> Sent:
        data = self.dice.choice(self.buttons[-20:])
        message = next(reversed(self.phone.messages.values()))
        self.phone.press_data(message, data)
        return Sent(_nothing(data), None, data)

    def _type(self, reply_to: int | None) -> Sent:
        shown = self.shown()
        above = read_screen(shown) if reply_to is None else read_message(shown, reply_to)
        text = self._answer(above) if self.dice.random() < 0.6 else self.dice.choice(("/new", *TEXTS))
        self.phone.send(text, reply_to=reply_to)
        return Sent(_nothing(text), above)

    @staticmethod
    def _answer(above: Asked | None) -> str:
        asked = above is not None and above.what in PROTOCOL.position
        return answer_to(PROTOCOL.question(above.what)) if above is not None and asked else "no"


def _nothing(text: str) -> Message:
    return Message("text", text)


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_kept_stood_above_it_on_the_phone(tmp_path: Path, seed: int) -> None:
    now = [1_900_000_000.0]
    dice = random.Random(seed)
    server = FaultyBotApi(token=TOKEN, kept=5000, clock=lambda: now[0])
    async with Ward(tmp_path / "ward.db", server=server) as ward:
        walk = Walk(ward, ward.member(), dice)
        await ward.says(walk.phone, "/new")
        for step in range(STEPS):
            now[0] += dice.choice((0.0, 0.5, 3.0, 3.0))
            await walk.does_something()
            if step % 40 == 39:
                await ward.restart()
        assert walk.kept > STEPS // 10
