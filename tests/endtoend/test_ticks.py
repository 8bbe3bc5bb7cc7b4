"""Options are ticked in one message, one call a tap; ticks stand whatever fails, restarts or is pressed twice."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.exchange import read_press
from bot.phone.world import buttons_of
from bot.wording.asked import ticked
from dialogs.answers import Choice, Selection
from dialogs.loading import load
from tests.endtoend.test_long_texts import calls
from tests.endtoend.ward import TOKEN, Ward, unhurried
from tests.phone.faults import Fault, FaultyBotApi
from tests.phone.person import Person, labels

TICKS = Path(__file__).parent.parent / "data" / "several.toml"
FAULTS = (
    Fault("drop_after", "editmessagetext", probability=0.1),
    Fault("drop_before", "editmessagetext", probability=0.1),
    Fault("server_error", "answercallbackquery", probability=0.2),
    Fault("server_error", "editmessagetext", probability=0.1),
)


@pytest.fixture
async def ticking(tmp_path: Path) -> AsyncIterator[tuple[Ward, Person]]:
    async with Ward(tmp_path / "ward.db", protocols=[load(str(TICKS))]) as ward:
        yield ward, ward.member()


async def test_ticks_toggle_in_one_message_by_one_call_each(ticking: tuple[Ward, Person]) -> None:
    ward, phone = ticking
    await ward.says(phone, "/new")
    messages, before = len(phone.messages), calls(ward)
    await ward.presses(phone, "☐ Asthma")
    await ward.presses(phone, "☐ COPD")
    await ward.presses(phone, "☑ COPD")
    assert calls(ward) == (before[0] + 3, before[1])
    assert len(phone.messages) == messages
    await ward.presses(phone, "Done")
    answers = ward.service.screenings.load("S01-0001").dialogue.answers
    assert answers == {"history": Selection(("asthma",))}


async def test_ticks_stand_after_a_restart_in_the_middle(ticking: tuple[Ward, Person]) -> None:
    ward, phone = ticking
    await ward.says(phone, "/new")
    await ward.presses(phone, "☐ Asthma")
    await ward.restart()
    await ward.presses(phone, "☐ Hepatitis B, chronic")
    assert {"☑ Asthma", "☑ Hepatitis B, chronic"} <= set(labels(phone.last))
    await ward.presses(phone, "Done")
    await ward.says(phone, "yes")
    answers = ward.service.screenings.load("S01-0001").dialogue.answers
    assert answers == {"history": Selection(("asthma", "hepatitis_b")), "treated": Choice("yes")}


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_shown_as_ticked_is_in_the_file_whatever_fails(tmp_path: Path, seed: int) -> None:
    """Taps on whatever has buttons, calls that fail before or after they arrive, a restart now and then."""
    dice = random.Random(seed)
    server = FaultyBotApi(token=TOKEN, kept=5000, clock=unhurried(), seed=seed)
    async with Ward(tmp_path / "ward.db", server=server, protocols=[load(str(TICKS))]) as ward:
        phone = ward.member()
        await ward.says(phone, "/new")
        server.faults.table = FAULTS
        for step in range(40):
            shown = [(m, b["callback_data"]) for m in phone.messages.values() for b in buttons_of(m)]
            message, data = dice.choice([each for each in shown if _ticks(each[1])])
            phone.press_data(message, data)
            if dice.random() < 0.7:
                await ward.quiet()
            if step % 15 == 14:
                await ward.quiet()
                await ward.restart()
        server.faults.clear()
        await ward.quiet()
        await ward.says(phone, "/resume")
        screening = ward.service.screenings.load("S01-0001")
        on = {label.removeprefix("☑ ") for label in labels(phone.last) if label.startswith("☑")}
        history = screening.protocol.question("history")
        assert on == {option.text["en"] for option in history.chosen(ticked(screening, history))}
        assert screening.dialogue.answers == {}
        assert server.faults.struck > 3


def _ticks(data: str) -> bool:
    press = read_press(data)
    return press is not None and press.verb in ("tick", "untick")
